import { type DragEvent, type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { DropZone } from './drop-zone.tsx';
import { refusal } from './files.ts';
import { useArrival } from './focus.ts';

export interface Choice {
  readonly original: File | undefined;
  readonly modified: File | undefined;
  readonly author: string;
}

interface Props {
  readonly choice: Choice;
  readonly onChoice: (choice: Choice) => void;
  readonly onCompare: () => void;
  readonly onSample: () => void;
}

export function Home({ choice, onChoice, onCompare, onSample }: Props) {
  const heading = useArrival<HTMLHeadingElement>();
  const [asked, setAsked] = useState(false);
  const { original, modified } = choice;
  const problem = problemOf(choice);
  useWholePageDrop(choice, onChoice);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAsked(true);
    if (problem === '') onCompare();
  };
  return (
    <form className="home" onSubmit={submit}>
      <h1 ref={heading} tabIndex={-1}>
        Compare two contracts, <del aria-hidden="true">more or less</del> <ins>exactly</ins>
      </h1>
      <p className="lede">
        You get one Word document with native tracked changes. Reject them all and it is the original; accept
        them all and it is the modified version. Both are checked before you see it.
      </p>
      <div className="zones">
        <DropZone
          label="Original"
          hint="the earlier version"
          file={original}
          onFile={(file) => onChoice({ ...choice, original: file })}
        />
        <button
          type="button"
          className="swap"
          onClick={() => onChoice({ ...choice, original: modified, modified: original })}
          disabled={!original && !modified}
          aria-label="Swap original and modified"
        >
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M4 9h14m-4-4 4 4-4 4M20 16H6m4-4-4 4 4 4" />
          </svg>
        </button>
        <DropZone
          label="Modified"
          hint="the later version"
          file={modified}
          onFile={(file) => onChoice({ ...choice, modified: file })}
        />
      </div>
      <AuthorField author={choice.author} onAuthor={(author) => onChoice({ ...choice, author })} />
      <div className="actions">
        <button type="submit" className="primary">
          Compare
        </button>
        <button type="button" onClick={onSample}>
          Try the sample
        </button>
        <p className="hint" role="status">
          {asked && problem}
        </p>
      </div>
    </form>
  );
}

function AuthorField({ author, onAuthor }: { author: string; onAuthor: (author: string) => void }) {
  const id = useId();
  return (
    <details className="options">
      <summary>Options</summary>
      <div className="field">
        <label className="field-label" htmlFor={id}>
          Author of the changes
        </label>
        <input
          id={id}
          className="field-input"
          value={author}
          maxLength={255}
          placeholder="Redline"
          onChange={(e) => onAuthor(e.target.value)}
          autoComplete="name"
        />
        <p>The name that Word shows beside every change.</p>
      </div>
    </details>
  );
}

function problemOf({ original, modified }: Choice): string {
  if (!original && !modified) return 'Choose the two documents first.';
  if (!original) return 'Choose the original first.';
  if (!modified) return 'Choose the modified document first.';
  return refusal(original) || refusal(modified) ? 'One of the files cannot be compared; see above.' : '';
}

/** Files dropped anywhere on the page find their zone: two fill both, one the first that is free. */
function useWholePageDrop(choice: Choice, onChoice: (choice: Choice) => void): void {
  const latest = useRef({ choice, onChoice });
  latest.current = { choice, onChoice };
  useEffect(() => {
    const over = (event: Event): void => event.preventDefault();
    const drop = (event: Event): void => {
      event.preventDefault();
      const [first, second] = [...((event as unknown as DragEvent).dataTransfer?.files ?? [])];
      const { choice: now, onChoice: change } = latest.current;
      if (first && second) change({ ...now, original: first, modified: second });
      else if (first) change(now.original ? { ...now, modified: first } : { ...now, original: first });
    };
    addEventListener('dragover', over);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('drop', drop);
    };
  }, []);
}
