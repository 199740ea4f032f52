import { OutsideError } from '../../src/kit/index.ts';
import type { Process, Scheduler } from './scheduler.ts';

/** How often each thing goes wrong, from 0 to 1. */
export interface Faults {
  /** Nothing is done, and the caller is told so. */
  readonly refused: number;
  /** It is done, and the answer is lost. */
  readonly lost: number;
  /** It is not done, and the caller cannot know. */
  readonly vanished: number;
  /** The caller is told that nobody knows; it is done later. */
  readonly late: number;
  /** Something between caller and store sends it twice; the caller gets the second answer. */
  readonly twice: number;
  /** A body that is read ends too early, with an error. */
  readonly cut: number;
  readonly full: number;
}

export const NO_FAULTS: Faults = { refused: 0, lost: 0, vanished: 0, late: 0, twice: 0, cut: 0, full: 0 };

/** A change outside, of which nobody may know whether it was made. */
export async function disturbed<Answer>(
  port: string,
  scheduler: Scheduler,
  process: Process,
  faults: Faults,
  apply: () => Answer,
): Promise<Answer> {
  const failure = (kind: 'unavailable' | 'unclear') => new OutsideError(port, kind, 'simulated');
  await scheduler.wait(process);
  if (scheduler.chance(faults.refused)) throw failure('unavailable');
  if (scheduler.chance(faults.vanished)) throw failure('unclear');
  if (scheduler.chance(faults.late)) {
    // Nobody waits for its answer.
    void scheduler
      .wait(null)
      .then(apply)
      .then(null, () => {});
    throw failure('unclear');
  }
  let answer = apply();
  if (scheduler.chance(faults.twice)) answer = apply();
  const lost = scheduler.chance(faults.lost);
  await scheduler.wait(process);
  if (lost) throw failure('unclear');
  return answer;
}
