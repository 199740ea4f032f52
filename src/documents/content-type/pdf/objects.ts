import type { SourceReader } from '../source.ts';
import type { Decrypt } from './encryption.ts';
import { readObject, readStream } from './file.ts';
import { PdfParser } from './parser.ts';
import type { Place, Table } from './tables.ts';
import { isRef, isWhole, PdfSyntaxError, type PdfValue } from './values.ts';

/** Objects in one container (ISO 32000-1 § 7.5.7). */
const MOST_IN_CONTAINER = 100_000;
/** Decoded containers that are held; one has at most 16 MiB. */
const HELD_CONTAINERS = 2;
/** References that lead to references. */
const MOST_STEPS = 16;

interface Container {
  readonly bytes: Uint8Array;
  /** Offsets of the objects in the bytes, by number. */
  readonly offsets: ReadonlyMap<number, number>;
}

/** The objects of a file, by number. */
export class PdfObjects {
  readonly #reader: SourceReader;
  readonly #tables: readonly Table[];
  readonly #decrypt: Decrypt | null;
  readonly #containers = new Map<number, Container>();

  /** @param tables the latest first. @param decrypt `null` where nothing is encrypted. */
  constructor(reader: SourceReader, tables: readonly Table[], decrypt: Decrypt | null = null) {
    this.#reader = reader;
    this.#tables = tables;
    this.#decrypt = decrypt;
  }

  /** The object that a value refers to, or the value; `null` for what is not there. @throws {PdfSyntaxError} */
  async resolve(value: PdfValue | undefined): Promise<PdfValue> {
    let at = value ?? null;
    for (let step = 0; isRef(at); step += 1) {
      if (step > MOST_STEPS) throw new PdfSyntaxError('References of the PDF go in a circle.');
      at = await this.#object(at.ref);
    }
    return at;
  }

  async #object(number: number): Promise<PdfValue> {
    const place = await this.#find(number);
    if (place === null) return null;
    if (place.kind === 'in') return await this.#contained(number, place.container);
    const object = await readObject(this.#reader, place.offset);
    if (object.number !== number) throw new PdfSyntaxError('A table names another object.');
    return object.value;
  }

  async #find(number: number): Promise<Place | null> {
    for (const table of this.#tables) {
      const place = await table.find(number);
      if (place !== undefined) return place;
    }
    return null;
  }

  async #contained(number: number, container: number): Promise<PdfValue> {
    const { bytes, offsets } = this.#containers.get(container) ?? (await this.#open(container));
    const offset = offsets.get(number);
    return offset === undefined ? null : new PdfParser(bytes, offset).value();
  }

  async #open(number: number): Promise<Container> {
    const place = await this.#find(number);
    if (place?.kind !== 'at') throw new PdfSyntaxError('A container of objects is missing.');
    const lookUp = (length: number): Promise<PdfValue> => this.#object(length);
    const container = await readContainer(this.#reader, place.offset, lookUp, this.#decrypt);
    const [oldest] = this.#containers.keys();
    if (this.#containers.size >= HELD_CONTAINERS && oldest !== undefined) this.#containers.delete(oldest);
    this.#containers.set(number, container);
    return container;
  }
}

export async function readContainer(
  reader: SourceReader,
  offset: number,
  lookUp: (number: number) => Promise<PdfValue>,
  decrypt: Decrypt | null,
): Promise<Container> {
  const { dict, bytes } = await readStream(reader, await readObject(reader, offset), lookUp, decrypt);
  const [count, first] = [dict.get('N'), dict.get('First')];
  if (!isWhole(count) || !isWhole(first) || count > MOST_IN_CONTAINER || first > bytes.length) {
    throw new PdfSyntaxError('A container of objects is damaged.');
  }
  const offsets = new Map<number, number>();
  const parser = new PdfParser(bytes);
  for (let n = 0; n < count; n += 1) {
    const [number, at] = [Number(parser.token()), Number(parser.token())];
    if (!isWhole(number) || !isWhole(at)) throw new PdfSyntaxError('A container of objects is damaged.');
    offsets.set(number, first + at);
  }
  // The last object may end with the bytes; a space behind it ends its last token.
  const ended = new Uint8Array(bytes.length + 1).fill(0x20);
  ended.set(bytes);
  return { bytes: ended, offsets };
}
