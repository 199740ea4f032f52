import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partXml } from '../../../../test/support/package.ts';
import { body, docx } from '../../../../test/support/redlines.ts';
import { nodeCodec } from '../../../kit/index.ts';
import { DEFAULT_LIMITS } from '../../index.ts';
import { openPackage, parseXml, readNumbering, readStyles } from '../../ooxml/index.ts';
import { Clauses } from './clauses.ts';
import { Looks } from './looks.ts';

const level = (at: number, format: string, text: string): string =>
  `<w:lvl w:ilvl="${at}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/></w:lvl>`;
const list = (id: number, levels: string): string =>
  `<w:abstractNum w:abstractNumId="${id}">${levels}</w:abstractNum>`;
const PACKAGE = openPackage(
  docx({
    ...body(''),
    'word/numbering.xml': partXml(
      'w:numbering',
      list(1, level(0, 'decimal', '%1.') + level(1, 'decimal', '%1.%2') + level(2, 'lowerLetter', '(%3)')) +
        list(2, level(0, 'lowerLetter', '(%1)') + level(1, 'bullet', 'o')) +
        [1, 2].map((n) => `<w:num w:numId="${n}"><w:abstractNumId w:val="${n}"/></w:num>`).join(''),
    ),
    'word/styles.xml': partXml(
      'w:styles',
      '<w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 1"/></w:style>' +
        '<w:style w:type="paragraph" w:styleId="L"><w:name w:val="l"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>',
    ),
  }),
  nodeCodec,
  DEFAULT_LIMITS,
);
const looks = (): Looks => {
  const styles = readStyles(PACKAGE);
  return new Looks(styles, readNumbering(PACKAGE, styles));
};

const properties = fc
  .tuple(
    fc.constantFrom('', '<w:pStyle w:val="H"/>', '<w:pStyle w:val="L"/>', '<w:keepNext/>'),
    fc.oneof(
      fc.constantFrom('', '<w:numPr><w:numId w:val="0"/></w:numPr>', '<w:numPr/>'),
      fc
        .tuple(fc.constantFrom(0, 1, 2), fc.constantFrom(1, 2))
        .map(([at, id]) => `<w:numPr><w:ilvl w:val="${at}"/><w:numId w:val="${id}"/></w:numPr>`),
    ),
    fc.constantFrom('', '<w:spacing w:after="1"/>', '<w:outlineLvl w:val="0"/>', '<w:outlineLvl w:val="9"/>'),
    fc.constantFrom('', '<w:rPr><w:b/></w:rPr>'),
  )
  .map((all) => (all.join('') === '' ? '' : `<w:pPr>${all.join('')}</w:pPr>`));
const text = fc.constantFrom(
  '',
  'Term',
  '1. Price',
  '2.3 Tax',
  '(a) an item',
  'Section 4. Law',
  'long '.repeat(40),
);

test('paragraphs passed stand where they stand when each is asked for', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(properties, text, fc.boolean()), { maxLength: 30 }), (paragraphs) => {
      const [each, passing] = [new Clauses(looks()), new Clauses(looks())];
      for (const [pPr, says, isAsked] of paragraphs) {
        const source = `<w:p>${pPr}<w:r/></w:p>`;
        const where = each.plain(pPr, () => says);
        passing.pass({ source, innerStart: '<w:p>'.length }, () => says);
        if (isAsked) expect(passing.here()).toEqual(where);
      }
    }),
    { numRuns: 500 },
  );
});

test('properties look the same whether all of them are read or only what counts', () => {
  fc.assert(
    fc.property(properties, (pPr) => {
      const shared = looks();
      expect(shared.at(pPr)).toEqual(looks().of(pPr === '' ? undefined : parseXml(pPr, 9)));
    }),
  );
});

test.each([
  ['what looks like a list in a comment', '<w:pPr><!--<w:numPr><w:numId w:val="1"/></w:numPr>--></w:pPr>'],
  ['an outline level behind the marks', '<w:pPr><w:rPr/><w:outlineLvl w:val="0"/></w:pPr>'],
  ['a list with an attribute', '<w:pPr><w:numPr w:x="y"><w:numId w:val="1"/></w:numPr></w:pPr>'],
  ['a name like the end of a tag', '<w:pPr><w:pStyle w:val="H/>"/></w:pPr>'],
  ['single quotes', "<w:pPr><w:pStyle w:val='H'/></w:pPr>"],
])('%s is read for what it is', (_, pPr) => {
  expect(looks().at(pPr)).toEqual(looks().of(parseXml(pPr, 9)));
});
