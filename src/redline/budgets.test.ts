import { describe, expect, test } from 'vitest';
import { cell, docx, p, r, row, tbl } from '../../test/support/redlines.ts';
import { nodeCodec } from '../kit/index.ts';
import { compare, type SpentBudget } from './index.ts';

const budgetsOf = (original: string, modified: string): readonly SpentBudget[] => {
  const { report } = compare(docx(original), docx(modified), {}, nodeCodec);
  expect(report.verification.exact).toBe(true);
  return report.budgets;
};
const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
/** Words that hardly repeat, in an order that depends on `step`. */
const shuffled = (count: number, step: number): string =>
  numbers(count)
    .map((i) => `w${(i * step) % count}`)
    .join(' ');
const rows = (count: number, text: (i: number) => string): string =>
  tbl(
    numbers(count)
      .map((i) => row(cell(p(r(text(i))))))
      .join(''),
  );

describe('a ceiling on work that is reached is told', () => {
  test('none is for ordinary documents', () => {
    expect(budgetsOf(p(r('one two three')), p(r('one four three')))).toEqual([]);
  });

  test('the alignment of two texts in another order', () => {
    // The first word is the same and needs no alignment.
    expect(budgetsOf(p(r(shuffled(9973, 7919))), p(r(shuffled(9973, 5003))))).toEqual([
      { story: 'body', budget: 'alignment-steps', allowed: 1_000_000 + 4 * 2 * 9972, times: 1 },
    ]);
  });

  test('the pairing of the rows of two long tables', () => {
    const [a, b] = [rows(600, (i) => `row ${i} before`), rows(600, (i) => `row ${i} behind`)];
    expect(budgetsOf(a + p(''), b + p(''))).toEqual([
      { story: 'body', budget: 'pairing-cells', allowed: 250_000, times: 1 },
    ]);
  });
});
