import type {
  Ambient,
  AnnouncedCommit,
  CommitHistory,
  CommitRecords,
  VersionedBlobStore,
} from '../documents/index.ts';
import { OutsideError } from '../kit/index.ts';
import { Chain } from './chain.ts';
import type { AuditEvent, ChainEnd, Occurrence } from './event.ts';
import { type Happening, isOwn, occurrenceOf } from './happening.ts';
import { intentsLeft, writeIntent } from './intents.ts';
import { stateOf, type TrailState } from './lag.ts';
import { LateCommits } from './late-commits.ts';
import { ObjectLog } from './object-log.ts';
import { Outbox, type OutboxRecord, occurrencesIn } from './outbox.ts';
import { parcelOf } from './parcel.ts';
import type { AuditPage, AuditQuery, AuditSink } from './ports/audit-sink.ts';
import type { RecordLog } from './ports/record-log.ts';
import { Segments } from './segments.ts';

/** What stands in the outbox or the journal for so long was left by a process that died. */
const LEFT_MS = 2 * 60_000;
/** The same for whoever looks every few seconds: what a process that lives brings into the chain later than that is found to be there. */
const SOON_MS = 10_000;
/** Announcements of commits are kept so long, for catalogues that follow them. */
const JOURNAL_MS = 7 * 24 * 3_600_000;
const PRUNED_AT_ONCE = 500;

/** That something is about to be changed. */
export interface Intent {
  /** Keeps what became of it; without that it is said later that nobody knows. @throws {OutsideError} */
  settle(became: Happening): Promise<void>;
}

export interface TrailParts {
  /** Where chains are kept. */
  readonly store: VersionedBlobStore;
  /** Where the outbox is kept; objects of the store by default. */
  readonly log?: RecordLog | null;
  readonly commits: CommitHistory;
  readonly sink: AuditSink;
  readonly ambient: Ambient;
}

/** What of a tenant's trail `list` can find. */
export interface TrailReach {
  /** The last event of the view. */
  readonly through: number;
  /** What this process knows to be on its way there; others may know of more. */
  readonly waiting: number;
}

/**
 * The audit trail of one region: what happens is kept in the outbox or in heads, brought into the chain of its tenant, and from
 * there to the sink. See decisions 0140 and 0141.
 */
export class Trail {
  readonly #parts: TrailParts;
  readonly #outboxes = new Map<string, Outbox>();
  readonly #segments: Segments;
  readonly #chains = new Map<string, Chain>();
  /** Up to where the journal was looked through. */
  #position: string | null = null;
  readonly #late: LateCommits;
  /** Records of outboxes that wait for their chain. */
  readonly #taken = new Set<string>();
  /** The outbox, and the objects in which an older release may have left one. */
  readonly #logs: readonly [RecordLog, ...RecordLog[]];
  /** Of records of the outbox that chains hold. */
  #removals: Promise<unknown>[] = [];
  #advancing: Promise<void> | null = null;

  constructor(parts: TrailParts) {
    this.#parts = parts;
    const objects = new ObjectLog(parts.store, parts.ambient);
    this.#logs = parts.log == null ? [objects] : [parts.log, objects];
    this.#segments = new Segments(parts.store, parts.ambient);
    // At first all that a sweep at the start leaves out.
    const late = { ms: SOON_MS, atFirstMs: LEFT_MS };
    this.#late = new LateCommits(parts.commits, (tenant) => this.#chain(tenant), late);
  }

  /** Resolves when it is kept, whatever becomes of this process. @throws {OutsideError} */
  async record(...happenings: readonly Happening[]): Promise<void> {
    const occurrences = happenings.map((one) => this.#occurrence(one));
    for (const tenant of new Set(occurrences.map((one) => one.tenant))) {
      await this.#outbox(tenant).record(occurrences.filter((one) => one.tenant === tenant));
    }
  }

  /** The same for what need not be waited for: kept in memory until the store takes it. */
  recordLater(happening: Happening): void {
    this.#outbox(happening.actor.tenant).recordLater([this.#occurrence(happening)]);
  }

  /** Keeps beforehand that something is about to be changed that carries no record of its own. @throws {OutsideError} */
  async intend(happening: Happening): Promise<Intent> {
    const { store } = this.#parts;
    const { name, occurrence } = await writeIntent(store, this.#occurrence(happening));
    const { id, at, tenant } = occurrence;
    return {
      settle: async (became) => {
        await this.#outbox(tenant).record([{ ...this.#occurrence(became), id, at, tenant }]);
        // What is not removed now a sweep finds, and knows.
        await store.purge(name).catch(() => 0);
      },
    };
  }

  /** A commit that this process made: it stands in its head already. */
  committed(commit: CommitRecords): void {
    this.#chain(commit.tenant).add(parcelOf(commit, false));
  }

  /** Brings into chains and sink what is not there yet. One run at a time: who comes meanwhile waits for it. @throws {OutsideError} */
  async advance(): Promise<void> {
    this.#advancing ??= this.#advance().finally(() => {
      this.#advancing = null;
    });
    await this.#advancing;
  }

  /** Looks up the chains of these tenants, so that the sink gets what it missed while nothing ran. */
  async open(tenants: Iterable<string>): Promise<void> {
    await this.#parts.sink.prepare();
    for (const tenant of tenants) this.#chain(tenant);
    await this.advance();
  }

  /**
   * Finds what processes that died a few seconds ago left: to be called every few seconds. What is older, or took longer, `sweep`
   * finds. Decision 0204. @returns how much that was. @throws {OutsideError}
   */
  async catchUp(): Promise<number> {
    while (this.#advancing !== null) await this.#advancing.catch(() => {});
    let found = 0;
    this.#advancing = this.#catchUp((count) => {
      found += count;
    }).finally(() => {
      this.#advancing = null;
    });
    await this.#advancing;
    return found;
  }

  /** Finds what processes that died left in the outbox and in the journal. @returns how much that was. */
  async sweep(): Promise<number> {
    const now = this.#parts.ambient.clock();
    const outbox = await this.#sweepOutbox(now - LEFT_MS);
    let { found } = outbox;
    // Behind the outbox, all of it: what became of one may stand there.
    if (outbox.failure === null) found += await this.#sweepIntents(now);
    const { commits, position } = await this.#parts.commits.announced(this.#position, now);
    let isWhole = true;
    for (const announced of commits) {
      const chain = this.#chain(announced.tenant);
      if (announced.announcedAt > now - LEFT_MS || chain.holds(announced.object, announced.operation))
        continue;
      const commit = await this.#parts.commits.announcedRecords(announced);
      if (commit === null || commit === 'superseded') continue;
      if (!chain.add(parcelOf(commit, true))) isWhole = false;
      found += 1;
    }
    await this.advance();
    if (isWhole) this.#position = position;
    if (outbox.failure !== null) throw outbox.failure;
    return found;
  }

  async #catchUp(tell: (found: number) => void): Promise<void> {
    const now = this.#parts.ambient.clock();
    const outbox = await this.#sweepOutbox(now - SOON_MS);
    tell(outbox.found + (await this.#late.find(now)));
    await this.#advance();
    if (outbox.failure !== null) throw outbox.failure;
  }

  /** What cannot be read there holds up nothing else. */
  async #sweepOutbox(before: number): Promise<{ readonly found: number; readonly failure: unknown }> {
    let found = 0;
    let failure: unknown = null;
    for (const log of this.#logs) {
      try {
        for await (const record of log.left(before)) {
          const { name, tenant } = record;
          if (this.#taken.has(name)) continue;
          this.#take(tenant, log, { name, occurrences: occurrencesIn(record) }, true);
          found += 1;
        }
      } catch (error) {
        failure ??= error;
      }
    }
    return { found, failure };
  }

  async #sweepIntents(now: number): Promise<number> {
    const { store } = this.#parts;
    let found = 0;
    for await (const { name, occurrence } of intentsLeft(store, now)) {
      const settled = (): void => {
        this.#removals.push(store.purge(name).catch(() => 0));
      };
      const { tenant } = occurrence;
      this.#chain(tenant).add({ tenant, occurrences: [occurrence], commit: null, found: true, settled });
      found += 1;
    }
    return found;
  }

  /** Removes announcements of commits that are in a chain, or never will be commits. Those that may yet be stay. @returns how many. */
  async prune(): Promise<number> {
    const { commits, ambient } = this.#parts;
    const before = ambient.clock() - JOURNAL_MS;
    const { commits: announced } = await commits.announced(null, ambient.clock());
    const old = announced.filter(({ announcedAt }) => announcedAt < before);
    let pruned = 0;
    for (let at = 0; at < old.length; at += PRUNED_AT_ONCE) {
      const settled: AnnouncedCommit[] = [];
      for (const one of old.slice(at, at + PRUNED_AT_ONCE)) {
        const commit = await commits.announcedRecords(one);
        if (commit === null) continue;
        if (commit === 'superseded') settled.push(one);
        else this.#chain(one.tenant).add(parcelOf(commit, true, () => settled.push(one)));
      }
      await this.advance();
      for (const one of settled) await commits.forget(one);
      pruned += settled.length;
    }
    return pruned;
  }

  /** Closes gaps in the sink, whatever made them. @returns how many events it got again. @throws {OutsideError} */
  async fill(): Promise<number> {
    await this.advance();
    let added = 0;
    for (const chain of this.#chains.values()) added += await chain.fill();
    return added;
  }

  async list(query: AuditQuery): Promise<AuditPage> {
    return await this.#parts.sink.list(query);
  }

  /** How far the view of `list` is. @throws {OutsideError} */
  async reach(tenant: string): Promise<TrailReach> {
    const through = await this.#parts.sink.last(tenant);
    const { end, waiting } = this.#chain(tenant);
    return { through, waiting: Math.max(0, (end?.sequence ?? 0) - through) + waiting };
  }

  /** An event of a chain, from the chain itself; `null` when there is none of that sequence. @throws {OutsideError} */
  async event(tenant: string, sequence: number): Promise<AuditEvent | null> {
    for await (const event of this.events(tenant, sequence))
      return event.sequence === sequence ? event : null;
    return null;
  }

  /** Brings a commit into the chain, whoever made it, and all that were made of its object before. @returns whether it is there. */
  async holds(commit: CommitRecords): Promise<boolean> {
    const { tenant, object, operation } = commit;
    const chain = this.#chain(tenant);
    let isSettled = false;
    const isThere = (): boolean => isSettled || chain.holds(object, operation);
    if (!isThere()) {
      chain.add(
        parcelOf(commit, true, () => {
          isSettled = true;
        }),
      );
    }
    // One run may be under way that began before; what a sink does not take makes no difference here.
    for (let runs = 0; runs < 2 && !isThere(); runs += 1) await this.advance().catch(() => {});
    return isThere();
  }

  /** The end of a tenant's chain; `null` when this process does not know it yet. */
  end(tenant: string): ChainEnd | null {
    return this.#chain(tenant).end;
  }

  get state(): TrailState {
    return this.stateOf(() => true);
  }

  /** The same of some tenants. */
  stateOf(isMeant: (tenant: string) => boolean): TrailState {
    const chains = [...this.#chains.values()].filter(({ tenant }) => isMeant(tenant));
    const lost = [...this.#outboxes].reduce(
      (sum, [tenant, one]) => sum + (isMeant(tenant) ? one.lost : 0),
      0,
    );
    return stateOf(chains, lost, this.#parts.ambient.clock());
  }

  /** The segment of a chain that begins there; `null` when there is none yet. @throws {OutsideError} */
  async next(tenant: string, first: number): Promise<readonly AuditEvent[] | null> {
    return await this.#segments.at(tenant, first);
  }

  /** Events of a chain in order, from the chain itself. */
  async *events(tenant: string, from = 1): AsyncIterable<AuditEvent> {
    for await (const first of this.#segments.from(tenant, from)) {
      for (const event of (await this.#segments.at(tenant, first)) ?? [])
        if (event.sequence >= from) yield event;
    }
  }

  /** The first sequence of each segment behind one. */
  async *pages(tenant: string, after: number): AsyncIterable<number> {
    for await (const first of this.#segments.from(tenant, after + 1)) if (first > after) yield first;
  }

  /** The segment that begins there. @throws {OutsideError} `damaged`. */
  async page(tenant: string, first: number): Promise<readonly AuditEvent[]> {
    const events = await this.#segments.at(tenant, first);
    if (events !== null) return events;
    throw new OutsideError('BlobStore', 'damaged', 'A segment of the audit trail is missing.');
  }

  async #advance(): Promise<void> {
    for (const outbox of this.#outboxes.values()) await outbox.flush();
    const failures: unknown[] = [];
    for (const chain of this.#chains.values()) await chain.advance().catch((error) => failures.push(error));
    await Promise.all(this.#removals.splice(0));
    if (failures.length > 0) throw failures[0];
  }

  #take(tenant: string, log: RecordLog, { name, occurrences }: OutboxRecord, found: boolean): void {
    this.#taken.add(name);
    // What is not removed now a sweep finds, and knows.
    const settled = (): void => {
      this.#taken.delete(name);
      this.#removals.push(log.remove(name).catch(() => {}));
    };
    // What bears another id than those that are made here may have been told by somebody else before.
    const isTold = occurrences.some(({ id }) => !isOwn(id));
    this.#chain(tenant).add({ tenant, occurrences, commit: null, found: found || isTold, settled });
  }

  #outbox(tenant: string): Outbox {
    const there = this.#outboxes.get(tenant);
    if (there !== undefined) return there;
    const [log] = this.#logs;
    const outbox = new Outbox(tenant, log, (record) => this.#take(tenant, log, record, false));
    this.#outboxes.set(tenant, outbox);
    return outbox;
  }

  #chain(tenant: string): Chain {
    const there = this.#chains.get(tenant);
    if (there !== undefined) return there;
    const chain = new Chain(tenant, { ...this.#parts, segments: this.#segments });
    this.#chains.set(tenant, chain);
    return chain;
  }

  #occurrence(happening: Happening): Occurrence {
    return occurrenceOf(happening, this.#parts.ambient);
  }
}
