import { describe, expect, test } from 'vitest';
import { type Row, redlineOf, redlineTable, sameTable } from '../../../test/support/engine.ts';
import { cell, change, del, ins, mark, markOf, p, r, row, tag, tbl } from '../../../test/support/redlines.ts';

const FOX = 'The quick brown fox jumps over the lazy dog';
const DUE = 'Payment is due within thirty days of the invoice';
const LAW = 'This agreement is governed by the laws of Norway';
const CENTRED = '<w:jc w:val="center"/>';
const KEPT = '<w:keepNext/>';
const TABLE = tbl(row(cell(p(r('a')))));
const GONE_TABLE = tbl(row(cell(p(del('a'))), mark('del')));
const NEW_TABLE = tbl(row(cell(p(ins(r('a')))), mark('ins')));
const list = (level: number, id = 1): string =>
  `<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="${id}"/></w:numPr>`;
const changed = (now: string, former: string): string => now + change('pPr', former);

const MARKS: readonly Row[] = [
  [
    'a paragraph comes in front of another: its own mark is inserted',
    p(r(FOX)),
    p(r(DUE)) + p(r(FOX)),
    p(ins(r(DUE)), markOf('ins')) + p(r(FOX)),
    { insertions: 1, wordsInserted: 9 },
  ],
  [
    'a paragraph between others goes with its mark; its properties stay with it',
    p(r(FOX)) + p(r(DUE), CENTRED) + p(r(LAW)),
    p(r(FOX)) + p(r(LAW)),
    p(r(FOX)) + p(del(DUE), CENTRED + markOf('del')) + p(r(LAW)),
    { deletions: 1, wordsDeleted: 9 },
  ],
  [
    'a paragraph is split: the new mark carries the properties of the first part',
    p(r('one two three four five six'), CENTRED),
    p(r('one two three'), KEPT) + p(r(' four five six'), CENTRED),
    p(r('one two three'), KEPT + markOf('ins')) + p(r(' four five six'), CENTRED),
    {},
  ],
  [
    'two paragraphs are joined: the result takes the properties of the second',
    p(r('one two three'), KEPT) + p(r(' four five six'), CENTRED),
    p(r('one two three four five six'), CENTRED),
    p(r('one two three'), KEPT + markOf('del')) + p(r(' four five six'), CENTRED),
    {},
  ],
  [
    'two paragraphs are joined into one with the properties of the first',
    p(r('one two three'), KEPT) + p(r(' four five six'), CENTRED),
    p(r('one two three four five six'), KEPT),
    p(r('one two three'), KEPT + markOf('del')) + p(r(' four five six'), changed(KEPT, CENTRED)),
    { paragraphFormatting: 1 },
  ],
];

const ENDS: readonly Row[] = [
  [
    'content at the end: the previous mark is inserted, the last stays',
    p(r(FOX)),
    p(r(FOX)) + p(r(DUE)),
    p(r(FOX), markOf('ins')) + p(ins(r(DUE))),
    { insertions: 1, wordsInserted: 9 },
  ],
  [
    'content at the end goes: the previous mark is deleted, the last stays',
    p(r(FOX)) + p(r(DUE)),
    p(r(FOX)),
    p(r(FOX), markOf('del')) + p(del(DUE)),
    { deletions: 1, wordsDeleted: 9 },
  ],
  [
    'a paragraph with other properties is added at the end',
    p(r(FOX), KEPT),
    p(r(FOX), KEPT) + p(r(DUE), CENTRED),
    p(r(FOX), KEPT + markOf('ins')) + p(ins(r(DUE)), changed(CENTRED, KEPT)),
    { insertions: 1, paragraphFormatting: 1, wordsInserted: 9 },
  ],
  [
    'nothing is left but an empty paragraph',
    p(r(FOX)) + p(r(DUE)),
    p(''),
    p(del(FOX), markOf('del')) + p(del(DUE)),
    { deletions: 2, wordsDeleted: 18 },
  ],
  [
    'nothing is left, not even a paragraph: the last mark stays, as the one of a plain paragraph',
    p(r(FOX), CENTRED) + p(r(DUE), CENTRED),
    '',
    p(del(FOX), CENTRED + markOf('del')) + p(del(DUE), changed('', CENTRED)),
    { deletions: 2, paragraphFormatting: 1, wordsDeleted: 18 },
  ],
  [
    'there was nothing, not even a paragraph',
    '',
    p(r(FOX), CENTRED),
    p(ins(r(FOX)), changed(CENTRED, '')),
    { insertions: 1, paragraphFormatting: 1, wordsInserted: 9 },
  ],
  [
    'a story gets a table at its end',
    p(r(FOX)),
    p(r(FOX)) + TABLE,
    p(r(FOX)) + NEW_TABLE,
    { insertions: 1, tableRows: 1, wordsInserted: 1 },
  ],
  [
    'a story that ended in a table ends in a paragraph: the paragraph comes first',
    p(r(FOX)) + TABLE,
    p(r(FOX)) + p(r(DUE)),
    p(r(FOX)) + p(ins(r(DUE)), markOf('ins')) + GONE_TABLE,
    { insertions: 1, deletions: 1, tableRows: 1, wordsInserted: 9, wordsDeleted: 1 },
  ],
  [
    'a table gives way to a paragraph in the middle',
    p(r(FOX)) + TABLE + p(r(LAW)),
    p(r(FOX)) + p(r(DUE)) + p(r(LAW)),
    p(r(FOX)) + GONE_TABLE + p(ins(r(DUE)), markOf('ins')) + p(r(LAW)),
    { insertions: 1, deletions: 1, tableRows: 1, wordsInserted: 9, wordsDeleted: 1 },
  ],
  [
    'the last paragraph of a cell is kept as any last one',
    tbl(row(cell(p(r('one two'))))) + p(''),
    tbl(row(cell(p(r('one two')) + p(r('three'))))) + p(''),
    tbl(row(cell(p(r('one two'), markOf('ins')) + p(ins(r('three')))))) + p(''),
    { insertions: 1, wordsInserted: 1 },
  ],
];

const PROPERTIES: readonly Row[] = [
  [
    'alignment comes',
    p(r('a')),
    p(r('a'), CENTRED),
    p(r('a'), changed(CENTRED, '')),
    { paragraphFormatting: 1 },
  ],
  [
    'alignment goes',
    p(r('a'), CENTRED),
    p(r('a')),
    p(r('a'), changed('', CENTRED)),
    { paragraphFormatting: 1 },
  ],
  [
    'a list level changes',
    p(r('a'), list(0)),
    p(r('a'), list(1)),
    p(r('a'), changed(list(1), list(0))),
    { paragraphFormatting: 1 },
  ],
  [
    'a paragraph leaves its list',
    p(r('a'), list(0)),
    p(r('a'), list(0, 0)),
    p(r('a'), changed(list(0, 0), list(0))),
    { paragraphFormatting: 1 },
  ],
  [
    'a style comes',
    p(r('a')),
    p(r('a'), '<w:pStyle w:val="Normal"/>'),
    p(r('a'), changed('<w:pStyle w:val="Normal"/>', '')),
    { paragraphFormatting: 1 },
  ],
  [
    'tabs, borders and a frame change in one revision',
    p(r('a'), '<w:framePr w:w="10"/><w:tabs><w:tab w:val="left" w:pos="10"/></w:tabs>'),
    p(r('a'), '<w:pBdr><w:top w:val="single"/></w:pBdr><w:tabs><w:tab w:val="left" w:pos="20"/></w:tabs>'),
    p(
      r('a'),
      changed(
        '<w:pBdr><w:top w:val="single"/></w:pBdr><w:tabs><w:tab w:val="left" w:pos="20"/></w:tabs>',
        '<w:framePr w:w="10"/><w:tabs><w:tab w:val="left" w:pos="10"/></w:tabs>',
      ),
    ),
    { paragraphFormatting: 1 },
  ],
  [
    'the mark itself becomes bold',
    p(r('a')),
    p(r('a'), '<w:rPr><w:b/></w:rPr>'),
    p(r('a'), `<w:rPr><w:b/>${tag('rPrChange', '<w:rPr></w:rPr>')}</w:rPr>`),
    { runFormatting: 1 },
  ],
];

const SIGNS: readonly Row[] = [
  [
    'a paragraph of signs goes with the same signs, not with an empty one',
    p(r(FOX)) + p(r('&#42;')) + p(r(DUE)),
    p(r(FOX)) + p('') + p(r('*', '<w:b/>')) + p(r(DUE)),
    p(r(FOX)) + p('', markOf('ins')) + p(r('*', `<w:b/>${change('rPr', '')}`)) + p(r(DUE)),
    { runFormatting: 1 },
  ],
];

describe('paragraphs without words', () => redlineTable(SIGNS));
describe('paragraph marks', () => redlineTable(MARKS));
describe('the end of a story', () => redlineTable(ENDS));
describe('paragraph properties', () => redlineTable(PROPERTIES));

describe('paragraph properties that say the same', () => {
  sameTable([
    ['in another order', p(r('a'), KEPT + CENTRED), p(r('a'), CENTRED + KEPT)],
    ['spelt otherwise', p(r('a'), KEPT), p(r('a'), '<w:keepNext w:val="1"/>')],
    ['an empty element and none', p(r('a')), `<w:p><w:pPr/>${r('a')}</w:p>`],
  ]);
});

test('of two that have as many words in common the one that says nothing else is the same', () => {
  const clauses = (last: string): string =>
    Array.from({ length: 40 }, (_, i) => p(r(`clause${i} says that party${i} pays ${last}`))).join('');
  const { report } = redlineOf(
    p(r('Letter of offer'), KEPT) + clauses('now'),
    p(r('Letter of offer'), CENTRED) +
      p(r('All terms of this here Letter of offer are these:')) +
      clauses('later'),
  );
  expect(report.words).toMatchObject({ inserted: 10 + 40, deleted: 40 });
});
