import fc from 'fast-check';
import { expect, test } from 'vitest';
import { docx, p, r } from '../../../test/support/redlines.ts';
import { nodeCodec } from '../../kit/index.ts';
import { compare } from '../compare.ts';
import { openPackage, parseXml } from '../ooxml/index.ts';
import { DEFAULT_LIMITS, type GivenOptions } from '../options.ts';
import { readItems } from './items.ts';
import { plainParagraph } from './plain-runs.ts';
import { PropsReader } from './props.ts';

const FORMATS = ['', '<w:b/>', '<w:i/>'];
const word = fc.constantFrom('the', 'seller', 'shall', 'pay', 'to', 'a', 'B', '12', '.', ',', '甲方', 'é');
const gap = fc.constantFrom(' ', ' ', ' ', '', '\u00a0', '  ');
const text = fc
  .array(fc.tuple(word, gap), { minLength: 1, maxLength: 12 })
  .map((list) => list.flat().join(''));
const runs = fc.array(fc.tuple(text, fc.constantFrom(...FORMATS)), { minLength: 1, maxLength: 5 });
const paragraph = runs.map((list) => p(list.map(([said, format]) => r(said, format)).join('')));

/** The redline of two documents, its body and its counts of words. */
function marked(a: string, b: string, given: Omit<GivenOptions, 'author'>): unknown[] {
  const { redline, report } = compare(docx(a), docx(b), { author: 'A', date: null, ...given }, nodeCodec);
  expect(report.verification.exact).toBe(true);
  return [openPackage(redline, nodeCodec, DEFAULT_LIMITS).text('word/document.xml'), report.words];
}

test('words by number are marked as words by unit are', () => {
  fc.assert(
    fc.property(paragraph, paragraph, fc.integer({ min: 1, max: 12 }), (a, b, leastWords) => {
      const moves = { enabled: true, leastWords };
      // There are no notes: all that they change is the way.
      expect(marked(a, b, { moves })).toEqual(marked(a, b, { moves, ignore: { notes: true } }));
    }),
  );
});

test.each([
  '<w:p/>',
  '<w:p></w:p>',
  '<w:p w:rsidR="00A>B"><w:r w:rsidR="a>b"><w:t>a &amp; b</w:t></w:r></w:p>',
  '<w:p><w:pPr><w:jc w:val="both"/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve"> a </w:t></w:r></w:p>',
  '<w:p><w:pPr/><w:r><w:t> a </w:t></w:r></w:p>',
  '<w:p><w:r><w:rPr/><w:t>a</w:t></w:r><w:r/><w:r></w:r></w:p>',
  '<w:p><w:r><w:t w:x="1" > a</w:t><w:t/><w:t></w:t></w:r></w:p>',
  "<w:p><w:r><w:t xml:space='preserve'> a</w:t></w:r></w:p>",
  '<w:p><w:r><w:t>a<!-- b -->c</w:t></w:r></w:p>',
  '<w:p><w:r><w:t><![CDATA[a<b]]></w:t></w:r></w:p>',
  '<w:p><w:pPr><!-- </w:pPr> --><w:jc w:val="both"/></w:pPr><w:r><w:t>a</w:t></w:r></w:p>',
  '<w:p><w:r><w:rPr><!-- </w:rPr> --><w:b/></w:rPr><w:t>a</w:t></w:r></w:p>',
  '<w:p><w:pPr><w:rPr><w:i/></w:rPr></w:pPr><w:r><w:rPr><w:i/></w:rPr><w:t>a</w:t></w:r></w:p>',
  '<w:p>\n  <w:r>\n <w:t>a</w:t></w:r></w:p>',
  '<w:p><w:r><w:t>a</w:t><w:rPr><w:b/></w:rPr></w:r></w:p>',
  '<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r></w:p>',
  '<w:p><w:r><w:t>a</w:t></w:r ><w:r><w:t>b</w:t ></w:r></w:p >',
  '<w:p><w:rx><w:t>a</w:t></w:rx></w:p>',
])('the items of %s are those of its tree', (xml) => {
  // A mark that shows nothing takes the tree.
  const tree = xml.replace(/^(<w:p[^>]*?)(?:\/>|>([\s\S]*)<\/w:p\s*>)$/, '$1>$2<w:proofErr/></w:p>');
  const [plain, read] = [parseXml(xml, 512), parseXml(tree, 512)];
  expect(plainParagraph(read, new PropsReader())).toBeUndefined();
  const said = (items: ReturnType<typeof readItems>): unknown[] =>
    items.map((i) => (i.kind === 'atom' ? [i.key, i.run] : i));
  expect(said(readItems(plain, new PropsReader()))).toEqual(said(readItems(read, new PropsReader())));
});
