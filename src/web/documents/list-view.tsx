import { useState } from 'react';
import {
  type DocumentEntry,
  type DocumentPage,
  listDocuments,
  type Problem,
  restoreDocument,
} from '../../client/index.ts';
import { useAnswer } from '../answer.ts';
import { service } from '../api.ts';
import { useArrival } from '../focus.ts';
import { Frame } from '../frame.tsx';
import { usePageTokens } from '../page-tokens.ts';
import { problemOf } from '../problems.ts';
import { go, useAddress } from '../route.tsx';
import { useTitle } from '../title.ts';
import { DropAnywhere } from '../uploads/drop.tsx';
import { FileButton } from '../uploads/file-button.tsx';
import { uploads } from '../uploads/uploads.ts';
import { useMade } from '../uploads/use-made.ts';
import { Filters } from './filters.tsx';
import { Notice } from './notice.tsx';
import { Pages } from './pages.tsx';
import { addressOf, isFiltered, type ListQuery, queryOf } from './query.ts';
import { DocumentTable } from './table.tsx';

const PAGE_SIZE = 50;
const PRIVATE = 'Your documents stay on this computer, encrypted, with every version of them.';

/** Every document that is kept: found by name, kind and label, a page at a time. */
export function ListView() {
  useTitle('Documents · Redline');
  const heading = useArrival<HTMLHeadingElement>();
  const [, search = ''] = useAddress().split('?');
  const query = queryOf(search);
  const { tokens, turn } = usePageTokens();
  const pageToken = tokens.at(-1);
  const page = useAnswer(`${search} ${pageToken}`, (signal) =>
    listDocuments(service, { ...query, pageSize: PAGE_SIZE, ...(pageToken && { pageToken }) }, signal),
  );
  const { restore, problem } = useRestore(page.again);
  useMade(page.again);
  const change = (next: ListQuery): void => go(addressOf(next), { replace: true });
  const wrong = problem ?? page.problem;
  return (
    <Frame place="documents" foot={PRIVATE} wide>
      <DropAnywhere invitation="Drop to keep as new documents" onFiles={(files) => uploads.add(files)} />
      <div className="list-head">
        <h1 ref={heading} tabIndex={-1}>
          Documents
        </h1>
        <FileButton multiple className="primary" onFiles={(files) => uploads.add(files)}>
          Upload
        </FileButton>
      </div>
      <Filters query={query} onChange={change} />
      {wrong && <Notice problem={wrong} onAgain={page.again} />}
      {page.value && (
        <Listed page={page.value} query={query} busy={page.loading} onQuery={change} onRestore={restore} />
      )}
      {page.value && (
        <Pages
          noun="Documents"
          first={tokens.length * PAGE_SIZE + 1}
          count={page.value.documents.length}
          next={page.value.nextPageToken}
          onTurn={turn}
        />
      )}
    </Frame>
  );
}

interface ListedProps {
  readonly page: DocumentPage;
  readonly query: ListQuery;
  readonly busy: boolean;
  readonly onQuery: (query: ListQuery) => void;
  readonly onRestore: (document: DocumentEntry) => void;
}

function Listed({ page, query, busy, onQuery, onRestore }: ListedProps) {
  if (page.documents.length > 0)
    return (
      <DocumentTable
        documents={page.documents}
        query={query}
        busy={busy}
        onQuery={onQuery}
        onRestore={onRestore}
      />
    );
  if (isFiltered(query))
    return (
      <div className="nothing">
        <p>{query.state === 'deleted' ? 'No deleted document fits.' : 'No document fits.'}</p>
        <button type="button" onClick={() => onQuery({})}>
          Show all documents
        </button>
      </div>
    );
  return (
    <div className="nothing">
      <p className="nothing-title">Nothing is kept yet</p>
      <p>
        Drop files anywhere on this page, or choose them: Word, PDF, PNG, JPEG and TIFF, up to 50 MB each.
      </p>
      <FileButton multiple onFiles={(files) => uploads.add(files)}>
        Choose files
      </FileButton>
    </div>
  );
}

function useRestore(done: () => void) {
  const [problem, setProblem] = useState<Problem>();
  const restore = (document: DocumentEntry): void => {
    restoreDocument(service, document).then(
      () => {
        setProblem(undefined);
        done();
      },
      (error: unknown) => setProblem(problemOf(error)),
    );
  };
  return { restore, problem };
}
