import { describe, expect, test } from 'vitest';
import { type Row, redlineOf, redlineTable, sameTable } from '../../../test/support/engine.ts';
import { cell, change, del, ins, mark, markOf, p, r, row, tbl } from '../../../test/support/redlines.ts';

const text = (words: string): string => cell(p(r(words)));
const line = (...words: string[]): string => row(words.map(text).join(''));
const gone = (...words: string[]): string => row(words.map((w) => cell(p(del(w)))).join(''), mark('del'));
const fresh = (...words: string[]): string => row(words.map((w) => cell(p(ins(r(w))))).join(''), mark('ins'));
const TAIL = p('');
const [ALPHA, BETA, GAMMA] = ['alpha one red', 'beta two green', 'gamma three blue'];
const GRID = '<w:gridCol w:w="100"/>';
const WIDE = '<w:gridCol w:w="50"/><w:gridCol w:w="50"/>';
const width = (n: number): string => `<w:tcW w:w="${n}" w:type="dxa"/>`;

const ROWS: readonly Row[] = [
  [
    'a row comes: the row and the runs in it are marked',
    tbl(line(ALPHA) + line(BETA)) + TAIL,
    tbl(line(ALPHA) + line(GAMMA) + line(BETA)) + TAIL,
    tbl(line(ALPHA) + fresh(GAMMA) + line(BETA)) + TAIL,
    { insertions: 1, tableRows: 1, wordsInserted: 3 },
  ],
  [
    'a row goes',
    tbl(line(ALPHA) + line(GAMMA) + line(BETA)) + TAIL,
    tbl(line(ALPHA) + line(BETA)) + TAIL,
    tbl(line(ALPHA) + gone(GAMMA) + line(BETA)) + TAIL,
    { deletions: 1, tableRows: 1, wordsDeleted: 3 },
  ],
  [
    'a word in a cell changes',
    tbl(line(ALPHA)) + TAIL,
    tbl(line('alpha one blue')) + TAIL,
    tbl(row(cell(p(r('alpha one ') + del('red') + ins(r('blue')))))) + TAIL,
    { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
  ],
  [
    'a table comes whole between paragraphs',
    p(r(ALPHA)) + p(r(GAMMA)),
    p(r(ALPHA)) + tbl(line(BETA, GAMMA)) + p(r(GAMMA)),
    p(r(ALPHA)) + tbl(fresh(BETA, GAMMA)) + p(r(GAMMA)),
    { insertions: 2, tableRows: 1, wordsInserted: 6 },
  ],
  [
    'a table in a cell changes inside',
    tbl(row(cell(tbl(line(ALPHA)) + TAIL))) + TAIL,
    tbl(row(cell(tbl(line(ALPHA) + line(BETA)) + TAIL))) + TAIL,
    tbl(row(cell(tbl(line(ALPHA) + fresh(BETA)) + TAIL))) + TAIL,
    { insertions: 1, tableRows: 1, wordsInserted: 3 },
  ],
  [
    'rows with the same label are one, also where a cell says more besides and little else is left',
    tbl(
      line('Kind', 'of contract') +
        row(cell(p(r('IF sold')) + p(r('Duration'))) + text('three hundred days END')),
    ) + TAIL,
    tbl(line('Kind', 'of contract') + line('Sort', 'new') + line('Duration', 'one year')) + TAIL,
    tbl(
      line('Kind', 'of contract') +
        fresh('Sort', 'new') +
        row(
          cell(p(del('IF sold'), markOf('del')) + p(r('Duration'))) +
            cell(p(del('three hundred days END') + ins(r('one year')))),
        ),
    ) + TAIL,
    { insertions: 3, deletions: 2, tableRows: 1, wordsInserted: 4, wordsDeleted: 6 },
  ],
];

const CELLS: readonly Row[] = [
  [
    'a column comes: cells are marked, and the grid with them',
    tbl(line(ALPHA, BETA), '', GRID) + TAIL,
    tbl(line(ALPHA, GAMMA, BETA), '', WIDE) + TAIL,
    tbl(
      row(text(ALPHA) + cell(p(ins(r(GAMMA))), mark('cellIns')) + text(BETA)),
      '',
      WIDE + change('tblGrid', GRID),
    ) + TAIL,
    { insertions: 1, tableProperties: 1, wordsInserted: 3 },
  ],
  [
    'a column goes',
    tbl(line(ALPHA, GAMMA, BETA), '', WIDE) + TAIL,
    tbl(line(ALPHA, BETA), '', GRID) + TAIL,
    tbl(
      row(text(ALPHA) + cell(p(del(GAMMA)), mark('cellDel')) + text(BETA)),
      '',
      GRID + change('tblGrid', WIDE),
    ) + TAIL,
    { deletions: 1, tableProperties: 1, wordsDeleted: 3 },
  ],
  [
    'a column of single words comes: words of two cells are two words',
    tbl(line('one', 'two')) + TAIL,
    tbl(line('one', 'new', 'two')) + TAIL,
    tbl(row(text('one') + cell(p(ins(r('new'))), mark('cellIns')) + text('two'))) + TAIL,
    { insertions: 1, wordsInserted: 1 },
  ],
];

const PROPERTIES: readonly Row[] = [
  [
    'the width of a cell changes',
    tbl(row(cell(p(r('a')), width(10)))) + TAIL,
    tbl(row(cell(p(r('a')), width(20)))) + TAIL,
    tbl(row(cell(p(r('a')), width(20) + change('tcPr', width(10))))) + TAIL,
    { tableProperties: 1 },
  ],
  [
    'cells that were merged are so no longer',
    tbl(row(cell(p(r('a')), '<w:vMerge w:val="restart"/>')) + row(cell(TAIL, '<w:vMerge/>'))) + TAIL,
    tbl(row(cell(p(r('a')))) + row(cell(TAIL))) + TAIL,
    tbl(
      row(cell(p(r('a')), change('tcPr', '<w:vMerge w:val="restart"/>'))) +
        row(cell(TAIL, change('tcPr', '<w:vMerge/>'))),
    ) + TAIL,
    { tableProperties: 2 },
  ],
  [
    'a row may no longer break',
    tbl(row(text('a'))) + TAIL,
    tbl(row(text('a'), '<w:cantSplit/>')) + TAIL,
    tbl(row(text('a'), `<w:cantSplit/>${change('trPr', '')}`)) + TAIL,
    { tableProperties: 1 },
  ],
  [
    'the table gets a width',
    tbl(line('a')) + TAIL,
    tbl(line('a'), '<w:tblW w:w="10"/>') + TAIL,
    tbl(line('a'), `<w:tblW w:w="10"/>${change('tblPr', '')}`) + TAIL,
    { tableProperties: 1 },
  ],
  [
    'the grid changes alone',
    tbl(line('a'), '', GRID) + TAIL,
    tbl(line('a'), '', '<w:gridCol w:w="90"/>') + TAIL,
    tbl(line('a'), '', `<w:gridCol w:w="90"/>${change('tblGrid', GRID)}`) + TAIL,
    { tableProperties: 1 },
  ],
  [
    'an exception of a row changes',
    tbl(`<w:tr><w:tblPrEx><w:jc w:val="left"/></w:tblPrEx>${text('a')}</w:tr>`) + TAIL,
    tbl(`<w:tr><w:tblPrEx><w:jc w:val="right"/></w:tblPrEx>${text('a')}</w:tr>`) + TAIL,
    tbl(
      `<w:tr><w:tblPrEx><w:jc w:val="right"/>${change('tblPrEx', '<w:jc w:val="left"/>')}</w:tblPrEx>${text('a')}</w:tr>`,
    ) + TAIL,
    { tableProperties: 1 },
  ],
];

describe('rows and tables', () => redlineTable(ROWS));
describe('cells and columns', () => redlineTable(CELLS));
describe('properties of tables', () => redlineTable(PROPERTIES));

describe('tables that say the same', () => {
  sameTable([
    [
      'rows with other ids',
      tbl(line('a')) + TAIL,
      tbl(line('a').replace('<w:tr>', '<w:tr w:rsidR="1">')) + TAIL,
    ],
    [
      'a grid spelt otherwise',
      tbl(line('a'), '', GRID) + TAIL,
      tbl(`${line('a')} `, '', '<w:gridCol w:w="100" />') + TAIL,
    ],
    [
      'no row properties and empty ones',
      tbl(line('a')) + TAIL,
      tbl(`<w:tr><w:trPr/>${text('a')}</w:tr>`) + TAIL,
    ],
  ]);
});

describe('rows that hold more than cells', () => {
  const control = (content: string): string =>
    `<w:sdt><w:sdtPr><w:tag w:val="r"/></w:sdtPr><w:sdtContent>${content}</w:sdtContent></w:sdt>`;
  test.each([
    [
      'a control around a row',
      tbl(control(line(ALPHA)) + line(BETA)),
      tbl(control(line(GAMMA)) + line(BETA)),
    ],
    ['a control around a cell', tbl(row(control(text(ALPHA)))), tbl(row(control(text(GAMMA))))],
    ['a control around a row goes', tbl(control(line(ALPHA)) + line(BETA)), tbl(line(ALPHA) + line(BETA))],
    [
      'a bookmark that ends between cells',
      tbl(
        row(
          `${cell(p(`<w:bookmarkStart w:id="1" w:name="b"/>${r(ALPHA)}`))}<w:bookmarkEnd w:id="1"/>${text(BETA)}`,
        ),
      ),
      tbl(
        row(
          `${cell(p(`<w:bookmarkStart w:id="1" w:name="b"/>${r(GAMMA)}`))}<w:bookmarkEnd w:id="1"/>${text(BETA)}`,
        ),
      ),
    ],
    [
      'a bookmark between rows',
      tbl(`<w:bookmarkStart w:id="1" w:name="b"/>${line(ALPHA)}<w:bookmarkEnd w:id="1"/>`),
      tbl(line(BETA)),
    ],
  ])('%s', (_, a, b) => {
    expect(redlineOf(a + TAIL, b + TAIL).report.identical).toBe(false);
  });
});

describe('a table without rows, for which there is no tracked change', () => {
  const empty = tbl('');
  const words = p(r('a b c d e'));
  test.each<[what: string, original: string, modified: string, tables: number]>([
    ['comes', words, words + empty + p(r('End')), 0],
    ['goes', words + empty + p(r('End')), words, 1],
    ['goes with the words beside it', words + empty + p(r('End')), p(r('f g h i j')) + p(r('End')), 1],
    ['stands in the other place', words + empty + p(r('End')), empty + words + p(r('End')), 1],
  ])('%s: the original’s stay, and the report says so', (_, original, modified, tables) => {
    const { xml, report } = redlineOf(original, modified);
    expect(xml.match(/<w:tbl>/g) ?? []).toHaveLength(tables);
    expect(report.notCompared.map((n) => n.part)).toEqual(['word/document.xml']);
  });
});

describe('rows that moved', () => {
  const [one, two, three] = [
    line('Hosting', 'one site of the customer', '100'),
    line('Support', 'by telephone and in writing', '200'),
    line('Training', 'of all staff each year', '300'),
  ];
  test('a row that moves is one move, though its cells are short', () => {
    const { xml, report } = redlineOf(tbl(one + two + three) + TAIL, tbl(two + three + one) + TAIL);
    expect(report.counts).toMatchObject({ moves: 1, insertions: 0, deletions: 0, tableRows: 0 });
    expect(report.words).toMatchObject({ inserted: 0, deleted: 0, moved: 7 });
    expect(xml.match(/<w:move(?:From|To)RangeStart/g)).toHaveLength(2);
    expect(xml.match(/<w:trPr><w:(?:del|ins)/g)).toHaveLength(2);
  });

  test.each<[what: string, a: string, b: string]>([
    ['a row of few words', tbl(line('a', 'b') + two + three), tbl(two + three + line('a', 'b'))],
    ['an edited row', tbl(one + two + three), tbl(two + three + line('Hosting', 'two sites', '150'))],
  ])('%s goes and comes', (_, a, b) => {
    const { report } = redlineOf(a + TAIL, b + TAIL);
    expect([report.counts.moves, report.counts.tableRows]).toEqual([0, 2]);
  });
});
