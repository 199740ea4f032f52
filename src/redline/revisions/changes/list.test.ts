import { describe, expect, test } from 'vitest';
import {
  body,
  cell,
  change,
  del,
  docx,
  gone,
  ins,
  mark,
  markOf,
  moved,
  numbered,
  p,
  r,
  ranged,
  row,
  type Source,
  tag,
  tbl,
  withHeader,
} from '../../../../test/support/redlines.ts';
import { nodeCodec } from '../../../kit/index.ts';
import { DEFAULT_LIMITS } from '../../options.ts';
import { decideChanges } from '../decide/decide.ts';
import type { Change, ChangeFilter } from './change.ts';
import { takes } from './filter.ts';
import { listChanges } from './list.ts';

const TAIL = p(r('end'));
const by = (author: string, name: string, content: string, date = '2024-05-01T00:00:00Z'): string =>
  `<w:${name} w:id="7" w:author="${author}" w:date="${date}">${content}</w:${name}>`;
const list = (source: Source, filter?: ChangeFilter): readonly Change[] =>
  listChanges(docx(source), { limits: DEFAULT_LIMITS, ...(filter && { filter }) }, nodeCodec).changes;
const insideOut = (way: 'From' | 'To', text: string, id: number): string =>
  `${tag(`move${way}`, `<w:move${way}RangeStart w:id="${id}" w:name="m1"/>${r(text)}`)}<w:move${way}RangeEnd w:id="${id}"/>`;
const shown = (c: Change): string => {
  const format = c.format ? ` (${c.format.before} → ${c.format.after})` : '';
  return `${c.kind}: ${JSON.stringify(c.before)} → ${JSON.stringify(c.after)}${format}`;
};

/** A sentence, markup, and the logical changes in it. */
const ROWS: readonly (readonly [what: string, content: string, ...changes: string[]])[] = [
  ['an insertion', p(r('a ') + ins(r('b'))), 'insertion: "" → "b"'],
  ['a deletion', p(r('a ') + del('b')), 'deletion: "b" → ""'],
  ['runs of one insertion', p(ins(r('a')) + ins(r('b', '<w:b/>')) + r('c')), 'insertion: "" → "ab"'],
  ['a replacement', p(r('a ') + del('b') + ins(r('c')) + r(' d')), 'replacement: "b" → "c"'],
  [
    'two replacements with a word between',
    p(`${del('a')}${ins(r('b'))}${r(' x ')}${del('c')}${ins(r('d'))}`),
    'replacement: "a" → "b"',
    'replacement: "c" → "d"',
  ],
  [
    'neighbours of two authors',
    p(del('a') + by('B', 'ins', r('b')) + r(' x')),
    'deletion: "a" → ""',
    'insertion: "" → "b"',
  ],
  [
    'a deletion of B in an insertion of A',
    p(ins(r('a ') + by('B', 'del', gone('b')))),
    'insertion: "" → "a b"',
    'deletion: "b" → ""',
  ],
  ['a whole paragraph', p(ins(r('a')), markOf('ins')) + TAIL, 'insertion: "" → "a\\n"'],
  [
    'two whole paragraphs',
    p(ins(r('a')), markOf('ins')) + p(ins(r('b')), markOf('ins')) + TAIL,
    'insertion: "" → "a\\n"',
    'insertion: "" → "b\\n"',
  ],
  [
    'paragraphs added at the end of a story',
    p(r('a'), markOf('ins')) + p(ins(r('b')), markOf('ins')) + p(ins(r('c'))),
    'insertion: "" → "\\nb"',
    'insertion: "" → "\\nc"',
  ],
  ['a split', p(r('a'), markOf('ins')) + p(r('b')), 'insertion: "" → "\\n"'],
  ['blank paragraphs', p('', markOf('ins')) + p('', markOf('ins')) + TAIL, 'insertion: "" → "\\n\\n"'],
  [
    'a move whose ranges begin in what moved, as LibreOffice writes it',
    p(insideOut('From', 'b', 900) + r(' a')) + p(r('c ') + insideOut('To', 'b', 901)),
    'move: "b" → "b"',
  ],
  [
    'a move with both ends',
    p(r('x')) + moved('moveFrom', 'a') + p(r('y')) + p(moved('moveTo', 'a', 'm1', 901)),
    'move: "a" → "a"',
  ],
  [
    'a row with all that stands in it',
    tbl(row(cell(p(r('a')))) + row(cell(p(ins(r('b')), markOf('ins'))) + cell(p(ins(r('c')))), mark('ins'))) +
      TAIL,
    'row-insertion: "" → "b\\tc"',
  ],
  [
    'cells of one column',
    tbl(
      row(cell(p(r('a'))) + cell(p(ins(r('b'))), mark('cellIns'))) +
        row(cell(p(r('c'))) + cell(p(ins(r('d'))), mark('cellIns'))),
    ) + TAIL,
    'cell-insertion: "" → "b\\td"',
  ],
  [
    'runs that became bold',
    p(r('a', `<w:b/>${change('rPr', '')}`) + r('b', `<w:b/><w:i/>${change('rPr', '<w:i/>')}`) + r(' c')),
    'run-formatting: "ab" → "ab" (not bold → bold)',
  ],
  [
    'a paragraph that was centred',
    p(r('a'), `<w:jc w:val="center"/>${change('pPr', '')}`),
    'paragraph-formatting: "a" → "a" (default alignment → alignment center)',
  ],
  [
    'a paragraph that joined a list',
    p(r('a'), `<w:numPr><w:numId w:val="1"/>${mark('ins')}</w:numPr>`),
    'numbering: "a" → "a" ( → numbered)',
  ],
  [
    'properties of a table and its cells',
    tbl(
      row(cell(p(r('a')), `<w:noWrap/>${change('tcPr', '')}`)),
      `<w:jc w:val="center"/>${change('tblPr', '')}`,
    ) + TAIL,
    'table-formatting: "" → "" (default alignment; default wrapping → alignment center; wrapping)',
  ],
  [
    'a section',
    p(r('a'), `<w:sectPr><w:titlePg/>${change('sectPr', '')}</w:sectPr>`) + TAIL,
    'section-formatting: "" → "" (default first page → first page)',
  ],
  ['a control', ranged('Ins', p(r('a'))) + TAIL, 'control-insertion: "" → "x"'],
  [
    'a deleted field that shows nothing',
    p(r('a') + tag('del', '<w:r><w:delInstrText> PAGE </w:delInstrText></w:r>')),
    'deletion: "{PAGE}" → ""',
  ],
];

describe('logical changes', () => {
  test.each(ROWS)('%s', (_, content, ...expected) => {
    expect(list(content).map(shown)).toEqual(expected);
  });

  test('in headers, notes and text boxes stand in their stories', () => {
    const changes = list(withHeader(p(r('a ') + ins(r('b')))));
    expect(changes.map((c) => [c.story, c.position.part])).toEqual([
      ['header 1 default', 'word/header1.xml'],
    ]);
  });

  test('both copies of a text box are one change', () => {
    const content = `<w:txbxContent>${p(r('a ') + ins(r('b')))}</w:txbxContent>`;
    const box = `<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>${content}</w:drawing></mc:Choice><mc:Fallback><w:pict>${content}</w:pict></mc:Fallback></mc:AlternateContent></w:r>`;
    const changes = list(p(box));
    expect(changes.map((c) => [c.story, shown(c)])).toEqual([['text box 1 in body', 'insertion: "" → "b"']]);
  });

  test('a change inside another says so', () => {
    const [outer, inside] = list(p(ins(r('a ') + by('B', 'del', gone('b')))));
    expect([outer?.within, inside?.within]).toEqual([null, outer?.id]);
  });

  test('positions count paragraphs and characters with every change in place', () => {
    const [first, second] = list(p(r('x')) + p(`${r('ab')}${del('cd')}${r('e')}${ins(r('f'))}`));
    expect([first?.position, second?.position].map((x) => [x?.paragraph, x?.offset])).toEqual([
      [1, 2],
      [1, 5],
    ]);
  });
});

describe('clauses', () => {
  const item = (level: number, content: string): string =>
    p(content, `<w:numPr><w:ilvl w:val="${level}"/><w:numId w:val="1"/></w:numPr>`);
  const levels = (...texts: string[]): string =>
    texts
      .map(
        (text, i) =>
          `<w:lvl w:ilvl="${i}"><w:start w:val="1"/><w:numFmt w:val="${text.includes('(') ? 'lowerLetter' : 'decimal'}"/><w:lvlText w:val="${text}"/></w:lvl>`,
      )
      .join('');
  const contract = (content: string): Source => {
    const parts = numbered(1, 1);
    const numbering = parts['word/numbering.xml'];
    const xml = String(numbering).replace(/<w:lvl [\s\S]*<\/w:lvl>/, levels('%1.', '%1.%2', '(%3)'));
    return { ...parts, ...body(content), 'word/numbering.xml': xml };
  };

  test('are named as displayed, with what stands above', () => {
    const content = [item(0, r('Fees')), item(1, r('One')), item(2, r('a')), item(2, r('x ') + ins(r('y')))];
    const changes = list(contract([...content, p(r('more ') + ins(r('z'))), TAIL].join('')));
    expect(changes.map((c) => [c.clause, c.heading])).toEqual([
      ['1.1(b)', 'Fees'],
      ['1.1(b)', 'Fees'],
    ]);
  });

  test('that are deleted keep the number that they had', () => {
    const marked = (name: string): string =>
      `<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>${markOf(name)}`;
    const content = p(del('gone'), marked('del')) + p(ins(r('new')), marked('ins')) + item(0, r('last'));
    expect(list(contract(content)).map((c) => [c.kind, c.clause])).toEqual([
      ['deletion', '1'],
      ['insertion', '1'],
    ]);
  });

  test('are typed by hand in many contracts', () => {
    const content = p(r('4.2 Fees are due.')) + p(r('(b) The ') + ins(r('late')) + r(' fee.'));
    expect(list(content).map((c) => c.clause)).toEqual(['4.2(b)']);
  });
});

describe('filters', () => {
  const content =
    p(r('4.2 Fees ') + ins(r('Alpha'))) +
    p(r('4.21 Costs ') + by('B', 'del', gone('beta'), '2024-06-01T00:00:00Z')) +
    p(r('5.1 Term'), `<w:jc w:val="center"/>${by('C', 'pPrChange', '<w:pPr/>', '2024-07-01T00:00:00Z')}`);
  const FILTERS: readonly (readonly [ChangeFilter, string])[] = [
    [{}, 'ABC'],
    [{ authors: ['B', 'C'] }, 'BC'],
    [{ kinds: ['insertion', 'deletion'] }, 'AB'],
    [{ from: '2024-06-01' }, 'BC'],
    [{ from: '2024-05-02', to: '2024-07-01T00:00:00Z' }, 'B'],
    [{ text: 'alpha' }, 'A'],
    [{ clause: '4.2' }, 'A'],
    [{ story: 'body' }, 'ABC'],
    [{ story: 'footnote' }, ''],
    [{ ids: [] }, ''],
  ];
  test.each(FILTERS)('%j', (filter, expected) => {
    expect(
      list(content, filter)
        .map((c) => c.author)
        .join(''),
    ).toBe(expected);
  });

  const dated = (author: string, date: string): string =>
    p(r(`${author} `) + by(author, 'ins', r('x'), date));
  const undated = p(`${r('x ')}<w:ins w:id="7">${r('nobody')}</w:ins>`);
  test.each<[string, ChangeFilter, string]>([
    ['a zone in the document counts', { from: '2024-06-01T10:00:00Z', to: '2024-06-01T10:30:00Z' }, 'Z'],
    [
      'a zone in the filter counts',
      { from: '2024-06-01T12:00:00+02:00', to: '2024-06-01T12:30:00+02:00' },
      'Z',
    ],
    [
      'dates without one are UTC on both sides',
      { from: '2024-06-01T08:00:00', to: '2024-06-01T08:00:01' },
      'N',
    ],
    ['no date is in no time', { from: '1900-01-01' }, 'ZN'],
    ['nobody is an author', { authors: [''] }, ''],
    ['names are as they are written', { authors: ['z', 'N '] }, ''],
  ])('%s', (_, filter, expected) => {
    const source = dated('Z', '2024-06-01T12:00:00+02:00') + dated('N', '2024-06-01T08:00:00') + undated;
    const found = list(source, filter);
    expect(found.map((c) => c.author).join('')).toBe(expected);
    if (filter.authors?.includes('')) expect(found.map((c) => c.after)).toEqual(['nobody']);
  });

  test.each<[string, string, boolean]>([
    ['4.2', '4.2', true],
    ['4.2', '4.2.', true],
    ['4.2(b)', '4.2', true],
    ['4.2(b)', '4.2 (b)', true],
    ['4.2(b)(i)', '4.2(b)', true],
    ['4.2.1', '4.', true],
    ['4.21', '4.2', false],
    ['4.2', '4.2(b)', false],
    ['14.2', '4.2', false],
    ['', '.', false],
  ])('clause %j is asked for by %j: %s', (clause, wanted, expected) => {
    const [change] = list(p(ins(r('x'))));
    expect(change && takes({ clause: wanted }, { ...change, clause }, [])).toBe(expected);
  });

  test.each<[string, object]>([
    ['an unknown kind', { kinds: ['insertions'] }],
    ['kinds that are no list', { kinds: 'insertion' }],
    ['an unknown condition', { author: 'A' }],
    ['a date that is none', { from: 'yesterday' }],
    ['an empty text', { text: '' }],
    ['an id that is no text', { ids: [7] }],
  ])('refused: %s', (_, given) => {
    const filter = given as ChangeFilter;
    const invalid = expect.objectContaining({ code: 'options/invalid' });
    expect(() => list(content, filter)).toThrow(invalid);
    const decisions = [{ verdict: 'accept', changes: filter }] as const;
    expect(() => decideChanges(docx(content), decisions, { limits: DEFAULT_LIMITS }, nodeCodec)).toThrow(
      invalid,
    );
  });

  test('by id, with the number of all and their authors', () => {
    const id = list(content)[1]?.id ?? '';
    const options = { limits: DEFAULT_LIMITS, filter: { ids: [id] } };
    const found = listChanges(docx(content), options, nodeCodec);
    expect([found.changes.map((c) => c.id), found.total, found.authors]).toEqual([[id], 3, ['A', 'B', 'C']]);
  });
});

describe('ids', () => {
  const idsOf = (source: Source): string[] => list(source).map((c) => c.id);

  test('do not depend on ids, revision save ids and how runs are split', () => {
    const before = p(r('The ') + del('old') + ins(r('new phrase')) + r(' is due.'));
    const after =
      '<w:p w:rsidR="00AA11BB"><w:r w:rsidRPr="00AA11BC"><w:t>Th</w:t></w:r><w:r><w:t xml:space="preserve">e </w:t></w:r>' +
      by(
        'A',
        'del',
        '<w:r w:rsidDel="00CC"><w:delText>ol</w:delText></w:r><w:r><w:delText>d</w:delText></w:r>',
      ) +
      by('A', 'ins', r('new ')) +
      by('A', 'ins', r('phrase')) +
      `${r(' is due.')}</w:p>`;
    expect(idsOf(after)).toEqual(idsOf(before));
  });

  test('tell equal changes at different places apart', () => {
    const clause = (n: string): string =>
      p(r(`In clause ${n} the `) + del('Buyer') + ins(r('Seller')) + r(' pays.'));
    const ids = idsOf(
      clause('one') +
        clause('two') +
        p(r('the ') + del('Buyer') + ins(r('Seller')) + r(' and the ') + del('Buyer') + ins(r('Seller'))),
    );
    expect(new Set(ids).size).toBe(4);
  });
});

test('an id outlives what other editors drop: blanks at the ends, a date of nothing, formatting of the mark', () => {
  const bold = (pPr: string): string => p(r('bold words', `<w:b/>${change('rPr', '')}`), pPr);
  const idsOf = (content: string): string[] => list(body(content)).map((c) => c.id);
  expect(idsOf(p(r('a') + del('some longer words ')) + TAIL)).toEqual(
    idsOf(p(r('a') + del('some longer words')) + TAIL),
  );
  expect(idsOf(bold(`<w:rPr><w:b/>${change('rPr', '')}</w:rPr>`) + TAIL)).toEqual(idsOf(bold('') + TAIL));
  const undated = (date: string): string =>
    p(`<w:ins w:id="1" w:author="A"${date}>${r('some longer words')}</w:ins>`);
  expect(idsOf(undated(' w:date="0-00-00T00:00:00Z"') + TAIL)).toEqual(idsOf(undated('') + TAIL));
});
