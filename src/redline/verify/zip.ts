import type { Codec } from '../codec.ts';
import { RedlineError } from '../errors.ts';
import type { Limits } from '../options.ts';

/** One file in a package, still compressed. */
export interface Entry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  /** Bytes inflated, as the directory says. */
  readonly size: number;
  readonly data: Uint8Array;
}

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const ZIP64_EXTRA = 0x0001;
const UNKNOWN = 0xffffffff;
const MEBIBYTE = 1 << 20;

/** The entries of a ZIP as its directory lists them (APPNOTE.TXT 4.3), without directories. */
export function readEntries(bytes: Uint8Array, codec: Codec, limits: Limits): readonly Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const end = findEnd(view);
    const count = view.getUint16(end + 10, true);
    exceeds('entries', limits.entries, count);
    return readDirectory(bytes, view, end, count, codec, limits);
  } catch (cause) {
    throw cause instanceof RedlineError ? cause : damaged('The ZIP directory cannot be read.', '', cause);
  }
}

function findEnd(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 0xffff); at -= 1) {
    if (view.getUint32(at, true) === END_OF_DIRECTORY) return at;
  }
  throw new RedlineError('document/not-a-package', 'The file is not a ZIP package.');
}

function readDirectory(
  bytes: Uint8Array,
  view: DataView,
  end: number,
  count: number,
  codec: Codec,
  limits: Limits,
): readonly Entry[] {
  const entries: Entry[] = [];
  let at = view.getUint32(end + 16, true);
  let total = 0;
  for (let i = 0; i < count; i += 1) {
    if (view.getUint32(at, true) !== DIRECTORY_ENTRY) throw damaged('The ZIP directory is damaged.');
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((o) =>
      view.getUint16(at + o, true),
    ) as [number, number, number];
    const name = decodeName(bytes.subarray(at + 46, at + 46 + nameLength), codec);
    if (!name.endsWith('/')) {
      const entry = readEntry(bytes, view, at, name, at + 46 + nameLength, extraLength);
      total += entry.size;
      exceeds('uncompressedBytes', limits.uncompressedBytes, total);
      entries.push(entry);
    }
    at += 46 + nameLength + extraLength + commentLength;
  }
  return entries;
}

function readEntry(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  name: string,
  extraAt: number,
  extraLength: number,
): Entry {
  const wide = wideNumbers(view, at, extraAt, extraLength);
  if ((view.getUint16(at + 8, true) & 1) === 1) {
    throw new RedlineError('document/encrypted', 'An entry of the package is encrypted.', { part: name });
  }
  const { offset, packed } = wide;
  if (view.getUint32(offset, true) !== LOCAL_HEADER)
    throw damaged('An entry does not begin where it should.', name);
  const from = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (from + packed > bytes.length) throw damaged('An entry is cut off.', name);
  return {
    name,
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    size: wide.size,
    data: bytes.subarray(from, from + packed),
  };
}

/** Sizes and offset, from the ZIP64 extra field where the entry has no room for them (4.5.3). */
function wideNumbers(
  view: DataView,
  at: number,
  extraAt: number,
  extraLength: number,
): { size: number; packed: number; offset: number } {
  let wideAt = findExtra(view, extraAt, extraLength, ZIP64_EXTRA);
  const read = (offset: number): number => {
    const value = view.getUint32(at + offset, true);
    if (value !== UNKNOWN || wideAt < 0) return value;
    wideAt += 8;
    return Number(view.getBigUint64(wideAt - 8, true));
  };
  return { size: read(24), packed: read(20), offset: read(42) };
}

function findExtra(view: DataView, from: number, length: number, id: number): number {
  for (let at = from; at + 4 <= from + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) === id) return at + 4;
  }
  return -1;
}

function decodeName(data: Uint8Array, codec: Codec): string {
  try {
    return codec.decodeUtf8(data);
  } catch {
    return Array.from(data, (byte) => String.fromCharCode(byte)).join('');
  }
}

/** The content of an entry; an XML part of at most `limits.xmlPartBytes` where `isXml`. */
export function inflate(entry: Entry, isXml: boolean, codec: Codec, limits: Limits): Uint8Array {
  if (isXml) exceeds('xmlPartBytes', limits.xmlPartBytes, entry.size, entry.name);
  if (entry.size > MEBIBYTE && entry.size > entry.data.length * limits.ratio) {
    throw exceeded(
      'ratio',
      limits.ratio,
      Math.round(entry.size / Math.max(1, entry.data.length)),
      entry.name,
    );
  }
  const content = unpacked(entry, codec);
  if (content.length !== entry.size || codec.crc32(content) !== entry.crc) {
    throw damaged('An entry has a wrong length or checksum.', entry.name);
  }
  return content;
}

function unpacked(entry: Entry, codec: Codec): Uint8Array {
  if (entry.method === 0) return entry.data;
  if (entry.method !== 8) throw damaged('An entry uses an unknown compression.', entry.name);
  try {
    return codec.inflateRaw(entry.data, Math.max(1, entry.size));
  } catch (cause) {
    throw damaged('An entry cannot be inflated.', entry.name, cause);
  }
}

function exceeds(name: keyof Limits, allowed: number, found: number, part?: string): void {
  if (found > allowed) throw exceeded(name, allowed, found, part);
}

function exceeded(name: keyof Limits, allowed: number, found: number, part?: string): RedlineError {
  const limit = { name, allowed, found };
  return new RedlineError('limits/exceeded', `The document passes the limit ${name}.`, {
    ...(part === undefined ? {} : { part }),
    limit,
  });
}

function damaged(message: string, part = '', cause?: unknown): RedlineError {
  return new RedlineError('document/damaged-package', message, part === '' ? {} : { part }, cause);
}
