import { afterEach, expect, test } from 'vitest';
import { filesBelow } from '../support/folders.ts';
import { asking, json, keep, word } from './kept.ts';
import { type Service, STAND_IN_ENGINE, startService } from './service.ts';

const services: Service[] = [];
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.stop()));
});

async function start(settings: Record<string, string> = {}) {
  const service = await startService({ engineScript: STAND_IN_ENGINE, settings });
  services.push(service);
  const ask = asking(() => service);
  const made = await keep(ask, word('one'), word('two'));
  return { service, ask, made, self: made.body.links.self as string };
}

/** Every object with contents, of whatever document. */
function contents({ dataDirectory }: Service): string[] {
  return filesBelow(dataDirectory).filter((path) => /[/]c_[0-9a-f]{32}/.test(path));
}

const edit = (author: string) => ({ author, edits: [{ op: 'delete', at: { quote: 'x' } }] });

test.each([
  ['the engine refuses', 'refuse', {}, 422, 'document/encrypted'],
  ['the engine has a fault', 'bug', {}, 500, 'internal'],
  ['its thread dies', 'exit', {}, 500, 'internal'],
  ['its thread needs too much', 'hoard', { REDLINE_WORKER_MEMORY_MB: '64' }, 422, 'work/out-of-memory'],
  ['it takes too long', 'spin', { REDLINE_DEADLINE_MS: '500' }, 422, 'work/deadline-exceeded'],
])('nothing is left when %s', async (_, author, settings, status, code) => {
  const { service, ask, made, self } = await start(settings);
  const before = contents(service);
  expect(before.length).toBeGreaterThan(0);
  const headers = { 'if-match': made.etag, 'idempotency-key': 'k' };
  expect(await ask(`${self}/edits`, json('POST', edit(author), headers))).toMatchObject({
    status,
    body: { code },
  });
  const redline = await ask(`${self}/redlines`, json('POST', { options: { author } }));
  expect(redline).toMatchObject({ status, body: { code } });
  expect(contents(service)).toEqual(before);
  expect(await ask(self)).toMatchObject({ etag: made.etag, body: { versions: 2 } });
  expect((await ask(`${self}/redlines`)).body.redlines).toEqual([]);
  expect(await ask(`${self}/redlines`, json('POST', { options: { author: 'echo' } }))).toMatchObject({
    status: 201,
  });
});

test.each(['edits', 'redlines'])('nothing is left when the client of %s goes away', async (path) => {
  const { service, ask, made, self } = await start();
  const before = contents(service);
  const client = new AbortController();
  const body = path === 'edits' ? edit('spin') : { options: { author: 'spin' } };
  const headers = { 'content-type': 'application/json', 'if-match': made.etag };
  const init = { method: 'POST', body: JSON.stringify(body), headers, signal: client.signal };
  const endless = fetch(`${service.url}${self}/${path}`, init);
  await expect.poll(() => service.health()).toMatchObject({ pool: { running: 1 } });
  client.abort();
  await expect(endless).rejects.toThrow();
  const idle = { pool: { running: 0, waiting: 0, places: 0 }, uploadBytesHeld: 0 };
  await expect.poll(() => service.health()).toMatchObject(idle);
  expect(contents(service)).toEqual(before);
  expect((await ask(self)).etag).toBe(made.etag);
});

test('a full service says so, and nothing is begun', async () => {
  const { service, ask, made, self } = await start({ REDLINE_QUEUE: '0' });
  const client = new AbortController();
  const init = json('POST', { options: { author: 'spin' } });
  const endless = fetch(`${service.url}${self}/redlines`, { ...init, signal: client.signal });
  await expect.poll(() => service.health()).toMatchObject({ pool: { running: 1 } });
  const headers = { 'if-match': made.etag };
  for (const busy of [
    await ask(`${self}/edits`, json('POST', edit('echo'), headers)),
    await ask(`${self}/redlines`, json('POST', {})),
    await ask(`${self}/html`),
  ]) {
    expect(busy).toMatchObject({ status: 503, body: { code: 'service/busy' } });
  }
  // What nobody reads is not made.
  expect(await ask(`${self}/html`, { method: 'HEAD' })).toMatchObject({ status: 200, etag: made.etag });
  client.abort();
  await endless.catch(() => {});
});
