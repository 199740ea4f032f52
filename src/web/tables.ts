import { type RefObject, useEffect } from 'react';

/** Milliseconds of measuring before the browser may do something else. */
const SLICE_MS = 8;

/**
 * A table that is wider than its place scrolls, and what scrolls must be reachable by keyboard. Measuring makes the
 * browser lay out groups that it would rather leave alone, so it is done in slices.
 */
export function useScrollableTables(place: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const measure = (): void => {
      clearTimeout(timer);
      const tables = [...(place.current?.querySelectorAll<HTMLElement>('.table') ?? [])];
      const slice = (): void => {
        const since = performance.now();
        while (tables.length > 0 && performance.now() - since < SLICE_MS) mark(tables.shift());
        if (tables.length > 0) timer = setTimeout(slice);
      };
      timer = setTimeout(slice);
    };
    measure();
    addEventListener('resize', measure);
    return () => {
      clearTimeout(timer);
      removeEventListener('resize', measure);
    };
  }, [place]);
}

function mark(table: HTMLElement | undefined): void {
  if (table === undefined) return;
  if (table.scrollWidth <= table.clientWidth) {
    for (const name of ['tabindex', 'role', 'aria-label']) table.removeAttribute(name);
    return;
  }
  table.tabIndex = 0;
  table.setAttribute('role', 'region');
  table.setAttribute('aria-label', 'Wide table');
}
