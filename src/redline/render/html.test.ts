import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { buildDocx, documentXml, partXml } from '../../../test/support/package.ts';
import { by, type Case, check, del, ins, p, r, render } from '../../../test/support/rendering.ts';
import { nodeCodec } from '../../kit/index.ts';
import { DEFAULT_LIMITS } from '../options.ts';
import { renderHtml } from './html.ts';

const level = (n: number, format: string, text: string, more = ''): string =>
  `<w:lvl w:ilvl="${n}"><w:start w:val="1"/><w:numFmt w:val="${format}"/>${more}<w:lvlText w:val="${text}"/></w:lvl>`;
const NUMBERING = partXml(
  'w:numbering',
  `<w:abstractNum w:abstractNumId="0">${level(0, 'decimal', '%1.', '<w:pStyle w:val="Clause"/>')}${level(1, 'lowerLetter', '%1(%2)')}${level(2, 'upperRoman', '%3', '<w:isLgl/>')}</w:abstractNum>` +
    `<w:abstractNum w:abstractNumId="1">${level(0, 'bullet', '\uf0b7')}</w:abstractNum>` +
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>' +
    '<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>',
);
const STYLES = partXml(
  'w:styles',
  '<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="en-GB"/></w:rPr></w:rPrDefault></w:docDefaults>' +
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>' +
    '<w:style w:type="paragraph" w:styleId="H2"><w:name w:val="heading 2"/><w:basedOn w:val="Normal"/></w:style>' +
    '<w:style w:type="paragraph" w:styleId="Loop"><w:name w:val="Loop"/><w:basedOn w:val="Loop"/></w:style>' +
    '<w:style w:type="paragraph" w:styleId="Clause"><w:name w:val="Clause"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>',
);
const num = (id: number, ilvl: number): string =>
  `<w:numPr><w:ilvl w:val="${ilvl}"/><w:numId w:val="${id}"/></w:numPr>`;
const lists = { 'word/numbering.xml': NUMBERING, 'word/styles.xml': STYLES };
const label = (text: string): string => `<span class="label">${text}</span>`;

const STRUCTURE: readonly Case[] = [
  {
    name: 'levels count, restart under their parent and can be forced to decimal',
    parts: lists,
    body: [
      p(r('a'), num(1, 0)),
      p(r('b'), num(1, 1)),
      p(r('c'), num(1, 1)),
      p(r('d'), num(1, 0)),
      p(r('e'), num(1, 1)),
      p(r('f'), num(1, 2)),
    ].join(''),
    shows: [
      `${label('1.')} a`,
      `${label('1(a)')} b`,
      `${label('1(b)')} c`,
      `${label('2.')} d`,
      `${label('2(a)')} e`,
      `${label('1')} f`,
    ],
  },
  {
    name: 'numbering through a style, an override of the start, a bullet',
    parts: lists,
    body:
      p(r('a'), '<w:pStyle w:val="Clause"/>') +
      p(r('b'), num(3, 0)) +
      p(r('c'), num(2, 0)) +
      p(r('d'), num(0, 0)),
    shows: [`${label('1.')} a`, `${label('7.')} b`, `${label('•')} c`, '<p>d</p>'],
  },
  {
    name: 'a deleted paragraph has its old number and the ones behind it their new one',
    parts: lists,
    body:
      p(r('a'), num(1, 0)) +
      p(del('b'), `${num(1, 0)}<w:rPr><w:del ${by(3)}/></w:rPr>`) +
      p(r('c'), num(1, 0)),
    shows: [`${label('2.')} <del`, '<span class="label" title="was 3.">2.</span> c'],
  },
  {
    name: 'headings by style name and outline level; a whole clause in a heading style stays a paragraph',
    parts: lists,
    body:
      p(r('Term'), '<w:pStyle w:val="H2"/>') +
      p(r('Scope'), '<w:outlineLvl w:val="0"/>') +
      p(r('long '.repeat(60)), '<w:pStyle w:val="H2"/>') +
      p(r('odd'), '<w:pStyle w:val="Loop"/>'),
    shows: ['<h3>Term</h3>', '<h2>Scope</h2>', '<p>long ', '<p>odd</p>'],
  },
  {
    name: 'cells merged over columns and rows',
    body:
      `<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>${p(r('wide'))}</w:tc></w:tr>` +
      `<w:tr><w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>${p(r('tall'))}</w:tc><w:tc>${p(r('x'))}</w:tc></w:tr>` +
      `<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr>${p('')}</w:tc><w:tc>${p(r('y'))}</w:tc></w:tr></w:tbl>`,
    shows: [
      '<tr><th scope="col" colspan="2"><p>wide</p></th></tr>',
      '<tr><td rowspan="2"><p>tall</p></td><td><p>x</p></td></tr>',
      '<tr><td><p>y</p></td></tr>',
    ],
  },
  {
    name: 'run formatting, colours as named hues',
    body: p(
      r('a', '<w:b/><w:i/><w:u w:val="single"/>') +
        r('b', '<w:b w:val="0"/><w:color w:val="C00000"/><w:vertAlign w:val="superscript"/>') +
        r('c', '<w:caps/><w:highlight w:val="yellow"/><w:color w:val="111111"/>'),
    ),
    shows: [
      '<b><i><u>a</u></i></b><span class="hue-red"><sup>b</sup></span>',
      '<mark class="hl-yellow"><span class="caps">c</span></mark>',
    ],
  },
  {
    name: 'a field shows its result and never its code',
    body: p(
      `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>REF x</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>${r('4.2')}<w:r><w:fldChar w:fldCharType="end"/></w:r><w:fldSimple w:instr="PAGE">${r('9')}</w:fldSimple>`,
    ),
    shows: ['<p>4.29</p>'],
    hides: ['REF', 'PAGE'],
  },
  {
    name: 'a page number without a result is a sign',
    body: p(
      '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText> PAGE </w:instrText><w:fldChar w:fldCharType="separate"/><w:fldChar w:fldCharType="end"/></w:r><w:fldSimple w:instr="NUMPAGES"/>',
    ),
    shows: ['<p>##</p>'],
  },
  {
    name: 'a field that never ends does not hide the rest',
    body: p('<w:r><w:fldChar w:fldCharType="begin"/></w:r>') + p(r('still here')),
    shows: ['still here'],
  },
  {
    name: 'notes with a way there and back',
    body: p(`${r('x')}<w:r><w:footnoteReference w:id="2"/></w:r>`),
    parts: {
      'word/footnotes.xml': partXml('w:footnotes', `<w:footnote w:id="2">${p(r('Note.'))}</w:footnote>`),
    },
    shows: [
      '<sup class="note-ref"><a id="r-footnote-ref-2" href="#r-footnote-2">1</a></sup>',
      '<div class="note" id="r-footnote-2"><a class="note-back" href="#r-footnote-ref-2" title="Back to the text">1</a>',
      'Note.',
    ],
  },
  {
    name: 'a comment stands behind its paragraph',
    body: p(`${r('x')}<w:r><w:commentReference w:id="0"/></w:r>`),
    parts: {
      'word/comments.xml': partXml(
        'w:comments',
        `<w:comment w:id="0" w:author="Ann">${p(r('Why?'))}</w:comment>`,
      ),
    },
    shows: [
      '</p><div class="comment" role="note" id="r-comment-0"><p class="comment-author">Comment 1 · Ann</p><p>Why?</p></div>',
    ],
  },
  {
    name: 'headers and footers once, empty ones not at all',
    body: '<w:p/><w:sectPr><w:headerReference r:id="header1" w:type="default"/><w:footerReference r:id="footer1" w:type="first"/></w:sectPr>',
    parts: {
      'word/header1.xml': partXml('w:hdr', p(r('Draft'))),
      'word/footer1.xml': partXml('w:ftr', p('')),
    },
    shows: [
      '<section class="story margin" aria-label="Header"><p class="story-label">Header</p><p>Draft</p></section>',
    ],
    hides: ['Footer'],
  },
  {
    name: 'a text box is shown once, behind its paragraph',
    body: p(
      `<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent>${p(r('Boxed'))}</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>${p(r('Boxed'))}</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>${r('after')}`,
    ),
    shows: ['<p>after</p><div class="text-box"><p>Boxed</p></div>'],
  },
  {
    name: 'what groups other content is passed through',
    body: `<w:sdt><w:sdtContent>${p(`<w:smartTag>${r('a')}</w:smartTag><w:sdt><w:sdtContent>${r('b')}</w:sdtContent></w:sdt>`)}</w:sdtContent></w:sdt>`,
    shows: ['<p>ab</p>'],
  },
];

describe('structure', () => {
  test.each(STRUCTURE)('$name', (example) => {
    check(example);
  });
});

describe('the document', () => {
  test('groups of sixty blocks', () => {
    const html = render(Array.from({ length: 130 }, (_, i) => p(r(`n${i}`))).join(''));
    expect(html.match(/data-page="\d"/g)).toEqual(['data-page="1"', 'data-page="2"', 'data-page="3"']);
  });

  test('same bytes twice, with a policy that forbids every script and request', () => {
    const docx = buildDocx({ 'word/document.xml': documentXml(p(ins(r('x')))), 'word/styles.xml': STYLES });
    const html = renderHtml(docx, nodeCodec, DEFAULT_LIMITS);
    expect(renderHtml(docx, nodeCodec, DEFAULT_LIMITS)).toBe(html);
    expect(html).toContain(`content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"`);
    expect(html).toContain('<article class="redline" lang="en-GB">');
  });

  test('tags are balanced whatever the markup is', () => {
    const odd =
      '<w:tbl><w:tr/><w:tr><w:tc/></w:tr><w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr></w:tc></w:tr></w:tbl><w:p><w:moveTo/><w:r><w:sym/><w:fldChar/><w:drawing/></w:r></w:p>';
    const html = render(odd + p(ins(r('a', '<w:b/>') + r('b')) + r('c', '<w:b/><w:i/>')));
    const open: string[] = [];
    for (const [, close, tag, ...rest] of html.matchAll(/<(\/?)([a-z0-9]+)([^>]*)>/g)) {
      if (/^(br|hr|img)$/.test(tag ?? '')) continue;
      if (close) expect(open.pop(), rest[0]).toBe(tag);
      else open.push(tag ?? '');
    }
    expect(open).toEqual([]);
  });

  test.each([
    ['no bytes', new Uint8Array(0), 'document/empty'],
    ['not a package', readFileSync(import.meta.filename), 'document/not-a-package'],
  ])('%s is a typed refusal', (_, bytes, code) => {
    expect(() => renderHtml(bytes, nodeCodec, DEFAULT_LIMITS)).toThrow(expect.objectContaining({ code }));
  });
});
