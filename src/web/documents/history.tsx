import { useState } from 'react';
import { type KeptDocument, listVersions, type Version } from '../../client/index.ts';
import { useAnswer } from '../answer.ts';
import { service } from '../api.ts';
import { size } from '../files.ts';
import { Link } from '../route.tsx';
import { Notice } from './notice.tsx';
import { useActor } from './use-actor.ts';
import { dayOf, isWord, kindOf, momentOf, originOf, scanOf } from './words.ts';

interface Props {
  readonly document: KeptDocument;
  /** Missing while somebody else works on it alone. */
  readonly onRestore: ((number: number) => void) | undefined;
  /** A comparison is under way. */
  readonly comparing: boolean;
  /** The earlier one first. */
  readonly onCompare: (original: number, modified: number) => void;
}

/** Versions that are shown at first, and with every asking for older ones. */
const STEP = 50;

/** How the document came to be, the latest first. */
export function History({ document, comparing, onRestore, onCompare }: Props) {
  const { older, ...answer } = useVersions(document);
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const choose = (number: number): void =>
    setChosen((old) =>
      old.includes(number) ? old.filter((one) => one !== number) : [...old, number].slice(-2),
    );
  return (
    <section className="history" aria-labelledby="history">
      <div className="history-head">
        <h2 id="history">Versions</h2>
        {document.versions > 1 && <Comparing chosen={chosen} busy={comparing} onCompare={onCompare} />}
      </div>
      {answer.problem && <Notice problem={answer.problem} onAgain={answer.again} />}
      <ol>
        {answer.versions.map((version) => (
          <Entry
            key={version.number}
            document={document}
            version={version}
            chosen={chosen.includes(version.number)}
            onChoose={() => choose(version.number)}
            onRestore={onRestore && (() => onRestore(version.number))}
            onCompare={onCompare}
          />
        ))}
      </ol>
      {older && (
        <button type="button" onClick={older}>
          Show older versions
        </button>
      )}
    </section>
  );
}

/** Versions never change, so those that were read stay; new ones come on top. */
function useVersions({ id, etag }: KeptDocument) {
  const [pages, setPages] = useState(1);
  const answer = useAnswer(`${id} ${etag} ${pages}`, async (signal) => {
    const versions: Version[] = [];
    let pageToken: string | null = '';
    for (let page = 0; page < pages && pageToken !== null; page++) {
      const query: Parameters<typeof listVersions>[2] =
        pageToken === '' ? { pageSize: STEP } : { pageSize: STEP, pageToken };
      const answered = await listVersions(service, id, query, signal);
      versions.push(...answered.versions);
      pageToken = answered.nextPageToken;
    }
    return { versions, more: pageToken !== null };
  });
  const { value, problem, again } = answer;
  const older = value?.more === true ? () => setPages(pages + 1) : undefined;
  return { versions: value?.versions ?? [], older, problem, again };
}

interface ComparingProps extends Pick<Props, 'onCompare'> {
  readonly chosen: readonly number[];
  readonly busy: boolean;
}

function Comparing({ chosen, busy, onCompare }: ComparingProps) {
  const [original, modified] = chosen.toSorted((a, b) => a - b);
  const both = original !== undefined && modified !== undefined;
  return (
    <div className="comparing">
      <p role="status">
        {busy
          ? 'Comparing, and proving the result …'
          : both
            ? `Version ${original} with version ${modified}`
            : original === undefined
              ? 'Tick two versions to compare them'
              : `Version ${original} with …`}
      </p>
      <button type="button" disabled={!both || busy} onClick={() => both && onCompare(original, modified)}>
        Compare
      </button>
    </div>
  );
}

interface EntryProps extends Pick<Props, 'onCompare'> {
  readonly document: KeptDocument;
  readonly version: Version;
  readonly chosen: boolean;
  readonly onChoose: () => void;
  readonly onRestore: (() => void) | undefined;
}

function Entry({ document, version, chosen, onChoose, onRestore, onCompare }: EntryProps) {
  const { number, createdAt, createdBy, origin, content, links } = version;
  const actorOf = useActor();
  const isCurrent = number === document.current.number;
  const facts = [kindOf(content.type), size(content.size), pagesOf(content.pages), scanOf(version)];
  return (
    <li className={isCurrent ? 'entry current-version' : 'entry'}>
      <h3>
        {document.versions > 1 && isWord(content.type) && (
          <input
            type="checkbox"
            className="choice"
            aria-label={`Compare version ${number}`}
            checked={chosen}
            onChange={onChoose}
          />
        )}
        Version {number}
        {isCurrent && <span className="badge">current</span>}
      </h3>
      <p>
        {originOf(origin)} by {actorOf(createdBy)},{' '}
        <time dateTime={createdAt} title={momentOf(createdAt)}>
          {dayOf(createdAt)}
        </time>
      </p>
      <p className="entry-facts">{facts.filter((fact) => fact !== '').join(' · ')}</p>
      <p className="entry-actions">
        {(isWord(content.type) || /^image\/(png|jpeg)$/.test(content.type)) && (
          <Link to={`/documents/${document.id}/versions/${number}`} label={`View version ${number}`}>
            View
          </Link>
        )}
        <a href={links.content} download aria-label={`Download version ${number}`}>
          Download
        </a>
        {number > 1 && isWord(content.type) && (
          <button type="button" className="quiet" onClick={() => onCompare(number - 1, number)}>
            Compare with version {number - 1}
          </button>
        )}
        {!isCurrent && (
          <button type="button" className="quiet" disabled={onRestore === undefined} onClick={onRestore}>
            Restore<span className="unseen"> version {number}</span>
          </button>
        )}
      </p>
    </li>
  );
}

function pagesOf(pages: number | null): string {
  if (pages === null) return '';
  return pages === 1 ? '1 page' : `${pages.toLocaleString('en')} pages`;
}
