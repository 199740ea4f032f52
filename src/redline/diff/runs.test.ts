import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commonRuns } from './runs.ts';

const list = (text: string): Int32Array => Int32Array.from(text, (c) => (c === '|' ? -1 : c.charCodeAt(0)));

describe('runs that two lists have in common', () => {
  test.each([
    ['nothing', 'abcdef', 'ghijkl', []],
    ['one, wherever it stands', 'xxabcdexx', 'abcdeyy', [[2, 0, 5]]],
    ['too short a one is none', 'xabcx', 'yabcy', []],
    ['a border is never crossed', 'abc|defgh', 'abc|defgh', [[4, 4, 5]]],
    [
      'the longer comes first, whatever the order',
      'abcdefghijkl',
      'hijkl_abcdefg',
      [
        [0, 6, 7],
        [7, 0, 5],
      ],
    ],
    ['what is said twice is taken once', 'abcde_abcde', 'abcde', [[0, 0, 5]]],
  ] as const)('%s', (_, a, b, runs) => {
    expect(commonRuns(list(a), list(b), 5).map((r) => [r.i, r.j, r.length])).toEqual(runs);
  });

  test('every run is common, long enough, and no place is taken twice', () => {
    const symbols = fc.array(fc.integer({ min: -1, max: 2 }), { maxLength: 60 });
    fc.assert(
      fc.property(symbols, symbols, fc.integer({ min: 1, max: 4 }), (x, y, least) => {
        const [a, b] = [Int32Array.from(x), Int32Array.from(y)];
        const used = { a: new Set<number>(), b: new Set<number>() };
        for (const { i, j, length } of commonRuns(a, b, least)) {
          expect(length).toBeGreaterThanOrEqual(least);
          for (let n = 0; n < length; n++) {
            expect(a[i + n]).toBe(b[j + n]);
            expect(a[i + n]).toBeGreaterThanOrEqual(0);
            expect(used.a.has(i + n) || used.b.has(j + n)).toBe(false);
            used.a.add(i + n);
            used.b.add(j + n);
          }
        }
      }),
    );
  });
});
