import { expect, test } from 'vitest';
import { partXml } from '../../../test/support/package.ts';
import { by, type Case, check, p, r } from '../../../test/support/rendering.ts';

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
  { name: 'control characters by reference', body: p(r('a&#1;b&#0;c')), shows: ['<p>abc</p>'] },
];

test.each(SAFETY)('nothing becomes active: $name', (example) => {
  const html = check(example);
  expect(html).not.toMatch(/<(script|style|iframe|object|embed|link|svg|form|input|base|meta)\b/i);
  for (const [tag] of html.matchAll(/<[^>]*>/g)) {
    expect(tag).not.toMatch(/^<[^"]*("[^"]*"[^"]*)*\s(on\w+|style)\s*=/i);
    expect(tag).not.toMatch(/(href|src)="(?!#r-|data:image\/(png|jpeg|gif);base64,)/);
  }
});
