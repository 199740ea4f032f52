import { type RefObject, useEffect } from 'react';

/**
 * A table that is wider than its place scrolls, and what scrolls must be reachable by keyboard. Tables are measured
 * only when they come into view: measuring one that is far away would make the browser lay out everything before it.
 */
export function useScrollableTables(place: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const seen = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) if (isIntersecting) mark(target as HTMLElement);
    });
    for (const table of place.current?.querySelectorAll('.table') ?? []) seen.observe(table);
    return () => seen.disconnect();
  });
}

function mark(table: HTMLElement): void {
  if (table.scrollWidth <= table.clientWidth) {
    table.removeAttribute('tabindex');
    table.removeAttribute('role');
    table.removeAttribute('aria-label');
    return;
  }
  table.tabIndex = 0;
  table.setAttribute('role', 'region');
  table.setAttribute('aria-label', 'Wide table');
}
