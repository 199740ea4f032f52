import { expect, test } from 'vitest';
import { docx, numbered, p, r, type Source } from '../../test/support/redlines.ts';
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
