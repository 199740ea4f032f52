/** Numbers from 0 to below 1, the same ones for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A process of the simulation. What it waits for never comes once it is dead. */
export interface Process {
  readonly name: string;
  dead: boolean;
  /** Steps that others make before it goes on. */
  paused: number;
  /** Milliseconds by which its clock is wrong. */
  readonly skewMs: number;
}

interface Waiting {
  readonly process: Process | null;
  /** Milliseconds since 1970 before which it does not go on. */
  readonly at: number;
  readonly go: () => void;
}

/**
 * Decides in which order everything goes on that waits for the world outside: one wait at a time, drawn by the seed.
 * Between two of them all that can run without the world does.
 */
export class Scheduler {
  readonly random: () => number;
  readonly #waiting: Waiting[] = [];
  /** Milliseconds since 1970, the same for all; each process sees it skewed. */
  now = Date.UTC(2026, 0, 1);
  steps = 0;

  constructor(seed: number) {
    this.random = randomFrom(seed);
  }

  /** Whether something that happens so often happens now. */
  chance(probability: number): boolean {
    return this.random() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.random() * items.length)];
    if (item === undefined) throw new Error('There is nothing to pick from.');
    return item;
  }

  /** Whether something is on its way that no process waits for. */
  get isLate(): boolean {
    return this.#waiting.some(({ process }) => process === null);
  }

  bytes(size: number): Uint8Array {
    return Uint8Array.from({ length: size }, () => Math.floor(this.random() * 256));
  }

  /** Goes on when the seed says so; never, when the process died meanwhile. `null`: the world itself. */
  wait(process: Process | null): Promise<void> {
    return new Promise((go) => this.#waiting.push({ process, at: 0, go }));
  }

  /** Calls back after so many milliseconds. @returns what calls it off. */
  after(process: Process, ms: number, go: () => void): () => void {
    const timer = { process, at: this.now + ms, go };
    this.#waiting.push(timer);
    return () => {
      const at = this.#waiting.indexOf(timer);
      if (at >= 0) this.#waiting.splice(at, 1);
    };
  }

  /** Until nothing waits. @param disturb is called before every step. */
  async run(disturb: () => void): Promise<void> {
    await settled();
    while (this.#waiting.length > 0) {
      this.steps += 1;
      if (this.steps > 100_000) throw new Error('The simulation does not end.');
      this.now += Math.floor(this.random() * 200);
      disturb();
      const next = this.#next();
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      if (!next.process?.dead) next.go();
      // Also where nobody went on: whoever was begun meanwhile comes to wait only now, and it is not the end.
      await settled();
    }
  }

  /** Who goes on: nobody before their time, unless nothing else is left to happen before it. */
  #next(): Waiting {
    this.now = Math.max(this.now, Math.min(...this.#waiting.map(({ at }) => at)));
    const due = this.#waiting.filter(({ at }) => at <= this.now);
    const ready = due.filter(({ process }) => process === null || process.paused <= 0);
    for (const { process } of due) if (process !== null && process.paused > 0) process.paused -= 1;
    return this.pick(ready.length > 0 ? ready : due);
  }
}

/** All that waits for nothing outside has run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
