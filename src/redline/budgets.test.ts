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

  /** Every other word is another; no word is rare. */
  const alternating = (count: number, mark: string): string =>
    numbers(count)
      .map((i) =>
        p(
          r(
            numbers(100)
              .map((k) => `${word(i, k)}${k % 2 === 0 ? '' : mark}`)
              .join(' '),
          ),
        ),
      )
      .join('');
  const word = (i: number, k: number): string => `w${(i * 7919 + k * k * 104_729 + k * i * 31) % 1999}`;

  test('long lists of paragraphs without a rare word go together all the same', () => {
    const { report } = compare(docx(alternating(520, '')), docx(alternating(520, 'x')), {}, nodeCodec);
    const { words, budgets } = report;
    const isFine = budgets.every(({ budget }) => budget === 'word-marks');
    expect({ isFine, words: words.inserted < 520 * 100 }).toEqual({ isFine: true, words: true });
  });

  test('words that are marked one by one', () => {
    const [a, b] = [alternating(200, ''), alternating(200, 'x')];
    expect(budgetsOf(a, b)).toMatchObject([{ story: 'body', budget: 'word-marks' }]);
    const { report } = compare(docx(a), docx(b), {}, nodeCodec);
    // Within the budget by the word, behind it the phrase as a whole.
    expect(report.counts.insertions).toBeGreaterThan(4000);
    expect(report.counts.insertions).toBeLessThan(100 * 200 * 0.5);
    expect(report.words.inserted).toBeLessThan(100 * 200);
  });
});
