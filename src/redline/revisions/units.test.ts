import { describe, expect, test } from 'vitest';
import { bare, type Row, redlineOf, redlineTable, sameTable } from '../../../test/support/engine.ts';
import { documentXml } from '../../../test/support/package.ts';
import {
  body,
  bookmark,
  box,
  cell,
  del,
  field,
  gone,
  ins,
  link,
  linked,
  markOf,
  p,
  r,
  row,
  type Source,
  sdt,
  t,
  tag,
  tbl,
  WHO,
} from '../../../test/support/redlines.ts';

const inner = (content: string): string => box(content).replace(/^<w:r>|<\/w:r>$/g, '');
const twice = (content: string): string =>
  `<w:r><mc:AlternateContent><mc:Choice Requires="wps">${inner(content)}</mc:Choice><mc:Fallback>${inner(content)}</mc:Fallback></mc:AlternateContent></w:r>`;
const FOX = 'The quick brown fox jumps over the lazy dog';
const DUE = 'Payment is due within thirty days of the invoice';
const simple = (code: string, result: string): string =>
  `<w:fldSimple w:instr="${code}">${result}</w:fldSimple>`;
const char = (type: string): string => `<w:fldChar w:fldCharType="${type}"/>`;
const run = (content: string): string => `<w:r>${content}</w:r>`;
const code = (text: string, deleted = false): string =>
  deleted ? `<w:delInstrText>${text}</w:delInstrText>` : `<w:instrText>${text}</w:instrText>`;
const goneField = (instruction: string, result: string): string =>
  run(char('begin')) + run(code(instruction, true)) + run(char('separate')) + gone(result) + run(char('end'));
const links = (content: string, ...targets: readonly (readonly [string, string])[]): Source => [
  body(p(content)),
  targets.map(([id, target]) => [id, 'hyperlink', target] as const),
];
const ranged = (kind: 'Ins' | 'Del', tag: string): string =>
  `<w:customXml${kind}RangeStart ${WHO}/>${tag}<w:customXml${kind}RangeEnd/>`;
const range = (kind: 'Ins' | 'Del', content: string, name = 'x'): string => {
  const [head = '', tail = ''] = sdt('|', name).split('|');
  return ranged(kind, head) + content + ranged(kind, tail);
};

const FIELDS: readonly Row[] = [
  [
    'the result of a field changes: the field stays',
    p(r('See ') + field(' REF x ', 'Clause 1')),
    p(r('See ') + field(' REF x ', 'Clause 2')),
    p(
      r('See ') +
        run(char('begin')) +
        run(code(' REF x ')) +
        run(char('separate')) +
        r('Clause ') +
        del('1') +
        ins(r('2')) +
        run(char('end')),
    ),
    { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
  ],
  [
    'the code of a field changes: the field is replaced whole',
    p(r('See ') + field(' REF x ', 'Clause 1')),
    p(r('See ') + field(' REF y ', 'Clause 1')),
    p(r('See ') + tag('del', goneField(' REF x ', 'Clause 1')) + ins(field(' REF y ', 'Clause 1'))),
    { insertions: 1, deletions: 1, wordsInserted: 2, wordsDeleted: 2 },
  ],
  [
    'a field goes: its code is deleted code',
    p(r('See ') + field(' REF x ', 'Clause 1') + r('.')),
    p(r('See .')),
    p(r('See ') + tag('del', goneField(' REF x ', 'Clause 1')) + r('.')),
    { deletions: 1, wordsDeleted: 2 },
  ],
  [
    'a simple field that goes becomes a complex one, which can be deleted',
    p(r('See ') + simple('REF x', r('Clause 1')) + r('.')),
    p(r('See .')),
    p(
      r('See ') +
        tag(
          'del',
          run(char('begin') + code('REF x', true) + char('separate')) + gone('Clause 1') + run(char('end')),
        ) +
        r('.'),
    ),
    { deletions: 1, wordsDeleted: 2 },
  ],
  [
    'the result of a simple field changes',
    p(simple('REF x', r('Clause 1'))),
    p(simple('REF x', r('Clause 2'))),
    p(simple('REF x', r('Clause ') + del('1') + ins(r('2')))),
    { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
  ],
];

const CONTROLS: readonly Row[] = [
  [
    'text in an inline control changes',
    p(sdt(r('a b'))),
    p(sdt(r('a c'))),
    p(sdt(r('a ') + del('b') + ins(r('c')))),
    { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
  ],
  [
    'an inline control that goes is inside the revision',
    p(r('x ') + sdt(r('a'))),
    p(r('x ')),
    p(r('x ') + tag('del', sdt(gone('a')))),
    { deletions: 1, wordsDeleted: 1 },
  ],
  [
    'text in a block control changes',
    sdt(p(r('a b'))) + p(''),
    sdt(p(r('a c'))) + p(''),
    sdt(p(r('a ') + del('b') + ins(r('c')))) + p(''),
    { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
  ],
  [
    'a block control that goes: each of its tags lies in a range',
    sdt(p(r(FOX))) + p(r(DUE)),
    p(r(DUE)),
    range('Del', p(del(FOX), markOf('del'))) + p(r(DUE)),
    { deletions: 1, wordsDeleted: 9 },
  ],
  [
    'a control becomes another: the tags of both are around what stays',
    sdt(p(r(FOX)), 'x') + p(''),
    sdt(p(r(FOX)), 'y') + p(''),
    range('Del', range('Ins', p(r(FOX)), 'y'), 'x') + p(''),
    {},
  ],
  [
    'a block control that comes: each of its tags lies in a range',
    p(r(DUE)),
    sdt(p(r(FOX))) + p(r(DUE)),
    range('Ins', p(ins(r(FOX)), markOf('ins'))) + p(r(DUE)),
    { insertions: 1, wordsInserted: 9 },
  ],
];

const LINKS: readonly Row[] = [
  [
    'the words of a link change',
    links(link(r('a b'), 'l1'), ['l1', 'https://a.example/']),
    links(link(r('a c'), 'l1'), ['l1', 'https://a.example/']),
    p(link(r('a ') + del('b') + ins(r('c')), 'l1')),
    { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
  ],
  [
    'a link goes elsewhere: both targets are in the result',
    linked('https://a.example/'),
    linked('https://b.example/'),
    p(link(del('a'), 'l1') + link(ins(r('a')), 'rId3')),
    { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
  ],
];

const BOXES: readonly Row[] = [
  [
    'a box that stands there twice, for readers old and new: both change alike, one counts',
    p(twice(p(r('a b')))),
    p(twice(p(r('a c')))),
    p(twice(p(r('a ') + del('b') + ins(r('c'))))),
    { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
  ],
  [
    'the text of a box is a story of its own',
    p(box(p(r('a b')))),
    p(box(p(r('a c')))),
    p(box(p(r('a ') + del('b') + ins(r('c'))))),
    { insertions: 1, deletions: 1, wordsInserted: 1, wordsDeleted: 1 },
  ],
  [
    'a box that goes is one character: the text in it is not deleted text',
    p(r('x') + box(p(r('a')))),
    p(r('x')),
    p(r('x') + tag('del', box(p(r('a'))))),
    { deletions: 1 },
  ],
];

describe('fields', () => {
  redlineTable(FIELDS);
  sameTable([
    ['a simple field and the same in its complex form', p(simple('REF x', r('a'))), p(field('REF x', 'a'))],
    ['a code cut into two runs', p(field(' REF x ', 'a')), p(field(' REF', 'a').replace('REF', 'REF x '))],
  ]);

  const contents = (...entries: readonly string[]): string =>
    entries
      .map((entry, i) => {
        const begin = run(char('begin')) + run(code('TOC')) + run(char('separate'));
        return p((i === 0 ? begin : '') + r(entry) + (i === entries.length - 1 ? run(char('end')) : ''));
      })
      .join('');
  const nested = (inner: string): string =>
    run(char('begin')) +
    run(code('IF ')) +
    inner +
    run(code(' = 1')) +
    run(char('separate')) +
    r('yes') +
    run(char('end'));

  test.each<[string, string, string]>([
    [
      'a table of contents gets an entry',
      contents('One 1', 'Two 2', 'Three 3'),
      contents('One 1', 'Two 2', 'New 2', 'Three 3'),
    ],
    [
      'a table of contents loses its first entry',
      contents('One 1', 'Two 2', 'Three 3'),
      contents('Two 2', 'Three 3'),
    ],
    ['a table of contents comes', p(r(FOX)), contents('One 1', 'Two 2') + p(r(FOX))],
    ['a table of contents ends the story and goes', p(r(FOX)) + contents('One 1', 'Two 2'), p(r(FOX))],
    [
      'a field in the code of a field changes',
      p(nested(field('REF a', '1'))),
      p(nested(field('REF b', '1'))),
    ],
    [
      'the result of a field in the code of a field changes',
      p(nested(field('REF a', '1'))),
      p(nested(field('REF a', '2'))),
    ],
    ['a nested field goes', p(r('x ') + nested(field('REF a', '1'))), p(r('x '))],
    [
      'the state of a form field changes',
      p(
        run(
          '<w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked w:val="0"/></w:checkBox></w:ffData></w:fldChar>',
        ) +
          run(code('FORMCHECKBOX')) +
          run(char('end')),
      ),
      p(
        run(
          '<w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData></w:fldChar>',
        ) +
          run(code('FORMCHECKBOX')) +
          run(char('end')),
      ),
    ],
  ])('%s', (_, a, b) => {
    const { xml } = redlineOf(a, b);
    expect(xml).toMatch(/<w:(ins|del)>/);
  });
});

describe('content controls', () => {
  redlineTable(CONTROLS);
  test.each<[string, string, string]>([
    ['an inline control is unwrapped', p(r('x ') + sdt(r('a b'))), p(r('x a b'))],
    ['a block control is unwrapped', sdt(p(r(FOX))) + p(r(DUE)), p(r(FOX)) + p(r(DUE))],
    [
      'a block control is wrapped around two paragraphs',
      p(r(FOX)) + p(r(DUE)) + p(''),
      sdt(p(r(FOX)) + p(r(DUE))) + p(''),
    ],
    ['an empty control comes', p(r('a')), p(r('a') + sdt(''))],
    ['a control in a control goes', sdt(p(r(FOX)) + sdt(p(r(DUE)), 'y')) + p(''), sdt(p(r(FOX))) + p('')],
    [
      'a story ends in a table here and in a control there',
      p(r(FOX)) + tbl(row(cell(p(r('a'))))),
      p(r(FOX)) + sdt(p(r(DUE))),
    ],
    ['a story ends in a control that goes', p(r(FOX)) + sdt(p(r(DUE))), p(r(FOX))],
    ['a story ends in a control that comes', p(r(FOX)), p(r(FOX)) + sdt(p(r(DUE)))],
  ])('%s', (_, a, b) => {
    expect(redlineOf(a, b).report.identical).toBe(false);
  });
  sameTable([
    [
      'ids of controls',
      p(sdt(r('a')).replace('<w:sdtPr>', '<w:sdtPr><w:id w:val="1"/>')),
      p(sdt(r('a')).replace('<w:sdtPr>', '<w:sdtPr><w:id w:val="2"/>')),
    ],
  ]);
});

describe('links', () => {
  redlineTable(LINKS);
  sameTable([
    ['relationships with other ids', linked('https://a.example/'), linked('https://a.example/', 'l2')],
  ]);
});

describe('text boxes', () => {
  redlineTable(BOXES);

  test('a box that is there twice changes alike in both', () => {
    const twice = (content: string): string =>
      p(
        run(
          `<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><a:graphic><a:graphicData><wps:wsp><wps:txbx><w:txbxContent>${content}</w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>` +
            `<mc:Fallback><w:pict><v:shape><v:textbox><w:txbxContent>${content}</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent>`,
        ),
      );
    const { xml } = redlineOf(twice(p(r('a b'))), twice(p(r('a c'))));
    expect(xml.split(bare(del('b')))).toHaveLength(3);
    expect(xml.split(bare(ins(r('c'))))).toHaveLength(3);
  });

  test('a box may hold a table and a second box', () => {
    const inner = (words: string): string => p(box(p(r(words))));
    const { xml } = redlineOf(p(box(inner('a b'))), p(box(inner('a c'))));
    expect(xml).toContain('<w:delText>b</w:delText>');
  });
});

test('a document may be without a section', () => {
  const bare = (text: string): Source => ({ 'word/document.xml': documentXml(p(run(t(text)))) });
  expect(redlineOf(bare('a'), bare('b')).report.counts).toMatchObject({ insertions: 1, deletions: 1 });
});

describe('marks inside words', () => {
  test('a range that begins inside a word begins there in the redline too', () => {
    const side = (last: string): string => p(r('Con') + bookmark('B', r('fidential')) + r(` ${last}`));
    const { xml } = redlineOf(side('old'), side('new'));
    expect(bare(xml)).toContain(
      bare(p(r('Con') + bookmark('B', r('fidential')) + r(' ') + del('old') + ins(r('new')))),
    );
  });
});
