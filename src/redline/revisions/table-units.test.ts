import { describe, expect, test } from 'vitest';
import { changes, redlineOf } from '../../../test/support/engine.ts';
import { cell, p, r, row, sdt, tbl } from '../../../test/support/redlines.ts';

const END = p(r('End.'));
const words = (text: string): string => cell(p(r(text)));
const custom = (content: string, name = 'x'): string =>
  `<w:customXml w:uri="urn:x" w:element="${name}"><w:customXmlPr><w:placeholder w:val="p"/></w:customXmlPr>${content}</w:customXml>`;
const hosting = row(words('Hosting') + words('100 EUR'));
const support = row(words('Support') + words('200 EUR'));
const dearer = row(words('Support') + words('250 EUR'));
const replaced = { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 };

/** What changes, both bodies, what the report counts, and how many tags are revised by ranges. */
type Case = readonly [
  what: string,
  a: string,
  b: string,
  counts: Readonly<Record<string, number>>,
  ranges: number,
];

const TABLES: readonly Case[] = [
  [
    'a word beside a control around a row changes',
    tbl(sdt(hosting) + support),
    tbl(sdt(hosting) + dearer),
    replaced,
    0,
  ],
  [
    'a word in a control around a row changes',
    tbl(hosting + sdt(support)),
    tbl(hosting + sdt(dearer)),
    replaced,
    0,
  ],
  ['a control around a row becomes another', tbl(sdt(hosting, 'a')), tbl(sdt(hosting, 'b')), {}, 4],
  ['a control comes around a row', tbl(hosting + support), tbl(hosting + sdt(support)), {}, 2],
  ['a control around two rows goes', tbl(sdt(hosting) + support), tbl(hosting + support), {}, 2],
  [
    'a row in a control comes',
    tbl(hosting),
    tbl(hosting + sdt(support)),
    { insertions: 2, tableRows: 1, wordsInserted: 3 },
    2,
  ],
  [
    'a row of two in a control goes',
    tbl(sdt(hosting + support)),
    tbl(sdt(hosting)),
    { deletions: 2, tableRows: 1, wordsDeleted: 3 },
    0,
  ],
  [
    'an item of a repeating section comes',
    tbl(sdt(sdt(hosting, 'item'), 'section')),
    tbl(sdt(sdt(hosting, 'item') + sdt(support, 'item'), 'section')),
    { insertions: 2, tableRows: 1, wordsInserted: 3 },
    2,
  ],
  [
    'a word in a controlled cell changes',
    tbl(row(sdt(words('100 EUR')) + words('a month'))),
    tbl(row(sdt(words('120 EUR')) + words('a month'))),
    replaced,
    0,
  ],
  [
    'a control comes around a cell',
    tbl(row(words('100 EUR') + words('a month'))),
    tbl(row(sdt(words('100 EUR')) + words('a month'))),
    {},
    2,
  ],
  [
    'a controlled cell goes',
    tbl(row(words('100 EUR') + sdt(words('a month')))),
    tbl(row(words('100 EUR'))),
    { deletions: 1, wordsDeleted: 2 },
    2,
  ],
  ['a word in custom XML around a row changes', tbl(custom(support)), tbl(custom(dearer)), replaced, 0],
];

const BLOCKS: readonly Case[] = [
  [
    'a word in custom XML around blocks changes',
    custom(p(r('The old words of it.')) + p(r('More.'))),
    custom(p(r('The new words of it.')) + p(r('More.'))),
    replaced,
    0,
  ],
  ['custom XML comes around a block', p(r('The words of it.')), custom(p(r('The words of it.'))), {}, 2],
];

describe('controls and custom XML', () => {
  test.each([...TABLES, ...BLOCKS])('%s', (_, a, b, counts, ranges) => {
    const { xml, report } = redlineOf(a + END, b + END);
    expect(changes(report)).toEqual(counts);
    expect(xml.match(/<w:customXml\w+RangeStart/g) ?? []).toHaveLength(ranges);
    expect(xml.match(/<w:customXmlPr>/g) ?? []).toHaveLength(
      a.includes('customXmlPr') || b.includes('customXmlPr') ? 1 : 0,
    );
  });
});
