import { type ReactNode, useEffect, useId, useRef } from 'react';
import type { ShownEvent } from '../../client/index.ts';
import { Prove } from './prove.tsx';
import type { EventQuery } from './query.ts';
import { Actor, OutcomeMark } from './table.tsx';
import { secondOf, typeName } from './words.ts';

interface Props {
  readonly event: ShownEvent;
  /** What the type says. */
  readonly title: string | undefined;
  readonly onFilter: (query: EventQuery) => void;
  readonly onClose: () => void;
}

/** What of an event others can be found by. */
type Findable = 'actor' | 'credential' | 'address' | 'requestId' | 'object' | 'document';
const FOUND_BY: readonly (readonly [name: Findable, label: string])[] = [
  ['object', 'Done to'],
  ['document', 'Document'],
  ['credential', 'Session or key'],
  ['address', 'IP address'],
  ['requestId', 'Request'],
];

/** Everything that is known of one event, and its proof. The browser keeps the focus in it, and Escape closes it. */
export function EventDialog({ event, title, onFilter, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const found = (name: Findable, label: string) => {
    // Of whoever was erased there is nothing but that it was sealed.
    const value = name === 'address' ? (event.openedAddress ?? event.address) : event[name];
    if (value === null) return null;
    return (
      <Fact key={name} label={label}>
        <code>{value}</code>
        <button type="button" className="quiet" onClick={() => onFilter({ [name]: value })}>
          Find<span className="unseen"> others by this {label}</span>
        </button>
      </Fact>
    );
  };
  const { sequence, at, type, outcome, reason, version, commit, details, tenant } = event;
  return (
    <dialog ref={dialog} className="share event" aria-labelledby={heading} onClose={onClose}>
      <div className="share-head">
        <h2 id={heading}>
          {typeName(type)} <span className="event-number">event {sequence}</span>
        </h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      {title !== undefined && <p>{title.replaceAll('`', '')}</p>}
      <dl className="event-facts">
        <Fact label="When">
          {secondOf(at)} <code>{at}</code>
        </Fact>
        <Fact label="Outcome">
          <OutcomeMark outcome={outcome} />
        </Fact>
        {reason !== null && <Fact label="Reason">{reason}</Fact>}
        <Fact label="Who">
          <Actor event={event} whole />
          <button type="button" className="quiet" onClick={() => onFilter({ actor: event.actor })}>
            Find<span className="unseen"> others by this actor</span>
          </button>
        </Fact>
        {FOUND_BY.map(([name, label]) => found(name, label))}
        {version !== null && <Fact label="Version">{version}</Fact>}
        {commit !== null && <Fact label="Commit">{commit}</Fact>}
        {details !== null && (
          <Fact label="Details">
            <code>{details}</code>
          </Fact>
        )}
        <Fact label="Organisation">{tenant}</Fact>
        <Fact label="Type">
          <code>{type}</code>
        </Fact>
        <Fact label="Hash">
          <code>{event.hash}</code>
        </Fact>
      </dl>
      <Prove event={event} />
    </dialog>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
