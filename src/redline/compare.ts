import { certify, ENGINE_VERSION } from './certificate.ts';
import { type Codec, remembering } from './codec.ts';
import { RedlineError } from './errors.ts';
import { type CompareOptions, compareOptions, type GivenOptions, IGNORABLE } from './options.ts';
import {
  type Comparison,
  type Difference,
  type Report,
  RUNGS,
  type Rung,
  type Stage,
  type Verification,
} from './report.ts';
import { emptyTally, type Region, type Rungs, type Tally, type Written } from './revisions/index.ts';
import { verify } from './verify/index.ts';
import { type Stopwatch, type Task, writeBeside, writeSettled } from './writing.ts';

/**
 * One Word document with native tracked changes (ECMA-376 Part 1 §17.13.5) whose rejection gives
 * `original` and whose acceptance gives `modified`; that this is so is verified on the bytes that
 * are returned.  Equal inputs give the original's bytes.
 *
 * @param given  options; what is left out has its default
 * @throws {RedlineError} when an option or an input cannot be used, a limit is passed, or no rung of the ladder
 *   gives an exact redline.
 */
export function compare(
  original: Uint8Array,
  modified: Uint8Array,
  given: GivenOptions,
  codec: Codec,
): Comparison {
  return compareWith(original, modified, compareOptions(given), remembering(codec));
}

function compareWith(
  original: Uint8Array,
  modified: Uint8Array,
  options: CompareOptions,
  codec: Codec,
): Comparison {
  const clock = stopwatch(codec);
  const task: Task = { original, modified, options, codec, clock };
  let rungs: Rungs = { body: 'words', headers: 'words', notes: 'words' };
  // Where earlier changes do not fit beside ours fewer of them are kept, on the first rung again.
  let keeping: readonly boolean[] = options.tracked === 'preserve' ? [true, false] : [];
  for (;;) {
    let beside: Written | undefined;
    for (; beside === undefined && keeping.length > 0; keeping = keeping.slice(1))
      beside = writeBeside(task, rungs, keeping[0] === true);
    const written = beside ?? writeSettled(task, rungs);
    const redline = written.untouched ? original : written.bytes;
    const verification = verify(
      original,
      modified,
      redline,
      codec,
      options.limits,
      options.ignore,
      options.tracked,
    );
    clock.lap('verify');
    if (verification.exact) {
      const sha256 = {
        original: codec.sha256(original),
        modified: codec.sha256(modified),
        redline: codec.sha256(redline),
      };
      const facts = report(written, verification, options, sha256, clock.stages());
      return { redline, report: { ...facts, certificate: certify(facts, codec) } };
    }
    if (beside === undefined) rungs = lower(rungs, verification);
  }
}

function stopwatch(codec: Codec): Stopwatch {
  const laps = new Map<Stage['name'], number>();
  let last = codec.now();
  return {
    lap: (name) => {
      const now = codec.now();
      laps.set(name, (laps.get(name) ?? 0) + now - last);
      last = now;
    },
    stages: () => Array.from(laps, ([name, ms]) => ({ name, ms })),
  };
}

function regionOf(story: string): Region {
  if (story.startsWith('header') || story.startsWith('footer')) return 'headers';
  return story.startsWith('footnote') || story.startsWith('endnote') ? 'notes' : 'body';
}

/** One rung down for each region with a difference; at the bottom stands the typed refusal. */
function lower(rungs: Rungs, verification: Verification): Rungs {
  const regions = new Set<Region>(verification.differences.map((d) => regionOf(d.story)));
  if (regions.size === 0) for (const region of ['body', 'headers', 'notes'] as const) regions.add(region);
  const next: Record<Region, Rung> = { ...rungs };
  let moved = false;
  for (const region of regions) {
    const below = RUNGS[RUNGS.indexOf(rungs[region]) + 1];
    if (below === undefined) continue;
    next[region] = below;
    moved = true;
  }
  if (!moved) throw notExact(verification);
  return next;
}

function notExact(verification: Verification): RedlineError {
  const first: Difference | undefined = verification.differences[0];
  const why = first
    ? `${first.direction}ing every change does not give back the ${first.level} (${first.aspect}) of ${first.story}`
    : `the package would have a fault: ${verification.faults[0]?.message ?? 'unknown'}`;
  return new RedlineError(
    'redline/not-exact',
    `No redline could be proven exact: ${why}.`,
    first ? { story: first.story } : {},
  );
}

function report(
  written: Written,
  verification: Verification,
  options: CompareOptions,
  sha256: Report['sha256'],
  stages: Stage[],
): Omit<Report, 'certificate'> {
  const tally: Tally = written.untouched ? emptyTally() : written.tally;
  const { wordsInserted, wordsDeleted, wordsMoved, ...counts } = tally;
  return {
    engine: ENGINE_VERSION,
    identical: written.untouched,
    counts,
    words: { inserted: wordsInserted, deleted: wordsDeleted, moved: wordsMoved },
    clauses: written.untouched ? [] : written.clauses,
    stories: written.stories,
    notCompared: written.notCompared,
    ignored: IGNORABLE.filter((aspect) => options.ignore[aspect]).map((aspect) => ({
      aspect,
      differences: written.passedOver.get(aspect) ?? 0,
    })),
    budgets: written.budgets,
    verification,
    options,
    sha256,
    stages,
  };
}
