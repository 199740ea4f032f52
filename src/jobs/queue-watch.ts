import type { Clock } from '../kit/index.ts';
import type { JobQueue, QueueState } from './ports/job-queue.ts';

/** Milliseconds for which what the queue said holds, however often it is asked for. */
const FRESH_MS = 1000;

/** How much there is to do, for whoever watches: asks the queue no more than once a second. */
export class QueueWatch {
  readonly #queue: Pick<JobQueue, 'state'>;
  readonly #clock: Clock;
  #askedAt = Number.NEGATIVE_INFINITY;
  #answer: Promise<QueueState | null> = Promise.resolve(null);

  constructor(queue: Pick<JobQueue, 'state'>, clock: Clock) {
    this.#queue = queue;
    this.#clock = clock;
  }

  /** @returns `null` while the queue does not answer. */
  read(): Promise<QueueState | null> {
    const now = this.#clock();
    // A clock that was set back must not keep an old answer.
    if (Math.abs(now - this.#askedAt) < FRESH_MS) return this.#answer;
    this.#askedAt = now;
    this.#answer = this.#queue.state().catch(() => null);
    return this.#answer;
  }
}
