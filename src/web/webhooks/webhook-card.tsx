import { useId, useState } from 'react';
import {
  changeWebhook,
  getWebhook,
  replayWebhook,
  testWebhook,
  type Webhook,
  type WebhookChange,
  type WebhookState,
} from '../../client/index.ts';
import { useAnswer } from '../answer.ts';
import { service } from '../api.ts';
import { secondOf } from '../audit/words.ts';
import { Notice } from '../documents/notice.tsx';
import { useChange } from '../documents/use-change.ts';
import { Deliveries } from './deliveries.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { RotateDialog } from './rotate-dialog.tsx';
import { eventWords, nameOf, stateWords, testWords } from './words.ts';

interface Props {
  readonly entry: Webhook;
  /** It was removed, or is not what the list says any more. */
  readonly onChanged: () => void;
}

/** One webhook: how its deliveries are, and what can be done with it. */
export function WebhookCard({ entry, onChanged }: Props) {
  const heading = useId();
  const [round, setRound] = useState(0);
  const [said, setSaid] = useState('');
  const [opened, setOpened] = useState<'rotate' | 'remove' | null>(null);
  const answer = useAnswer(`webhook ${entry.id}`, (signal) => getWebhook(service, entry.id, signal));
  const more = (words: string): void => {
    setSaid(words);
    setRound((old) => old + 1);
    answer.again();
  };
  const { change, problem, busy, clear } = useChange<string>(more);
  const now = answer.value ?? entry;
  const name = nameOf(now);
  const test = (): void => change(async () => testWords(await testWebhook(service, entry.id)));
  const replay = (wanted: { delivery: string } | { since: string }): void =>
    change(async () => replayWords(await replayWebhook(service, entry.id, wanted)));
  const set = (asked: WebhookChange): void =>
    change(async () => `${stateWords(await changeWebhook(service, entry.id, asked))}.`);
  const trouble = problem ?? answer.problem;
  return (
    <section className="work webhook" aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{name}</h2>
        <p className="work-facts">{stateWords(now)}</p>
      </header>
      <p className="work-facts">
        {now.description !== '' && (
          <>
            <code>{now.url}</code> ·{' '}
          </>
        )}
        told of <span title={now.events.join(', ')}>{eventWords(now)}</span>
      </p>
      {answer.value && <Counts webhook={answer.value} />}
      {trouble && <Notice problem={trouble} onAgain={problem ? clear : answer.again} />}
      <p className="webhook-said" role="status">
        {busy ? 'Asking …' : said}
      </p>
      <div className="work-actions">
        <button type="button" disabled={busy} onClick={test}>
          Send a test<span className="unseen"> to {name}</span>
        </button>
        {(answer.value?.failed ?? 0) > 0 && now.state === 'enabled' && (
          <button type="button" disabled={busy} onClick={() => replay({ since: entry.createdAt })}>
            Deliver again what was given up<span className="unseen"> at {name}</span>
          </button>
        )}
        <button type="button" onClick={() => setOpened('rotate')} aria-haspopup="dialog">
          New secret<span className="unseen"> for {name}</span>
        </button>
        <StateButtons webhook={now} name={name} busy={busy} onSet={set} />
        <button type="button" onClick={() => setOpened('remove')} aria-haspopup="dialog">
          Remove<span className="unseen"> {name}</span>
        </button>
      </div>
      <Log
        id={entry.id}
        name={name}
        round={round}
        busy={busy}
        onReplay={(delivery) => replay({ delivery })}
      />
      {opened === 'rotate' && (
        <RotateDialog webhook={now} onClose={() => setOpened(null)} onRotated={answer.again} />
      )}
      {opened === 'remove' && (
        <RemoveDialog webhook={now} onClose={() => setOpened(null)} onRemoved={onChanged} />
      )}
    </section>
  );
}

function Counts({ webhook }: { webhook: WebhookState }) {
  const { waiting, failed, lastSuccessAt, failingSince, keys } = webhook;
  const facts = [
    `${waiting.toLocaleString('en')} waiting`,
    failed > 0 && `${failed.toLocaleString('en')} given up`,
    lastSuccessAt !== null && `last delivered ${secondOf(lastSuccessAt)}`,
    failingSince !== null && `failing since ${secondOf(failingSince)}`,
    ...keys.map(({ expiresAt }) => expiresAt !== null && `an old key signs until ${secondOf(expiresAt)}`),
  ];
  return <p className="work-counts">{facts.filter((fact) => fact !== false).join(' · ')}</p>;
}

interface StateProps {
  readonly webhook: Webhook;
  readonly name: string;
  readonly busy: boolean;
  readonly onSet: (change: WebhookChange) => void;
}

function StateButtons({ webhook, name, busy, onSet }: StateProps) {
  if (webhook.state === 'enabled') {
    return (
      <button type="button" disabled={busy} onClick={() => onSet({ state: 'disabled' })}>
        Disable<span className="unseen"> {name}</span>
      </button>
    );
  }
  return (
    <>
      <button type="button" disabled={busy} onClick={() => onSet({ state: 'enabled', backlog: 'deliver' })}>
        Enable, with what it missed<span className="unseen">: {name}</span>
      </button>
      <button type="button" disabled={busy} onClick={() => onSet({ state: 'enabled', backlog: 'skip' })}>
        Enable from now on<span className="unseen">: {name}</span>
      </button>
    </>
  );
}

/** Asks for what was tried only where somebody wants to see it. */
function Log(props: Parameters<typeof Deliveries>[0]) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Deliveries<span className="unseen"> to {props.name}</span>
      </summary>
      {isOpen && <Deliveries {...props} />}
    </details>
  );
}

function replayWords(count: number): string {
  if (count === 0) return 'Nothing was given up.';
  return count === 1 ? 'It is delivered again.' : `${count.toLocaleString('en')} are delivered again.`;
}
