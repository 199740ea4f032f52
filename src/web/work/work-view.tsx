import { useEffect, useRef, useState } from 'react';
import type { Operation } from '../../client/index.ts';
import { Notice } from '../documents/notice.tsx';
import { Pages } from '../documents/pages.tsx';
import { useArrival } from '../focus.ts';
import { Frame } from '../frame.tsx';
import { usePageTokens } from '../page-tokens.ts';
import { Link, useAddress } from '../route.tsx';
import { useTitle } from '../title.ts';
import { BatchCard } from './batch-card.tsx';
import { OperationCard } from './operation-card.tsx';
import { addressOf, SHOWN, type Shown, shownIn, wordsFor } from './query.ts';
import { useWork } from './use-work.ts';
import { isOpen, nameOf, stateWords } from './words.ts';

const FOOT = 'Work goes on when this page is closed. It is listed here until its results expire.';

/** What the service is at for somebody, and what it did: with progress, to be cancelled and begun again. */
export function WorkView() {
  useTitle('Work · Redline');
  const heading = useArrival<HTMLHeadingElement>();
  const [, search = ''] = useAddress().split('?');
  const shown = shownIn(search);
  const { tokens, turn } = usePageTokens();
  const { page, operations, isTold, took, size } = useWork(shown, tokens.at(-1));
  const said = useEnds(operations);
  return (
    <Frame place="work" foot={FOOT} wide>
      <div className="list-head">
        <h1 ref={heading} tabIndex={-1}>
          Work
        </h1>
        <p className="work-told">{isTold ? 'Shown as it happens' : 'Looked at every few seconds'}</p>
      </div>
      <Filter shown={shown} />
      <p className="unseen" role="status">
        {said}
      </p>
      {page.problem && <Notice problem={page.problem} onAgain={page.again} />}
      {operations?.length === 0 && tokens.length === 0 && page.value?.nextPageToken === null && (
        <Nothing shown={shown} />
      )}
      {operations?.map((operation) => {
        const props = { operation, onChanged: took, onAgain: page.again };
        const Shape = operation.kind === 'batch' ? BatchCard : OperationCard;
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

function Filter({ shown }: { readonly shown: Shown }) {
  return (
    <nav className="work-filter" aria-label="Which work">
      {SHOWN.map((one) => (
        <Link key={one} to={addressOf(one)} className="button" current={one === shown ? 'page' : undefined}>
          {wordsFor(one)}
        </Link>
      ))}
    </nav>
  );
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

function Nothing({ shown }: { readonly shown: Shown }) {
  if (shown !== 'all')
    return (
      <div className="nothing">
        <p>
          {{ open: 'Nothing is running.', ended: 'Nothing has ended.', failed: 'Nothing has failed.' }[shown]}
        </p>
        <Link to={addressOf('all')} className="button">
          Show all work
        </Link>
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
