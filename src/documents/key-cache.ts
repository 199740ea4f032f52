import type { Clock, Timer } from '../kit/index.ts';

interface HeldKey {
  readonly key: Uint8Array;
  readonly tenant: string;
  readonly expiresAt: number;
}

export interface KeyCacheOptions {
  /** Milliseconds that a key is held; never longer because it is used. */
  readonly lifetimeMs: number;
  /** How many keys are held; the one that was not asked for the longest gives way. */
  readonly count: number;
  readonly clock: Clock;
  readonly timer: Timer;
}

/** Keys in memory, bounded in time and count, overwritten with zeros when they leave. */
export class KeyCache {
  readonly #options: KeyCacheOptions;
  /** From the one that was not asked for the longest to the last one. */
  readonly #held = new Map<string, HeldKey>();
  #stopTimer: (() => void) | null = null;

  constructor(options: KeyCacheOptions) {
    this.#options = options;
  }

  /** The cache's own array: to be copied at once. */
  get(id: string): Uint8Array | undefined {
    const held = this.#held.get(id);
    if (held === undefined) return undefined;
    if (held.expiresAt <= this.#options.clock()) {
      this.#drop(id, held);
      return undefined;
    }
    this.#held.delete(id);
    this.#held.set(id, held);
    return held.key;
  }

  /** Takes over a key: from now on the array is the cache's. */
  put(id: string, tenant: string, key: Uint8Array): void {
    const before = this.#held.get(id);
    if (before !== undefined) this.#drop(id, before);
    const { lifetimeMs, count, clock } = this.#options;
    this.#held.set(id, { key, tenant, expiresAt: clock() + lifetimeMs });
    for (const [oldest, least] of this.#held) {
      if (this.#held.size <= count) break;
      this.#drop(oldest, least);
    }
    this.#watch();
  }

  /** Lets go of the keys of one tenant, or of all. */
  forget(tenant?: string): void {
    this.#dropAll((held) => tenant === undefined || held.tenant === tenant);
  }

  #dropAll(which: (held: HeldKey) => boolean): void {
    for (const [id, held] of this.#held) if (which(held)) this.#drop(id, held);
    if (this.#held.size > 0) return;
    this.#stopTimer?.();
    this.#stopTimer = null;
  }

  #drop(id: string, held: HeldKey): void {
    this.#held.delete(id);
    held.key.fill(0);
  }

  /** Keys that nobody asks for again leave in time too, at most half a lifetime late. */
  #watch(): void {
    const { lifetimeMs, clock, timer } = this.#options;
    this.#stopTimer ??= timer(lifetimeMs / 2, () => {
      this.#stopTimer = null;
      const now = clock();
      this.#dropAll((held) => held.expiresAt <= now);
      if (this.#held.size > 0) this.#watch();
    });
  }
}
