import { useState } from 'react';
import {
  deleteRedline,
  type KeptDocument,
  listRedlines,
  type RedlineEntry,
  restoreRedline,
} from '../../client/index.ts';
import { useAnswer } from '../answer.ts';
import { service } from '../api.ts';
import { Link } from '../route.tsx';
import { Notice } from './notice.tsx';
import { useActor } from './use-actor.ts';
import { useChange } from './use-change.ts';
import { dayOf, momentOf, sidesOf } from './words.ts';

/** The redlines that are kept with a document, the latest first; nothing while there are none. */
export function Redlines({ document }: { document: KeptDocument }) {
  const [pages, setPages] = useState(1);
  const answer = useAnswer(`${document.id} ${document.etag} ${pages}`, async (signal) => {
    const redlines: RedlineEntry[] = [];
    let token: string | null | undefined;
    for (let page = 0; page < pages && token !== null; page++) {
      const answered = await listRedlines(service, document.id, token, signal);
      redlines.push(...answered.redlines);
      token = answered.nextPageToken;
    }
    return { redlines, more: token !== null };
  });
  const [deleted, setDeleted] = useState<RedlineEntry>();
  const { change, problem, clear } = useChange<RedlineEntry>((entry) => {
    setDeleted(entry.state === 'deleted' ? entry : undefined);
    answer.again();
  });
  const { value } = answer;
  const wrong = problem ?? answer.problem;
  if (!wrong && !deleted && (value?.redlines.length ?? 0) === 0) return null;
  const again = (): void => {
    clear();
    answer.again();
  };
  return (
    <section className="redlines" aria-labelledby="redlines">
      <h2 id="redlines">Redlines</h2>
      {wrong && <Notice problem={wrong} onAgain={again} />}
      {deleted && (
        <div className="notice" role="status">
          <p>The redline is deleted.</p>
          {/* biome-ignore lint/a11y/noAutofocus: the button that had the focus is gone */}
          <button type="button" autoFocus onClick={() => change(() => restoreRedline(service, deleted))}>
            Undo
          </button>
        </div>
      )}
      <ul>
        {value?.redlines.map((redline) => (
          <Row
            key={redline.id}
            document={document}
            redline={redline}
            onDelete={() => change(() => deleteRedline(service, redline))}
          />
        ))}
      </ul>
      {value?.more && (
        <button type="button" onClick={() => setPages(pages + 1)}>
          Show older redlines
        </button>
      )}
    </section>
  );
}

interface RowProps {
  readonly document: KeptDocument;
  readonly redline: RedlineEntry;
  readonly onDelete: () => void;
}

function Row({ document, redline, onDelete }: RowProps) {
  const { id, version, createdBy, createdAt } = redline;
  const actorOf = useActor();
  const sides = sidesOf(redline);
  return (
    <li>
      <Link to={`/documents/${document.id}/redlines/${id}`}>{sides}</Link>
      <span>
        {version === 1 ? '' : version === 2 ? 'changed once since, ' : `changed ${version - 1} times since, `}
        compared by {actorOf(createdBy)},{' '}
        <time dateTime={createdAt} title={momentOf(createdAt)}>
          {dayOf(createdAt)}
        </time>{' '}
        <button type="button" className="quiet" onClick={onDelete}>
          Delete<span className="unseen"> the redline of {sides}</span>
        </button>
      </span>
    </li>
  );
}
