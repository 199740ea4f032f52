import { describe, expect, test } from 'vitest';
import { edited, refusal } from '../../../../test/support/edits.ts';
import { bare } from '../../../../test/support/engine.ts';
import {
  cell,
  change,
  del,
  ins,
  mark,
  markOf,
  numbered,
  p,
  r,
  row,
  type Source,
  tag,
  tbl,
  withHeader,
  withNotes,
} from '../../../../test/support/redlines.ts';

const withoutStamps = (xml: string): string => xml.replace(/ w:(?:id|author|date)="[^"]*"/g, '');
/** A text box as Word writes it: twice. */
const boxed = (content: string): string =>
  `<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent>${content}</w:txbxContent></wps:txbx></w:drawing></mc:Choice>` +
  `<mc:Fallback><w:pict><v:shape><v:textbox><w:txbxContent>${content}</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>`;
const CENTRE = '<w:jc w:val="center"/>';
type Row = readonly [what: string, source: Source, edits: readonly object[], markup: string];

const move = (kind: 'From' | 'To', content: string, pPr = ''): string =>
  `${mark(`move${kind}RangeStart`).replace('></', ' w:name="m1"></')}${p(tag(`move${kind}`, content), pPr + markOf(`move${kind}`))}<w:move${kind}RangeEnd/>`;

const ROWS: readonly Row[] = [
  [
    'a paragraph comes before one, of its formatting',
    p(r('One', '<w:b/>'), CENTRE),
    [{ op: 'insertParagraph', at: { quote: 'One' }, side: 'before', text: 'New' }],
    p(ins(r('New', '<w:b/>')), CENTRE + markOf('ins')) + p(r('One', '<w:b/>'), CENTRE),
  ],
  [
    'lines come behind the last paragraph, whose mark is inserted',
    p(r('One'), CENTRE),
    [{ op: 'insertParagraph', at: { quote: 'One' }, side: 'after', text: 'Two\nThree' }],
    p(r('One'), CENTRE + markOf('ins')) +
      p(ins(r('Two')), CENTRE + markOf('ins')) +
      p(ins(r('Three')), CENTRE),
  ],
  [
    'a paragraph goes with its mark',
    p(r('One')) + p(r('Two')),
    [{ op: 'deleteParagraph', at: { quote: 'One' } }],
    p(del('One'), markOf('del')) + p(r('Two')),
  ],
  [
    'the last paragraph goes with the mark before it, whose look stays',
    p(r('One'), CENTRE) + p(r('Two')),
    [{ op: 'deleteParagraph', at: { quote: 'Two' } }],
    p(r('One'), CENTRE + markOf('del')) + p(del('Two'), CENTRE + change('pPr', '')),
  ],
  [
    'a paragraph becomes two',
    p(r('One two'), CENTRE),
    [{ op: 'splitParagraph', at: { quote: 'One' }, side: 'after' }],
    p(r('One'), CENTRE + markOf('ins')) + p(r(' two'), CENTRE),
  ],
  [
    'two paragraphs become one that looks like the first',
    p(r('One'), CENTRE) + p(r('Two')),
    [{ op: 'mergeParagraph', at: { quote: 'One' } }],
    p(r('One'), CENTRE + markOf('del')) + p(r('Two'), CENTRE + change('pPr', '')),
  ],
  [
    'a paragraph moves',
    p(r('One'), CENTRE) + p(r('Two')) + p(r('Three')),
    [{ op: 'moveParagraph', at: { quote: 'One' }, to: { quote: 'Two' }, side: 'after' }],
    move('From', r('One'), CENTRE) + p(r('Two')) + move('To', r('One'), CENTRE) + p(r('Three')),
  ],
  [
    'words and paragraphs are formatted',
    p(r('One two'), '<w:ind w:left="720" w:firstLine="20"/>'),
    [
      { op: 'formatText', at: { quote: 'One' }, set: { bold: true, color: 'ff0000', size: 10.5 } },
      { op: 'formatParagraph', at: { quote: 'two' }, set: { align: 'right', indentFirst: -18 } },
    ],
    p(
      r('One', `<w:b/><w:color w:val="FF0000"/><w:sz w:val="21"/><w:szCs w:val="21"/>${change('rPr', '')}`) +
        r(' two'),
      `<w:ind w:left="720" w:hanging="360"/><w:jc w:val="right"/>${change('pPr', '<w:ind w:left="720" w:firstLine="20"/>')}`,
    ),
  ],
  [
    'a paragraph changes its level',
    numbered(1, 1),
    [{ op: 'formatParagraph', at: { quote: 'a' }, set: { level: 2 } }],
    p(
      r('a'),
      `<w:numPr><w:ilvl w:val="2"/><w:numId w:val="1"/></w:numPr>${change('pPr', '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>')}`,
    ),
  ],
  [
    'a first line of nothing overrules what a style says',
    p(r('One'), '<w:ind w:hanging="360"/>'),
    [{ op: 'formatParagraph', at: { quote: 'One' }, set: { indentFirst: 0 } }],
    p(r('One'), `<w:ind w:firstLine="0"/>${change('pPr', '<w:ind w:hanging="360"/>')}`),
  ],
  [
    'a paragraph that is formatted and joined with the next',
    p(r('One')) + p(r('Two')),
    [
      { op: 'mergeParagraph', at: { quote: 'One' } },
      { op: 'formatParagraph', at: { quote: 'One' }, set: { align: 'center' } },
    ],
    p(r('One'), CENTRE + markOf('del') + change('pPr', '')) + p(r('Two'), CENTRE + change('pPr', '')),
  ],
  [
    'three paragraphs become one that looks like the first',
    p(r('One'), CENTRE) + p(r('Two')) + p(r('Three')),
    [
      { op: 'mergeParagraph', at: { quote: 'One' } },
      { op: 'mergeParagraph', at: { quote: 'Two' } },
    ],
    p(r('One'), CENTRE + markOf('del')) +
      p(r('Two'), CENTRE + markOf('del') + change('pPr', '')) +
      p(r('Three'), CENTRE + change('pPr', '')),
  ],
  [
    'both halves of a paragraph that is formatted look so',
    p(r('One two')),
    [
      { op: 'splitParagraph', at: { quote: 'One' }, side: 'after' },
      { op: 'formatParagraph', at: { quote: 'two' }, set: { align: 'center' } },
    ],
    p(r('One'), CENTRE + markOf('ins')) + p(r(' two'), CENTRE + change('pPr', '')),
  ],
  [
    'the last paragraph is formatted, and one comes behind it',
    p(r('One')),
    [
      { op: 'formatParagraph', at: { quote: 'One' }, set: { align: 'center' } },
      { op: 'insertParagraph', at: { quote: 'One' }, side: 'after', text: 'Two' },
    ],
    p(r('One'), CENTRE + markOf('ins')) + p(ins(r('Two'))),
  ],
  [
    'a row comes and a row goes',
    tbl(
      row(cell(p(r('A', '<w:b/>'))) + cell(p(r('B')))) + row(cell(p(r('C'))) + cell(p(r('D')) + p(r('E')))),
    ) + p(''),
    [
      { op: 'insertRow', at: { quote: 'A' }, side: 'after', cells: ['x'] },
      { op: 'deleteRow', at: { quote: 'D' } },
    ],
    tbl(
      row(cell(p(r('A', '<w:b/>'))) + cell(p(r('B')))) +
        row(cell(p(ins(r('x', '<w:b/>')))) + cell(p('')), mark('ins')) +
        row(cell(p(del('C'))) + cell(p(del('D'), markOf('del')) + p(del('E'))), mark('del')),
    ) + p(''),
  ],
  [
    'clauses are found by the labels that were typed',
    p(r('4.2 Term')) + p(r('(b) Two years')) + p(r('4.3 Two years')),
    [{ op: 'replace', at: { clause: '4.2(b)', quote: 'years' }, with: 'months' }],
    p(r('4.2 Term')) + p(r('(b) Two ') + del('years') + ins(r('months'))) + p(r('4.3 Two years')),
  ],
];

/** Where earlier changes took the marks between paragraphs. */
const JOINED: readonly Row[] = [
  [
    'what earlier changes joined is formatted where it shows, in the last of it',
    p(r('One'), markOf('del')) + p(r('Two')),
    [{ op: 'formatParagraph', at: { quote: 'One' }, set: { align: 'center' } }],
    p(r('One'), markOf('del')) + p(r('Two'), CENTRE + change('pPr', '')),
  ],
  [
    'a paragraph is joined with all that earlier changes joined, and looks like the first',
    p(r('One'), CENTRE) + p(r('Two'), markOf('del')) + p(r('Three')),
    [{ op: 'mergeParagraph', at: { quote: 'One' } }],
    p(r('One'), CENTRE + markOf('del')) +
      p(r('Two'), markOf('del')) +
      p(r('Three'), CENTRE + change('pPr', '')),
  ],
  [
    'halves of what earlier changes joined look like it',
    p(r('One two'), markOf('del')) + p(r('Three'), CENTRE),
    [{ op: 'splitParagraph', at: { quote: 'One' }, side: 'after' }],
    p(r('One'), CENTRE + markOf('ins')) + p(r(' two'), markOf('del')) + p(r('Three'), CENTRE),
  ],
  [
    'a paragraph beside what earlier changes joined looks like it',
    p(r('One'), markOf('del')) + p(r('Two'), CENTRE),
    [{ op: 'insertParagraph', at: { quote: 'One' }, side: 'before', text: 'New' }],
    p(ins(r('New')), CENTRE + markOf('ins')) + p(r('One'), markOf('del')) + p(r('Two'), CENTRE),
  ],
];

describe('paragraphs, rows and formatting', () => {
  test.each(JOINED.map((x) => [x[0], x] as const))('%s', (_, [, source, edits, markup]) => {
    expect(edited(source, edits, true).xml).toBe(bare(markup));
  });

  test.each(ROWS.map((x) => [x[0], x] as const))('%s', (_, [, source, edits, markup]) => {
    expect(edited(source, edits).xml).toBe(bare(markup));
  });

  test('other stories are edited where they stand', () => {
    const { part, report } = edited(withHeader(p(r('Draft of May'))), [
      { op: 'replace', at: { quote: 'May', story: 'header' }, with: 'June' },
    ]);
    expect(part('word/header1.xml')).toContain(bare(p(r('Draft of ') + del('May') + ins(r('June')))));
    expect(report.edits[0]?.part).toBe('word/header1.xml');
  });

  test('a document without notes gets its first', () => {
    const { xml, part } = edited(p(r('One two')), [{ op: 'footnote', at: { quote: 'One' }, text: 'Why' }]);
    const raised = '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>';
    expect(xml).toBe(
      bare(p(r('One') + ins(`<w:r>${raised}<w:footnoteReference w:id="1"/></w:r>`) + r(' two'))),
    );
    expect(part('word/footnotes.xml')).toContain(
      bare(`<w:footnote w:id="1">${p(ins(`<w:r>${raised}<w:footnoteRef/></w:r>${r(' Why')}`))}</w:footnote>`),
    );
  });

  test.each<[string, string, object, string]>([
    [
      'the last paragraph',
      p(r('One'), markOf('del')) + p(r('Two')),
      { op: 'deleteParagraph', at: { quote: 'Two' } },
      p(r('One'), markOf('del')) + p(del('Two')),
    ],
    [
      'a paragraph',
      p(r('One'), markOf('del')) + p(r('Two')),
      { op: 'deleteParagraph', at: { quote: 'One' } },
      p(del('One'), markOf('del')) + p(r('Two')),
    ],
  ])('%s goes where a mark is deleted already', (_, source, edit, markup) => {
    expect(edited(source, [edit], true).xml).toBe(bare(markup));
  });

  test('a note moves with its paragraph as a copy', () => {
    const source = withNotes(
      p(`${r('One')}<w:r><w:footnoteReference w:id="4"/></w:r>`) + p(r('Two')) + p(r('Three')),
      {
        4: p(r('Note')),
      },
    );
    const { part } = edited(source, [
      { op: 'moveParagraph', at: { quote: 'One' }, to: { quote: 'Two' }, side: 'after' },
    ]);
    expect(part('word/footnotes.xml').match(/<w:t>Note<\/w:t>/g)).toHaveLength(2);
  });

  test.each<[string, Source, object, string]>([
    [
      'a merged cell begins there',
      tbl(row(cell(p(r('A')), '<w:vMerge w:val="restart"/>')) + row(cell(p(''), '<w:vMerge/>'))) + p(''),
      { op: 'deleteRow', at: { quote: 'A' } },
      'edit/not-editable',
    ],
    ['no table', p(r('a')), { op: 'deleteRow', at: { quote: 'a' } }, 'edit/invalid'],
    [
      'too many cells',
      tbl(row(cell(p(r('A'))))) + p(''),
      { op: 'insertRow', at: { quote: 'A' }, side: 'after', cells: ['x', 'y'] },
      'edit/invalid',
    ],
    [
      'a section ends there',
      p(r('a'), '<w:sectPr/>') + p(r('b')),
      { op: 'deleteParagraph', at: { quote: 'a' } },
      'edit/not-editable',
    ],
    ['nothing follows', p(r('a')), { op: 'mergeParagraph', at: { quote: 'a' } }, 'edit/not-editable'],
    ['no list', p(r('a')), { op: 'formatParagraph', at: { quote: 'a' }, set: { level: 1 } }, 'edit/invalid'],
    [
      'beside itself',
      p(r('a b')),
      { op: 'moveParagraph', at: { quote: 'a' }, to: { quote: 'b' }, side: 'after' },
      'edit/invalid',
    ],
    [
      'a section ends where it would move from',
      p(r('a'), '<w:sectPr/>') + p(r('b')) + p(r('c')),
      { op: 'moveParagraph', at: { quote: 'a' }, to: { quote: 'b' }, side: 'after' },
      'edit/not-editable',
    ],
    [
      'from one note to another',
      withNotes(p(`<w:r><w:footnoteReference w:id="4"/><w:footnoteReference w:id="5"/></w:r>`), {
        4: p(r('a')) + p(r('x')),
        5: p(r('b')),
      }),
      { op: 'moveParagraph', at: { quote: 'a' }, to: { quote: 'b' }, side: 'after' },
      'edit/not-editable',
    ],
    [
      'a paragraph that another edit formats does not move',
      p(r('a')) + p(r('b')) + p(r('c')),
      [
        { op: 'formatParagraph', at: { quote: 'a' }, set: { align: 'center' } },
        { op: 'moveParagraph', at: { quote: 'a' }, to: { quote: 'b' }, side: 'after' },
      ],
      'edit/overlap',
    ],
    [
      'a paragraph does not move out of a text box',
      p(boxed(p(r('A')) + p(r('B')))) + p(r('b')),
      { op: 'moveParagraph', at: { quote: 'A' }, to: { quote: 'b' }, side: 'after' },
      'edit/not-editable',
    ],
  ])('refused: %s', (_, source, edit, code) => {
    expect(refusal(source, [edit].flat()).code).toBe(code);
  });

  test.each<[string, Source, readonly object[]]>([
    [
      'a paragraph that goes joins with one that comes',
      p(r('a')) + p(r('b')),
      [
        { op: 'deleteParagraph', at: { quote: 'b' } },
        { op: 'insertParagraph', at: { quote: 'b' }, side: 'before', text: 'x' },
      ],
    ],
    [
      'a paragraph is joined with one that goes',
      p(r('a')) + p(r('b')) + p(r('c')),
      [
        { op: 'mergeParagraph', at: { quote: 'a' } },
        { op: 'deleteParagraph', at: { quote: 'b' } },
      ],
    ],
    [
      'a note changes that has to be copied',
      withNotes(p(`${r('a')}<w:r><w:footnoteReference w:id="4"/></w:r>`) + p(r('b')) + p(r('c')), {
        4: p(r('note')),
      }),
      [
        { op: 'moveParagraph', at: { quote: 'a' }, to: { quote: 'b' }, side: 'after' },
        { op: 'delete', at: { quote: 'note' } },
      ],
    ],
  ])('edits that do not go together: %s', (_, source, edits) => {
    expect(refusal(source, edits).code).toBe('edit/overlap');
  });

  test.each<[string, string, object, string]>([
    [
      'a new paragraph stands before both',
      p(r('a'), markOf('del')) + p(r('b')),
      { op: 'insertParagraph', at: { quote: 'b' }, side: 'before', text: 'x' },
      p(ins(r('x')), markOf('ins')) + p(r('a'), markOf('del')) + p(r('b')),
    ],
    [
      'a new paragraph stands behind both',
      p(r('a'), markOf('del')) + p(r('b')) + p(r('c')),
      { op: 'insertParagraph', at: { quote: 'a' }, side: 'after', text: 'x' },
      p(r('a'), markOf('del')) + p(r('b')) + p(ins(r('x')), markOf('ins')) + p(r('c')),
    ],
    [
      'what is left keeps a mark',
      p(r('a'), markOf('del')) + p(r('b')) + p(r('c')),
      { op: 'deleteParagraph', at: { quote: 'b' } },
      p(r('a'), markOf('del')) + p(del('b')) + p(r('c')),
    ],
  ])('paragraphs that an earlier change joined: %s', (_, source, edit, markup) => {
    expect(withoutStamps(edited(source, [edit], true).xml)).toBe(withoutStamps(bare(markup)));
  });

  test.each([
    [
      'a new row',
      { op: 'insertRow', at: { quote: 'A' }, side: 'after', cells: ['X'] },
      row(cell(p(r('A')))) + row(cell(p(ins(r('X')))), mark('ins')),
    ],
    ['a row goes', { op: 'deleteRow', at: { quote: 'A' } }, row(cell(p(del('A'))), mark('del'))],
  ])('both copies of a text box change alike: %s', (_, edit, rows) => {
    const last = row(cell(p(r('B'))));
    const source = p(boxed(tbl(row(cell(p(r('A')))) + last) + p(r('c'))));
    const { xml } = edited(source, [edit]);
    expect(withoutStamps(xml)).toBe(withoutStamps(bare(p(boxed(tbl(rows + last) + p(r('c')))))));
  });

  test('in both copies of a text box a move is a deletion and an insertion', () => {
    const source = p(boxed(p(r('A')) + p(r('B')) + p(r('C'))));
    const { xml, report } = edited(source, [
      { op: 'moveParagraph', at: { quote: 'A' }, to: { quote: 'B' }, side: 'after' },
    ]);
    const moved = `${p(del('A'), markOf('del'))}${p(r('B'))}${p(ins(r('A')), markOf('ins'))}${p(r('C'))}`;
    expect(withoutStamps(xml)).toBe(withoutStamps(bare(p(boxed(moved)))));
    expect(report.edits[0]?.notes).toEqual(['move-as-insertion']);
  });

  test('words in a text box that an earlier change deleted are not found', () => {
    const source = p(`${r('a')}${tag('del', boxed(p(r('hidden'))))}`);
    expect(refusal(source, [{ op: 'delete', at: { quote: 'hidden' } }]).code).toBe('edit/quote-not-found');
  });
});
