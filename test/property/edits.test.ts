import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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
import { openPackage } from '../../src/redline/ooxml/index.ts';
import { hasRevisions, storyParts } from '../../src/redline/revisions/index.ts';
import { type Base, corpusBases, SMALL } from './bases.ts';
import { Dice } from './dice.ts';
import { randomEdits } from './edit-lists.ts';
import { mutate } from './mutate.ts';

const SEED = 20260102;
const MOST_BYTES = 60_000;
const EDITOR = { author: 'Ed', date: '2024-06-01T00:00:00Z', limits: DEFAULT_LIMITS };
/** Codes of refusals that a list of edits may earn. */
const ALLOWED = /^edit\/(?:quote-not-found|quote-ambiguous|overlap|not-editable|invalid|not-exact)$/;
/** Share of lists that may be refused because what they give is not proven. */
const MOST_UNPROVEN = 0.01;
let [tried, unproven] = [0, 0];

/** The law is about documents without changes of their own: those are looked at apart. */
function isClean({ data }: Base): boolean {
  const pkg = openPackage(data, nodeCodec, DEFAULT_LIMITS);
  return !storyParts(pkg).some((part) => hasRevisions(pkg.root(part).source));
}

/** Applies edits one list at a time, each to what the one before left; @returns how many lists were applied */
function holdsFor(original: Uint8Array, start: Uint8Array, seed: number): number {
  const dice = new Dice(seed);
  let document = start;
  let applied = 0;
  for (let i = 0; i < 3; i++) {
    const edits = randomEdits(document, dice, 3);
    let next: Uint8Array;
    tried++;
    try {
      next = applyEdits(document, readEdits(edits), EDITOR, nodeCodec).document;
    } catch (error) {
      if (!(error instanceof RedlineError) || !ALLOWED.test(error.code))
        throw new Error(`${String(error)} for ${JSON.stringify(edits)}`, { cause: error });
      if (error.code === 'edit/not-exact') unproven++;
      continue;
    }
    const { faults } = verify(document, document, next, nodeCodec, DEFAULT_LIMITS);
    const { differences } = verify(original, next, next, nodeCodec, DEFAULT_LIMITS);
    if (faults.length + differences.length > 0)
      throw new Error(`${JSON.stringify([...faults, ...differences])} after ${JSON.stringify(edits)}`);
    document = next;
    applied++;
  }
  return applied;
}

describe('a fuzzed list of edits never breaks a document', () => {
  test.each<[string, readonly Base[], number]>([
    ['small documents of our own', SMALL, 400],
    ['documents of the corpus', corpusBases(MOST_BYTES).filter(isClean), 60],
  ])('rejecting everything gives the original: %s', (_, bases, numRuns) => {
    if (bases.length === 0) return;
    let applied = 0;
    const law = fc.property(fc.nat(bases.length - 1), fc.nat(), (at, seed) => {
      const base = bases[at] as Base;
      applied += holdsFor(base.data, base.data, seed);
    });
    fc.assert(law, { seed: SEED, numRuns });
    expect(applied / numRuns, 'lists that could be applied').toBeGreaterThan(0.5);
  });

  test("among another author's changes", () => {
    const law = fc.property(fc.nat(SMALL.length - 1), fc.nat(), fc.nat(), (at, change, seed) => {
      const base = SMALL[at] as Base;
      const modified = mutate(base.data, [
        ['replace a word', change],
        ['insert a character', change >> 3],
      ]);
      const { redline } = compare(base.data, modified, compareOptions({ author: 'Other' }), nodeCodec);
      holdsFor(base.data, redline, seed);
    });
    fc.assert(law, { seed: SEED, numRuns: 150 });
    expect(unproven / Math.max(1, tried), 'lists refused as not proven').toBeLessThan(MOST_UNPROVEN);
  });
});
