import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RedlineError } from '../errors.ts';
import { decodeText, encodeAttribute, encodeText } from './character-data.ts';
import {
  attribute,
  attributes,
  descendants,
  elements,
  inner,
  outer,
  parseXml,
  startTag,
  textOf,
  withInner,
  type XmlElement,
} from './xml.ts';

const DEPTH = 512;
const read = (xml: string): XmlElement => parseXml(xml, DEPTH);
/** The whole tree, with what is read only when somebody asks for it. */
const whole = (element: XmlElement): string =>
  `${startTag(element)}${element.children.map((c) => (c.kind === 'text' ? c.raw : whole(c))).join('')}</${element.name}>`;
const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as RedlineError).code;
  }
  return 'accepted';
};

describe('reading', () => {
  test.each<[string, string, string]>([
    ['elements and text', '<a>x<b/>y</a>', '<a>x<b></b>y</a>'],
    ['blanks in tags', '<a\n x = "1"\t><b /></a >', '<a\n x = "1"\t><b ></b></a>'],
    ['a greater-than sign in a value', '<a x=">"><b y=\'/>\'/></a>', '<a x=">"><b y=\'/>\'></b></a>'],
    ['comments and instructions say nothing', '<a><!-- <b> -->x<?p <c>?></a>', '<a>x</a>'],
    ['CDATA is text', '<a><![CDATA[<&]]></a>', '<a>&lt;&amp;</a>'],
    ['a prolog, and what follows the root', '<?xml version="1.0"?>\n<!-- x --><a/>\n<!-- y -->', '<a></a>'],
    [
      'blocks of a body, read when asked for',
      '<w:document><w:body><w:p><w:r/>t</w:p><w:p/><w:tbl><w:tr/></w:tbl></w:body></w:document>',
      '<w:document><w:body><w:p><w:r></w:r>t</w:p><w:p></w:p><w:tbl><w:tr></w:tr></w:tbl></w:body></w:document>',
    ],
    [
      'a block that looks like its content',
      '<w:body><w:p><w:p>a</w:p><w:pPr/></w:p><w:pPr/></w:body>',
      '<w:body><w:p><w:p>a</w:p><w:pPr></w:pPr></w:p><w:pPr></w:pPr></w:body>',
    ],
  ])('%s', (_, xml, expected) => {
    expect(whole(read(xml))).toBe(expected);
  });

  test('an element is a view on its source', () => {
    const root = read('<a><b x="1">t</b><c/></a>');
    const [b, c] = elements(root);
    if (!b || !c) throw new Error('missing');
    expect([outer(b), inner(b), outer(c), inner(c)]).toEqual(['<b x="1">t</b>', 't', '<c/>', '']);
    expect([startTag(c), withInner(c, 'x'), withInner(b, '')]).toEqual(['<c>', '<c>x</c>', '<b x="1"></b>']);
  });

  const WORDS = ['document/damaged-part', 'document/dtd-forbidden', 'limits/exceeded'] as const;
  test.each<[string, string, (typeof WORDS)[number]]>([
    ['no element', 'text', WORDS[0]],
    ['nothing', '', WORDS[0]],
    ['an end without a start', '</a>', WORDS[0]],
    ['tags that cross', '<a><b></a></b>', WORDS[0]],
    ['tags that cross in a block', '<w:body><w:p><w:r></w:p></w:r></w:body>', WORDS[0]],
    ['a longer end tag in a block', '<w:body><w:p></w:pPr></w:body>', WORDS[0]],
    ['an element that does not end', '<a><b></b>', WORDS[0]],
    ['a block that does not end', '<w:body><w:p>', WORDS[0]],
    ['a tag that does not end', '<a x="1"', WORDS[0]],
    ['a value that does not end', '<a x="1></a>', WORDS[0]],
    ['a comment that does not end', '<a><!-- </a>', WORDS[0]],
    ['a section that does not end', '<a><![CDATA[ </a>', WORDS[0]],
    ['a tag without a name', '<a>< b/></a>', WORDS[0]],
    ['a document type', '<!DOCTYPE a><a/>', WORDS[1]],
    ['an entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///x">]><a>&x;</a>', WORDS[1]],
    ['a declaration inside', '<a><!ELEMENT b></a>', WORDS[1]],
    ['too many levels', `${'<a>'.repeat(600)}${'</a>'.repeat(600)}`, WORDS[2]],
    [
      'too many levels in a block',
      `<w:body><w:p>${'<a>'.repeat(600)}${'</a>'.repeat(600)}</w:p></w:body>`,
      WORDS[2],
    ],
  ])('%s is refused', (_, xml, code) => {
    expect(codeOf(() => whole(read(xml)))).toBe(code);
  });

  test('as many levels as are allowed', () => {
    const nested = (n: number): string => `${'<a>'.repeat(n)}${'</a>'.repeat(n)}`;
    expect(codeOf(() => parseXml(nested(5), 5))).toBe('accepted');
    expect(codeOf(() => parseXml(nested(6), 5))).toBe('limits/exceeded');
  });
});

describe('attributes', () => {
  const tag = read(`<a one="1" x:one='2' two = "&lt;&#65;&#x42;&quot;" onetwo="3" empty=""/>`);
  test.each<[string, string | undefined]>([
    ['one', '1'],
    ['x:one', '2'],
    ['two', '<AB"'],
    ['onetwo', '3'],
    ['empty', ''],
    ['wo', undefined],
    ['three', undefined],
  ])('%s', (name, value) => {
    expect(attribute(tag, name)).toBe(value);
    expect(new Map(attributes(tag)).get(name)).toBe(value);
  });

  test('a name in a value or in the content is no attribute', () => {
    expect(attribute(read('<a b="c d=1"><e d="2"/></a>'), 'd')).toBeUndefined();
    expect(attribute(undefined, 'd')).toBeUndefined();
  });
});

describe('text', () => {
  test.each<[string, string]>([
    ['a&amp;b&lt;&gt;&quot;&apos;', `a&b<>"'`],
    ['&#8217;&#x2019;&#128512;', '’’😀'],
    ['&unknown;', '&unknown;'],
    ['&amp;lt;', '&lt;'],
  ])('%s', (raw, text) => {
    expect(decodeText(raw)).toBe(text);
  });

  test('a reference to no character is refused', () => {
    expect(codeOf(() => decodeText('&#x110000;'))).toBe('document/damaged-part');
  });

  test('what is encoded is decoded to the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeText(encodeText(text))).toBe(text);
        const element = read(`<a x="${encodeAttribute(text)}">${encodeText(text)}</a>`);
        expect(attribute(element, 'x')).toBe(text);
        expect(textOf(element)).toBe(text);
      }),
    );
  });
});

test('descendants come in document order', () => {
  const root = read('<a><b n="1"><b n="2"/></b><c><b n="3"/></c></a>');
  expect(descendants(root, new Set(['b'])).map((e) => attribute(e, 'n'))).toEqual(['1', '2', '3']);
});

test.each([
  ['a value that holds the end of a tag', '<w:p a="x>y"><w:r/></w:p>'],
  ['a value that begins with it', '<w:p a=">"><w:r/></w:p>'],
  ['a value that holds it before a quote', `<w:p a='x">' b="1"><w:r/></w:p>`],
  ['a value that ends in an equals sign', '<w:p a="b="><w:r/></w:p>'],
  ['a value that ends in a blank', '<w:p a="b "><w:r/></w:p>'],
  ['an empty value', '<w:p a=""><w:r/></w:p>'],
  ['an empty element with a value', '<w:p a="b>"/>'],
  ['blanks at the ends of tags', '<w:p a="b" ><w:r /></w:p >'],
])('a block ends where it ends: %s', (_, block) => {
  const [first, second] = parseXml(`<w:body>${block}<w:p/></w:body>`, 8).children;
  expect(first?.kind === 'element' && outer(first)).toBe(block);
  expect(second?.kind === 'element' && outer(second)).toBe('<w:p/>');
});

test('a name that nobody met before keeps nothing of its part in memory', () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const heap = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  for (let i = 0; i < 16; i++)
    read(`<a-name-of-its-own-${i}>${'x'.repeat(1 << 20)}</a-name-of-its-own-${i}>`);
  expect(heap() - before).toBeLessThan(1 << 22);
});
