import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NOTHING_IGNORED } from '../options.ts';
import { areAlike } from './alike.ts';
import { Context, emptyMemory } from './context.ts';
import { child, type Element } from './element.ts';
import { readPlain } from './paragraph.ts';
import { Scope } from './scope.ts';
import { XmlScanner } from './xml.ts';

const W = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const NAMES = { style: (id: string) => id, list: (id: string) => id, target: (id: string) => id };

/** Paragraphs as verification reads them, each from a part of its own. */
function paragraphs(...sources: readonly string[]): Element[] {
  const scope = Scope.outermost();
  return sources.map((source) => {
    const root = new XmlScanner(`<w:body xmlns:w="${W}">${source}</w:body>`, 'x', scope, 64).read();
    return child(root, 'w:p') as Element;
  });
}

function saysTheSame(a: Element, b: Element): boolean {
  const context = new Context(NAMES, emptyMemory({ style: true, list: true }, NOTHING_IGNORED));
  return JSON.stringify(readPlain(a, context)) === JSON.stringify(readPlain(b, context));
}

const text = fc.tuple(
  fc.constantFrom('<w:t>', '<w:t xml:space="preserve">', '<w:delText>'),
  fc.constantFrom('', 'a', 'b', 'ab', ' a', 'a ', ' ', 'ab ab'),
);
const piece = text.map(([open, said]) => `${open}${said}</${open.slice(1).split(/[ >]/)[0]}>`);
const run = fc
  .tuple(
    fc.constantFrom('', '<w:rPr><w:b/></w:rPr>', '<w:rPr><w:i/></w:rPr>'),
    fc.array(piece, { maxLength: 3 }),
  )
  .map(([rPr, pieces]) => `<w:r>${rPr}${pieces.join('')}</w:r>`);
const paragraph = fc
  .tuple(
    fc.constantFrom('', '<w:pPr><w:jc w:val="both"/></w:pPr>', '<w:pPr><w:rPr><w:b/></w:rPr></w:pPr>'),
    fc.array(run, { maxLength: 4 }),
  )
  .map(([pPr, runs]) => `<w:p>${pPr}${runs.join('')}</w:p>`);

test('paragraphs of text are alike exactly where they read the same', () => {
  fc.assert(
    fc.property(paragraph, paragraph, (x, y) => {
      const [a, b] = paragraphs(x, y) as [Element, Element];
      expect(areAlike(a, b)).toBe(saysTheSame(a, b));
    }),
    { numRuns: 2000 },
  );
});

test('however the runs of one text are split', () => {
  const cut = fc.tuple(
    fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom('a', 'b', ' ') }),
    fc.nat(12),
  );
  const split = ([said, at]: readonly [string, number], rPr = ''): string =>
    [said.slice(0, at), said.slice(at)]
      .map((t) => `<w:r>${rPr}<w:t xml:space="preserve">${t}</w:t></w:r>`)
      .join('');
  fc.assert(
    fc.property(cut, fc.nat(12), ([said, at], other) => {
      const [a, b] = paragraphs(`<w:p>${split([said, at])}</w:p>`, `<w:p>${split([said, other])}</w:p>`);
      expect(areAlike(a, b)).toBe(true);
    }),
  );
});

test.each([
  ['a tab', '<w:r><w:t>a</w:t><w:tab/></w:r>'],
  ['a tab behind the text', '<w:r><w:t>a</w:t></w:r><w:r><w:tab/></w:r>'],
  ['a link', '<w:hyperlink w:anchor="x"><w:r><w:t>a</w:t></w:r></w:hyperlink>'],
  ['a field', '<w:fldSimple w:instr="PAGE"><w:r><w:t>a</w:t></w:r></w:fldSimple>'],
  ['a control', '<w:r><w:t>a</w:t></w:r><w:sdt><w:sdtContent/></w:sdt>'],
  ['a direction', '<w:dir w:val="rtl"><w:r><w:t>a</w:t></w:r></w:dir>'],
  ['properties behind the text', '<w:r><w:t>a</w:t><w:rPr><w:b/></w:rPr></w:r>'],
  ['properties behind a run', '<w:r><w:t>a</w:t></w:r><w:pPr><w:jc w:val="both"/></w:pPr>'],
])('%s takes reading', (_, content) => {
  const [a, b] = paragraphs(`<w:p>${content}</w:p>`, '<w:p><w:r><w:t>a</w:t></w:r></w:p>');
  expect(areAlike(a, b)).toBe(false);
  expect(areAlike(b, a)).toBe(false);
});
