import type { Place, RateLimits, RateRule, RateVerdict } from '../access/index.ts';
import type { Clock } from '../kit/index.ts';
import { rhythmOf, take, verdictOf } from './gcra.ts';
import { MemoryPlaces } from './memory-places.ts';

/** How many keys one process counts for. */
const MOST_KEYS = 100_000;
/** Shared by everybody for whom there is no room: who floods us with keys gains nothing by it. */
const OVERFLOW = '';

/** Rates within one process. */
export class MemoryRateLimits implements RateLimits {
  readonly #clock: Clock;
  readonly #mostKeys: number;
  /** By key: when the whole burst is there again, in microseconds. */
  readonly #fullAt = new Map<string, number>();
  readonly #places: MemoryPlaces;

  constructor(clock: Clock, mostKeys = MOST_KEYS) {
    this.#clock = clock;
    this.#mostKeys = mostKeys;
    this.#places = new MemoryPlaces(clock);
  }

  async take(key: string, rule: RateRule, cost: number): Promise<RateVerdict> {
    const rhythm = rhythmOf(rule, cost);
    const now = this.#clock() * 1000;
    const counted = this.#roomFor(key, now) ? key : OVERFLOW;
    const { fullAt, allowed } = take(this.#fullAt.get(counted) ?? 0, rhythm, cost, now);
    this.#fullAt.set(counted, fullAt);
    return verdictOf(allowed, fullAt, rhythm, cost, now);
  }

  async enter(place: Place, most: number, lifetimeMs: number): Promise<boolean> {
    return this.#places.enter(place, most, lifetimeMs);
  }

  async leave(place: Place): Promise<void> {
    this.#places.leave(place);
  }

  async probe(): Promise<void> {}

  #roomFor(key: string, now: number): boolean {
    if (this.#fullAt.has(key) || this.#fullAt.size < this.#mostKeys) return true;
    for (const [one, fullAt] of this.#fullAt) if (fullAt <= now) this.#fullAt.delete(one);
    return this.#fullAt.size < this.#mostKeys;
  }
}
