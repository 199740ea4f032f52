import type { Clock } from '../kit/index.ts';

/** How many answers are held; the oldest gives way. */
const MOST = 20_000;

interface Held<Value> {
  readonly value: Promise<Value>;
  readonly until: number;
}

/** Answers that are good for a short while: asked for once by many at the same time, and dropped when news come. */
export class Recent<Value> {
  readonly #clock: Clock;
  readonly #lifetimeMs: number;
  readonly #held = new Map<string, Held<Value>>();

  constructor(clock: Clock, lifetimeMs: number) {
    this.#clock = clock;
    this.#lifetimeMs = lifetimeMs;
  }

  /** A failure is not held. The time counts from when it was asked for. */
  async get(key: string, ask: () => Promise<Value>): Promise<Value> {
    const held = this.#held.get(key);
    if (held !== undefined && held.until > this.#clock()) return await held.value;
    const value = ask();
    const mine = { value, until: this.#clock() + this.#lifetimeMs };
    this.#held.delete(key);
    this.#held.set(key, mine);
    const [oldest] = this.#held.keys();
    if (this.#held.size > MOST && oldest !== undefined) this.#held.delete(oldest);
    try {
      return await value;
    } catch (error) {
      if (this.#held.get(key) === mine) this.#held.delete(key);
      throw error;
    }
  }

  drop(key: string): void {
    this.#held.delete(key);
  }
}
