import { afterEach, describe, expect, test } from 'vitest';
import {
  answerOf,
  asked,
  form,
  openUpload,
  post,
  type Service,
  STAND_IN_ENGINE,
  startService,
} from './service.ts';

const services: Service[] = [];

async function start(settings: Record<string, string>): Promise<Service> {
  const service = await startService({ engineScript: STAND_IN_ENGINE, settings });
  services.push(service);
  return service;
}

afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.stop()));
});

const idle = { pool: { running: 0, waiting: 0, places: 0 }, uploadBytesHeld: 0 };

describe('work', () => {
  test('stops when its client goes away', async () => {
    const service = await start({});
    const client = new AbortController();
    const url = `${service.url}/v1/comparisons`;
    const endless = fetch(url, { method: 'POST', body: asked('spin'), signal: client.signal });
    await expect.poll(() => service.health()).toMatchObject({ pool: { running: 1 } });
    client.abort();
    await expect(endless).rejects.toThrow();
    await expect.poll(() => service.health()).toMatchObject(idle);
    await expect
      .poll(() => service.lines)
      .toContainEqual(expect.objectContaining({ status: 499, code: 'request/abandoned' }));
    expect((await post(service, asked('echo'))).status).toBe(200);
  });

  test('stops waiting when its client goes away', async () => {
    const service = await start({});
    const clients = [new AbortController(), new AbortController()];
    const url = `${service.url}/v1/comparisons`;
    const asks = clients.map(({ signal }) => fetch(url, { method: 'POST', body: asked('spin'), signal }));
    await expect.poll(() => service.health()).toMatchObject({ pool: { running: 1, waiting: 1 } });
    for (const client of clients) client.abort();
    await Promise.allSettled(asks);
    await expect.poll(() => service.health()).toMatchObject(idle);
  });

  test('gives its place back when its client goes away while it sends', async () => {
    const service = await start({});
    const upload = openUpload(service);
    upload.on('error', () => {});
    upload.write('--cut\r\n');
    await expect.poll(() => service.health()).toMatchObject({ pool: { places: 1 } });
    upload.destroy();
    await expect.poll(() => service.health()).toMatchObject(idle);
  });

  test('is refused when every place is taken, before anything is sent', async () => {
    const service = await start({ REDLINE_QUEUE: '0' });
    const first = openUpload(service);
    first.on('error', () => {});
    first.write('--cut\r\n');
    await expect.poll(() => service.health()).toMatchObject({ pool: { places: 1 } });
    const second = openUpload(service);
    const answer = answerOf(second);
    second.flushHeaders();
    const { status, headers, body } = await answer;
    expect([status, JSON.parse(body)]).toMatchObject([503, { code: 'service/busy' }]);
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
    second.destroy();
    first.destroy();
    await expect.poll(() => service.health()).toMatchObject(idle);
    expect((await post(service, asked('echo'))).status).toBe(200);
  });

  test('that is asked for later needs no place', async () => {
    const service = await start({ REDLINE_QUEUE: '0' });
    const first = openUpload(service);
    first.on('error', () => {});
    first.write('--cut\r\n');
    await expect.poll(() => service.health()).toMatchObject({ pool: { places: 1 } });
    const headers = { Prefer: 'respond-async' };
    const answer = await fetch(`${service.url}/v1/comparisons`, {
      ...{ method: 'POST', headers, body: asked('echo') },
    });
    expect(answer.status).toBe(202);
    first.destroy();
    await expect.poll(() => service.health()).toMatchObject(idle);
  });

  test.each([
    ['takes too long', 'spin', 422, 'work/deadline-exceeded', { REDLINE_DEADLINE_MS: '3000' }],
    ['takes too much memory', 'hoard', 422, 'work/out-of-memory', { REDLINE_WORKER_MEMORY_MB: '64' }],
    ['ends its thread', 'exit', 500, 'internal', {}],
    ['is refused by the engine', 'refuse', 422, 'document/encrypted', {}],
  ])('that %s leaves a service that works', async (_, behaviour, status, code, settings) => {
    const service = await start(settings);
    const answer = await post(service, asked(behaviour));
    expect([answer.status, await answer.json()]).toMatchObject([status, { code }]);
    expect((await post(service, asked('echo'))).status).toBe(200);
    expect(await service.health()).toMatchObject(idle);
  });

  test('on a page stops when its client goes away while it reads', async () => {
    const service = await start({});
    const client = new AbortController();
    const body = form({ document: Buffer.from('!') });
    const answer = await fetch(`${service.url}/v1/html`, { method: 'POST', body, signal: client.signal });
    const reader = answer.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toContain('<article');
    expect(await service.health()).toMatchObject({ pool: { running: 1, places: 1 } });
    client.abort();
    await expect.poll(() => service.health()).toMatchObject(idle);
  });

  test('on a page that breaks on the way ends in a connection that breaks', async () => {
    const service = await start({});
    const body = form({ document: Buffer.from('?') });
    const answer = fetch(`${service.url}/v1/html`, { method: 'POST', body });
    await expect(answer.then((given) => given.text())).rejects.toThrow();
    expect(await service.health()).toMatchObject(idle);
    expect(service.lines).toContainEqual(
      expect.objectContaining({ msg: 'unexpected error', code: 'internal' }),
    );
    expect(JSON.stringify(service.lines)).not.toContain('never be logged');
  });

  test('keeps what the engine says of a refusal', async () => {
    const answer = await post(await start({}), asked('refuse'));
    expect(await answer.json()).toMatchObject({
      type: '/problems/document-encrypted',
      detail: 'The document is protected by a password.',
      details: { input: 'modified', part: 'word/document.xml' },
    });
  });
});
