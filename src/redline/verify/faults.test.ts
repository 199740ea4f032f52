import { describe, expect, test } from 'vitest';
import { documentXml, type Parts } from '../../../test/support/package.ts';
import {
  body,
  bookmark,
  cell,
  change,
  docx,
  field,
  findings,
  gone,
  ins,
  link,
  linked,
  moved,
  noteRef,
  p,
  r,
  row,
  type Source,
  tag,
  tbl,
  WHO,
  withNotes,
} from '../../../test/support/redlines.ts';
import { nodeCodec } from '../../kit/index.ts';
import { DEFAULT_LIMITS } from '../options.ts';
import { verify } from './index.ts';

type Row = readonly [what: string, original: Source, modified: Source, redline: Source];

type Fault = readonly [what: string, original: Source, modified: Source, redline: Source, finding: string];

const WRONG: readonly Fault[] = [
  [
    'deleted text is w:t',
    p(r('ab')),
    p(r('a')),
    p(r('a') + tag('del', r('b'))),
    'fault deleted-text: w:t inside w:del',
  ],
  [
    'w:delText is not deleted',
    p(r('a')),
    p(r('a')),
    p(gone('a')),
    'fault deleted-text: w:delText outside w:del and w:moveFrom',
  ],
  [
    'an insertion lies in an insertion',
    p(''),
    p(r('a')),
    p(ins(ins(r('a')))),
    'fault nested-revision: w:ins inside w:ins',
  ],
  [
    'an insertion holds a link',
    [body(p('')), []],
    linked('https://example.org/'),
    [body(p(ins(link(r('a'), 'l1')))), [['l1', 'hyperlink', 'https://example.org/']]],
    'fault revision-place: w:ins around w:hyperlink',
  ],
  [
    'an insertion holds a paragraph',
    p(''),
    p(r('a')) + p(''),
    ins(p(r('a'))) + p(''),
    'fault revision-place: w:ins around w:p',
  ],
  [
    'a revision has no author',
    p(''),
    p(r('a')),
    p(`<w:ins w:id="1">${r('a')}</w:ins>`),
    'fault revision-attributes: w:ins without w:id or w:author',
  ],
  [
    'a revision id comes twice',
    p(''),
    p(r('ab')),
    p(`<w:ins w:id="1" ${WHO}>${r('a')}</w:ins><w:ins w:id="1" ${WHO}>${r('b')}</w:ins>`),
    'fault duplicate-id: revision id used twice',
  ],
  [
    'a move has no destination',
    p(r('a')),
    p(''),
    p(moved('moveFrom', 'a')),
    'fault range: names of moveFrom and moveTo ranges differ',
  ],
  [
    'a move has no end',
    p(''),
    p(r('a')),
    p(moved('moveTo', 'a').replace(/<w:moveToRangeEnd[^>]*>/, '')),
    'fault range: w:moveToRangeStart and its end do not pair',
  ],
  [
    'a bookmark has no end',
    p(bookmark('b', r('a'))),
    p(bookmark('b', r('a'))),
    p(`<w:bookmarkStart w:id="1" w:name="b"/>${r('a')}`),
    'fault range: w:bookmarkStart and its end do not pair',
  ],
  [
    'a bookmark comes twice',
    p(bookmark('b', r('a'))),
    p(bookmark('b', r('a'))),
    p(bookmark('b', r('a')) + bookmark('B', '', 2)),
    'fault duplicate-id: bookmark name used twice',
  ],
  [
    'properties are out of order',
    p('', '<w:keepNext/><w:jc w:val="left"/>'),
    p('', '<w:keepNext/><w:jc w:val="left"/>'),
    p('', '<w:jc w:val="left"/><w:keepNext/>'),
    'fault order: children of w:pPr out of order',
  ],
  [
    'a change of properties is not last',
    p(r('a')),
    p(r('a', '<w:b/>')),
    p(r('a', `${change('rPr', '')}<w:b/>`)),
    'fault order: children of w:rPr out of order',
  ],
  [
    'former properties keep a section',
    p(''),
    p('', '<w:keepNext/>'),
    p('', `<w:keepNext/>${change('pPr', '<w:sectPr/>')}`),
    'fault revision-place: w:pPrChange with the wrong holder or content',
  ],
  [
    'a cell has no paragraph',
    tbl(row(cell(p('')))) + p(''),
    tbl(row(cell(p('')))) + p(''),
    tbl(row(cell(''))) + p(''),
    'fault table: w:tc does not end with a paragraph',
  ],
  [
    'half a field is deleted',
    p(field('PAGE', '1')),
    p(''),
    p(field('PAGE', '1').replace(/<w:r><w:fldChar w:fldCharType="end"\/><\/w:r>/, (end) => tag('del', end))),
    'fault field: complex fields not balanced (accept)',
  ],
  [
    'a note reference leads nowhere',
    withNotes(p(noteRef(2)), { 2: p('') }),
    withNotes(p(noteRef(2)), { 2: p('') }),
    withNotes(p(noteRef(2)), { 3: p('') }),
    'fault reference: w:footnoteReference to a missing entry',
  ],
  [
    'a relationship is missing',
    linked('https://example.org/'),
    linked('https://example.org/'),
    [body(p(link(r('a'), 'l1'))), []],
    'fault relationship: w:hyperlink/@r:id has no relationship',
  ],
  [
    'a relationship leads nowhere',
    p(''),
    p(''),
    [body(p('')), [['l1', 'image', 'media/none.png']]],
    'fault relationship: target media/none.png does not exist',
  ],
  [
    'a part is no XML',
    p(''),
    p(''),
    { ...body(p('')), 'word/settings.xml': '<w:settings>' },
    'fault entry: document/damaged-part in word/settings.xml',
  ],
  [
    'a part has no content type',
    p(''),
    p(''),
    { ...body(p('')), 'word/media/a.xyz': 'a' },
    'fault content-type: part without content type',
  ],
  [
    'an entry comes twice',
    p(''),
    p(''),
    { ...body(p('')), 'word/Document.xml': documentXml(p('')) },
    'fault entry: duplicate entry word/document.xml',
  ],
  [
    'the document is no XML',
    p(''),
    p(''),
    { 'word/document.xml': '<w:document>' },
    'fault unreadable: document/damaged-part: A part is not well-formed XML: it has a name that means nothing.',
  ],
];

describe('verification finds the fault that', () => {
  test.each(WRONG)('%s', (_, original, modified, redline, finding) => {
    expect(findings(original, modified, redline)).toContain(finding);
  });
});

describe('verification holds back when', () => {
  const twice = p('', '<w:jc w:val="left"/><w:keepNext/>');
  const CASES: readonly Row[] = [
    ['an input has the same fault', twice, twice, twice],
    [
      'an input has a field without an end',
      p('<w:r><w:fldChar w:fldCharType="begin"/></w:r>'),
      p('<w:r><w:fldChar w:fldCharType="begin"/></w:r>'),
      p('<w:r><w:fldChar w:fldCharType="begin"/></w:r>'),
    ],
  ];
  test.each(CASES)('%s', (_, original, modified, redline) => {
    expect(findings(original, modified, redline)).toEqual([]);
  });
});

test('an input that cannot be read is refused by name', () => {
  const good = docx(p(''));
  expect(() => verify(good, good.subarray(0, 40), good, nodeCodec, DEFAULT_LIMITS)).toThrow(
    expect.objectContaining({
      code: 'document/not-a-package',
      details: expect.objectContaining({ input: 'modified' }),
    }),
  );
});

test('Strict and Transitional namespaces say the same', () => {
  const strict = (parts: Parts): Parts => ({
    'word/document.xml': String(parts['word/document.xml']).replace(
      'http://schemas.openxmlformats.org/wordprocessingml/2006/main',
      'http://purl.oclc.org/ooxml/wordprocessingml/main',
    ),
  });
  expect(findings(body(p(r('a'))), strict(body(p(r('ab')))), strict(body(p(r('a') + ins(r('b'))))))).toEqual(
    [],
  );
});
