import { expect, test } from 'vitest';
import { redlineOf } from '../../../test/support/engine.ts';
import { cell, p, r, row, sdt, tbl } from '../../../test/support/redlines.ts';

const tagOf = (content: string, name = 'x'): string =>
  `<w:smartTag w:uri="u" w:element="${name}">${content}</w:smartTag>`;
const before = r('Signed in ');
const after = r(' by both parties.');

test.each<
  [
    what: string,
    original: string,
    modified: string,
    words: [deleted: number, inserted: number],
    ranges: number,
  ]
>([
  [
    'a control comes around words',
    before + r('Oslo, Norway') + after,
    before + sdt(r('Oslo, Norway')) + after,
    [0, 0],
    2,
  ],
  [
    'a control around words goes',
    before + sdt(r('Oslo, Norway')) + after,
    before + r('Oslo, Norway') + after,
    [0, 0],
    2,
  ],
  [
    'a control around words becomes another',
    before + sdt(r('Oslo'), 'a') + after,
    before + sdt(r('Oslo'), 'b') + after,
    [0, 0],
    4,
  ],
  [
    'the words change as well',
    before + r('Oslo, Norway') + after,
    before + sdt(r('Bergen, Norway')) + after,
    [1, 1],
    2,
  ],
  [
    'a control around a paragraph',
    r('Signed by both parties.'),
    sdt(r('Signed by both parties.')),
    [0, 0],
    2,
  ],
  ['a control around a control', sdt(r('Oslo, Norway')), sdt(sdt(r('Oslo, Norway'), 'y')), [0, 0], 2],
  [
    'controls side by side',
    r('Oslo, Norway and London'),
    sdt(r('Oslo, Norway'), 'a') + r(' and ') + sdt(r('London'), 'b'),
    [0, 0],
    4,
  ],
  ['a smart tag', before + r('Oslo') + after, before + tagOf(r('Oslo')) + after, [0, 0], 2],
  ['a control of other words', before + r('Oslo') + after, before + sdt(r('Kingston')) + after, [1, 1], 0],
])('%s: only its tags are revised', (_, original, modified, [deleted, inserted], ranges) => {
  const { xml, report } = redlineOf(p(original) + p(r('End')), p(modified) + p(r('End')));
  expect(report.words).toMatchObject({ deleted, inserted });
  expect(xml.match(/<w:customXml(?:Ins|Del)RangeStart/g) ?? []).toHaveLength(ranges);
});

test('a table in a paragraph, where the schema has none, is compared like any other', () => {
  const held = (text: string): string => p(r('Prices: ') + tbl(row(cell(p(r(text)))))) + p(r('End'));
  const { report } = redlineOf(held('100 EUR a month'), held('120 EUR a month'));
  expect(report.words).toMatchObject({ deleted: 1, inserted: 1 });
  expect(report.counts.tableRows).toBe(0);
});

test('capitals make a heading no other heading', () => {
  const { report } = redlineOf(p(r('GO to COURT')) + p(r('End')), p(r('Go to court')) + p(r('End')));
  expect(report.words).toMatchObject({ deleted: 2, inserted: 2 });
});
