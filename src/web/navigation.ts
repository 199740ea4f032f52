import { useCallback, useEffect, useState } from 'react';
import { describeStop, type Stop } from './stops.ts';

export interface Navigation {
  /** Index into the stops; -1 before the first. */
  readonly at: number;
  readonly go: (index: number) => void;
  /** Makes a stop the current one where it is: the reader has it before their eyes. */
  readonly point: (index: number) => void;
  readonly next: () => void;
  readonly previous: () => void;
  /** What a live region says. */
  readonly said: string;
}

const NEAR_SCREENS = 1.5;

/** Walks through the stops by button and by key, and keeps focus, view and words in step. */
export function useNavigation(stops: readonly Stop[], keys: boolean): Navigation {
  const [at, setAt] = useState(-1);
  const [said, setSaid] = useState('');

  const point = useCallback(
    (index: number) => {
      const stop = stops[index];
      if (stop === undefined) return;
      setAt(index);
      setSaid(`Change ${index + 1} of ${stops.length}. ${describeStop(stop)}`);
    },
    [stops],
  );
  const go = useCallback(
    (index: number) => {
      const stop = stops[index];
      if (stop === undefined) return;
      point(index);
      bringIntoView(stop);
    },
    [stops, point],
  );
  const next = useCallback(() => stops.length > 0 && go(at + 1 < stops.length ? at + 1 : 0), [at, go, stops]);
  const previous = useCallback(
    () => stops.length > 0 && go(at > 0 ? at - 1 : stops.length - 1),
    [at, go, stops],
  );

  useEffect(() => setAt((old) => (old < stops.length ? old : -1)), [stops]);

  useEffect(() => {
    const elements = stops[at]?.elements ?? [];
    for (const element of elements) element.classList.add('current');
    return () => {
      for (const element of elements) element.classList.remove('current');
    };
  }, [stops, at]);

  useEffect(() => {
    if (!keys) return;
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === 'n' || event.key === 'j') next();
      else if (event.key === 'p' || event.key === 'k') previous();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [keys, next, previous]);

  return { at, go, point, next, previous, said };
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('textarea, select, input:not([type=checkbox])');
}

/** Brings a stop to the middle of the view and the focus to it; gliding only over a short way and where motion is welcome. */
export function bringIntoView({ elements }: Pick<Stop, 'elements'>): void {
  const [element] = elements;
  if (element === undefined) return;
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const far = Math.abs(element.getBoundingClientRect().top) > innerHeight * NEAR_SCREENS;
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
  element.scrollIntoView({
    block: tall(element) ? 'start' : 'center',
    behavior: still || far ? 'instant' : 'smooth',
  });
}

function tall(element: HTMLElement): boolean {
  return element.getBoundingClientRect().height > innerHeight * 0.6;
}
