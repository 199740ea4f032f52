import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import { type Change, compare } from '../../src/redline/index.ts';
import { decodeText } from '../../src/redline/ooxml/index.ts';
import { type Base, corpusBases, SMALL } from './bases.ts';
import { changesIn, decide, settledStories, storiesOf } from './decisions.ts';
import { changeSteps, mutate, type Step } from './mutate.ts';
import { recipes } from './run.ts';

const SEED = 20260402;
const MOST_BYTES = 60_000;
const DATE = '2024-05-01T00:00:00Z';

const saidBy = (changes: readonly Change[], author: string): number =>
  changes.filter((c) => c.author === author).length;

test.each<[string, readonly Base[], number]>([
  ['small documents of our own', SMALL, 120],
  ['documents of the corpus', corpusBases(MOST_BYTES), 20],
])('redlines of one document, compared, keep what their author marked: %s', (_, bases, numRuns) => {
  if (bases.length === 0) return;
  const kept = { whole: 0, before: 0, after: 0 };
  const law = fc.property(recipes(bases), changeSteps, (recipe, other) => {
    const base = bases.find((b) => b.name === recipe.base)?.data ?? new Uint8Array();
    const theirs = { author: 'Them', date: DATE };
    const marked = (steps: Step[]): Uint8Array =>
      compare(base, mutate(base, steps), theirs, nodeCodec).redline;
    const [a, b] = [marked([...recipe.modified]), marked([...recipe.modified, ...other])];
    const options = { author: 'Us', date: DATE, tracked: 'preserve' } as const;
    const { redline, report } = compare(a, b, options, nodeCodec);
    expect(report.verification.exact).toBe(true);
    expect(Buffer.compare(redline, compare(a, b, options, nodeCodec).redline), 'the same bytes twice').toBe(
      0,
    );
    if (report.identical) return;
    const changes = changesIn(redline);
    kept.before += saidBy(changesIn(a), 'Them');
    kept.after += saidBy(changes, 'Them');
    if (report.notCompared.length > 0) return;
    // Nothing was given up: without ours, and with theirs rejected as well, the original is what it was.
    const ours = decide(redline, [{ verdict: 'reject', changes: { authors: ['Us'] } }]).document;
    const words = (stories: Record<string, string>): string =>
      decodeText(
        Object.values(stories)
          .join('')
          .replace(/<\?[^>]*\?>\s*|<[^>]*>/g, ''),
      );
    expect(words(settledStories(ours, 'reject'))).toBe(words(settledStories(a, 'reject')));
    expect(words(storiesOf(decide(redline, [{ verdict: 'accept', changes: {} }]).document))).toBe(
      words(settledStories(b, 'accept')),
    );
    kept.whole++;
  });
  fc.assert(law, { seed: SEED, numRuns });
  expect(kept.whole).toBeGreaterThan(0);
  expect(kept.after / kept.before, 'share of earlier changes that stay').toBeGreaterThan(0.8);
  console.log(kept);
});
