import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { asking, json, keep, word } from './kept.ts';
import { type Arrived, Receiver } from './receiver.ts';
import { type Service, startService } from './service.ts';

// Webhooks of a running service, to a receiver that is written with the official library.

const WAIT = { timeout: 60_000, interval: 50 };
const PAST = '2026-01-01T00:00:00.000Z';
let service: Service;
let receiver: Receiver;
const ask = asking(() => service);

beforeAll(async () => {
  service = await startService({ settings: { REDLINE_WEBHOOK_NETWORKS: '127.0.0.0/8' } });
});
afterAll(() => service.stop());
beforeEach(async () => {
  receiver = await Receiver.listen();
});
afterEach(async () => {
  receiver.stop();
  const { body } = await ask('/v1/webhooks');
  for (const { id } of body.webhooks) await ask(`/v1/webhooks/${id}`, { method: 'DELETE' });
});

/** Makes a webhook to the receiver, which knows its secret. */
async function hook(given: object = {}): Promise<string> {
  const made = await ask('/v1/webhooks', json('POST', { url: receiver.url, ...given }));
  expect(made.status).toBe(201);
  if (made.body.secret !== null) receiver.secrets.push(made.body.secret);
  return `/v1/webhooks/${made.body.id}`;
}
const ids = (type: string) =>
  receiver.arrived.filter((one) => one.type === type).map(({ data }) => data.document);

/** Whether one of a message's signatures is by the Ed25519 key of which this is the public part. */
async function isBy(publicKey: string, message: Arrived | undefined): Promise<boolean> {
  const raw = Buffer.from(publicKey.replace('whpk_', ''), 'base64');
  const key = await crypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify']);
  const text = new TextEncoder().encode(message?.signed);
  for (const one of message?.signature.split(' ') ?? []) {
    const [kind, signature = ''] = one.split(',');
    if (kind !== 'v1a') continue;
    if (await crypto.subtle.verify('Ed25519', key, Buffer.from(signature, 'base64'), text)) return true;
  }
  return false;
}

describe('a webhook', () => {
  test('is told of what is committed, in ids alone, in the order of the document', async () => {
    await hook({ events: ['document.*', 'version.added', 'redline.created'] });
    const kept = await keep(ask, word('The Secret Tenant pays.'), word('The Secret Tenant pays rent.'));
    const { id } = kept.body;
    await ask(
      `/v1/documents/${id}/redlines`,
      json('POST', { original: { version: 1 }, modified: { version: 2 } }),
    );
    await expect.poll(() => receiver.types, WAIT).toHaveLength(3);
    expect(receiver.types).toEqual(['document.created', 'version.added', 'redline.created']);
    const [created, added, compared] = receiver.arrived;
    expect(created?.data).toEqual({ document: id, version: 1, commit: 1 });
    expect(added?.data).toEqual({ document: id, version: 2, commit: 2 });
    expect(compared?.data).toEqual({
      document: id,
      redline: expect.stringMatching(/^r_/),
      version: 1,
      commit: 1,
    });
    expect(JSON.stringify(receiver.arrived)).not.toMatch(/Secret|Lease/);
    expect(receiver.refused).toBe(0);
  });

  test('is signed by both secrets in the middle of a rotation, and by the new one behind it', async () => {
    const path = await hook();
    const [before = ''] = receiver.secrets;
    const rotated = await ask(`${path}/rotations`, json('POST', { overlapHours: 1 }));
    const after = rotated.body.secret as string;
    receiver.secrets = [before, after];
    await keep(ask);
    await expect.poll(() => receiver.arrived.length, WAIT).toBe(1);
    expect(receiver.arrived[0]).toMatchObject({ by: [before, after] });
    const last = await ask(`${path}/rotations`, json('POST', { overlapHours: 0 }));
    receiver.secrets = [before, after, last.body.secret];
    await keep(ask);
    await expect.poll(() => receiver.arrived.length, WAIT).toBe(2);
    expect(receiver.arrived[1]?.by).toEqual([before, last.body.secret]);
  });

  test('is signed with Ed25519 beside that, by both keys in the middle of a rotation, as WebCrypto finds', async () => {
    const path = await hook({ signatures: ['v1', 'v1a'] });
    const publicKeys = async (): Promise<string[]> => {
      const { keys } = (await ask(path)).body;
      return keys.flatMap(({ publicKey }: { publicKey: string | null }) => publicKey ?? []);
    };
    const [before = ''] = await publicKeys();
    const rotated = await ask(`${path}/rotations`, json('POST', { overlapHours: 1 }));
    receiver.secrets.push(rotated.body.secret);
    const [after = ''] = (await publicKeys()).filter((key) => key !== before);
    await keep(ask);
    await expect.poll(() => receiver.arrived.length, WAIT).toBe(1);
    const [message] = receiver.arrived;
    // The official library looks at the signatures that it knows, and passes over the others.
    expect(message?.by).toEqual(receiver.secrets);
    const ofEd25519 = (message?.signature ?? '').split(' ').filter((one) => one.startsWith('v1a,'));
    expect(ofEd25519).toHaveLength(2);
    for (const key of [before, after]) expect(await isBy(key, message)).toBe(true);
    const other = await ask('/v1/webhooks', json('POST', { url: receiver.url, signatures: ['v1a'] }));
    expect(await isBy(other.body.keys[0].publicKey, message)).toBe(false);
  });

  test('shows its secret once, and of Ed25519 the public key', async () => {
    const path = await hook({ signatures: ['v1a'] });
    const shown = await ask(path);
    expect(shown.body.keys).toMatchObject([{ kind: 'v1a', publicKey: expect.stringMatching(/^whpk_/) }]);
    await hook();
    const [secret = ''] = receiver.secrets;
    const listed = await ask('/v1/webhooks');
    expect(secret).toMatch(/^whsec_/);
    expect(JSON.stringify([shown.body, listed.body])).not.toMatch(/whsec_|whsk_|"secret"/);
    expect(JSON.stringify(service.lines)).not.toContain(secret.slice(6));
  });

  test('that answers 410 is disabled, which the trail and other webhooks tell', async () => {
    const gone = await hook({ events: ['document.created'] });
    const other = await Receiver.listen();
    try {
      const made = await ask('/v1/webhooks', json('POST', { url: other.url, events: ['webhook.disabled'] }));
      other.secrets.push(made.body.secret);
      receiver.answer = (_, response) => response.writeHead(410).end();
      await keep(ask);
      await expect.poll(() => other.types, WAIT).toEqual(['webhook.disabled']);
      expect(other.arrived[0]?.data).toEqual({ webhook: gone.split('/').at(-1) });
      expect((await ask(gone)).body).toMatchObject({ state: 'disabled', reason: 'gone' });
    } finally {
      other.stop();
    }
  });

  test('is tried again under the same id, and what waits can be seen', async () => {
    const path = await hook();
    let isUp = false;
    receiver.answer = (_, response) => response.writeHead(isUp ? 200 : 503).end();
    await keep(ask);
    await expect.poll(async () => (await ask(path)).body.waiting, WAIT).toBe(1);
    await expect.poll(() => receiver.arrived.length, WAIT).toBe(1);
    isUp = true;
    await expect.poll(() => receiver.arrived.length, WAIT).toBe(2);
    expect(receiver.arrived[1]?.id).toBe(receiver.arrived[0]?.id);
    await expect.poll(async () => (await ask(path)).body.waiting, WAIT).toBe(0);
    const { body } = await ask(`${path}/deliveries`);
    expect(body.attempts).toMatchObject([
      { delivery: receiver.arrived[0]?.id, attempt: 2, outcome: 'delivered', status: 200 },
      { attempt: 1, outcome: 'failed', status: 503, fault: 'status' },
    ]);
    const first = await ask(`${path}/deliveries?pageSize=1`);
    const next = await ask(`${path}/deliveries?pageSize=1&pageToken=${first.body.nextPageToken}`);
    expect([...first.body.attempts, ...next.body.attempts]).toEqual(body.attempts);
  });

  test('is sent a message again that is asked for', async () => {
    const path = await hook();
    const { body } = await keep(ask);
    await expect.poll(() => receiver.arrived.length, WAIT).toBe(1);
    const delivery = receiver.arrived[0]?.id;
    const replayed = await ask(`${path}/replays`, json('POST', { delivery }));
    expect([replayed.status, replayed.body]).toEqual([202, { deliveries: 1 }]);
    await expect.poll(() => ids('document.created'), WAIT).toEqual([body.id, body.id]);
    expect(receiver.arrived[1]?.id).toBe(delivery);
    expect((await ask(`${path}/replays`, json('POST', { since: PAST }))).body).toEqual({ deliveries: 0 });
    const unknown = await ask(
      `${path}/replays`,
      json('POST', { delivery: 'msg_1_000000000000000000000000' }),
    );
    expect([unknown.status, unknown.body.code]).toEqual([404, 'webhooks/not-found']);
  });

  test('is sent a test at once, also where it wants to hear of nothing else', async () => {
    const path = await hook({ events: ['hold.set'] });
    const sent = await ask(`${path}/tests`, { method: 'POST' });
    expect(sent.body).toMatchObject({ type: 'webhook.test', outcome: 'delivered', status: 204, attempt: 1 });
    expect(receiver.arrived).toMatchObject([{ id: sent.body.delivery, type: 'webhook.test' }]);
    receiver.answer = (_, response) => response.writeHead(302, { Location: receiver.url }).end();
    const moved = await ask(`${path}/tests`, { method: 'POST' });
    expect(moved.body).toMatchObject({ outcome: 'given-up', status: 302, fault: 'redirect' });
  });

  test('that is disabled gets what it missed when it is enabled, or skips it', async () => {
    const path = await hook({ events: ['document.created'] });
    await ask(path, json('PATCH', { state: 'disabled' }));
    const one = await keep(ask);
    await ask(path, json('PATCH', { state: 'enabled', backlog: 'skip' }));
    const two = await keep(ask);
    await expect.poll(() => ids('document.created'), WAIT).toEqual([two.body.id]);
    await ask(path, json('PATCH', { state: 'disabled' }));
    const three = await keep(ask);
    await ask(path, json('PATCH', { state: 'enabled' }));
    await expect.poll(() => ids('document.created'), WAIT).toEqual([two.body.id, three.body.id]);
    expect(one.body.id).not.toBe(two.body.id);
  });
});

test.each([
  ['no address', { url: 'nothing' }],
  ['another scheme', { url: 'ftp://example.com/' }],
  ['a password', { url: 'https://a:b@example.com/' }],
  ['a private address', { url: 'https://10.0.0.5/' }],
  ['one by its number', { url: 'https://2851995902/' }],
  ['one mapped into IPv6', { url: 'https://[::ffff:10.0.0.5]/' }],
  ['an unknown type', { url: 'https://example.com/', events: ['document.read'] }],
  ['no types', { url: 'https://example.com/', events: [] }],
  ['another signature', { url: 'https://example.com/', signatures: ['v2'] }],
])('a webhook with %s is refused', async (_, given) => {
  const { status, body } = await ask('/v1/webhooks', json('POST', given));
  expect(status).toBe(400);
  expect(body.code).toMatch(/^(?:webhooks|request)\/invalid$/);
});

test('a webhook that there is not is not found', async () => {
  for (const [method, path] of [
    ...([
      ['GET', ''],
      ['DELETE', ''],
      ['GET', '/deliveries'],
      ['POST', '/tests'],
    ] as const),
  ]) {
    const { status, body } = await ask(`/v1/webhooks/w_${'0'.repeat(32)}${path}`, { method });
    expect([status, body.code]).toEqual([404, 'webhooks/not-found']);
  }
});

test('there are twenty at most', async () => {
  const all = [];
  for (let n = 0; n < 20; n += 1) all.push(await hook({ events: ['hold.set'] }));
  const { status, body } = await ask('/v1/webhooks', json('POST', { url: receiver.url }));
  expect([status, body.code]).toEqual([409, 'webhooks/conflict']);
  expect(new Set(all).size).toBe(20);
});
