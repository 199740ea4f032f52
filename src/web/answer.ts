import { useCallback, useEffect, useRef, useState } from 'react';
import type { Problem } from '../client/index.ts';
import { problemOf } from './problems.ts';

export interface Answer<Value> {
  /** What was answered last, also while something else is asked. */
  readonly value: Value | undefined;
  readonly problem: Problem | undefined;
  readonly loading: boolean;
  readonly again: () => void;
  /** Takes what an own change was answered with. */
  readonly set: (value: Value) => void;
}

/** Asks the service, again whenever `key` changes. @param load may change at will; the one of the moment is called */
export function useAnswer<Value>(key: string, load: (signal: AbortSignal) => Promise<Value>): Answer<Value> {
  const [value, setValue] = useState<Value>();
  const [problem, setProblem] = useState<Problem>();
  const [loading, setLoading] = useState(true);
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key and the round are why to ask again
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    setLoading(true);
    const ask = async (): Promise<void> => {
      try {
        const answered = await latest.current(signal);
        if (signal.aborted) return;
        setValue(answered);
        setProblem(undefined);
      } catch (error) {
        if (signal.aborted) return;
        setProblem(problemOf(error));
      }
      setLoading(false);
    };
    void ask();
    return () => controller.abort();
  }, [key, round]);
  const again = useCallback(() => setRound((old) => old + 1), []);
  const set = useCallback((answered: Value) => {
    setValue(answered);
    setProblem(undefined);
  }, []);
  return { value, problem, loading, again, set };
}
