import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BlobStore } from '../../src/documents/index.ts';

/** One adapter under test: a store with nothing in it, and how to reach the same objects after a restart. */
export interface BlobStoreFixture {
  readonly store: BlobStore;
  /** A second store over the same objects, as a new process would open it. */
  reopen(): Promise<BlobStore>;
  dispose(): Promise<void>;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function textOf(store: BlobStore, name: string): Promise<string | null> {
  const blob = await store.read(name);
  return blob === null ? null : await new Response(blob.body).text();
}

async function namesOf(store: BlobStore, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const blob of store.list(prefix)) names.push(blob.name);
  return names;
}

type Use = () => BlobStoreFixture;

/** What every `BlobStore` promises. Each adapter runs it with its own fixture. */
export function describeBlobStore(adapter: string, open: () => Promise<BlobStoreFixture>): void {
  describe(`BlobStore on ${adapter}`, () => {
    let fixture: BlobStoreFixture;
    beforeEach(async () => {
      fixture = await open();
    });
    afterEach(() => fixture.dispose());
    const use = () => fixture;

    describe('one object', () => testObjects(use));
    describe('names and lists', () => testNames(use));
    describe('races, restarts and resources', () => testEndurance(use));
  });
}

function testObjects(use: Use): void {
  test('gives back what was created, with its facts', async () => {
    const info = await use().store.create('a/b', bytes('two parts'), {
      expires: '17',
      note: 'naïve “quoted”',
    });
    expect(info).toMatchObject({
      name: 'a/b',
      size: 9,
      attributes: { expires: '17', note: 'naïve “quoted”' },
    });
    expect(info?.generation).toMatch(/^[1-9][0-9]*$/);
    expect(await use().store.stat('a/b')).toEqual(info);
    expect(await use().store.read('a/b')).toMatchObject(info ?? {});
    expect(await textOf(use().store, 'a/b')).toBe('two parts');
  });

  test.each([
    ['no byte at all', 0],
    ['one byte', 1],
    ['more than one chunk', 300_001],
  ])('keeps %s', async (_, size) => {
    const body = Uint8Array.from({ length: size }, (_value, at) => at % 251);
    await use().store.create('sized', body, {});
    const blob = await use().store.read('sized');
    const back = new Uint8Array(await new Response(blob?.body).arrayBuffer());
    expect(Buffer.compare(back, body)).toBe(0);
  });

  test('refuses a taken name and leaves what is there', async () => {
    await use().store.create('taken', bytes('first'), {});
    expect(await use().store.create('taken', bytes('second'), {})).toBeNull();
    expect(await textOf(use().store, 'taken')).toBe('first');
  });

  test('answers null for what is not there', async () => {
    expect(await use().store.stat('nothing/here')).toBeNull();
    expect(await use().store.read('nothing/here')).toBeNull();
    expect(await use().store.delete('nothing/here')).toBe(false);
    expect(await namesOf(use().store, 'nothing/')).toEqual([]);
  });

  test('removes for good', async () => {
    await use().store.create('gone/soon', bytes('x'), {});
    expect(await use().store.delete('gone/soon')).toBe(true);
    expect(await use().store.stat('gone/soon')).toBeNull();
    expect(await namesOf(use().store, '')).toEqual([]);
  });
}

function testNames(use: Use): void {
  test.each([
    ['everything', '', ['a', 'a/b', 'a/c/d', 'ab', 'b']],
    ['a folder', 'a/', ['a/b', 'a/c/d']],
    ['the start of a segment', 'a', ['a', 'a/b', 'a/c/d', 'ab']],
    ['the start of a deeper segment', 'a/c', ['a/c/d']],
    ['nothing', 'z', []],
  ])('lists %s by name', async (_, prefix, expected) => {
    for (const name of ['b', 'a/c/d', 'ab', 'a', 'a/b']) await use().store.create(name, bytes(name), {});
    expect(await namesOf(use().store, prefix)).toEqual(expected);
  });

  test.each([
    '',
    '/',
    'a//b',
    '../a',
    'a/..',
    'a/./b',
    '/etc',
    'A',
    'a.b',
    'a b',
    'a\\b',
    'a\0',
    'é',
    'x'.repeat(201),
  ])('refuses the name %j', async (name) => {
    await expect(use().store.create(name, bytes('x'), {})).rejects.toThrow(TypeError);
    await expect(use().store.read(name)).rejects.toThrow(TypeError);
    expect(await namesOf(use().store, '')).toEqual([]);
  });
}

function testEndurance(use: Use): void {
  test('lets one of ten racing creates win', async () => {
    const tries = Array.from({ length: 10 }, (_, n) => use().store.create('raced', bytes(`writer ${n}`), {}));
    const won = (await Promise.all(tries)).flatMap((info, n) => (info === null ? [] : [n]));
    expect(won).toHaveLength(1);
    expect(await textOf(use().store, 'raced')).toBe(`writer ${won[0]}`);
  });

  test('moves the generation on when a name is used again', async () => {
    const first = await use().store.create('again', bytes('1'), {});
    await use().store.delete('again');
    const second = await use().store.create('again', bytes('2'), {});
    expect(BigInt(second?.generation ?? 0)).toBeGreaterThan(BigInt(first?.generation ?? 0));
  });

  test('lets writes and removals in one folder meet', async () => {
    const rounds = Array.from({ length: 40 }, async (_, n) => {
      await use().store.create(`busy/${n}`, bytes('x'), {});
      await use().store.delete(`busy/${n}`);
    });
    await Promise.all(rounds);
    expect(await namesOf(use().store, 'busy/')).toEqual([]);
  });

  test('keeps objects over a restart', async () => {
    const info = await use().store.create('kept/over', bytes('still here'), { expires: '9' });
    const again = await use().reopen();
    expect(await again.stat('kept/over')).toEqual(info);
    expect(await textOf(again, 'kept/over')).toBe('still here');
    expect(await again.create('kept/over', bytes('other'), {})).toBeNull();
  });

  test('frees what it holds when a stream is cancelled', async () => {
    await use().store.create('half', new Uint8Array(1_000_000), {});
    for (let n = 0; n < 50; n += 1) await (await use().store.read('half'))?.body.cancel();
    expect(await use().store.delete('half')).toBe(true);
  });

  test('is ready', async () => {
    await expect(use().store.probe()).resolves.toBeUndefined();
  });
}
