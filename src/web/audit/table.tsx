import type { EventFields, ShownEvent } from '../../client/index.ts';
import { kindOf, OUTCOMES, secondOf, shortId, typeName } from './words.ts';

interface Props {
  readonly events: readonly ShownEvent[];
  /** Another answer is on its way. */
  readonly busy: boolean;
  readonly onOpen: (event: ShownEvent) => void;
}

export function EventTable({ events, busy, onOpen }: Props) {
  return (
    <table className="documents events" aria-busy={busy}>
      <caption className="unseen">Events, the latest first</caption>
      <thead>
        <tr>
          <th scope="col" className="roomy number">
            Number
          </th>
          <th scope="col">What happened</th>
          <th scope="col">Outcome</th>
          <th scope="col" className="roomy">
            Who
          </th>
          <th scope="col" className="roomy">
            Done to
          </th>
          <th scope="col" className="roomy">
            When
          </th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <Row key={event.sequence} event={event} onOpen={onOpen} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ event, onOpen }: { readonly event: ShownEvent } & Pick<Props, 'onOpen'>) {
  const { sequence, at, type, object, reason, outcome } = event;
  return (
    <tr>
      <td className="roomy number">{sequence}</td>
      <th scope="row">
        <button type="button" className="event-name" aria-haspopup="dialog" onClick={() => onOpen(event)}>
          {typeName(type)}
          <span className="unseen">, event {sequence}</span>
        </button>
        <span className="narrow-facts">
          {sequence} · {secondOf(at)} · <Actor event={event} />
        </span>
      </th>
      <td>
        <OutcomeMark outcome={outcome} />
        {outcome !== 'done' && reason !== null && <span className="event-reason">{reason}</span>}
      </td>
      <td className="roomy">
        <Actor event={event} />
      </td>
      <td className="roomy">{object === null ? '–' : <code title={object}>{shortId(object)}</code>}</td>
      <td className="roomy moment">
        <time dateTime={at} title={at}>
          {secondOf(at)}
        </time>
      </td>
    </tr>
  );
}

/** What did it, and its id where that says more. */
export function Actor({ event, whole = false }: { readonly event: EventFields; readonly whole?: boolean }) {
  const { actorKind, actor } = event;
  if (actorKind === actor) return <>{kindOf(event)}</>;
  return (
    <>
      {kindOf(event)} <code title={actor}>{whole ? actor : shortId(actor)}</code>
    </>
  );
}

/** Told by sign and word; the colour only helps. */
export function OutcomeMark({ outcome }: Pick<EventFields, 'outcome'>) {
  const { sign, word } = OUTCOMES[outcome] ?? { sign: '?', word: outcome };
  return (
    <span className={`outcome outcome-${outcome}`}>
      <span aria-hidden="true">{sign}</span> {word}
    </span>
  );
}
