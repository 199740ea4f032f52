import { STOP_KINDS, type Stop, type StopKind } from './stops.ts';

interface Props {
  readonly stops: readonly Stop[];
  readonly kinds: ReadonlySet<StopKind>;
  readonly onKinds: (kinds: ReadonlySet<StopKind>) => void;
}

/** How each kind is marked in the text, how many there are, and whether to stop at them: key, counts and filter in one. */
export function KindFilter({ stops, kinds, onKinds }: Props) {
  const present = STOP_KINDS.map((kind) => ({ kind, count: stops.filter((s) => s.kind === kind).length }));
  const toggle = (kind: StopKind): void => {
    const next = new Set(kinds);
    if (!next.delete(kind)) next.add(kind);
    onKinds(next.size === 0 ? new Set(STOP_KINDS) : next);
  };
  return (
    <fieldset className="kinds">
      <legend>How changes are marked</legend>
      {present
        .filter(({ count }) => count > 0)
        .map(({ kind, count }) => (
          <button
            key={kind}
            type="button"
            className="kind"
            aria-pressed={kinds.has(kind)}
            onClick={() => toggle(kind)}
          >
            <span className="kind-name">
              <Marked kind={kind} />
            </span>
            <span className="kind-count">{count.toLocaleString('en')}</span>
          </button>
        ))}
    </fieldset>
  );
}

/** The kind's name, written as that kind is marked. */
function Marked({ kind }: { kind: StopKind }) {
  switch (kind) {
    case 'replaced':
      return (
        <>
          <span className="as-del">Repl</span>
          <span className="as-ins">aced</span>
        </>
      );
    case 'inserted':
      return <span className="as-ins">Inserted</span>;
    case 'deleted':
      return <span className="as-del">Deleted</span>;
    case 'moved':
      return <span className="as-move">Moved ↕</span>;
    case 'formatted':
      return <span className="as-format">Formatted</span>;
  }
}
