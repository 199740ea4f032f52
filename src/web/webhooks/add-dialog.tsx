import { type FormEvent, useId, useState } from 'react';
import {
  createWebhook,
  listWebhookEvents,
  type NewWebhook,
  type WebhookSigning,
} from '../../client/index.ts';
import { useAnswer } from '../answer.ts';
import { service } from '../api.ts';
import { Notice } from '../documents/notice.tsx';
import { useChange } from '../documents/use-change.ts';
import { Dialog } from './dialog.tsx';
import { Secret } from './secret.tsx';

const SIGNATURES: readonly (readonly [string, readonly WebhookSigning[]])[] = [
  ['HMAC, with a secret that both sides know', ['v1']],
  ['Ed25519, with a public key', ['v1a']],
  ['Both', ['v1', 'v1a']],
];

/** Makes a webhook, and shows its secret. */
export function AddDialog({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const [made, setMade] = useState<NewWebhook>();
  const { change, problem, busy, clear } = useChange<NewWebhook>((answered) => {
    setMade(answered);
    onMade();
  });
  return (
    <Dialog title="Add a webhook" leave={made ? 'Done' : 'Cancel'} onClose={onClose}>
      {() => (
        <>
          {problem && <Notice problem={problem} onAgain={clear} />}
          {made ? (
            <div role="status">
              <p className="hold-hint">It is told of what happens from now on. Send it a test.</p>
              <Secret made={made} />
            </div>
          ) : (
            <Form busy={busy} onAdd={(given) => change(() => createWebhook(service, given))} />
          )}
        </>
      )}
    </Dialog>
  );
}

interface Given {
  readonly url: string;
  readonly description: string;
  readonly events: readonly string[];
  readonly signatures: readonly WebhookSigning[];
}

function Form({ busy, onAdd }: { busy: boolean; onAdd: (given: Given) => void }) {
  const [url, setUrl] = useState('');
  const [description, setDescription] = useState('');
  const [signing, setSigning] = useState(0);
  const [events, setEvents] = useState<readonly string[]>(['*']);
  const [address, hint, what, how] = [useId(), useId(), useId(), useId()];
  const add = (event: FormEvent): void => {
    event.preventDefault();
    onAdd({ url: url.trim(), description, events, signatures: SIGNATURES[signing]?.[1] ?? ['v1'] });
  };
  return (
    <form className="webhook-form" onSubmit={add}>
      <label htmlFor={address}>Address</label>
      <input
        id={address}
        className="field-input"
        type="url"
        aria-describedby={hint}
        placeholder="https://example.com/hooks"
        value={url}
        required
        maxLength={2048}
        autoComplete="off"
        onChange={(event) => setUrl(event.target.value)}
      />
      <p id={hint}>Redirects are not followed, and addresses that are not public are refused.</p>
      <label htmlFor={what}>What it is for</label>
      <input
        id={what}
        className="field-input"
        value={description}
        maxLength={200}
        autoComplete="off"
        onChange={(event) => setDescription(event.target.value)}
      />
      <label htmlFor={how}>Signature</label>
      <select
        id={how}
        className="field-input"
        value={signing}
        onChange={(event) => setSigning(Number(event.target.value))}
      >
        {SIGNATURES.map(([name], index) => (
          <option key={name} value={index}>
            {name}
          </option>
        ))}
      </select>
      <EventChoice chosen={events} onChoose={setEvents} />
      <div className="hold-actions">
        <button type="submit" className="primary" disabled={busy || events.length === 0}>
          Add
        </button>
      </div>
    </form>
  );
}

const TEST = 'webhook.test';

/** Everything, or some types. */
function EventChoice({
  chosen,
  onChoose,
}: {
  readonly chosen: readonly string[];
  readonly onChoose: (events: readonly string[]) => void;
}) {
  const types = useAnswer('webhook events', (signal) => listWebhookEvents(service, signal)).value ?? [];
  const all = chosen.includes('*');
  const toggle = (type: string, isOn: boolean): void =>
    onChoose(isOn ? [...chosen, type] : chosen.filter((one) => one !== type));
  return (
    <fieldset className="webhook-events">
      <legend>What it is told of</legend>
      <label>
        <input type="checkbox" checked={all} onChange={() => onChoose(all ? [] : ['*'])} />
        Everything
      </label>
      {!all && (
        <ul>
          {types
            // Nobody has to ask for it.
            .filter(({ type }) => type !== TEST)
            .map(({ type, title }) => (
              <li key={type}>
                <label title={title}>
                  <input
                    type="checkbox"
                    checked={chosen.includes(type)}
                    onChange={(event) => toggle(type, event.target.checked)}
                  />
                  <code>{type}</code>
                </label>
              </li>
            ))}
        </ul>
      )}
    </fieldset>
  );
}
