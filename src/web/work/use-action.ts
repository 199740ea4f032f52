import { useState } from 'react';
import type { Problem } from '../../client/index.ts';
import { problemOf } from '../problems.ts';

/** Something that is done with work, once at a time. */
export function useAction<Answered>(done: (answered: Answered) => void) {
  const [doing, setDoing] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const act = (action: () => Promise<Answered>): void => {
    setDoing(true);
    action()
      .then(
        (answered) => {
          setProblem(undefined);
          done(answered);
        },
        (error: unknown) => setProblem(problemOf(error)),
      )
      .finally(() => setDoing(false));
  };
  return { doing, problem, act };
}
