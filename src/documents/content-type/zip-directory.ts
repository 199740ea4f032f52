import { DEFAULT_LIMITS, RedlineError } from '../../redline/index.ts';
import type { SourceReader } from './source.ts';

/** One file of a ZIP archive (APPNOTE.TXT 4.3.12), by offsets in the archive. */
export interface ZipEntry {
  readonly method: 0 | 8;
  readonly crc: number;
  /** Bytes inflated, as the directory claims. */
  readonly size: number;
  /** Offset and bytes of the data as stored. */
  readonly start: number;
  readonly stored: number;
}

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
const END_SIZE = 22;
const ENTRY_SIZE = 46;
const MAX_COMMENT = 0xffff;
/** Bit 0: encrypted; 6: strong encryption; 13: masked headers. */
const ENCRYPTED = 0x2041;

/**
 * Finds entries by their names, whose case does not matter (ECMA-376 Part 2 § 7.2.3); the whole directory is walked.
 *
 * @returns by the names asked for; those that are there.
 * @throws {RedlineError} `document/encrypted`, `document/damaged-package`, `limits/exceeded`.
 */
export async function findEntries(
  reader: SourceReader,
  names: readonly string[],
): Promise<ReadonlyMap<string, ZipEntry>> {
  const wanted = new Map(names.map((name) => [name.toLowerCase(), name]));
  const found = new Map<string, ZipEntry>();
  const { count, start, end } = await readEnd(reader);
  for (let n = 0, at = start; n < count; n += 1) {
    if (at + ENTRY_SIZE > end) throw damaged();
    const head = await reader.view(at, ENTRY_SIZE);
    if (head.getUint32(0, true) !== DIRECTORY_ENTRY) throw damaged();
    if ((head.getUint16(8, true) & ENCRYPTED) !== 0) throw encrypted();
    const nameLength = head.getUint16(28, true);
    const name = wanted.get(nameOf(await reader.bytes(at + ENTRY_SIZE, nameLength)));
    if (name !== undefined && found.has(name)) throw damaged();
    if (name !== undefined) found.set(name, await readEntry(reader, head, end));
    at += ENTRY_SIZE + nameLength + head.getUint16(30, true) + head.getUint16(32, true);
    if (at > end) throw damaged();
  }
  return found;
}

async function readEnd(reader: SourceReader): Promise<{ count: number; start: number; end: number }> {
  const from = Math.max(0, reader.size - END_SIZE - MAX_COMMENT);
  const tail = await reader.view(from, reader.size - from);
  for (let at = tail.byteLength - END_SIZE; at >= 0; at -= 1) {
    if (tail.getUint32(at, true) !== END_OF_DIRECTORY) continue;
    const [count, start] = [tail.getUint16(at + 10, true), tail.getUint32(at + 16, true)];
    if (count > DEFAULT_LIMITS.entries) {
      const limit = { name: 'entries', allowed: DEFAULT_LIMITS.entries, found: count };
      throw new RedlineError('limits/exceeded', 'The document has too many parts.', { limit });
    }
    if (start > from + at) throw damaged();
    return { count, start, end: from + at };
  }
  throw damaged();
}

/** @param head its entry of the directory. */
async function readEntry(reader: SourceReader, head: DataView, end: number): Promise<ZipEntry> {
  const method = head.getUint16(10, true);
  const [stored, size, local] = [
    head.getUint32(20, true),
    head.getUint32(24, true),
    head.getUint32(42, true),
  ];
  if (method !== 0 && method !== 8) throw damaged();
  if (local + 30 > end) throw damaged();
  const header = await reader.view(local, 30);
  if (header.getUint32(0, true) !== LOCAL_ENTRY) throw damaged();
  const start = local + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  if (start + stored > end || (method === 0 && stored !== size)) throw damaged();
  return { method, crc: head.getUint32(16, true), size, start, stored };
}

function nameOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8').toLowerCase();
}

function encrypted(): RedlineError {
  return new RedlineError('document/encrypted', 'The package is encrypted. Remove the password and retry.');
}

function damaged(): RedlineError {
  return new RedlineError(
    'document/damaged-package',
    'The file ends too early or is not a readable ZIP package. Save the document again in Word and retry.',
  );
}
