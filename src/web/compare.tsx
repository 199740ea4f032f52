import { useState } from 'react';
import type { Pair } from './api.ts';
import { Failure } from './failure.tsx';
import { Frame } from './frame.tsx';
import { type Choice, Home } from './home.tsx';
import { Progress } from './progress.tsx';
import { ResultView } from './result.tsx';
import { useSession, type View } from './session.ts';
import { useTitle } from './title.ts';
import { changesInWords } from './words.ts';

const NOTHING: Choice = { original: undefined, modified: undefined, author: '' };

/** The page of one comparison: choose, wait, read. What was chosen stays until a comparison is done, so that a failure costs nothing. */
export function Compare() {
  const { view, compare, sample, cancel } = useSession();
  const [choice, setChoice] = useState<Choice>(NOTHING);
  const pair = pairOf(choice);
  useTitle(titleOf(view));

  if (view.name === 'result')
    return (
      <ResultView
        key={view.result.answer.id}
        result={view.result}
        onStartOver={() => {
          setChoice(NOTHING);
          cancel();
        }}
      />
    );
  return (
    <Frame
      place="compare"
      foot="Your documents stay on this computer. A result can be fetched for one hour and is then removed."
    >
      {view.name === 'home' && (
        <Home
          choice={choice}
          onChoice={setChoice}
          onCompare={() => pair && compare(pair, choice.author.trim())}
          onSample={sample}
        />
      )}
      {view.name === 'working' && <Progress work={view.work} onCancel={cancel} />}
      {view.name === 'failed' && (
        <Failure
          problem={view.problem}
          files={pair ? { original: pair.original.name, modified: pair.modified.name } : {}}
          onAgain={pair ? () => compare(pair, choice.author.trim()) : undefined}
          onBack={cancel}
        />
      )}
    </Frame>
  );
}

function pairOf({ original, modified }: Choice): Pair | undefined {
  return original && modified ? { original, modified } : undefined;
}

function titleOf(view: View): string {
  switch (view.name) {
    case 'home':
      return 'Redline: compare two Word documents';
    case 'working':
      return 'Comparing … · Redline';
    case 'failed':
      return 'Not compared · Redline';
    case 'result':
      return `${changesInWords(view.result.stops.length)} · Redline`;
  }
}
