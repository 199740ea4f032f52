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

describe('paragraphs, rows and formatting', () => {
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
  ])('refused: %s', (_, source, edit, code) => {
    expect(refusal(source, [edit]).code).toBe(code);
  });
});
