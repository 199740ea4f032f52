import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localOperator } from '../access/index.ts';
import { systemRandom } from '../kit/index.ts';
import { DirectoryBlobStore, KeyRing, SqliteCatalogue, SqliteLeases } from '../platform/embedded/index.ts';
import { decodeBinaryJson } from './binary-json.ts';
import type { BlobStore, VersionedBlobStore } from './blob-store.ts';
import { ContentStore } from './content-store.ts';
import { DataKeys } from './data-keys.ts';
import { DocumentKeys } from './document-keys.ts';
import { Documents, newOperation } from './documents.ts';
import type { StoredContent } from './head.ts';
import { HeadStore, type StoredHead } from './head-store.ts';
import type { WrappedKey } from './key-service.ts';
import { Library } from './library.ts';

const actor = localOperator('r', null);
let folder: string;
let ring: KeyRing;
let heads: DirectoryBlobStore;
let contents: DirectoryBlobStore;
let spool: DirectoryBlobStore;
let secrets: DirectoryBlobStore;
let catalogue: SqliteCatalogue;
let now: number;
const opened: Library[] = [];
const ambient = { clock: () => now, random: systemRandom, pause: async () => {} };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-rotation-'));
  ring = await KeyRing.open(join(folder, 'keys'));
  await ring.create(actor.tenant);
  heads = await DirectoryBlobStore.open(join(folder, 'heads'), true);
  contents = await DirectoryBlobStore.open(join(folder, 'contents'), true);
  secrets = await DirectoryBlobStore.open(join(folder, 'secrets'), false);
  spool = await DirectoryBlobStore.open(join(folder, 'blobs'), false);
  catalogue = SqliteCatalogue.open(':memory:');
  now = Date.UTC(2026, 10, 22);
});
afterEach(async () => {
  for (const library of opened.splice(0)) library.close();
  catalogue.close();
  await rm(folder, { recursive: true });
});

/** The room as a new process would open it: it holds no key. */
function open(store: VersionedBlobStore = heads): Library {
  const region = { heads: store, contents, secrets };
  const library = new Library({
    ...{ residency: 'local', region, spool, keys: ring, catalogue, ambient },
    leases: SqliteLeases.open(':memory:', Date.now),
    onBehind: (error) => {
      throw error;
    },
  });
  opened.push(library);
  return library;
}

const incoming = (text: string) => ({
  type: 'text/plain',
  body: (async function* () {
    yield new TextEncoder().encode(text);
  })(),
});
const change = () => ({ actor, operation: newOperation(systemRandom) });

/** As releases before decision 0164 kept documents: under data keys that the tenant's key wrapped itself. */
function ofBefore(): { readonly documents: Documents } {
  const keys = new DataKeys(ring, ambient);
  const store = {
    heads: new HeadStore(heads, keys, ambient),
    contents: new ContentStore(contents, keys, ambient),
  };
  return { documents: new Documents({ ...store, ambient, committed: async () => {} }) };
}

async function make(library: { readonly documents: Documents }, count = 1, name = 'n'): Promise<StoredHead> {
  let stored = await library.documents.create(change(), async () => ({ name, labels: [] }), incoming('1'));
  for (let number = 2; number <= count; number += 1) {
    const { head, generation } = stored;
    const to = { ...change(), document: head.id, ifMatch: generation };
    if (number % 10 !== 0) {
      stored = await library.documents.addVersion(to, incoming(String(number)));
      continue;
    }
    // One that the engine made has a second content: what it said.
    const document = new TextEncoder().encode(String(number));
    const derived = {
      document,
      examine: async () => ({ type: 'text/plain' }),
      result: { number },
      counts: {},
    };
    ({ stored } = await library.documents.derive(to, 'decided', async () => derived));
  }
  return stored;
}

async function text(library: Library, id: string, number: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await library.documents.open(actor, id, number)).body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function keysOfDocuments(): DocumentKeys {
  return new DocumentKeys({ secrets, service: ring, dataKeys: new DataKeys(ring, ambient), ambient });
}

/** Versions of the tenant's key that wrap the keys of a document; what is not wrapped by those stands there as it is. */
async function wrappedBy(id: string): Promise<Set<string>> {
  const store = new HeadStore(heads, keysOfDocuments(), ambient);
  const stored = await store.read(actor.tenant, id);
  if (stored === null) throw new Error('It is gone.');
  const found = new Set([stored.wrapped.version]);
  const note = ({ key }: Pick<StoredContent, 'key'>) => found.add(key.version);
  for await (const version of store.pages.latestFirst(stored.head)) {
    note(version);
    if (version.result !== undefined) note(version.result);
  }
  for await (const page of store.pages.pages(stored.head)) note(page);
  const blob = await secrets.read(`secrets/${actor.tenant}/${id}`);
  const { keys } = decodeBinaryJson(new Uint8Array(await new Response(blob?.body).arrayBuffer())) as {
    keys: { wrapped: WrappedKey }[];
  };
  return new Set([
    ...[...found].filter((version) => !version.startsWith('document:')),
    ...keys.map(({ wrapped }) => wrapped.version),
  ]);
}

describe('the key of a tenant', () => {
  test('is rotated: all that an earlier version wrapped is wrapped anew, and that version can go', async () => {
    const { head } = await make(ofBefore(), 150);
    const first = await ring.primary(actor.tenant);
    const primary = await open().keys.rotate(actor.tenant);
    expect(await open().keys.status(actor.tenant)).toEqual({ primary, done: false, settled: false, lost: 0 });
    const report = await open().keys.rewrap(actor.tenant);
    expect(report).toMatchObject({ primary, done: true, documents: 1, lost: 0 });
    expect(report.keys).toBeGreaterThan(150);
    expect(await wrappedBy(head.id)).toEqual(new Set([primary]));
    await open().keys.destroy(actor.tenant, first);
    const after = open();
    for (const number of [1, 10, 64, 150]) expect(await text(after, head.id, number)).toBe(String(number));
    const { version } = await after.documents.version(actor, head.id, 20);
    expect(await after.documents.result(actor, head.id, version)).toEqual({ number: 20 });
    // The head that was there before the rotation opens by the key of the one that is.
    const store = new HeadStore(heads, keysOfDocuments(), ambient);
    const history: string[] = [];
    for await (const { head: one } of store.history(actor.tenant, head.id))
      history.push(one.commit.records[0]?.action ?? '');
    expect(history[0]).toBe('document.created');
    expect(history.at(-1)).toBe('keys.rewrapped');
  });

  test('is rotated in runs of any length, by any process, and nothing is done twice', async () => {
    const ids: string[] = [];
    for (let number = 0; number < 7; number += 1) ids.push((await make(open(), 2)).head.id);
    const primary = await open().keys.rotate(actor.tenant);
    const runs: number[] = [];
    for (let done = false; !done && runs.length < 20; ) {
      const report = await open().keys.rewrap(actor.tenant, 1);
      runs.push(report.documents);
      done = report.done;
    }
    expect(runs.slice(0, 7)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(runs.length).toBeLessThanOrEqual(8);
    for (const id of ids) expect(await wrappedBy(id)).toEqual(new Set([primary]));
    expect(await open().keys.rewrap(actor.tenant)).toMatchObject({ done: true, documents: 0, keys: 0 });
  });

  test('is rotated without a commit where documents have keys of their own', async () => {
    const { head, generation } = await make(open(), 70);
    const primary = await open().keys.rotate(actor.tenant);
    expect(await open().keys.rewrap(actor.tenant)).toMatchObject({ done: true, documents: 1, keys: 1 });
    expect(await wrappedBy(head.id)).toEqual(new Set([primary]));
    expect((await open().documents.get(actor, head.id)).generation).toBe(generation);
  });

  test('comes again to documents that others changed meanwhile', async () => {
    const { head, generation } = await make(ofBefore(), 3);
    await open().keys.rotate(actor.tenant);
    const other = open();
    let between = 0;
    const racing: VersionedBlobStore = {
      write: async (name, body, options) => {
        between += name.startsWith('heads/') ? 1 : 0;
        if (name.startsWith('heads/') && between === 1) {
          await other.documents.describe(
            { ...change(), document: head.id, ifMatch: generation },
            { name: 'new' },
          );
        }
        return await heads.write(name, body, options);
      },
      stat: (name) => heads.stat(name),
      read: (name, options) => heads.read(name, options),
      delete: (name, given) => heads.delete(name, given),
      list: (prefix, after) => heads.list(prefix, after),
      generations: (name) => heads.generations(name),
      purge: (name) => heads.purge(name),
      prune: (name, rule) => heads.prune(name, rule),
      probe: () => heads.probe(),
    };
    expect(await open(racing).keys.rewrap(actor.tenant)).toMatchObject({ done: false });
    expect(await open().keys.rewrap(actor.tenant)).toMatchObject({ done: true, documents: 1 });
    expect((await open().documents.get(actor, head.id)).head.name).toBe('new');
  });

  test('is destroyed eight days after another took its place, when all was looked at once more', async () => {
    const day = 24 * 3_600_000;
    await make(open(), 2);
    const first = await ring.primary(actor.tenant);
    const { keys } = open();
    const primary = await keys.rotate(actor.tenant);
    expect(await keys.retire(actor.tenant, primary)).toBe('primary');
    expect(await keys.retire(actor.tenant, first)).toBe('unfinished');
    await keys.rewrap(actor.tenant);
    now += 8 * day - 1;
    expect(await keys.rewrap(actor.tenant)).toMatchObject({ done: true, documents: 0 });
    expect(await keys.retire(actor.tenant, first)).toBe('unsettled');
    now += 1;
    expect(await keys.status(actor.tenant)).toMatchObject({ done: true, settled: false });
    expect(await keys.rewrap(actor.tenant)).toMatchObject({ done: true, documents: 1 });
    expect(await keys.retire(actor.tenant, first)).toBe('destroyed');
    expect(await keys.rewrap(actor.tenant)).toMatchObject({ done: true, documents: 0, lost: 0 });
  });

  test('is destroyed at once where somebody insists', async () => {
    const { head } = await make(open(), 2);
    const first = await ring.primary(actor.tenant);
    const { keys } = open();
    await keys.rotate(actor.tenant);
    expect(await keys.retire(actor.tenant, first, true)).toBe('unfinished');
    await keys.rewrap(actor.tenant);
    expect(await keys.retire(actor.tenant, first, true)).toBe('destroyed');
    expect(await text(open(), head.id, 2)).toBe('2');
  });

  test('that is gone takes its contents with it, and the rest is wrapped anew', async () => {
    const library = open();
    const lost = await make(library, 2, 'lost');
    const first = await ring.primary(actor.tenant);
    await library.keys.rotate(actor.tenant);
    const kept = await make(library, 1, 'kept');
    await library.keys.destroy(actor.tenant, first);
    // Not even this process opens them any more: it has let go of their keys.
    await expect(library.documents.get(actor, lost.head.id)).rejects.toMatchObject({ failure: 'refused' });
    expect(await open().keys.rewrap(actor.tenant)).toMatchObject({ done: true, lost: 1 });
    expect(await text(open(), kept.head.id, 1)).toBe('1');
  });

  test('is not said to have lost a key that another process wraps anew meanwhile', async () => {
    const { head } = await make(open(), 2);
    const first = await ring.primary(actor.tenant);
    const primary = await open().keys.rotate(actor.tenant);
    let reads = 0;
    const racing: BlobStore = {
      write: (name, body, options) => secrets.write(name, body, options),
      stat: (name) => secrets.stat(name),
      list: (prefix, after) => secrets.list(prefix, after),
      probe: () => secrets.probe(),
      delete: (name, generation) => secrets.delete(name, generation),
      read: async (name, options) => {
        const found = await secrets.read(name, options);
        reads += 1;
        if (reads > 1) return found;
        const held = await new Response(found?.body).arrayBuffer();
        await keysOfDocuments().rewrapOwn(actor.tenant, head.id, primary);
        await ring.destroy(actor.tenant, first);
        return found && { ...found, body: new Blob([held]).stream() };
      },
    };
    const dataKeys = new DataKeys(ring, ambient);
    const keys = new DocumentKeys({ secrets: racing, service: ring, dataKeys, ambient });
    expect(await keys.rewrapOwn(actor.tenant, head.id, primary)).toEqual({ keys: 0, left: 0, lost: 0 });
    expect(await text(open(), head.id, 2)).toBe('2');
  });

  test('also wraps the keys that sign links and the records of access', async () => {
    const library = open();
    const { head } = await make(library);
    const grant = { document: head.id, redline: null, version: null, inline: false, lifetimeMs: 3_600_000 };
    const { token } = await library.links.create(change(), grant);
    await library.records.write({ tenant: actor.tenant, kind: 'people', id: 'x' }, null, { a: 1 });
    const first = await ring.primary(actor.tenant);
    await library.keys.rotate(actor.tenant);
    await library.keys.rewrap(actor.tenant);
    await library.keys.destroy(actor.tenant, first);
    const after = open();
    expect((await after.links.open(token, 'r')).grant.document).toBe(head.id);
    expect((await after.records.read(actor.tenant, 'people', 'x'))?.value).toEqual({ a: 1 });
  });
});
