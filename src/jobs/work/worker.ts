import { Bulkhead, describeError } from '../../kit/index.ts';
import type { TakenJob } from '../ports/job-queue.ts';
import { Attempt } from './attempt.ts';
import type { WorkerParts } from './worker-parts.ts';

/** How busy a worker is. */
export interface WorkerState {
  readonly slots: number;
  readonly running: number;
}

/** Attempts of one operation at most, and how long a worker that says nothing keeps a job. */
export const MOST_ATTEMPTS = 3;
export const LOCK_MS = 20_000;

/** Milliseconds that one question for a job waits, and the pause after one that was not answered. */
const TAKE_MS = 5000;
const PAUSE_MS = 1000;

/** Takes jobs from the queue and does what they point to. */
export class Worker {
  readonly #parts: WorkerParts;
  readonly #free: Bulkhead;
  readonly #stopping = new AbortController();
  readonly #attempts = new Map<Attempt, Promise<void>>();
  #loop: Promise<void> | null = null;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#free = new Bulkhead(parts.slots, Number.POSITIVE_INFINITY);
  }

  get state(): WorkerState {
    return { slots: this.#parts.slots, running: this.#attempts.size };
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Takes no more jobs; those that are held go on. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Resolves when no job is held: what does not end in time is handed back. */
  async end(graceMs: number): Promise<void> {
    this.stop();
    await this.#loop;
    const stop = this.#parts.timer(graceMs, () => {
      for (const attempt of this.#attempts.keys()) attempt.handBack();
    });
    await Promise.all(this.#attempts.values());
    stop();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const leave = await this.#free.enter(signal).catch(() => null);
      if (leave === null) return;
      const job = await this.#take(signal);
      if (job !== null) await this.#parts.settled?.(signal);
      if (job === null) leave();
      else this.#begin(job, leave);
    }
  }

  async #take(signal: AbortSignal): Promise<TakenJob | null> {
    const { queue, name: worker, lockMs, timer, log } = this.#parts;
    try {
      return await queue.take({ worker, lockMs, waitMs: TAKE_MS }, signal);
    } catch (error) {
      if (!signal.aborted) {
        log.warn('queue does not answer', describeError(error));
        await new Promise<void>((go) => {
          timer(PAUSE_MS, go);
          signal.addEventListener('abort', () => go(), { once: true });
        });
      }
      return null;
    }
  }

  #begin(job: TakenJob, leave: () => void): void {
    const { onBehind } = this.#parts;
    const attempt = new Attempt(job, this.#parts);
    if (this.#stopping.signal.aborted) attempt.handBack();
    const running = attempt
      .run()
      .catch(onBehind)
      .finally(() => {
        this.#attempts.delete(attempt);
        leave();
      });
    this.#attempts.set(attempt, running);
  }
}
