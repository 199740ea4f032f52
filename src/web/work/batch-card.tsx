import { useState } from 'react';
import {
  type Batch,
  cancelBatch,
  getBatch,
  getOperation,
  type Operation,
  retryBatch,
} from '../../client/index.ts';
import { service } from '../api.ts';
import { type Asker, Card } from './card.tsx';
import { useAction } from './use-action.ts';
import { usePolled } from './use-polled.ts';
import { canRetry, countWords, isOpen, itemWords, nameOf } from './words.ts';

/** How often pairs are looked at while some of them go on. */
const LOOK_MS = 2000;

interface Props {
  readonly operation: Operation;
  readonly asker: Asker | undefined;
  readonly onChanged: (operation: Operation) => void;
  readonly onAgain: () => void;
}

/** One batch: how far it is, each of its pairs, and what can be done with it. */
export function BatchCard({ operation, asker, onChanged, onAgain }: Props) {
  const { id } = operation;
  const [isOpened, setIsOpened] = useState(false);
  // Of one whose end says how its pairs ended they are asked for when somebody wants to see them.
  const isWanted = isOpen(operation) || isOpened || countsIn(operation) === undefined;
  const answer = usePolled<Batch | undefined>(
    `${isWanted} ${operation.state} ${operation.percent}`,
    async (signal) => (isWanted ? await getBatch(service, id, signal) : undefined),
    (batch) => (isWanted && goesOn(batch ?? operation) ? LOOK_MS : null),
  );
  const batch = answer.value;
  const { doing, problem, act } = useAction(onChanged);
  const change = (asked: Promise<Batch>): Promise<Operation> =>
    asked.then((changed) => {
      answer.set(changed);
      return getOperation(service, id);
    });
  const counts = batch?.counts ?? countsIn(operation);
  const state = stateOf(operation, batch, counts);
  const name = nameOf(operation);
  return (
    <Card
      {...{ operation, asker, state, problem, onAgain }}
      percent={batch?.percent ?? operation.percent}
      line={counts === undefined ? `${operation.percent} %` : countWords(counts)}
      actions={
        <>
          {!isOpen({ state }) && (
            <a className="button" href={`/v1/batches/${id}/archive`} download>
              Download all<span className="unseen"> of {name}</span>
            </a>
          )}
          {isOpen({ state }) && (
            <button
              type="button"
              disabled={doing}
              onClick={() => act(() => change(cancelBatch(service, id)))}
            >
              Cancel<span className="unseen"> {name}</span>
            </button>
          )}
          {canRetry({ state }) && (
            <button type="button" disabled={doing} onClick={() => act(() => change(retryBatch(service, id)))}>
              Try again what failed<span className="unseen"> of {name}</span>
            </button>
          )}
        </>
      }
    >
      <details onToggle={(event) => setIsOpened(event.currentTarget.open)}>
        <summary>Pairs</summary>
        {batch && <Items batch={batch} name={name} />}
      </details>
    </Card>
  );
}

/** Pairs of one that was cancelled may end after it. */
function goesOn(work: Batch | Operation): boolean {
  return isOpen(work) || ('counts' in work && work.counts.queued + work.counts.running > 0);
}

/** How many pairs ended how, as the end of a batch says it. */
function countsIn({ result }: Operation): Batch['counts'] | undefined {
  return (result as { readonly counts?: Batch['counts'] } | null)?.counts;
}

/** The operation knows first that it has ended, the pairs how. */
function stateOf(
  operation: Operation,
  batch: Batch | undefined,
  counts: Batch['counts'] | undefined,
): Batch['state'] {
  if (batch !== undefined && isOpen(batch) === isOpen(operation)) return batch.state;
  const isPartial = operation.state === 'succeeded' && counts !== undefined;
  return isPartial && counts.failed + counts.cancelled > 0 ? 'partial' : operation.state;
}

function Items({ batch, name }: { readonly batch: Batch; readonly name: string }) {
  return (
    <table className="documents">
      <caption className="unseen">Pairs of {name}</caption>
      <thead>
        <tr>
          <th scope="col" className="wide">
            Pair
          </th>
          <th scope="col">Outcome</th>
        </tr>
      </thead>
      <tbody>
        {batch.items.map((item) => (
          <tr key={item.index}>
            <th scope="row">{item.result ? <a href={item.result.redline}>{item.name}</a> : item.name}</th>
            <td>{itemWords(item)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
