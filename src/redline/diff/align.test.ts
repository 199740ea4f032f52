import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { align } from './align.ts';

/** Length of a longest common subsequence by the textbook table. */
function lcsLength(a: readonly number[], b: readonly number[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const x of a) {
    const next = [0];
    b.forEach((y, j) => {
      next.push(x === y ? (row[j] ?? 0) + 1 : Math.max(row[j + 1] ?? 0, next[j] ?? 0));
    });
    row = next;
  }
  return row[b.length] ?? 0;
}

describe('align', () => {
  const symbols = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 60 });

  it('finds a longest common subsequence', () => {
    fc.assert(
      fc.property(symbols, symbols, (a, b) => {
        const { partner } = align(a, b);
        const pairs = [...partner].flatMap((j, i) => (j < 0 ? [] : [[i, j] as const]));
        for (const [i, j] of pairs) expect(a[i]).toBe(b[j]);
        const partners = pairs.map(([, j]) => j);
        expect(partners).toEqual([...new Set(partners)].sort((x, y) => x - y));
        expect(pairs.length).toBe(lcsLength(a, b));
      }),
      { numRuns: 2000 },
    );
  });

  it('stays valid and says so when the budget ends', () => {
    const a = Array.from({ length: 3000 }, (_, i) => (i * 7919) % 1000);
    const b = Array.from({ length: 3000 }, (_, i) => (i * 104729) % 1000);
    const { partner, exhausted } = align(a, b, 1000);
    expect(exhausted).toBe(true);
    const partners = [...partner].filter((j) => j >= 0);
    expect(partners).toEqual([...partners].sort((x, y) => x - y));
  });
});
