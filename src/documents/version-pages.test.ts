import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localOperator } from '../access/index.ts';
import { systemRandom } from '../kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../platform/embedded/index.ts';
import { encodeBinaryJson } from './binary-json.ts';
import type { VersionedBlobStore } from './blob-store.ts';
import { DataKeys, keyContext } from './data-keys.ts';
import { encodeHead, HEAD_FORMAT, type Head, nextHead, type Version } from './head.ts';
import { wrapHead } from './head-envelope.ts';
import { HeadStore } from './head-store.ts';
import { sweepContents } from './leftovers.ts';
import { sealBytes } from './sealing.ts';
import type { VersionPages } from './version-pages.ts';

const DAY_MS = 24 * 3_600_000;
const TIME = '2026-11-22T09:00:00.000Z';
const actor = localOperator('r', null);

let folder: string;
let disk: DirectoryBlobStore;
let ring: KeyRing;
let now: number;
let reads: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-pages-'));
  disk = await DirectoryBlobStore.open(join(folder, 'heads'), true);
  ring = await KeyRing.open(join(folder, 'keys'));
  await ring.create(actor.tenant);
  now = Date.UTC(2026, 10, 22);
  reads = [];
});
afterEach(() => rm(folder, { recursive: true }));

const ambient = { clock: () => now, random: systemRandom, pause: async () => {} };

/** The heads as a new process would open them. */
function open(store: VersionedBlobStore = disk): HeadStore {
  const watched: VersionedBlobStore = {
    write: (name, body, options) => store.write(name, body, options),
    stat: (name) => store.stat(name),
    read: (name, options) => {
      reads.push(name);
      return store.read(name, options);
    },
    delete: (name, generation) => store.delete(name, generation),
    list: (prefix, after) => store.list(prefix, after),
    generations: (name) => store.generations(name),
    purge: (name) => store.purge(name),
    prune: (name, rule) => store.prune(name, rule),
    probe: () => store.probe(),
  };
  return new HeadStore(watched, new DataKeys(ring, { clock: ambient.clock }), ambient);
}

function version(number: number): Version {
  const key = { version: '1-abcdef01', bytes: Uint8Array.from({ length: 61 }, (_, at) => at) };
  const facts = {
    type: 'application/pdf',
    size: number,
    sha256: 'a'.repeat(64),
    pages: 1,
    scanned: 'clamav',
  } as const;
  const content = `c_${String(number).padStart(32, '0')}`;
  return { number, content, key, facts, origin: { kind: 'upload' }, createdAt: TIME, createdBy: 'operator' };
}

const versions = (from: number, to: number): Version[] =>
  Array.from({ length: to - from + 1 }, (_, at) => version(from + at));

function headOf(list: readonly Version[], operation = 'o_1'): Head {
  return {
    ...{ format: HEAD_FORMAT, tenant: actor.tenant, id: 'd_1', name: 'n', labels: [], owner: 'operator' },
    ...{ state: 'active', createdAt: TIME, updatedAt: TIME, deletedAt: null, redline: null },
    members: [],
    ...{ versions: list, older: [], sequence: 1, commit: { operation, at: TIME, records: [] }, earlier: [] },
  };
}

async function numbers(pages: VersionPages, head: Head, before?: number): Promise<number[]> {
  const found: number[] = [];
  for await (const { number } of pages.latestFirst(head, before)) found.push(number);
  return found;
}

async function names(prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of disk.list(prefix)) found.push(name);
  return found;
}

describe('versions of a document with a long history', () => {
  test('are all found, in whatever steps they came', async () => {
    const step = fc.integer({ min: 1, max: 700 });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), fc.nat(), async (steps, seed) => {
        const { pages } = open();
        let head = headOf([]);
        let count = 0;
        for (const size of steps) {
          const added = versions(count + 1, count + size);
          ({ head } = await pages.settle({ ...head, versions: [...head.versions, ...added] }));
          count += size;
        }
        const before = 1 + (seed % (count + 1));
        expect(await numbers(pages, head)).toEqual(Array.from({ length: count }, (_, at) => count - at));
        expect((await numbers(pages, head, before)).slice(0, 3)).toEqual(
          [1, 2, 3].map((n) => before - n).filter((n) => n > 0),
        );
        for (const number of [1, before, count, 32, 33]) {
          const expected = number >= 1 && number <= count ? version(number) : undefined;
          expect(await pages.find(head, number)).toEqual(expected);
        }
        for (const list of [head.versions, ...head.older]) expect(list.length).toBeLessThan(64);
      }),
      { numRuns: 12 },
    );
  });

  test('do not make its head grow, and are found with four reads at most', async () => {
    const { pages } = open();
    const sizes = new Map<number, number>();
    let head = headOf([]);
    for (const count of [100, 1000, 10_000]) {
      const from = (head.versions.at(-1)?.number ?? 0) + 1;
      ({ head } = await pages.settle({ ...head, versions: [...head.versions, ...versions(from, count)] }));
      sizes.set(count, encodeHead(head).length);
      for (const number of [1, Math.floor(count / 2), count - 70]) {
        reads.length = 0;
        expect((await pages.find(head, number))?.number).toBe(number);
        expect(reads.length).toBeLessThanOrEqual(4);
      }
    }
    expect(Math.max(...sizes.values())).toBeLessThan(100_000);
    expect(head.older.length).toBe(2);
  });

  test('are those that were written before there were pages, which the next commit makes', async () => {
    const { older: _, ...earlier } = headOf(versions(1, 5000));
    const context = keyContext({ tenant: actor.tenant, document: 'd_1', version: 'head', purpose: 'head' });
    const { key, wrapped } = await new DataKeys(ring, { clock: ambient.clock }).create(actor.tenant, context);
    const sealed = sealBytes(key, context, encodeBinaryJson({ ...earlier, format: 2 }));
    await disk.write('heads/local/d_1', wrapHead(wrapped, sealed), { ifGeneration: '0' });
    const heads = open();
    const base = await heads.read(actor.tenant, 'd_1');
    if (base === null) throw new Error('It is gone.');
    expect(await numbers(heads.pages, base.head)).toHaveLength(5000);
    const commit = { operation: 'o_2', at: TIME, records: [] };
    await heads.commit(
      base,
      nextHead(base.head, { versions: [...base.head.versions, version(5001)] }, commit),
    );
    const head = (await open().read(actor.tenant, 'd_1'))?.head;
    if (head === undefined) throw new Error('It is gone.');
    expect(head.versions.length).toBeLessThan(64);
    expect(await numbers(heads.pages, head)).toHaveLength(5001);
  });

  test('cannot be read where a page is missing, changed or another one', async () => {
    const heads = open();
    const { head } = await heads.commit(null, headOf(versions(1, 200)));
    const [one = '', other = ''] = await names('pages/');
    const take = async (name: string) => {
      const blob = await disk.read(name);
      return new Uint8Array(await new Response(blob?.body).arrayBuffer());
    };
    const bytes = await take(one);
    const put = async (body: Uint8Array | null) => {
      await disk.purge(one);
      if (body !== null) await disk.write(one, body, { ifGeneration: '0' });
    };
    const flipped = bytes.slice();
    flipped[60] = (flipped[60] ?? 0) ^ 1;
    for (const body of [null, flipped, await take(other), bytes.subarray(0, -1)]) {
      await put(body);
      await expect(numbers(open().pages, head)).rejects.toMatchObject({
        name: 'OutsideError',
        failure: 'damaged',
      });
    }
    await put(bytes);
    expect(await numbers(open().pages, head)).toHaveLength(200);
  });

  test('are gone with every generation of the head', async () => {
    const { head } = await open().commit(null, headOf(versions(1, 200)));
    const readable = (await names('pages/')).length;
    expect(readable).toBe(head.older.flat().length);
    await disk.purge('heads/local/d_1');
    // What is left is sealed under keys that stood in the head and nowhere else.
    for (const name of await names('pages/')) {
      const blob = await disk.read(name);
      const text = Buffer.from(await new Response(blob?.body).arrayBuffer()).toString('latin1');
      expect(text).not.toContain('c_0000');
      expect(text.slice(0, 3)).toBe('RLS');
    }
  });

  test('leave no page behind when a commit loses', async () => {
    const heads = open();
    const base = await heads.commit(null, headOf(versions(1, 63)));
    const commit = (operation: string) => ({ operation, at: TIME, records: [] });
    const change = { versions: [...base.head.versions, version(64)] };
    await heads.commit(base, nextHead(base.head, change, commit('o_2')));
    await expect(heads.commit(base, nextHead(base.head, change, commit('o_3')))).rejects.toMatchObject({
      code: 'documents/stale',
    });
    expect(await names('pages/')).toHaveLength(1);
  });

  test('are swept when no head leads to them, and only then', async () => {
    const heads = open();
    const contents = await DirectoryBlobStore.open(join(folder, 'contents'), true);
    const stored = await heads.commit(null, headOf(versions(1, 3000)));
    for (const number of [1, 2999]) {
      const { content } = version(number);
      const attributes = { written: String(now) };
      await contents.write(`contents/local/d_1/${content}`, Uint8Array.of(1), {
        ifGeneration: '0',
        attributes,
      });
    }
    const { written } = await heads.pages.settle({ ...stored.head, versions: versions(2969, 3100) });
    const before = (await names('pages/')).length;
    now += DAY_MS + 1;
    const swept = await sweepContents(heads, contents, ambient, actor);
    expect(swept).toMatchObject({ purged: written.length, skipped: 0 });
    expect(await names('pages/')).toHaveLength(before - written.length);
    const after = await open().read(actor.tenant, 'd_1');
    expect(await numbers(heads.pages, after?.head ?? stored.head)).toHaveLength(3000);
  });
});
