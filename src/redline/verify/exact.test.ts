import { describe, expect, test } from 'vitest';
import { documentXml, partXml } from '../../../test/support/package.ts';
import {
  body,
  bookmark,
  box,
  cell,
  change,
  del,
  docx,
  field,
  findings,
  ins,
  link,
  linked,
  mark,
  markOf,
  moved,
  noteRef,
  numbered,
  p,
  r,
  ranged,
  row,
  type Source,
  sdt,
  styled,
  t,
  tag,
  tbl,
  WHO,
  withHeader,
  withNotes,
} from '../../../test/support/redlines.ts';

type Row = readonly [what: string, original: Source, modified: Source, redline: Source];

/** The same styles whatever the paragraph uses: two ids with one name. */
const twoNames = (id: string): Source => ({
  ...body(p(r('a'), `<w:pStyle w:val="${id}"/>`)),
  'word/styles.xml': partXml(
    'w:styles',
    ['A', 'B'].map((s) => `<w:style w:styleId="${s}"><w:name w:val="same"/></w:style>`).join(''),
  ),
});

/** The same lists whatever the paragraph uses: two ids with one definition. */
const twoLists = (id: number): Source => ({
  ...body(p(r('a'), `<w:numPr><w:ilvl w:val="0"/><w:numId w:val="${id}"/></w:numPr>`)),
  'word/numbering.xml': partXml(
    'w:numbering',
    '<w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="1"/></w:lvl></w:abstractNum>' +
      [1, 2].map((n) => `<w:num w:numId="${n}"><w:abstractNumId w:val="7"/></w:num>`).join(''),
  ),
});

const TRACKED = p(ins(r('a')) + del('b'));

const EXACT: readonly Row[] = [
  ['nothing changes', p(r('a')), p(r('a')), p(r('a'))],
  ['words are replaced', p(r('a b')), p(r('a c')), p(r('a ') + del('b') + ins(r('c')))],
  ['runs are split', p(r('abc')), p(r('abc')), p(r('a') + r('b') + r('c'))],
  [
    'revision ids of the editor, proofing marks and page breaks of the last layout differ',
    p(r('ab')),
    p(r('ab')),
    `<w:p w:rsidR="00000001">${r('a')}<w:proofErr w:type="spellStart"/><w:r w:rsidR="00000002"><w:lastRenderedPageBreak/>${t('b')}</w:r></w:p>`,
  ],
  ['a paragraph is inserted', p(r('a')), p(r('b')) + p(r('a')), p(ins(r('b')), markOf('ins')) + p(r('a'))],
  ['a paragraph is deleted', p(r('b')) + p(r('a')), p(r('a')), p(del('b'), markOf('del')) + p(r('a'))],
  [
    'a paragraph is split: the new mark carries the properties of the first part',
    p(r('ab'), '<w:jc w:val="left"/>'),
    p(r('a')) + p(r('b'), '<w:jc w:val="left"/>'),
    p(r('a'), markOf('ins')) + p(r('b'), '<w:jc w:val="left"/>'),
  ],
  [
    'many paragraphs are joined',
    p(r('a')) + p(r('b')) + p(r('c'), '<w:keepNext/>'),
    p(r('abc'), '<w:keepNext/>'),
    p(r('a'), markOf('del')) + p(r('b'), markOf('del')) + p(r('c'), '<w:keepNext/>'),
  ],
  [
    'an inserted paragraph before a table vanishes whole',
    tbl(row(cell(p('')))) + p(''),
    p(r('a')) + tbl(row(cell(p('')))) + p(''),
    p(ins(r('a')), markOf('ins')) + tbl(row(cell(p('')))) + p(''),
  ],
  [
    'a paragraph moves',
    p(r('a')) + p(r('b')),
    p(r('b')) + p(r('a')),
    p(moved('moveFrom', 'a'), markOf('moveFrom')) +
      p(r('b'), markOf('ins')) +
      p(moved('moveTo', 'a', 'm1', 901)),
  ],
  [
    'run format changes',
    p(r('a', '<w:i/>')),
    p(r('a', '<w:b/>')),
    p(r('a', `<w:b/>${change('rPr', '<w:i/>')}`)),
  ],
  [
    'toggles are spelled differently',
    p(r('a', '<w:b/><w:i w:val="0"/>')),
    p(r('a', '<w:b w:val="true"/><w:i w:val="false"/>')),
    p(r('a', '<w:b w:val="on"/><w:i w:val="off"/>')),
  ],
  [
    'paragraph properties change',
    p(r('a'), '<w:keepNext/>'),
    p(r('a'), '<w:jc w:val="center"/>'),
    p(r('a'), `<w:jc w:val="center"/>${change('pPr', '<w:keepNext/>')}`),
  ],
  [
    'the format of a paragraph mark changes',
    p('', '<w:rPr><w:b/></w:rPr>'),
    p('', '<w:rPr/>'),
    p('', `<w:rPr>${change('rPr', '<w:b/>')}</w:rPr>`),
  ],
  [
    'a row is inserted and a row is deleted',
    tbl(row(cell(p(r('a')))) + row(cell(p(r('b'))))) + p(''),
    tbl(row(cell(p(r('b')))) + row(cell(p(r('c'))))) + p(''),
    tbl(
      row(cell(p(del('a'), markOf('del'))), mark('del')) +
        row(cell(p(r('b')))) +
        row(cell(p(ins(r('c')), markOf('ins'))), mark('ins')),
    ) + p(''),
  ],
  [
    'a table is inserted',
    p(''),
    tbl(row(cell(p(r('a'))))) + p(''),
    tbl(row(cell(p(ins(r('a')))), mark('ins'))) + p(''),
  ],
  [
    'a column is inserted',
    tbl(row(cell(p('')))) + p(''),
    tbl(row(cell(p('')) + cell(p(r('b')))), '', '<w:gridCol w:w="50"/><w:gridCol w:w="50"/>') + p(''),
    tbl(
      row(cell(p('')) + cell(p(ins(r('b'))), mark('cellIns'))),
      '',
      '<w:gridCol w:w="50"/><w:gridCol w:w="50"/><w:tblGridChange w:id="700"><w:tblGrid><w:gridCol w:w="100"/></w:tblGrid></w:tblGridChange>',
    ) + p(''),
  ],
  [
    'cells are merged',
    tbl(row(cell(p(''), '<w:vMerge w:val="restart"/>')) + row(cell(p('')))) + p(''),
    tbl(row(cell(p(''), '<w:vMerge w:val="restart"/>')) + row(cell(p(''), '<w:vMerge w:val="continue"/>'))) +
      p(''),
    tbl(
      row(cell(p(''), '<w:vMerge w:val="restart"/>')) +
        row(cell(p(''), `<w:cellMerge w:id="700" ${WHO} w:vMerge="cont"/>`)),
    ) + p(''),
  ],
  [
    'cell, row and table properties change',
    tbl(row(cell(p(''), '<w:noWrap/>'), '<w:cantSplit/>'), '<w:jc w:val="left"/>') + p(''),
    tbl(row(cell(p(''), '<w:hideMark/>'), '<w:tblHeader/>'), '<w:jc w:val="right"/>') + p(''),
    tbl(
      row(
        cell(p(''), `<w:hideMark/>${change('tcPr', '<w:noWrap/>')}`),
        `<w:tblHeader/>${change('trPr', '<w:cantSplit/>')}`,
      ),
      `<w:jc w:val="right"/>${change('tblPr', '<w:jc w:val="left"/>')}`,
    ) + p(''),
  ],
  [
    'section properties change',
    body(p('')),
    { 'word/document.xml': documentXml(`${p('')}<w:sectPr><w:titlePg/></w:sectPr>`) },
    { 'word/document.xml': documentXml(`${p('')}<w:sectPr><w:titlePg/>${change('sectPr', '')}</w:sectPr>`) },
  ],
  [
    'a section goes with its paragraph mark',
    p('', '<w:sectPr><w:titlePg/></w:sectPr>') + p(r('a')),
    p(r('a')),
    p('', `${markOf('del')}<w:sectPr><w:titlePg/></w:sectPr>`) + p(r('a')),
  ],
  ['a block control is inserted', p(r('a')), sdt(p(r('a'))), ranged('Ins', p(r('a')))],
  ['an inline control is deleted, its text stays', p(sdt(r('a'))), p(r('a')), p(ranged('Del', r('a')))],
  [
    'a block control goes with its only paragraph',
    p(r('a')),
    sdt(p(r('b'))) + p(r('a')),
    sdt(p(ins(r('b')), markOf('ins'))) + p(r('a')),
  ],
  [
    'a link goes with its text',
    [body(p(r('a'))), [['l1', 'hyperlink', 'https://example.org/']]],
    [body(p(r('a') + link(r('b'), 'l1'))), [['l1', 'hyperlink', 'https://example.org/']]],
    [body(p(r('a') + link(ins(r('b')), 'l1'))), [['l1', 'hyperlink', 'https://example.org/']]],
  ],
  [
    'ids of relationships differ',
    linked('https://example.org/'),
    linked('https://example.org/', 'x9'),
    linked('https://example.org/'),
  ],
  ['ids of lists differ', numbered(3, 1), numbered(4, 1), numbered(5, 1)],
  [
    'ids of styles differ',
    styled('H1', 'heading 1'),
    styled('Titre1', 'Heading 1'),
    styled('H1', 'Heading 1'),
  ],
  ['two ids of one style differ', twoNames('A'), twoNames('A'), twoNames('B')],
  ['a list of one start has two ids', twoLists(1), twoLists(1), twoLists(2)],
  [
    'a note is inserted, and the ids of notes differ',
    withNotes(p(noteRef(2)), { 2: p(r('x')) }),
    withNotes(p(noteRef(1) + noteRef(2)), { 1: p(r('y')), 2: p(r('x')) }),
    withNotes(p(ins(noteRef(5)) + noteRef(2)), { 5: p(ins(r('y'))), 2: p(r('x')) }),
  ],
  [
    'text of a note changes',
    withNotes(p(noteRef(2)), { 2: p(r('x')) }),
    withNotes(p(noteRef(2)), { 2: p(r('y')) }),
    withNotes(p(noteRef(2)), { 2: p(del('x') + ins(r('y'))) }),
  ],
  [
    'text of a header changes',
    withHeader(p(r('x'))),
    withHeader(p(r('y'))),
    withHeader(p(del('x') + ins(r('y')))),
  ],
  [
    'a header comes where there was none: blank is as none',
    p(r('a')),
    withHeader(p(r('x'))),
    withHeader(p(ins(r('x')))),
  ],
  ['a text box changes', p(box(p(r('a')))), p(box(p(r('b')))), p(box(p(del('a') + ins(r('b')))))],
  [
    'a simple field becomes a complex one',
    p(`<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>`),
    p(''),
    p(
      tag(
        'del',
        field('PAGE', '1')
          .replaceAll('w:t ', 'w:delText ')
          .replaceAll('w:t>', 'w:delText>')
          .replaceAll('instrText', 'delInstrText'),
      ),
    ),
  ],
  [
    'numbering of a paragraph is new',
    p(r('a')),
    p(r('a'), '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="0"/></w:numPr>'),
    p(r('a'), `<w:numPr><w:ilvl w:val="0"/><w:numId w:val="0"/>${mark('ins')}</w:numPr>`),
  ],
  [
    'a bookmark stays around deleted text',
    p(bookmark('b', r('a')) + r('c')),
    p(bookmark('b', '') + r('c')),
    p(bookmark('b', del('a')) + r('c')),
  ],
  [
    'a bookmark of the other input is carried along',
    p(r('a')),
    p(bookmark('b', r('a'))),
    p(bookmark('b', r('a'))),
  ],
  [
    'the input has tracked changes of its own: they count as accepted',
    p(ins(r('a')) + del('b')),
    p(r('ac')),
    p(r('a') + ins(r('c'))),
  ],
  ['nothing changes and the original has tracked changes of its own', TRACKED, p(r('a')), TRACKED],
  [
    'runs of mathematics are split',
    p(`<m:oMath><m:r><m:t>ab</m:t></m:r></m:oMath>`),
    p(`<m:oMath><m:r><m:t>ab</m:t></m:r></m:oMath>`),
    p(`<m:oMath><m:r><m:t>a</m:t></m:r><m:r><m:t>b</m:t></m:r></m:oMath>`),
  ],
  [
    'a fraction loses its bar',
    p(`<m:oMath><m:f><m:fPr><m:ctrlPr/></m:fPr><m:num><m:r><m:t>a</m:t></m:r></m:num></m:f></m:oMath>`),
    p(`<m:oMath><m:r><m:t>a</m:t></m:r></m:oMath>`),
    p(
      `<m:oMath><m:f><m:fPr><m:ctrlPr>${mark('del')}</m:ctrlPr></m:fPr><m:num><m:r><m:t>a</m:t></m:r></m:num></m:f></m:oMath>`,
    ),
  ],
  [
    'an empty paragraph vanishes at the end of a control that something follows',
    sdt(p(r('a'))) + p(r('b')),
    sdt(p(r('a')) + p(r('c'))) + p(r('b')),
    sdt(p(r('a')) + p(ins(r('c')), markOf('ins'))) + p(r('b')),
  ],
  [
    'the only row of a nested table goes, and the table with it',
    tbl(row(cell(tbl(row(cell(p(r('x'))))) + p('')))) + p(''),
    tbl(row(cell(p('')))) + p(''),
    tbl(row(cell(tbl(row(cell(p(del('x'), markOf('del'))), mark('del'))) + p('')))) + p(''),
  ],
  [
    'all cells of a row go, and the row with them',
    tbl(row(cell(p(r('x')))) + row(cell(p('')))) + p(''),
    tbl(row(cell(p('')))) + p(''),
    tbl(row(cell(p(del('x')), mark('cellDel'))) + row(cell(p('')))) + p(''),
  ],
  [
    'links are split by a change',
    [body(p(link(r('ab'), 'l1'))), [['l1', 'hyperlink', 'https://example.org/']]],
    [body(p(link(r('acb'), 'l1'))), [['l1', 'hyperlink', 'https://example.org/']]],
    [
      body(p(link(r('a'), 'l1') + link(ins(r('c')), 'l1') + link(r('b'), 'l1'))),
      [['l1', 'hyperlink', 'https://example.org/']],
    ],
  ],
  [
    'controls nest as deeply as they may',
    p(r('a')),
    p(r('ab')),
    p(r('a') + ins('<w:smartTag w:element="x">'.repeat(480) + r('b') + '</w:smartTag>'.repeat(480))),
  ],
  [
    'a paragraph holds more than fits into arguments',
    p(r('a').repeat(130_000)) + p(r('b')),
    p(r('a').repeat(130_000) + r('b')),
    p(r('a').repeat(130_000), markOf('del')) + p(r('b')),
  ],
];

describe('a redline is exact when', () => {
  test.each(EXACT)('%s', (_, original, modified, redline) => {
    expect(findings(original, modified, redline)).toEqual([]);
  });

  test('the same redline is not exact for other inputs', () => {
    // Guards the table above: a verification that calls everything exact would pass it.
    const different = EXACT.filter(([, a, b]) => Buffer.compare(docx(a), docx(b)) !== 0);
    const swapped = different.map(([what, a, b, c]) => [what, findings(b, a, c).length > 0]);
    const same = ['toggles', 'ids of', 'a bookmark of'];
    expect(
      swapped.filter(([what, found]) => !found && !same.some((s) => String(what).startsWith(s))),
    ).toEqual([]);
  });
});
