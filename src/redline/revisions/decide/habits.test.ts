import { expect, test } from 'vitest';
import { isDecided } from '../../../../test/support/decided.ts';
import {
  cell,
  change,
  del,
  docx,
  field,
  gone,
  ins,
  mark,
  markOf,
  p,
  r,
  ranged,
  row,
  t,
  tag,
  tbl,
} from '../../../../test/support/redlines.ts';
import { nodeCodec } from '../../../kit/index.ts';
import { openPackage } from '../../ooxml/index.ts';
import { DEFAULT_LIMITS } from '../../options.ts';
import { decideChanges } from './decide.ts';

const TAIL = p(r('end'));
const WHEN = 'w:date="2024-05-01T00:00:00Z"';
const google = (content: string, n: number): string =>
  `<w:sdt><w:sdtPr><w:id w:val="-${n}7523784"/><w:tag w:val="goog_rdk_${n}"/></w:sdtPr><w:sdtContent>${content}</w:sdtContent></w:sdt>`;
const googleMark = (name: string, content: string, id: number): string =>
  `<w:${name} w:author="Ada Lovelace" w:id="${id}" w:date="2024-05-01T10:11:12Z">${content}</w:${name}>`;
const googleRun = (text: string, name = 't'): string =>
  `<w:r w:rsidDel="00000000" w:rsidR="00000000" w:rsidRPr="00000000"><w:rPr><w:rtl w:val="0"/></w:rPr><w:${name} xml:space="preserve">${text}</w:${name}></w:r>`;
const office = (name: string, content: string, id = 0): string =>
  `<w:${name} w:id="${id}" w:author="Unknown Author" w:date="2024-05-01T10:11:12Z">${content}</w:${name}>`;

const officeMove = (way: 'From' | 'To', id: number): string =>
  `${office(`move${way}`, `<w:move${way}RangeStart w:id="${id}" w:name="m1"/>${r('words')}`, id + 1)}<w:move${way}RangeEnd w:id="${id}"/>`;
const [MOVED_FROM, MOVED_TO] = [officeMove('From', 1), officeMove('To', 3)];

/** How other editors write what Word writes otherwise. */
const HABITS: readonly (readonly [what: string, content: string])[] = [
  [
    'Google Docs: suggestions in controls of their own',
    p(
      googleRun('a ') +
        google(googleMark('ins', googleRun('b'), 0), 0) +
        google(googleMark('del', googleRun('c', 'delText'), 0), 1),
    ),
  ],
  [
    'Google Docs: controls around controls, and empty ones',
    p(
      google(
        google(googleMark('ins', googleRun('b'), 0), 1) +
          google(googleMark('del', googleRun('c', 'delText'), 1), 2),
        0,
      ) + google('', 3),
    ),
  ],
  [
    'LibreOffice: the range of a move begins in what moved',
    p(MOVED_FROM + r(' left')) + p(r('here ') + MOVED_TO),
  ],
  [
    'Google Docs: a suggested paragraph in a control',
    google(p(googleRun('a'), `<w:rPr>${googleMark('ins', '', 0)}</w:rPr>`), 0) +
      google(p(google(googleMark('ins', googleRun('b'), 1), 2)), 1) +
      TAIL,
  ],
  [
    'Google Docs: a paragraph that goes, in a control',
    p(googleRun('a')) +
      google(
        p(
          google(googleMark('del', googleRun('b', 'delText'), 1), 2),
          `<w:rPr>${googleMark('del', '', 0)}</w:rPr>`,
        ),
        1,
      ) +
      TAIL,
  ],
  [
    'Google Docs: cells in locked controls',
    tbl(
      row(
        google(cell(p(googleMark('ins', googleRun('a'), 0))), 0) +
          google(cell(p(googleMark('del', googleRun('b', 'delText'), 1))), 1),
      ),
    ) + TAIL,
  ],
  [
    'Google Docs: suggested formats, without former ones',
    p(
      `<w:r><w:rPr><w:b w:val="1"/>${googleMark('rPrChange', '<w:rPr/>', 0)}</w:rPr>${t('a')}</w:r>`,
      `<w:jc w:val="center"/>${googleMark('pPrChange', '<w:pPr/>', 1)}`,
    ),
  ],
  [
    'LibreOffice: every record of formats under one id',
    p(
      `<w:r><w:rPr><w:b/>${office('rPrChange', '<w:rPr></w:rPr>')}</w:rPr>${t('a')}</w:r><w:r><w:rPr><w:i/>${office('rPrChange', '<w:rPr></w:rPr>')}</w:rPr>${t('b')}</w:r>`,
      `<w:keepNext/>${office('pPrChange', '<w:pPr></w:pPr>')}`,
    ),
  ],
  [
    'LibreOffice: former properties in an order of its own',
    p(
      r('a'),
      `<w:keepNext/>${office('pPrChange', '<w:pPr><w:spacing w:before="1" w:after="1"/><w:ind w:left="1"/><w:tabs><w:tab w:val="left" w:pos="9"/></w:tabs><w:pStyle w:val="Normal"/></w:pPr>')}`,
    ),
  ],
  [
    'LibreOffice: empty runs and properties around changes',
    p(
      `<w:r><w:rPr></w:rPr></w:r>${office('ins', `<w:r><w:rPr></w:rPr>${t('a')}</w:r>`, 3)}${office('del', `<w:r><w:rPr></w:rPr><w:delText xml:space="preserve">b</w:delText></w:r>`, 4)}`,
      `<w:pStyle w:val="Normal"/><w:rPr>${office('ins', '', 2)}</w:rPr>`,
    ) + TAIL,
  ],
  [
    'LibreOffice: a paragraph that is deleted whole, and an inserted row',
    p(office('del', gone('a'), 1), `<w:rPr>${office('del', '', 0)}</w:rPr>`) +
      tbl(
        row(
          cell(p(office('ins', r('b'), 6), `<w:rPr>${office('ins', '', 7)}</w:rPr>`)),
          office('ins', '', 5),
        ) + row(cell(p(r('c')))),
      ) +
      TAIL,
  ],
  [
    'LibreOffice: several moves under names of their own, marks moved with the words',
    p(
      `<w:moveFromRangeStart w:id="3" w:author="Unknown Author" w:date="2024-05-01T10:11:12Z" w:name="move1"/>${office('moveFrom', r('a'), 4)}<w:moveFromRangeEnd w:id="3"/>`,
      `<w:rPr>${office('moveFrom', '', 5)}</w:rPr>`,
    ) +
      TAIL +
      p(
        `<w:moveToRangeStart w:id="6" w:author="Unknown Author" w:date="2024-05-01T10:11:12Z" w:name="move1"/>${office('moveTo', r('a'), 7)}<w:moveToRangeEnd w:id="6"/>`,
        `<w:rPr>${office('moveTo', '', 8)}</w:rPr>`,
      ) +
      TAIL,
  ],
];

const boxes = (content: string): string =>
  '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><a:graphic><a:graphicData><wps:wsp><wps:txbx><w:txbxContent>' +
  `${content}</w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>` +
  `<mc:Fallback><w:pict><v:shape><v:textbox><w:txbxContent>${content}</w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>`;
const list = (inside: string): string =>
  `<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/>${inside}</w:numPr>`;
const mathRun = (text: string): string => `<m:r><m:t>${text}</m:t></m:r>`;
const fraction = (control: string): string =>
  `<m:oMath><m:f><m:fPr><m:ctrlPr>${control}</m:ctrlPr></m:fPr><m:num>${mathRun('1')}</m:num><m:den>${mathRun('2')}</m:den></m:f></m:oMath>`;
const by = (name: string, author: string, content: string, id: number): string =>
  `<w:${name} w:id="${id}" w:author="${author}" ${WHEN}>${content}</w:${name}>`;

/** Everywhere that a change can stand. */
const PLACES: readonly (readonly [what: string, content: string])[] = [
  [
    'numbers as they were',
    p(r('a'), list(`<w:numberingChange w:id="1" w:author="A" ${WHEN} w:original="1."/>`)),
  ],
  ['a number that comes', p(r('a'), list(mark('ins')))],
  ['both copies of a text box', p(boxes(p(r('a') + ins(r('b')) + del('c'))))],
  ['a mark in both copies of a text box', p(boxes(p(r('a'), markOf('del')) + p(r('b'))))],
  ['a fraction that comes', p(fraction(by('ins', 'A', '<w:rPr/>', 1)))],
  ['a fraction that goes', p(r('a') + fraction(by('del', 'A', '<w:rPr/>', 1)))],
  [
    'an equation that comes, and one that goes',
    p(ins(`<m:oMath>${mathRun('x')}</m:oMath>`) + tag('del', `<m:oMath>${mathRun('y')}</m:oMath>`)),
  ],
  ['a control whose tags come', ranged('Ins', p(r('a'))) + TAIL],
  ['a control whose tags go', ranged('Del', p(r('a') + ins(r('b')))) + TAIL],
  [
    'cells that are merged',
    tbl(
      row(cell(p(r('a')))) + row(cell(p(''), `<w:cellMerge w:id="1" w:author="A" ${WHEN} w:vMerge="cont"/>`)),
    ) + TAIL,
  ],
  [
    'changes of three authors in one another',
    p(
      by('ins', 'A', r('a') + by('del', 'B', gone('b'), 2) + r('c'), 1) + by('del', 'C', gone('d'), 3),
      `<w:rPr>${by('ins', 'A', '', 4)}${by('del', 'B', '', 5)}</w:rPr>`,
    ) + TAIL,
  ],
  [
    'a row of one author with words of another',
    tbl(
      row(cell(p(by('ins', 'A', r('a') + by('del', 'B', gone('b'), 2), 1))), by('ins', 'A', '', 3)) +
        row(cell(p(r('c')))),
    ) + TAIL,
  ],
  [
    'properties on every level',
    tbl(
      row(
        cell(
          p(r('a', `<w:b/>${change('rPr', '')}`), `<w:keepNext/>${change('pPr', '')}`),
          `<w:noWrap/>${change('tcPr', '')}`,
        ),
        `<w:cantSplit/>${change('trPr', '')}`,
      ),
      `<w:jc w:val="center"/>${change('tblPr', '')}`,
      `<w:gridCol w:w="1"/><w:tblGridChange w:id="9"><w:tblGrid><w:gridCol w:w="2"/></w:tblGrid></w:tblGridChange>`,
    ) +
      p(
        r('b'),
        `<w:sectPr><w:pgSz w:w="1" w:h="1"/>${change('sectPr', '<w:pgSz w:w="2" w:h="2"/>')}</w:sectPr>`,
      ) +
      TAIL,
  ],
  [
    'a field that goes, and one that comes',
    p(
      tag(
        'del',
        `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:delInstrText>PAGE</w:delInstrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>${gone('1')}<w:r><w:fldChar w:fldCharType="end"/></w:r>`,
      ) + ins(field('DATE', '2')),
    ),
  ],
  [
    'a simple field whose result changes',
    p(`<w:fldSimple w:instr="PAGE">${del('1')}${ins(r('2'))}</w:fldSimple>`),
  ],
];

test.each(PLACES)('changes are decided wherever they stand: %s', (_, content) => {
  expect(isDecided(content)).toBeGreaterThan(0);
});

test.each(HABITS)('what others write is listed and decided: %s', (_, content) => {
  expect(isDecided(content)).toBeGreaterThan(0);
});

test('former properties come back in the order of the schema', () => {
  const former = '<w:pPr><w:ind w:left="1"/><w:keepNext/></w:pPr>';
  const { document } = decideChanges(
    docx(p(r('a'), tag('pPrChange', former))),
    [{ verdict: 'reject', changes: {} }],
    { limits: DEFAULT_LIMITS },
    nodeCodec,
  );
  const pkg = openPackage(document, nodeCodec, DEFAULT_LIMITS);
  expect(pkg.text(pkg.main)).toContain('<w:pPr><w:keepNext/><w:ind w:left="1"/></w:pPr>');
});
