import { subtle } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HEADER_BYTES, openBytes, SEGMENT_BYTES, sealBytes, sealedRanges, sealedSize } from './sealing.ts';
import { open, openRange, seal } from './sealing-streams.ts';

const key = Uint8Array.from({ length: 32 }, (_, at) => at + 1);
const context = new TextEncoder().encode('what it is');
const damaged = expect.objectContaining({ name: 'OutsideError', port: 'BlobStore', failure: 'damaged' });
/** The salt and the prefix of these tests; every object another. */
let drawn = 0;
const random = (size: number) => {
  drawn += 1;
  return Uint8Array.from({ length: size }, (_, at) => (at * 31 + drawn * 7) % 256);
};
const bytesOf = (size: number) => Uint8Array.from({ length: size }, (_, at) => (at * 7 + (at >> 8)) % 256);
const sealed = (plain: Uint8Array, ctx = context) => sealBytes(key, ctx, plain, random);
const SEALED_SEGMENT = SEGMENT_BYTES + 16;

/** Sizes on both sides of every edge. */
const SIZES = [0, 1, 15, 16, 17, ...[1, 2, 3].flatMap((n) => [-1, 0, 1].map((d) => n * SEGMENT_BYTES + d))];
const size = fc.oneof(fc.constantFrom(...SIZES), fc.nat(4 * SEGMENT_BYTES));
const cuts = fc.array(fc.oneof(fc.nat(5), fc.nat(100_000)), { minLength: 1, maxLength: 20 });

async function* chunked(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  // A source may use its buffer again: whoever reads later than allowed reads noise.
  for (let at = 0, n = 0; at < bytes.length; n += 1) {
    const length = Math.max(sizes[n % sizes.length] ?? 1, n > 200 ? 65_536 : 0);
    const chunk = bytes.slice(at, at + length);
    yield chunk;
    chunk.fill(0xee);
    at += length;
  }
}

async function collected(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Uint8Array.from(Buffer.concat(pieces));
}

const same = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

async function* concatenated(object: Uint8Array, plainSize: number, range: { start: number; end: number }) {
  for (const { start, end } of sealedRanges(plainSize, range)) yield object.slice(start, end);
}

describe('a sealed object', () => {
  test.each(SIZES)('of %d bytes opens again', async (length) => {
    const plain = bytesOf(length);
    const object = sealed(plain);
    expect(object.length).toBe(sealedSize(length));
    expect(same(openBytes(key, context, object), plain)).toBe(true);
    expect(same(await collected(open(key, context, chunked(object, [4096]))), plain)).toBe(true);
  });

  test('opens however it was cut going in and coming out', () =>
    fc.assert(
      fc.asyncProperty(size, cuts, cuts, async (length, cutIn, cutOut) => {
        const plain = bytesOf(length);
        const object = await collected(seal(key, context, chunked(plain, cutIn), random));
        expect(object.length).toBe(sealedSize(length));
        expect(same(await collected(open(key, context, chunked(object, cutOut))), plain)).toBe(true);
        expect(same(openBytes(key, context, object), plain)).toBe(true);
      }),
      { numRuns: 60 },
    ));

  test('opens any range alone', () => {
    const anyRange = size
      .filter((length) => length > 0)
      .chain((length) => {
        const edge = fc.oneof(fc.nat(length), fc.constantFrom(...SIZES.filter((at) => at <= length)));
        return fc.tuple(fc.constant(length), edge, edge);
      })
      .filter(([, one, other]) => one !== other);
    return fc.assert(
      fc.asyncProperty(anyRange, cuts, async ([plainSize, one, other], cutOut) => {
        const range = { start: Math.min(one, other), end: Math.max(one, other) };
        const plain = bytesOf(plainSize);
        const needed = await collected(concatenated(sealed(plain), plainSize, range));
        const opened = openRange(key, context, { plainSize, range }, chunked(needed, cutOut));
        expect(same(await collected(opened), plain.subarray(range.start, range.end))).toBe(true);
        expect(needed.length).toBeLessThanOrEqual(
          range.end - range.start + HEADER_BYTES + 3 * SEALED_SEGMENT,
        );
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    [-1, 2],
    [2, 2],
    [3, 2],
    [0, 11],
    [Number.NaN, 3],
  ])('has no range from %d to %d', (start, end) => {
    expect(() => sealedRanges(10, { start, end })).toThrow(RangeError);
  });

  test('is what its format says, read by another implementation', async () => {
    const plain = bytesOf(SEGMENT_BYTES + 100);
    const object = Uint8Array.from(sealed(plain));
    const [head, salt, prefix] = [object.slice(0, 5), object.slice(5, 37), object.slice(37, 44)];
    expect(new TextDecoder().decode(head)).toBe('RLS\u0001\u0010');
    const master = await subtle.importKey('raw', key, 'HKDF', false, ['deriveKey']);
    const info = Buffer.concat([Buffer.from('redline sealed object, format 1\0'), context]);
    const derivation = { name: 'HKDF', hash: 'SHA-256', salt, info };
    const one = await subtle.deriveKey(derivation, master, { name: 'AES-GCM', length: 256 }, false, [
      'decrypt',
    ]);
    const opened = [object.slice(44, 44 + SEALED_SEGMENT), object.slice(44 + SEALED_SEGMENT)].map(
      (piece, n) =>
        subtle.decrypt({ name: 'AES-GCM', iv: Uint8Array.of(...prefix, 0, 0, 0, n, n) }, one, piece),
    );
    const parts = (await Promise.all(opened)).map((part) => new Uint8Array(part));
    expect(same(Buffer.concat(parts), plain)).toBe(true);
  });

  test('lets go of a stream that nobody reads on', async () => {
    let closed = 0;
    async function* endless(first: Uint8Array): AsyncGenerator<Uint8Array> {
      try {
        yield first;
        for (;;) yield new Uint8Array(1000);
      } finally {
        closed += 1;
      }
    }
    for await (const _ of seal(key, context, endless(bytesOf(3)), random)) break;
    for await (const _ of seal(key, context, endless(bytesOf(3)), random)) if (_.length > 1000) break;
    const start = sealed(bytesOf(200_000)).subarray(0, 100_000);
    for await (const _ of open(key, context, endless(start))) break;
    await expect(collected(open(key, context, endless(start)))).rejects.toEqual(damaged);
    expect(closed).toBe(3);
  });

  test('passes on what its source throws', async () => {
    // biome-ignore lint/correctness/useYield: it fails before its first byte.
    async function* failing(): AsyncGenerator<Uint8Array> {
      throw new Error('the wire broke');
    }
    await expect(collected(seal(key, context, failing(), random))).rejects.toThrow('the wire broke');
    await expect(collected(open(key, context, failing()))).rejects.toThrow('the wire broke');
  });

  test('does not look at the data key after the call', async () => {
    const mine = Uint8Array.from(key);
    const stream = seal(mine, context, bytesOf(10), random);
    mine.fill(0);
    const object = await collected(stream);
    const again = Uint8Array.from(key);
    const opening = open(again, context, chunked(object, [7]));
    again.fill(0);
    expect(same(await collected(opening), bytesOf(10))).toBe(true);
  });

  test.each([
    ['of 31 bytes', new Uint8Array(31).fill(1)],
    ['that was overwritten', new Uint8Array(32)],
  ])('takes no key %s', (_, wrong) => {
    expect(() => sealBytes(wrong, context, bytesOf(3))).toThrow(TypeError);
    expect(() => seal(wrong, context, bytesOf(3))).toThrow(TypeError);
    expect(() => open(wrong, context, chunked(sealed(bytesOf(3)), [9]))).toThrow(TypeError);
  });

  test('never looks the same twice', () => {
    const twice = [sealBytes(key, context, bytesOf(99)), sealBytes(key, context, bytesOf(99))] as const;
    expect(same(...twice)).toBe(false);
  });
});

describe('damage', () => {
  const three = bytesOf(2 * SEGMENT_BYTES + 500);
  const object = sealed(three);
  const segment = (of: Uint8Array, n: number) =>
    of.subarray(HEADER_BYTES + n * SEALED_SEGMENT, HEADER_BYTES + (n + 1) * SEALED_SEGMENT);
  const header = object.subarray(0, HEADER_BYTES);
  const other = sealed(bytesOf(2 * SEGMENT_BYTES + 500));

  /** Both ways to open it find the damage. */
  async function expectDamaged(bytes: Uint8Array, ctx = context, dataKey = key): Promise<void> {
    expect(() => openBytes(dataKey, ctx, bytes)).toThrow(damaged);
    await expect(collected(open(dataKey, ctx, chunked(bytes, [50_000])))).rejects.toEqual(damaged);
  }

  test.each([0, 1, 16, 40])('of any one bit of %d bytes is found', (length) => {
    const small = sealed(bytesOf(length));
    for (let bit = 0; bit < small.length * 8; bit += 1) {
      const flipped = Uint8Array.from(small);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => openBytes(key, context, flipped), `bit ${bit}`).toThrow(damaged);
    }
  });

  test('of any byte of many segments is found, also where only a range is read', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(object.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const flipped = Uint8Array.from(object);
        flipped[at] = (flipped[at] ?? 0) ^ mask;
        await expectDamaged(flipped);
        const first = at < HEADER_BYTES ? 0 : Math.floor((at - HEADER_BYTES) / SEALED_SEGMENT);
        const range = { start: first * SEGMENT_BYTES, end: first * SEGMENT_BYTES + 1 };
        const pieces = concatenated(flipped, three.length, range);
        const opened = openRange(key, context, { plainSize: three.length, range }, pieces);
        await expect(collected(opened)).rejects.toEqual(damaged);
      }),
      { numRuns: 60 },
    ));

  test('by cutting it anywhere is found', () =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.nat(object.length - 1),
          // At the end of a segment, and within what would be the tag of the next one.
          fc.tuple(fc.nat(2), fc.nat(15)).map(([n, more]) => HEADER_BYTES + n * SEALED_SEGMENT + more),
        ),
        (end) => expectDamaged(object.subarray(0, end)),
      ),
      { numRuns: 60 },
    ));

  test.each<[string, Uint8Array[]]>([
    ['one byte more', [object, Uint8Array.of(0)]],
    ['a segment more', [object, segment(object, 2)]],
    ['two segments swapped', [header, segment(object, 1), segment(object, 0), segment(object, 2)]],
    ['a segment twice', [header, segment(object, 0), segment(object, 0), segment(object, 2)]],
    ['a segment left out', [header, segment(object, 0), segment(object, 2)]],
    ['the last segment first', [header, segment(object, 2)]],
    ['a segment of another object', [header, segment(object, 0), segment(other, 1), segment(object, 2)]],
    ['the header of another object', [other.subarray(0, HEADER_BYTES), object.subarray(HEADER_BYTES)]],
    ['nothing', []],
    ['a header alone', [header]],
  ])('by %s is found', (_, pieces) => expectDamaged(Buffer.concat(pieces)));

  test('by another object under its name is found', () =>
    expectDamaged(object, new TextEncoder().encode('what it is not')));

  test('by another key is found', () => expectDamaged(object, context, Uint8Array.from(key).fill(9)));

  test('of a range by fewer or more segments is found', async () => {
    const range = { start: 10, end: SEGMENT_BYTES + 10 };
    const asked = { plainSize: three.length, range };
    const ends = [HEADER_BYTES + SEALED_SEGMENT, HEADER_BYTES + 2 * SEALED_SEGMENT - 1, object.length];
    for (const end of ends) {
      const opened = openRange(key, context, asked, chunked(object.subarray(0, end), [30_000]));
      await expect(collected(opened)).rejects.toEqual(damaged);
    }
  });

  test('by another size than the one it had is found where the range ends the object', async () => {
    for (const plainSize of [three.length - 1, three.length + 1, three.length + SEGMENT_BYTES]) {
      const range = { start: 0, end: plainSize };
      const opened = openRange(key, context, { plainSize, range }, chunked(object, [30_000]));
      await expect(collected(opened)).rejects.toEqual(damaged);
    }
  });
});
