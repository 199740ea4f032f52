import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  DirectoryBlobStore,
  KindsBlobStore,
  ObjectDatabase,
  SqliteBlobStore,
} from '../../src/platform/embedded/index.ts';
import { bytes, create, namesOf, textOf } from './blob-store-kit.ts';

let folder: string;
const opened: ObjectDatabase[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-objects-'));
});

afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
  await rm(folder, { recursive: true });
});

const path = () => join(folder, 'work.sqlite');

async function open(store = 'heads', keeps = true): Promise<SqliteBlobStore> {
  const database = await ObjectDatabase.open(path());
  opened.push(database);
  return new SqliteBlobStore(database, store, keeps);
}

test('two processes that are killed while they write lose nothing that was acknowledged', async () => {
  await open();
  const script = join(import.meta.dirname, 'object-database-process.ts');
  const acknowledged: string[] = [];
  const run = async (): Promise<void> => {
    const child = spawn(process.execPath, [script, path()], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exit = once(child, 'exit');
    let count = 0;
    for await (const line of createInterface(child.stdout)) {
      acknowledged.push(line);
      count += 1;
      if (count === 100) child.kill('SIGKILL');
    }
    await exit;
  };
  await Promise.all([run(), run()]);
  const store = await open();
  const names = new Set(await namesOf(store, ''));
  expect(acknowledged.length).toBeGreaterThanOrEqual(200);
  expect(acknowledged.filter((name) => !names.has(name))).toEqual([]);
  // What was not acknowledged is there as a whole, or not at all.
  for (const name of names) expect(await textOf(store, name)).toBe(name.repeat(1000));
});

test('many that write at once share a transaction', async () => {
  const store = await open();
  await create(store, 'first');
  const reader = new Database(path(), { readonly: true });
  const seen = new Set<unknown>();
  const all = Promise.all(Array.from({ length: 200 }, (_, n) => create(store, `many/${n}`)));
  let isDone = false;
  void all.then(() => {
    isDone = true;
  });
  while (!isDone) {
    seen.add(reader.pragma('data_version', { simple: true }));
    await new Promise((go) => setImmediate(go));
  }
  reader.close();
  expect(await namesOf(store, 'many/')).toHaveLength(200);
  expect(seen.size).toBeLessThan(100);
});

test('stores in one file know nothing of each other', async () => {
  const [heads, spool] = [await open('heads'), await open('spool', false)];
  await create(heads, 'a', bytes('head'));
  expect(await spool.stat('a')).toBeNull();
  await create(spool, 'a', bytes('spool'));
  expect(await spool.purge('a')).toBe(1);
  expect(await textOf(heads, 'a')).toBe('head');
});

test('bytes that were changed behind its back are damage', async () => {
  const store = await open();
  await create(store, 'a', bytes('what was written'));
  const other = new Database(path());
  other.prepare("UPDATE objects SET body = CAST('something other' AS BLOB)").run();
  other.close();
  await expect(store.read('a')).rejects.toMatchObject({ failure: 'damaged' });
});

test.each([
  ['one sign of the attributes', `attributes = replace(attributes, '"b"', '"c"')`],
  ['the end of the attributes', 'attributes = substr(attributes, 1, length(attributes) - 1)'],
  ['the name', "name = 'b'"],
])('%s that was changed behind its back is damage, also where no body is read', async (_, change) => {
  const store = await open();
  await store.write('a', bytes('x'), { ifGeneration: '0', attributes: { state: 'b' } });
  const other = new Database(path());
  expect(other.prepare(`UPDATE objects SET ${change}`).run().changes).toBe(1);
  other.close();
  const read = async (name: string) => await store.stat(name);
  const list = async () => {
    for await (const _one of store.list('')) expect.unreachable();
  };
  await expect(read(change.startsWith('name') ? 'b' : 'a')).rejects.toMatchObject({ failure: 'damaged' });
  await expect(list()).rejects.toMatchObject({ failure: 'damaged' });
});

test('a file of a newer release is refused, and after one that was lost no generation comes again', async () => {
  const { generation } = await create(await open(), 'a');
  for (const database of opened.splice(0)) await database.close();
  const other = new Database(path());
  other.pragma('user_version = 2');
  other.close();
  await expect(ObjectDatabase.open(path())).rejects.toMatchObject({ failure: 'refused' });
  await rm(path());
  const again = await create(await open(), 'a');
  expect(BigInt(again.generation)).toBeGreaterThan(BigInt(generation));
});

test('what was asked for before the end is done, and nothing after it', async () => {
  const store = await open();
  const under = Promise.all([create(store, 'a'), create(store, 'b')]);
  await new Promise((go) => setImmediate(go));
  await opened[0]?.close();
  await expect(under).resolves.toHaveLength(2);
  await expect(create(store, 'c')).rejects.toMatchObject({ failure: 'unavailable' });
  opened.length = 0;
});

test('what an earlier release left in the folder goes on there, and large objects begin there', async () => {
  const files = await DirectoryBlobStore.open(join(folder, 'files'), true);
  const rows = await open();
  const old = await create(files, 'inputs/old', bytes('old'));
  const store = await KindsBlobStore.open(files, rows, new Map([['inputs', 10]]));
  expect(await store.write('inputs/old', bytes('newer'), { ifGeneration: old.generation })).not.toBeNull();
  await create(store, 'inputs/small', bytes('small'));
  await create(store, 'inputs/large', bytes('more than ten bytes'));
  await create(store, 'other/small', bytes('small'));
  expect(await namesOf(rows, '')).toEqual(['inputs/small']);
  expect(await namesOf(files, '')).toEqual(['inputs/large', 'inputs/old', 'other/small']);
  expect(await namesOf(store, '')).toEqual(['inputs/large', 'inputs/old', 'inputs/small', 'other/small']);
  expect(await textOf(store, 'inputs/old')).toBe('newer');
  for (const name of await namesOf(store, '')) expect(await store.purge(name)).toBeGreaterThan(0);
  expect(await namesOf(store, '')).toEqual([]);
});
