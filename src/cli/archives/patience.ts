import { setTimeout as pause } from 'node:timers/promises';
import { ProblemError } from '../../client/index.ts';
import { isAway } from '../documents/connection.ts';

/** Waits for a service that went away, as long as somebody wants to. One that never answered is not waited for. */
export class Patience {
  readonly #ms: number;
  #hasAnswered = false;
  #waited = 0;
  #failures = 0;

  /** @param ms from its last answer. */
  constructor(ms: number) {
    this.#ms = ms;
  }

  /** The service did something. */
  met(): void {
    this.#hasAnswered = true;
    this.#waited = 0;
    this.#failures = 0;
  }

  /** Resolves when another try makes sense. @throws the error when none does. */
  async wait(error: unknown): Promise<void> {
    if (!(error instanceof ProblemError) || !isAway(error.problem) || !this.#hasAnswered) throw error;
    const least = (error.problem.retryAfterSeconds ?? 0) * 1000;
    const ms = Math.max(least, Math.min(8000, 250 * 2 ** this.#failures));
    if (this.#waited + ms > this.#ms) throw error;
    this.#failures += 1;
    this.#waited += ms;
    await pause(ms);
  }

  /** Has something done, again while the service is away. */
  async with<Made>(make: () => Promise<Made>): Promise<Made> {
    for (;;) {
      try {
        const made = await make();
        this.met();
        return made;
      } catch (error) {
        await this.wait(error);
      }
    }
  }
}
