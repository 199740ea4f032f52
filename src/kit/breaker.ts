import { EventEmitter } from 'node:events';
import CircuitBreaker from 'opossum';
import type { Clock } from './clock.ts';

/** `open`: nothing is asked; `half-open`: one call tries whether it works again. */
export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerLimits {
  /** Milliseconds that a call is remembered. */
  readonly windowMs: number;
  /** How many calls must be remembered before any judgement. */
  readonly leastCalls: number;
  /** From 0 to 1: with a greater part of failures the breaker opens. */
  readonly failures: number;
  /** Milliseconds until an open breaker lets a call try. */
  readonly openMs: number;
}

/** The breaker is open, or another call is trying. */
export class BreakerOpenError extends Error {
  override readonly name = 'BreakerOpenError';
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super('The breaker is open.');
    this.retryAfterMs = retryAfterMs;
  }
}

type Run = () => Promise<unknown>;
type Opossum = CircuitBreaker<[Run], unknown>;
/** Documented (README, "Prepopulate Circuit State") and missing in the types. */
type Options = CircuitBreaker.Options<[Run]> & { state?: { closed: boolean; halfOpen: boolean } };

const BUCKETS = 10;
/** The longest that a timer takes; opossum's own is not used. */
const NEVER_MS = 2 ** 31 - 1;

/** opossum, whose time is the clock that it is given: no timer of it decides anything. */
export class Breaker {
  readonly #limits: BreakerLimits;
  readonly #clock: Clock;
  readonly #changed: (state: BreakerState) => void;
  readonly #counts: (error: unknown, trying: boolean) => boolean;
  readonly #rotation = new EventEmitter();
  #breaker: Opossum;
  #rotatedAt: number;
  #triesAt = 0;

  /**
   * @param counts whether an error says that the part is ill; others say that it answers. `trying` is true for the one
   *   call that decides whether the breaker closes.
   * @param changed is told of every new state.
   */
  constructor(
    limits: BreakerLimits,
    clock: Clock,
    counts: (error: unknown, trying: boolean) => boolean,
    changed: (state: BreakerState) => void,
  ) {
    this.#limits = limits;
    this.#clock = clock;
    this.#counts = counts;
    this.#changed = changed;
    this.#rotatedAt = clock();
    this.#breaker = this.#make('closed');
  }

  get state(): BreakerState {
    if (this.#breaker.halfOpen) return 'half-open';
    if (!this.#breaker.opened) return 'closed';
    return this.#clock() < this.#triesAt ? 'open' : 'half-open';
  }

  /** @throws {BreakerOpenError} without a call; what the call throws. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    this.#keepTime();
    const breaker = this.#breaker;
    if (!breaker.closed && !breaker.pendingClose) {
      throw new BreakerOpenError(Math.max(0, this.#triesAt - this.#clock()));
    }
    return (await breaker.fire(call)) as T;
  }

  #keepTime(): void {
    const now = this.#clock();
    if (this.#breaker.opened && now >= this.#triesAt) {
      // Calls that are still under way end in the old one, where they decide nothing any more.
      this.#breaker.shutdown();
      this.#breaker = this.#make('half-open');
      this.#changed('half-open');
    }
    const bucketMs = this.#limits.windowMs / BUCKETS;
    const passed = Math.max(0, Math.floor((now - this.#rotatedAt) / bucketMs));
    for (let n = 0; n < Math.min(passed, BUCKETS); n += 1) this.#rotation.emit('rotate');
    this.#rotatedAt += passed * bucketMs;
  }

  #make(state: 'closed' | 'half-open'): Opossum {
    const { windowMs, leastCalls, failures, openMs } = this.#limits;
    const options: Options = {
      timeout: false,
      resetTimeout: NEVER_MS,
      rollingCountTimeout: windowMs,
      rollingCountBuckets: BUCKETS,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      rotateBucketController: this.#rotation,
      volumeThreshold: leastCalls,
      errorThresholdPercentage: failures * 100,
      errorFilter: (error: unknown) => !this.#counts(error, this.#breaker.halfOpen),
      state: { closed: state === 'closed', halfOpen: state === 'half-open' },
    };
    const breaker: Opossum = new CircuitBreaker((call: Run) => call(), options);
    breaker.on('open', () => {
      this.#triesAt = this.#clock() + openMs;
      this.#changed('open');
    });
    breaker.on('close', () => this.#changed('closed'));
    return breaker;
  }
}
