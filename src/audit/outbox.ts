import { OutsideError } from '../kit/index.ts';
import type { Occurrence } from './event.ts';
import type { KeptRecord, RecordLog } from './ports/record-log.ts';

/** How many records are written at once: while they are, what else happens gathers for the next one. */
const WRITES_AT_ONCE = 2;
/** Occurrences in one record at most. */
const MOST_IN_ONE = 1000;
/** Occurrences that are kept in memory while the store does not take them. */
const MOST_LATER = 10_000;

/** What one record of the log holds. */
export interface OutboxRecord {
  readonly name: string;
  readonly occurrences: readonly Occurrence[];
}

interface Waiting {
  readonly occurrences: readonly Occurrence[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Keeps what happened in one tenant until a chain has it: records of a log, each with all that came together while the ones
 * before it were written. Decisions 0141 and 0150.
 */
export class Outbox {
  readonly #tenant: string;
  readonly #log: RecordLog;
  readonly #written: (record: OutboxRecord) => void;
  #waiting: Waiting[] = [];
  #later: Occurrence[] = [];
  readonly #writing = new Set<Promise<void>>();
  #lost = 0;

  /** @param written is told of every record of this process that is sure to be there. */
  constructor(tenant: string, log: RecordLog, written: (record: OutboxRecord) => void) {
    this.#tenant = tenant;
    this.#log = log;
    this.#written = written;
  }

  /** How many occurrences could not be kept, since the process began. */
  get lost(): number {
    return this.#lost;
  }

  /** Resolves when they are stored. @throws {OutsideError} when they are not, or nobody knows. */
  async record(occurrences: readonly Occurrence[]): Promise<void> {
    await new Promise<void>((done, failed) => {
      this.#waiting.push({ occurrences, done, failed });
      this.#go();
    });
  }

  /** Stores them as soon as the store takes them, with what else there is; whoever asks does not wait. */
  recordLater(occurrences: readonly Occurrence[]): void {
    const room = MOST_LATER - this.#later.length;
    this.#lost += Math.max(0, occurrences.length - room);
    this.#later.push(...occurrences.slice(0, room));
    this.#go();
  }

  /** Tries again what is to be stored later, and resolves when what is there now was tried. */
  async flush(): Promise<void> {
    if (this.#later.length > 0) this.#go();
    // Once for those under way, and once for those that waited for them.
    for (let pass = 0; pass < 2; pass += 1) await Promise.all(this.#writing);
  }

  #go(): void {
    if (this.#writing.size >= WRITES_AT_ONCE) return;
    const writing = this.#write().finally(() => {
      this.#writing.delete(writing);
      if (this.#waiting.length > 0) this.#go();
    });
    this.#writing.add(writing);
  }

  async #write(): Promise<void> {
    // What is asked for in the same turn comes along.
    await Promise.resolve();
    const taken: Waiting[] = [];
    const occurrences = this.#later.splice(0, MOST_IN_ONE);
    const later = occurrences.length;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (occurrences.length > 0 && occurrences.length + next.occurrences.length > MOST_IN_ONE) break;
      this.#waiting.shift();
      taken.push(next);
      occurrences.push(...next.occurrences);
    }
    try {
      if (occurrences.length > 0) await this.#keep(occurrences);
      for (const { done } of taken) done();
    } catch (error) {
      this.#later.unshift(...occurrences.slice(0, later));
      for (const { failed } of taken) failed(error);
    }
  }

  async #keep(occurrences: readonly Occurrence[]): Promise<void> {
    const name = await this.#log.append(this.#tenant, JSON.stringify(occurrences));
    this.#written({ name, occurrences });
  }
}

/** @throws {OutsideError} `damaged`. */
export function occurrencesIn({ name, text }: KeptRecord): readonly Occurrence[] {
  try {
    // Nothing but this module writes there.
    return JSON.parse(text) as Occurrence[];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new OutsideError(
      'BlobStore',
      'damaged',
      `A record of the outbox is not what was written: ${name}.`,
    );
  }
}
