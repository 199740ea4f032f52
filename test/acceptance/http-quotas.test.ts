import { afterEach, describe, expect, test } from 'vitest';
import { buildDocx, documentXml } from '../support/package.ts';
import { type Service, startService } from './service.ts';

// How much a tenant may keep.

let service: Service;
afterEach(() => service.stop());

const DOCX = Uint8Array.from(buildDocx({ 'word/document.xml': documentXml('<w:p/><w:sectPr/>') }));

/** A picture of so many bytes. */
function png(size: number): Uint8Array {
  const head = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  return Buffer.concat([head, Buffer.alloc(size - head.length)]);
}

async function open(quotas: string): Promise<void> {
  service = await startService({ settings: { REDLINE_QUOTAS: quotas } });
}

async function keep(bytes: Uint8Array, path = '/v1/documents', etag?: string): Promise<Response> {
  const body = new FormData();
  body.set('file', new Blob([Uint8Array.from(bytes)]), 'one');
  const headers = etag === undefined ? {} : { 'If-Match': etag };
  return await fetch(`${service.url}${path}`, { method: 'POST', body, headers });
}

const kept = async (answer: Response) => {
  expect(answer.status).toBe(201);
  const { id } = (await answer.json()) as { id: string };
  return { path: `/v1/documents/${id}`, etag: answer.headers.get('etag') ?? '' };
};

const refused = (answer: Response) =>
  answer.json().then((body) => {
    const { code, details } = body as { code: string; details: object };
    return { status: answer.status, code, ...details };
  });

describe('a quota of documents', () => {
  test('is reached, told of, and the same after a deletion, which can be taken back', async () => {
    await open('local=2,100; *=1,1');
    const one = await kept(await keep(DOCX));
    await kept(await keep(DOCX));
    const full = { status: 403, code: 'documents/quota-exceeded', quota: 'documents', used: 2, most: 2 };
    expect(await refused(await keep(DOCX))).toEqual(full);
    const gone = await fetch(`${service.url}${one.path}`, {
      method: 'DELETE',
      headers: { 'If-Match': one.etag },
    });
    expect(gone.ok).toBe(true);
    expect(await refused(await keep(DOCX))).toEqual(full);
  });

  test('is passed by nobody who comes at the same time', async () => {
    await open('*=5,100');
    const answers = await Promise.all(Array.from({ length: 12 }, () => keep(DOCX)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(7);
  });

  test('costs nothing for a request that is repeated', async () => {
    await open('local=1,100');
    const again = async () => {
      const body = new FormData();
      body.set('file', new Blob([DOCX]), 'one');
      const headers = { 'Idempotency-Key': 'the-same' };
      return (await fetch(`${service.url}/v1/documents`, { method: 'POST', body, headers })).status;
    };
    expect([await again(), await again()]).toEqual([201, 201]);
  });
});

describe('a quota of bytes', () => {
  const MEGABYTE = 1024 * 1024;

  test('counts every version, while it arrives, and nothing of what was refused', async () => {
    await open('local=10,1');
    const { path, etag } = await kept(await keep(png(MEGABYTE / 2)));
    const more = await keep(png(MEGABYTE / 2 + 1), `${path}/versions`, etag);
    const full = { status: 403, code: 'documents/quota-exceeded', quota: 'bytes', most: MEGABYTE };
    expect(await refused(more)).toEqual({ ...full, used: MEGABYTE / 2 });
    const next = await keep(png(MEGABYTE / 4), `${path}/versions`, etag);
    expect(next.status).toBe(201);
    const back = await fetch(`${service.url}${path}/versions/1/restore`, {
      method: 'POST',
      headers: { 'If-Match': next.headers.get('etag') ?? '' },
    });
    expect(back.ok, 'what is restored is there already').toBe(true);
    await kept(await keep(png(MEGABYTE / 4)));
    expect(await refused(await keep(png(100)))).toEqual({ ...full, used: MEGABYTE });
  });

  test('is the same after the start of another process', async () => {
    await open('local=10,1');
    const { dataDirectory } = service;
    const settings = { REDLINE_QUOTAS: 'local=10,1' };
    await kept(await keep(png(MEGABYTE)));
    const other = await startService({ settings, dataDirectory });
    const body = new FormData();
    body.set('file', new Blob([Uint8Array.from(png(100))]), 'one');
    const answer = await fetch(`${other.url}/v1/documents`, { method: 'POST', body });
    await other.stop();
    expect(await refused(answer)).toMatchObject({ quota: 'bytes', used: MEGABYTE });
  });
});
