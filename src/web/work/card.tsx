import { type ReactNode, useId } from 'react';
import type { Batch, Operation, Problem } from '../../client/index.ts';
import { Notice } from '../documents/notice.tsx';
import { dayOf, momentOf } from '../documents/words.ts';
import { explain } from '../problems.ts';
import { Link } from '../route.tsx';
import { addressOf } from './query.ts';
import { State } from './state.tsx';
import { isOpen, kindWords, nameOf, problemIn } from './words.ts';

/** Who asked for it, where that may be somebody else. */
export interface Asker {
  readonly id: string;
  readonly name: string;
}

interface Props {
  readonly operation: Operation;
  /** As it is to be shown: that of a batch may be more exact than its operation's. */
  readonly state: Batch['state'];
  readonly percent: number;
  readonly line: string;
  /** What could not be done with it. */
  readonly problem: Problem | undefined;
  readonly asker: Asker | undefined;
  readonly onAgain: () => void;
  readonly actions: ReactNode;
  readonly children?: ReactNode;
}

/** One piece of work: what it is about, how far it is, why it failed, and what can be done with it. */
export function Card(props: Props) {
  const { operation, state, percent, line, problem, asker, onAgain, actions, children } = props;
  const id = useId();
  const { error } = operation;
  return (
    <section className="work" aria-labelledby={id}>
      <header>
        <h2 id={id}>{nameOf(operation)}</h2>
        <p className="work-facts">
          {kindWords(operation)} · <State state={state} />
          {asker && (
            <>
              {' · asked by '}
              <Link to={addressOf({ shown: 'all', whose: { id: asker.id } })}>{asker.name}</Link>
            </>
          )}
        </p>
      </header>
      {isOpen({ state }) && <progress aria-labelledby={id} value={percent} max={100} />}
      <p className="work-counts">
        {line}
        {line !== '' && ' · '}
        <Moment operation={operation} />
      </p>
      {state === 'failed' && error !== null && <Why error={error} />}
      {problem && <Notice problem={problem} onAgain={onAgain} />}
      <div className="work-actions">{actions}</div>
      {children}
    </section>
  );
}

function Moment({ operation: { createdAt, startedAt, endedAt } }: { readonly operation: Operation }) {
  const [word, at] =
    endedAt !== null
      ? ['ended', endedAt]
      : startedAt === null
        ? ['asked', createdAt]
        : (['begun', startedAt] as const);
  return (
    <>
      {word}{' '}
      <time dateTime={at} title={momentOf(at)}>
        {dayOf(at)}
      </time>
    </>
  );
}

/** In words for whoever asked; the code for whoever they ask. */
function Why({ error }: { readonly error: NonNullable<Operation['error']> }) {
  const { title, advice } = explain(problemIn(error));
  return (
    <p className="work-why">
      <strong>{title}.</strong> {advice} <code>{error.code}</code>
    </p>
  );
}
