import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import { compare } from '../../src/redline/index.ts';
import { isLookedUp } from '../support/lookup.ts';
import { type Base, corpusBases, SMALL } from './bases.ts';
import {
  changesIn,
  decide,
  decisionsOf,
  oneByOne,
  settledStories,
  standing,
  storiesOf,
  survivors,
} from './decisions.ts';
import { pairOf, recipes } from './run.ts';

const SEED = 20260401;
const MOST_BYTES = 60_000;
const DATE = '2024-05-01T00:00:00Z';

const picks = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()), {
  minLength: 1,
  maxLength: 6,
});

test.each<[string, readonly Base[], number]>([
  ['small documents of our own', SMALL, 150],
  ['documents of the corpus', corpusBases(MOST_BYTES), 60],
])('changes of redlines are decided in any order, at once or one by one: %s', (_, bases, numRuns) => {
  if (bases.length === 0) return;
  const ids = { kept: 0, lost: 0 };
  const kept = { answered: 0, passed: 0 };
  const law = fc.property(recipes(bases), picks, (recipe, chosen) => {
    const { redline } = compare(...pairOf(recipe, bases), { author: 'A', date: DATE }, nodeCodec);
    const changes = changesIn(redline);
    expect(new Set(changes.map((c) => c.id)).size, 'ids are unique').toBe(changes.length);
    for (const verdict of ['accept', 'reject'] as const) {
      const all = decide(redline, [{ verdict, changes: {} }]);
      expect(all.report.left, 'every revision is part of a change').toBe(0);
      expect(storiesOf(all.document)).toEqual(settledStories(redline, verdict));
    }
    const decisions = decisionsOf(changes, chosen);
    const atOnce = decide(redline, decisions);
    for (const order of [decisions, decisions.toReversed()]) {
      const stepwise = oneByOne(redline, order);
      if (stepwise.missed === 0) expect(storiesOf(stepwise.document)).toEqual(storiesOf(atOnce.document));
    }
    const stands = standing(redline, decisions);
    kept.answered += stands.answered;
    kept.passed += stands.passed;
    isLookedUp(redline);
    isLookedUp(atOnce.document);
    const survived = survivors(changes, atOnce);
    ids.kept += survived.kept;
    ids.lost += survived.lost;
    const { accepted, rejected, gone } = atOnce.report;
    const still = new Set(changesIn(atOnce.document).map((c) => c.id));
    expect(
      [...accepted, ...rejected, ...gone].filter((id) => still.has(id)),
      'ids that mean another now',
    ).toEqual([]);
  });
  fc.assert(law, { seed: SEED, numRuns });
  // Two changes that touch, once what stood between them is decided, are one.
  expect(ids.lost / Math.max(1, ids.kept + ids.lost), 'share of ids that go').toBeLessThan(0.01);
  expect(ids.kept).toBeGreaterThan(0);
  // A review that stands answers most decisions, and never otherwise than one that reads the document anew.
  expect(kept.answered / (kept.answered + kept.passed)).toBeGreaterThan(0.5);
});
