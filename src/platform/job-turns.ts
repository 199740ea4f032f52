import type { Asked, Priority, TakenJob } from '../jobs/index.ts';
import { systemTimer, type Timer } from '../kit/index.ts';

/** What goes first has the lowest number. */
export const CLASSES: Readonly<Record<Priority, number>> = { express: 0, normal: 1, batch: 2 };
/** The same the other way round. */
export const PRIORITY_OF: readonly Priority[] = ['express', 'normal', 'batch'];

/** After so many jobs that passed over waiting ones of a lower priority, one of those is next. */
export const MOST_PASSES = 9;

/** Milliseconds between two looks for a job. */
const LOOK_EVERY_MS = 100;

/**
 * Asks for a job again and again until there is one or the time is over.
 *
 * Looking costs next to nothing and forgets nothing: a wake-up that is lost with a connection would.
 */
export async function takeWithin(
  { waitMs }: Pick<Asked, 'waitMs'>,
  signal: AbortSignal,
  look: () => Promise<TakenJob | null>,
  timer: Timer = systemTimer,
): Promise<TakenJob | null> {
  for (let left = waitMs; !signal.aborted; left -= LOOK_EVERY_MS) {
    const job = await look();
    if (job !== null || left <= 0) return job;
    await pause(Math.min(left, LOOK_EVERY_MS), signal, timer);
  }
  return null;
}

/** Over early when the signal says so. */
function pause(ms: number, signal: AbortSignal, timer: Timer): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      stop();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const stop = timer(ms, end);
    signal.addEventListener('abort', end, { once: true });
  });
}
