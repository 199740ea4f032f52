import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localOperator } from '../../src/access/index.ts';
import {
  ContentStore,
  DataKeys,
  DocumentKeys,
  Documents,
  HeadStore,
  type StoredHead,
} from '../../src/documents/index.ts';
import { systemRandom } from '../../src/kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../../src/platform/embedded/index.ts';
import { contentsBelow, copyBelow } from '../support/folders.ts';
import { type Answer, asking, file, json, keep, word } from './kept.ts';
import { runHere } from './run-here.ts';
import { type Service, startService } from './service.ts';

// The drill of docs/erasure.md: a document is made, read, shared, backed up and erased. Then everything is tried to read it.

const actor = localOperator('r', null);
/** Words of the document, its name, and its label: none may be found anywhere afterwards. */
const NAME = 'Zanzibar lease.docx';
const LABEL = 'quetzalcoatl';
const MINUTE_MS = 60_000;

let folder: string;
let service: Service;
let data: string;
let backup: string;
let made: Answer;
let redline: Answer;
let linked: string;
let other: Answer;
let erased: Answer;
let certificate: Answer;
let before: StoredHead;
const ask = asking(() => service);
const now = { ahead: 0 };
const ambient = { clock: () => Date.now() + now.ahead, random: systemRandom, pause: async () => {} };

interface Process {
  readonly heads: HeadStore;
  readonly documents: Documents;
  readonly keys: DocumentKeys;
}

/** A process that reads heads and contents of one folder, with keys out of others. */
async function processOn(root: string, secretsOf = data, ring = data): Promise<Process> {
  const store = async (at: string, name: string, keeps: boolean) =>
    await DirectoryBlobStore.open(join(at, name), keeps);
  const service = await KeyRing.open(join(ring, 'keys'));
  const keys = new DocumentKeys({
    ...{ secrets: await store(secretsOf, 'secrets', false), service, ambient },
    dataKeys: new DataKeys(service, ambient),
  });
  const heads = new HeadStore(await store(root, 'heads', true), keys, ambient);
  const contents = new ContentStore(await store(root, 'contents', true), keys, ambient);
  const documents = new Documents({ heads, contents, ambient, committed: async () => {} });
  return { heads, documents, keys };
}

let witness: Process;
const idempotent = { 'idempotency-key': 'once' };
const created = () => ({ method: 'POST', body: file(word('The rent is 100.'), NAME), headers: idempotent });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redline-erasure-'));
  data = join(folder, 'data');
  backup = join(folder, 'backup');
  service = await startService({ dataDirectory: data });
  other = await keep(ask, word('Another contract.'));
  const first = await ask('/v1/documents', created());
  const { self } = first.body.links;
  const named = await ask(self, json('PATCH', { name: NAME, labels: [LABEL] }, { 'if-match': first.etag }));
  made = await ask(`${self}/versions`, {
    method: 'POST',
    body: file(word('The rent is 120.'), NAME),
    headers: { 'if-match': named.etag },
  });
  redline = await ask(`${self}/redlines`, json('POST', {}));
  linked = new URL((await ask(`${self}/links`, json('POST', {}))).body.url).pathname;
  expect([redline.status, (await ask(linked)).status]).toEqual([201, 200]);
  await ask(`${self}/content`);
  // Another process knows the keys; then comes the backup, with the keys of documents apart.
  witness = await processOn(data);
  before = await witness.documents.get(actor, made.body.id);
  for await (const _ of (await witness.documents.open(actor, made.body.id)).body);
  copyBelow(data, backup);
  erased = await ask('/v1/erasures', json('POST', { document: made.body.id, reason: 'request 42' }));
  certificate = await ask(`/v1/erasures/${made.body.id}/certificate`);
}, 60_000);
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true });
});

describe('a document that was erased', () => {
  test('is gone for everybody, with its redlines, links, lists and kept answers', async () => {
    expect(erased).toMatchObject({ status: 201, body: { state: 'done', document: made.body.id } });
    const { self } = made.body.links;
    for (const path of [self, `${self}/content`, `${self}/versions`, `${self}/links`, `${self}/redlines`]) {
      expect([path, (await ask(path)).status]).toEqual([path, 404]);
    }
    expect((await ask(`${self}/redlines/${redline.body.id}`)).status).toBe(404);
    expect((await ask(linked)).status).toBe(404);
    const listed = await ask('/v1/documents');
    expect(listed.body.documents.map(({ id }: { id: string }) => id)).toEqual([other.body.id]);
    // The request that made it is not answered as it was, and does not bring it back.
    const again = await ask('/v1/documents', created());
    expect(again.headers.get('idempotent-replayed')).toBeNull();
    expect(again.status).toBe(503);
    expect((await ask(`${other.body.links.self}/content`)).status).toBe(200);
  });

  test('leaves one head that says nothing, and no object of its own besides', async () => {
    const fresh = await processOn(data);
    for (const id of [made.body.id, redline.body.id]) {
      const heads: StoredHead[] = [];
      for await (const one of fresh.heads.history('local', id)) heads.push(one);
      expect(heads).toMatchObject([
        { head: { state: 'taken', name: '', labels: [], versions: [], members: [] } },
      ]);
      for (const kind of ['contents', 'pages', 'below']) {
        const store = await DirectoryBlobStore.open(join(data, kind === 'contents' ? kind : 'heads'), true);
        for await (const { name } of store.list(`${kind}/local/${id}/`)) expect(name).toBe('nothing');
      }
    }
  });

  test('cannot be decrypted from a backup of everything but the keys of documents', async () => {
    const restored = await processOn(backup, data);
    const store = await DirectoryBlobStore.open(join(backup, 'heads'), true);
    for (const id of [made.body.id, redline.body.id]) {
      let generations = 0;
      for await (const { generation } of store.generations(`heads/local/${id}`)) {
        generations += 1;
        const read = restored.heads.read('local', id, generation);
        await expect(read).rejects.toMatchObject({ failure: 'refused' });
      }
      expect(generations).toBeGreaterThan(0);
    }
    // Nor by somebody who kept the head itself, with the wrapped keys of its contents.
    const { key, content } = before.head.versions[0] ?? { key: before.wrapped, content: '' };
    const context = new TextEncoder().encode(`local|${made.body.id}|${content}|content`);
    await expect(restored.keys.open('local', key, context)).rejects.toMatchObject({ failure: 'refused' });
    // The other document of the same backup opens: it is the key that is gone, not the way to it.
    expect((await restored.documents.get(actor, other.body.id)).head.name).not.toBe('');
  });

  test('opens from a backup of the keys of documents, which is why that is kept for days only', async () => {
    const careless = await processOn(backup, backup);
    expect((await careless.documents.get(actor, made.body.id)).head.name).toBe(NAME);
  });

  test('is forgotten by processes that had its keys, at once for readers and within five minutes in memory', async () => {
    await expect(witness.documents.get(actor, made.body.id)).rejects.toMatchObject({
      code: 'documents/not-found',
    });
    now.ahead = 5 * MINUTE_MS + 1000;
    const context = new TextEncoder().encode(`local|${made.body.id}|head|head`);
    await expect(witness.keys.open('local', before.wrapped, context)).rejects.toMatchObject({
      failure: 'refused',
    });
    now.ahead = 0;
  });

  test('leaves no word of its own in any file', () => {
    for (const { path, bytes } of contentsBelow(data)) {
      const text = bytes.toString('latin1');
      for (const word of [NAME, LABEL, 'Zanzibar', 'zanzibar']) {
        expect([path.slice(data.length), word, text.includes(word)]).toEqual([
          path.slice(data.length),
          word,
          false,
        ]);
      }
    }
  });

  test('is proved by a certificate that stands in the trail, which verifies as before', async () => {
    expect(certificate).toMatchObject({
      status: 200,
      body: {
        ...{ kind: 'document', subject: made.body.id, reason: 'request 42', by: { id: 'operator' } },
        removed: { redlines: 1, contents: 4, keys: 2 },
      },
    });
    expect(certificate.body.remains.length).toBeGreaterThan(3);
    const again = await ask('/v1/erasures', json('POST', { document: made.body.id, reason: 'other' }));
    expect(again.body).toEqual(erased.body);
    await service.stop();
    const checkpoints = join(data, 'checkpoints');
    const [events, proof] = [join(folder, 'events.jsonl'), join(folder, 'certificate.json')];
    const exported = await runHere('audit', 'export', '--data', data);
    writeFileSync(events, exported.text);
    writeFileSync(proof, JSON.stringify(certificate.body));
    expect(await runHere('audit', 'verify', events, '--checkpoints', checkpoints)).toMatchObject({ code: 0 });
    const check = async (path: string) =>
      await runHere('audit', 'certificate', path, '--checkpoints', checkpoints, '--events', events);
    expect(await check(proof)).toMatchObject({ code: 0, text: expect.stringMatching(/^signed; d_/) });
    writeFileSync(proof, JSON.stringify({ ...certificate.body, reason: 'another' }));
    expect(await check(proof)).toMatchObject({ code: 1, text: 'not what was signed\n' });
    expect(exported.text).toContain('"document.erased"');
    service = await startService({ dataDirectory: data });
  });

  test('can be erased from the command line too', async () => {
    const id = String(other.body.id);
    await service.stop();
    const answer = await runHere('admin', 'erase', id, '--reason', 'request 43', '--data', data);
    expect(answer.code).toBe(0);
    expect(JSON.parse(answer.text)).toMatchObject({ subject: id, removed: { contents: 1, keys: 1 } });
    service = await startService({ dataDirectory: data });
    expect((await ask(other.body.links.self)).status).toBe(404);
    expect((await ask('/v1/erasures/d_none')).status).toBe(404);
    expect((await ask('/v1/erasures', json('POST', { document: 'd_none', reason: 'x' }))).status).toBe(404);
  });
});

describe('a document that is held', () => {
  test('is not erased until it is released', async () => {
    const kept = await keep(ask, word('A contract in dispute.'));
    const { self } = kept.body.links;
    const place = { 'if-match': kept.etag };
    const held = await ask(`${self}/hold`, json('PUT', { reason: 'Case 7' }, place));
    expect(held.status).toBe(200);
    const asked = json('POST', { document: kept.body.id, reason: 'request 44' });
    expect(await ask('/v1/erasures', asked)).toMatchObject({ status: 409, body: { code: 'documents/held' } });
    expect((await ask(`${self}/content`)).status).toBe(200);
    expect((await ask(`/v1/erasures/${kept.body.id}`)).status).toBe(404);
    await ask(`${self}/hold`, { method: 'DELETE', headers: { 'if-match': held.etag } });
    expect((await ask('/v1/erasures', asked)).status).toBe(201);
    expect((await ask(self)).status).toBe(404);
  });
});
