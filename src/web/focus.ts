import { type RefObject, useEffect, useRef } from 'react';

/** Moves the focus to an element when its view appears, so that keyboard and screen reader arrive there too. */
export function useArrival<E extends HTMLElement>(): RefObject<E | null> {
  const ref = useRef<E>(null);
  useEffect(() => {
    ref.current?.focus({ preventScroll: true });
  }, []);
  return ref;
}
