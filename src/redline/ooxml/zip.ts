import type { Codec } from '../codec.ts';
import { RedlineError } from '../errors.ts';
import type { Limits } from '../options.ts';

/** One file of a ZIP archive as its central directory describes it (APPNOTE.TXT 4.3.12). */
export interface ZipEntry {
  readonly name: string;
  readonly method: 0 | 8;
  readonly crc: number;
  /** Bytes inflated, as the directory claims; reading enforces it. */
  readonly size: number;
  readonly dosTime: number;
  /** The data as stored, a view on the archive. */
  readonly stored: Uint8Array;
}

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
const END_SIZE = 22;
const MAX_COMMENT = 0xffff;
/** Below this size an entry may have any ratio: short repetitive parts are ordinary. */
const RATIO_FREE_BYTES = 1024 * 1024;
/** 1980-01-01 00:00, the earliest time that a ZIP can tell. */
export const DOS_EPOCH = 0x00210000;

function damaged(message: string): RedlineError {
  return new RedlineError(
    'document/damaged-package',
    `${message} Save the document again in Word and retry.`,
  );
}

function exceeded(name: keyof Limits, allowed: number, found: number): RedlineError {
  return new RedlineError('limits/exceeded', `The document passes the limit ${name}.`, {
    limit: { name, allowed, found },
  });
}

/** Tells a file that is no ZIP apart by its first bytes. */
function refuseForeign(data: Uint8Array): void {
  if (data.length === 0) throw new RedlineError('document/empty', 'The file is empty.');
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length >= 8 && view.getUint32(0) === 0xd0cf11e0 && view.getUint32(4) === 0xa1b11ae1) {
    throw hasUtf16(data, 'EncryptedPackage')
      ? new RedlineError(
          'document/encrypted',
          'The document is password-protected. Remove the password in Word and retry.',
        )
      : new RedlineError(
          'document/legacy-format',
          'This is a Word 97–2003 document. Save it as .docx and retry.',
        );
  }
  if (data.length < 4 || view.getUint16(0) !== 0x504b) {
    throw new RedlineError('document/not-a-package', 'This is not a Word document (.docx).');
  }
}

function hasUtf16(data: Uint8Array, text: string): boolean {
  const first = text.charCodeAt(0);
  for (let at = data.indexOf(first); at >= 0; at = data.indexOf(first, at + 1)) {
    let n = 1;
    while (n < text.length && data[at + 2 * n] === text.charCodeAt(n) && data[at + 2 * n - 1] === 0) n++;
    if (n === text.length) return true;
  }
  return false;
}

function findEnd(view: DataView): number {
  const least = Math.max(0, view.byteLength - END_SIZE - MAX_COMMENT);
  for (let at = view.byteLength - END_SIZE; at >= least; at--) {
    if (view.getUint32(at, true) === END_OF_DIRECTORY) return at;
  }
  throw damaged('The file ends too early or is not a readable ZIP package.');
}

/** Sizes and offset of an entry, taken from its ZIP64 extra field where the plain ones are saturated. */
function zip64(view: DataView, at: number, length: number, values: number[]): number[] {
  const end = at + length;
  for (let p = at; p + 4 <= end; ) {
    const id = view.getUint16(p, true);
    const size = view.getUint16(p + 2, true);
    let q = p + 4;
    if (id === 1) {
      return values.map((v) => {
        if (v !== 0xffffffff || q + 8 > end) return v;
        q += 8;
        return Number(view.getBigUint64(q - 8, true));
      });
    }
    p += 4 + size;
  }
  return values;
}

function safeName(name: string): string {
  const steps = name.split('/');
  if (
    name === '' ||
    name.startsWith('/') ||
    name.includes('\\') ||
    /^[A-Za-z]:/.test(name) ||
    steps.includes('..')
  ) {
    throw damaged('The package holds an entry with a name that is not allowed.');
  }
  return name;
}

interface Directory {
  readonly view: DataView;
  readonly data: Uint8Array;
  readonly codec: Codec;
  /** Offset of the end-of-directory record: no entry's data may reach it. */
  readonly end: number;
}

function readEntry(dir: Directory, at: number): { entry: ZipEntry; next: number; from: number; to: number } {
  const { view, data, codec, end } = dir;
  if (at + 46 > end || view.getUint32(at, true) !== DIRECTORY_ENTRY)
    throw damaged('The directory of the package is damaged.');
  const [flags, method, dosTime] = [
    view.getUint16(at + 8, true),
    view.getUint16(at + 10, true),
    view.getUint32(at + 12, true),
  ];
  const [nameLength, extraLength] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true)];
  const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
  if (next > end) throw damaged('The directory of the package is damaged.');
  if (flags & 0x2041)
    throw new RedlineError('document/encrypted', 'The package is encrypted. Remove the password and retry.');
  if (method !== 0 && method !== 8)
    throw damaged('The package uses a compression that Word documents may not use.');
  let name: string;
  try {
    name = safeName(codec.decodeUtf8(data.subarray(at + 46, at + 46 + nameLength)));
  } catch (error) {
    throw error instanceof RedlineError ? error : damaged('The package holds an unreadable name.');
  }
  const plain = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
  const [size = 0, stored = 0, local = 0] = zip64(view, at + 46 + nameLength, extraLength, plain);
  if (local + 30 > end || view.getUint32(local, true) !== LOCAL_ENTRY)
    throw damaged('The package is damaged.');
  const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (from + stored > end || (method === 0 && stored !== size)) throw damaged('The package is damaged.');
  const entry = {
    name,
    method: method as 0 | 8,
    crc: view.getUint32(at + 16, true),
    size,
    dosTime,
    stored: data.subarray(from, from + stored),
  };
  return { entry, next, from: local, to: from + stored };
}

/**
 * The entries of an archive, directories left out.  Nothing is inflated.
 *
 * @throws {RedlineError} what kind of file it is instead, damage, or `limits/exceeded`.
 */
export function readZip(data: Uint8Array, codec: Codec, limits: Limits): ZipEntry[] {
  if (data.length > limits.compressedBytes)
    throw exceeded('compressedBytes', limits.compressedBytes, data.length);
  refuseForeign(data);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const end = findEnd(view);
  const count = view.getUint16(end + 10, true);
  if (count > limits.entries) throw exceeded('entries', limits.entries, count);
  const start = view.getUint32(end + 16, true);
  if (view.getUint16(end + 8, true) !== count || start > end) throw damaged('The package is damaged.');
  const dir = { view, data, codec, end };
  const entries: ZipEntry[] = [];
  const spans: [number, number][] = [];
  let total = 0;
  for (let i = 0, at = start; i < count; i++) {
    const { entry, next, from, to } = readEntry(dir, at);
    at = next;
    spans.push([from, to]);
    total += entry.size;
    checkSize(entry, limits);
    if (!entry.name.endsWith('/')) entries.push(entry);
  }
  if (total > limits.uncompressedBytes) throw exceeded('uncompressedBytes', limits.uncompressedBytes, total);
  refuseOverlap(spans);
  return entries;
}

function checkSize(entry: ZipEntry, limits: Limits): void {
  const ratio = entry.size / Math.max(1, entry.stored.length);
  if (entry.size > RATIO_FREE_BYTES && ratio > limits.ratio)
    throw exceeded('ratio', limits.ratio, Math.round(ratio));
}

/** Entries that share bytes are how small files claim to be huge. */
function refuseOverlap(spans: [number, number][]): void {
  spans.sort((a, b) => a[0] - b[0]);
  let reached = 0;
  for (const [from, to] of spans) {
    if (from < reached) throw damaged('The package is damaged: entries overlap.');
    reached = to;
  }
}

/**
 * The inflated bytes of an entry, checked against the size and checksum of the directory.
 *
 * @throws {RedlineError} `document/damaged-package`
 */
export function inflateEntry(entry: ZipEntry, codec: Codec): Uint8Array {
  let data: Uint8Array;
  try {
    data =
      entry.method === 0
        ? entry.stored
        : entry.size === 0
          ? new Uint8Array()
          : codec.inflateRaw(entry.stored, entry.size);
  } catch (cause) {
    throw new RedlineError(
      'document/damaged-package',
      'The package is damaged: an entry cannot be unpacked.',
      { part: entry.name },
      cause,
    );
  }
  if (data.length !== entry.size || codec.crc32(data) !== entry.crc) {
    throw new RedlineError('document/damaged-package', 'The package is damaged: a checksum is wrong.', {
      part: entry.name,
    });
  }
  return data;
}

/** An entry made from new bytes. */
export function deflateEntry(name: string, data: Uint8Array, codec: Codec): ZipEntry {
  const packed = codec.deflateRaw(data);
  const stored = packed.length < data.length ? packed : data;
  return {
    name,
    method: stored === data ? 0 : 8,
    crc: codec.crc32(data),
    size: data.length,
    dosTime: DOS_EPOCH,
    stored,
  };
}

/** An archive of the entries in their order; stored data is copied as it is. */
export function writeZip(entries: readonly ZipEntry[], codec: Codec): Uint8Array {
  const names = entries.map((e) => codec.encodeUtf8(e.name));
  const nameBytes = names.reduce((n, name) => n + name.length, 0);
  const dataBytes = entries.reduce((n, e) => n + e.stored.length, 0);
  const out = new Uint8Array(entries.length * (30 + 46) + 2 * nameBytes + dataBytes + END_SIZE);
  const view = new DataView(out.buffer);
  let at = 0;
  const offsets = entries.map((entry, i) => {
    const offset = at;
    view.setUint32(at, LOCAL_ENTRY, true);
    writeCommon(view, at + 4, entry, names[i]?.length ?? 0);
    out.set(names[i] ?? new Uint8Array(), at + 30);
    at += 30 + (names[i]?.length ?? 0);
    out.set(entry.stored, at);
    at += entry.stored.length;
    return offset;
  });
  const start = at;
  entries.forEach((entry, i) => {
    view.setUint32(at, DIRECTORY_ENTRY, true);
    view.setUint16(at + 4, 20, true);
    writeCommon(view, at + 6, entry, names[i]?.length ?? 0);
    view.setUint32(at + 42, offsets[i] ?? 0, true);
    out.set(names[i] ?? new Uint8Array(), at + 46);
    at += 46 + (names[i]?.length ?? 0);
  });
  view.setUint32(at, END_OF_DIRECTORY, true);
  view.setUint16(at + 8, entries.length, true);
  view.setUint16(at + 10, entries.length, true);
  view.setUint32(at + 12, at - start, true);
  view.setUint32(at + 16, start, true);
  return out;
}

/** The fields that local and directory headers have in common, from `version needed` on. */
function writeCommon(view: DataView, at: number, entry: ZipEntry, nameLength: number): void {
  view.setUint16(at, 20, true);
  view.setUint16(at + 2, 0x0800, true); // names are UTF-8
  view.setUint16(at + 4, entry.method, true);
  view.setUint32(at + 6, entry.dosTime, true);
  view.setUint32(at + 10, entry.crc, true);
  view.setUint32(at + 14, entry.stored.length, true);
  view.setUint32(at + 18, entry.size, true);
  view.setUint16(at + 22, nameLength, true);
}
