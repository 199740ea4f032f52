import type { Timer } from '../../kit/index.ts';

/** So many submissions at once are few: for those nothing waits. */
const FEW = 8;
/** For how long the next job waits at most, and for how long none does after that; milliseconds. */
const LONGEST_MS = 400;
const GO_ON_MS = 600;

/** Submissions that are being taken. What a worker of the same process would begin waits a little while they are many. */
export class Arrivals {
  readonly #timer: Timer;
  #count = 0;
  /** Nobody waits, however many come. */
  #goesOn = false;
  readonly #waiting = new Set<() => void>();

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  /** One has come. @returns what says that it was answered; to be called once. */
  arrive(): () => void {
    this.#count += 1;
    return () => {
      this.#count -= 1;
      if (this.#count <= FEW) this.#letGo();
    };
  }

  /** Resolves when they are few, after a while in any case, or once the signal says so. */
  async settled(signal: AbortSignal): Promise<void> {
    if (this.#count <= FEW || this.#goesOn || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        stop();
        this.#waiting.delete(go);
        signal.removeEventListener('abort', go);
        resolve();
      };
      const stop = this.#timer(LONGEST_MS, () => {
        this.#goOn();
        go();
      });
      this.#waiting.add(go);
      signal.addEventListener('abort', go, { once: true });
    });
  }

  #goOn(): void {
    this.#goesOn = true;
    this.#timer(GO_ON_MS, () => {
      this.#goesOn = false;
    });
  }

  #letGo(): void {
    for (const go of [...this.#waiting]) go();
  }
}
