import { edgesOf, endKey, type KeyMaker, startKey, structureKey } from '../changes/identity.ts';

/** A paragraph's unchanged text, as far as it tells it apart from others of its part. */
export class ParagraphRecord {
  readonly start: number;
  readonly end: number;
  readonly structure: number;
  readonly #book: KeyBook;
  readonly isBlank: boolean;
  /** How many paragraphs before it start, end and stand alike. */
  starts = 0;
  ends = 0;
  structures = 0;
  /** What the names of changes depend on. */
  usesStart = false;
  usesEnd = false;

  constructor(book: KeyBook, text: string, otherwise: string) {
    const { start, end } = edgesOf(text);
    this.#book = book;
    this.start = book.numberOf(start);
    this.end = book.numberOf(end);
    this.structure = book.numberOf(otherwise);
    this.isBlank = end.trim() === '';
  }

  /** Would any key that was asked for be another one with these numbers? */
  isTouchedBy(starts: number, ends: number, structures: number): boolean {
    if (this.isBlank) return (this.usesStart || this.usesEnd) && structures !== this.structures;
    return (this.usesStart && starts !== this.starts) || (this.usesEnd && ends !== this.ends);
  }

  key(early: boolean): string {
    if (early) this.usesEnd = true;
    else this.usesStart = true;
    const text = (number: number): string => this.#book.text(number);
    if (this.isBlank) return structureKey(text(this.structure), this.structures);
    return early ? endKey(text(this.end), this.ends) : startKey(text(this.start), this.starts);
  }
}

/** Texts by number, so that all paragraphs of a part are counted without looking at one of them. */
export class KeyBook {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];

  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const fresh = this.#texts.length;
    this.#texts.push(text);
    this.#numbers.set(text, fresh);
    return fresh;
  }

  text(number: number): string {
    return this.#texts[number] ?? '';
  }

  /**
   * Counts all paragraphs anew, in the order of the part.
   *
   * @returns those with other numbers than before, where the names of changes depend on them
   */
  count(lists: Iterable<readonly ParagraphRecord[]>): ParagraphRecord[] {
    const size = this.#texts.length;
    const [starts, ends, structures] = [new Int32Array(size), new Int32Array(size), new Int32Array(size)];
    const changed: ParagraphRecord[] = [];
    const next = (counts: Int32Array, number: number): number => {
      const n = counts[number] ?? 0;
      counts[number] = n + 1;
      return n;
    };
    for (const records of lists) {
      for (const record of records) {
        const [s, e, t] = [
          next(starts, record.start),
          next(ends, record.end),
          next(structures, record.structure),
        ];
        if (record.isTouchedBy(s, e, t)) changed.push(record);
        record.starts = s;
        record.ends = e;
        record.structures = t;
      }
    }
    return changed;
  }
}

/** Takes note of paragraphs as they are read, and of which one a key was asked for. */
export class RecordingKeys implements KeyMaker {
  readonly #book: KeyBook;
  records: ParagraphRecord[] = [];
  /** The paragraph whose key was asked for last. */
  asked: ParagraphRecord | undefined;

  constructor(book: KeyBook) {
    this.#book = book;
  }

  next(text: string, otherwise: string): (early: boolean) => string {
    const record = new ParagraphRecord(this.#book, text, otherwise);
    this.records.push(record);
    return (early) => {
      this.asked = record;
      return record.key(early);
    };
  }
}
