import type { Problem } from '../../client/index.ts';
import { explain } from '../problems.ts';

interface Props {
  readonly problem: Problem;
  /** Asks anew for what is shown. */
  readonly onAgain: () => void;
}

/** What went wrong with something on a page that stays. */
export function Notice({ problem, onAgain }: Props) {
  const { title, advice, again } = explain(problem);
  const stale = problem.status === 412;
  return (
    <div className="notice" role="alert">
      <p>
        <strong>{title}.</strong> {advice}
      </p>
      {(again || stale) && (
        <button type="button" onClick={onAgain}>
          {stale ? 'Reload' : 'Try again'}
        </button>
      )}
    </div>
  );
}
