import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OutsideError } from '../../src/kit/index.ts';
import { DirectoryBlobStore } from '../../src/platform/embedded/index.ts';
import { bytes, create, namesOf, textOf } from './blob-store-kit.ts';

let folder: string;
const inside = (...path: string[]): string => join(folder, ...path);
const open = (keepsGenerations = true) => DirectoryBlobStore.open(folder, keepsGenerations);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-blobs-'));
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

/** Every file below a folder. */
async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('a folder of objects', () => {
  test('is readable by its owner only', async () => {
    await create(await open(), 'private/one');
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    expect(entries.length).toBeGreaterThan(8);
    for (const entry of entries) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      expect([entry.name, mode & 0o777]).toEqual([entry.name, entry.isFile() ? 0o600 : 0o700]);
    }
  });

  test.each([true, false])(
    'holds nothing that was purged or given up (keeps generations: %s)',
    async (keeps) => {
      const store = await open(keeps);
      const { generation } = await create(store, 'deep/er/one');
      await store.write('deep/er/one', bytes('x'), { ifGeneration: generation });
      await store.write('deep/er/one', bytes('x'), { ifGeneration: generation });
      if (!keeps) {
        const sizes = await Promise.all(
          (await filesIn(inside('kept'))).map(async (file) => (await stat(file)).size),
        );
        expect(sizes.filter((size) => size > 0)).toHaveLength(1);
      }
      if (keeps) await store.purge('deep/er/one');
      else await store.delete('deep/er/one');
      for (const name of ['unfinished', 'kept', 'purged']) expect(await readdir(inside(name))).toEqual([]);
    },
  );

  test('is cleared of what crashed processes left, and of nothing that is being written', async () => {
    await create(await open(), 'a');
    for (const name of ['old', 'old-folder', 'fresh']) await mkdir(inside('unfinished', name));
    await writeFile(inside('unfinished', 'old-file'), 'half');
    await cp(inside('kept', 'a.blob'), inside('purged', 'a.0123456789abcdef'), { recursive: true });
    const twoHoursAgo = Date.now() / 1000 - 7200;
    for (const name of ['old', 'old-folder', 'old-file']) {
      await utimes(inside('unfinished', name), twoHoursAgo, twoHoursAgo);
    }
    const store = await open();
    expect(await readdir(inside('unfinished'))).toEqual(['fresh']);
    expect(await readdir(inside('purged'))).toEqual([]);
    expect(await namesOf(store, '')).toEqual(['a']);
  });

  test('gives no generation twice when the clock is set back', async () => {
    const store = await open();
    await create(store, 'other');
    const before = await create(store, 'a');
    await store.purge('a');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 86_400_000 });
    const after = await create(await open(), 'a');
    expect(BigInt(after.generation)).toBeGreaterThan(BigInt(before.generation));
  });

  test('survives a loss of power between a folder and its first file', async () => {
    const store = await open();
    await mkdir(inside('kept', 'a.blob', '0123456789abcdef'), { recursive: true });
    expect(await store.stat('a')).toBeNull();
    await create(store, 'a');
    expect(await namesOf(store, '')).toEqual(['a']);
  });

  test('is tidied of empty folders by a list', async () => {
    const store = await open(false);
    const { generation } = await create(store, 'a');
    const [file = ''] = await filesIn(inside('kept'));
    // As after a crash between a removal and what it does next.
    await mkdir(join(dirname(file), String(BigInt(generation) + 1n)));
    await mkdir(inside('kept', 'b', 'c.blob'), { recursive: true });
    expect(await namesOf(store, '')).toEqual([]);
    expect(await readdir(inside('kept'))).toEqual([]);
  });
});

describe('the format of a folder of objects', () => {
  test('is written down', async () => {
    await open();
    expect(JSON.parse(await readFile(inside('format'), 'utf8'))).toEqual({
      format: 2,
      keepsGenerations: true,
    });
  });

  test('drops what the first one held: results of an hour', async () => {
    await mkdir(inside('objects', 'comparisons'), { recursive: true });
    await writeFile(inside('objects', 'comparisons', 'report.blob'), 'RLB\x01');
    expect(await namesOf(await open(), '')).toEqual([]);
    expect((await readdir(folder)).sort()).toEqual(['floor', 'format', 'kept', 'purged', 'unfinished']);
  });

  test.each([
    ['is newer', '{"format":3,"keepsGenerations":true}', /newer release .*format 3, not 2/],
    ['is of another kind', '{"format":2,"keepsGenerations":false}', /not hold/],
    ['cannot be read', '{"form', /not hold/],
    ['says nothing', 'null', /not hold/],
  ])('is refused when it %s', async (_, format, message) => {
    await create(await open(), 'a');
    await writeFile(inside('format'), format);
    const error: unknown = await open().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OutsideError);
    expect(error).toMatchObject({ failure: 'refused', message: expect.stringMatching(message) });
    expect(await filesIn(inside('kept'))).toHaveLength(1);
  });

  test('is agreed on by many that open a new folder at once', async () => {
    const stores = await Promise.all(Array.from({ length: 8 }, () => open()));
    await Promise.all(stores.map((store, n) => create(store, `a/${n}`)));
    expect(await namesOf(await open(), 'a/')).toHaveLength(8);
  });
});

describe('damage', () => {
  const body = bytes('what was written, and nothing else');

  /** The only file that is kept. */
  async function written(): Promise<{ store: DirectoryBlobStore; file: string; whole: Buffer }> {
    const store = await open();
    await create(store, 'a', body, { note: 'x' });
    const [file = ''] = await filesIn(inside('kept'));
    return { store, file, whole: await readFile(file) };
  }

  test('of any byte is noticed by who reads the whole', async () => {
    const { store, file, whole } = await written();
    for (let at = 0; at < whole.length; at += 1) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      await writeFile(file, flipped);
      await expect(textOf(store, 'a'), `byte ${at}`).rejects.toMatchObject({ failure: 'damaged' });
      if (at >= body.length) await expect(store.stat('a')).rejects.toMatchObject({ failure: 'damaged' });
    }
  });

  test.each([
    ['cut to nothing', () => Buffer.alloc(0)],
    ['cut at its end', (whole: Buffer) => whole.subarray(0, -1)],
    ['cut at its start', (whole: Buffer) => whole.subarray(1)],
    ['cut to its end', (whole: Buffer) => whole.subarray(-12)],
    ['longer', (whole: Buffer) => Buffer.concat([Buffer.of(0), whole])],
    ['only zeros', (whole: Buffer) => Buffer.alloc(whole.length)],
  ])('is noticed when a file is %s', async (_, change) => {
    const { store, file, whole } = await written();
    await writeFile(file, change(whole));
    const calls = [
      () => store.stat('a'),
      () => store.read('a'),
      () => store.read('a', { range: { start: 0, end: 1 } }),
      () => namesOf(store, ''),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ failure: 'damaged' });
  });

  test('is noticed when the file of one object lies under the name of another', async () => {
    const { store, whole } = await written();
    await create(store, 'b', body);
    for (const file of await filesIn(inside('kept'))) await writeFile(file, whole);
    await expect(store.stat('b')).rejects.toMatchObject({ failure: 'damaged' });
  });

  test('is noticed before the last bytes are given out', async () => {
    const store = await open();
    await create(store, 'a', new Uint8Array(1_000_000));
    const [file = ''] = await filesIn(inside('kept'));
    const whole = await readFile(file);
    whole[5] = 1;
    await writeFile(file, whole);
    let seen = 0;
    const reading = async () => {
      for await (const piece of (await store.read('a'))?.body ?? []) seen += piece.length;
    };
    await expect(reading()).rejects.toMatchObject({ failure: 'damaged' });
    expect(seen).toBeLessThan(1_000_000);
  });

  test('is replaced and removed like anything else', async () => {
    const { store, file } = await written();
    await writeFile(file, 'no object');
    const names: string[] = (await readdir(inside('kept', 'a.blob'), { recursive: true })).sort();
    const generation = names.at(-1)?.split('/').at(-1) ?? '';
    await store.write('a', bytes('new'), { ifGeneration: generation });
    expect(await textOf(store, 'a')).toBe('new');
    expect(await store.purge('a')).toBe(2);
  });
});
