import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { checkArchive, readTar } from '../../src/documents/index.ts';
import { type Answer, type Ask, asking, json, keep, word } from './kept.ts';
import { form, type Service, startService } from './service.ts';

// Everything that one service keeps, in an archive, and out of it into another one.

let from: Service;
let to: Service;
let ask: Ask;
let there: Ask;
let lease: Answer;
let redline: Answer;
let archive: Uint8Array;
let exported: Answer['body'];
/** Where a webhook leads that is kept there. */
const RECEIVER = 'hooks.invalid';

beforeAll(async () => {
  from = await startService();
  to = await startService();
  ask = asking(() => from);
  there = asking(() => to);
  lease = await keep(ask, word('The rent is 100.'), word('The rent is 120.'));
  const { self } = lease.body.links;
  redline = await ask(`${self}/redlines`, json('POST', {}));
  const labelled = await ask(self, json('PATCH', { labels: ['lease'] }, { 'if-match': lease.etag }));
  const restored = { method: 'POST', headers: { 'if-match': labelled.etag } };
  await ask(`${self}/versions/1/restore`, restored);
  const other = await keep(ask, word('To be deleted.'));
  await ask(other.body.links.self, { method: 'DELETE', headers: { 'if-match': other.etag } });
  await ask('/v1/webhooks', json('POST', { url: `https://${RECEIVER}/` }));
  const sides = { original: word('Sent along.'), modified: word('Sent along, later.') };
  const begun = { method: 'POST', body: form(sides), headers: { prefer: 'respond-async' } };
  expect((await ask('/v1/comparisons', begun)).status).toBe(202);
  exported = await ready(await ask('/v1/exports', json('POST', { scope: 'tenant' })));
  archive = (await ask(exported.links.content)).body;
});
afterAll(async () => {
  await from.stop();
  await to.stop();
});

async function ready(begun: Answer): Promise<Answer['body']> {
  expect(begun.status).toBe(202);
  return await vi.waitFor(
    async () => {
      const { body } = await ask(begun.body.links.self);
      expect(body.status).toBe('ready');
      return body;
    },
    { timeout: 60_000 },
  );
}

async function* bytes(...pieces: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* pieces;
}

/** The names of the files of an archive. */
async function namesIn(tar: Uint8Array): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of readTar(bytes(tar))) names.push(name);
  return names;
}

const tar = { 'content-type': 'application/x-tar' };
const send = (body: Uint8Array, to = there) =>
  to('/v1/imports', { method: 'POST', body: Uint8Array.from(body), headers: tar });

describe('an export', () => {
  test('holds every version once, redlines, events and what proves them', async () => {
    const { id } = lease.body;
    const names = await namesIn(archive);
    expect(names[0]).toBe('archive.json');
    expect(names.slice(-3)).toEqual(['files.jsonl', 'manifest.json', 'signature.json']);
    expect(names.filter((name) => name.startsWith(`documents/${id}/`))).toEqual(
      ['description.json', '1.docx', '2.docx'].map((name) => `documents/${id}/${name}`),
    );
    const kept = `redlines/${redline.body.id}/`;
    expect(names.filter((name) => name.startsWith(kept))).toEqual([
      ...[`${kept}description.json`, `${kept}1.docx`, `${kept}1.result.json`],
    ]);
    expect(names).toContain('audit/events-000000000001.jsonl');
    expect(names).toContain('audit/keys.jsonl');
    // Neither webhooks with their secrets nor operations: they are no property of documents.
    const folders = new Set(names.flatMap((name) => (name.includes('/') ? [name.split('/')[0]] : [])));
    expect([...folders].toSorted()).toEqual(['audit', 'documents', 'redlines']);
    const text = Buffer.from(archive).toString('latin1');
    expect(text).toContain('webhook.created');
    expect([text.includes(RECEIVER), text.includes('whsec_')]).toEqual([false, false]);
    expect(exported).toMatchObject({
      scope: 'tenant',
      size: archive.length,
      counts: { documents: 2, redlines: 1, versions: 5 },
    });
    const checked = await checkArchive(bytes(archive));
    expect(checked).toMatchObject({ manifest: { tenant: 'local', by: 'operator' } });
    expect(checked.key).toMatch(/^[0-9a-f]{32}$/);
  });

  test('goes on where it was cut, and says so when it is asked for something else', async () => {
    const { content } = exported.links;
    const cut = 5000;
    const range = { headers: { range: `bytes=${cut}-` } };
    const rest = await ask(content, range);
    expect([rest.status, rest.headers.get('content-range')]).toEqual([
      206,
      `bytes ${cut}-${archive.length - 1}/${archive.length}`,
    ]);
    expect(Buffer.concat([archive.subarray(0, cut), rest.body]).equals(archive)).toBe(true);
    const behind = await ask(content, { headers: { range: `bytes=${archive.length}-` } });
    expect([behind.status, behind.body.code]).toEqual([416, 'request/range-not-satisfiable']);
    expect((await ask(`/v1/exports/x_${'0'.repeat(32)}`)).body).toMatchObject({ code: 'exports/not-found' });
  });
});

describe('an import', () => {
  test('of a damaged archive leaves nothing of what is damaged', async () => {
    const hurt = Buffer.from(archive);
    const at = hurt.indexOf('word/document.xml');
    hurt[at - 4] = (hurt[at - 4] ?? 0) ^ 1;
    const answer = await send(hurt);
    expect([answer.status, answer.body.code]).toEqual([422, 'imports/damaged']);
    const listed = await there('/v1/documents');
    expect(listed.body.documents).toEqual([]);
    await expect(checkArchive(bytes(hurt))).rejects.toMatchObject({ code: 'imports/damaged' });
  });

  test('of what was cut takes in what is whole, and the rest when it is sent again', async () => {
    const names = await namesIn(archive);
    const second = names.findIndex((name, at) => at > 1 && name.endsWith('/description.json'));
    const cut = Buffer.from(archive).indexOf(names[second] ?? '', 0) + 700;
    expect(await send(archive.subarray(0, cut))).toMatchObject({
      status: 422,
      body: { code: 'imports/damaged' },
    });
    const whole = await send(archive);
    expect(whole).toMatchObject({
      status: 200,
      body: { tenant: 'local', documents: 1, redlines: 1, present: 1, membersLeft: 0, renamed: [] },
    });
    expect(await send(archive)).toMatchObject({
      status: 200,
      body: { documents: 0, redlines: 0, versions: 0, present: 3 },
    });
  });

  test('gives every version and redline back as it was, under the same ids', async () => {
    for (const one of [lease.body.links.self, `${lease.body.links.self}/redlines/${redline.body.id}`]) {
      const [before, after] = [await ask(`${one}/versions`), await there(`${one}/versions`)];
      expect(after.body).toEqual(before.body);
      for (const { links, content } of after.body.versions) {
        const { body } = await there(links.content);
        expect(createHash('sha256').update(body).digest('hex')).toBe(content.sha256);
        expect(body.length).toBe(content.size);
      }
    }
    const path = lease.body.links.self;
    const { etag: _, ...known } = (await ask(path)).body;
    expect((await there(path)).body).toMatchObject({ ...known, etag: expect.any(String) });
    const certificate = `${path}/redlines/${redline.body.id}/certificate`;
    expect((await there(certificate)).body).toEqual((await ask(certificate)).body);
    const text = await there(`${path}/versions/2/content`);
    expect(text.headers.get('content-type')).toContain('wordprocessingml');
    const deleted = await there('/v1/documents?state=deleted');
    expect(deleted.body.documents).toHaveLength(1);
    // What came in is changed like anything else.
    const current = await there(path);
    const renamed = await there(path, json('PATCH', { name: 'Moved' }, { 'if-match': current.etag }));
    expect(renamed).toMatchObject({ status: 200, body: { name: 'Moved' } });
  });

  test('keeps the other audit trail as evidence', async () => {
    const { body, status } = await there(`/v1/imports/${exported.id}/evidence`);
    expect(status).toBe(200);
    expect(await namesIn(body)).toEqual(
      expect.arrayContaining(['audit/events-000000000001.jsonl', 'audit/keys.jsonl', 'manifest.json']),
    );
    expect((await there(`/v1/imports/x_${'1'.repeat(32)}/evidence`)).status).toBe(404);
  });
});

describe('an archive that was changed', () => {
  let third: Service;
  const at = asking(() => third);
  const evidence = () => at(`/v1/imports/${exported.id}/evidence`);
  beforeAll(async () => {
    third = await startService();
  });
  afterAll(() => third.stop());

  // What a document says of its own contents is right in each of them.
  test.each<[string, string, object]>([
    ['an event', 'webhook.', { documents: 2, redlines: 1, versions: 5, present: 0 }],
    ['a name', '"name":"Lease', { present: 3 }],
    ['the list', '{"name":"archive.json', { present: 3 }],
    ['a figure of the manifest', '"bytes": ', { present: 3 }],
    ['the signature', '"signature": "', { present: 3 }],
  ])('in %s is refused, with what came in, and without its trail', async (_, where, imported) => {
    const hurt = Buffer.from(archive);
    const found = hurt.indexOf(where);
    expect(found).toBeGreaterThan(0);
    const changed = found + where.length;
    hurt[changed] = (hurt[changed] ?? 0) ^ 1;
    expect(await send(hurt, at)).toMatchObject({
      ...{ status: 422, body: { code: 'imports/damaged', details: { imported } } },
    });
    expect((await evidence()).body.code).toBe('imports/not-found');
  });

  const until = (name: string) => archive.subarray(0, Buffer.from(archive).lastIndexOf(name));

  test('by leaving the list away is a piece, for whose trail nothing vouches', async () => {
    const piece = await send(until('files.jsonl'), at);
    expect(piece).toMatchObject({ status: 200, body: { whole: false, key: null, evidence: 0 } });
    expect((await evidence()).status).toBe(404);
    expect(await send(until('manifest.json'), at)).toMatchObject({ status: 422 });
  });

  test('does not stand in the way of the right one', async () => {
    const { key } = await checkArchive(bytes(archive));
    expect(await send(archive, at)).toMatchObject({ status: 200, body: { present: 3, whole: true, key } });
    const kept = (await evidence()).body;
    expect((await namesIn(kept)).toSorted()).toEqual(
      (await namesIn(archive)).filter((name) => /^audit|^manifest|^signature/.test(name)).toSorted(),
    );
    // Nor takes its place.
    const unsigned = await send(until('signature.json'), at);
    expect(unsigned).toMatchObject({ status: 200, body: { whole: true, key: null } });
    expect((await evidence()).body).toEqual(kept);
  });
});
