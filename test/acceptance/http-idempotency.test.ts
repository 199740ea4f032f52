import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { textPdf } from '../support/files.ts';
import { buildDocx } from '../support/package.ts';
import {
  answerOf,
  asked,
  openUpload,
  partHead,
  type Service,
  STAND_IN_ENGINE,
  startService,
} from './service.ts';

const dataDirectory = mkdtempSync(join(tmpdir(), 'redline-once-'));
let now = Date.now();
const start = () => startService({ dataDirectory, engineScript: STAND_IN_ENGINE, clock: () => now });
let service: Service;
beforeAll(async () => {
  service = await start();
});
afterAll(async () => {
  await service.stop();
  rmSync(dataDirectory, { recursive: true });
});

async function ask(path: string, init: RequestInit & { key?: string } = {}) {
  const { key, headers, ...rest } = init;
  const all = {
    ...(headers as Record<string, string>),
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  };
  const response = await fetch(`${service.url}${path}`, { method: 'POST', ...rest, headers: all });
  const text = await response.text();
  const { status, headers: answered } = response;
  const body = /json/.test(answered.get('content-type') ?? '') ? JSON.parse(text) : text;
  return { status, headers: answered, replayed: answered.get('idempotent-replayed') === 'true', body };
}

function file(text: string, options?: object): FormData {
  const form = new FormData();
  form.set('file', new Blob([textPdf(text)]), 'a.pdf');
  if (options !== undefined) form.set('options', JSON.stringify(options));
  return form;
}

/** Names of what is kept of requests with a key. */
function records(): string[] {
  const database = new Database(join(dataDirectory, 'work.sqlite'), { readonly: true });
  try {
    const sql = "SELECT DISTINCT name FROM objects WHERE name LIKE 'idempotency/%'";
    return database
      .prepare<[], { name: string }>(sql)
      .all()
      .map(({ name }) => name);
  } finally {
    database.close();
  }
}

describe('a request that is sent again under its key', () => {
  test('gets the first answer, though the form has another boundary and the service began anew', async () => {
    const first = await ask('/v1/documents', { body: file('one'), key: 'create' });
    expect(first).toMatchObject({ status: 201, replayed: false });
    await ask(first.body.links.self, {
      method: 'PATCH',
      body: JSON.stringify({ name: 'renamed' }),
      headers: { 'content-type': 'application/json', 'if-match': first.headers.get('etag') ?? '' },
    });
    await service.stop();
    service = await start();
    const again = await ask('/v1/documents', { body: file('one'), key: 'create' });
    expect(again).toMatchObject({ status: 201, replayed: true, body: first.body });
    for (const name of ['etag', 'location', 'content-type', 'cache-control'])
      expect(again.headers.get(name)).toBe(first.headers.get(name));
    expect(again.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
  });

  test.each<[string, string, RequestInit]>([
    ['another content', '/v1/documents', { body: file('two') }],
    ['more content', '/v1/documents', { body: file('one'.repeat(50_000)) }],
    ['other options', '/v1/documents', { body: file('one', { name: 'x' }) }],
    ['another route', '/v1/uploads', { headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': '1' } }],
    ['another query', '/v1/documents?x=1', { body: file('one') }],
    ['another method', '/v1/documents/d_0', { method: 'DELETE', headers: { 'if-match': '"1"' } }],
  ])('is refused with %s', async (_, path, init) => {
    await ask('/v1/documents', { body: file('one'), key: 'used' });
    expect(await ask(path, { ...init, key: 'used' })).toMatchObject({
      status: 422,
      body: { code: 'documents/other-request' },
    });
  });

  test('does what it did not do the first time', async () => {
    const empty = await ask('/v1/documents', { body: new FormData(), key: 'mended' });
    expect(empty).toMatchObject({ status: 400 });
    expect(await ask('/v1/documents', { body: file('one'), key: 'mended' })).toMatchObject({ status: 201 });
  });

  test('waits for the first', async () => {
    const { 'content-type': type, ...headers } = {
      'content-type': 'multipart/form-data; boundary=cut',
      'idempotency-key': 'slow',
      accept: 'application/json',
    };
    const behaviour = '--cut\r\ncontent-disposition: form-data; name="options"\r\n\r\n{"author":"echo"}\r\n';
    const before = records().length;
    const first = openUpload(service, headers);
    first.write(`${partHead('original')}1\r\n`);
    await expect.poll(() => records().length).toBe(before + 1);
    const body = `${partHead('original')}1\r\n${partHead('modified')}2\r\n${behaviour}--cut--\r\n`;
    const again = () =>
      ask('/v1/comparisons', { body, key: 'slow', headers: { ...headers, 'content-type': type } });
    await expect.poll(async () => (await again()).body.code).toBe('request/still-running');
    expect(Number((await again()).headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    first.end(`${partHead('modified')}2\r\n${behaviour}--cut--\r\n`);
    const { status, body: answered } = await answerOf(first);
    expect(status).toBe(201);
    expect(await again()).toMatchObject({ status: 201, replayed: true, body: JSON.parse(answered) });
  });

  test('makes a comparison once where it is kept, and anew where a file is sent', async () => {
    const kept = () =>
      ask('/v1/comparisons', { body: asked('echo'), key: 'kept', headers: { accept: 'application/json' } });
    const [first, again] = [await kept(), await kept()];
    expect(again).toMatchObject({ status: 201, replayed: true, body: { id: first.body.id } });
    const sent = () => ask('/v1/comparisons', { body: asked('echo'), key: 'file' });
    expect(await sent()).toMatchObject({ status: 200, replayed: false });
    expect(await sent()).toMatchObject({ status: 200, replayed: false });
    const body = asked('echo');
    body.set('modified', new Blob([Uint8Array.of(9)]));
    const other = { body, key: 'file' };
    expect(await ask('/v1/comparisons', other)).toMatchObject({ status: 422 });
  });

  test('starts one upload', async () => {
    const headers = { 'Tus-Resumable': '1.0.0', 'Upload-Length': '5' };
    const [first, again] = [
      await ask('/v1/uploads', { headers, key: 'upload' }),
      await ask('/v1/uploads', { headers, key: 'upload' }),
    ];
    expect(again).toMatchObject({ status: 201, replayed: true });
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(
      await ask('/v1/uploads', { headers: { ...headers, 'Upload-Length': '6' }, key: 'upload' }),
    ).toMatchObject({
      status: 422,
    });
  });

  test('restores and copies once', async () => {
    const made = await ask('/v1/documents', { body: file('one') });
    const { self } = made.body.links;
    const restore = { headers: { 'if-match': made.headers.get('etag') ?? '' }, key: 'restore' };
    const first = await ask(`${self}/versions/1/restore`, restore);
    expect(first).toMatchObject({ status: 201, body: { versions: 2 } });
    const stale = { ...restore, headers: { 'if-match': first.headers.get('etag') ?? '' } };
    expect(await ask(`${self}/versions/1/restore`, stale)).toMatchObject({
      replayed: true,
      body: first.body,
    });
    const json = { headers: { 'content-type': 'application/json' }, body: '{"name":"c"}', key: 'copy' };
    const copy = await ask(`${self}/copies`, json);
    expect(await ask(`${self}/copies`, json)).toMatchObject({ replayed: true, body: { id: copy.body.id } });
  });

  test('takes the upload with it once its answer is kept', async () => {
    const bytes = Buffer.from(textPdf('uploaded'));
    const type = { 'content-type': 'application/offset+octet-stream' };
    const headers = { ...type, 'Tus-Resumable': '1.0.0', 'Upload-Length': String(bytes.length) };
    const location = (await ask('/v1/uploads', { headers, body: bytes })).headers.get('location') ?? '';
    const body = JSON.stringify({ upload: location.split('/').at(-1) });
    const json = { headers: { 'content-type': 'application/json' }, body, key: 'uploaded' };
    const first = await ask('/v1/documents', json);
    expect(await ask('/v1/documents', json)).toMatchObject({ status: 201, replayed: true, body: first.body });
    expect(await ask(location, { method: 'GET', headers: { 'Tus-Resumable': '1.0.0' } })).toMatchObject({
      status: 404,
    });
  });

  test('is a new one when its week is over', async () => {
    const first = await ask('/v1/uploads', {
      headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': '5' },
      key: 'week',
    });
    now += 7 * 24 * 3_600_000;
    const again = await ask('/v1/uploads', {
      headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': '5' },
      key: 'week',
    });
    expect(again).toMatchObject({ status: 201, replayed: false });
    expect(again.headers.get('location')).not.toBe(first.headers.get('location'));
  });
});

test('a Word document is one, whoever sends it twice', async () => {
  const form = (): FormData => {
    const data = new FormData();
    data.set('file', new Blob([Uint8Array.from(buildDocx({}))]), 'a.docx');
    return data;
  };
  const [first, again] = [
    await ask('/v1/documents', { body: form(), key: 'word' }),
    await ask('/v1/documents', { body: form(), key: 'word' }),
  ];
  expect(again).toMatchObject({ replayed: true, body: { id: first.body.id } });
  expect(JSON.stringify(service.lines)).not.toContain('"word"');
});
