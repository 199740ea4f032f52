import type { DocumentEntry } from '../../client/index.ts';
import { size } from '../files.ts';
import { Link } from '../route.tsx';
import { type ListQuery, orderOf, sortedBy } from './query.ts';
import { dayOf, kindOf, momentOf } from './words.ts';

interface Props {
  readonly documents: readonly DocumentEntry[];
  readonly query: ListQuery;
  /** Another answer is on its way. */
  readonly busy: boolean;
  readonly onQuery: (query: ListQuery) => void;
  readonly onRestore: (document: DocumentEntry) => void;
}

export function DocumentTable({ documents, query, busy, onQuery, onRestore }: Props) {
  const head = { query, onQuery };
  return (
    <table className="documents" aria-busy={busy}>
      <caption className="unseen">Documents</caption>
      <thead>
        <tr>
          <SortHead by="name" text="Name" {...head} />
          <th scope="col" className="roomy">
            Kind
          </th>
          <th scope="col" className="roomy number">
            Version
          </th>
          <th scope="col" className="roomy number">
            Size
          </th>
          <SortHead by="updatedAt" text="Changed" {...head} />
          <th scope="col" className="roomy">
            Labels
          </th>
        </tr>
      </thead>
      <tbody>
        {documents.map((document) => (
          <Row key={document.id} document={document} {...head} onRestore={onRestore} />
        ))}
      </tbody>
    </table>
  );
}

interface HeadProps {
  readonly by: 'name' | 'updatedAt';
  readonly text: string;
  readonly query: ListQuery;
  readonly onQuery: (query: ListQuery) => void;
}

function SortHead({ by, text, query, onQuery }: HeadProps) {
  const { sort, order } = orderOf(query);
  const current = sort === by ? order : undefined;
  return (
    <th scope="col" aria-sort={current ?? 'none'} className={by === 'name' ? 'wide' : ''}>
      <button type="button" className="sort" onClick={() => onQuery(sortedBy(query, by))}>
        {text}
        <span aria-hidden="true">{current === undefined ? '' : current === 'ascending' ? ' ↑' : ' ↓'}</span>
      </button>
    </th>
  );
}

interface RowProps {
  readonly document: DocumentEntry;
  readonly query: ListQuery;
  readonly onQuery: (query: ListQuery) => void;
  readonly onRestore: (document: DocumentEntry) => void;
}

function Row({ document, query, onQuery, onRestore }: RowProps) {
  const { id, name, labels, state, held, type, versions, updatedAt } = document;
  return (
    <tr>
      <th scope="row">
        <Link to={`/documents/${id}`} className="document-name">
          {name}
        </Link>
        {held && <span className="on-hold">On hold</span>}
        <span className="narrow-facts">
          {kindOf(type)} · version {versions} · {size(document.size)}
        </span>
        {state === 'deleted' && (
          <button type="button" className="quiet" onClick={() => onRestore(document)}>
            Restore<span className="unseen"> {name}</span>
          </button>
        )}
      </th>
      <td className="roomy">{kindOf(type)}</td>
      <td className="roomy number">{versions}</td>
      <td className="roomy number">{size(document.size)}</td>
      <td className="moment">
        <time dateTime={updatedAt} title={momentOf(updatedAt)}>
          {dayOf(updatedAt)}
        </time>
      </td>
      <td className="roomy">
        {labels.map((label) => (
          <button
            key={label}
            type="button"
            className="tag"
            aria-pressed={query.label === label}
            onClick={() => onQuery({ ...query, label: query.label === label ? '' : label })}
          >
            <span className="unseen">Only documents labelled </span>
            {label}
          </button>
        ))}
      </td>
    </tr>
  );
}
