import { expect, test } from 'vitest';
import { cell, findings, ins, p, r, row, tbl } from '../../../test/support/redlines.ts';

/** Longer than what is looked up by all of its text. */
const LONG =
  'The tenant pays the rent in advance on the first day of each month, without any deduction. '.repeat(3);
const inner = tbl(row(cell(p(r('inner')))) + row(cell(p(r('inner')))));
const table = (more: string): string =>
  tbl(
    row(cell(p(r('same'))) + cell(p(r('row'), '<w:keepNext/>'))) +
      row(cell(p(r('same'))) + cell(p(r('row'), '<w:keepNext/>'))) +
      row(cell(inner + p(r(LONG, '<w:sz w:val="24"/>'))) + cell(p(r('last') + more))),
    '<w:tblW w:w="5000" w:type="dxa"/>',
  );
const story = (more: string, cellMore: string): string =>
  p(r(LONG)) + p(r(LONG) + more) + table(cellMore) + table('') + p(r('end'));

const ORIGINAL = story('', '');
const MODIFIED = story(r(' more'), r(' more'));
const REDLINE = story(ins(r(' more')), ins(r(' more')));

/** Every place of text, and of a value of a property. */
const PLACES = [...REDLINE.matchAll(/>[^<]+<|w:(?:val|w)="\w+"/g)].flatMap(({ 0: found, index }) => {
  const from = found.startsWith('>') ? 1 : found.indexOf('"') + 1;
  return Array.from({ length: found.length - 1 - from }, (_, i) => index + from + i);
});

test('the redline is exact as it stands', () => {
  expect(findings(ORIGINAL, MODIFIED, REDLINE)).toEqual([]);
});

test('one wrong character is found wherever it stands, in what never changed and in what comes again, too', () => {
  const missed = PLACES.filter((at) => {
    const wrong = REDLINE.charAt(at) === '7' ? '8' : '7';
    return findings(ORIGINAL, MODIFIED, REDLINE.slice(0, at) + wrong + REDLINE.slice(at + 1)).length === 0;
  });
  expect(PLACES.length).toBeGreaterThan(1000);
  expect(missed.map((at) => REDLINE.slice(at - 20, at + 20))).toEqual([]);
});
