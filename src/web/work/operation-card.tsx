import { cancelOperation, type Operation, replayOperation } from '../../client/index.ts';
import { service } from '../api.ts';
import { type Asker, Card } from './card.tsx';
import { useAction } from './use-action.ts';
import { foundWords, isOpen, nameOf, progressWords, resultOf } from './words.ts';

interface Props {
  readonly operation: Operation;
  readonly asker: Asker | undefined;
  readonly onChanged: (operation: Operation) => void;
  readonly onAgain: () => void;
}

/** One operation that is no batch. */
export function OperationCard({ operation, asker, onChanged, onAgain }: Props) {
  const { doing, problem, act } = useAction(onChanged);
  const { id, state, percent, replayable } = operation;
  const result = resultOf(operation);
  const name = nameOf(operation);
  return (
    <Card
      {...{ operation, asker, state, percent, problem, onAgain }}
      line={isOpen(operation) ? progressWords(operation) : foundWords(operation)}
      actions={
        <>
          {result && (
            <a className="button" href={result.to}>
              {result.words}
              <span className="unseen"> of {name}</span>
            </a>
          )}
          {operation.cancellable && (
            <button type="button" disabled={doing} onClick={() => act(() => cancelOperation(service, id))}>
              Cancel<span className="unseen"> {name}</span>
            </button>
          )}
          {replayable && (
            <button type="button" disabled={doing} onClick={() => act(() => replayOperation(service, id))}>
              Try again<span className="unseen"> {name}</span>
            </button>
          )}
        </>
      }
    />
  );
}
