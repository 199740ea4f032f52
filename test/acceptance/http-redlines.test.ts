import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import { checkCertificate, DEFAULT_LIMITS } from '../../src/redline/index.ts';
import { textPdf } from '../support/files.ts';
import { asking, file, json, keep, word } from './kept.ts';
import { type Service, startService } from './service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());
const ask = asking(() => service);

const OLD = word('The fee is ten.', 'The term is one year.');
const NEW = word('The fee is twelve.', 'The term is one year.');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function redlineOf(...versions: readonly Uint8Array[]) {
  const { body: document } = await keep(ask, ...versions);
  const made = await ask(`${document.links.self}/redlines`, json('POST', {}));
  return { document, made, self: made.body.links.self as string };
}

describe('a redline', () => {
  test('compares the current version with the one before it', async () => {
    const { document, made, self } = await redlineOf(OLD, NEW);
    expect(made).toMatchObject({
      status: 201,
      body: {
        document: document.id,
        kind: 'compared',
        name: 'Lease (redline).docx',
        original: { document: document.id, version: 1, name: 'Lease.docx', sha256: sha256(OLD) },
        modified: { document: document.id, version: 2, sha256: sha256(NEW) },
        copies: [],
        options: { author: 'operator', granularity: 'word' },
        summary: { identical: false, exact: true, counts: { insertions: 1, deletions: 1 } },
        version: 1,
        versions: 1,
        createdBy: 'operator',
        current: { number: 1, origin: { kind: 'compared', counts: { insertions: 1, deletions: 1 } } },
        certificate: { version: 1, link: `${self}/certificate` },
      },
    });
    expect(made.headers.get('location')).toBe(self);
    const read = await ask(self);
    expect(read).toMatchObject({ status: 200, etag: made.etag, body: made.body });
    expect(await ask(self, { headers: { 'if-none-match': made.etag } })).toMatchObject({ status: 304 });
    expect((await ask(document.links.self)).etag).toBe(document.etag);
  });

  test('gives its bytes, its versions, its result and its certificate', async () => {
    const { made, self } = await redlineOf(OLD, NEW);
    const { body: bytes, headers } = await ask(`${self}/content`);
    expect(sha256(bytes)).toBe(made.body.current.content.sha256);
    expect(headers.get('content-disposition')).toContain('Lease%20%28redline%29.docx');
    const part = await ask(`${self}/versions/1/content`, { headers: { range: 'bytes=0-3' } });
    expect(part).toMatchObject({ status: 206, body: bytes.slice(0, 4) });
    expect((await ask(`${self}/versions`)).body).toEqual({
      versions: [made.body.current],
      nextPageToken: null,
    });
    expect((await ask(`${self}/versions/1`)).body).toEqual(made.body.current);
    const { body: result } = await ask(made.body.current.links.result);
    expect(result).toMatchObject({ identical: false, sha256: { redline: sha256(bytes) } });
    const certificate = await ask(`${self}/certificate`);
    expect(certificate).toMatchObject({ status: 200, body: result.certificate });
    expect(certificate.body.documents).toEqual({
      original: sha256(OLD),
      modified: sha256(NEW),
      redline: sha256(bytes),
    });
    const files = { original: OLD, modified: NEW, redline: bytes };
    expect(checkCertificate(certificate.body, files, nodeCodec, DEFAULT_LIMITS)).toMatchObject({
      valid: true,
    });
  });

  test('is listed with its document, and among documents never', async () => {
    const { document, made } = await redlineOf(OLD, NEW);
    const second = await ask(`${document.links.self}/redlines`, json('POST', { name: 'B.docx' }));
    const first = await ask(`${document.links.self}/redlines?pageSize=1&sort=name&order=ascending`);
    expect(first.body.redlines).toMatchObject([{ id: second.body.id, name: 'B.docx', etag: second.etag }]);
    const rest = await ask(
      `${document.links.self}/redlines?pageSize=1&sort=name&order=ascending&pageToken=${first.body.nextPageToken}`,
    );
    expect(rest.body).toMatchObject({ redlines: [{ id: made.body.id, versions: 1 }], nextPageToken: null });
    const { body } = await ask('/v1/documents?pageSize=200');
    expect(body.documents.filter(({ id }: { id: string }) => !id.startsWith('d_'))).toEqual([]);
    expect(await ask(`/v1/documents/${made.body.id}`)).toMatchObject({ status: 404 });
  });

  test('compares any two versions, also of other documents, by options', async () => {
    const { body: document } = await keep(ask, OLD, word('x'), NEW);
    const { body: other } = await keep(ask, word('The fee is eleven.', 'The term is one year.'));
    const asked = {
      original: { version: 3 },
      modified: { document: other.id, version: 1 },
      name: 'Other.docx',
      options: { author: 'Ann', date: null, granularity: 'character', ignore: { case: true } },
    };
    const made = await ask(`${document.links.self}/redlines`, json('POST', asked));
    expect(made).toMatchObject({
      status: 201,
      body: {
        name: 'Other.docx',
        original: { version: 3 },
        modified: { document: other.id, version: 1 },
        options: { author: 'Ann', date: null, granularity: 'character', ignore: { case: true } },
      },
    });
    const same = await ask(`${document.links.self}/redlines`, json('POST', { modified: { version: 3 } }));
    expect(same.body).toMatchObject({ original: { version: 2 }, modified: { version: 3 } });
  });

  test('compares with a file or an upload, of which nothing but the redline is kept', async () => {
    const { body: document } = await keep(ask, OLD);
    const form = new FormData();
    form.set('modified', new Blob([Uint8Array.from(NEW)]), 'Their copy.docx');
    form.set('options', JSON.stringify({ options: { author: 'Ann' } }));
    const sent = await ask(`${document.links.self}/redlines`, { method: 'POST', body: form });
    const modified = { document: null, version: null, sha256: sha256(NEW) };
    expect(sent).toMatchObject({
      status: 201,
      body: {
        original: { version: 1 },
        modified: { ...modified, name: 'Their copy.docx' },
        options: { author: 'Ann' },
        current: { content: { scanned: 'structure' } },
      },
    });
    const tus = { 'Tus-Resumable': '1.0.0', 'Content-Type': 'application/offset+octet-stream' };
    const headers = { ...tus, 'Upload-Length': String(NEW.length) };
    const start = await ask('/v1/uploads', { method: 'POST', headers, body: Uint8Array.from(NEW) });
    const upload = start.headers.get('location')?.split('/').at(-1);
    const asked = json('POST', { modified: { upload } });
    const made = await ask(`${document.links.self}/redlines`, asked);
    expect(made).toMatchObject({ status: 201, body: { original: { version: 1 }, modified } });
    expect((await ask(document.links.versions)).body.versions).toHaveLength(1);
  });

  test('is made once under one key', async () => {
    const { body: document } = await keep(ask, OLD, NEW);
    const path = `${document.links.self}/redlines`;
    const headers = { 'idempotency-key': 'once' };
    const made = await ask(path, json('POST', {}, headers));
    expect(await ask(path, json('POST', {}, headers))).toMatchObject({ status: 201, body: made.body });
    expect((await ask(path)).body.redlines).toHaveLength(1);
    const other = await ask(path, json('POST', { name: 'x' }, headers));
    expect(other).toMatchObject({ status: 422, body: { code: 'documents/other-request' } });
  });

  test('is renamed', async () => {
    const { made, self } = await redlineOf(OLD, NEW);
    const renamed = await ask(self, json('PATCH', { name: ' For Ann.docx ' }, { 'if-match': made.etag }));
    expect(renamed).toMatchObject({ status: 200, body: { name: 'For Ann.docx', versions: 1 } });
    expect(await ask(self)).toMatchObject({ etag: renamed.etag, body: renamed.body });
    const stale = await ask(self, json('PATCH', { name: 'x' }, { 'if-match': made.etag }));
    expect(stale).toMatchObject({ status: 412, body: { code: 'documents/stale' } });
  });

  test('is deleted and restored, and goes with its document', async () => {
    const { document, made, self } = await redlineOf(OLD, NEW);
    const deleted = await ask(self, { method: 'DELETE', headers: { 'if-match': made.etag } });
    expect(deleted).toMatchObject({ status: 200, body: { state: 'deleted' } });
    expect(await ask(`${self}/content`)).toMatchObject({ status: 410, body: { code: 'redlines/deleted' } });
    expect(await ask(self)).toMatchObject({ status: 200, body: { state: 'deleted' } });
    expect((await ask(`${document.links.self}/redlines`)).body.redlines).toEqual([]);
    expect((await ask(`${document.links.self}/redlines?state=deleted`)).body.redlines).toHaveLength(1);
    const restored = await ask(`${self}/restore`, { method: 'POST', headers: { 'if-match': deleted.etag } });
    expect(restored).toMatchObject({ status: 200, body: { state: 'active' } });
    const again = await ask(`${self}/restore`, { method: 'POST', headers: { 'if-match': restored.etag } });
    expect(again).toMatchObject({ status: 409, body: { code: 'documents/not-deleted' } });
    await ask(document.links.self, { method: 'DELETE', headers: { 'if-match': document.etag } });
    for (const path of [self, `${self}/content`, `${self}/certificate`, `${document.links.self}/redlines`]) {
      expect(await ask(path)).toMatchObject({ status: 410, body: { code: 'documents/deleted' } });
    }
  });

  test('outlives a restart, with its place in the list', async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'redline-redlines-'));
    let running = await startService({ dataDirectory });
    const here = asking(() => running);
    const { body: document } = await keep(here, OLD, NEW);
    const made = await here(`${document.links.self}/redlines`, json('POST', {}));
    await running.stop();
    for (const end of ['', '-wal', '-shm']) {
      await rm(join(dataDirectory, `catalogue.sqlite${end}`), { force: true });
    }
    running = await startService({ dataDirectory });
    expect(await here(made.body.links.self)).toMatchObject({ status: 200, etag: made.etag, body: made.body });
    expect((await here(`${document.links.self}/redlines`)).body.redlines).toMatchObject([
      { id: made.body.id },
    ]);
    await running.stop();
    await rm(dataDirectory, { recursive: true });
  });
});

describe('a redline is refused', () => {
  let one = '';
  let of = '';
  let pdf = '';
  beforeAll(async () => {
    const { made, document } = await redlineOf(OLD, NEW);
    one = made.body.links.self;
    of = document.links.self;
    const kept = await ask('/v1/documents', { method: 'POST', body: file(Buffer.from(textPdf('x'))) });
    pdf = kept.body.links.self;
  });
  const twice = () => {
    const form = new FormData();
    form.set('modified', new Blob([Uint8Array.from(NEW)]), 'x.docx');
    form.set('options', JSON.stringify({ modified: { version: 1 } }));
    return form;
  };
  const junk = () => {
    const form = new FormData();
    form.set('modified', new Blob(['no document']), 'x.docx');
    return form;
  };
  test.each<[string, () => [string, RequestInit?], number, string]>([
    ['of no document', () => ['/v1/documents/d_0/redlines', json('POST', {})], 404, 'documents/not-found'],
    [
      'of a redline',
      () => [`${one.replace(/d_\w+/, one.split('/').at(-1) ?? '')}`],
      404,
      'documents/not-found',
    ],
    ['that is not there', () => [`${of}/redlines/r_0`], 404, 'redlines/not-found'],
    ['of another document', () => [`${pdf}/redlines/${one.split('/').at(-1)}`], 404, 'redlines/not-found'],
    [
      'of a version that is not there',
      () => [`${of}/redlines`, json('POST', { original: { version: 9 } })],
      404,
      'documents/version-not-found',
    ],
    [
      'of a first version',
      () => [`${of}/redlines`, json('POST', { modified: { version: 1 } })],
      404,
      'documents/version-not-found',
    ],
    ['of a PDF', () => [`${pdf}/redlines`, json('POST', { original: {} })], 409, 'documents/not-word'],
    [
      'of no Word document',
      () => [`${of}/redlines`, { method: 'POST', body: junk() }],
      415,
      'document/not-a-package',
    ],
    [
      'with a side said twice',
      () => [`${of}/redlines`, { method: 'POST', body: twice() }],
      400,
      'request/field-repeated',
    ],
    [
      'with an option that is not known',
      () => [`${of}/redlines`, json('POST', { options: { x: 1 } })],
      400,
      'options/invalid',
    ],
    [
      'with an upload and a version',
      () => [`${of}/redlines`, json('POST', { modified: { upload: 'u_1', version: 1 } })],
      400,
      'options/invalid',
    ],
    [
      'with an upload that is not there',
      () => [`${of}/redlines`, json('POST', { modified: { upload: 'u_1' } })],
      404,
      'uploads/not-found',
    ],
    [
      'with a name that cannot be kept',
      () => [`${of}/redlines`, json('POST', { name: ' \n ' })],
      400,
      'documents/invalid',
    ],
    ['for a token of another list', () => [`${of}/redlines?pageToken=x`], 400, 'request/page-token'],
    ['deleted without a state', () => [one, { method: 'DELETE' }], 428, 'request/precondition-required'],
    [
      'deleted in another state',
      () => [one, { method: 'DELETE', headers: { 'if-match': '"1"' } }],
      412,
      'documents/stale',
    ],
    [
      'in a version that is not there',
      () => [`${one}/versions/7/content`],
      404,
      'documents/version-not-found',
    ],
    ['in a version that has no result', () => [`${of}/versions/1/result`], 404, 'documents/no-result'],
  ])('%s', async (_, request, status, code) => {
    expect(await ask(...request())).toMatchObject({ status, body: { code } });
  });
});
