import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { verifyWebhook } from '../../src/client/index.ts';
import { newSigningKey, publicKeyOf, type SigningKey, signatures } from '../../src/jobs/webhooks/signing.ts';

const now = 1_763_769_600_000;
const random = (size: number) => crypto.getRandomValues(new Uint8Array(size));
const key = (kind: 'v1' | 'v1a') => newSigningKey(kind, random, now);
const [hmac, other, edward] = [key('v1'), key('v1'), key('v1a')];
const body = '{"type":"webhook.test","timestamp":"2026-11-22T00:00:00.000Z","data":{"webhook":"w_ä"}}';

function headersOf(keys: readonly SigningKey[], sent = body, timestamp = now / 1000) {
  const signed = { id: 'msg_1', timestamp, body: sent };
  return {
    ...{ 'webhook-id': 'msg_1', 'webhook-timestamp': String(timestamp) },
    'webhook-signature': signatures(keys, signed),
  };
}
const verified = (keys: string | readonly string[], headers: Record<string, string>, sent = body) =>
  verifyWebhook(keys, headers, sent, { now });

describe('a message', () => {
  test.each([
    ['HMAC', hmac.secret, [hmac]],
    ['Ed25519', publicKeyOf(edward) ?? '', [edward]],
    ['one of several signatures', hmac.secret, [edward, other, hmac]],
    ['one of several keys', [other.secret, hmac.secret], [hmac]],
  ])('is believed by %s', async (_, keys, signing) => {
    expect(await verified(keys, headersOf(signing))).toEqual({ id: 'msg_1', ...JSON.parse(body) });
  });

  test('is believed as the official library signs it', async () => {
    const signature = new Webhook(hmac.secret).sign('msg_1', new Date(now), body);
    const headers = new Headers({ ...headersOf([other]), 'webhook-signature': signature });
    const bytes = new TextEncoder().encode(body);
    expect(await verifyWebhook(hmac.secret, headers, bytes, { now })).toMatchObject({ type: 'webhook.test' });
  });

  const good = headersOf([hmac]);
  test.each<[string, string, string | readonly string[], Record<string, string>, string]>([
    ['another body', 'signature', hmac.secret, good, `${body} `],
    ['another id', 'signature', hmac.secret, { ...good, 'webhook-id': 'msg_2' }, body],
    ['another time', 'signature', hmac.secret, { ...good, 'webhook-timestamp': '1763769601' }, body],
    ['another key', 'signature', other.secret, good, body],
    ['a signature of another kind', 'signature', publicKeyOf(edward) ?? '', good, body],
    ['no keys', 'signature', [], good, body],
    ['no Base64', 'signature', hmac.secret, { ...good, 'webhook-signature': 'v1,*' }, body],
    ['no comma', 'signature', hmac.secret, { ...good, 'webhook-signature': 'v1' }, body],
    ['no signature', 'headers', hmac.secret, { 'webhook-id': 'x', 'webhook-timestamp': '1' }, body],
    ['no number', 'headers', hmac.secret, { ...good, 'webhook-timestamp': '1e9' }, body],
    ['an old one', 'time', hmac.secret, headersOf([hmac], body, now / 1000 - 301), body],
    ['one to come', 'time', hmac.secret, headersOf([hmac], body, now / 1000 + 301), body],
    ['no JSON', 'body', hmac.secret, headersOf([hmac], 'x'), 'x'],
    ['a number', 'body', hmac.secret, headersOf([hmac], '1'), '1'],
  ])('is not believed with %s', async (_, fault, keys, headers, sent) => {
    await expect(verified(keys, headers, sent)).rejects.toMatchObject({ name: 'WebhookError', fault });
  });

  test.each(['', 'whsec_', 'whsec_*', 'whsk_AAAA', 'AAAA'])('needs a key: %s is none', async (text) => {
    await expect(verified(text, good)).rejects.toThrow(TypeError);
  });
});
