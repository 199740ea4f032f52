import { describe, expect, test } from 'vitest';
import { documentXml, partXml } from '../../../test/support/package.ts';
import {
  body,
  box,
  cell,
  docx,
  field,
  noteRef,
  p,
  r,
  row,
  type Source,
  tbl,
  withHeader,
  withNotes,
} from '../../../test/support/redlines.ts';
import { nodeCodec } from '../../kit/index.ts';
import { type Comparison, compare, DEFAULT_LIMITS, type Ignorable, verify } from '../index.ts';
import { openPackage } from '../ooxml/index.ts';

/** Compares without some aspects, and holds the result to what is promised of it. */
function ignoring(names: string, original: Source, modified: Source): Comparison {
  const [a, b] = [docx(original), docx(modified)];
  const ignore = Object.fromEntries(names.split(' ').map((name) => [name, true]));
  const result = compare(a, b, { ignore }, nodeCodec);
  expect(result.report.verification).toMatchObject({ exact: true, differences: [], faults: [] });
  expect(result.report.stories.filter((s) => s.rung !== 'words')).toEqual([]);
  const strict = verify(a, b, result.redline, nodeCodec, DEFAULT_LIMITS);
  expect(strict.differences.filter((d) => d.direction === 'reject')).toEqual([]);
  expect(strict.faults).toEqual([]);
  return result;
}

/** The words of a body, and what is marked in it. */
function shown(redline: Uint8Array): string {
  const xml = openPackage(redline, nodeCodec, DEFAULT_LIMITS).text('word/document.xml');
  return xml
    .replace(/<w:(ins|del)\s[^>]*>/g, '\u0001$1\u0002')
    .replace(/<\/w:(ins|del)>/g, '\u0001/$1\u0002')
    .replace(/<[^>]*>/g, '')
    .replaceAll('\u0001', '<')
    .replaceAll('\u0002', '>')
    .trim();
}

const changes = ({ report }: Comparison): object =>
  Object.fromEntries(Object.entries(report.counts).filter(([, n]) => n > 0));

const TAB = '<w:r><w:tab/></w:r>';
const BOLD = '<w:b/>';
const list = (id: number): string => `<w:numPr><w:ilvl w:val="0"/><w:numId w:val="${id}"/></w:numPr>`;
const simple = (code: string, result: string): string =>
  `<w:fldSimple w:instr="${code}">${r(result)}</w:fldSimple>`;
const commented = (words: string): Source => ({
  ...body(
    p(
      `<w:commentRangeStart w:id="1"/>${r('a b')}<w:commentRangeEnd w:id="1"/><w:r><w:commentReference w:id="1"/></w:r>`,
    ),
  ),
  'word/comments.xml': partXml(
    'w:comments',
    `<w:comment w:id="1" w:author="B" w:date="2024-01-01T00:00:00Z">${p(r(words))}</w:comment>`,
  ),
});
const page = (size: number): Source => ({
  'word/document.xml': documentXml(`${p(r('a'))}<w:sectPr><w:pgSz w:w="${size}" w:h="9"/></w:sectPr>`),
});

describe('what is ignored is no change', () => {
  test.each<[what: string, aspect: Ignorable, original: Source, modified: Source, differences: number]>([
    ['capitals', 'case', p(r('THE Seller')), p(r('The seller')), 2],
    ['a letter that is two in capitals', 'case', p(r('Straße a')), p(r('STRASSE a')), 1],
    ['capitals over runs', 'case', p(r('TH') + r('E end')), p(r('t') + r('he end')), 1],
    ['capitals in a box', 'case', p(box(p(r('ONE two')))), p(box(p(r('one TWO')))), 2],
    ['two blanks for one', 'whitespace', p(r('a  b')), p(r('a b')), 1],
    ['one blank for two', 'whitespace', p(r('a b c')), p(r('a  b\u00a0 c')), 2],
    ['a tab for a blank', 'whitespace', p(r('a ') + TAB + r('b')), p(r('a b')), 1],
    ['blanks for a tab', 'whitespace', p(r('a') + TAB + r('b')), p(r('a   b')), 1],
    ['a blank at the end', 'whitespace', p(r('a b ')), p(r('a b')), 1],
    ['blanks at the start', 'whitespace', p(r('a b')), p(r('  ') + TAB + r('a b')), 1],
    ['a blank in bold', 'whitespace', p(r('a b')), p(r('a') + r(' ', BOLD) + r('b')), 0],
    ['bold words', 'formatting', p(r('a b')), p(r('a ') + r('b', BOLD)), 1],
    ['another indent', 'formatting', p(r('a')), p(r('a'), '<w:ind w:left="9"/>'), 1],
    ['a bold mark', 'formatting', p(r('a')), p(r('a'), `<w:rPr>${BOLD}</w:rPr>`), 1],
    ['another page', 'formatting', page(100), page(200), 1],
    [
      'shaded cells and borders',
      'formatting',
      tbl(row(cell(p(r('a'))))) + p(''),
      tbl(
        row(cell(p(r('a')), '<w:shd w:fill="FF0000"/>'), '<w:tblHeader/>'),
        '<w:jc w:val="center"/>',
        '<w:gridCol w:w="90"/>',
      ) + p(''),
      4,
    ],
    ['another list', 'numbering', p(r('a'), list(1)), p(r('a'), list(2)), 1],
    ['no list', 'numbering', p(r('a'), list(1)), p(r('a')), 1],
    ['a list', 'numbering', p(r('a')), p(r('a'), list(1)), 1],
    ['a header', 'headersAndFooters', withHeader(p(r('x y'))), withHeader(p(r('x z'))), 1],
    ['a header that comes', 'headersAndFooters', p(r('a')), withHeader(p(r('x z'))), 1],
    ['a header that goes', 'headersAndFooters', withHeader(p(r('x y'))), p(r('a')), 1],
    [
      'a note',
      'notes',
      withNotes(p(r('a') + noteRef(1)), { 1: p(r('x')) }),
      withNotes(p(r('a') + noteRef(1)), { 1: p(r('y')) }),
      1,
    ],
    ['a note that goes', 'notes', withNotes(p(r('a') + noteRef(1)), { 1: p(r('x')) }), p(r('a')), 1],
    ['a note that comes', 'notes', p(r('a b')), withNotes(p(r('a b') + noteRef(1)), { 1: p(r('x')) }), 1],
    ['the result of a field', 'fields', p(field('PAGE', '1')), p(field('PAGE', '22')), 1],
    ['the code of a field', 'fields', p(r('a ') + field('REF x', '1')), p(r('a ') + field('REF y', '1')), 1],
    ['a field in another form', 'fields', p(simple('PAGE', '1')), p(field('PAGE', '22')), 1],
    ['words of a comment', 'comments', commented('x'), commented('y'), 1],
    ['a comment that comes', 'comments', p(r('a b')), commented('y'), 1],
  ])('%s', (_, aspect, original, modified, differences) => {
    const result = ignoring(aspect, original, modified);
    expect(changes(result)).toEqual({});
    expect(result.report).toMatchObject({ identical: true, ignored: [{ aspect, differences }] });
  });
});

describe('beside what is ignored', () => {
  test.each<
    [what: string, names: string, original: Source, modified: Source, counts: object, words: number[]]
  >([
    [
      'words change',
      'case',
      p(r('THE old seller')),
      p(r('The new Seller')),
      { insertions: 1, deletions: 1 },
      [1, 1],
    ],
    [
      'words between blanks change',
      'whitespace',
      p(r('foo  X  bar')),
      p(r('foo Y') + TAB + r('bar')),
      { insertions: 1, deletions: 1 },
      [1, 1],
    ],
    [
      'a word with its blank goes',
      'whitespace',
      p(r('foo  X bar')),
      p(r('foo bar')),
      { deletions: 1 },
      [0, 1],
    ],
    [
      'a paragraph is split',
      'whitespace',
      p(r('foo.  bar')),
      p(r('foo. ')) + p(r('bar')),
      { insertions: 0 },
      [0, 0],
    ],
    [
      'paragraphs are joined',
      'whitespace',
      p(r('foo; ')) + p(r('bar')),
      p(r('foo;bar')),
      { deletions: 1 },
      [0, 0],
    ],
    [
      'the list changes',
      'formatting',
      p(r('a'), `<w:keepNext/>${list(1)}<w:ind w:left="1"/>`),
      p(r('a'), `${list(2)}<w:jc w:val="end"/>`),
      { paragraphFormatting: 1 },
      [0, 0],
    ],
    [
      'the indent changes',
      'numbering',
      p(r('a'), `<w:keepNext/>${list(1)}<w:ind w:left="1"/>`),
      p(r('a'), `${list(2)}<w:jc w:val="end"/>`),
      { paragraphFormatting: 1 },
      [0, 0],
    ],
    [
      'the format of a sentence changes',
      'whitespace',
      p(r('a  b c')),
      p(r('a b  c', BOLD)),
      { runFormatting: 1 },
      [0, 0],
    ],
    [
      'a cell spans two',
      'formatting',
      tbl(row(cell(p(r('a'))))) + p(''),
      tbl(row(cell(p(r('a')), '<w:gridSpan w:val="2"/>'))) + p(''),
      { tableProperties: 1 },
      [0, 0],
    ],
    [
      'a sentence with its note comes',
      'notes',
      p(r('a b')),
      withNotes(p(r('a b')) + p(r('c d') + noteRef(1)), { 1: p(r('x')) }),
      { insertions: 1 },
      [2, 0],
    ],
    ['a field comes', 'fields', p(r('a ')), p(r('a ') + field('PAGE', '22')), { insertions: 1 }, [1, 0]],
    [
      'words and their format change',
      'case formatting whitespace',
      p(r('ALL  of it is new', BOLD)),
      p(r('all of that is new')),
      { insertions: 1, deletions: 1 },
      [1, 1],
    ],
  ])('%s', (_, names, original, modified, counts, [inserted, deleted]) => {
    const result = ignoring(names, original, modified);
    expect(result.report.counts).toMatchObject(counts);
    expect(result.report.words).toMatchObject({ inserted, deleted });
  });
});

describe('a verification without an aspect', () => {
  test.each<[Ignorable, Source, Source]>([
    ['case', p(r('a b')), p(r('a c'))],
    ['whitespace', p(r('a b')), p(r('ab'))],
    ['formatting', p(r('a'), list(1)), p(r('a'))],
    ['numbering', p(r('a')), p(r('a', BOLD))],
    [
      'headersAndFooters',
      withNotes(p(r('a') + noteRef(1)), { 1: p(r('x')) }),
      withNotes(p(r('a') + noteRef(1)), { 1: p(r('y')) }),
    ],
    ['notes', withHeader(p(r('x'))), withHeader(p(r('y')))],
    ['fields', p(field('PAGE', '1')), p(r('1'))],
    ['comments', p(r('a')), p(r('A'))],
  ])('still sees what %s is not', (aspect, original, modified) => {
    const [a, b] = [docx(original), docx(modified)];
    const nothing = { case: false, whitespace: false, formatting: false, numbering: false };
    const ignore = { ...nothing, headersAndFooters: false, notes: false, fields: false, comments: false };
    const found = verify(a, b, a, nodeCodec, DEFAULT_LIMITS, { ...ignore, [aspect]: true });
    expect(found.differences).toContainEqual(expect.objectContaining({ direction: 'accept' }));
  });
});

describe('by character', () => {
  test.each<[what: string, original: string, modified: string, xml: string]>([
    ['a letter', p(r('colour of')), p(r('color of')), 'colo<del>u</del>r of'],
    ['a cluster', p(r('cafe\u0301 x')), p(r('cafe x')), 'caf<del>e\u0301</del><ins>e</ins> x'],
    [
      'a surrogate pair',
      p(r('a\u{1F600}b')),
      p(r('a\u{1F601}b')),
      'a<del>\u{1F600}</del><ins>\u{1F601}</ins>b',
    ],
    ['a whole word', p(r('a b c')), p(r('a c')), 'a <del>b </del>c'],
  ])('%s', (_, original, modified, want) => {
    const [a, b] = [docx(original), docx(modified)];
    const { redline, report } = compare(a, b, { granularity: 'character' }, nodeCodec);
    expect(report.stories).toMatchObject([{ rung: 'words' }]);
    expect(shown(redline)).toBe(want);
    expect(report.words.deleted).toBe(1);
  });
});
