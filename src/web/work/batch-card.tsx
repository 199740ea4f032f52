import { useId, useState } from 'react';
import {
  type Batch,
  type BatchEntry,
  cancelBatch,
  getBatch,
  type Problem,
  retryBatch,
} from '../../client/index.ts';
import { service } from '../api.ts';
import { Notice } from '../documents/notice.tsx';
import { momentOf } from '../documents/words.ts';
import { problemOf } from '../problems.ts';
import { usePolled } from './use-polled.ts';
import { canRetry, countWords, isOpen, itemWords, nameOf, stateWords } from './words.ts';

const LOOK_MS = 1000;

interface Props {
  readonly entry: BatchEntry;
  readonly onChanged: () => void;
}

/** One batch: how far it is, each of its pairs, and what can be done with it. */
export function BatchCard({ entry, onChanged }: Props) {
  const id = useId();
  const answer = usePolled(
    // What was begun again elsewhere is followed again.
    `${entry.id} ${isOpen(entry)}`,
    (signal) => getBatch(service, entry.id, signal),
    (batch) => (isOpen(batch ?? entry) ? LOOK_MS : null),
  );
  const batch = answer.value;
  const { doing, problem, act } = useAction((changed) => {
    answer.set(changed);
    onChanged();
  });
  const now = batch ?? entry;
  return (
    <section className="work" aria-labelledby={id}>
      <header>
        <h2 id={id}>{nameOf(now)}</h2>
        <p className="work-facts">
          {stateWords(now.state)} · <time dateTime={now.createdAt}>{momentOf(now.createdAt)}</time>
        </p>
      </header>
      <progress aria-labelledby={id} value={now.percent} max={100} />
      <p className="work-counts" role="status">
        {batch ? countWords(batch) : `${now.percent} %`}
      </p>
      {problem && <Notice problem={problem} onAgain={answer.again} />}
      <div className="work-actions">
        {isOpen(now) && (
          <button type="button" disabled={doing} onClick={() => act(() => cancelBatch(service, now.id))}>
            Cancel<span className="unseen"> {nameOf(now)}</span>
          </button>
        )}
        {canRetry(now) && (
          <button type="button" disabled={doing} onClick={() => act(() => retryBatch(service, now.id))}>
            Try again what failed<span className="unseen"> of {nameOf(now)}</span>
          </button>
        )}
        {!isOpen(now) && <Files id={now.id} />}
      </div>
      {batch && <Items batch={batch} />}
    </section>
  );
}

function Files({ id }: { id: string }) {
  const path = `/v1/batches/${id}`;
  return (
    <a className="button" href={`${path}/archive`} download>
      Download all
    </a>
  );
}

function Items({ batch }: { batch: Batch }) {
  return (
    <details>
      <summary>Pairs</summary>
      <table className="documents">
        <caption className="unseen">Pairs of {nameOf(batch)}</caption>
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
    </details>
  );
}

/** Something that is done with a batch, once at a time. */
function useAction(done: (batch: Batch) => void) {
  const [doing, setDoing] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const act = (action: () => Promise<Batch>): void => {
    setDoing(true);
    action()
      .then(
        (batch) => {
          setProblem(undefined);
          done(batch);
        },
        (error: unknown) => setProblem(problemOf(error)),
      )
      .finally(() => setDoing(false));
  };
  return { doing, problem, act };
}
