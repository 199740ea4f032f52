import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DataKeys, DocumentKeys, HeadStore } from '../../src/documents/index.ts';
import { systemRandom } from '../../src/kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../../src/platform/embedded/index.ts';
import { textPdf } from '../support/files.ts';
import { docx, p, r } from '../support/redlines.ts';
import { type Service, startService } from './service.ts';

const dataDirectory = mkdtempSync(join(tmpdir(), 'redline-links-'));
const DAY_MS = 24 * 3_600_000;
let now = Date.now();
let service: Service;
beforeAll(async () => {
  service = await startService({ dataDirectory, clock: () => now });
});
afterAll(async () => {
  await service.stop();
  rmSync(dataDirectory, { recursive: true });
});

async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(new URL(path, service.url), init);
  const text = await response.text();
  const body = /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text;
  return {
    status: response.status,
    headers: response.headers,
    etag: response.headers.get('etag') ?? '',
    body,
  };
}

function file(text: string): FormData {
  const form = new FormData();
  form.set('file', new Blob([textPdf(text)]), 'lease.pdf');
  return form;
}

let self: string;
const etag = async () => (await ask(self)).etag;
const link = (asked: object = {}, headers: Record<string, string> = {}) =>
  ask(`${self}/links`, {
    method: 'POST',
    body: JSON.stringify(asked),
    headers: { 'content-type': 'application/json', ...headers },
  });

beforeEach(async () => {
  const made = await ask('/v1/documents', { method: 'POST', body: file('one') });
  self = made.body.links.self;
});

describe('a link', () => {
  test('opens the content, whole, in ranges and by condition, and says nothing to others', async () => {
    const { status, body, headers } = await link();
    expect({ status, cache: headers.get('cache-control') }).toEqual({ status: 201, cache: 'no-store' });
    const whole = await ask(body.url);
    expect(whole).toMatchObject({ status: 200, body: textPdf('one') });
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': `attachment; filename="lease.pdf"; filename*=UTF-8''lease.pdf`,
      'cache-control': 'private, no-cache',
      'referrer-policy': 'no-referrer',
      'accept-ranges': 'bytes',
      'content-security-policy': "default-src 'none'; sandbox",
    });
    expect(await ask(body.url, { headers: { range: 'bytes=0-3' } })).toMatchObject({
      status: 206,
      body: '%PDF',
    });
    expect(await ask(body.url, { headers: { 'if-none-match': whole.etag } })).toMatchObject({ status: 304 });
    expect(await ask(body.url, { headers: { 'if-match': `"x", ${whole.etag}` } })).toMatchObject({
      status: 200,
    });
    expect(await ask(body.url, { headers: { 'if-match': `W/${whole.etag}` } })).toMatchObject({
      status: 412,
    });
    const head = await ask(body.url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(textPdf('one').length)]);
    const token = new URL(body.url).pathname.split('/').at(-1) ?? '';
    expect(token.length).toBeGreaterThan(80);
    expect(JSON.stringify(service.lines)).not.toContain(token.split('.').at(-1));
    expect(service.lines.some(({ route }) => route === '/v1/links/:token')).toBe(true);
  });

  test('gives one version, or the current one', async () => {
    const [current, first] = [await link({ disposition: 'inline' }), await link({ version: 1 })];
    const headers = { 'if-match': await etag() };
    await ask(`${self}/versions`, { method: 'POST', body: file('two'), headers });
    expect((await ask(first.body.url)).body).toBe(textPdf('one'));
    const shown = await ask(current.body.url);
    expect(shown.body).toBe(textPdf('two'));
    expect(shown.headers.get('content-disposition')).toMatch(/^inline; /);
    expect([current.body.version, first.body.version]).toEqual([null, 1]);
  });

  test.each([
    ['a minute', { lifetimeSeconds: 60 }, 60_000],
    ['a week', { lifetimeSeconds: 604_800 }, 7 * DAY_MS],
    ['an hour where nothing is said', {}, 3_600_000],
  ])('lives %s and no longer', async (_, asked, lifetime) => {
    const { body } = await link(asked);
    expect(Date.parse(body.expiresAt)).toBe(now + lifetime);
    now += lifetime - 1;
    expect(await ask(body.url)).toMatchObject({ status: 200 });
    now += 1;
    expect(await ask(body.url)).toMatchObject({ status: 410, body: { code: 'links/expired' } });
  });

  test.each<[string, object, number, string]>([
    ['that lives too short', { lifetimeSeconds: 59 }, 400, 'request/invalid'],
    ['that lives too long', { lifetimeSeconds: 604_801 }, 400, 'request/invalid'],
    ['to a version that is not there', { version: 2 }, 404, 'documents/version-not-found'],
    ['with something else', { x: 1 }, 400, 'request/invalid'],
  ])('%s is not made', async (_, asked, status, code) => {
    expect(await link(asked)).toMatchObject({ status, body: { code } });
  });

  test('is worth nothing when any letter of it is another one', async () => {
    const { pathname } = new URL((await link()).body.url);
    const from = '/v1/links/'.length;
    for (let at = from; at < pathname.length; at += 1) {
      const letter = pathname[at] === 'a' ? 'b' : 'a';
      const changed = pathname.slice(0, at) + letter + pathname.slice(at + 1);
      expect(await ask(changed), `at ${at - from}`).toMatchObject({
        status: 404,
        body: { code: 'links/invalid' },
      });
    }
    for (const changed of [
      pathname.slice(0, -1),
      `${pathname}A`,
      '/v1/links/x',
      `/v1/links/${'x'.repeat(5000)}`,
    ])
      expect(await ask(changed)).toMatchObject({ status: 404, body: { code: 'links/invalid' } });
    expect(await ask(pathname)).toMatchObject({ status: 200 });
  });

  test('ends with its document, and is there again when that is restored', async () => {
    const { body } = await link();
    const deleted = await ask(self, { method: 'DELETE', headers: { 'if-match': await etag() } });
    expect(await ask(body.url)).toMatchObject({ status: 410, body: { code: 'documents/deleted' } });
    await ask(`${self}/restore`, { method: 'POST', headers: { 'if-match': deleted.etag } });
    expect(await ask(body.url)).toMatchObject({ status: 200 });
  });

  test('is revoked with all of its document, and those that are made later are not', async () => {
    const { body } = await link();
    const revoke = (headers: Record<string, string>) => ask(`${self}/links`, { method: 'DELETE', headers });
    expect(await revoke({})).toMatchObject({ status: 428 });
    expect(await revoke({ 'if-match': await etag() })).toMatchObject({ status: 200 });
    expect(await ask(body.url)).toMatchObject({ status: 410, body: { code: 'links/revoked' } });
    expect(await ask((await link()).body.url)).toMatchObject({ status: 200 });
  });

  test('is listed without what opens it, and revoked alone', async () => {
    const [first, second] = [await link({ version: 1 }), await link({ lifetimeSeconds: 60 })];
    const { url, ...known } = first.body;
    const { url: _, ...other } = second.body;
    const listed = await ask(`${self}/links`);
    expect(listed).toMatchObject({ status: 200, etag: second.etag, body: { links: [other, known] } });
    expect(JSON.stringify(listed.body)).not.toContain('/v1/links/');
    expect(known).toMatchObject({ version: 1, disposition: 'attachment', createdBy: 'operator' });
    const revoke = (id: string, headers: Record<string, string>) =>
      ask(`${self}/links/${id}`, { method: 'DELETE', headers });
    expect(await revoke(known.id, {})).toMatchObject({ status: 428 });
    expect(await revoke(known.id, { 'if-match': '"1"' })).toMatchObject({
      status: 412,
      body: { code: 'documents/stale' },
    });
    expect(await revoke(known.id, { 'if-match': second.etag })).toMatchObject({ status: 200 });
    expect(await ask(url)).toMatchObject({ status: 410, body: { code: 'links/revoked' } });
    expect(await ask(second.body.url)).toMatchObject({ status: 200 });
    expect(await revoke(known.id, { 'if-match': await etag() })).toMatchObject({
      status: 404,
      body: { code: 'links/not-found' },
    });
    now += 60_000;
    expect((await ask(`${self}/links`)).body).toEqual({ links: [] });
  });

  test('is one of at most a hundred that are alive', async () => {
    for (let count = 0; count < 100; count += 1) await link({ lifetimeSeconds: 60 });
    expect(await link()).toMatchObject({ status: 409, body: { code: 'links/too-many' } });
    now += 60_000;
    expect(await link()).toMatchObject({ status: 201 });
  });

  test('opens a redline, and ends with it, with its document, and with its own revocation', async () => {
    const word = (text: string) => {
      const form = new FormData();
      form.set('file', new Blob([Uint8Array.from(docx(p(r(text))))]), 'lease.docx');
      return form;
    };
    const made = await ask('/v1/documents', { method: 'POST', body: word('The rent is 100.') });
    self = made.body.links.self;
    const headers = { 'if-match': made.etag };
    await ask(`${self}/versions`, { method: 'POST', body: word('The rent is 120.'), headers });
    const kept = await ask(`${self}/redlines`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ original: { version: 1 }, modified: { version: 2 } }),
    });
    const redline = kept.body.links.self;
    const document = self;
    self = redline;
    const { body, etag: linked } = await link();
    expect(await ask(body.url)).toMatchObject({ status: 200 });
    expect((await ask(body.url)).headers.get('content-type')).toContain('wordprocessingml');
    expect((await ask(`${redline}/links`)).body.links).toHaveLength(1);
    expect((await ask(`${document}/links`)).body.links).toHaveLength(0);
    const remove = async (path: string) =>
      await ask(path, { method: 'DELETE', headers: { 'if-match': (await ask(path)).etag } });
    const restore = async (path: string) => {
      const { etag: current } = await ask(path);
      await ask(`${path}/restore`, { method: 'POST', headers: { 'if-match': current } });
    };
    await remove(document);
    expect(await ask(body.url)).toMatchObject({ status: 410, body: { code: 'documents/deleted' } });
    await restore(document);
    await remove(redline);
    expect(await ask(body.url)).toMatchObject({ status: 410, body: { code: 'redlines/deleted' } });
    await restore(redline);
    expect(await ask(body.url)).toMatchObject({ status: 200 });
    expect(linked).not.toBe(await etag());
    const revoked = await ask(`${redline}/links/${body.id}`, {
      ...{ method: 'DELETE', headers: { 'if-match': await etag() } },
    });
    expect(revoked).toMatchObject({ status: 200, body: { id: redline.split('/').at(-1) } });
    expect(await ask(body.url)).toMatchObject({ status: 410, body: { code: 'links/revoked' } });
  });

  test('survives the end of the service', async () => {
    const { body } = await link();
    await service.stop();
    service = await startService({ dataDirectory, clock: () => now });
    expect(await ask(new URL(body.url).pathname)).toMatchObject({ status: 200 });
  });

  test('is recorded where it was made, once for one key', async () => {
    const key = { 'idempotency-key': 'link', 'x-request-id': 'request-of-link' };
    const [first, again] = [await link({ version: 1 }, key), await link({ version: 1 }, key)];
    expect(again.body).toEqual(first.body);
    await link();
    const ambient = { clock: () => now, random: systemRandom, pause: async () => {} };
    const ring = await KeyRing.open(join(dataDirectory, 'keys'));
    const secrets = await DirectoryBlobStore.open(join(dataDirectory, 'secrets'), false);
    const dataKeys = new DataKeys(ring, ambient);
    const keys = new DocumentKeys({ secrets, service: ring, dataKeys, ambient });
    const heads = new HeadStore(
      await DirectoryBlobStore.open(join(dataDirectory, 'heads'), true),
      keys,
      ambient,
    );
    const records: unknown[] = [];
    for await (const { head } of heads.history('local', self.split('/').at(-1) ?? ''))
      records.push(...head.commit.records);
    expect(records).toMatchObject([
      { action: 'document.created' },
      { action: 'link.created', version: 1, actor: { id: 'operator' }, requestId: 'request-of-link' },
      { action: 'link.created', version: null },
    ]);
    keys.forget();
  });
});
