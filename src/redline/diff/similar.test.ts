import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { align } from './align.ts';
import { anchor, heaviestChain } from './anchors.ts';
import { pairByVotes, pairInOrder, similarity } from './similar.ts';

const words = (...list: number[]): Int32Array => Int32Array.from(list).sort();
/** Do partners rise, each at most once? */
const rises = (partner: Int32Array): boolean => {
  const used = [...partner].filter((j) => j >= 0);
  return used.every((j, i) => i === 0 || j > (used[i - 1] ?? -1));
};

describe('similarity', () => {
  test.each<[number[], number[], number]>([
    [[], [], 1],
    [[1], [], 0],
    [[1, 2], [3, 4], 0],
    [[1, 2], [2, 1], 1],
    [[1, 1, 2], [1, 3, 4], 1 / 3],
    [[1, 2, 3, 4], [1, 2], 2 / 3],
  ])('%j and %j', (a, b, expected) => {
    expect(similarity(words(...a), words(...b))).toBeCloseTo(expected);
  });

  test('does not depend on the side', () => {
    const list = fc.array(fc.nat(9), { maxLength: 20 }).map((l) => words(...l));
    fc.assert(
      fc.property(list, list, (a, b) => {
        expect(similarity(a, b)).toBe(similarity(b, a));
      }),
    );
  });
});

/** The greatest sum of scores of pairs in order, by trying everything. */
function bestSum(scores: readonly (readonly number[])[], i = 0, j = 0): number {
  const row = scores[i];
  if (row === undefined) return 0;
  let best = bestSum(scores, i + 1, j);
  for (let k = j; k < row.length; k++) {
    const s = row[k] ?? 0;
    if (s > 0) best = Math.max(best, s + bestSum(scores, i + 1, k + 1));
  }
  return best;
}

describe('pairing in order', () => {
  const table = fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
    .chain(([n, m]) =>
      fc.array(fc.array(fc.nat(4), { minLength: m, maxLength: m }), { minLength: n, maxLength: n }),
    );

  test('finds the greatest sum, and never a pair that is worth nothing', () => {
    fc.assert(
      fc.property(table, (scores) => {
        const score = (i: number, j: number): number => scores[i]?.[j] ?? 0;
        const partner = pairInOrder(scores.length, scores[0]?.length ?? 0, score);
        const pairs = [...partner].flatMap((j, i) => (j < 0 ? [] : [score(i, j)]));
        expect(rises(partner)).toBe(true);
        expect(pairs.every((s) => s > 0)).toBe(true);
        expect(pairs.reduce((sum, s) => sum + s, 0)).toBe(bestSum(scores));
      }),
      { numRuns: 500 },
    );
  });

  test('by votes: each block goes with the one that most of its words went to', () => {
    const left = [words(1, 2, 3), words(4, 5, 6), words(7, 8)];
    const right = [words(9, 9), words(1, 2, 3, 10), words(7, 8, 11)];
    const score = (i: number, j: number): number => similarity(left[i] ?? words(), right[j] ?? words());
    expect([...pairByVotes(left, right, score, (a, b) => align(a, b).partner)]).toEqual([1, -1, 2]);
  });
});

describe('the heaviest chain', () => {
  test('rises, and weighs at least as much as any single candidate', () => {
    const candidate = fc.record({ i: fc.nat(9), j: fc.nat(9), weight: fc.integer({ min: 1, max: 9 }) });
    fc.assert(
      fc.property(fc.array(candidate, { maxLength: 12 }), (list) => {
        const partner = heaviestChain(list, 10, 10);
        expect(rises(partner)).toBe(true);
        const taken = [...partner].map((j, i) =>
          j < 0 ? 0 : Math.max(...list.filter((c) => c.i === i && c.j === j).map((c) => c.weight)),
        );
        expect(taken.reduce((sum, w) => sum + w, 0)).toBeGreaterThanOrEqual(
          Math.max(0, ...list.map((c) => c.weight)),
        );
      }),
      { numRuns: 1000 },
    );
  });

  test('holds on to what occurs once and weighs most', () => {
    const [a, b] = [
      [1, 2, 3, 9, 9],
      [3, 1, 2, 9],
    ];
    expect([...anchor(a, b, (i) => [1, 1, 5, 1, 1][i] ?? 0)]).toEqual([-1, -1, 0, -1, -1]);
    expect([...anchor(a, b, () => 1)]).toEqual([1, 2, -1, -1, -1]);
  });
});
