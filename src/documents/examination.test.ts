import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { packedPdf, tiff } from '../../test/support/files.ts';
import { buildDocx } from '../../test/support/package.ts';
import { OutsideError, systemRandom } from '../kit/index.ts';
import { DirectoryBlobStore, KeyRing, structureScanner } from '../platform/embedded/index.ts';
import { ContentStore } from './content-store.ts';
import { CONTENT_TYPES } from './content-type/index.ts';
import { DataKeys } from './data-keys.ts';
import { bytesOf, Examiner } from './examination.ts';
import type { Scanner } from './scanner.ts';

const clock = () => Date.UTC(2026, 10, 22);
const never = new AbortController().signal;
let folder: string;
let disk: DirectoryBlobStore;
let contents: ContentStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-examination-'));
  disk = await DirectoryBlobStore.open(join(folder, 'blobs'), true);
  const ring = await KeyRing.open(join(folder, 'keys'));
  await ring.create('local');
  const ambient = { clock, random: systemRandom, pause: async () => {} };
  contents = new ContentStore(disk, new DataKeys(ring, { clock }), ambient);
});
afterEach(() => rm(folder, { recursive: true }));

async function* chunks(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000);
}

/** Judges by what it really reads. */
const finds = (word: string): Scanner => ({
  scan: async (body) => {
    const seen: Uint8Array[] = [];
    for await (const chunk of body) seen.push(chunk);
    const isInfected = Buffer.concat(seen).includes(word);
    return { verdict: isInfected ? 'infected' : 'clean', name: isInfected ? word : null, engine: 'clamav' };
  },
  probe: async () => {},
});

const keep = (bytes: Uint8Array, scanner: Scanner) =>
  contents.write('local', 'd_1', new Examiner(scanner).incoming(chunks(bytes), never));

async function left(): Promise<number> {
  let count = 0;
  for await (const { name } of disk.list('')) for await (const _ of disk.generations(name)) count += 1;
  return count;
}

test.each([
  ['a document', buildDocx({}), CONTENT_TYPES.docx, null],
  [
    'a large PDF',
    Buffer.concat([packedPdf(64), Buffer.alloc(3_000_000, ' '), packedPdf(64)]),
    CONTENT_TYPES.pdf,
    64,
  ],
  ['a TIFF', tiff({ pages: [0, 0, 0] }), CONTENT_TYPES.tiff, 3],
])('what is found out of %s is kept with it', async (_, bytes, type, pages) => {
  const stored = await keep(bytes, finds('virus'));
  expect(stored.facts).toMatchObject({ type, pages, size: bytes.length, scanned: 'clamav' });
  const back: Uint8Array[] = [];
  for await (const chunk of await contents.read('local', 'd_1', stored)) back.push(chunk);
  expect(Buffer.concat(back).equals(bytes)).toBe(true);
});

test('what looks at structure only says so', async () => {
  expect((await keep(buildDocx({}), structureScanner)).facts.scanned).toBe('structure');
});

const unavailable: Scanner = {
  scan: async () => Promise.reject(new OutsideError('Scanner', 'unavailable', 'not there')),
  probe: async () => {},
};

test.each([
  ['by its first bytes', Buffer.from('GIF89a'), structureScanner, { code: 'documents/type-not-supported' }],
  [
    'by its structure',
    buildDocx({}).subarray(0, 900),
    structureScanner,
    { code: 'document/damaged-package' },
  ],
  [
    'by the scanner',
    buildDocx({ 'word/x.bin': 'virus' }),
    finds('word/x.bin'),
    { code: 'documents/infected' },
  ],
  ['while the scanner is away', buildDocx({}), unavailable, { failure: 'unavailable' }],
])('what is refused %s leaves nothing', async (_, bytes, scanner, error) => {
  await expect(keep(bytes, scanner)).rejects.toMatchObject(error);
  expect(await left()).toBe(0);
});

test('all bytes of a source, and none of an empty one', async () => {
  const reads: [number, number][] = [];
  const size = 2 * 1024 * 1024 + 5;
  const readAt = async (start: number, end: number) => {
    reads.push([start, end]);
    return new Uint8Array(end - start);
  };
  let seen = 0;
  for await (const chunk of bytesOf({ size, readAt })) seen += chunk.length;
  for await (const chunk of bytesOf({ size: 0, readAt })) seen += chunk.length;
  expect([seen, reads.length]).toEqual([size, 3]);
});
