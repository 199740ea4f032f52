import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { type KeptDocument, releaseHold, setHold } from '../../client/index.ts';
import { service } from '../api.ts';
import { Notice } from './notice.tsx';
import { useChange } from './use-change.ts';

interface Props {
  readonly document: KeptDocument;
  /** Of the hold that there is. */
  readonly reason: string;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

/** Sets a legal hold, gives it another reason, or releases it. The browser keeps the focus in it, and Escape closes it. */
export function HoldDialog({ document, reason: before, onClose, onChanged }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [title, field, hint] = [useId(), useId(), useId()];
  const [reason, setReason] = useState(before);
  useEffect(() => dialog.current?.showModal(), []);
  const { change, problem, clear, busy } = useChange(() => {
    onChanged();
    dialog.current?.close();
  });
  const held = document.retention?.held === true;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change(() => setHold(service, document, reason));
  };
  const again = (): void => {
    clear();
    onChanged();
  };
  return (
    <dialog ref={dialog} className="share" aria-labelledby={title} onClose={onClose}>
      <div className="share-head">
        <h2 id={title}>Legal hold on {document.name}</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Cancel
        </button>
      </div>
      {problem && <Notice problem={problem} onAgain={again} />}
      <p className="hold-hint" id={hint}>
        While it is on hold nobody can delete the document, its versions or its redlines, and no rule does.
        The reason stands in the audit trail: name the matter and no person.
      </p>
      <form className="hold-form" onSubmit={submit}>
        <label htmlFor={field}>Reason</label>
        <input
          id={field}
          className="field-input"
          aria-describedby={hint}
          placeholder="Case 7"
          value={reason}
          required
          pattern=".*\S.*"
          maxLength={500}
          autoComplete="off"
          onChange={(event) => setReason(event.target.value)}
        />
        <div className="hold-actions">
          <button type="submit" className="primary" disabled={busy}>
            {held ? 'Change the reason' : 'Put on hold'}
          </button>
          {held && (
            <button
              type="button"
              disabled={busy}
              onClick={() => change(() => releaseHold(service, document))}
            >
              Release the hold
            </button>
          )}
        </div>
      </form>
    </dialog>
  );
}
