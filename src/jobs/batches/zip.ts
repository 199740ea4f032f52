import { crc32 } from 'node:zlib';

// A ZIP archive that is written while it is read (APPNOTE.TXT 6.3.10). Documents are packed already: nothing is packed again.

export interface ZipFile {
  /** A path with `/`; in UTF-8. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
/** Version 4.5 knows 64-bit offsets; bit 11: names are UTF-8. */
const VERSION = 45;
const UTF_8 = 1 << 11;
const LAST_32 = 0xffffffff;
const LAST_16 = 0xffff;

/**
 * The bytes of an archive. It holds one file at a time, and 100 bytes of each that it has written.
 *
 * @param timeMs of every file, since 1970.
 * @param start bytes that stand before the archive: for tests of what lies beyond 4 GB.
 */
export async function* zipOf(
  files: AsyncIterable<ZipFile>,
  timeMs: number,
  start = 0,
): AsyncGenerator<Uint8Array, void> {
  const central: Uint8Array[] = [];
  let at = start;
  for await (const { name, bytes } of files) {
    const path = new TextEncoder().encode(name);
    const fields = fieldsOf(bytes, path, timeMs);
    central.push(centralHeader(fields, path, at));
    const local = joined([numbers([[4, LOCAL], [2, VERSION], ...fields, [2, 0]]), path]);
    yield local;
    yield bytes;
    at += local.length + bytes.length;
  }
  const directory = joined(central);
  yield directory;
  yield end(central.length, directory.length, at);
}

/** Bytes that a number takes, and the number. */
type Field = readonly [2 | 4 | 8, number];

/** What both headers of a file say, from its flags to the length of its name. */
function fieldsOf(bytes: Uint8Array, path: Uint8Array, timeMs: number): Field[] {
  const date = new Date(Math.max(timeMs, Date.UTC(1980, 0, 1)));
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  const day = ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  const sizes: Field[] = [
    [4, bytes.length],
    [4, bytes.length],
  ];
  return [[2, UTF_8], [2, 0], [2, time], [2, day], [4, crc32(bytes)], ...sizes, [2, path.length]];
}

function centralHeader(fields: readonly Field[], path: Uint8Array, at: number): Uint8Array {
  const far = at >= LAST_32;
  const extra = far
    ? numbers([
        [2, 1],
        [2, 8],
        [8, at],
      ])
    : new Uint8Array();
  const rest: Field[] = [
    [2, extra.length],
    ...([
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
    ] as const),
    [4, far ? LAST_32 : at],
  ];
  return joined([numbers([[4, CENTRAL], [2, VERSION], [2, VERSION], ...fields, ...rest]), path, extra]);
}

function end(count: number, size: number, at: number): Uint8Array {
  const far = at >= LAST_32 || count >= LAST_16;
  const short: Field[] = [
    ...([
      [4, END],
      [2, 0],
      [2, 0],
    ] as const),
    ...([
      [2, far ? LAST_16 : count],
      [2, far ? LAST_16 : count],
    ] as const),
    ...([
      [4, far ? LAST_32 : size],
      [4, far ? LAST_32 : at],
      [2, 0],
    ] as const),
  ];
  if (!far) return numbers(short);
  const long: Field[] = [
    ...([
      [4, END_64],
      [8, 44],
      [2, VERSION],
      [2, VERSION],
      [4, 0],
      [4, 0],
    ] as const),
    ...([
      [8, count],
      [8, count],
      [8, size],
      [8, at],
    ] as const),
  ];
  return numbers([...long, [4, LOCATOR_64], [4, 0], [8, at + size], [4, 1], ...short]);
}

function numbers(fields: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else if (size === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += size;
  }
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
