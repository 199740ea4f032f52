import type { CommitHistory } from '../documents/index.ts';
import { type AuditEvent, type ChainEnd, EMPTY_CHAIN, linkEvents, type Occurrence } from './event.ts';
import { firstId, type Parcel, parcelOf } from './parcel.ts';
import type { AuditSink } from './ports/audit-sink.ts';
import { SEGMENT_EVENTS, type Segments } from './segments.ts';

/** Ids that are remembered at least, beside those that the sink has not got. */
const REMEMBERED = 20_000;
/** Parcels that wait at most: what is turned away stands in heads and in the outbox, and a sweep finds it. */
const MOST_WAITING = 20_000;
/** Segments that are kept at hand until the sink has them. */
const MOST_AT_HAND = 50;

export interface ChainParts {
  readonly segments: Segments;
  readonly sink: AuditSink;
  readonly commits: Pick<CommitHistory, 'numbered'>;
}

/**
 * The chain of one tenant, as one process goes on with it. Others may go on with it too: a segment is written on condition
 * that there is none, and whoever finds one reads it and goes on behind it. Decision 0140.
 */
export class Chain {
  readonly tenant: string;
  readonly #parts: ChainParts;
  #waiting: Parcel[] = [];
  /** `null` until it was looked up. */
  #end: ChainEnd | null = null;
  /** The last event that the sink surely has. */
  #delivered = 0;
  /** Ids of events in the chain, with their sequence, in order: all since `#end` was looked up, less those that are long delivered. */
  readonly #known = new Map<string, number>();
  /** By object: the last commit that is in the chain. */
  readonly #commits = new Map<string, number>();
  /** When the last event happened that is in the chain, and the last one that the sink has got. */
  #newest: string | null = null;
  #lastSeen: string | null = null;
  readonly #atHand = new Map<number, readonly AuditEvent[]>();

  constructor(tenant: string, parts: ChainParts) {
    this.tenant = tenant;
    this.#parts = parts;
  }

  /** The end of the chain, as far as this process knows. */
  get end(): ChainEnd | null {
    return this.#end;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Events that the sink has not got yet. */
  get undelivered(): number {
    return (this.#end?.sequence ?? 0) - this.#delivered;
  }

  /** When the last event happened; `null` when none was seen. */
  get committedAt(): string | null {
    return this.#newest;
  }

  get deliveredAt(): string | null {
    return this.#lastSeen;
  }

  /** When the oldest thing happened that the sink has not got; `null` for nothing. */
  get oldest(): string | null {
    if (this.undelivered > 0) return this.#atHand.get(this.#delivered + 1)?.[0]?.at ?? this.#lastSeen;
    return this.#waiting[0]?.occurrences[0]?.at ?? null;
  }

  /** Whether a commit is known to be in the chain; `false` when this process cannot tell. */
  holds(object: string, operation: string): boolean {
    return this.#known.has(firstId(object, operation));
  }

  /** @returns false when too much waits: it is to be found again later. */
  add(parcel: Parcel): boolean {
    if (this.#waiting.length >= MOST_WAITING) return false;
    this.#waiting.push(parcel);
    return true;
  }

  /** Brings into the chain what waits, and to the sink what is in the chain. @throws {OutsideError} what remains waits on. */
  async advance(): Promise<void> {
    if (this.#end === null) await this.#open();
    try {
      await this.#append();
    } finally {
      await this.#deliver();
    }
  }

  /** Learns what other processes brought into the chain since. Not while it is advanced. @throws {OutsideError} */
  async follow(): Promise<void> {
    if (this.#end === null) await this.#open();
    for (;;) {
      const events = await this.#parts.segments.after(this.tenant, this.#end ?? EMPTY_CHAIN);
      if (events === null) return;
      this.#end = this.#learn(events);
    }
  }

  /** Adds to the sink again what it lost: rows that were removed, or a table that was put back as it was. @returns how many events. */
  async fill(): Promise<number> {
    const { segments, sink } = this.#parts;
    let added = 0;
    for (const gap of await sink.gaps(this.tenant, this.#delivered)) {
      for await (const first of segments.from(this.tenant, gap.first)) {
        if (first > gap.last) break;
        const events = (await segments.at(this.tenant, first)) ?? [];
        const lost = events.filter(({ sequence }) => sequence >= gap.first && sequence <= gap.last);
        await sink.append(lost);
        added += lost.length;
      }
    }
    return added;
  }

  /** Looks up the end of the chain: from the last event on that the sink has. */
  async #open(): Promise<void> {
    const { segments, sink } = this.#parts;
    const last = await sink.last(this.tenant);
    let end: ChainEnd | null = null;
    for await (const first of segments.from(this.tenant, last)) {
      const events = await segments.at(this.tenant, first);
      if (events === null) continue;
      if (end === null) this.#delivered = first - 1;
      end = this.#learn(events);
    }
    this.#end = end ?? EMPTY_CHAIN;
    // What waited until now somebody else may have brought into a segment that was not looked at.
    this.#waiting = this.#waiting.map((parcel) => ({ ...parcel, found: true }));
  }

  async #append(): Promise<void> {
    // As it happened, as far as clocks tell.
    let given = this.#waiting.toSorted(byTime);
    let failure: unknown = null;
    let known: ReadonlySet<string> = new Set();
    try {
      known = await this.#lookUp(given);
    } catch (error) {
      // What only the sink can tell waits for it; the rest does not.
      failure = error;
      given = given.filter((parcel) => this.#asked(parcel).length === 0);
    }
    for (let at = 0; at < given.length; at += SEGMENT_EVENTS) {
      const batch = given.slice(at, at + SEGMENT_EVENTS);
      await this.#write(await this.#fresh(batch, known));
      for (const parcel of batch) parcel.settled();
      const done = new Set(batch);
      this.#waiting = this.#waiting.filter((parcel) => !done.has(parcel));
    }
    if (failure !== null) throw failure;
  }

  /** What the sink knows of ids that it alone may know. */
  async #lookUp(parcels: readonly Parcel[]): Promise<ReadonlySet<string>> {
    const ids = new Set(parcels.flatMap((parcel) => this.#asked(parcel)));
    return ids.size === 0 ? new Set() : await this.#parts.sink.known(this.tenant, [...ids]);
  }

  #asked({ found, occurrences, commit }: Parcel): string[] {
    const ids = found ? occurrences.map(({ id }) => id) : [];
    if (commit !== null && commit.before !== null && !this.#commits.has(commit.object)) {
      ids.push(firstId(commit.object, commit.before));
    }
    return ids.filter((id) => !this.#known.has(id));
  }

  /** The occurrences of parcels that are not in the chain, those of a commit behind those of the commits before it. */
  async #fresh(parcels: readonly Parcel[], inSink: ReadonlySet<string>): Promise<Occurrence[]> {
    const fresh = new Map<string, Occurrence>();
    const isKnown = (id: string): boolean => this.#known.has(id) || inSink.has(id) || fresh.has(id);
    for (const parcel of parcels) {
      for (const { occurrences } of await this.#withEarlier(parcel, isKnown)) {
        for (const one of occurrences) if (!isKnown(one.id)) fresh.set(one.id, one);
      }
    }
    return [...fresh.values()];
  }

  /** A parcel, behind the commits before it that are not in the chain. */
  async #withEarlier(parcel: Parcel, isKnown: (id: string) => boolean): Promise<readonly Parcel[]> {
    const [first] = parcel.occurrences;
    if (first === undefined || isKnown(first.id)) return [];
    const found = [parcel];
    let { commit } = parcel;
    while (commit !== null && commit.before !== null && !isKnown(firstId(commit.object, commit.before))) {
      const { object, number } = commit;
      const last = this.#commits.get(object);
      if (last !== undefined && last >= number - 1) break;
      // Of the one right before it was asked already; of those before that one nobody could.
      if (last === undefined && commit !== parcel.commit && (await this.#isInSink(commit))) break;
      const earlier = await this.#parts.commits.numbered(this.tenant, object, number - 1);
      if (earlier === null) break;
      const before = parcelOf(earlier, true);
      found.unshift(before);
      ({ commit } = before);
    }
    return found;
  }

  async #isInSink({ object, before }: NonNullable<Parcel['commit']>): Promise<boolean> {
    if (before === null) return false;
    const id = firstId(object, before);
    return (await this.#parts.sink.known(this.tenant, [id])).has(id);
  }

  /** In as many segments as it takes. */
  async #write(occurrences: readonly Occurrence[]): Promise<void> {
    for (;;) {
      const end = this.#end ?? EMPTY_CHAIN;
      const left = occurrences.filter(({ id }) => !this.#known.has(id));
      const events = linkEvents(end, left.slice(0, SEGMENT_EVENTS));
      if (events.length === 0) return;
      if (await this.#parts.segments.write(events)) {
        this.#end = this.#learn(events);
      } else {
        const theirs = await this.#parts.segments.after(this.tenant, end);
        if (theirs !== null) this.#end = this.#learn(theirs);
      }
    }
  }

  async #deliver(): Promise<void> {
    const { segments, sink } = this.#parts;
    while (this.undelivered > 0) {
      const first = this.#delivered + 1;
      const events = this.#atHand.get(first) ?? (await segments.at(this.tenant, first));
      const last = events?.at(-1);
      if (events === null || last === undefined) throw new Error('The chain has no segment there.');
      await sink.append(events);
      this.#delivered = last.sequence;
      this.#lastSeen = last.at;
      this.#atHand.delete(first);
    }
    // What waits may have come into the chain by another process: then that must not be forgotten.
    if (this.#waiting.length > 0) return;
    for (const [id, sequence] of this.#known) {
      if (this.#known.size <= REMEMBERED || sequence > this.#delivered) break;
      this.#known.delete(id);
    }
  }

  #learn(events: readonly AuditEvent[]): ChainEnd {
    const [first] = events;
    const last = events.at(-1);
    if (first === undefined || last === undefined) return this.#end ?? EMPTY_CHAIN;
    for (const { id, sequence, object, commit } of events) {
      this.#known.set(id, sequence);
      if (object === null || commit === null) continue;
      this.#commits.delete(object);
      this.#commits.set(object, commit);
    }
    for (const object of this.#commits.keys()) {
      if (this.#commits.size <= REMEMBERED) break;
      this.#commits.delete(object);
    }
    if (this.#atHand.size < MOST_AT_HAND) this.#atHand.set(first.sequence, events);
    this.#newest = last.at;
    return { sequence: last.sequence, hash: last.hash };
  }
}

function byTime(one: Parcel, other: Parcel): number {
  const [first = '', second = ''] = [one, other].map(({ occurrences }) => occurrences[0]?.at);
  return first === second ? 0 : first < second ? -1 : 1;
}
