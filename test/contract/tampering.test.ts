import { closeSync, openSync, readdirSync, readSync, statSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localOperator } from '../../src/access/index.ts';
import {
  type BlobStore,
  claimDataFormat,
  DataKeys,
  Library,
  newOperation,
  type ResultPlace,
  Results,
  type StoredHead,
  type VersionedBlobStore,
} from '../../src/documents/index.ts';
import { createLog, Integrity, OutsideError, systemRandom } from '../../src/kit/index.ts';
import {
  DirectoryBlobStore,
  KeyRing,
  SqliteCatalogue,
  SqliteLeases,
} from '../../src/platform/embedded/index.ts';

// Any byte of any stored object is another one: whoever reads it is told so by a typed error that the alarm takes note of.

const actor = localOperator('r', null);
const now = Date.UTC(2026, 10, 22);
const ambient = { clock: () => now, random: systemRandom, pause: async () => {} };
/** Objects of at most so many bytes are changed at every byte, larger ones at some. */
const EXHAUSTIVE = 700;
const SAMPLES = 50;

let folder: string;
let ring: KeyRing;
let stores: Record<'heads' | 'contents' | 'secrets' | 'blobs', DirectoryBlobStore>;
let made: { document: StoredHead; upload: string; result: ResultPlace; link: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-tampering-'));
  stores = {
    heads: await DirectoryBlobStore.open(join(folder, 'heads'), true),
    contents: await DirectoryBlobStore.open(join(folder, 'contents'), true),
    secrets: await DirectoryBlobStore.open(join(folder, 'secrets'), false),
    blobs: await DirectoryBlobStore.open(join(folder, 'blobs'), false),
  };
  ring = await KeyRing.open(join(folder, 'keys'));
  await ring.create(actor.tenant);
  made = await make(open());
}, 60_000);
afterAll(() => rm(folder, { recursive: true }));

/** As a new process would open them: it holds no key. */
function open({
  heads,
  contents,
  secrets,
  blobs,
}: {
  heads: VersionedBlobStore;
  contents: VersionedBlobStore;
  secrets: BlobStore;
  blobs: BlobStore;
} = stores): Library {
  return new Library({
    ...{ residency: 'local', region: { heads, contents, secrets }, spool: blobs, keys: ring, ambient },
    leases: SqliteLeases.open(':memory:', Date.now),
    catalogue: SqliteCatalogue.open(':memory:'),
    onBehind: (error) => {
      throw error;
    },
  });
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
const change = () => ({ actor, operation: newOperation(systemRandom) });
const text = (content: string) => ({ type: 'text/plain', body: once(Buffer.from(content)) });

async function make(library: Library): Promise<typeof made> {
  await claimDataFormat(stores.heads);
  const { documents, uploads } = library;
  let document = await documents.create(
    change(),
    async () => ({ name: 'Lease', labels: [] }),
    text('x'.repeat(150_000)),
  );
  for (let number = 2; number <= 66; number += 1) {
    const to = { ...change(), document: document.head.id, ifMatch: document.generation };
    document = await documents.addVersion(to, text(String(number)));
  }
  const { id: upload } = await uploads.start(actor, 300);
  await uploads.append(actor, upload, { offset: 0, body: once(Buffer.alloc(300, 'u')) });
  const of = { tenant: actor.tenant, kind: 'results' } as const;
  const result = await library.results(1e6).save(of, Buffer.from('result'), { a: 1 });
  const begun = await library.requests.begin(actor, 'key', 'POST /');
  if (begun.kind === 'claimed') await begun.claim.finish(null, { status: 201, headers: [], body: '{}' });
  await library.records.write({ tenant: actor.tenant, kind: 'people', id: 'ann' }, null, { name: 'Ann' });
  await library.records.write({ tenant: actor.tenant, kind: 'groups', id: 'all' }, null, { groups: [] });
  const grant = {
    document: document.head.id,
    redline: null,
    version: null,
    inline: false,
    lifetimeMs: 3_600_000,
  };
  const { token: link, stored } = await library.links.create(change(), grant);
  return { document: stored, upload, result, link };
}

async function drained(body: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of body);
}

/** What reads an object, by the start of its name. */
const READERS: readonly [
  prefix: string,
  read: (library: Library, given: typeof stores, name: string) => Promise<unknown>,
][] = [
  ['heads/', ({ documents }) => documents.get(actor, made.document.head.id)],
  ['secrets/', ({ documents }) => documents.get(actor, made.document.head.id)],
  ['pages/', ({ documents }) => documents.versions(actor, made.document.head.id, 100)],
  ['journal/', (library) => library.follow()],
  ['format', (_, { heads }) => claimDataFormat(heads)],
  ['links/', ({ links }) => links.open(made.link, 'r')],
  ['records/', ({ records }) => records.read(actor.tenant, 'groups', 'all')],
  ['persons/', ({ records }) => records.read(actor.tenant, 'people', 'ann')],
  ['uploads/', ({ uploads }) => uploads.find(actor, made.upload)],
  ['parts/', async ({ uploads }) => drained((await uploads.open(actor, made.upload)).body)],
  ['idempotency/', ({ requests }) => requests.begin(actor, 'key', 'POST /')],
  [
    'results/',
    async (_, { blobs }, name) => {
      const part = name.endsWith('/report') ? 'report' : 'document';
      const found = await new Results(blobs, new DataKeys(ring, ambient), ambient, 1e6).open(
        made.result,
        part,
      );
      if (typeof found === 'string') throw new Error(found);
      await drained(found.body);
    },
  ],
  [
    'contents/',
    async ({ documents }, _, name) => {
      for await (const version of versionsOf(documents)) {
        if (!name.endsWith(version.content)) continue;
        await drained((await documents.open(actor, made.document.head.id, version.number)).body);
      }
    },
  ],
];

async function* versionsOf(documents: Library['documents']) {
  yield* await documents.versions(actor, made.document.head.id, 100);
}

function readerOf(name: string) {
  const found = READERS.find(([prefix]) => name.startsWith(prefix));
  if (found === undefined) throw new Error(`Nobody reads ${name}: say how here.`);
  return found[1];
}

function placesIn(size: number): number[] {
  if (size <= EXHAUSTIVE) return Array.from({ length: size }, (_, at) => at);
  const some = Array.from({ length: SAMPLES }, (_, n) => Math.floor((n * size) / SAMPLES));
  const ends = Array.from({ length: 100 }, (_, at) => [at, size - 1 - at]).flat();
  return [...new Set([...ends, ...some])].filter((at) => at >= 0 && at < size);
}

async function expectAlarm(read: () => Promise<unknown>, where: string): Promise<void> {
  const error = await read().then(
    () => null,
    (reason: unknown) => reason,
  );
  const lines: string[] = [];
  const integrity = new Integrity(createLog('info', { write: (line) => void lines.push(line) }));
  integrity.note(error);
  expect(error, where).toBeInstanceOf(OutsideError);
  expect({ failures: integrity.failures, alarm: lines[0]?.includes('"msg":"integrity.') }, where).toEqual({
    failures: 1,
    alarm: true,
  });
}

/** Every kind of object that is there, one or two of each. */
async function objects(store: BlobStore): Promise<string[]> {
  const perKind = new Map<string, string[]>();
  for await (const { name } of store.list('')) {
    const kind = name.split('/')[0] ?? '';
    perKind.set(kind, [...(perKind.get(kind) ?? []), name]);
  }
  // Contents: a short one and the long one.
  return [...perKind.values()].flatMap((names) => [...new Set([names[0] ?? '', names.at(-1) ?? ''])]);
}

/** A store that gives out one object with another byte in it, as if it knew nothing of checksums. */
function flipping<Store extends BlobStore>(store: Store, name: string, at: number): Store {
  const read: BlobStore['read'] = async (asked, options = {}) => {
    const blob = await store.read(asked, options);
    if (blob === null || asked !== name) return blob;
    const bytes = new Uint8Array(await new Response(blob.body).arrayBuffer());
    const place = at - (options.range?.start ?? 0);
    if (place >= 0 && place < bytes.length) bytes[place] = (bytes[place] ?? 0) ^ (1 << (at % 8));
    return { ...blob, body: new Response(bytes).body ?? blob.body };
  };
  return new Proxy(store, {
    get: (target, member) => {
      if (member === 'read') return read;
      const value: unknown = Reflect.get(target, member);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

describe('a byte of an object that is another one', () => {
  test('is noticed by what opens it, whatever the store knows', { timeout: 120_000 }, async () => {
    const kinds = new Set<string>();
    for (const [kind, store] of Object.entries(stores)) {
      for (const name of await objects(store)) {
        const size = (await store.stat(name))?.size ?? 0;
        kinds.add(name.split('/')[0] ?? '');
        for (const at of placesIn(size)) {
          const tampered = { ...stores, [kind]: flipping(store, name, at) };
          await expectAlarm(
            () => readerOf(name)(open(tampered), tampered, name),
            `${name} at ${at} of ${size}`,
          );
        }
        await readerOf(name)(open(), stores, name);
      }
    }
    expect([...kinds].sort()).toEqual(READERS.map(([prefix]) => prefix.replace('/', '')).sort());
  });

  test('is noticed wherever it lies in a file, what is known of the object included', {
    timeout: 120_000,
  }, async () => {
    for (const kind of ['heads', 'contents', 'secrets', 'blobs'] as const) {
      const root = join(folder, kind, 'kept');
      for (const name of await objects(stores[kind])) {
        const file = currentFile(join(root, `${name}.blob`));
        for (const at of placesIn(statSync(file).size)) {
          const restore = flip(file, at);
          const where = `${relative(folder, file)} at ${at}`;
          await expectAlarm(() => readerOf(name)(open(), stores, name), where);
          restore();
        }
        await readerOf(name)(open(), stores, name);
      }
    }
  });

  test('is noticed in the ring of keys and in the marks of the format', { timeout: 120_000 }, async () => {
    const keys = join(folder, 'keys');
    const file = join(keys, readdirSync(keys).find((name) => name.startsWith('ring.')) ?? '');
    for (const at of placesIn(statSync(file).size)) {
      const restore = flip(file, at);
      await expectAlarm(() => KeyRing.open(keys), `ring at ${at}`);
      restore();
    }
    for (const kind of ['heads', 'contents', 'secrets', 'blobs'] as const) {
      const mark = join(folder, kind, 'format');
      for (const at of placesIn(statSync(mark).size)) {
        const restore = flip(mark, at);
        const opened = DirectoryBlobStore.open(join(folder, kind), kind === 'heads' || kind === 'contents');
        await expect(opened, `${kind} at ${at}`).rejects.toMatchObject({
          name: 'OutsideError',
          failure: 'refused',
        });
        restore();
      }
      await DirectoryBlobStore.open(join(folder, kind), kind === 'heads' || kind === 'contents');
    }
  });
});

/** The latest generation of an object. */
function currentFile(object: string): string {
  const life = readdirSync(object).find((name) => /^[0-9a-f]{16}$/.test(name)) ?? '';
  const generations = readdirSync(join(object, life)).sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  return join(object, life, generations.at(-1) ?? '');
}

/** @returns what puts the byte back. */
function flip(file: string, at: number): () => void {
  const handle = openSync(file, 'r+');
  const byte = Buffer.alloc(1);
  readSync(handle, byte, 0, 1, at);
  const put = (value: number) => writeSync(handle, Buffer.of(value), 0, 1, at);
  put((byte[0] ?? 0) ^ (1 << (at % 8)));
  return () => {
    put(byte[0] ?? 0);
    closeSync(handle);
  };
}
