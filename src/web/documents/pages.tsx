interface Props {
  /** What is listed. */
  readonly noun: string;
  /** Number of the first document of the page, from 1. */
  readonly first: number;
  readonly count: number;
  /** Token of the next page. */
  readonly next: string | null;
  /** @param next `null` for the page before */
  readonly onTurn: (next: string | null) => void;
}

export function Pages({ noun, first, count, next, onTurn }: Props) {
  if (count === 0 && first === 1) return null;
  const range = `${first.toLocaleString('en')}–${(first + count - 1).toLocaleString('en')}`;
  return (
    <nav className="pages" aria-label="Pages of the list">
      <p role="status">
        {count === 0 ? 'Nothing more' : `${noun} ${range}`}
        {next === null && first === 1 && ', all of them'}
      </p>
      {(first > 1 || next !== null) && (
        <>
          <button type="button" disabled={first === 1} onClick={() => onTurn(null)}>
            Previous
          </button>
          <button type="button" disabled={next === null} onClick={() => next && onTurn(next)}>
            Next
          </button>
        </>
      )}
    </nav>
  );
}
