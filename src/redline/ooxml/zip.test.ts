import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { nodeCodec } from '../../kit/index.ts';
import { RedlineError } from '../errors.ts';
import { DEFAULT_LIMITS, type Limits } from '../options.ts';
import { deflateEntry, inflateEntry, readZip, writeZip, type ZipEntry } from './zip.ts';

const bytes = (text: string): Uint8Array => nodeCodec.encodeUtf8(text);
const packed = (entries: Readonly<Record<string, string>>): Uint8Array =>
  writeZip(
    Object.entries(entries).map(([name, text]) => deflateEntry(name, bytes(text), nodeCodec)),
    nodeCodec,
  );
/** The archive with some bytes of its directory, local headers or end written over. */
const patched = (data: Uint8Array, at: (view: Buffer) => number, value: readonly number[]): Uint8Array => {
  const copy = Buffer.from(data);
  copy.set(value, at(copy));
  return copy;
};
const END = Buffer.from([0x50, 0x4b, 5, 6]);
const DIRECTORY = Buffer.from([0x50, 0x4b, 1, 2]);
const inEnd = (offset: number) => (b: Buffer) => b.lastIndexOf(END) + offset;
const inDirectory = (offset: number) => (b: Buffer) => b.indexOf(DIRECTORY) + offset;
const problem = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof RedlineError)
      return error.details.limit ? `${error.code} ${error.details.limit.name}` : error.code;
    throw error;
  }
  return 'accepted';
};
const open = (data: Uint8Array, limits: Partial<Limits> = {}): ZipEntry[] =>
  readZip(data, nodeCodec, { ...DEFAULT_LIMITS, ...limits });
const everything = (data: Uint8Array, limits: Partial<Limits> = {}): Uint8Array[] =>
  open(data, limits).map((e) => inflateEntry(e, nodeCodec));

const SMALL = packed({ 'a.xml': 'one', 'b/c.xml': 'x'.repeat(500) });

describe('reading back what was written', () => {
  test('names and content', () => {
    const entries = open(packed({ 'a.xml': 'one', 'ü/😀.xml': 'two'.repeat(99), 'empty.xml': '' }));
    expect(entries.map((e) => e.name)).toEqual(['a.xml', 'ü/😀.xml', 'empty.xml']);
    expect(entries.map((e) => nodeCodec.decodeUtf8(inflateEntry(e, nodeCodec)))).toEqual([
      'one',
      'two'.repeat(99),
      '',
    ]);
  });

  test('entries are copied as they are stored', () => {
    expect(writeZip(open(SMALL), nodeCodec)).toEqual(SMALL);
  });

  test('folders are left out', () => {
    expect(open(packed({ 'a/': '', 'a/b.xml': 'x' })).map((e) => e.name)).toEqual(['a/b.xml']);
  });

  test('a comment behind the directory', () => {
    const data = Buffer.concat([SMALL, bytes('note')]);
    expect(open(patched(data, inEnd(20), [4, 0])).length).toBe(2);
  });

  test('sizes and offset in a ZIP64 field', () => {
    const data = Buffer.from(packed({ 'a.xml': 'one' }));
    const at = data.indexOf(DIRECTORY);
    const [stored, size] = [data.readUInt32LE(at + 20), data.readUInt32LE(at + 24)];
    const extra = Buffer.alloc(28);
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    extra.writeBigUInt64LE(BigInt(size), 4);
    extra.writeBigUInt64LE(BigInt(stored), 12);
    data.fill(0xff, at + 20, at + 28);
    data.fill(0xff, at + 42, at + 46);
    data.writeUInt16LE(28, at + 30);
    const end = data.lastIndexOf(END);
    const wide = Buffer.concat([data.subarray(0, end), extra, data.subarray(end)]);
    expect(nodeCodec.decodeUtf8(everything(wide)[0] ?? new Uint8Array())).toBe('one');
  });
});

describe('files that are something else', () => {
  const ole = (text: string): Uint8Array =>
    Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.from(text, 'utf16le')]);
  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'document/empty'],
    ['a PDF', bytes('%PDF-1.7'), 'document/not-a-package'],
    ['three bytes', bytes('PK\u0003'), 'document/not-a-package'],
    ['a Word 97 document', ole('WordDocument'), 'document/legacy-format'],
    ['a document with a password', ole('EncryptedPackage'), 'document/encrypted'],
    ['the start of a package', SMALL.subarray(0, 60), 'document/damaged-package'],
  ])('%s', (_, data, code) => {
    expect(problem(() => open(data))).toBe(code);
  });
});

describe('damage and malice', () => {
  test.each<[string, Uint8Array, string]>([
    ['more entries than there are', patched(SMALL, inEnd(8), [9, 0, 9, 0]), 'document/damaged-package'],
    ['two counts that differ', patched(SMALL, inEnd(8), [1, 0]), 'document/damaged-package'],
    ['a directory behind the end', patched(SMALL, inEnd(16), [255, 255, 255, 0]), 'document/damaged-package'],
    ['an encrypted entry', patched(SMALL, inDirectory(8), [1]), 'document/encrypted'],
    ['another compression', patched(SMALL, inDirectory(10), [12]), 'document/damaged-package'],
    [
      'an entry outside of the file',
      patched(SMALL, inDirectory(42), [255, 255, 0, 0]),
      'document/damaged-package',
    ],
    ['data behind the end', patched(SMALL, inDirectory(20), [255, 255, 0, 0]), 'document/damaged-package'],
    ['a wrong checksum', patched(SMALL, inDirectory(16), [1, 2, 3, 4]), 'document/damaged-package'],
    ['a size that is too small', patched(SMALL, inDirectory(24), [1, 0, 0, 0]), 'document/damaged-package'],
    ['a name that is not UTF-8', patched(SMALL, inDirectory(46), [0xff]), 'document/damaged-package'],
    ['a name that leads out', packed({ '../a.xml': 'x' }), 'document/damaged-package'],
    ['a name from the root', packed({ '/a.xml': 'x' }), 'document/damaged-package'],
    ['a name with a drive', packed({ 'C:a.xml': 'x' }), 'document/damaged-package'],
    ['a name with backslashes', packed({ 'a\\b.xml': 'x' }), 'document/damaged-package'],
    ['no name', packed({ '': 'x' }), 'document/damaged-package'],
  ])('%s', (_, data, code) => {
    expect(problem(() => everything(data))).toBe(code);
  });

  test('entries that share their data', () => {
    const two = Buffer.from(packed({ 'a.xml': 'same', 'b.xml': 'same' }));
    const second = two.lastIndexOf(DIRECTORY);
    two.writeUInt32LE(0, second + 42);
    expect(problem(() => open(two))).toBe('document/damaged-package');
  });

  test('an entry that claims to be small is not inflated further', () => {
    const bomb: ZipEntry = {
      name: 'a.xml',
      method: 8,
      crc: 0,
      size: 1000,
      dosTime: 0,
      stored: deflateRawSync(Buffer.alloc(50_000_000)),
    };
    const before = process.memoryUsage().arrayBuffers;
    expect(problem(() => inflateEntry(bomb, nodeCodec))).toBe('document/damaged-package');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
  });
});

describe('limits', () => {
  const big = packed({ 'a.xml': 'x'.repeat(3_000_000) });
  test.each<[string, Uint8Array, Partial<Limits>, string]>([
    ['the file', SMALL, { compressedBytes: 10 }, 'limits/exceeded compressedBytes'],
    ['the number of entries', SMALL, { entries: 1 }, 'limits/exceeded entries'],
    ['all entries together', SMALL, { uncompressedBytes: 400 }, 'limits/exceeded uncompressedBytes'],
    ['the ratio', big, { ratio: 200 }, 'limits/exceeded ratio'],
    ['a ratio that is allowed', big, { ratio: 5000 }, 'accepted'],
    ['any ratio of a short part', packed({ 'a.xml': 'x'.repeat(900_000) }), { ratio: 2 }, 'accepted'],
  ])('%s', (_, data, limits, expected) => {
    expect(problem(() => everything(data, limits))).toBe(expected);
  });
});
