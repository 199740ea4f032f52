import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Base, corpusBases, SMALL } from './bases.ts';
import { combineHolds, reviews } from './combining.ts';

const SEED = 20260103;
/** Larger documents take long and say little more. */
const MOST_BYTES = 60_000;

// There is always a result; that rejecting everything gives the base, and that the changes of one reviewer give their
// copy, is looked at by the authors of the marks. What lies in a conflict is proven by `combine` alone.
test.each<[string, readonly Base[], number]>([
  ['small documents of our own', SMALL, 80],
  ['documents of the corpus', corpusBases(MOST_BYTES), 15],
])('clean and tracked copies of two to five reviewers are combined exactly: %s', (_, bases, numRuns) => {
  if (bases.length === 0) return;
  const found = { runs: 0, free: 0, exact: 0, reviewers: 0 };
  const law = fc.property(reviews(bases), (review) => {
    const { report } = combineHolds(review, bases);
    found.runs++;
    if (report.conflicts.length === 0) found.free++;
    found.reviewers += report.reviewers.length;
    found.exact += report.reviewers.filter((x) => x.exact === true).length;
  });
  fc.assert(law, { seed: SEED, numRuns });
  expect(found.free / found.runs, 'without conflicts').toBeGreaterThan(0.2);
  expect(found.exact / found.reviewers, 'reviewers whose changes alone give their copy').toBeGreaterThan(0.5);
});
