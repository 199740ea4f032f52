import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localOperator } from '../access/index.ts';
import { systemRandom } from '../kit/index.ts';
import { DirectoryBlobStore, KeyRing, SqliteCatalogue, SqliteLeases } from '../platform/embedded/index.ts';
import type { BlobStore } from './blob-store.ts';
import { newOperation } from './documents.ts';
import { Library } from './library.ts';

const DAY_MS = 24 * 3_600_000;
const actor = localOperator('r', null);
let folder: string;
let ring: KeyRing;
let heads: DirectoryBlobStore;
let contents: DirectoryBlobStore;
let spool: DirectoryBlobStore;
let secrets: DirectoryBlobStore;
let catalogue: SqliteCatalogue;
let now: number;
const ambient = { clock: () => now, random: systemRandom, pause: async () => {} };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-secrets-'));
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
  catalogue.close();
  await rm(folder, { recursive: true });
});

/** The room as a new process would open it: it holds no key. */
function open(own: BlobStore = secrets): Library {
  return new Library({
    ...{ residency: 'local', region: { heads, contents, secrets: own }, spool },
    ...{ keys: ring, catalogue, ambient, leases: SqliteLeases.open(':memory:', ambient.clock) },
    onBehind: (error) => {
      throw error;
    },
  });
}

async function create(library: Library, operation: string, type: () => Promise<{ type: string }>) {
  const body = (async function* () {
    yield new TextEncoder().encode('text');
  })();
  return await library.documents.create({ actor, operation }, async () => ({ name: 'n', labels: [] }), {
    type,
    body,
  });
}

async function refuse(operation: string): Promise<void> {
  const creating = create(open(), operation, () => Promise.reject(new Error('refused')));
  await expect(creating).rejects.toThrow('refused');
}

const accepted = async () => ({ type: 'text/plain' });

async function names(): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of secrets.list('secrets/')) found.push(name);
  return found;
}

async function text(library: Library, id: string): Promise<string> {
  const { body } = await library.documents.open(actor, id, 1);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('the key of a document that was refused', () => {
  test('goes eight days after a sweep found it alone, and no other does', async () => {
    const { head } = await create(open(), newOperation(systemRandom), accepted);
    const own = `secrets/${actor.tenant}/${head.id}`;
    await refuse(newOperation(systemRandom));
    expect(await names()).toHaveLength(2);
    for (const days of [0, 1, 6.9]) {
      now += days * DAY_MS;
      expect(await open().sweep()).toMatchObject({ purged: 0 });
    }
    expect(await names()).toHaveLength(2);
    now += 0.2 * DAY_MS;
    expect(await open().sweep()).toMatchObject({ purged: 1 });
    expect(await names()).toEqual([own]);
    expect(await text(open(), head.id)).toBe('text');
  });

  test('stays when the document is asked for once more', async () => {
    const operation = newOperation(systemRandom);
    await refuse(operation);
    await open().sweep();
    now += 9 * DAY_MS;
    await refuse(operation);
    expect(await open().sweep()).toMatchObject({ purged: 0 });
    now += 9 * DAY_MS;
    const { head } = await create(open(), operation, accepted);
    for (const _ of [1, 2]) {
      expect(await open().sweep()).toMatchObject({ purged: 0 });
      now += 9 * DAY_MS;
    }
    expect(await text(open(), head.id)).toBe('text');
  });

  test('does not go from under one that reads it while the sweep is at it', async () => {
    const operation = newOperation(systemRandom);
    await refuse(operation);
    await open().sweep();
    now += 9 * DAY_MS;
    let made: string | null = null;
    const racing: BlobStore = {
      write: (name, body, options) => secrets.write(name, body, options),
      stat: (name) => secrets.stat(name),
      read: (name, options) => secrets.read(name, options),
      list: (prefix, after) => secrets.list(prefix, after),
      probe: () => secrets.probe(),
      delete: async (name, generation) => {
        made = (await create(open(), operation, accepted)).head.id;
        return await secrets.delete(name, generation);
      },
    };
    expect(await open(racing).sweep()).toMatchObject({ purged: 0 });
    expect(await text(open(), made ?? '')).toBe('text');
  });

  test('is made anew where the sweep was faster', async () => {
    const operation = newOperation(systemRandom);
    await refuse(operation);
    await open().sweep();
    now += 9 * DAY_MS;
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
        if (reads === 1) expect(await open().sweep()).toMatchObject({ purged: 1 });
        return found;
      },
    };
    const { head } = await create(open(racing), operation, accepted);
    expect(await text(open(), head.id)).toBe('text');
  });
});
