import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { bringIntoView, type Navigation } from './navigation.ts';
import type { Stop } from './stops.ts';
import { useScrollableTables } from './tables.ts';

// What every page has on which a redline is read.

interface NamesProps {
  readonly names: { readonly original: string; readonly modified: string } | undefined;
}

export function Names({ names }: NamesProps) {
  if (names === undefined) return <p className="names" />;
  return (
    <p className="names">
      <span>{names.original}</span>
      <span className="names-arrow">
        <span className="unseen"> compared with </span>
        <span aria-hidden="true">→</span>
      </span>
      <span>{names.modified}</span>
    </p>
  );
}

interface StepsProps {
  readonly navigation: Navigation;
  readonly total: number;
  /** What can be done with the change that the reader is at. */
  readonly children?: ReactNode;
}

export function Steps({ navigation, total, children }: StepsProps) {
  const { at, next, previous, said } = navigation;
  if (total === 0) return null;
  return (
    <nav className="steps" aria-label="Changes">
      <button type="button" onClick={previous} aria-label="Previous change" title="Previous change (p)">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="m6 15 6-6 6 6" />
        </svg>
      </button>
      <p className="steps-at">
        {at < 0
          ? `${total.toLocaleString('en')} to read`
          : `${(at + 1).toLocaleString('en')} of ${total.toLocaleString('en')}`}
      </p>
      <button type="button" onClick={next} aria-label="Next change" title="Next change (n)">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="m6 9 6 6 6-6" />
        </svg>
      </button>
      {children}
      <p className="unseen" aria-live="polite">
        {said}
      </p>
    </nav>
  );
}

interface KeysProps {
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
  readonly children?: ReactNode;
}

export function Keys({ on, onChange, children }: KeysProps) {
  return (
    <label className="keys">
      <input type="checkbox" checked={on} onChange={(event) => onChange(event.target.checked)} />
      <span>
        Keys: <kbd>n</kbd> next, <kbd>p</kbd> previous
        {children}
      </span>
    </label>
  );
}

interface PaperProps {
  readonly article: HTMLElement;
  readonly navigation: Navigation;
  readonly stops: readonly Stop[];
}

/** The redline itself: an element made outside React, put in its place once. */
export function Paper({ article, navigation, stops }: PaperProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    place.current?.replaceChildren(article);
  }, [article]);
  useScrollableTables(place);
  useClicks(place, navigation, stops);
  return <div className="paper" ref={place} />;
}

/** A click on a change makes it the current one; a link inside the redline goes there without leaving the address. */
function useClicks(
  place: RefObject<HTMLElement | null>,
  { point }: Navigation,
  stops: readonly Stop[],
): void {
  useEffect(() => {
    const element = place.current;
    const click = (event: MouseEvent): void => {
      if (!(event.target instanceof Element)) return;
      const link = event.target.closest('a');
      if (link !== null) {
        event.preventDefault();
        const target = document.getElementById(link.hash.slice(1));
        if (target !== null) bringIntoView({ elements: [target] });
        return;
      }
      const changed = event.target.closest<HTMLElement>('[data-change]');
      if (changed === null || getSelection()?.isCollapsed === false) return;
      point(stops.findIndex((stop) => stop.elements.includes(changed)));
    };
    element?.addEventListener('click', click);
    return () => element?.removeEventListener('click', click);
  }, [place, point, stops]);
}
