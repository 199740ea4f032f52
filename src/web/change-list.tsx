import { memo, useEffect, useMemo, useRef, useState } from 'react';
import type { Stop } from './stops.ts';

interface Props {
  readonly stops: readonly Stop[];
  readonly at: number;
  readonly onGo: (index: number) => void;
}

/** Rows that are made at once; a longer list grows when it is read further. */
const STEP = 200;
const WIDE = '(min-width: 68rem)';

/** Every stop in a line, folded away where there is no room beside the redline. */
export function ChangeList({ stops, at, onGo }: Props) {
  const [length, setLength] = useState(STEP);
  const [open, setOpen] = useState(() => matchMedia(WIDE).matches);
  const list = useRef<HTMLOListElement>(null);
  const named = useMemo(() => new Set(stops.map((stop) => stop.author)).size > 1, [stops]);
  const shown = Math.min(stops.length, Math.max(length, at + 20));
  useEffect(() => {
    const row = list.current?.children[at];
    if (row !== undefined) keepInPanel(row);
  }, [at]);
  return (
    <details className="changes" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>List of changes</summary>
      <ol ref={list}>
        {stops.slice(0, shown).map((stop, index) => (
          <Row
            key={stop.elements[0]?.dataset.change ?? index}
            stop={stop}
            index={index}
            named={named}
            current={index === at}
            onGo={onGo}
          />
        ))}
      </ol>
      {shown < stops.length && (
        <button type="button" onClick={() => setLength(shown + STEP)}>
          Show {Math.min(STEP, stops.length - shown)} more of {(stops.length - shown).toLocaleString('en')}
        </button>
      )}
    </details>
  );
}

/** Scrolls the panel, and nothing but the panel, until the row is in it. */
function keepInPanel(row: Element): void {
  const panel = row.closest('.panel');
  if (panel === null || panel.scrollHeight <= panel.clientHeight) return;
  const [inner, outer] = [row.getBoundingClientRect(), panel.getBoundingClientRect()];
  if (inner.top < outer.top || inner.bottom > outer.bottom)
    panel.scrollTop += inner.top - outer.top - outer.height / 3;
}

interface RowProps {
  readonly stop: Stop;
  readonly index: number;
  /** Says whose change it is; needless where all are one person's. */
  readonly named: boolean;
  readonly current: boolean;
  readonly onGo: (index: number) => void;
}

const KIND_WORDS = {
  replaced: 'Replaced',
  inserted: 'Inserted',
  deleted: 'Deleted',
  moved: 'Moved',
  formatted: 'Formatted',
};

const Row = memo(function Row({ stop, index, named, current, onGo }: RowProps) {
  const { kind, place, removed, added, before, after } = stop;
  return (
    <li>
      <button
        type="button"
        className="change"
        aria-current={current || undefined}
        onClick={() => onGo(index)}
      >
        <span className="change-head">
          <span className={`change-kind kind-${kind}`}>
            {named && stop.author !== '' ? `${KIND_WORDS[kind]} · ${stop.author}` : KIND_WORDS[kind]}
          </span>
          {place !== '' && <span className="change-place">{place}</span>}
        </span>
        <span className="change-text">
          {before}
          {removed !== '' && <span className="as-del">{removed}</span>}
          {removed !== '' && added !== '' && ' '}
          {added !== '' && (
            <span className={kind === 'moved' ? 'as-move' : kind === 'formatted' ? '' : 'as-ins'}>
              {added}
            </span>
          )}
          {after}
        </span>
      </button>
    </li>
  );
});
