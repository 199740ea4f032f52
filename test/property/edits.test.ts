import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeCodec } from '../../src/kit/index.ts';
import { compare, compareOptions } from '../../src/redline/index.ts';
import { type Base, corpusBases, SMALL } from './bases.ts';
import { editingHolds, isClean, type Tally } from './editing.ts';
import { mutate } from './mutate.ts';

const SEED = 20260102;
const MOST_BYTES = 60_000;
/** Share of lists that may be refused because what they give is not proven. */
const MOST_UNPROVEN = 0.01;
const tally: Tally = { tried: 0, applied: 0, unproven: [] };

describe('a fuzzed list of edits never breaks a document', () => {
  test.each<[string, readonly Base[], number]>([
    ['small documents of our own', SMALL, 400],
    // The law is about documents without changes of their own: those are looked at apart.
    ['documents of the corpus', corpusBases(MOST_BYTES).filter(isClean), 60],
  ])('rejecting everything gives the original: %s', (_, bases, numRuns) => {
    if (bases.length === 0) return;
    const before = tally.applied;
    const law = fc.property(fc.nat(bases.length - 1), fc.nat(), (at, seed) => {
      const base = bases[at] as Base;
      editingHolds(base.data, base.data, seed, tally);
    });
    fc.assert(law, { seed: SEED, numRuns });
    expect((tally.applied - before) / numRuns, 'lists that could be applied').toBeGreaterThan(0.5);
  });

  test("among another author's changes", () => {
    const law = fc.property(fc.nat(SMALL.length - 1), fc.nat(), fc.nat(), (at, change, seed) => {
      const base = SMALL[at] as Base;
      const modified = mutate(base.data, [
        ['replace a word', change],
        ['insert a character', change >> 3],
      ]);
      const { redline } = compare(base.data, modified, compareOptions({ author: 'Other' }), nodeCodec);
      editingHolds(base.data, redline, seed, tally);
    });
    fc.assert(law, { seed: SEED, numRuns: 150 });
    const { tried, unproven } = tally;
    expect(unproven.length / Math.max(1, tried), 'lists refused as not proven').toBeLessThan(MOST_UNPROVEN);
  });
});
