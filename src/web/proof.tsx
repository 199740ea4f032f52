import type { Report, StoryOutcome } from '../redline/index.ts';

/** What was proven about the redline, in words that say no more than what was checked. */
interface ProofProps {
  readonly report: Report;
  /** What is shown is a later version of what was proven: changes were decided since. */
  readonly earlier?: boolean;
}

export function Proof({ report, earlier = false }: ProofProps) {
  const { verification, stories, sha256, stages } = report;
  if (!verification.exact)
    return (
      <p className="proof unproven" role="note">
        This redline was not proven exact.
      </p>
    );
  const coarse = stories.filter((s) => s.rung !== 'words' && s.changes > 0);
  const ms = stages.reduce((sum, stage) => sum + stage.ms, 0);
  return (
    <details className="proof">
      <summary>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="m5 12.5 4.5 4.5L19 7.5" />
        </svg>
        {earlier ? 'Proven exact when compared' : 'Proven exact'}
      </summary>
      <p>
        The finished document was read back: with every change rejected it equals your original, with every
        change accepted it equals your modified document. Compared were text, structure and formatting in{' '}
        {verification.stories === 1
          ? 'the only part with text'
          : `all ${verification.stories} parts with text`}
        .{earlier && ' Changes were decided since; the proof is about the redline as it was compared.'}
      </p>
      <Coarse stories={coarse} />
      <dl>
        <dt>Took</dt>
        <dd>{ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`}</dd>
        <dt>SHA-256</dt>
        <dd>
          <code>{sha256.redline}</code>
        </dd>
      </dl>
    </details>
  );
}

const RUNG_WORDS: Readonly<Record<StoryOutcome['rung'], string>> = {
  words: 'word by word',
  'coarse-words': 'by phrases',
  paragraphs: 'by whole paragraphs',
  blocks: 'by whole passages',
  story: 'as a whole',
};

function Coarse({ stories }: { stories: readonly StoryOutcome[] }) {
  if (stories.length === 0) return null;
  return (
    <>
      <p>To stay exact, some parts are marked less finely:</p>
      <ul>
        {stories.map(({ story, rung }) => (
          <li key={story}>
            {story}: {RUNG_WORDS[rung]}
          </li>
        ))}
      </ul>
    </>
  );
}

/** What tracked changes cannot express, never left out in silence. */
export function NotCompared({ report }: { report: Report }) {
  const { notCompared } = report;
  if (notCompared.length === 0) return null;
  return (
    <details className="not-compared">
      <summary>
        {notCompared.length === 1 ? '1 difference' : `${notCompared.length} differences`} outside the tracked
        changes
      </summary>
      <p>Word’s tracked changes cannot express these. The redline keeps what makes both sides exact.</p>
      <ul>
        {notCompared.map(({ part, reason }) => (
          <li key={`${part} ${reason}`}>
            {reason} <code>{part}</code>
          </li>
        ))}
      </ul>
    </details>
  );
}
