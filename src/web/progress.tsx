import { useArrival } from './focus.ts';
import type { Work } from './session.ts';

const STEPS = [
  { stage: 'uploading', text: 'Sending the documents' },
  { stage: 'comparing', text: 'Comparing, and proving the result' },
  { stage: 'rendering', text: 'Preparing the page' },
] as const;

/** Where the work stands; a percentage only where there is one. */
export function Progress({ work, onCancel }: { work: Work; onCancel: () => void }) {
  const heading = useArrival<HTMLHeadingElement>();
  const at = STEPS.findIndex((step) => step.stage === work.stage);
  const share = 'share' in work ? Math.round(work.share * 100) : undefined;
  const text = STEPS[at]?.text ?? 'Fetching the documents';
  return (
    <div className="working">
      <h1 ref={heading} tabIndex={-1}>
        Comparing
      </h1>
      <progress aria-label={text} {...(share === undefined ? {} : { value: share, max: 100 })} />
      <ol>
        {STEPS.map((step, index) => (
          <li
            key={step.stage}
            className={index < at ? 'done' : index === at ? 'now' : 'later'}
            aria-current={index === at ? 'step' : undefined}
          >
            {step.text}
            {index === at && share !== undefined && ` · ${share} %`}
            {index < at && <span className="unseen"> (done)</span>}
          </li>
        ))}
      </ol>
      <p className="unseen" role="status">
        {text}
      </p>
      <button type="button" onClick={onCancel}>
        Cancel
      </button>
    </div>
  );
}
