import { expect, test } from 'vitest';
import { partXml } from '../../../test/support/package.ts';
import { by, type Case, check, p, r, render } from '../../../test/support/rendering.ts';

const EVIL = '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;';
const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]);
const blip =
  '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="Logo"/><a:blip r:embed="pic"/></wp:inline></w:drawing></w:r>';

const SAFETY: readonly Case[] = [
  { name: 'text', body: p(r(EVIL)), shows: ['&lt;script&gt;'] },
  {
    name: 'an author',
    body: p(`<w:ins w:id="1" w:author="${EVIL}">${r('x')}</w:ins>`),
    shows: ['data-author="&#34;&gt;&lt;script'],
  },
  {
    name: 'a date',
    body: p(`<w:ins w:id="1" w:author="A" w:date="${EVIL}">${r('x')}</w:ins>`),
    shows: ['data-date="&#34;'],
  },
  {
    name: 'the name of a style in a description',
    body: p(r('x'), `<w:pStyle w:val="E"/><w:pPrChange ${by(1)}><w:pPr/></w:pPrChange>`),
    parts: {
      'word/styles.xml': partXml(
        'w:styles',
        `<w:style w:type="paragraph" w:styleId="E"><w:name w:val="${EVIL}"/></w:style>`,
      ),
    },
    shows: ['Formatted: style “"&gt;&lt;script'],
  },
  {
    name: 'the name of a move',
    body: `<w:moveToRangeStart w:id="1" w:name="${EVIL}"/>${p(`<w:moveTo ${by(4)}>${r('x')}</w:moveTo>`)}`,
    shows: ['id="r-move-1-to"'],
  },
  {
    name: 'a colour',
    body: p(r('x', '<w:color w:val="red;background:url(//x)"/><w:highlight w:val="url(//x)"/>')),
    shows: ['<p>x</p>'],
  },
  {
    name: 'a link to a script',
    body: p(`<w:hyperlink r:id="l1">${r('click')}</w:hyperlink>`),
    links: [['l1', 'hyperlink', 'javascript:alert(1)']],
    shows: ['<span class="link">click</span>'],
  },
  {
    name: 'a link to a page is shown, not made active',
    body: p(`<w:hyperlink r:id="l1">${r('click')}</w:hyperlink>`),
    links: [['l1', 'hyperlink', 'https://example.com/?a=1']],
    shows: ['<span class="link" title="https://example.com/?a=1">click</span>'],
    hides: ['<a '],
  },
  {
    name: 'the identifier of a note',
    body: p(`<w:r><w:footnoteReference w:id="${EVIL}"/></w:r>`),
    parts: {
      'word/footnotes.xml': partXml('w:footnotes', `<w:footnote w:id="${EVIL}">${p(r('n'))}</w:footnote>`),
    },
    shows: ['<div class="note"'],
  },
  {
    name: 'an external picture is never fetched',
    body: p(blip),
    links: [['pic', 'image', 'https://example.com/spy.png']],
    shows: ['<span class="picture">Picture: Logo</span>'],
    hides: ['spy'],
  },
  {
    name: 'a picture that is not what it says',
    body: p(blip),
    parts: { 'word/media/a.png': '<svg onload="alert(1)"/>' },
    links: [['pic', 'image', 'media/a.png']],
    shows: ['<span class="picture">Picture: Logo</span>'],
  },
  {
    name: 'a real picture is embedded',
    body: p(blip),
    parts: { 'word/media/a.png': PNG },
    links: [['pic', 'image', 'media/a.png']],
    shows: [`<img src="data:image/png;base64,${Buffer.from(PNG).toString('base64')}" alt="Logo">`],
  },
  {
    name: 'a picture that is drawn by markup',
    body: p(blip),
    parts: { 'word/media/a.svg': '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>' },
    links: [['pic', 'image', 'media/a.svg']],
    shows: ['<span class="picture">Picture: Logo</span>'],
  },
  {
    name: 'a picture under a data address',
    body: p(blip),
    links: [['pic', 'image', 'data:image/svg+xml;base64,PHN2Zy8+']],
    shows: ['<span class="picture">Picture: Logo</span>'],
    hides: ['data:'],
  },
  {
    name: 'a link to data, with blanks and capitals before a script',
    body: p(
      `<w:hyperlink r:id="l1">${r('a')}</w:hyperlink><w:hyperlink r:id="l2">${r('b')}</w:hyperlink><w:hyperlink r:id="l3">${r('c')}</w:hyperlink>`,
    ),
    links: [
      ['l1', 'hyperlink', 'data:text/html,&lt;script&gt;alert(1)&lt;/script&gt;'],
      ['l2', 'hyperlink', ' \tJaVaScRiPt:alert(1)'],
      ['l3', 'hyperlink', 'vbscript:alert(1)'],
    ],
    shows: ['<span class="link">a</span>', '<span class="link">b</span>', '<span class="link">c</span>'],
    hides: ['script:', 'data:'],
  },
  {
    name: 'a link by a field',
    body: p(`<w:fldSimple w:instr="HYPERLINK &quot;javascript:alert(1)&quot;">${r('click')}</w:fldSimple>`),
    shows: ['<p>click</p>'],
    hides: ['javascript'],
  },
  {
    name: 'style rules through fonts, sizes, alignment and indents',
    body: p(
      r(
        'x',
        '<w:rFonts w:ascii="x;} body{background:url(//evil)"/><w:sz w:val="12;background:url(//evil)"/>',
      ),
      '<w:jc w:val="center;background:url(//evil)"/><w:ind w:left="720;background:url(//evil)"/>',
    ),
    shows: ['x'],
    hides: ['evil'],
  },
  {
    name: 'style rules in the text and in the name of an author',
    body: p(`<w:ins w:id="1" w:author="&lt;/style&gt;&lt;style&gt;*{}">${r('&lt;/style&gt;')}</w:ins>`),
    shows: ['&lt;/style&gt;'],
  },
  {
    name: 'event handlers and styles in names and descriptions of pictures',
    body: p(
      blip.replace(
        'name="Logo"',
        'name="x&quot; onerror=&quot;alert(1)" descr="y&quot; style=&quot;color:red"',
      ),
    ),
    parts: { 'word/media/a.png': PNG },
    links: [['pic', 'image', 'media/a.png']],
    shows: ['alt="y&#34; style=&#34;color:red"'],
  },
  {
    name: 'a language',
    body: p(r('x', '<w:lang w:val="en&quot; onclick=&quot;alert(1)"/>')),
    shows: ['<p>x</p>'],
    hides: ['onclick'],
  },
  {
    name: 'a document inside the document',
    body: '<w:altChunk r:id="l1"/>',
    links: [['l1', 'aFChunk', 'evil.html']],
    parts: { 'word/evil.html': '<script>alert(1)</script>' },
    shows: ['Embedded document'],
    hides: ['alert'],
  },
  { name: 'control characters by reference', body: p(r('a&#1;b&#0;c')), shows: ['<p>abc</p>'] },
];

test.each(SAFETY)('nothing becomes active: $name', (example) => {
  const { body, parts, links } = example;
  for (const html of [check(example), render(body, parts, links, 'side-by-side')]) expectInert(html);
});

function expectInert(html: string): void {
  expect(html).not.toMatch(/<(script|style|iframe|object|embed|link|svg|form|input|base|meta)\b/i);
  for (const [tag] of html.matchAll(/<[^>]*>/g)) {
    expect(tag).not.toMatch(/^<[^"]*("[^"]*"[^"]*)*\s(on\w+|style)\s*=/i);
    expect(tag).not.toMatch(/(href|src)="(?!#r-|data:image\/(png|jpeg|gif);base64,)/);
  }
}
