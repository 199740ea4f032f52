import { useEffect, useRef, useState } from 'react';
import type { Operation } from '../../client/index.ts';
import { useAccount } from '../account/account.ts';
import { Notice } from '../documents/notice.tsx';
import { Pages } from '../documents/pages.tsx';
import { useArrival } from '../focus.ts';
import { Frame } from '../frame.tsx';
import { usePageTokens } from '../page-tokens.ts';
import { Link, useAddress } from '../route.tsx';
import { useTitle } from '../title.ts';
import { BatchCard } from './batch-card.tsx';
import { OperationCard } from './operation-card.tsx';
import { addressOf, queryIn, SHOWN, type Whose, type WorkQuery, wordsFor } from './query.ts';
import { useNames } from './use-names.ts';
import { useWork } from './use-work.ts';
import { isOpen, nameOf, stateWords } from './words.ts';

const FOOT = 'Work goes on when this page is closed. It is listed here until its results expire.';

/** What the service is at for somebody, and what it did: with progress, to be cancelled and begun again. */
export function WorkView() {
  useTitle('Work · Redline');
  const heading = useArrival<HTMLHeadingElement>();
  const [, search = ''] = useAddress().split('?');
  const mayOversee = useMayOversee();
  const query = queryIn(search, mayOversee);
  const isOwn = query.whose === 'own';
  const nameOfAsker = useNames(!isOwn);
  const { tokens, turn } = usePageTokens();
  const { page, operations, isTold, took, size } = useWork(query, tokens.at(-1));
  const said = useEnds(operations);
  return (
    <Frame place="work" foot={FOOT} wide>
      <div className="list-head">
        <h1 ref={heading} tabIndex={-1}>
          Work
        </h1>
        <p className="work-told">{isTold ? 'Shown as it happens' : 'Looked at every few seconds'}</p>
      </div>
      <Filter query={query} />
      {mayOversee && <Scope query={query} nameOfAsker={nameOfAsker} />}
      <p className="unseen" role="status">
        {said}
      </p>
      {page.problem && <Notice problem={page.problem} onAgain={page.again} />}
      {operations?.length === 0 && tokens.length === 0 && page.value?.nextPageToken === null && (
        <Nothing query={query} />
      )}
      {operations?.map((operation) => {
        const asker = isOwn ? undefined : { id: operation.createdBy, name: nameOfAsker(operation.createdBy) };
        const props = { operation, asker, onChanged: took, onAgain: page.again };
        const Shape = operation.kind === 'batch' && operation.own ? BatchCard : OperationCard;
        return <Shape key={operation.id} {...props} />;
      })}
      {page.value && (
        <Pages
          noun="Work"
          first={tokens.length * size + 1}
          count={page.value.operations.length}
          next={page.value.nextPageToken}
          onTurn={turn}
        />
      )}
    </Frame>
  );
}

function Filter({ query }: { readonly query: WorkQuery }) {
  return (
    <nav className="work-filter" aria-label="Which work">
      {SHOWN.map((shown) => (
        <Link
          key={shown}
          to={addressOf({ ...query, shown })}
          className="button"
          current={shown === query.shown ? 'page' : undefined}
        >
          {wordsFor(shown)}
        </Link>
      ))}
    </nav>
  );
}

interface ScopeProps {
  readonly query: WorkQuery;
  readonly nameOfAsker: (id: string) => string;
}

/** Whose work, for administrators. */
function Scope({ query, nameOfAsker }: ScopeProps) {
  const { whose } = query;
  const rows: readonly (readonly [Whose, string])[] = [
    ['own', 'Mine'],
    ['everybody', 'Everybody’s'],
    ...(typeof whose === 'string' ? [] : [[whose, `Of ${nameOfAsker(whose.id)}`] as const]),
  ];
  return (
    <nav className="work-filter" aria-label="Whose work">
      {rows.map(([one, words]) => (
        <Link
          key={words}
          to={addressOf({ ...query, whose: one })}
          className="button"
          current={one === whose ? 'page' : undefined}
        >
          {words}
        </Link>
      ))}
    </nav>
  );
}

/** Whether others' work is for whoever looks: for administrators, and where nobody signs in. */
function useMayOversee(): boolean {
  const account = useAccount();
  return account.state === 'open' || (account.state === 'signed-in' && account.me.role === 'administrator');
}

/** What a live region says: which of them have just ended, and how. */
function useEnds(operations: readonly Operation[] | undefined): string {
  const open = useRef<ReadonlySet<string>>(new Set());
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (operations === undefined) return;
    const ended = operations.filter((one) => !isOpen(one) && open.current.has(one.id));
    open.current = new Set(operations.filter(isOpen).map(({ id }) => id));
    if (ended.length > 0) setSaid(ended.map((one) => `${nameOf(one)}: ${stateWords(one.state)}`).join('. '));
  }, [operations]);
  return said;
}

function Nothing({ query }: { readonly query: WorkQuery }) {
  const { shown, whose } = query;
  if (shown !== 'all')
    return (
      <div className="nothing">
        <p>
          {{ open: 'Nothing is running.', ended: 'Nothing has ended.', failed: 'Nothing has failed.' }[shown]}
        </p>
        <Link to={addressOf({ ...query, shown: 'all' })} className="button">
          Show all work
        </Link>
      </div>
    );
  if (whose !== 'own')
    return (
      <div className="nothing">
        <p className="nothing-title">Nothing is at work</p>
      </div>
    );
  return (
    <div className="nothing">
      <p className="nothing-title">Nothing is at work</p>
      <p>
        What takes longer is listed here: large comparisons and combinations, and batches of many pairs.{' '}
        <code>redline batch FOLDER --server …</code> begins one, and so does <a href="/docs">the API</a>.
      </p>
    </div>
  );
}
