import { useEffect, useId, useRef, useState, useSyncExternalStore } from 'react';
import { size } from '../files.ts';
import { explain } from '../problems.ts';
import { Link } from '../route.tsx';
import { type UploadItem, uploads } from './uploads.ts';

/** What is being uploaded, from any page. It asks for nothing while nothing is. */
export function Tray() {
  const items = useSyncExternalStore(uploads.subscribe, uploads.items);
  const [open, setOpen] = useState(true);
  const id = useId();
  useEffect(() => {
    void uploads.recallUnfinished();
  }, []);
  useGuard(items);
  const heading = headingOf(items);
  return (
    <>
      <p className="unseen" role="status">
        {items.length > 0 && heading}
      </p>
      {items.length > 0 && (
        <section className="tray" aria-label="Uploads">
          <header className="tray-head">
            <h2>{heading}</h2>
            {items.some(({ state }) => state === 'done') && (
              <button type="button" className="quiet" onClick={() => uploads.clear()}>
                Clear
              </button>
            )}
            <button
              type="button"
              className="quiet"
              aria-expanded={open}
              aria-controls={id}
              onClick={() => setOpen(!open)}
            >
              {open ? 'Hide' : 'Show'}
            </button>
          </header>
          <ul id={id} hidden={!open}>
            {items.map((item) => (
              <Row key={item.key} item={item} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

const BUSY = new Set(['queued', 'reading', 'sending', 'waiting', 'keeping']);

function headingOf(items: readonly UploadItem[]): string {
  const count = (test: (item: UploadItem) => boolean): number => items.filter(test).length;
  const busy = count(({ state }) => BUSY.has(state));
  const failed = count(({ state }) => state === 'failed');
  const halted = count(({ state }) => state === 'paused' || state === 'unfinished');
  if (busy > 0) return busy === 1 ? 'Uploading 1 file' : `Uploading ${busy} files`;
  const parts = [
    [count(({ state }) => state === 'done'), 'uploaded'],
    [failed, 'not kept'],
    [halted, 'unfinished'],
  ] as const;
  return parts
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${number} ${word}`)
    .join(', ');
}

/** Asks before the page is left while bytes are on their way. */
function useGuard(items: readonly UploadItem[]): void {
  const busy = items.some(({ state }) => BUSY.has(state));
  useEffect(() => {
    if (!busy) return;
    const ask = (event: Event): void => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [busy]);
}

function Row({ item }: { item: UploadItem }) {
  const { name, state, sent, problem } = item;
  const share = item.size === 0 ? 0 : Math.floor((sent / item.size) * 100);
  return (
    <li className={`upload upload-${state}`}>
      <p className="upload-name">
        <Made item={item} />
      </p>
      {state !== 'done' && state !== 'failed' && (
        <progress value={share} max={100} aria-label={`Upload of ${name}`} />
      )}
      <p className="upload-state">{wordsOf(item, share)}</p>
      {problem && <Refused item={item} />}
      <div className="upload-actions">
        <Actions item={item} />
      </div>
    </li>
  );
}

function Made({ item: { name, made } }: { item: UploadItem }) {
  switch (made?.kind) {
    case 'document':
      return <Link to={`/documents/${made.document.id}`}>{made.document.name}</Link>;
    case 'redline':
      return <Link to={`/documents/${made.redline.document}/redlines/${made.redline.id}`}>{name}</Link>;
    case undefined:
      return name;
  }
}

function Refused({ item: { problem } }: { item: UploadItem }) {
  if (problem === undefined) return null;
  const { title, advice } = explain(problem);
  return (
    <p className="upload-problem" role="alert">
      <strong>{title}.</strong> {advice}
    </p>
  );
}

function wordsOf({ state, size: all, sent, to, made }: UploadItem, share: number): string {
  switch (state) {
    case 'queued':
      return `${size(all)} · waits for its turn`;
    case 'reading':
      return 'Reading the file';
    case 'sending':
      return `${size(sent)} of ${size(all)} · ${share} %`;
    case 'waiting':
      return `${share} % · no connection; it goes on by itself`;
    case 'paused':
      return `${share} % · paused`;
    case 'keeping':
      return to?.as === 'modified' ? 'Sent. It is being compared' : 'Sent. It is being looked at';
    case 'done':
      if (made?.kind !== 'document') return 'Compared; the redline is kept';
      return to === undefined ? 'Kept as a new document' : `Kept as version ${made.document.current.number}`;
    case 'failed':
      return 'Not kept';
    case 'unfinished':
      return `${share} % of ${size(all)} · choose the file again to go on`;
  }
}

function Actions({ item }: { item: UploadItem }) {
  const { key, name, state, problem } = item;
  const again = problem !== undefined && explain(problem).again;
  return (
    <>
      {(state === 'sending' || state === 'waiting') && (
        <Act verb="Pause" name={name} onClick={() => uploads.pause(key)} />
      )}
      {state === 'paused' && <Act verb="Resume" name={name} onClick={() => void uploads.resume(key)} />}
      {state === 'unfinished' && <ChooseAgain item={item} />}
      {state === 'failed' && again && (
        <Act verb="Try again" name={name} onClick={() => void uploads.resume(key)} />
      )}
      {state === 'failed' && problem?.code === 'documents/stale' && (
        <Act verb="Add as the latest version" name={name} onClick={() => void uploads.addAnyway(key)} />
      )}
      {(state === 'done' || state === 'failed') && (
        <Act verb="Dismiss" name={name} onClick={() => uploads.cancel(key)} />
      )}
      {/* What is being kept may be kept already: it is deleted where documents are. */}
      {state !== 'done' && state !== 'failed' && state !== 'keeping' && (
        <Act verb="Cancel" name={name} onClick={() => uploads.cancel(key)} />
      )}
    </>
  );
}

function Act({ verb, name, onClick }: { verb: string; name: string; onClick: () => void }) {
  return (
    <button type="button" className="quiet" onClick={onClick}>
      {verb}
      <span className="unseen"> {name}</span>
    </button>
  );
}

function ChooseAgain({ item: { key, name } }: { item: UploadItem }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className="quiet" onClick={() => input.current?.click()}>
        Choose the file<span className="unseen"> {name} again</span>
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={`The file ${name}`}
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = '';
          if (file) void uploads.resume(key, file);
        }}
      />
    </>
  );
}
