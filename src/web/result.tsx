import { useMemo, useState } from 'react';
import { ChangeList } from './change-list.tsx';
import { useArrival } from './focus.ts';
import { KindFilter } from './kind-filter.tsx';
import { useNavigation } from './navigation.ts';
import { NotCompared, Proof } from './proof.tsx';
import { Keys, Names, Paper, Steps } from './reading.tsx';
import type { Result } from './session.ts';
import { STOP_KINDS, type StopKind } from './stops.ts';
import { Wordmark } from './wordmark.tsx';
import { changesInWords, wordsInWords } from './words.ts';

/** The redline with everything that helps to read it. */
export function ResultView({ result, onStartOver }: { result: Result; onStartOver: () => void }) {
  const [kinds, setKinds] = useState<ReadonlySet<StopKind>>(new Set(STOP_KINDS));
  const [keys, setKeys] = useState(true);
  const stops = useMemo(() => result.stops.filter((s) => kinds.has(s.kind)), [result, kinds]);
  const navigation = useNavigation(stops, keys);
  return (
    <div className="reading">
      <a className="skip" href="#redline">
        Skip to the redline
      </a>
      <header className="bar">
        <button type="button" className="bar-home" onClick={onStartOver} aria-label="Redline: start over">
          <Wordmark />
        </button>
        <Names names={result.names} />
        <Steps navigation={navigation} total={stops.length} />
        <div className="bar-actions">
          <a className="button primary" href={result.answer.links.redline} download>
            Download<span className="wide-only">&nbsp;.docx</span>
          </a>
          <button type="button" onClick={onStartOver}>
            Start over
          </button>
        </div>
      </header>
      <aside className="panel" aria-label="Summary">
        <Heading result={result} />
        <Proof report={result.answer.report} />
        <NotCompared report={result.answer.report} />
        {result.stops.length > 0 && <KindFilter stops={result.stops} kinds={kinds} onKinds={setKinds} />}
        {result.stops.length > 0 && <ChangeList stops={stops} at={navigation.at} onGo={navigation.go} />}
        {result.stops.length > 0 && <Keys on={keys} onChange={setKeys} />}
      </aside>
      <main id="redline" tabIndex={-1}>
        <Paper article={result.article} navigation={navigation} stops={stops} />
      </main>
    </div>
  );
}

function Heading({ result }: { result: Result }) {
  const heading = useArrival<HTMLHeadingElement>();
  const { report } = result.answer;
  const { inserted, deleted, moved } = report.words;
  const count = result.stops.length;
  const text = report.identical || count > 0 ? changesInWords(count) : 'No visible differences';
  return (
    <div className="verdict">
      <h1 ref={heading} tabIndex={-1}>
        {text}
      </h1>
      {count > 0 ? (
        <p>
          {wordsInWords(inserted)} inserted, {wordsInWords(deleted)} deleted
          {moved > 0 && `, ${wordsInWords(moved)} moved`}
        </p>
      ) : (
        <p>
          {report.identical
            ? 'The two documents say the same, in the same form.'
            : 'What differs cannot be shown in the text; see below.'}
        </p>
      )}
    </div>
  );
}
