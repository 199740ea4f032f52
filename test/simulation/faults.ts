import { OutsideError } from '../../src/kit/index.ts';
import type { Process, Scheduler } from './scheduler.ts';
import type { Faults } from './world.ts';

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
    void scheduler.wait(null).then(apply);
    throw failure('unclear');
  }
  let answer = apply();
  if (scheduler.chance(faults.twice)) answer = apply();
  const lost = scheduler.chance(faults.lost);
  await scheduler.wait(process);
  if (lost) throw failure('unclear');
  return answer;
}
