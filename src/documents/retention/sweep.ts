import { isoTime, newId } from '../ambient.ts';
import { auditRecords } from '../audit-record.ts';
import { DocumentsError } from '../errors.ts';
import { type Head, nextHead, type RetentionMark } from '../head.ts';
import type { StoredHead } from '../head-store.ts';
import type { Records } from '../records.ts';
import { type SeenClock, watchClock } from './clock-watch.ts';
import { type ExpiryParts, expire, removeRest } from './expiry.ts';
import type { RuleBook } from './rule-book.ts';
import { type Retained, retained, type TenantRules } from './rules.ts';

/** How long before it is deleted a document is marked. */
const GRACE_MS = 7 * 24 * 3_600_000;
/** Documents that a report names. */
const MOST_NAMED = 1000;

/** What a sweep does, or would do, with a document; and why it leaves it. */
export type SweepOutcome =
  /** Its time is over, and was when it was marked a week ago or earlier. */
  | 'deleted'
  /** Its time is over: from now on the week runs. */
  | 'marked'
  /** Marked less than a week ago. */
  | 'waiting'
  /** Its time is over, but it is under a legal hold. */
  | 'held'
  /** Its time is over, and it was not marked or deleted because the clock is not believed. */
  | 'clock doubted'
  /** Somebody changed it at that moment: the next sweep looks again. */
  | 'changed meanwhile';

export interface SweptDocument {
  readonly document: string;
  readonly outcome: SweepOutcome;
  /** The rule by which it is over, and since when; ISO 8601. */
  readonly rule: string;
  readonly deleteAfter: string;
}

export interface SweepReport {
  readonly dryRun: boolean;
  readonly at: string;
  readonly rulesVersion: number;
  /** Since when the clock is not believed, and nothing marked or deleted; `null`: it is. */
  readonly clockDoubtedSince: string | null;
  /** Documents that were looked at; those that are kept because nothing is over are not named. */
  readonly looked: number;
  readonly kept: number;
  readonly counts: Readonly<Record<SweepOutcome, number>>;
  /** What was or would be done, 1,000 at most. */
  readonly documents: readonly SweptDocument[];
}

export interface SweepParts extends ExpiryParts {
  readonly book: RuleBook;
  readonly records: Records;
}

/** Marks documents whose time is over, and deletes those that were marked a week before. Decision 0161. */
export class RetentionSweep {
  readonly #parts: SweepParts;

  constructor(parts: SweepParts) {
    this.#parts = parts;
  }

  /** @param dryRun tells what would be done, and writes nothing. */
  async run(tenant: string, dryRun: boolean): Promise<SweepReport> {
    const { book, heads, stores } = this.#parts;
    const { clock } = stores.ambient;
    const seen = await this.#watch(tenant, dryRun);
    const isBelieved = seen.doubtedSince === null;
    const counts = NO_COUNTS();
    const documents: SweptDocument[] = [];
    const { rules } = await book.read(tenant);
    let [looked, kept] = [0, 0];
    for await (const { name } of heads.list(`heads/${tenant}/d_`)) {
      const id = name.slice(`heads/${tenant}/`.length);
      const stored = await stores.heads.read(tenant, id);
      if (stored?.head.state === 'taken' && stored.head.sequence > 1 && !dryRun) {
        await removeRest(this.#parts, tenant, id);
      }
      if (stored === null || stored.head.state === 'taken') continue;
      looked += 1;
      const over = overBy(stored.head, rules, clock());
      if (over === null) {
        kept += 1;
        continue;
      }
      const outcome = await this.#settle(stored, over, rules, { isBelieved, dryRun });
      counts[outcome] += 1;
      if (documents.length < MOST_NAMED) documents.push({ document: id, outcome, ...over });
    }
    return {
      ...{ dryRun, at: isoTime(clock), rulesVersion: rules.version },
      ...{ clockDoubtedSince: seen.doubtedSince, looked, kept, counts, documents },
    };
  }

  async #settle(
    stored: StoredHead,
    over: Over,
    rules: TenantRules,
    { isBelieved, dryRun }: { readonly isBelieved: boolean; readonly dryRun: boolean },
  ): Promise<SweepOutcome> {
    const { head } = stored;
    const now = this.#parts.stores.ambient.clock();
    if (head.hold != null) return 'held';
    if (!isBelieved) return 'clock doubted';
    const markedAt = markedSince(head, rules, now);
    if (markedAt === null) {
      if (dryRun) return 'marked';
      return (await this.#mark(stored, over, rules.version)) ? 'marked' : 'changed meanwhile';
    }
    if (now - markedAt < GRACE_MS) return 'waiting';
    if (dryRun) return 'deleted';
    return (await this.#delete(stored, markedAt)) ? 'deleted' : 'changed meanwhile';
  }

  /** By the rules as they are at this moment: what was made stricter since the sweep began holds. */
  async #delete(stored: StoredHead, markedAt: number): Promise<boolean> {
    const { book, stores } = this.#parts;
    const { rules } = await book.read(stored.head.tenant);
    const now = stores.ambient.clock();
    const over = overBy(stored.head, rules, now);
    if (over === null || markedSince(stored.head, rules, now) !== markedAt) return false;
    const facts = { ...over, markedAt: new Date(markedAt).toISOString(), rulesVersion: rules.version };
    return await expire(this.#parts, stored, { action: 'document.expired', facts });
  }

  async #mark(stored: StoredHead, { rule, deleteAfter }: Over, rulesVersion: number): Promise<boolean> {
    const { stores, actor } = this.#parts;
    const { tenant, id } = stored.head;
    const [operation, at] = [newId('o', stores.ambient.random), isoTime(stores.ambient.clock)];
    const mark: RetentionMark = { markedAt: at, deleteAfter, rule, rulesVersion };
    const acts = [{ action: 'document.marked', facts: { rule, deleteAfter, rulesVersion } }] as const;
    const commit = {
      operation,
      at,
      records: auditRecords({ ...actor, tenant }, id, { operation, at }, acts),
    };
    try {
      await stores.committed(await stores.heads.commit(stored, nextHead(stored.head, { mark }, commit)));
      return true;
    } catch (error) {
      if (error instanceof DocumentsError && error.code === 'documents/stale') return false;
      throw error;
    }
  }

  /** What this sweep and those before make of the clock. */
  async #watch(tenant: string, dryRun: boolean): Promise<SeenClock> {
    const { records, stores } = this.#parts;
    const place = { tenant, kind: 'retention', id: 'clock' } as const;
    const base = await records.read<SeenClock>(tenant, place.kind, place.id);
    const seen = watchClock(base?.value ?? null, stores.ambient.clock());
    if (dryRun) return seen;
    const written = await records.write(place, base, seen);
    // Another sweep came first: what it saw is not known here, so this one does nothing.
    return written?.value ?? { ...seen, doubtedSince: seen.last };
  }
}

type Over = Pick<SweptDocument, 'rule' | 'deleteAfter'>;

/** By which rule a document's time is over; `null` when it is not. */
function overBy(head: Head, rules: TenantRules, now: number): Over | null {
  const { deleteAfter, deleteRule }: Retained = retained(head, rules, now);
  if (deleteAfter === null || deleteRule === null || deleteAfter > now) return null;
  return { rule: deleteRule, deleteAfter: new Date(deleteAfter).toISOString() };
}

/** Since when a mark counts: it was made in the past, and by the rules of now its time was over then already. */
function markedSince(head: Head, rules: TenantRules, now: number): number | null {
  if (head.mark == null) return null;
  const markedAt = Date.parse(head.mark.markedAt);
  return markedAt <= now && overBy(head, rules, markedAt) !== null ? markedAt : null;
}

const NO_COUNTS = (): Record<SweepOutcome, number> => ({
  ...{ deleted: 0, marked: 0, waiting: 0, held: 0 },
  ...{ 'clock doubted': 0, 'changed meanwhile': 0 },
});
