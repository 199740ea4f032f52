import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import {
  applyEdits,
  compare,
  compareOptions,
  DEFAULT_LIMITS,
  RedlineError,
  readEdits,
  verify,
} from '../../src/redline/index.ts';
import { type Base, corpusBases, SMALL } from './bases.ts';
import { changesIn, decide, decisionsOf, oneByOne, settledStories, storiesOf } from './decisions.ts';
import { Dice } from './dice.ts';
import { randomEdits } from './edit-lists.ts';
import { changeSteps, mutate, type Step } from './mutate.ts';

const SEED = 20260405;
const MOST_BYTES = 60_000;

/** What one author does to what those before left: a list of edits, or another version that is compared. */
type Turn = readonly [seed: number, steps: Step[], edits: boolean];
const turns = fc.array(fc.tuple(fc.nat(), changeSteps, fc.boolean()), { minLength: 2, maxLength: 3 });
const picks = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()), {
  minLength: 2,
  maxLength: 8,
});

function layered(base: Uint8Array, list: readonly Turn[]): Uint8Array {
  return list.reduce((document, [seed, steps, edits], i) => {
    const stamp = { author: `Author ${i + 1}`, date: `2024-0${i + 1}-01T00:00:00Z` };
    try {
      if (!edits)
        return compare(
          document,
          mutate(document, steps),
          compareOptions({ ...stamp, tracked: 'preserve' }),
          nodeCodec,
        ).redline;
      const asked = readEdits(randomEdits(document, new Dice(seed), 4));
      return applyEdits(document, asked, { ...stamp, limits: DEFAULT_LIMITS }, nodeCodec).document;
    } catch (error) {
      if (error instanceof RedlineError) return document;
      throw error;
    }
  }, base);
}

test.each<[string, readonly Base[], number]>([
  ['small documents of our own', SMALL, 80],
  ['documents of the corpus', corpusBases(MOST_BYTES), 15],
])('changes of several authors in one another are decided alike in any order: %s', (_, bases, numRuns) => {
  if (bases.length === 0) return;
  let [nested, compared] = [0, 0];
  const law = fc.property(fc.nat(bases.length - 1), turns, picks, (at, list, chosen) => {
    const document = layered((bases[at] as Base).data, list);
    const changes = changesIn(document);
    nested += changes.filter((c) => c.within !== null).length;
    for (const verdict of ['accept', 'reject'] as const) {
      const all = decide(document, [{ verdict, changes: {} }]);
      expect(all.report.left, 'every revision is part of a change').toBe(0);
      expect(storiesOf(all.document)).toEqual(settledStories(document, verdict));
      const read = verify(document, document, all.document, nodeCodec, DEFAULT_LIMITS, undefined, verdict);
      expect([...read.differences, ...read.faults], `as the verifier ${verdict}s`).toEqual([]);
    }
    const decisions = decisionsOf(changes, chosen);
    const atOnce = storiesOf(decide(document, decisions).document);
    for (const order of [decisions, decisions.toReversed()]) {
      const stepwise = oneByOne(document, order);
      if (stepwise.missed > 0) continue;
      expect(storiesOf(stepwise.document)).toEqual(atOnce);
      compared++;
    }
  });
  fc.assert(law, { seed: SEED, numRuns });
  expect(nested, 'changes in one another').toBeGreaterThan(0);
  expect(compared / (2 * numRuns), 'orders that could be gone through').toBeGreaterThan(0.9);
});
