import { LOOKED_AFTER_MS } from '../documents/index.ts';
import { idleTimer, systemClock } from '../kit/index.ts';

/** Looks after what is being sent. */
export interface Watch {
  /** From now on, once a second, whoever takes it or does not. */
  begin(): void;
  /** Resolves when it was found to be in order within the last second. @throws what the look throws. */
  looked(): Promise<void>;
  end(): void;
}

/** @param look throws when nothing more may be sent. @param cut is told that, once. */
export function watching(look: () => Promise<void>, cut: (error: unknown) => void): Watch {
  let at = systemClock();
  let looking: Promise<void> | null = null;
  let stop = (): void => {};
  let isOver = false;
  const run = (): Promise<void> => {
    const began = systemClock();
    looking ??= look()
      .then(() => {
        at = began;
      })
      .finally(() => {
        looking = null;
      });
    return looking;
  };
  const later = (): void => {
    if (!isOver) stop = idleTimer(LOOKED_AFTER_MS, () => void run().then(later, refused));
  };
  const refused = (error: unknown): void => {
    if (!isOver) cut(error);
    isOver = true;
  };
  return {
    begin: later,
    looked: async () => {
      if (systemClock() - at >= LOOKED_AFTER_MS) await run();
    },
    end: () => {
      isOver = true;
      stop();
    },
  };
}
