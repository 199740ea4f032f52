import { useEffect } from 'react';
import { type Answer, useAnswer } from '../answer.ts';

/**
 * Asks the service, and again after every answer, for as long as somebody looks at the page.
 *
 * @param everyMs by what was answered last; `null` to ask no more.
 */
export function usePolled<Value>(
  key: string,
  load: (signal: AbortSignal) => Promise<Value>,
  everyMs: (value: Value | undefined) => number | null,
): Answer<Value> {
  const answer = useAnswer(key, load);
  const { value, loading, again } = answer;
  const pause = everyMs(value);
  useEffect(() => {
    if (loading || pause === null) return;
    const look = (): void => {
      if (document.visibilityState === 'visible') again();
    };
    const timer = setTimeout(look, pause);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [loading, pause, again]);
  return answer;
}
