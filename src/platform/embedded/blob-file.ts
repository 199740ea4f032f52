import { crc32 } from 'node:zlib';
import type { BlobAttributes, BlobBody, ByteRange } from '../../documents/index.ts';
import { piecesOf } from '../blob-rules.ts';
import { attempt, damaged } from './disk.ts';
import { OpenFile } from './prompt-calls.ts';

/**
 * A stored object is its bytes, then what is known of them as JSON in UTF-8, then twelve bytes: the length of the JSON,
 * its CRC-32, and a signature with the version of this format (numbers big-endian). What is known comes last because a
 * streamed body tells its size and checksum only at its end, and because a file that was cut short has no end.
 */
interface Footer {
  readonly name: string;
  readonly size: number;
  /** CRC-32 (ISO 3309, as in ZIP) of the object's bytes. */
  readonly crc: number;
  readonly attributes: BlobAttributes;
}

const SIGNATURE = [0x52, 0x4c, 0x42, 0x02] as const;
const TAIL_BYTES = 12;
/** Read in one piece from a file's end; the port's longest names and attributes stay below, also with every `"` escaped. */
const MAX_FOOTER_BYTES = 4096;
/** Bytes that a stream holds at a time. A write of 64 KiB costs about twice as much a byte. */
const PIECE_BYTES = 256 * 1024;

const SMALL_BYTES = 8 * 1024;
/**
 * So much of a large file is flushed at a time. Left to its end, the flush of any small file beside it waits for all of it,
 * and of many large ones none is done before all are.
 */
const FLUSH_BYTES = 2 * 1024 * 1024;

/** A stored object that was opened: whoever has it closes the file. */
export interface OpenBlob {
  readonly file: OpenFile;
  readonly size: number;
  readonly crc: number;
  readonly attributes: BlobAttributes;
}

/** An object that was written and has no name yet: whoever has it closes the file. */
export interface WrittenBlob {
  readonly file: OpenFile;
  /** Bytes of the body. */
  readonly size: number;
}

/** Writes a new file, which is to be flushed before it gets its name. An error of the body is passed on as it is. */
export async function writeBlobFile(
  path: string,
  name: string,
  body: BlobBody,
  attributes: BlobAttributes,
): Promise<WrittenBlob> {
  const file = await attempt(() => OpenFile.create(path));
  try {
    const out = new Output(file);
    for await (const piece of piecesOf(body)) await out.add(piece);
    const { size, crc } = out;
    await out.add(encodeFooter({ name, size, crc, attributes }));
    await out.end();
    return { file, size };
  } catch (error) {
    await file.close().catch(() => {});
    throw error;
  }
}

/** What is written to a file, gathered to pieces of a good size. */
class Output {
  readonly #file: OpenFile;
  #held = new Uint8Array(0);
  #filled = 0;
  #unflushed = 0;
  /** Bytes that were added, and their CRC-32. */
  size = 0;
  crc = 0;

  constructor(file: OpenFile) {
    this.#file = file;
  }

  async add(piece: Uint8Array): Promise<void> {
    this.size += piece.byteLength;
    this.crc = crc32(piece, this.crc);
    for (let at = 0; at < piece.byteLength; ) {
      const part = piece.subarray(at, at + PIECE_BYTES - this.#filled);
      this.#hold(part);
      at += part.byteLength;
      if (this.#filled === PIECE_BYTES) await this.end();
    }
  }

  /** Writes what is held. */
  async end(): Promise<void> {
    const held = this.#held.subarray(0, this.#filled);
    this.#filled = 0;
    await attempt(() => this.#file.write(held));
    this.#unflushed += held.byteLength;
    if (this.#unflushed < FLUSH_BYTES) return;
    await attempt(() => this.#file.flushBytes());
    this.#unflushed = 0;
  }

  /** Small objects are most of all: they get no large buffer. */
  #hold(part: Uint8Array): void {
    const needed = this.#filled + part.byteLength;
    if (needed > this.#held.byteLength) {
      const larger = new Uint8Array(needed <= SMALL_BYTES ? SMALL_BYTES : PIECE_BYTES);
      larger.set(this.#held.subarray(0, this.#filled));
      this.#held = larger;
    }
    this.#held.set(part, this.#filled);
    this.#filled = needed;
  }
}

function encodeFooter(footer: Footer): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(footer));
  const bytes = new Uint8Array(json.length + TAIL_BYTES);
  bytes.set(json);
  const tail = new DataView(bytes.buffer, json.length);
  tail.setUint32(0, json.length);
  tail.setUint32(4, crc32(json));
  bytes.set(SIGNATURE, json.length + 8);
  return bytes;
}

/** @throws {OutsideError} `damaged` when the file is not a whole object of this name. */
export async function openBlobFile(path: string, name: string): Promise<OpenBlob> {
  const file = await OpenFile.open(path);
  try {
    const length = Number(file.stat().size);
    const end = new Uint8Array(Math.min(length, MAX_FOOTER_BYTES + TAIL_BYTES));
    const bytesRead = await file.read(end, length - end.length);
    const { footer, bytes } = decodeFooter(end.subarray(0, bytesRead));
    const { size, crc, attributes } = footer;
    if (size + bytes !== length) throw damaged('A stored object is not as long as it says.');
    if (footer.name !== name) throw damaged('A stored object lies under the name of another.');
    return { file, size, crc, attributes };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** @param end the last bytes of a file. @returns what they say, and how many bytes say it. */
function decodeFooter(end: Uint8Array): { footer: Footer; bytes: number } {
  // Made only where it is thrown: an error costs more than all the rest.
  const broken = () => damaged('A stored object does not end as one of this format does.');
  if (end.length < TAIL_BYTES) throw broken();
  const tail = new DataView(end.buffer, end.byteOffset + end.length - TAIL_BYTES, TAIL_BYTES);
  const bytes = tail.getUint32(0) + TAIL_BYTES;
  if (SIGNATURE.some((byte, at) => tail.getUint8(8 + at) !== byte) || bytes > end.length) throw broken();
  const json = end.subarray(end.length - bytes, end.length - TAIL_BYTES);
  if (crc32(json) !== tail.getUint32(4)) throw broken();
  return { footer: JSON.parse(new TextDecoder().decode(json)) as Footer, bytes };
}

/**
 * The object's bytes, or a range of them; closes the file at the end and when it is cancelled. The checksum tells only
 * of the whole, so a range is checked for its length alone.
 */
export function streamOf({ file, size, crc }: OpenBlob, range?: ByteRange): ReadableStream<Uint8Array> {
  const end = range?.end ?? size;
  let at = range?.start ?? 0;
  let seen = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const piece = await attempt(() => readPiece(file, at, Math.min(PIECE_BYTES, end - at)));
          at += piece.length;
          if (range === undefined) seen = crc32(piece, seen);
          const wrong = at === end && range === undefined && seen !== crc;
          // Before the last piece goes out: whoever counts bytes and stops must not take it for the whole.
          if (wrong) throw damaged('A stored object is not what was written.');
          if (piece.length > 0) controller.enqueue(piece);
          if (at < end) return;
          await file.close();
          controller.close();
        } catch (error) {
          await file.close();
          throw error;
        }
      },
      cancel: () => file.close(),
    },
    { highWaterMark: 0 },
  );
}

async function readPiece(file: OpenFile, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  if (length === 0) return bytes;
  const bytesRead = await file.read(bytes, position);
  if (bytesRead === 0) throw damaged('A stored object ends before it should.');
  return bytes.subarray(0, bytesRead);
}
