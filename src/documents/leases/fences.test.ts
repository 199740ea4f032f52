import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fenceOf, type HeadFences, withFence } from './fences.ts';

describe('what a head remembers of fences', () => {
  test.each<[string, HeadFences, string | null, number]>([
    ['nothing', {}, null, 0],
    ['the document', { '': 5 }, null, 5],
    ['the document, for a clause', { '': 5, a: 3 }, 'a', 5],
    ['a clause', { '': 5, a: 7 }, 'a', 7],
    ['another clause', { '': 5, a: 7 }, 'b', 5],
    ['a clause, for the document', { '': 5, a: 7 }, null, 7],
  ])('%s', (_, fences, clause, fence) => {
    expect(fenceOf(fences, clause)).toBe(fence);
  });

  test('never goes down, stays small, and knows the last of each', () => {
    const clauses = Array.from({ length: 80 }, (_, n) => `c${n}`);
    const commit = fc.record({ clause: fc.constantFrom(null, ...clauses), step: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(commit, { maxLength: 300 }), (commits) => {
        let fences: HeadFences = {};
        let fence = 0;
        for (const { clause, step } of commits) {
          fence += step;
          // As `underLease` asks of it: not below what was committed.
          if (fence < fenceOf(fences, clause)) continue;
          const next = withFence(fences, { clause, fence });
          for (const one of [null, ...clauses])
            expect(fenceOf(next, one)).toBeGreaterThanOrEqual(fenceOf(fences, one));
          expect(fenceOf(next, clause)).toBe(fence);
          expect(Object.keys(next).length).toBeLessThanOrEqual(65);
          fences = next;
        }
      }),
    );
  });
});
