import { nodeCodec } from '../kit/index.ts';
import { type Decided, type Decision, decideChanges, type Limits, openStanding } from '../redline/index.ts';

/** What is kept of documents that are decided in again and again, so that a decision costs what it touches. */
export interface StandingBounds {
  /** Documents that one thread keeps. */
  readonly count: number;
  /** UTF-16 units of their texts, all together. What was found in them takes about four times as much. */
  readonly units: number;
  /** Milliseconds without a decision after which a document is forgotten. */
  readonly idleMs: number;
  /** Milliseconds after which it is forgotten in any case: nothing decrypted stays for longer. */
  readonly lifeMs: number;
}

const BOUNDS: StandingBounds = { count: 8, units: 24 * 1024 * 1024, idleMs: 60_000, lifeMs: 600_000 };

type Review = NonNullable<ReturnType<typeof openStanding>>;

interface Held {
  /** `null`: decided in once; the next decision opens it. */
  readonly review: Review | null;
  readonly since: number;
  readonly used: number;
}

/** Milliseconds of a clock that does not go back, and a way to be called later; the call keeps no process alive. */
export interface Alarm {
  now(): number;
  after(ms: number, work: () => void): void;
}

const SYSTEM: Alarm = {
  now: () => performance.now(),
  after: (ms, work) => {
    setTimeout(work, ms).unref();
  },
};

/**
 * Reviews that stand from one request to the next, by tenant and content. What is not there, or no longer, costs time and
 * changes nothing: with and without it the same bytes come out. A document is only found by whoever has all its bytes.
 */
export class StandingReviews {
  readonly #bounds: StandingBounds;
  readonly #alarm: Alarm;
  /** The one that was used last at the end. */
  readonly #held = new Map<string, Held>();
  #alarmed = false;

  constructor(bounds: StandingBounds = BOUNDS, alarm: Alarm = SYSTEM) {
    this.#bounds = bounds;
    this.#alarm = alarm;
  }

  /** How many documents are kept, opened or not. */
  get count(): number {
    return this.#held.size;
  }

  /**
   * As `decideChanges`.
   *
   * @param tenant  whose document it is
   */
  decide(
    document: Uint8Array,
    decisions: readonly Decision[],
    { limits }: { readonly limits: Limits },
    tenant: string,
  ): Decided {
    this.#forget();
    const key = keyOf(tenant, document);
    const known = this.#held.get(key);
    // What fails on the way stands for nothing any more.
    this.#held.delete(key);
    const review = known && (known.review ?? openStanding(document, { limits }, nodeCodec) ?? null);
    const since = known?.since ?? this.#alarm.now();
    const decided = review?.decide(decisions);
    if (review && decided) {
      this.#hold(keyOf(tenant, decided.document), { review, since });
      return decided;
    }
    // A refusal leaves the document as it is.
    if (review) this.#hold(key, { review, since });
    const result = decideChanges(document, decisions, { limits }, nodeCodec);
    if (result.document === document) return result;
    this.#held.delete(key);
    this.#hold(keyOf(tenant, result.document), { review: null, since });
    return result;
  }

  #hold(key: string, { review, since }: Pick<Held, 'review' | 'since'>): void {
    this.#held.delete(key);
    this.#held.set(key, { review, since, used: this.#alarm.now() });
    let units = 0;
    let count = 0;
    for (const [one, { review: kept }] of [...this.#held].reverse()) {
      units += kept?.size ?? 0;
      count += 1;
      if (count > this.#bounds.count || units > this.#bounds.units) this.#held.delete(one);
    }
    this.#watch();
  }

  #forget(): void {
    const { idleMs, lifeMs } = this.#bounds;
    const now = this.#alarm.now();
    for (const [key, { since, used }] of this.#held)
      if (now - used >= idleMs || now - since >= lifeMs) this.#held.delete(key);
  }

  #watch(): void {
    if (this.#alarmed || this.#held.size === 0) return;
    this.#alarmed = true;
    this.#alarm.after(this.#bounds.idleMs / 4, () => {
      this.#alarmed = false;
      this.#forget();
      this.#watch();
    });
  }
}

function keyOf(tenant: string, document: Uint8Array): string {
  return `${tenant} ${nodeCodec.sha256(document)}`;
}
