import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ABSENT, type BlobInfo, type VersionedBlobStore } from '../../src/documents/index.ts';
import {
  type BlobStoreFixture,
  bytes,
  create,
  factsOf,
  type Gap,
  namesOf,
  textOf,
} from './blob-store-kit.ts';

async function generationsOf(store: VersionedBlobStore, name: string): Promise<BlobInfo[]> {
  const found: BlobInfo[] = [];
  for await (const blob of store.generations(name)) found.push(blob);
  return found;
}

/** Writes texts one after the other, a removal for each null. @returns what was written. */
async function history(
  store: VersionedBlobStore,
  name: string,
  texts: readonly (string | null)[],
): Promise<BlobInfo[]> {
  const written: BlobInfo[] = [];
  for (const text of texts) {
    const now = await store.stat(name);
    const info =
      text === null
        ? await store.delete(name).then(() => null)
        : await store.write(name, bytes(text), {
            ifGeneration: now?.generation ?? ABSENT,
            attributes: { text },
          });
    if (info !== null) written.push(info);
  }
  return written;
}

/** What every `VersionedBlobStore` promises beyond `BlobStore`. */
export function describeGenerations(
  adapter: string,
  open: () => Promise<BlobStoreFixture<VersionedBlobStore>>,
  gaps: readonly Gap[],
): void {
  describe(`generations on ${adapter}`, () => {
    let fixture: BlobStoreFixture<VersionedBlobStore>;
    beforeEach(async () => {
      fixture = await open();
    });
    afterEach(() => fixture.dispose());
    const use = () => fixture;
    testKept(use);
    testPrune(use);
    testPurge(use, !gaps.includes('conditions of removals'));
  });
}

function testKept(use: () => BlobStoreFixture<VersionedBlobStore>): void {
  test.each<[string, (string | null)[], string | null]>([
    ['writes', ['one', 'two', 'three'], 'three'],
    ['a removal', ['one', 'two', null], null],
    ['a removal and more', ['one', null, 'two', null, 'three'], 'three'],
  ])('are kept over %s', async (_, texts, current) => {
    const { store } = use();
    const written = await history(store, 'a/b', texts);
    expect(await generationsOf(store, 'a/b')).toEqual(written);
    for (const info of written) {
      expect(await factsOf(store, 'a/b', info.generation)).toEqual(info);
      expect(await textOf(store, 'a/b', info.generation)).toBe(info.attributes.text);
    }
    expect(await textOf(store, 'a/b')).toBe(current);
    expect(await namesOf(store, '')).toEqual(current === null ? [] : ['a/b']);
  });

  test('are read in ranges', async () => {
    const { store } = use();
    const [first] = await history(store, 'a', ['abcdef', 'x']);
    const options = { generation: first?.generation ?? '', range: { start: 2, end: 4 } };
    const blob = await store.read('a', options);
    expect(blob).toMatchObject({ size: 6 });
    expect(await new Response(blob?.body).text()).toBe('cd');
    await expect(store.read('a', { ...options, range: { start: 2, end: 7 } })).rejects.toThrow(RangeError);
  });

  test.each(['0', '1', '', 'x', '-1', '9'.repeat(40)])(
    'that are none are not read: %j',
    async (generation) => {
      await history(use().store, 'a', ['one', null]);
      expect(await use().store.read('a', { generation })).toBeNull();
    },
  );

  test('belong to one object', async () => {
    const { store } = use();
    const [info] = await history(store, 'a', ['one']);
    await create(store, 'a/b');
    await create(store, 'ab');
    expect(await generationsOf(store, 'a')).toEqual([info]);
    expect(await generationsOf(store, 'b')).toEqual([]);
  });

  test('are kept over a restart', async () => {
    const written = await history(use().store, 'a', ['one', 'two', null]);
    expect(await generationsOf(await use().reopen(), 'a')).toEqual(written);
  });
}

function testPrune(use: () => BlobStoreFixture<VersionedBlobStore>): void {
  const later = (): number => Date.now() + 3_600_000;

  test.each<[string, (string | null)[], number, string[]]>([
    ['all but the current one', ['one', 'two', 'three'], 0, ['three']],
    ['those with so many newer ones', ['one', 'two', 'three', 'four'], 2, ['two', 'three', 'four']],
    ['none where there are few', ['one', 'two'], 5, ['one', 'two']],
    ['none of one that is alone', ['one'], 0, ['one']],
    ['none of nothing', [], 0, []],
  ])('leave %s when they are pruned', async (_, texts, newest, left) => {
    const { store } = use();
    const written = await history(store, 'a', texts);
    expect(await store.prune('a', { newest, before: later() })).toBe(written.length - left.length);
    const kept = written.slice(written.length - left.length);
    expect(await generationsOf(store, 'a')).toEqual(kept);
    for (const info of written) {
      expect(await textOf(store, 'a', info.generation)).toBe(
        kept.includes(info) ? info.attributes.text : null,
      );
    }
    expect(await textOf(store, 'a')).toBe(left.at(-1) ?? null);
    expect(await store.prune('a', { newest, before: later() })).toBe(0);
  });

  test('stay when they are young, however many there are', async () => {
    const { store } = use();
    const written = await history(store, 'a', ['one', 'two', 'three']);
    expect(await store.prune('a', { newest: 0, before: Date.now() - 3_600_000 })).toBe(0);
    expect(await generationsOf(store, 'a')).toEqual(written);
  });

  test('that were pruned cannot be followed, and the object goes on', async () => {
    const { store, reopen } = use();
    const written = await history(store, 'a', ['one', 'two', 'three']);
    await store.prune('a', { newest: 0, before: later() });
    for (const { generation } of written.slice(0, -1)) {
      expect(await store.write('a', bytes('late'), { ifGeneration: generation })).toBeNull();
    }
    const again = await reopen();
    const next = await again.write('a', bytes('four'), { ifGeneration: written.at(-1)?.generation ?? '' });
    expect(BigInt(next?.generation ?? 0)).toBeGreaterThan(BigInt(written.at(-1)?.generation ?? 0));
    expect(await textOf(store, 'a')).toBe('four');
    expect(await generationsOf(store, 'a')).toHaveLength(2);
    expect(await store.purge('a')).toBe(2);
  });
}

function testPurge(use: () => BlobStoreFixture<VersionedBlobStore>, withRemovals: boolean): void {
  test.each<[string, (string | null)[], number]>([
    ['a current object', ['one'], 1],
    ['many generations', ['one', 'two', 'three'], 3],
    ['one that was removed', ['one', 'two', null], 2],
    ['one that came back', ['one', null, 'two'], 2],
    ['nothing', [], 0],
  ])('leave nothing when %s is purged', async (_, texts, count) => {
    const { store } = use();
    const written = await history(store, 'a', texts);
    await create(store, 'a/b');
    await create(store, 'ab');
    expect(await store.purge('a')).toBe(count);
    expect(await store.purge('a')).toBe(0);
    expect(await generationsOf(store, 'a')).toEqual([]);
    expect(await store.stat('a')).toBeNull();
    for (const { generation } of written) expect(await store.read('a', { generation })).toBeNull();
    expect(await namesOf(store, '')).toEqual(['a/b', 'ab']);
  });

  test('of a purged object never come back', async () => {
    const { store } = use();
    const before = await history(store, 'a', ['one', 'two', 'three']);
    await store.purge('a');
    const stale = await store.write('a', bytes('late'), { ifGeneration: before.at(-1)?.generation ?? '' });
    expect(stale).toBeNull();
    const again = await create(store, 'a', bytes('again'));
    for (const { generation } of before) {
      expect(BigInt(again.generation)).toBeGreaterThan(BigInt(generation));
      expect(await store.write('a', bytes('late'), { ifGeneration: generation })).toBeNull();
      if (withRemovals) expect(await store.delete('a', generation)).toBe(false);
    }
    expect(await generationsOf(store, 'a')).toEqual([again]);
  });

  test('are refused a name that is none', async () => {
    await expect((async () => use().store.purge('../a'))()).rejects.toThrow(TypeError);
    await expect(generationsOf(use().store, '../a')).rejects.toThrow(TypeError);
  });
}
