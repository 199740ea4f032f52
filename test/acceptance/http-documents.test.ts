import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jpeg, pdf, textPdf } from '../support/files.ts';
import { filesBelow } from '../support/folders.ts';
import { buildDocx } from '../support/package.ts';
import { type Service, startService } from './service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ dataDirectory: mkdtempSync(join(tmpdir(), 'redline-documents-')) });
});
afterAll(async () => {
  await service.stop();
  rmSync(service.dataDirectory, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly etag: string;
  // biome-ignore lint/suspicious/noExplicitAny: the wire's JSON, looked into by `toMatchObject`
  readonly body: any;
}

async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${service.url}${path}`, init);
  const json = /json/.test(response.headers.get('content-type') ?? '');
  const body = json ? await response.json() : await response.text();
  return {
    status: response.status,
    headers: response.headers,
    etag: response.headers.get('etag') ?? '',
    body,
  };
}

const kept = textPdf;

function file(text: string, name = 'lease.docx', options?: object): FormData {
  const form = new FormData();
  form.set('file', new Blob([kept(text)]), name);
  if (options !== undefined) form.set('options', JSON.stringify(options));
  return form;
}

async function upload(
  text: string,
  name?: string,
  options?: object,
  headers: HeadersInit = {},
): Promise<Answer> {
  return await ask('/v1/documents', { method: 'POST', body: file(text, name, options), headers });
}

const json = (method: string, body: object, headers: Record<string, string> = {}): RequestInit => ({
  method,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
});

const raw = (bytes: Uint8Array, name = 'x.docx'): RequestInit => {
  const form = new FormData();
  form.set('file', new Blob([Uint8Array.from(bytes)], { type: 'application/pdf' }), name);
  return { method: 'POST', body: form };
};

describe('a content', () => {
  test.each([
    [
      'a Word document',
      buildDocx({}),
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      null,
    ],
    ['a PDF', pdf(12), 'application/pdf', 12],
    ['a JPEG', jpeg(), 'image/jpeg', 1],
  ])('is what is in it: %s', async (_, bytes, type, pages) => {
    const made = await ask('/v1/documents', raw(bytes, 'misleading.tiff'));
    expect(made).toMatchObject({
      status: 201,
      body: { current: { content: { type, pages, size: bytes.length, scanned: 'structure' } } },
    });
    expect((await ask(made.body.links.content)).headers.get('content-type')).toBe(type);
  });

  test('comes from an upload, once or as often as the key is the same', async () => {
    const bytes = Buffer.from(kept('uploaded'));
    const tus = { 'Tus-Resumable': '1.0.0', 'Content-Type': 'application/offset+octet-stream' };
    const headers = {
      ...tus,
      'Upload-Length': String(bytes.length),
      'Upload-Metadata': 'filename TMOkcm0ucGRm',
    };
    const send = async () => {
      const start = await ask('/v1/uploads', { method: 'POST', headers, body: Uint8Array.from(bytes) });
      return start.headers.get('location')?.split('/').at(-1);
    };
    const upload = await send();
    const key = { 'idempotency-key': 'from-upload' };
    const made = await ask('/v1/documents', json('POST', { upload, labels: ['u'] }, key));
    expect(made).toMatchObject({ status: 201, body: { name: 'Lärm.pdf', labels: ['u'] } });
    expect((await ask(made.body.links.content)).body).toBe(kept('uploaded'));
    const again = await ask('/v1/documents', json('POST', { upload, labels: ['u'] }, key));
    expect(again).toMatchObject({ status: 201, etag: made.etag });
    const versions = `${made.body.links.self}/versions`;
    const next = { upload: await send() };
    const version = await ask(versions, json('POST', next, { 'if-match': made.etag }));
    expect(version).toMatchObject({ status: 201, body: { versions: 2 } });
    for (const used of [upload, next.upload])
      expect(await ask(`/v1/uploads/${used}`)).toMatchObject({ status: 404 });
  });

  test('that is not whole yet is not taken', async () => {
    const headers = { 'Tus-Resumable': '1.0.0', 'Upload-Length': '10' };
    const start = await ask('/v1/uploads', { method: 'POST', headers });
    const upload = start.headers.get('location')?.split('/').at(-1);
    const made = await ask('/v1/documents', json('POST', { upload }));
    expect(made).toMatchObject({ status: 409, body: { code: 'uploads/incomplete' } });
  });
});

describe('a document', () => {
  test('is kept, read and listed', async () => {
    const made = await upload('first words', 'Ärger & Söhne.docx', { labels: ['nda'] });
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'Ärger & Söhne.docx', labels: ['nda'], versions: 1 },
    });
    const { self } = made.body.links;
    expect(made.headers.get('location')).toBe(self);
    const read = await ask(self);
    expect(read).toMatchObject({ status: 200, etag: made.etag, body: { ...made.body } });
    expect(await ask(self, { headers: { 'if-none-match': made.etag } })).toMatchObject({ status: 304 });
    const listed = await ask('/v1/documents?label=nda&name=s%C3%B6hne');
    expect(listed.body).toMatchObject({
      documents: [{ id: made.body.id, etag: made.etag }],
      nextPageToken: null,
    });
  });

  test('gives its bytes whole and in ranges', async () => {
    const text = 'x'.repeat(70_000) + 'y'.repeat(70_000);
    const { body } = await upload(text, 'größe "1".docx');
    const whole = await ask(body.links.content);
    expect(whole.body).toBe(kept(text));
    const [at, size] = [kept('').length + 69_999, kept(text).length];
    expect(whole.headers.get('content-disposition')).toBe(
      `attachment; filename="gr__e _1_.docx"; filename*=UTF-8''gr%C3%B6%C3%9Fe%20%221%22.docx`,
    );
    const part = await ask(body.links.content, { headers: { range: `bytes=${at}-${at + 1}` } });
    expect(part).toMatchObject({ status: 206, body: 'xy' });
    expect(part.headers.get('content-range')).toBe(`bytes ${at}-${at + 1}/${size}`);
    expect((await ask(body.links.content, { headers: { range: 'bytes=-2' } })).body).toBe('yy');
    const stale = { range: 'bytes=0-1', 'if-range': '"other"' };
    expect(await ask(body.links.content, { headers: stale })).toMatchObject({ status: 200 });
    const behind = await ask(body.links.content, { headers: { range: `bytes=${size}-` } });
    expect(behind).toMatchObject({ status: 416, body: { code: 'request/range-not-satisfiable' } });
    expect(behind.headers.get('content-range')).toBe(`bytes */${size}`);
    expect(await ask(body.links.content, { headers: { 'if-none-match': whole.etag } })).toMatchObject({
      status: 304,
    });
    const head = await ask(body.links.content, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String(size));
  });

  test('has versions, and any of them can be current again', async () => {
    const first = await upload('one');
    const { self } = first.body.links;
    const second = await ask(`${self}/versions`, {
      method: 'POST',
      body: file('two'),
      headers: { 'if-match': first.etag },
    });
    expect(second).toMatchObject({ status: 201, body: { versions: 2 } });
    const third = await ask(`${self}/versions/1/restore`, {
      method: 'POST',
      headers: { 'if-match': second.etag },
    });
    expect(third.body.current).toMatchObject({ number: 3, origin: { kind: 'restored', version: 1 } });
    expect((await ask(`${self}/content`)).body).toBe(kept('one'));
    expect((await ask(`${self}/versions/2/content`)).body).toBe(kept('two'));
    const page = await ask(`${self}/versions?pageSize=2`);
    expect(page.body.versions.map(({ number }: { number: number }) => number)).toEqual([3, 2]);
    const rest = await ask(`${self}/versions?pageSize=2&pageToken=${page.body.nextPageToken}`);
    expect(rest.body).toMatchObject({ versions: [{ number: 1 }], nextPageToken: null });
    expect(await ask(`${self}/versions/4`)).toMatchObject({
      status: 404,
      body: { code: 'documents/version-not-found' },
    });
  });

  test('is renamed, copied, deleted and restored', async () => {
    const made = await upload('kept');
    const { self } = made.body.links;
    const renamed = await ask(
      self,
      json('PATCH', { name: ' New name ', labels: ['a', 'a'] }, { 'if-match': made.etag }),
    );
    expect(renamed).toMatchObject({ status: 200, body: { name: 'New name', labels: ['a'] } });
    const copy = await ask(`${self}/copies`, json('POST', { name: 'Copy' }));
    expect(copy).toMatchObject({
      status: 201,
      body: { name: 'Copy', current: { origin: { kind: 'copied' } } },
    });
    expect((await ask(copy.body.links.content)).body).toBe(kept('kept'));
    const deleted = await ask(self, { method: 'DELETE', headers: { 'if-match': renamed.etag } });
    expect(deleted).toMatchObject({ status: 200, body: { state: 'deleted' } });
    expect(await ask(`${self}/content`)).toMatchObject({ status: 410, body: { code: 'documents/deleted' } });
    expect((await ask('/v1/documents?state=deleted')).body.documents).toMatchObject([{ id: made.body.id }]);
    const back = await ask(`${self}/restore`, { method: 'POST', headers: { 'if-match': deleted.etag } });
    expect(back).toMatchObject({ status: 200, body: { state: 'active', deletedAt: null } });
    const again = await ask(`${self}/restore`, { method: 'POST', headers: { 'if-match': back.etag } });
    expect(again).toMatchObject({ status: 409, body: { code: 'documents/not-deleted' } });
  });

  test('is not changed by whoever knows an older state of it', async () => {
    const made = await upload('x');
    const { self } = made.body.links;
    const change = (etag?: string) =>
      ask(self, json('PATCH', { name: 'n' }, etag === undefined ? {} : { 'if-match': etag }));
    expect(await change()).toMatchObject({ status: 428, body: { code: 'request/precondition-required' } });
    expect(await change('W/"1"')).toMatchObject({
      status: 412,
      body: { code: 'request/precondition-failed' },
    });
    const won = await change(made.etag);
    const lost = await change(made.etag);
    expect(lost).toMatchObject({ status: 412, body: { code: 'documents/stale' } });
    expect(`"${lost.body.details.expected}"`).toBe(made.etag);
    expect(`"${lost.body.details.current}"`).toBe(won.etag);
  });

  test.each([
    ['whatever is current', () => '*', 200],
    ['one of several states', (etag: string) => `"1", ${etag}`, 200],
    ['one of several, with empty elements', (etag: string) => `, ${etag} ,,"2"`, 200],
    ['one beside a tag with a comma', (etag: string) => `"a,b",${etag}`, 200],
    ['other states', () => '"1", "2"', 412],
    ['its state, weakly', (etag: string) => `W/${etag}`, 412],
    ['another state, and weakly its own', (etag: string) => `"1", W/${etag}`, 412],
    ['what is no list', (etag: string) => `*, ${etag}`, 412],
    ['tags without commas', (etag: string) => `"1" ${etag}`, 412],
    ['its state within a tag', (etag: string) => `"a,${etag.replaceAll('"', '')}"`, 412],
  ])('is changed by whoever means %s: RFC 9110, section 13.1.1', async (_, condition, status) => {
    const made = await upload('x');
    const { self } = made.body.links;
    const changed = await ask(self, json('PATCH', { name: 'n' }, { 'if-match': condition(made.etag) }));
    expect(changed.status).toBe(status);
    const missing = `/v1/documents/d_${'0'.repeat(32)}`;
    const nowhere = await ask(missing, json('PATCH', { name: 'n' }, { 'if-match': '*' }));
    expect(nowhere.status).toBe(404);
  });

  test('is not made twice by a request that is sent twice', async () => {
    const key = { 'idempotency-key': 'once' };
    const first = await upload('same', 'a.docx', {}, key);
    const second = await upload('same', 'a.docx', {}, key);
    expect(second).toMatchObject({ status: 201, etag: first.etag, body: first.body });
    const other = await upload('other', 'a.docx', {}, key);
    expect(other).toMatchObject({ status: 422, body: { code: 'documents/other-request' } });
    const change = { 'if-match': first.etag, 'idempotency-key': 'rename' };
    const renamed = await ask(first.body.links.self, json('PATCH', { name: 'b' }, change));
    expect(await ask(first.body.links.self, json('PATCH', { name: 'b' }, change))).toMatchObject({
      etag: renamed.etag,
    });
  });

  test('survives the end of the service', async () => {
    const { dataDirectory } = service;
    const made = await upload('still there', 'kept.docx');
    await service.stop();
    service = await startService({ dataDirectory });
    expect((await ask(made.body.links.content)).body).toBe(kept('still there'));
    expect((await ask('/v1/documents?name=kept.docx')).body.documents).toMatchObject([{ id: made.body.id }]);
  });
});

describe('bad requests', () => {
  test.each<[string, string, RequestInit, number, string]>([
    ['a document that is not there', '/v1/documents/d_0', {}, 404, 'documents/not-found'],
    ['an id of other characters', '/v1/documents/..%2F..%2Fx', {}, 404, 'documents/not-found'],
    ['a sort that is not known', '/v1/documents?sort=size', {}, 400, 'request/invalid'],
    ['a page of another list', '/v1/documents?pageToken=eyJx', {}, 400, 'request/page-token'],
    ['no form', '/v1/documents', { method: 'POST', body: 'x' }, 415, 'request/not-multipart'],
    ['no source', '/v1/documents', json('POST', {}), 400, 'options/invalid'],
    ['two sources', '/v1/documents', json('POST', { upload: 'u', url: 'x' }), 400, 'options/invalid'],
    ['an upload that is not there', '/v1/documents', json('POST', { upload: 'u' }), 404, 'uploads/not-found'],
    [
      'an address of a host that is not allowed',
      '/v1/documents',
      json('POST', { url: 'https://example.com/x' }),
      422,
      'documents/address-not-allowed',
    ],
    ['what is no document', '/v1/documents', raw(Buffer.from('GIF89a')), 415, 'documents/type-not-supported'],
    [
      'half a document',
      '/v1/documents',
      raw(buildDocx({}).subarray(0, 900)),
      422,
      'document/damaged-package',
    ],
    [
      'a form without a file',
      '/v1/documents',
      { method: 'POST', body: new FormData() },
      400,
      'request/field-missing',
    ],
    [
      'options that are not known',
      '/v1/documents',
      { method: 'POST', body: file('x', 'a', { x: 1 }) },
      400,
      'options/invalid',
    ],
    [
      'a name that says nothing',
      '/v1/documents',
      { method: 'POST', body: file('x', 'a', { name: ' ' }) },
      400,
      'documents/invalid',
    ],
  ])('%s', async (_, path, init, status, code) => {
    expect(await ask(path, init)).toMatchObject({ status, body: { code } });
  });
});

test('bytes that were changed behind our back are never given out', async () => {
  const made = await upload('z'.repeat(700_000));
  const folder = join(service.dataDirectory, 'contents');
  const path = filesBelow(folder).find((name) => dirname(name).includes(made.body.id));
  if (path === undefined) throw new Error('The content is not where it was expected.');
  const bytes = readFileSync(path);
  bytes[1000] = (bytes[1000] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  expect(await ask(made.body.links.content)).toMatchObject({
    status: 500,
    body: { code: 'storage/damaged' },
  });
  const alarms = () => service.lines.filter(({ msg }) => msg === 'integrity.damaged');
  expect(alarms()).toMatchObject([{ level: 'error', part: 'BlobStore', route: '/v1/documents/:id/content' }]);
  // Behind the first segment the answer has begun: it is cut, and the alarm is the same.
  bytes[1000] = (bytes[1000] ?? 0) ^ 1;
  bytes[600_000] = (bytes[600_000] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  await expect(ask(made.body.links.content)).rejects.toThrow();
  await expect.poll(() => alarms().length).toBe(2);
  expect((await ask('/health')).body).toMatchObject({ integrityFailures: 2 });
});

test('a document that cannot be kept as it is called leaves nothing behind', async () => {
  const held = () =>
    filesBelow(join(service.dataDirectory, 'contents')).filter((name) => name.includes('c_'));
  const before = held();
  const answer = await ask('/v1/documents', { method: 'POST', body: file('x', 'a.pdf', { name: ' ' }) });
  expect(answer).toMatchObject({ status: 400, body: { code: 'documents/invalid' } });
  expect(held()).toEqual(before);
});

test('a service whose keys are gone does not start with new ones', async () => {
  await service.stop();
  const { dataDirectory } = service;
  const keys = join(dataDirectory, 'keys');
  renameSync(keys, `${keys}-away`);
  await expect(startService({ dataDirectory })).rejects.toMatchObject({
    port: 'KeyService',
    failure: 'refused',
  });
  rmSync(keys, { recursive: true, force: true });
  renameSync(`${keys}-away`, keys);
  service = await startService({ dataDirectory });
});
