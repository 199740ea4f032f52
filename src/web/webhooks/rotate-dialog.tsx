import { type FormEvent, useId, useState } from 'react';
import { type NewWebhook, rotateWebhook, type Webhook } from '../../client/index.ts';
import { service } from '../api.ts';
import { Notice } from '../documents/notice.tsx';
import { useChange } from '../documents/use-change.ts';
import { Dialog } from './dialog.tsx';
import { Secret } from './secret.tsx';
import { nameOf } from './words.ts';

const OVERLAPS = [
  [24, 'for a day'],
  [168, 'for a week'],
  [1, 'for an hour'],
  [0, 'not any more'],
] as const;

interface Props {
  readonly webhook: Webhook;
  readonly onClose: () => void;
  readonly onRotated: () => void;
}

/** Gives a webhook a new secret, and shows it. */
export function RotateDialog({ webhook, onClose, onRotated }: Props) {
  const [hours, setHours] = useState(24);
  const [made, setMade] = useState<NewWebhook>();
  const field = useId();
  const { change, problem, busy, clear } = useChange<NewWebhook>((answered) => {
    setMade(answered);
    onRotated();
  });
  const rotate = (event: FormEvent): void => {
    event.preventDefault();
    change(() => rotateWebhook(service, webhook.id, hours));
  };
  return (
    <Dialog title={`New secret for ${nameOf(webhook)}`} leave={made ? 'Done' : 'Cancel'} onClose={onClose}>
      {() => (
        <>
          {problem && <Notice problem={problem} onAgain={clear} />}
          {made ? (
            <div role="status">
              <p className="hold-hint">Messages are signed with it from now on.</p>
              <Secret made={made} />
            </div>
          ) : (
            <form className="webhook-form" onSubmit={rotate}>
              <label htmlFor={field}>The old one signs beside it</label>
              <select
                id={field}
                className="field-input"
                value={hours}
                onChange={(event) => setHours(Number(event.target.value))}
              >
                {OVERLAPS.map(([value, words]) => (
                  <option key={value} value={value}>
                    {words}
                  </option>
                ))}
              </select>
              <p>Until then a receiver that knows either of the two takes every message.</p>
              <div className="hold-actions">
                <button type="submit" className="primary" disabled={busy}>
                  Make a new secret
                </button>
              </div>
            </form>
          )}
        </>
      )}
    </Dialog>
  );
}
