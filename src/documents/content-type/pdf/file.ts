import type { SourceReader } from '../source.ts';
import type { Decrypt } from './encryption.ts';
import { PdfParser } from './parser.ts';
import { decodeStream } from './streams.ts';
import {
  isDict,
  isRef,
  isWhole,
  type PdfDict,
  PdfShortError,
  PdfSyntaxError,
  type PdfValue,
} from './values.ts';

/** Bytes of one object, read in growing windows. */
const FIRST_WINDOW = 2048;
const MOST_OBJECT_BYTES = 4 * 1024 * 1024;
/** Bytes that a stream of the structure may have as it is stored. */
const MOST_STORED = 16 * 1024 * 1024;

export interface PdfObject {
  readonly number: number;
  readonly value: PdfValue;
  /** Offset of the bytes of its stream, where it has one. */
  readonly stream: number | null;
}

/** Runs a parser at a place, over as many bytes as it needs. */
export async function parseAt<T>(
  reader: SourceReader,
  at: number,
  parse: (parser: PdfParser) => T,
): Promise<T> {
  for (let length = FIRST_WINDOW; ; length *= 8) {
    const bytes = await reader.upTo(at, length);
    try {
      return parse(new PdfParser(bytes));
    } catch (error) {
      const atEnd = bytes.length < length || length > MOST_OBJECT_BYTES;
      if (!(error instanceof PdfShortError) || atEnd) throw error;
    }
  }
}

/** The object `NUMBER GENERATION obj …` that stands at an offset. */
export async function readObject(reader: SourceReader, at: number): Promise<PdfObject> {
  return await parseAt(reader, at, (parser) => {
    const [number, generation, keyword] = [parser.token(), parser.token(), parser.token()];
    if (!/^\d{1,10}$/.test(number) || !/^\d{1,5}$/.test(generation) || keyword !== 'obj') {
      throw new PdfSyntaxError('There is no object where one should be.');
    }
    const value = parser.value();
    if (!isDict(value) || parser.token() !== 'stream') return { number: Number(number), value, stream: null };
    parser.skipLineEnd();
    return { number: Number(number), value, stream: at + parser.at };
  });
}

/**
 * The decoded bytes of an object's stream.
 *
 * @param lookUp finds the length where it is an object of its own.
 * @param decrypt `null` where nothing is encrypted.
 */
export async function readStream(
  reader: SourceReader,
  { number, value, stream }: PdfObject,
  lookUp: (number: number) => Promise<PdfValue>,
  decrypt: Decrypt | null = null,
): Promise<{ readonly dict: PdfDict; readonly bytes: Uint8Array }> {
  if (!isDict(value) || stream === null) throw new PdfSyntaxError('There is no stream where one should be.');
  const given = value.get('Length');
  const length = isRef(given) ? await lookUp(given.ref) : given;
  if (!isWhole(length) || length > MOST_STORED) throw new PdfSyntaxError('A stream of the PDF is too long.');
  const stored = await reader.bytes(stream, length);
  return { dict: value, bytes: await decodeStream(value, decrypt?.(number, stored) ?? stored) };
}
