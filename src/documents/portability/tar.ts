import { DocumentsError } from '../errors.ts';
import { PieceReader } from '../piece-reader.ts';

// POSIX ustar (IEEE Std 1003.1, pax, "ustar Interchange Format"), as far as archives of exports need it: regular files
// with short names. Every byte follows from names, sizes and one time, so that any range of an archive can be made again.

const BLOCK = 512;
/** Two blocks of zeros end an archive. */
export const END_BYTES = 2 * BLOCK;
/** Eleven octal digits. */
const MOST_FILE_BYTES = 8 ** 11 - 1;
const PIECE_BYTES = 64 * 1024;
const NAME = /^(?:[a-z0-9][a-z0-9_.-]*\/)*[a-z0-9][a-z0-9_.-]*$/;
const NAME_LENGTH = 100;

/** A file as it is read: its body must be read to the end, or left, before the next one is asked for. */
export interface TarFile {
  readonly name: string;
  readonly size: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** The bytes of a file with its header and what fills its last block. */
export function entryBytes(size: number): number {
  return BLOCK + size + fillOf(size);
}

/** Zeros behind a file of so many bytes. */
export function fillOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** @param time seconds since 1970. @throws {TypeError} for names and sizes that no archive has. */
export function tarHeader(name: string, size: number, time: number): Uint8Array {
  if (!NAME.test(name) || name.length > NAME_LENGTH || size > MOST_FILE_BYTES) {
    throw new TypeError('Not a file that an archive can hold.');
  }
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number) =>
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  header.write(name, 0, 'latin1');
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(time, 136, 12);
  header.write('0', 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.write(`${sumOf(header).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** The sum of a header's bytes, its own field counted as blanks. */
function sumOf(header: Uint8Array): number {
  return header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);
}

/**
 * The files of an archive, or of a piece of one that begins and ends between files, while it arrives; holds 64 KiB.
 *
 * @throws {DocumentsError} `imports/damaged` for what is no such archive: also links, folders, and names that lead out of it.
 */
export async function* readTar(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<TarFile, void, undefined> {
  const reader = new PieceReader(bytes, PIECE_BYTES);
  try {
    while (!(await reader.atEnd())) {
      const header = Buffer.from(await reader.take(BLOCK));
      if (header.length === BLOCK && header.every((byte) => byte === 0)) return;
      const { name, size } = parseHeader(header);
      let left = size;
      const body = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
        while (left > 0) {
          const piece = Uint8Array.from(await reader.take(Math.min(left, PIECE_BYTES)));
          if (piece.length === 0) throw damagedArchive('It ends within a file.');
          left -= piece.length;
          yield piece;
        }
      };
      yield { name, size, body: body() };
      for await (const _ of body());
      if ((await reader.take(fillOf(size))).length < fillOf(size))
        throw damagedArchive('It ends within a file.');
    }
  } finally {
    await reader.close();
  }
}

function parseHeader(header: Buffer): { readonly name: string; readonly size: number } {
  const text = (from: number, to: number) =>
    header.subarray(from, to).toString('latin1').replace(/\0.*$/s, '').trim();
  const name = text(0, NAME_LENGTH);
  const size = text(124, 136);
  const isOurs =
    header.length === BLOCK &&
    text(257, 262) === 'ustar' &&
    /^[0-7]{1,11}$/.test(size) &&
    Number.parseInt(text(148, 156), 8) === sumOf(header);
  // A prefix, a link, a folder: nothing that an export writes.
  const isPlain = ['0', ''].includes(text(156, 157)) && text(345, 500) === '' && NAME.test(name);
  if (isOurs && isPlain) return { name, size: Number.parseInt(size, 8) };
  throw damagedArchive('It holds something that no export writes.');
}

export function damagedArchive(message: string): DocumentsError {
  return new DocumentsError('imports/damaged', `The archive cannot be used. ${message}`);
}
