import { useState } from 'react';
import {
  copyDocument,
  createRedline,
  deleteDocument,
  describeDocument,
  getDocument,
  type KeptDocument,
  type RedlineEntry,
  restoreDocument,
  restoreVersion,
} from '../../client/index.ts';
import { useAccount } from '../account/account.ts';
import { useAnswer } from '../answer.ts';
import { service } from '../api.ts';
import { size } from '../files.ts';
import { Frame } from '../frame.tsx';
import { go, Link } from '../route.tsx';
import { useTitle } from '../title.ts';
import { DropAnywhere } from '../uploads/drop.tsx';
import { uploads } from '../uploads/uploads.ts';
import { useMade } from '../uploads/use-made.ts';
import { leaseOn } from './alone.ts';
import { useAtWork, Working } from './at-work.tsx';
import { DocumentActions } from './document-actions.tsx';
import { History } from './history.tsx';
import { Keeping } from './keeping.tsx';
import { Labels } from './labels.tsx';
import { Name } from './name.tsx';
import { Notice } from './notice.tsx';
import { Redlines } from './redlines.tsx';
import { ShareDialog } from './share.tsx';
import { useChange } from './use-change.ts';
import { copyNameOf, dayOf, kindOf, momentOf } from './words.ts';

/** One document: what it is called, what can be done with it, and how it came to be. */
export function DocumentView({ id }: { id: string }) {
  const answer = useAnswer(id, (signal) => getDocument(service, id, signal));
  const { value: document, problem } = answer;
  useTitle(`${document?.name ?? 'Document'} · Redline`);
  useMade((made) => {
    if (made.kind === 'document' && made.document.id === id) answer.again();
    if (made.kind === 'redline' && made.redline.document === id) openRedline(made.redline);
  });
  return (
    <Frame place="documents" foot="Every version stays as it was: nothing that you do here loses one." wide>
      <p className="way-back">
        <Link to="/documents">← All documents</Link>
      </p>
      {problem && <Notice problem={problem} onAgain={answer.again} />}
      {document && <Shown document={document} onDocument={answer.set} onReload={answer.again} />}
    </Frame>
  );
}

interface ShownProps {
  readonly document: KeptDocument;
  readonly onDocument: (document: KeptDocument) => void;
  readonly onReload: () => void;
}

function Shown({ document, onDocument, onReload }: ShownProps) {
  const { change, problem, clear } = useChange(onDocument);
  const comparing = useChange<RedlineEntry>(openRedline);
  const reload = (): void => {
    clear();
    comparing.clear();
    onReload();
  };
  const isDeleted = document.state === 'deleted';
  const account = useAccount();
  const [sharing, setSharing] = useState(false);
  const work = useAtWork(document);
  const locked = work.other !== null;
  const known = { ...document, ...leaseOn(document.id) };
  const maySee = account.state === 'signed-in' && ['editor', 'owner'].includes(document.role ?? '');
  return (
    <>
      <Name
        document={document}
        onRename={(name) => change(() => describeDocument(service, known, { name }))}
      />
      <Facts document={document} />
      <Working document={document} work={work} onReload={reload} />
      <Keeping document={document} onChanged={onReload} />
      {problem && <Notice problem={problem} onAgain={reload} />}
      {comparing.problem && <Notice problem={comparing.problem} onAgain={reload} />}
      {isDeleted ? (
        <Deleted onRestore={() => change(() => restoreDocument(service, known))} />
      ) : (
        <>
          <DropAnywhere
            invitation={`Drop to add a version of ${document.name}`}
            onFiles={(files) => uploads.add(files, { id: document.id, etag: document.etag, as: 'version' })}
          />
          <Labels
            labels={document.labels}
            onLabels={(labels) => change(() => describeDocument(service, known, { labels }))}
          />
          <DocumentActions
            document={document}
            locked={locked}
            onCopy={() =>
              change(
                () => copyDocument(service, document.id, { name: copyNameOf(document) }),
                (copy) => go(`/documents/${copy.id}`),
              )
            }
            onDelete={() => change(() => deleteDocument(service, known))}
            onShare={maySee ? () => setSharing(true) : undefined}
          />
          {sharing && (
            <ShareDialog document={document} onClose={() => setSharing(false)} onChanged={onReload} />
          )}
          <History
            key={document.id}
            document={document}
            comparing={comparing.busy}
            onRestore={locked ? undefined : (number) => change(() => restoreVersion(service, known, number))}
            onCompare={(original, modified) =>
              comparing.change(() =>
                createRedline(service, document.id, {
                  original: { version: original },
                  modified: { version: modified },
                }),
              )
            }
          />
          <Redlines document={document} />
        </>
      )}
    </>
  );
}

function openRedline({ document, id }: RedlineEntry): void {
  go(`/documents/${document}/redlines/${id}`);
}

function Facts({ document: { current, versions, updatedAt, state } }: { document: KeptDocument }) {
  return (
    <p className="facts">
      {kindOf(current.content.type)} · {size(current.content.size)} ·{' '}
      {versions === 1 ? '1 version' : `${versions} versions`} · {state === 'deleted' ? 'deleted' : 'changed'}{' '}
      <time dateTime={updatedAt} title={momentOf(updatedAt)}>
        {dayOf(updatedAt)}
      </time>
    </p>
  );
}

function Deleted({ onRestore }: { onRestore: () => void }) {
  return (
    <div className="notice" role="status">
      <p>
        <strong>This document is deleted.</strong> It and its versions are still there.
      </p>
      {/* Whoever deleted it a moment ago stands here. */}
      {/* biome-ignore lint/a11y/noAutofocus: the button that had the focus is gone */}
      <button type="button" autoFocus onClick={onRestore}>
        Undo: restore it
      </button>
    </div>
  );
}
