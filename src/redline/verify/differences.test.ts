import { describe, expect, test } from 'vitest';
import { documentXml } from '../../../test/support/package.ts';
import {
  body,
  bookmark,
  box,
  cell,
  del,
  field,
  findings,
  ins,
  linked,
  mark,
  markOf,
  noteRef,
  numbered,
  p,
  r,
  row,
  type Source,
  sdt,
  styled,
  tbl,
  withHeader,
  withNotes,
} from '../../../test/support/redlines.ts';

type Fault = readonly [what: string, original: Source, modified: Source, redline: Source, finding: string];

/** A text box with its fallback; plain text or runs. */
const twins = (box: string, fallback: string): string => {
  const content = (runs: string): string =>
    `<w:txbxContent>${p(runs.startsWith('<') ? runs : r(runs))}</w:txbxContent>`;
  return (
    `<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>${content(box)}</wps:txbx></w:drawing>` +
    `</mc:Choice><mc:Fallback><w:pict><v:textbox>${content(fallback)}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>`
  );
};

const WRONG: readonly Fault[] = [
  ['a word is not tracked', p(r('a')), p(r('b')), p(r('b')), 'reject text lines of body'],
  ['an inserted word is missing', p(r('a')), p(r('ab')), p(r('a')), 'accept text lines of body'],
  [
    'a blank at the end of a text is lost',
    p(r('a ')),
    p(r('a ')),
    p('<w:r><w:t>a </w:t></w:r>'),
    'reject text lines of body',
  ],
  ['run format is lost', p(r('a', '<w:b/>')), p(r('a', '<w:b/>')), p(r('a')), 'reject format runs of body'],
  ['former run format is not kept', p(r('a', '<w:b/>')), p(r('a')), p(r('a')), 'reject format runs of body'],
  [
    'the language of a run is lost',
    p(r('a', '<w:lang w:val="de-DE"/>')),
    p(r('a')),
    p(r('a')),
    'reject format runs of body',
  ],
  [
    'the format of a mark is lost',
    p('', '<w:rPr><w:b/></w:rPr>'),
    p(''),
    p(''),
    'reject format runs of body',
  ],
  [
    'paragraph properties are lost',
    p('', '<w:keepNext/>'),
    p(''),
    p(''),
    'reject structure paragraph-properties of body',
  ],
  [
    'a style is lost',
    styled('H1', 'Heading 1'),
    styled('H1', 'Heading 1'),
    p(r('a')),
    'reject structure styles of body',
  ],
  [
    'a style means another one',
    styled('H1', 'Heading 1'),
    styled('H1', 'Heading 1'),
    styled('H1', 'Title'),
    'reject structure styles of body',
  ],
  [
    'a list means another one',
    numbered(3, 1),
    numbered(3, 1),
    numbered(3, 2),
    'reject structure numbering of body',
  ],
  [
    'a link leads elsewhere',
    linked('https://example.org/'),
    linked('https://example.org/'),
    linked('https://example.com/'),
    'reject structure hyperlinks of body',
  ],
  [
    'the last mark is tracked',
    p(r('a')),
    p(r('a')) + p(r('b')),
    p(r('a')) + p(ins(r('b')), markOf('ins')),
    'reject text lines of body',
  ],
  [
    'the last mark of a cell is tracked',
    tbl(row(cell(p(r('a'))))) + p(''),
    tbl(row(cell(p(r('a')) + p('')))) + p(''),
    tbl(row(cell(p(r('a')) + p('', markOf('ins'))))) + p(''),
    'reject text lines of body',
  ],
  [
    'a bookmark is lost',
    p(bookmark('b', r('a'))),
    p(bookmark('b', r('a'))),
    p(r('a')),
    'reject structure bookmarks of document',
  ],
  [
    'a bookmark is made up',
    p(r('a')),
    p(r('a')),
    p(bookmark('b', r('a'))),
    'reject structure bookmarks of document',
  ],
  [
    'a row is not tracked',
    tbl(row(cell(p('')))) + p(''),
    tbl(row(cell(p(''))) + row(cell(p('')))) + p(''),
    tbl(row(cell(p(''))) + row(cell(p('')))) + p(''),
    'reject text lines of body',
  ],
  [
    'cell properties are lost',
    tbl(row(cell(p(''), '<w:noWrap/>'))) + p(''),
    tbl(row(cell(p('')))) + p(''),
    tbl(row(cell(p('')))) + p(''),
    'reject structure tables of body',
  ],
  [
    'the grid is lost',
    tbl(row(cell(p('')))) + p(''),
    tbl(row(cell(p(''))), '', '') + p(''),
    tbl(row(cell(p(''))), '', '') + p(''),
    'reject structure tables of body',
  ],
  ['a control is lost', sdt(p(r('a'))), p(r('a')), p(r('a')), 'reject structure content-controls of body'],
  [
    'an inline control is lost',
    p(sdt(r('a'))),
    p(sdt(r('a'))),
    p(r('a')),
    'reject structure content-controls of body',
  ],
  [
    'nested controls stay when only their content goes',
    p(r('a')),
    sdt(sdt(p(r('b')))) + p(r('a')),
    sdt(sdt(p(ins(r('b')), markOf('ins')))) + p(r('a')),
    'reject structure content-controls of body',
  ],
  [
    'a section property is lost',
    { 'word/document.xml': documentXml(`${p('')}<w:sectPr><w:docGrid w:linePitch="360"/></w:sectPr>`) },
    body(p('')),
    body(p('')),
    'reject structure sections of body',
  ],
  [
    'a note says something else',
    withNotes(p(noteRef(2)), { 2: p(r('x')) }),
    withNotes(p(noteRef(2)), { 2: p(r('x')) }),
    withNotes(p(noteRef(2)), { 2: p(r('z')) }),
    'reject text lines of footnote 1',
  ],
  [
    'notes change places',
    withNotes(p(noteRef(1) + noteRef(2)), { 1: p(r('x')), 2: p(r('y')) }),
    withNotes(p(noteRef(1) + noteRef(2)), { 1: p(r('x')), 2: p(r('y')) }),
    withNotes(p(noteRef(2) + noteRef(1)), { 1: p(r('x')), 2: p(r('y')) }),
    'reject text lines of footnote 1',
  ],
  [
    'a header is lost',
    withHeader(p(r('x'))),
    withHeader(p(r('x'))),
    p(r('a')),
    'reject structure stories of header 1 default',
  ],
  [
    'a header is not tracked',
    withHeader(p(r('x'))),
    withHeader(p(r('y'))),
    withHeader(p(r('y'))),
    'reject text lines of header 1 default',
  ],
  [
    'a text box is not tracked',
    p(box(p(r('a')))),
    p(box(p(r('b')))),
    p(box(p(r('b')))),
    'reject text lines of body',
  ],
  [
    'the code of a field changes',
    p(field('PAGE', '1')),
    p(field('PAGE', '1')),
    p(field('DATE', '1')),
    'reject text lines of body',
  ],
  [
    'the direction of a run is lost',
    p(`<w:bdo w:val="rtl">${r('a')}</w:bdo>`),
    p(r('a')),
    p(r('a')),
    'reject format runs of body',
  ],
  [
    'joined paragraphs keep the first properties',
    p(r('a'), '<w:keepNext/>') + p(r('b')),
    p(r('ab'), '<w:keepNext/>'),
    p(r('a'), `<w:keepNext/>${markOf('del')}`) + p(r('b')),
    'accept structure paragraph-properties of body',
  ],
  [
    'the fallback twin of a text box did not change',
    p(twins('a', 'a')),
    p(twins('b', 'b')),
    p(twins(del('a') + ins(r('b')), r('b'))),
    'reject structure objects of body',
  ],
  [
    'a row cannot be moved',
    tbl(row(cell(p(''))) + row(cell(p('')))) + p(''),
    tbl(row(cell(p('')))) + p(''),
    tbl(row(cell(p(''))) + row(cell(p('')), mark('moveFrom'))) + p(''),
    'accept text lines of body',
  ],
];

describe('verification finds that', () => {
  test.each(WRONG)('%s', (_, original, modified, redline, finding) => {
    expect(findings(original, modified, redline)).toContain(finding);
  });
});
