import { expect, test } from 'vitest';
import { box, cell, docx, numbered, p, r, row, type Source, sdt, tbl } from '../../test/support/redlines.ts';
import { nodeCodec } from '../kit/index.ts';
import { applyEdits, DEFAULT_LIMITS, readEdits } from './index.ts';

const OPTIONS = { author: 'Ed', date: null, limits: DEFAULT_LIMITS };
const DOCUMENT = docx(p(r('The fee is ten pounds.')) + p(r('It is due at once.')));
const EDITS = readEdits([{ op: 'replace', at: { quote: 'ten' }, with: 'twelve' }]);

test.each<[string, (xml: string) => string]>([
  ['an insertion that is none', (xml) => xml.replaceAll(/<w:ins [^>]*>|<\/w:ins>/g, '')],
  ['a deletion without its words', (xml) => xml.replaceAll(/<w:del [^>]*>.*?<\/w:del>/g, '')],
  ['an id that is there twice', (xml) => xml.replaceAll(/(<w:(?:ins|del) w:id=)"\d+"/g, '$1"7"')],
  ['deleted words that are none', (xml) => xml.replaceAll('w:delText', 'w:t')],
])('edits that were written wrong are refused: %s', (_, broken) => {
  const codec = { ...nodeCodec, encodeUtf8: (xml: string) => nodeCodec.encodeUtf8(broken(xml)) };
  expect(() => applyEdits(DOCUMENT, EDITS, OPTIONS, nodeCodec)).not.toThrow();
  expect(() => applyEdits(DOCUMENT, EDITS, OPTIONS, codec)).toThrow(
    expect.objectContaining({ code: 'edit/not-exact' }),
  );
});

const BOLD = { op: 'formatText', at: { quote: 'ten' }, set: { bold: true, size: 9 } };
const LEFT = { op: 'formatParagraph', at: { quote: 'ten' }, set: { indentLeft: 36, keepNext: true } };
const TEN = p(r('The fee is ten pounds.'), '<w:jc w:val="right"/>') + p(r('It is due at once.'));
const FORMER = '<w:pPrChange w:id="90" w:author="Ed"><w:pPr/></w:pPrChange>';

test.each<[string, Source, object, (xml: string) => string]>([
  ['another property', TEN, BOLD, (xml) => xml.replaceAll('<w:b/>', '<w:i/>')],
  ['another value', TEN, BOLD, (xml) => xml.replaceAll('w:sz w:val="18"', 'w:sz w:val="20"')],
  ['one property too many', TEN, BOLD, (xml) => xml.replaceAll('<w:b/>', '<w:b/><w:i/>')],
  [
    'one word too many',
    TEN,
    BOLD,
    (xml) =>
      xml.replaceAll(
        /<w:r>(?=<w:t [^>]*> pounds)/g,
        `<w:r><w:rPr><w:b/>${FORMER.replaceAll('pPr', 'rPr')}</w:rPr>`,
      ),
  ],
  ['one letter too few', TEN, BOLD, (xml) => xml.replaceAll('>ten<', '>te</w:t></w:r><w:r><w:t>n<')],
  ['another indent', TEN, LEFT, (xml) => xml.replaceAll('w:left="720"', 'w:left="360"')],
  [
    'a property that was there is gone',
    TEN,
    LEFT,
    (xml) => xml.replaceAll(/<w:jc w:val="right"\/>(?=<w:pPrChange)/g, ''),
  ],
  [
    'another paragraph with it',
    TEN,
    LEFT,
    (xml) => xml.replaceAll(/<w:p>(?=<w:r><w:t[^>]*>It is)/g, `<w:p><w:pPr><w:keepNext/>${FORMER}</w:pPr>`),
  ],
  [
    'another level',
    numbered(1, 1),
    { op: 'formatParagraph', at: { quote: 'a' }, set: { level: 2 } },
    (xml) => xml.replaceAll('<w:ilvl w:val="2"/>', '<w:ilvl w:val="3"/>'),
  ],
  [
    'new words that look otherwise',
    TEN,
    { op: 'replace', at: { quote: 'ten' }, with: 'twelve' },
    (xml) => xml.replaceAll(/(<w:ins [^>]*><w:r>)/g, '$1<w:rPr><w:b/></w:rPr>'),
  ],
])('formatting that is not the one that was asked for is refused: %s', (_, source, edit, broken) => {
  const written = (xml: string): string => (xml.includes('w:author="Ed"') ? broken(xml) : xml);
  const codec = { ...nodeCodec, encodeUtf8: (xml: string) => nodeCodec.encodeUtf8(written(xml)) };
  const edits = readEdits([edit]);
  expect(() => applyEdits(docx(source), edits, OPTIONS, nodeCodec)).not.toThrow();
  expect(() => applyEdits(docx(source), edits, OPTIONS, codec)).toThrow(
    expect.objectContaining({ code: 'edit/not-exact', message: expect.stringContaining('formatting') }),
  );
});

const GREY = '<w:rPr><w:color w:val="8C8D8E"/><w:sz w:val="14"/></w:rPr>';
const LONG = Array.from({ length: 300 }, (_, i) =>
  p(r(`Paragraph ${i} of a document that is read in part.`)),
);
const NAME = p(r('Name: ') + sdt(r('Ann')));
const PAGE = p(`${r('Page ')}<w:fldSimple w:instr=" PAGE ">${r('3')}</w:fldSimple>`);
const rowOf = (text: string): string => row(cell(p(r(text))));

test.each<[string, Source, readonly object[]]>([
  [
    'the last paragraph of a cell goes, whose mark looks otherwise',
    tbl(row(cell(p(r('Purpose')) + p(r('How it is used'), GREY)))) + p(r('End')),
    [{ op: 'deleteParagraph', at: { quote: 'How' } }],
  ],
  [
    'a paragraph moves behind the last of a cell, whose mark looks otherwise',
    p(r('By signing')) + tbl(row(cell(p(r('Notice'), GREY)))) + p(r('End')),
    [{ op: 'moveParagraph', at: { quote: 'By signing' }, to: { quote: 'Notice' }, side: 'after' }],
  ],
  [
    'a paragraph of a style comes behind the last of a cell',
    tbl(row(cell(p(r('Notice'), GREY)))) + p(r('End')),
    [{ op: 'insertParagraph', at: { quote: 'Notice' }, side: 'after', text: 'New', style: 'Normal' }],
  ],
  [
    'the only row goes, and one comes beside it',
    tbl(rowOf('One')) + p(r('End')),
    [
      { op: 'deleteRow', at: { quote: 'One' } },
      { op: 'insertRow', at: { quote: 'One' }, side: 'before', cells: ['Two'] },
    ],
  ],
  [
    'a paragraph becomes two, and its text box stays with the first',
    p(box(p(r('Inside'))) + r('Out')) + p(r('End')),
    [{ op: 'splitParagraph', at: { quote: 'Out' }, side: 'after' }],
  ],
  [
    'a paragraph becomes two, and its text box goes with the second',
    p(r('Out') + box(p(r('Inside')))) + p(r('End')),
    [{ op: 'splitParagraph', at: { quote: 'Ou' }, side: 'after' }],
  ],
  [
    'words are replaced, and others come in front of them',
    p(r('In 1')),
    [
      { op: 'replace', at: { quote: '1' }, with: 'ten' },
      { op: 'insert', at: { quote: '1' }, side: 'before', text: 'about ' },
    ],
  ],
  [
    'a bookmark ends between a paragraph that goes and the next',
    [
      ...LONG.slice(0, 150),
      p(`<w:bookmarkStart w:id="9" w:name="b"/>${r('Gone')}`),
      '<w:bookmarkEnd w:id="9"/>',
      ...LONG.slice(150),
    ].join(''),
    [{ op: 'deleteParagraph', at: { quote: 'Gone' } }],
  ],
  [
    'a paragraph with a control goes, and one comes between it and a table',
    NAME + tbl(rowOf('One')) + p(r('Last words')) + p(r('End')),
    [
      { op: 'deleteParagraph', at: { quote: 'Name' } },
      { op: 'moveParagraph', at: { quote: 'Last' }, to: { quote: 'Name' }, side: 'after' },
    ],
  ],
  [
    'a comment ends in a field of a paragraph that goes',
    PAGE + p(r('End')),
    [
      { op: 'comment', at: { quote: 'Page' }, until: { quote: '3' }, text: 'See there.' },
      { op: 'deleteParagraph', at: { quote: 'Page' } },
    ],
  ],
])('edits that random lists found not to be proven are: %s', (_, source, edits) => {
  expect(() => applyEdits(docx(source), readEdits(edits), OPTIONS, nodeCodec)).not.toThrow();
});

test('nothing is put into a row that goes', () => {
  const edits = readEdits([
    { op: 'deleteRow', at: { quote: 'One' } },
    { op: 'insertParagraph', at: { quote: 'One' }, side: 'after', text: 'Two' },
  ]);
  const refused = expect.objectContaining({ code: 'edit/overlap' });
  expect(() => applyEdits(docx(tbl(rowOf('One')) + p(r('End'))), edits, OPTIONS, nodeCodec)).toThrow(refused);
});
