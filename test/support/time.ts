import type { Clock, Timer } from '../../src/kit/index.ts';

/** Time that stands still until it is moved. */
export class VirtualTime {
  #now = 1_000_000;
  #timers: { readonly at: number; readonly run: () => void }[] = [];

  readonly clock: Clock = () => this.#now;

  readonly timer: Timer = (ms, run) => {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  };

  /** How many callbacks are still to come. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Moves on, callback by callback, and lets everything that follows from each happen. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at);
      if (next === undefined) break;
      this.#now = next.at;
      this.#timers = this.#timers.filter((one) => one !== next);
      next.run();
      await settled();
    }
    this.#now = end;
    await settled();
  }
}

/** When nothing that was promised is left to happen without time. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
