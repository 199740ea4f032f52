import { useCallback, useRef, useState } from 'react';
import type { Problem } from '../../client/index.ts';
import { problemOf } from '../problems.ts';

/** A change that the service is asked for, and what came of the last one. */
export function useChange<Value>(onDone: (value: Value) => void) {
  const [problem, setProblem] = useState<Problem>();
  const running = useRef(false);
  const [busy, setBusy] = useState(false);
  const clear = useCallback(() => setProblem(undefined), []);
  /** Does nothing while another change is under way: a second click means the first. @param then instead of `onDone` */
  const change = (ask: () => Promise<Value>, then: (value: Value) => void = onDone): void => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    const end = (): void => {
      running.current = false;
      setBusy(false);
    };
    ask()
      .then(
        (value) => {
          clear();
          then(value);
        },
        (error: unknown) => setProblem(problemOf(error)),
      )
      .finally(end);
  };
  return { change, busy, problem, clear };
}
