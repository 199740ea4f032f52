import { useEffect, useRef, useSyncExternalStore } from 'react';
import { type Made, uploads } from './uploads.ts';

/** Calls back when something has come of an upload. */
export function useMade(onMade: (made: Made) => void): void {
  const items = useSyncExternalStore(uploads.subscribe, uploads.items);
  const seen = useRef(new Set(items.filter(({ made }) => made).map(({ key }) => key)));
  const latest = useRef(onMade);
  latest.current = onMade;
  useEffect(() => {
    for (const { key, made } of items) {
      if (made === undefined || seen.current.has(key)) continue;
      seen.current.add(key);
      latest.current(made);
    }
  }, [items]);
}
