import { createPublicKey, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { systemRandom } from '../../kit/index.ts';
import { newSigningKey, publicKeyOf, type SigningKey, signatures } from './signing.ts';

const now = Date.now();
const message = {
  id: 'msg_1_a',
  timestamp: Math.floor(now / 1000),
  body: '{"type":"webhook.test","data":{}}',
};
const headers = (keys: readonly SigningKey[]) => ({
  'webhook-id': message.id,
  'webhook-timestamp': String(message.timestamp),
  'webhook-signature': signatures(keys, message),
});
const key = (kind: 'v1' | 'v1a', at = now) => newSigningKey(kind, systemRandom, at);

/** As a receiver does that has the public key. */
function isSigned(publicKey: string, text: string, given: string): boolean {
  const head = Buffer.from('302a300506032b6570032100', 'hex');
  const der = Buffer.concat([head, Buffer.from(publicKey.replace('whpk_', ''), 'base64')]);
  const at = createPublicKey({ key: der, format: 'der', type: 'spki' });
  return given
    .split(' ')
    .filter((one) => one.startsWith('v1a,'))
    .some((one) => verify(null, Buffer.from(text), at, Buffer.from(one.slice(4), 'base64')));
}

describe('signatures', () => {
  test('are those of the specification’s example', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const given = signatures([{ ...key('v1'), secret }], {
      ...{ id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: '{"test": 2432232314}' },
    });
    expect(given).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  test('are taken by the official library', () => {
    const one = key('v1');
    expect(new Webhook(one.secret).verify(message.body, headers([one]))).toEqual(JSON.parse(message.body));
    expect(() => new Webhook(key('v1').secret).verify(message.body, headers([one]))).toThrow();
    expect(() => new Webhook(one.secret).verify(`${message.body} `, headers([one]))).toThrow();
  });

  test('are taken by whoever has the old secret and whoever has the new one, while both sign', () => {
    const [before, after] = [key('v1', now - 1000), key('v1')];
    for (const { secret } of [before, after]) {
      expect(new Webhook(secret).verify(message.body, headers([before, after, key('v1a')]))).toBeDefined();
    }
    expect(headers([before, after])['webhook-signature'].split(' ')).toEqual([
      signatures([after], message),
      signatures([before], message),
    ]);
  });

  test('of Ed25519 fit the public key', () => {
    const one = key('v1a');
    const text = `${message.id}.${message.timestamp}.${message.body}`;
    const given = signatures([key('v1'), one], message);
    expect(one.secret).toMatch(/^whsk_[\w+/]{86}==$/);
    expect(isSigned(publicKeyOf(one) ?? '', text, given)).toBe(true);
    expect(isSigned(publicKeyOf(one) ?? '', `${text} `, given)).toBe(false);
    expect(isSigned(publicKeyOf(key('v1a')) ?? '', text, given)).toBe(false);
    expect(publicKeyOf(key('v1'))).toBeNull();
  });
});
