import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  answerOf,
  asked,
  form,
  openUpload,
  partHead,
  post,
  rawBytes,
  rawRequest,
  type Service,
  STAND_IN_ENGINE,
  startService,
} from './service.ts';

const MEGABYTE = 1024 * 1024;
const bytes = Uint8Array.of(1, 2, 3);

let service: Service;
beforeAll(async () => {
  service = await startService({ engineScript: STAND_IN_ENGINE });
});
afterAll(() => service.stop());

describe('a form that is not as it should be', () => {
  test.each([
    ['no second document', form({ original: bytes }), 400, 'request/field-missing'],
    ['no document at all', form({ options: {} }), 400, 'request/field-missing'],
    [
      'two documents in one field',
      form({ original: [bytes, bytes], modified: bytes }),
      400,
      'request/field-repeated',
    ],
    [
      'options twice',
      form({ original: bytes, modified: bytes, options: ['{}', '{}'] }),
      400,
      'request/field-repeated',
    ],
    [
      'an unknown file',
      form({ original: bytes, modified: bytes, third: bytes }),
      400,
      'request/field-unknown',
    ],
    ['an unknown text', form({ original: bytes, modified: bytes, note: 'x' }), 400, 'request/field-unknown'],
    [
      'options without end',
      form({ original: bytes, modified: bytes, options: ' '.repeat(17_000) }),
      413,
      'request/too-large',
    ],
    [
      'hundreds of fields',
      form(Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`f${n}`, 'x']))),
      400,
      'request/field-unknown',
    ],
  ])('%s', async (_, body, status, code) => {
    const answer = await post(service, body);
    expect([answer.status, await answer.json()]).toMatchObject([status, { code, status }]);
  });

  test.each([
    ['JSON', 'application/json', '{}', 415, 'request/not-multipart'],
    ['no type', '', 'x', 415, 'request/not-multipart'],
    ['another multipart', 'multipart/mixed; boundary=cut', '--cut--', 415, 'request/not-multipart'],
    ['no boundary', 'multipart/form-data', '--cut--', 400, 'request/malformed'],
    ['nothing in it', 'multipart/form-data; boundary=cut', '', 400, 'request/malformed'],
    ['no part', 'multipart/form-data; boundary=cut', '--cut--\r\n', 400, 'request/field-missing'],
    [
      'an end too early',
      'multipart/form-data; boundary=cut',
      `${partHead('original')}abc`,
      400,
      'request/malformed',
    ],
    [
      'an endless part header',
      'multipart/form-data; boundary=cut',
      `--cut\r\nx: ${'y'.repeat(200_000)}`,
      400,
      'request/malformed',
    ],
  ])('%s as body', async (_, type, body, status, code) => {
    const answer = await post(service, new Blob([body]), { 'content-type': type });
    expect([answer.status, await answer.json()]).toMatchObject([status, { code }]);
  });

  test('gives its places and its memory back', async () => {
    await expect.poll(() => service.health()).toMatchObject({ pool: { places: 0 }, uploadBytesHeld: 0 });
  });
});

describe('an upload that is too large', () => {
  const zeros = Buffer.alloc(MEGABYTE);

  /** Sends megabytes of zeros until there is an answer. */
  async function flood(field: string, megabytes: number) {
    const upload = openUpload(service);
    const answer = answerOf(upload);
    upload.write(partHead(field));
    const stop = new AbortController();
    for (const end of ['response', 'error', 'close']) upload.on(end, () => stop.abort());
    for (let sent = 0; sent < megabytes && !stop.signal.aborted; sent += 1) {
      if (!upload.write(zeros)) await once(upload, 'drain', { signal: stop.signal }).catch(() => {});
    }
    return answer.finally(() => upload.destroy());
  }

  test('is refused at the byte that passes 50 MB, while it streams', async () => {
    const { status, body } = await flood('original', 1000);
    expect(status).toBe(413);
    expect(JSON.parse(body)).toMatchObject({
      code: 'limits/exceeded',
      details: { input: 'original', limit: { name: 'compressedBytes', allowed: 50 * MEGABYTE } },
    });
  });

  test('is refused before it starts, when it says how long it is', async () => {
    const upload = openUpload(service, { 'content-length': String(200 * MEGABYTE) });
    const answer = answerOf(upload);
    upload.flushHeaders();
    expect(await answer).toMatchObject({ status: 413 });
    upload.destroy();
  });

  test('holds no more memory than it may, and gives it back', async () => {
    await expect.poll(() => service.health()).toMatchObject({ pool: { places: 0 }, uploadBytesHeld: 0 });
  });

  test('is refused with others when all together hold too much', async () => {
    const small = await startService({
      engineScript: STAND_IN_ENGINE,
      settings: { REDLINE_UPLOAD_MEMORY_MB: '101' },
    });
    const held = [1, 2].map(() => openUpload(small));
    for (const upload of held) {
      upload.on('error', () => {});
      upload.write(partHead('original'));
      upload.write(Buffer.alloc(45 * MEGABYTE));
    }
    await expect.poll(async () => (await small.health()).uploadBytesHeld).toBeGreaterThan(85 * MEGABYTE);
    const answer = await post(small, form({ original: Buffer.alloc(20 * MEGABYTE), modified: bytes }));
    expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'service/busy' }]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    for (const upload of held) upload.destroy();
    await expect.poll(() => small.health()).toMatchObject({ pool: { places: 0 }, uploadBytesHeld: 0 });
    await small.stop();
  });
});

describe('who may ask', () => {
  const own = () => ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${service.port}`);

  test('this machine under its own names', async () => {
    for (const host of own())
      expect(await rawRequest(service, 'GET', '/health/live', { host })).toMatchObject({ status: 200 });
  });

  test.each([
    'evil.test',
    'localhost',
    '127.0.0.1',
    'localhost:1',
    'localhost.evil.test:80',
    '127.0.0.1:80@evil.test',
    '0.0.0.0',
  ])('nobody who names the host %j', async (host) => {
    const { status, body } = await rawRequest(service, 'GET', '/health/live', { host });
    expect([400, 421]).toContain(status);
    expect(JSON.parse(body)).toMatchObject({
      code: status === 421 ? 'request/host-not-allowed' : 'request/malformed',
    });
  });

  test.each([
    ['an empty host', 'GET /health/live HTTP/1.1\r\nhost: \r\nconnection: close\r\n\r\n'],
    ['no host', 'GET /health/live HTTP/1.0\r\n\r\n'],
  ])('nobody who names %s', async (_, request) => {
    expect(await rawBytes(service, request)).toMatch(/^HTTP\/1.1 4(00|21) /);
  });

  test('its own pages and programs', async () => {
    const allowed: Record<string, string>[] = [
      {},
      ...own().map((host) => ({ origin: `http://${host}` })),
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
    ];
    for (const headers of allowed) {
      expect(await rawRequest(service, 'POST', '/v1/comparisons', headers)).toMatchObject({ status: 415 });
    }
  });

  test.each([
    [{ origin: 'http://evil.test' }],
    [{ origin: 'null' }],
    [{ origin: 'http://127.0.0.1' }],
    [{ origin: 'https://127.0.0.1:1' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
  ])('no page of another site: %o', async (headers) => {
    const { status, body } = await rawRequest(service, 'POST', '/v1/comparisons', headers);
    expect([status, JSON.parse(body)]).toMatchObject([403, { code: 'request/origin-not-allowed' }]);
  });

  test('with no permission for other origins in any answer', async () => {
    const answer = await rawRequest(service, 'OPTIONS', '/v1/comparisons', {
      origin: 'http://evil.test',
      'access-control-request-method': 'POST',
    });
    expect(answer.status).toBe(405);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

describe('what Node itself refuses', () => {
  test.each([
    ['no HTTP', 'hello\r\n\r\n', 400, 'request/malformed'],
    [
      'endless headers',
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
      431,
      'request/headers-too-large',
    ],
  ])('%s', async (_, request, status, code) => {
    const [head = '', body = ''] = (await rawBytes(service, request)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(body)).toMatchObject({ code, status });
  });
});

describe('every answer', () => {
  test('has an id: the caller’s where it is harmless', async () => {
    const ask = (headers: Record<string, string>) => rawRequest(service, 'GET', '/nothing', headers);
    const given = await ask({ 'x-request-id': 'my-request.1' });
    expect(given.headers['x-request-id']).toBe('my-request.1');
    expect(JSON.parse(given.body)).toMatchObject({ requestId: 'my-request.1', code: 'request/not-found' });
    for (const headers of [{}, { 'x-request-id': 'x' }, { 'x-request-id': 'with "quotes" <b>' }]) {
      expect((await ask(headers)).headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    }
  });

  test('has the headers that keep pages safe', async () => {
    for (const path of ['/', '/docs', '/health', '/nothing']) {
      const { headers } = await rawRequest(service, 'GET', path, {});
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringContaining("default-src 'self'"),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      });
    }
  });

  test('is logged with no more than may be', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const answer = await post(service, asked('no such behaviour'), {
      traceparent,
      'x-request-id': 'logged-request',
    });
    expect([answer.status, await answer.json()]).toMatchObject([500, { code: 'internal' }]);
    const lines = service.lines.filter(({ requestId }) => requestId === 'logged-request');
    expect(lines).toMatchObject([
      { msg: 'unexpected error', errorName: 'Error', stack: expect.stringContaining('at ') },
      {
        msg: 'request',
        method: 'POST',
        route: '/v1/comparisons',
        status: 500,
        code: 'internal',
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
        bytesIn: 3,
      },
    ]);
    expect(JSON.stringify(service.lines)).not.toContain('must never be logged');
  });

  test('leaves the id of a result out of the log', async () => {
    const saved = (await (await post(service, asked('echo'), { accept: 'application/json' })).json()) as {
      id: string;
      links: { redline: string };
    };
    await (await fetch(service.url + saved.links.redline)).arrayBuffer();
    expect(JSON.stringify(service.lines)).not.toContain(saved.id);
  });
});

describe('JSON that does not say how long it is', () => {
  const path = '/v1/api-keys';
  const type = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
  const send = (...pieces: string[]) => {
    const request = httpRequest({
      host: '127.0.0.1',
      port: service.port,
      method: 'POST',
      path,
      headers: type,
    });
    const answer = answerOf(request);
    for (const piece of pieces) request.write(piece);
    request.end();
    return answer;
  };

  test('is read in pieces', async () => {
    const { status, body } = await send('{"name":"nightly",', '"scopes":["compare"]}');
    expect([status, JSON.parse(body)]).toMatchObject([201, { name: 'nightly' }]);
  });

  test('is refused where it is too long', async () => {
    const { status, body } = await send('{"name":"', 'x'.repeat(64 * 1024));
    expect([status, JSON.parse(body)]).toMatchObject([413, { code: 'request/too-large' }]);
  });

  test('is missed where there is none', async () => {
    const head = [`POST ${path} HTTP/1.1`, `Host: 127.0.0.1:${service.port}`, 'Connection: close'];
    const answer = await rawBytes(service, [...head, 'Content-Type: application/json', '', ''].join('\r\n'));
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('request/malformed');
  });
});
