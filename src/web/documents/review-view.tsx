import { useEffect, useMemo, useRef, useState } from 'react';
import type { Compared, Verdict } from '../../client/index.ts';
import { service } from '../api.ts';
import { ChangeList } from '../change-list.tsx';
import { useArrival } from '../focus.ts';
import { Frame } from '../frame.tsx';
import { KindFilter } from '../kind-filter.tsx';
import { type Navigation, useNavigation } from '../navigation.ts';
import { NotCompared, Proof } from '../proof.tsx';
import { Keys, Names, Paper, Steps } from '../reading.tsx';
import { Link } from '../route.tsx';
import { STOP_KINDS, type Stop, type StopKind } from '../stops.ts';
import { useTitle } from '../title.ts';
import { uploads } from '../uploads/uploads.ts';
import { Wordmark } from '../wordmark.tsx';
import { changesInWords } from '../words.ts';
import { useAlone } from './alone.ts';
import { Notice } from './notice.tsx';
import { type Reading, type Review, useReview } from './use-review.ts';

interface Props {
  readonly id: string;
  readonly redline: string;
}

/** A redline that is kept: read, accepted and rejected, each decision a commit that can be taken back. */
export function ReviewView({ id, redline }: Props) {
  // Whoever has the document alone has it here too.
  useAlone(id);
  const review = useReview(id, redline);
  const { reading, problem } = review;
  useTitle(`${reading?.redline.name ?? 'Redline'} · Redline`);
  if (reading !== undefined) return <Opened review={review} reading={reading} />;
  return (
    <Frame place="documents" foot="Every version stays as it was." wide>
      <p className="way-back">
        <Link to={`/documents/${id}`}>← The document</Link>
      </p>
      {problem ? (
        <Notice problem={problem} onAgain={review.reload} />
      ) : (
        <progress className="preparing" aria-label="Preparing the redline" />
      )}
    </Frame>
  );
}

interface OpenedProps {
  readonly review: Review;
  readonly reading: Reading;
}

function Opened({ review, reading }: OpenedProps) {
  const [kinds, setKinds] = useState<ReadonlySet<StopKind>>(new Set(STOP_KINDS));
  const [keys, setKeys] = useState(true);
  const { pending } = review;
  const left = useMemo(() => reading.stops.filter((stop) => !pending.has(stop)), [reading, pending]);
  const stops = useMemo(() => left.filter(({ kind }) => kinds.has(kind)), [left, kinds]);
  const navigation = useNavigation(stops, keys);
  const decide = useDeciding(review, stops, navigation, keys);
  usePendingMarks(pending);
  const { document, redline, report } = reading;
  return (
    <div className="reading">
      <a className="skip" href="#redline">
        Skip to the redline
      </a>
      <header className="bar">
        <Link
          to={`/documents/${document.id}`}
          className="button bar-home"
          label={`Redline: back to ${document.name}`}
        >
          <Wordmark />
        </Link>
        <Names names={namesOf(reading)} />
        <Steps navigation={navigation} total={stops.length}>
          <Verdicts disabled={navigation.at < 0} onVerdict={decide} />
        </Steps>
        <div className="bar-actions">
          <a className="button" href={redline.links.content} download>
            Download<span className="wide-only">&nbsp;.docx</span>
          </a>
        </div>
      </header>
      <aside className="panel" aria-label="Summary">
        <Heading left={left.length} review={review} reading={reading} />
        {review.problem && <Notice problem={review.problem} onAgain={review.reload} />}
        <Finish review={review} reading={reading} left={left} shown={stops} />
        {report && <Proof report={report} earlier={redline.version > 1} />}
        {report && <NotCompared report={report} />}
        {left.length > 0 && <KindFilter stops={left} kinds={kinds} onKinds={setKinds} />}
        {left.length > 0 && <ChangeList stops={stops} at={navigation.at} onGo={navigation.go} />}
        {left.length > 0 && (
          <Keys on={keys} onChange={setKeys}>
            , <kbd>a</kbd> accept, <kbd>r</kbd> reject
          </Keys>
        )}
      </aside>
      <main id="redline" tabIndex={-1}>
        <Paper article={reading.article} navigation={navigation} stops={stops} />
      </main>
    </div>
  );
}

function namesOf({ document, redline: { original, modified } }: Reading) {
  if (modified === null) return undefined;
  const isOwn = (side: Compared): boolean => side.document === document.id;
  const whole = (side: Compared): string =>
    isOwn(side) ? `${document.name}, version ${side.version}` : side.name;
  const short = isOwn(original) && isOwn(modified) ? `version ${modified.version}` : whole(modified);
  return { original: whole(original), modified: short };
}

function Verdicts({ disabled, onVerdict }: { disabled: boolean; onVerdict: (verdict: Verdict) => void }) {
  return (
    <span className="verdicts">
      <button type="button" disabled={disabled} onClick={() => onVerdict('accept')} title="Accept (a)">
        Accept<span className="unseen"> this change</span>
      </button>
      <button type="button" disabled={disabled} onClick={() => onVerdict('reject')} title="Reject (r)">
        Reject<span className="unseen"> this change</span>
      </button>
    </span>
  );
}

/** Decides the change that the reader is at, by button or key, and brings the one that follows into view. */
function useDeciding({ decide }: Review, stops: readonly Stop[], { at, go }: Navigation, keys: boolean) {
  const follow = useRef(false);
  const verdict = (given: Verdict): void => {
    const stop = stops[at];
    if (stop === undefined) return;
    follow.current = true;
    decide([stop], given);
  };
  const latest = useRef(verdict);
  latest.current = verdict;
  const seen = useRef(stops);
  useEffect(() => {
    if (seen.current === stops) return;
    seen.current = stops;
    if (!follow.current) return;
    const place = Math.min(at, stops.length - 1);
    // Whoever decides by button stays at the button.
    const button = document.activeElement?.closest<HTMLElement>('.bar button');
    if (place >= 0) go(place);
    button?.focus({ preventScroll: true });
  }, [stops, at, go]);
  useEffect(() => {
    if (!keys) return;
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof HTMLElement && event.target.matches('textarea, select, input')) return;
      if (event.key === 'a') latest.current('accept');
      else if (event.key === 'r') latest.current('reject');
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [keys]);
  return verdict;
}

/** What is decided and under way looks so until it is committed. */
function usePendingMarks(pending: ReadonlySet<Stop>): void {
  useEffect(() => {
    const elements = [...pending].flatMap((stop) => stop.elements);
    for (const element of elements) element.classList.add('decided');
    return () => {
      for (const element of elements) element.classList.remove('decided');
    };
  }, [pending]);
}

function Heading({ left, review, reading }: { left: number } & OpenedProps) {
  const heading = useArrival<HTMLHeadingElement>();
  const { version } = reading.redline;
  const said = left === 0 ? 'No changes left' : `${changesInWords(left)} left`;
  return (
    <div className="verdict">
      <h1 ref={heading} tabIndex={-1}>
        {version === 1 && review.pending.size === 0 ? changesInWords(left) : said}
      </h1>
      <p role="status">
        {review.busy
          ? 'Being committed …'
          : version === 1
            ? 'As it was compared'
            : `Version ${version} of this redline`}
      </p>
    </div>
  );
}

interface FinishProps extends OpenedProps {
  readonly left: readonly Stop[];
  /** Of those left, what the filter shows. */
  readonly shown: readonly Stop[];
}

function Finish({ review, reading, left, shown }: FinishProps) {
  const [kept, setKept] = useState(false);
  const all = shown.length === left.length;
  const of = all ? `all ${left.length}` : `the ${shown.length} shown`;
  const keep = async (): Promise<void> => {
    setKept(true);
    const { document, redline } = reading;
    const blob = await (await service.ask(redline.links.content)).blob();
    const { id, etag } = document;
    uploads.add([new File([blob], document.name)], { id, etag, as: 'version' });
  };
  return (
    <div className="finish">
      {shown.length > 1 && (
        <>
          <button type="button" onClick={() => review.decide(shown, 'accept', all)}>
            Accept {of}
          </button>
          <button type="button" onClick={() => review.decide(shown, 'reject', all)}>
            Reject {of}
          </button>
        </>
      )}
      {review.undo && (
        <button type="button" disabled={review.busy} onClick={review.undo}>
          Undo
        </button>
      )}
      {reading.redline.version > 1 && (
        <button type="button" disabled={review.busy || kept} onClick={() => void keep()}>
          Add to the document as a version
        </button>
      )}
    </div>
  );
}
