import type { Cache } from '../../access/index.ts';
import type { Clock } from '../../kit/index.ts';

const MOST_KEYS = 100_000;

/** A cache within one process; what was put in first gives way. */
export class MemoryCache implements Cache {
  readonly #clock: Clock;
  readonly #mostKeys: number;
  readonly #held = new Map<string, { readonly value: string; readonly until: number }>();

  constructor(clock: Clock, mostKeys = MOST_KEYS) {
    this.#clock = clock;
    this.#mostKeys = mostKeys;
  }

  async get(key: string): Promise<string | null> {
    return this.#get(key);
  }

  async set(key: string, value: string, lifetimeMs: number): Promise<void> {
    this.#held.delete(key);
    this.#held.set(key, { value, until: this.#clock() + lifetimeMs });
    const [oldest] = this.#held.keys();
    if (this.#held.size > this.#mostKeys && oldest !== undefined) this.#held.delete(oldest);
  }

  async take(key: string): Promise<string | null> {
    const value = this.#get(key);
    this.#held.delete(key);
    return value;
  }

  async delete(key: string): Promise<void> {
    this.#held.delete(key);
  }

  async probe(): Promise<void> {}

  #get(key: string): string | null {
    const held = this.#held.get(key);
    return held !== undefined && held.until > this.#clock() ? held.value : null;
  }
}
