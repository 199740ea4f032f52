import { describe, expect, test } from 'vitest';
import { quantile } from '../../bench/figures.ts';
import type { Figures } from './figures.ts';
import { worse } from './floor.ts';

const good: Figures = {
  set: 'contracts',
  pairs: 10,
  returned: 9,
  passed: 9,
  wrong: 0,
  refused: 1,
  failed: 0,
  opens: 9,
  schema: 9,
  noiseMedian: 1,
  noiseP95: 1.1,
  wordNoiseMedian: 1,
  wordNoiseP95: 1.1,
  replaced: 2,
  movesLogged: 5,
  movesFound: 4,
  emptyFormatting: 0,
  rungs: [9, 0, 0, 0, 0],
  msMedian: 10,
  msMax: 20,
};
const floor = { passed: 9, noiseMedian: 1, noiseP95: 1.1, replaced: 2, movesFound: 4 };

describe('the floor of the corpus', () => {
  test.each<[string, Partial<Figures>, RegExp | null]>([
    ['holds at the same figures', {}, null],
    ['holds when more pairs pass', { passed: 10, refused: 0 }, null],
    ['breaks when fewer pairs pass', { passed: 8, refused: 2 }, /8 pairs pass, were 9/],
    ['breaks at any wrong redline', { passed: 9, wrong: 1 }, /1 redlines are wrong/],
    ['breaks at any crash', { failed: 1 }, /1 pairs ended in an error/],
    ['breaks when the median gets noisier', { noiseMedian: 1.02 }, /median noise is 1.02/],
    ['breaks when the tail gets noisier', { noiseP95: 1.2 }, /noise at p95 is 1.2/],
    ['breaks when more paragraphs are replaced whole', { replaced: 3 }, /replaced whole is 3/],
    ['breaks when fewer moves are found', { movesFound: 3 }, /3 moves found, were 4/],
  ])('%s', (_, change, expected) => {
    const found = worse({ ...good, ...change }, floor).join('\n');
    if (expected === null) expect(found).toBe('');
    else expect(found).toMatch(expected);
  });

  test.each<[readonly number[], number, number]>([
    [[3, 1, 2], 0.5, 2],
    [[4, 3, 2, 1], 0.5, 2],
    [[1, 2, Number.POSITIVE_INFINITY], 0.95, Number.POSITIVE_INFINITY],
    [[], 0.5, Number.NaN],
  ])('the quantile of %j at %d is %d', (values, share, expected) => {
    expect(quantile(values, share)).toBe(expected);
  });
});
