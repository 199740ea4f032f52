import fc from 'fast-check';
import { expect, test } from 'vitest';
import { redlineFileName } from '../../src/jobs/batches/names.ts';
import { type ZipFile, zipOf } from '../../src/jobs/batches/zip.ts';
import { nodeCodec } from '../../src/kit/index.ts';
import { DEFAULT_LIMITS } from '../../src/redline/index.ts';
import { inflateEntry, readZip } from '../../src/redline/ooxml/zip.ts';

async function written(files: readonly ZipFile[], start = 0): Promise<Buffer> {
  async function* all(): AsyncIterable<ZipFile> {
    yield* files;
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of zipOf(all(), Date.UTC(2026, 10, 22, 12, 30, 8), start)) pieces.push(piece);
  return Buffer.concat(pieces);
}

test('an archive is read as it was written', async () => {
  const file = fc.record({
    name: fc.stringMatching(/^[a-z0-9äß ]{1,20}\.docx$/),
    bytes: fc.uint8Array({ maxLength: 300 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(file, { selector: ({ name }) => name }), async (files) => {
      const entries = readZip(await written(files), nodeCodec, DEFAULT_LIMITS);
      const found = entries.map((entry) => ({
        name: entry.name,
        bytes: new Uint8Array(inflateEntry(entry, nodeCodec)),
      }));
      expect(found).toEqual(files.map(({ name, bytes }) => ({ name, bytes: new Uint8Array(bytes) })));
    }),
  );
});

test('what lies beyond 4 GB is found by 64 bits', async () => {
  const far = 5 * 2 ** 30;
  const bytes = await written([{ name: 'a', bytes: Buffer.from('x') }], far);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - 22;
  const locator = end - 20;
  expect([view.getUint32(end, true), view.getUint32(locator, true)]).toEqual([0x06054b50, 0x07064b50]);
  const record = Number(view.getBigUint64(locator + 8, true)) - far;
  expect(view.getUint32(record, true)).toBe(0x06064b50);
  const directory = Number(view.getBigUint64(record + 48, true)) - far;
  expect(view.getUint32(directory, true)).toBe(0x02014b50);
  // Behind the name: which extra field, its length, and the offset of the file.
  const extra = directory + 46 + 1;
  expect([view.getUint16(extra, true), view.getUint16(extra + 2, true)]).toEqual([1, 8]);
  expect(Number(view.getBigUint64(extra + 4, true))).toBe(far);
});

test.each([
  ['Lease.docx', 0, 9, '1 Lease.docx'],
  ['Lease', 4, 100, '005 Lease.docx'],
  ['../../etc/passwd', 0, 10, '01 _.._etc_passwd.docx'],
  ['a\\b:c*?"<>|\u0007\u202e', 0, 1, '1 a_b_c_.docx'],
  ['…', 0, 1, '1 ….docx'],
  ['. .', 0, 1, '1.docx'],
  [`${'x'.repeat(119)}😀`, 0, 1, `1 ${'x'.repeat(119)}.docx`],
])('%s is called', (name, index, count, expected) => {
  expect(redlineFileName(name, index, count)).toBe(expected);
});
