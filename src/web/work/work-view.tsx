import { listBatches } from '../../client/index.ts';
import { service } from '../api.ts';
import { Notice } from '../documents/notice.tsx';
import { Pages } from '../documents/pages.tsx';
import { useArrival } from '../focus.ts';
import { Frame } from '../frame.tsx';
import { usePageTokens } from '../page-tokens.ts';
import { useTitle } from '../title.ts';
import { BatchCard } from './batch-card.tsx';
import { usePolled } from './use-polled.ts';

const PAGE_SIZE = 20;
/** How often it is looked for batches that others of this person began. */
const NEW_MS = 5000;
const FOOT = 'Work goes on when this page is closed. It is listed here until its results expire.';

/** What the service is at, and what it did: with progress, to be cancelled and begun again. */
export function WorkView() {
  useTitle('Work · Redline');
  const heading = useArrival<HTMLHeadingElement>();
  const { tokens, turn } = usePageTokens();
  const pageToken = tokens.at(-1);
  const page = usePolled(
    `work ${pageToken}`,
    (signal) => listBatches(service, { pageSize: PAGE_SIZE, ...(pageToken && { pageToken }) }, signal),
    () => NEW_MS,
  );
  const { value, problem, again } = page;
  return (
    <Frame place="work" foot={FOOT} wide>
      <h1 ref={heading} tabIndex={-1}>
        Work
      </h1>
      {problem && <Notice problem={problem} onAgain={again} />}
      {value && value.batches.length === 0 && tokens.length === 0 && <Nothing />}
      {value && (
        <>
          {value.batches.map((entry) => (
            <BatchCard key={entry.id} entry={entry} onChanged={again} />
          ))}
          <Pages
            noun="Batches"
            first={tokens.length * PAGE_SIZE + 1}
            count={value.batches.length}
            next={value.nextPageToken}
            onTurn={turn}
          />
        </>
      )}
    </Frame>
  );
}

function Nothing() {
  return (
    <div className="nothing">
      <p className="nothing-title">Nothing is at work</p>
      <p>
        Batches of many pairs are listed here: <code>redline batch FOLDER --server …</code> begins one, and so
        does <a href="/docs">the API</a>.
      </p>
    </div>
  );
}
