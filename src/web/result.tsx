import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { ChangeList } from './change-list.tsx';
import { useArrival } from './focus.ts';
import { KindFilter } from './kind-filter.tsx';
import { bringIntoView, type Navigation, useNavigation } from './navigation.ts';
import { NotCompared, Proof } from './proof.tsx';
import type { Result } from './session.ts';
import { STOP_KINDS, type StopKind } from './stops.ts';
import { useScrollableTables } from './tables.ts';
import { Wordmark } from './wordmark.tsx';
import { changesInWords, wordsInWords } from './words.ts';

/** The redline with everything that helps to read it. */
export function ResultView({ result, onStartOver }: { result: Result; onStartOver: () => void }) {
  const [kinds, setKinds] = useState<ReadonlySet<StopKind>>(new Set(STOP_KINDS));
  const [keys, setKeys] = useState(true);
  const stops = useMemo(() => result.stops.filter((s) => kinds.has(s.kind)), [result, kinds]);
  const navigation = useNavigation(stops, keys);
  return (
    <div className="reading">
      <a className="skip" href="#redline">
        Skip to the redline
      </a>
      <header className="bar">
        <button type="button" className="bar-home" onClick={onStartOver} aria-label="Redline: start over">
          <Wordmark />
        </button>
        <Names names={result.names} />
        <Steps navigation={navigation} total={stops.length} />
        <div className="bar-actions">
          <a className="button primary" href={result.answer.links.redline} download>
            Download<span className="wide-only">&nbsp;.docx</span>
          </a>
          <button type="button" onClick={onStartOver}>
            Start over
          </button>
        </div>
      </header>
      <aside className="panel" aria-label="Summary">
        <Heading result={result} />
        <Proof report={result.answer.report} />
        <NotCompared report={result.answer.report} />
        {result.stops.length > 0 && <KindFilter stops={result.stops} kinds={kinds} onKinds={setKinds} />}
        {result.stops.length > 0 && <ChangeList stops={stops} at={navigation.at} onGo={navigation.go} />}
        {result.stops.length > 0 && <Keys on={keys} onChange={setKeys} />}
      </aside>
      <main id="redline" tabIndex={-1}>
        <Paper result={result} navigation={navigation} stops={stops} />
      </main>
    </div>
  );
}

function Names({ names }: Pick<Result, 'names'>) {
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

function Heading({ result }: { result: Result }) {
  const heading = useArrival<HTMLHeadingElement>();
  const { report } = result.answer;
  const { inserted, deleted, moved } = report.words;
  const count = result.stops.length;
  const text = report.identical || count > 0 ? changesInWords(count) : 'No visible differences';
  return (
    <div className="verdict">
      <h1 ref={heading} tabIndex={-1}>
        {text}
      </h1>
      {count > 0 ? (
        <p>
          {wordsInWords(inserted)} inserted, {wordsInWords(deleted)} deleted
          {moved > 0 && `, ${wordsInWords(moved)} moved`}
        </p>
      ) : (
        <p>
          {report.identical
            ? 'The two documents say the same, in the same form.'
            : 'What differs cannot be shown in the text; see below.'}
        </p>
      )}
    </div>
  );
}

function Steps({ navigation, total }: { navigation: Navigation; total: number }) {
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
      <p className="unseen" aria-live="polite">
        {said}
      </p>
    </nav>
  );
}

function Keys({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) {
  return (
    <label className="keys">
      <input type="checkbox" checked={on} onChange={(event) => onChange(event.target.checked)} />
      <span>
        Keys: <kbd>n</kbd> next, <kbd>p</kbd> previous
      </span>
    </label>
  );
}

interface PaperProps {
  readonly result: Result;
  readonly navigation: Navigation;
  readonly stops: Result['stops'];
}

/** The redline itself: an element made outside React, put in its place once. */
function Paper({ result, navigation, stops }: PaperProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    place.current?.replaceChildren(result.article);
  }, [result]);
  useScrollableTables(place);
  useClicks(place, navigation, stops);
  return <div className="paper" ref={place} />;
}

/** A click on a change makes it the current one; a link inside the redline goes there without leaving the address. */
function useClicks(
  place: RefObject<HTMLElement | null>,
  { point }: Navigation,
  stops: Result['stops'],
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
