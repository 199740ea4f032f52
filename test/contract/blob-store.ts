import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ABSENT, type BlobInfo, type VersionedBlobStore } from '../../src/documents/index.ts';
import { describeGenerations } from './blob-store-generations.ts';
import {
  type BlobStoreFixture,
  bytes,
  create,
  factsOf,
  type Gap,
  namesOf,
  textOf,
} from './blob-store-kit.ts';
import { testLists, testNames, testRanges } from './blob-store-names.ts';

type Use = () => BlobStoreFixture;

/** What every `BlobStore` promises. Each adapter runs it with its own fixture. */
export function describeBlobStore(
  adapter: string,
  open: () => Promise<BlobStoreFixture>,
  gaps: readonly Gap[] = [],
): void {
  describe(`BlobStore on ${adapter}`, () => {
    let fixture: BlobStoreFixture;
    beforeEach(async () => {
      fixture = await open();
    });
    afterEach(() => fixture.dispose());
    const use = () => fixture;

    describe('one object', () => testObjects(use));
    if (!gaps.includes('conditions of removals')) describe('removals', () => testConditionalRemovals(use));
    describe('conditions', () => testConditions(use));
    describe('bodies', () => testBodies(use));
    describe('ranges', () => testRanges(use));
    describe('names and attributes', () => testNames(use));
    describe('lists', () => testLists(use));
    describe('races, restarts and resources', () => testEndurance(use));
  });
}

/** The same and what a store promises that keeps generations. */
export function describeVersionedBlobStore(
  adapter: string,
  open: () => Promise<BlobStoreFixture<VersionedBlobStore>>,
  gaps: readonly Gap[] = [],
): void {
  describeBlobStore(adapter, open, gaps);
  describeGenerations(adapter, open, gaps);
}

function testObjects(use: Use): void {
  test('gives back what was written, with its facts', async () => {
    const attributes = { expires: '17', note: 'naïve “quoted” \\ 100 %' };
    const info = await create(use().store, 'a/b', bytes('two parts'), attributes);
    expect(info).toMatchObject({ name: 'a/b', size: 9, attributes });
    expect(info.generation).toMatch(/^[1-9][0-9]*$/);
    expect(await use().store.stat('a/b')).toEqual(info);
    expect(await factsOf(use().store, 'a/b')).toEqual(info);
    expect(await textOf(use().store, 'a/b')).toBe('two parts');
  });

  test('answers for what is not there', async () => {
    const { store } = use();
    expect(await store.stat('nothing/here')).toBeNull();
    expect(await store.read('nothing/here')).toBeNull();
    expect(await store.read('nothing/here', { generation: '7' })).toBeNull();
    expect(await store.delete('nothing/here')).toBe(false);
    expect(await store.delete('nothing/here', '7')).toBe(false);
    expect(await namesOf(store, 'nothing/')).toEqual([]);
  });

  test('replaces bytes and attributes', async () => {
    const { store } = use();
    const first = await create(store, 'a', bytes('first'), { one: '1' });
    const second = await store.write('a', bytes('longer second'), { ifGeneration: first.generation });
    expect(second).toMatchObject({ name: 'a', size: 13, attributes: {} });
    expect(await store.stat('a')).toEqual(second);
    expect(await textOf(store, 'a')).toBe('longer second');
  });

  test('removes what is current, once', async () => {
    const { store } = use();
    await create(store, 'gone/soon');
    expect(await store.delete('gone/soon')).toBe(true);
    expect(await store.delete('gone/soon')).toBe(false);
    expect(await store.stat('gone/soon')).toBeNull();
    expect(await store.read('gone/soon')).toBeNull();
    expect(await namesOf(store, '')).toEqual([]);
  });
}

function testConditionalRemovals(use: Use): void {
  test('remove only the generation that is named', async () => {
    const { store } = use();
    const first = await create(store, 'a');
    const second = await store.write('a', bytes('2'), { ifGeneration: first.generation });
    expect(await store.delete('a', first.generation)).toBe(false);
    expect(await store.delete('a', String(BigInt(second?.generation ?? 0) + 1n))).toBe(false);
    expect(await textOf(store, 'a')).toBe('2');
    expect(await store.delete('a', second?.generation)).toBe(true);
    expect(await store.stat('a')).toBeNull();
  });

  test('let one of ten racing replacements and removals win', async () => {
    const { store } = use();
    const { generation } = await create(store, 'raced');
    const tries = Array.from({ length: 10 }, async (_, n) =>
      n % 2 === 0
        ? (await store.write('raced', bytes(`writer ${n}`), { ifGeneration: generation })) !== null
        : store.delete('raced', generation),
    );
    const won = (await Promise.all(tries)).flatMap((done, n) => (done ? [n] : []));
    expect(won).toHaveLength(1);
    const expected = Number(won[0]) % 2 === 0 ? `writer ${won[0]}` : null;
    expect(await textOf(store, 'raced')).toBe(expected);
  });
}

function testConditions(use: Use): void {
  test.each<[string, (first: BlobInfo, second: BlobInfo) => string]>([
    ['that nothing is there', () => ABSENT],
    ['an earlier generation', (first) => first.generation],
    ['a later generation', (_, second) => String(BigInt(second.generation) + 1n)],
    ['a generation with a zero before it', (_, second) => `0${second.generation}`],
    ['no number', () => 'W/"1"'],
    ['a negative number', () => '-1'],
    ['no text', () => ''],
    ['a number that is too large', () => '9'.repeat(40)],
  ])('refuse %s, and leave what is there', async (_, generation) => {
    const { store } = use();
    const first = await create(store, 'taken', bytes('first'));
    const second = await store.write('taken', bytes('second'), { ifGeneration: first.generation });
    if (second === null) throw new Error('The second write did not go through.');
    const third = await store.write('taken', bytes('third'), { ifGeneration: generation(first, second) });
    expect(third).toBeNull();
    expect(await store.stat('taken')).toEqual(second);
    expect(await textOf(store, 'taken')).toBe('second');
  });

  test('hold for the current generation alone, also when the object is removed', async () => {
    const { store } = use();
    const first = await create(store, 'a');
    const options = { ifGeneration: first.generation };
    expect(await store.write('other', bytes('x'), options)).toBeNull();
    await store.delete('a');
    expect(await store.write('a', bytes('x'), options)).toBeNull();
    expect(await store.stat('a')).toBeNull();
  });

  test('see generations grow, whatever happens in between', async () => {
    const { store } = use();
    let last = 0n;
    for (const step of ['write', 'write', 'delete', 'write', 'delete', 'write', 'write'] as const) {
      const now = await store.stat('again');
      if (step === 'delete') {
        expect(await store.delete('again')).toBe(true);
        continue;
      }
      const info = await store.write('again', bytes('x'), { ifGeneration: now?.generation ?? ABSENT });
      expect(BigInt(info?.generation ?? 0)).toBeGreaterThan(last);
      last = BigInt(info?.generation ?? 0);
    }
  });
}

function testBodies(use: Use): void {
  const pieces = [0, 1, 70_000, 0, 300_001, 1_048_576, 3];

  test.each([0, 1, 65_536, 262_144, 262_145, 3_000_001])('keep %i bytes', async (size) => {
    const body = Uint8Array.from({ length: size }, (_value, at) => at % 251);
    expect(await create(use().store, 'sized', body)).toMatchObject({ size });
    const blob = await use().store.read('sized');
    const back = new Uint8Array(await new Response(blob?.body).arrayBuffer());
    expect(Buffer.compare(back, body)).toBe(0);
  });

  test('come in pieces of any size', async () => {
    async function* body() {
      for (const [at, size] of pieces.entries()) yield new Uint8Array(size).fill(at);
    }
    const size = pieces.reduce((sum, length) => sum + length);
    expect(await create(use().store, 'piecewise', body())).toMatchObject({ size });
    const back = new Uint8Array(
      await new Response((await use().store.read('piecewise'))?.body).arrayBuffer(),
    );
    const expected = Buffer.concat(pieces.map((length, at) => new Uint8Array(length).fill(at)));
    expect(Buffer.compare(back, expected)).toBe(0);
  });

  test('may be views of a larger array, and empty sequences', async () => {
    const whole = bytes('beginning, middle, end');
    await create(use().store, 'view', whole.subarray(11, 17));
    expect(await textOf(use().store, 'view')).toBe('middle');
    async function* nothing() {}
    expect(await create(use().store, 'nothing', nothing())).toMatchObject({ size: 0 });
    expect(await textOf(use().store, 'nothing')).toBe('');
  });

  test.each([
    ['at once', 0],
    ['after a little', 10],
    ['after much', 3_000_000],
  ])('that fail %s leave what was there, and pass their error on', async (_, size) => {
    const { store } = use();
    const failure = Object.assign(new Error('The upload broke off.'), { code: 'ENOSPC', syscall: 'write' });
    async function* body(): AsyncGenerator<Uint8Array> {
      if (size > 0) yield new Uint8Array(size);
      throw failure;
    }
    await expect(store.write('broken', body(), { ifGeneration: ABSENT })).rejects.toBe(failure);
    expect(await store.stat('broken')).toBeNull();
    const first = await create(store, 'broken', bytes('whole'));
    await expect(store.write('broken', body(), { ifGeneration: first.generation })).rejects.toBe(failure);
    expect(await store.stat('broken')).toEqual(first);
    expect(await namesOf(store, '')).toEqual(['broken']);
  });

  test('are closed when they are not wanted', async () => {
    const { store } = use();
    await create(store, 'taken');
    let open = 0;
    async function* body() {
      open += 1;
      try {
        for (;;) yield new Uint8Array(100_000);
      } finally {
        open -= 1;
      }
    }
    const limited = async function* () {
      let left = 40;
      for await (const piece of body())
        if (left-- > 0) yield piece;
        else return;
    };
    expect(await store.write('taken', limited(), { ifGeneration: ABSENT })).toBeNull();
    expect(open).toBe(0);
  });
}

function testEndurance(use: Use): void {
  test('let one of ten racing creates win', async () => {
    const tries = Array.from({ length: 10 }, (_, n) =>
      use().store.write('raced', bytes(`writer ${n}`), { ifGeneration: ABSENT }),
    );
    const won = (await Promise.all(tries)).flatMap((info, n) => (info === null ? [] : [n]));
    expect(won).toHaveLength(1);
    expect(await textOf(use().store, 'raced')).toBe(`writer ${won[0]}`);
  });

  test('lose no update when ten count on one object', async () => {
    const { store } = use();
    await create(store, 'count', bytes('0'));
    const countOn = async (): Promise<void> => {
      for (;;) {
        const blob = await store.read('count');
        const next = Number(await new Response(blob?.body).text()) + 1;
        const written = await store.write('count', bytes(String(next)), {
          ifGeneration: blob?.generation ?? '',
        });
        if (written !== null) return;
      }
    };
    await Promise.all(Array.from({ length: 10 }, countOn));
    expect(await textOf(store, 'count')).toBe('10');
  });

  test('let writes and removals in one folder meet', async () => {
    const rounds = Array.from({ length: 40 }, async (_, n) => {
      await create(use().store, `busy/${n}`);
      await use().store.delete(`busy/${n}`);
    });
    await Promise.all(rounds);
    expect(await namesOf(use().store, 'busy/')).toEqual([]);
  });

  test('keep objects over a restart', async () => {
    const info = await create(use().store, 'kept/over', bytes('still here'), { expires: '9' });
    const again = await use().reopen();
    expect(await again.stat('kept/over')).toEqual(info);
    expect(await textOf(again, 'kept/over')).toBe('still here');
    expect(await again.write('kept/over', bytes('other'), { ifGeneration: ABSENT })).toBeNull();
    expect(await again.write('kept/over', bytes('other'), { ifGeneration: info.generation })).not.toBeNull();
    expect(await textOf(use().store, 'kept/over')).toBe('other');
  });

  test('give a reader what was there when it began', async () => {
    const { store } = use();
    const body = new Uint8Array(2_000_000).fill(1);
    const first = await create(store, 'a', body);
    const blob = await store.read('a');
    await store.write('a', bytes('other'), { ifGeneration: first.generation });
    await store.delete('a');
    const back = new Uint8Array(await new Response(blob?.body).arrayBuffer());
    expect(Buffer.compare(back, body)).toBe(0);
  });

  test('free what they hold when a stream is cancelled', async () => {
    await create(use().store, 'half', new Uint8Array(1_000_000));
    for (let n = 0; n < 50; n += 1) await (await use().store.read('half'))?.body.cancel();
    expect(await use().store.delete('half')).toBe(true);
  });

  test('are ready', async () => {
    await expect(use().store.probe()).resolves.toBeUndefined();
  });
}
