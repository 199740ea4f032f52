import type { Problem } from '../client/index.ts';
import { useArrival } from './focus.ts';
import { explain, subjectOf } from './problems.ts';

interface Props {
  readonly problem: Problem;
  /** Names of the files, by `original` and `modified`. */
  readonly files: Readonly<Record<string, string>>;
  readonly onAgain: (() => void) | undefined;
  readonly onBack: () => void;
}

/** What went wrong, about which document, and what to do. */
export function Failure({ problem, files, onAgain, onBack }: Props) {
  const heading = useArrival<HTMLHeadingElement>();
  const { title, advice, again } = explain(problem);
  const subject = subjectOf(problem, files);
  return (
    <div className="failure" role="alert">
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {subject !== '' && <p className="failure-subject">{subject}</p>}
      <p className="lede">{advice}</p>
      <div className="actions">
        {again && onAgain && (
          <button type="button" className="primary" onClick={onAgain}>
            Try again
          </button>
        )}
        <button type="button" className={again && onAgain ? '' : 'primary'} onClick={onBack}>
          {again ? 'Back' : 'Choose other documents'}
        </button>
      </div>
      <details>
        <summary>For whoever looks into it</summary>
        <dl>
          <dt>Code</dt>
          <dd>{problem.code}</dd>
          {problem.detail !== '' && (
            <>
              <dt>Message</dt>
              <dd>{problem.detail}</dd>
            </>
          )}
          {problem.requestId !== '' && (
            <>
              <dt>Request</dt>
              <dd>{problem.requestId}</dd>
            </>
          )}
        </dl>
      </details>
    </div>
  );
}
