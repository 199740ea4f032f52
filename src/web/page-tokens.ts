import { go, useStep } from './route.tsx';

/** Where the pages before this one ended; in the step of the history, so that the way back leads to the same page. */
export function usePageTokens() {
  const step: unknown = JSON.parse(useStep());
  const tokens = Array.isArray(step) ? step.filter((token) => typeof token === 'string') : [];
  const turn = (next: string | null): void => {
    const state = next === null ? tokens.slice(0, -1) : [...tokens, next];
    go(location.pathname + location.search, { replace: true, state });
    scrollTo(0, 0);
  };
  return { tokens, turn };
}
