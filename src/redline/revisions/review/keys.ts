import { edgesOf, endKey, type KeyMaker, startKey, structureKey } from '../changes/identity.ts';

/** What paragraphs can have in common, each counted by itself. */
const ASPECTS = ['start', 'end', 'structure'] as const;
type Aspect = (typeof ASPECTS)[number];

/** A paragraph's unchanged text, as far as it tells it apart from others of its part. */
export class ParagraphRecord {
  readonly texts: Readonly<Record<Aspect, string>>;
  readonly isBlank: boolean;
  /** How many paragraphs before it start, end and stand alike. */
  readonly before = { start: 0, end: 0, structure: 0 };
  /** Where it stands: its segment, and its number in that. */
  segment = 0;
  rank = 0;
  /** What the names of changes depend on. */
  readonly #asked = { start: false, end: false, structure: false };

  constructor(text: string, otherwise: string) {
    this.texts = { ...edgesOf(text), structure: otherwise };
    this.isBlank = this.texts.end.trim() === '';
  }

  /** Does a key that was asked for depend on how many are alike? */
  depends(aspect: Aspect): boolean {
    return this.#asked[aspect];
  }

  key(early: boolean): string {
    const aspect = this.isBlank ? 'structure' : early ? 'end' : 'start';
    this.#asked[aspect] = true;
    const make = { start: startKey, end: endKey, structure: structureKey }[aspect];
    return make(this.texts[aspect], this.before[aspect]);
  }
}

function isBehind(a: ParagraphRecord, segment: number, rank: number): boolean {
  return a.segment > segment || (a.segment === segment && a.rank > rank);
}

/** Paragraphs that have one thing in common, in the order of the part. */
class Alike {
  readonly #records: ParagraphRecord[] = [];
  /** The first that may have another number than it says. */
  #from = Number.POSITIVE_INFINITY;
  /** The segment of the last that came or went. */
  #last = -1;

  add(record: ParagraphRecord): void {
    const at = this.#placeOf(record);
    this.#records.splice(at, 0, record);
    this.#note(at, record);
  }

  remove(record: ParagraphRecord): void {
    const at = this.#placeOf(record) - 1;
    this.#records.splice(at, 1);
    this.#note(at, record);
  }

  /** Counts them anew, as far as it takes. @returns those that have another number than before */
  count(aspect: Aspect): ParagraphRecord[] {
    const changed: ParagraphRecord[] = [];
    for (let i = this.#from; i < this.#records.length; i++) {
      const record = this.#records[i];
      if (!record || (record.segment > this.#last && record.before[aspect] === i)) break;
      if (record.before[aspect] !== i) changed.push(record);
      record.before[aspect] = i;
    }
    this.#from = Number.POSITIVE_INFINITY;
    this.#last = -1;
    return changed;
  }

  get isEmpty(): boolean {
    return this.#records.length === 0;
  }

  #note(at: number, { segment }: ParagraphRecord): void {
    this.#from = Math.min(this.#from, at);
    this.#last = Math.max(this.#last, segment);
  }

  /** How many stand up to where it stands. */
  #placeOf({ segment, rank }: ParagraphRecord): number {
    let [low, high] = [0, this.#records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const record = this.#records[middle];
      if (record && isBehind(record, segment, rank)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** All paragraphs of a part, counted by what they have in common: what comes and goes costs no more than those that are like it. */
export class KeyBook {
  readonly #alike: Readonly<Record<Aspect, Map<string, Alike>>> = {
    start: new Map(),
    end: new Map(),
    structure: new Map(),
  };

  /**
   * Puts paragraphs in the place of others.
   *
   * @param former  those of some segments, as they were counted in
   * @param fresh  lists of paragraphs by the numbers of their segments
   * @returns those with other numbers than before, where the names of changes depend on them
   */
  exchange(
    former: Iterable<ParagraphRecord>,
    fresh: Iterable<readonly [segment: number, records: readonly ParagraphRecord[]]>,
  ): ParagraphRecord[] {
    const touched = Object.fromEntries(ASPECTS.map((a) => [a, new Set<string>()])) as Record<
      Aspect,
      Set<string>
    >;
    for (const record of former) this.#each(record, touched, (alike) => alike.remove(record));
    for (const [segment, records] of fresh) {
      for (const [rank, record] of records.entries()) {
        Object.assign(record, { segment, rank });
        this.#each(record, touched, (alike) => alike.add(record));
      }
    }
    return ASPECTS.flatMap((aspect) => this.#count(aspect, touched[aspect]));
  }

  #each(record: ParagraphRecord, touched: Record<Aspect, Set<string>>, work: (alike: Alike) => void): void {
    for (const aspect of ASPECTS) {
      const text = record.texts[aspect];
      const alike = this.#alike[aspect].get(text) ?? new Alike();
      this.#alike[aspect].set(text, alike);
      touched[aspect].add(text);
      work(alike);
    }
  }

  #count(aspect: Aspect, texts: Iterable<string>): ParagraphRecord[] {
    const changed: ParagraphRecord[] = [];
    for (const text of texts) {
      const alike = this.#alike[aspect].get(text);
      if (alike?.isEmpty) this.#alike[aspect].delete(text);
      for (const record of alike?.count(aspect) ?? []) if (record.depends(aspect)) changed.push(record);
    }
    return changed;
  }
}

/** Takes note of paragraphs as they are read, and of which one a key was asked for. */
export class RecordingKeys implements KeyMaker {
  records: ParagraphRecord[] = [];
  /** The paragraph whose key was asked for last. */
  asked: ParagraphRecord | undefined;

  next(text: string, otherwise: string): (early: boolean) => string {
    const record = new ParagraphRecord(text, otherwise);
    this.records.push(record);
    return (early) => {
      this.asked = record;
      return record.key(early);
    };
  }
}
