import { Breaker, type BreakerLimits, BreakerOpenError, type BreakerState } from './breaker.ts';
import { Bulkhead, BulkheadFullError } from './bulkhead.ts';
import { type Clock, systemClock, systemTimer, type Timer } from './clock.ts';
import { OutsideError, type OutsideFailure } from './outside-error.ts';
import { pauseMs, RetryBudget, type RetryLimits } from './retries.ts';

/** What one part outside of this process may cost and how it is spared. */
export interface OutsideLimits {
  /** Milliseconds that one try may take, and that it may wait for its turn. */
  readonly timeoutMs: number;
  /** How many calls are under way at once. */
  readonly places: number;
  /** How many more wait; one more is turned away. */
  readonly queueLength: number;
  readonly breaker: BreakerLimits;
  readonly retries: RetryLimits;
  /** Milliseconds: who is asked to come back later than that is told so at once. */
  readonly patienceMs: number;
}

/** One call, as far as it matters here. */
export interface OutsideCall<T> {
  /** The method of the port. */
  readonly name: string;
  /** It changes something there: without an answer it is `unclear`, and is not tried again. */
  readonly changes: boolean;
  /** Whether it can be made again; `false` where a body was read from its source. By default `true`. */
  readonly repeatable?: boolean;
  /** Ends the call. */
  readonly signal?: AbortSignal;
  /** Lets go of a result that came too late. */
  readonly discard?: (result: T) => unknown;
}

/** One try. */
export interface Attempt {
  /** Aborted when the try is over before it has ended. */
  readonly signal: AbortSignal;
  /** The time does not count from now on: the part waits for us. */
  hold(): void;
  /** The time counts anew from now on. */
  renew(): void;
}

/** How a try ended: `late` without an answer in time, `left` by whoever asked, `thrown` by a fault on this side. */
export type Outcome = 'done' | OutsideFailure | 'late' | 'left' | 'thrown';

/** What metrics and alerts are made of. */
export type OutsideEvent =
  | {
      readonly kind: 'attempt';
      readonly call: string;
      readonly outcome: Outcome;
      readonly durationMs: number;
    }
  | { readonly kind: 'retry'; readonly call: string; readonly pauseMs: number }
  | { readonly kind: 'turned-away'; readonly call: string; readonly by: 'breaker' | 'bulkhead' }
  | { readonly kind: 'breaker'; readonly state: BreakerState };

export interface OutsideParts {
  /** Told of everything, with the name of the port. */
  readonly sink?: (port: string, event: OutsideEvent) => void;
  readonly clock?: Clock;
  readonly timer?: Timer;
  /** From 0 up to, but not including, 1. */
  readonly random?: () => number;
}

/** No answer came in time. */
class LateError extends Error {}

/**
 * Every call to one part outside of this process goes through one of these: with a time-out, a place among so many, a
 * circuit breaker, and further tries where nothing was done. What fails does so with `OutsideError`; what was never
 * asked, because the breaker is open or no place is free, is `unavailable` with the time after which to come back.
 */
export class Outside {
  readonly port: string;
  readonly #limits: OutsideLimits;
  readonly #parts: Required<OutsideParts>;
  readonly #breaker: Breaker;
  readonly #bulkhead: Bulkhead;
  readonly #budget: RetryBudget;

  constructor(port: string, limits: OutsideLimits, parts: OutsideParts = {}) {
    const { sink = () => {}, clock = systemClock, timer = systemTimer, random = Math.random } = parts;
    this.port = port;
    this.#limits = limits;
    this.#parts = { sink, clock, timer, random };
    this.#breaker = new Breaker(limits.breaker, clock, isIllness, (state) =>
      this.#tell({ kind: 'breaker', state }),
    );
    this.#bulkhead = new Bulkhead(limits.places, limits.queueLength);
    this.#budget = new RetryBudget(limits.retries);
  }

  get state(): BreakerState {
    return this.#breaker.state;
  }

  /** @throws {OutsideError}; what `run` throws besides; what the call's signal says. */
  async call<T>(call: OutsideCall<T>, run: (attempt: Attempt) => Promise<T>): Promise<T> {
    const { retries } = this.#limits;
    this.#budget.earn();
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.#admitted(call, run);
      } catch (error) {
        if (error instanceof BreakerOpenError) throw this.#turnedAway(call, 'breaker', error.retryAfterMs);
        if (error instanceof BulkheadFullError) throw this.#turnedAway(call, 'bulkhead', 1000);
        const failure = error instanceof LateError ? this.#lateFailure(call) : error;
        const longest = this.#pauseFor(call, failure, tries);
        if (longest === null || tries >= retries.most || !this.#budget.spend()) throw failure;
        this.#tell({ kind: 'retry', call: call.name, pauseMs: longest });
        await this.#pause(longest, call.signal);
      }
    }
  }

  /**
   * What belongs to a call that has ended, such as the next piece of a stream: its time is limited, and nothing else.
   *
   * @throws {OutsideError} when it is late; what `run` throws.
   */
  async inTime<T>(call: OutsideCall<T>, run: (attempt: Attempt) => Promise<T>): Promise<T> {
    try {
      return await this.#cutOff(call, run);
    } catch (error) {
      if (!(error instanceof LateError)) throw error;
      const durationMs = this.#limits.timeoutMs;
      this.#tell({ kind: 'attempt', call: call.name, outcome: 'late', durationMs });
      throw this.#lateFailure(call);
    }
  }

  /** Waits for a place, asks the breaker, and makes one try. */
  async #admitted<T>(call: OutsideCall<T>, run: (attempt: Attempt) => Promise<T>): Promise<T> {
    call.signal?.throwIfAborted();
    const giveBack = this.#bulkhead.enterNow() ?? (await this.#place(call));
    try {
      return await this.#breaker.run(() => this.#attempt(call, run));
    } finally {
      giveBack();
    }
  }

  /** Waits for a place. @returns what gives it back. */
  async #place({ signal }: OutsideCall<never>): Promise<() => void> {
    const waiting = new AbortController();
    const leave = () => waiting.abort(signal?.reason);
    signal?.addEventListener('abort', leave, { once: true });
    const stop = this.#parts.timer(this.#limits.timeoutMs, () =>
      waiting.abort(new BulkheadFullError('No place came free.')),
    );
    try {
      return await this.#bulkhead.enter(waiting.signal);
    } finally {
      stop();
      signal?.removeEventListener('abort', leave);
    }
  }

  async #attempt<T>(call: OutsideCall<T>, run: (attempt: Attempt) => Promise<T>): Promise<T> {
    const { clock } = this.#parts;
    const startedAt = clock();
    let outcome: Outcome = 'thrown';
    try {
      const result = await this.#cutOff(call, run);
      outcome = 'done';
      return result;
    } catch (error) {
      if (error instanceof OutsideError) outcome = error.failure;
      else if (error instanceof LateError) outcome = 'late';
      else if (call.signal?.aborted === true) outcome = 'left';
      throw error;
    } finally {
      this.#tell({ kind: 'attempt', call: call.name, outcome, durationMs: clock() - startedAt });
    }
  }

  /** @throws {LateError} when it takes too long; what the call's signal says, as soon as it does. */
  #cutOff<T>(call: OutsideCall<T>, run: (attempt: Attempt) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      new Try(call, this.#limits.timeoutMs, this.#parts.timer, resolve, reject).begin(run);
    });
  }

  #lateFailure({ changes, name }: OutsideCall<never>): OutsideError {
    return new OutsideError(
      this.port,
      changes ? 'unclear' : 'unavailable',
      `${this.port} did not answer \`${name}\` within ${this.#limits.timeoutMs} ms.`,
    );
  }

  #turnedAway({ name }: OutsideCall<never>, by: 'breaker' | 'bulkhead', retryAfterMs: number): OutsideError {
    this.#tell({ kind: 'turned-away', call: name, by });
    const why =
      by === 'breaker' ? 'is not asked for a while: it failed too often' : 'has too many calls under way';
    return new OutsideError(this.port, 'unavailable', `${this.port} ${why}.`, { retryAfterMs });
  }

  /** Milliseconds before the next try; `null` when there must be none. Only `unavailable` says that nothing was done. */
  #pauseFor({ repeatable = true }: OutsideCall<never>, error: unknown, tries: number): number | null {
    if (!repeatable || !(error instanceof OutsideError) || error.failure !== 'unavailable') return null;
    const wanted = error.retryAfterMs ?? 0;
    if (wanted > this.#limits.patienceMs) return null;
    return Math.max(wanted, pauseMs(this.#limits.retries, tries, this.#parts.random));
  }

  #pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        stop();
        reject(signal?.reason);
      };
      const stop = this.#parts.timer(ms, () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      });
      if (signal?.aborted === true) leave();
      else signal?.addEventListener('abort', leave, { once: true });
    });
  }

  #tell(event: OutsideEvent): void {
    this.#parts.sink(this.port, event);
  }
}

/** One try and its time. Every call makes one, so it makes little itself: few look at a signal, and that costs as much as all else. */
class Try<T> implements Attempt {
  readonly #call: OutsideCall<T>;
  readonly #timeoutMs: number;
  readonly #timer: Timer;
  readonly #resolve: (result: T) => void;
  readonly #reject: (reason: unknown) => void;
  #controller: AbortController | null = null;
  #isOver = false;
  #cutFor: { readonly reason: unknown } | null = null;
  #stop: (() => void) | null = null;
  #leave: (() => void) | null = null;

  constructor(
    call: OutsideCall<T>,
    timeoutMs: number,
    timer: Timer,
    resolve: (result: T) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#call = call;
    this.#timeoutMs = timeoutMs;
    this.#timer = timer;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#cutFor !== null) this.#controller.abort(this.#cutFor.reason);
    return this.#controller.signal;
  }

  begin(run: (attempt: Attempt) => Promise<T>): void {
    const { signal } = this.#call;
    if (signal !== undefined) {
      this.#leave = () => this.#cut(signal.reason);
      signal.addEventListener('abort', this.#leave, { once: true });
    }
    this.renew();
    void this.#follow(run);
  }

  hold(): void {
    this.#stop?.();
    this.#stop = null;
  }

  renew(): void {
    this.hold();
    if (this.#isOver) return;
    this.#stop = this.#timer(this.#timeoutMs, () => this.#cut(new LateError('No answer came in time.')));
  }

  async #follow(run: (attempt: Attempt) => Promise<T>): Promise<void> {
    try {
      const result = await run(this);
      if (this.#isOver) this.#call.discard?.(result);
      else this.#end();
      this.#resolve(result);
    } catch (error) {
      this.#end();
      this.#reject(error);
    }
  }

  #cut(reason: unknown): void {
    if (this.#isOver) return;
    this.#cutFor = { reason };
    this.#end();
    this.#reject(reason);
    this.#controller?.abort(reason);
  }

  #end(): void {
    this.#isOver = true;
    this.hold();
    if (this.#leave !== null) this.#call.signal?.removeEventListener('abort', this.#leave);
    this.#leave = null;
  }
}

/**
 * Refusals, damage and a full store are answers: the part is well. What came to no answer of the part, because of whoever
 * asked, says nothing of it; for the one call that tries that is too little.
 */
function isIllness(error: unknown, trying: boolean): boolean {
  if (!(error instanceof OutsideError)) return trying || error instanceof LateError;
  return error.failure === 'unavailable' || error.failure === 'unclear';
}
