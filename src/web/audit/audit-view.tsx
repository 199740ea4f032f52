import { useState } from 'react';
import {
  type EventPage,
  exportPath,
  listEvents,
  listEventTypes,
  type ShownEvent,
} from '../../client/index.ts';
import { useAnswer } from '../answer.ts';
import { service } from '../api.ts';
import { Notice } from '../documents/notice.tsx';
import { Pages } from '../documents/pages.tsx';
import { useArrival } from '../focus.ts';
import { Frame } from '../frame.tsx';
import { usePageTokens } from '../page-tokens.ts';
import { go, useAddress } from '../route.tsx';
import { useTitle } from '../title.ts';
import { EventDialog } from './event-dialog.tsx';
import { EventFilters } from './filters.tsx';
import { addressOf, type EventQuery, filterOf, isFiltered, queryOf } from './query.ts';
import { EventTable } from './table.tsx';

const PAGE_SIZE = 50;
const FOOT = 'Whoever reads the trail stands in it too.';

/** What happened in the organisation: found by what, who, when and how it ended, a page at a time. */
export function AuditView() {
  useTitle('Audit · Redline');
  const heading = useArrival<HTMLHeadingElement>();
  const [, search = ''] = useAddress().split('?');
  const query = queryOf(search);
  const { tokens, turn } = usePageTokens();
  const pageToken = tokens.at(-1);
  const page = useAnswer(`${search} ${pageToken}`, (signal) =>
    listEvents(service, { ...filterOf(query), pageSize: PAGE_SIZE, ...(pageToken && { pageToken }) }, signal),
  );
  const types = useAnswer('types', (signal) => listEventTypes(service, signal)).value?.types ?? {};
  const [opened, setOpened] = useState<ShownEvent>();
  const change = (next: EventQuery): void => go(addressOf(next), { replace: true });
  const only = (next: EventQuery): void => {
    setOpened(undefined);
    change(next);
  };
  return (
    <Frame place="audit" foot={FOOT} wide>
      <div className="list-head">
        <h1 ref={heading} tabIndex={-1}>
          Audit
        </h1>
        <Exports query={query} />
      </div>
      <EventFilters query={query} types={types} onChange={change} />
      {page.problem && <Notice problem={page.problem} onAgain={page.again} />}
      {page.value && <Reach page={page.value} onAgain={page.again} />}
      {page.value && page.value.events.length > 0 && (
        <EventTable events={page.value.events} busy={page.loading} onOpen={setOpened} />
      )}
      {page.value?.events.length === 0 && (
        <div className="nothing">
          <p>{isFiltered(query) ? 'No event fits.' : 'Nothing has happened yet.'}</p>
          {isFiltered(query) && (
            <button type="button" onClick={() => change({})}>
              Show all events
            </button>
          )}
        </div>
      )}
      {page.value && (
        <Pages
          noun="Events"
          first={tokens.length * PAGE_SIZE + 1}
          count={page.value.events.length}
          next={page.value.nextPageToken}
          onTurn={turn}
        />
      )}
      {opened && (
        <EventDialog
          event={opened}
          title={types[opened.type]?.title}
          onFilter={only}
          onClose={() => setOpened(undefined)}
        />
      )}
    </Frame>
  );
}

/** How far the list is: what happened just now may not be in it. */
function Reach({ page, onAgain }: { readonly page: EventPage; readonly onAgain: () => void }) {
  const { through, waiting } = page.view;
  return (
    <p className="reach">
      {through === 0 ? 'No events yet' : `Up to event ${through.toLocaleString('en')}`}
      {waiting > 0 && `; ${waiting.toLocaleString('en')} more on the way`}.{' '}
      <button type="button" className="quiet" onClick={onAgain}>
        Look again
      </button>
    </p>
  );
}

/** Files of every event that fits, not only of this page. */
function Exports({ query }: { readonly query: EventQuery }) {
  const filter = filterOf(query);
  return (
    <p className="exports">
      <a className="button" href={exportPath(filter, 'csv')} download>
        Export CSV
      </a>
      <a className="button" href={exportPath(filter, 'jsonl')} download>
        Export JSON lines
      </a>
    </p>
  );
}
