import { describe, expect, test } from 'vitest';
import { buildZip } from '../../../test/support/package.ts';
import { nodeCodec } from '../../kit/index.ts';
import { DEFAULT_LIMITS } from '../options.ts';
import type { Element } from './element.ts';
import { Scope } from './scope.ts';
import { XmlScanner } from './xml.ts';
import { inflate, readEntries } from './zip.ts';

const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';

function show(el: Element): string {
  const attributes = el.attributes.map((a) => ` ${a.name}=${a.value}`).join('');
  return `${el.name}${attributes}(${el.children.length > 0 ? el.children.map(show).join(' ') : el.text})`;
}

const read = (text: string, scope = Scope.outermost(), depth = 512): Element =>
  new XmlScanner(text, 'part.xml', scope, depth).read();

describe('the scanner reads', () => {
  const CASES: readonly (readonly [what: string, xml: string, shown: string])[] = [
    ['elements, attributes and text', `<w:p ${W} w:a="1"><w:t>x</w:t></w:p>`, 'w:p w:a=1(w:t(x))'],
    [
      'any prefix and the default namespace',
      `<p xmlns="http://schemas.openxmlformats.org/wordprocessingml/2006/main" a="1"><t/></p>`,
      'w:p a=1(w:t())',
    ],
    ['Strict as Transitional', '<d:p xmlns:d="http://purl.oclc.org/ooxml/wordprocessingml/main"/>', 'w:p()'],
    ['namespaces without a prefix here', '<p xmlns="urn:x"/>', '{urn:x}p()'],
    [
      'names in the scope where they stand',
      '<a xmlns="urn:x"><b xmlns="urn:y"/><c/></a>',
      '{urn:x}a({urn:y}b() {urn:x}c())',
    ],
    ['entities and character references', '<a b="&lt;&#65;">&amp;&#x42;&quot;</a>', 'a b=<A(&B")'],
    [
      'CDATA, comments and instructions',
      '<?xml version="1.0"?><!-- c --><a>x<![CDATA[<&]]>y<!-- </a> --></a>',
      'a(x<&y)',
    ],
    ['a > inside an attribute', '<a b="/>" c=\'x>\'><d/></a>', 'a b=/> c=x>(d())'],
    ['blanks where they may be', '<a  b = "1"  ></a >', 'a b=1()'],
    ['line ends as XML has them', '<a b="x\r\ny">x\r\ny</a>', 'a b=x y(x\ny)'],
    [
      'an end tag of the same name in a comment',
      `<w:p ${W}><w:p><!--</w:p>--><w:r/></w:p></w:p>`,
      'w:p(w:p(w:r()))',
    ],
    [
      'tags that end alike',
      `<w:p ${W}><w:ins w:id="1" w:author="A"/><w:ins w:id="2" w:author="A"></w:ins><w:del w:id="3" w:author="A"/></w:p>`,
      'w:p(w:ins w:id=1 w:author=A() w:ins w:id=2 w:author=A() w:del w:id=3 w:author=A())',
    ],
    [
      'tags that end alike up to a > in a value',
      `<w:p ${W}><w:ins a="1" b="x>"/><w:ins a="2" b="x>"/><w:ins a="3" b="x"/><w:ins c='>' b="x>"/></w:p>`,
      'w:p(w:ins a=1 b=x>() w:ins a=2 b=x>() w:ins a=3 b=x() w:ins c=> b=x>())',
    ],
    ['text between elements', '<a>x<b/>y</a>', 'a(b() #text(y))'],
  ];
  test.each(CASES)('%s', (_, xml, shown) => {
    expect(show(read(xml))).toBe(shown);
  });

  test('equal stretches as one value, also in another part', () => {
    const scope = Scope.outermost();
    const p = '<w:p><w:r><w:rPr><w:b/></w:rPr></w:r></w:p>';
    const [a, b] = [
      read(`<w:body ${W}>${p}${p}<w:tbl/></w:body>`, scope),
      read(`<w:hdr ${W}>${p}</w:hdr>`, scope),
    ];
    expect(a.children[0]).toBe(a.children[1]);
    expect(b.children[0]).toBe(a.children[0]);
  });

  test('equal stretches in other namespaces as other values', () => {
    const scope = Scope.outermost();
    const a = read(`<w:body ${W}><w:p><w:r/></w:p></w:body>`, scope);
    const b = read('<w:body xmlns:w="urn:x"><w:p><w:r/></w:p></w:body>', scope);
    expect(show(b)).toBe('{urn:x}body({urn:x}p({urn:x}r()))');
    expect(b.children[0]).not.toBe(a.children[0]);
  });

  test('each of many long stretches that differ in little', () => {
    const scope = Scope.outermost();
    const numbers = Array.from({ length: 30 }, (_, i) => `${i + 10}`);
    const rows = numbers.map((n) => `<w:p><w:r><w:t>${n}${'x'.repeat(400)}</w:t></w:r></w:p>`).join('');
    const [a, b] = [read(`<w:body ${W}>${rows}</w:body>`, scope), read(`<w:hdr ${W}>${rows}</w:hdr>`, scope)];
    const text = (el: Element): string => el.text + el.children.map(text).join('');
    expect(a.children.map((p) => text(p).slice(0, 2))).toEqual(numbers);
    expect(b.children.every((p, i) => p === a.children[i])).toBe(true);
  });

  test('the beginning of elements where that is enough', () => {
    const styles = `<w:styles ${W}><w:style w:styleId="a"><w:name w:val="A"/><w:rPr><w:b/></w:rPr></w:style><w:style><w:x/></w:style></w:styles>`;
    const outline = new XmlScanner(styles, '', Scope.outermost(), 512).read({
      name: 'w:style',
      upTo: 'w:name',
    });
    expect(show(outline)).toBe('w:styles(w:style w:styleId=a(w:name w:val=A()) w:style(w:x()))');
  });
});

test('a stretch from a part that was refused is not taken for checked', () => {
  const scope = Scope.outermost();
  const p = `<w:p><w:r><w:t>\u0001${'x'.repeat(400)}</w:t></w:r></w:p>`;
  for (const root of ['w:body', 'w:hdr']) {
    expect(() => read(`<${root} ${W}>${p}</${root}>`, scope)).toThrow('characters that XML cannot');
  }
});

describe('the scanner refuses', () => {
  const CASES: readonly (readonly [what: string, xml: string, code: string])[] = [
    ['tags that do not pair', '<a><b></a></b>', 'document/damaged-part'],
    ['a tag that goes on', '<ab></a>', 'document/damaged-part'],
    ['an end that is missing', '<a><b/>', 'document/damaged-part'],
    ['an end too many', '<a/></a>', 'document/damaged-part'],
    ['two roots', '<a/><b/>', 'document/damaged-part'],
    ['no root', '  ', 'document/damaged-part'],
    ['text outside the root', '<a/>x', 'document/damaged-part'],
    ['a prefix that is not bound', '<x:a/>', 'document/damaged-part'],
    ['an attribute twice', '<a b="1" b="2"/>', 'document/damaged-part'],
    [
      'an attribute twice, behind a tag that ends alike',
      `<w:p ${W}><w:ins d="1" b="2"/><w:ins b="1" b="2"/></w:p>`,
      'document/damaged-part',
    ],
    ['an attribute without quotes', '<a b=1/>', 'document/damaged-part'],
    ['attributes without a blank between', '<a b="1"c="2"/>', 'document/damaged-part'],
    ['a < in an attribute', '<a b="<"/>', 'document/damaged-part'],
    ['a bare ampersand', '<a>R&D</a>', 'document/damaged-part'],
    ['an unknown entity', '<a>&nbsp;</a>', 'document/damaged-part'],
    ['a character that XML cannot hold', '<a>\u0001</a>', 'document/damaged-part'],
    ['such a character in a tag', '<a b="\u0001"/>', 'document/damaged-part'],
    ['such a character after the root', '<a/><!--\u0001-->', 'document/damaged-part'],
    ['a reference to no character', '<a>&#0;</a>', 'document/damaged-part'],
    ['a comment without an end', '<a><!-- </a>', 'document/damaged-part'],
    ['a document type', '<!DOCTYPE a><a/>', 'document/dtd-forbidden'],
    ['elements that nest too deeply', '<a>'.repeat(513) + '</a>'.repeat(513), 'limits/exceeded'],
  ];
  test.each(CASES)('%s', (_, xml, code) => {
    expect(() => read(xml)).toThrow(expect.objectContaining({ code }));
  });
});

describe('a ZIP', () => {
  const zip = buildZip({ 'a.xml': '<a/>', 'folder/': '', 'b.xml': 'x'.repeat(2000) });

  test('gives its entries without directories', () => {
    const entries = readEntries(zip, nodeCodec, DEFAULT_LIMITS);
    expect(entries.map((e) => [e.name, e.size])).toEqual([
      ['a.xml', 4],
      ['b.xml', 2000],
    ]);
    expect(nodeCodec.decodeUtf8(inflate(entries[0] ?? expect.fail(), true, nodeCodec, DEFAULT_LIMITS))).toBe(
      '<a/>',
    );
  });

  const REFUSED: readonly (readonly [what: string, change: (bytes: Buffer) => Uint8Array, code: string])[] = [
    ['that is none', () => Buffer.from('%PDF-1.7 and so on, longer than a record'), 'document/not-a-package'],
    ['that is cut off', (b) => b.subarray(0, b.length - 40), 'document/not-a-package'],
    [
      'whose directory lies',
      (b) => {
        b.writeUInt32LE(9, b.length - 6);
        return b;
      },
      'document/damaged-package',
    ],
    [
      'whose content was changed',
      (b) => {
        b[b.indexOf('<a/>')] = 0x20;
        return b;
      },
      'document/damaged-package',
    ],
    [
      'that is encrypted',
      (b) => {
        b[b.indexOf('PK\u0001\u0002') + 8] = 1;
        return b;
      },
      'document/encrypted',
    ],
  ];
  test.each(REFUSED)('%s is refused', (_, change, code) => {
    const bytes = change(Buffer.from(zip));
    expect(() => {
      for (const entry of readEntries(bytes, nodeCodec, DEFAULT_LIMITS))
        inflate(entry, true, nodeCodec, DEFAULT_LIMITS);
    }).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    ['entries', { entries: 1 }],
    ['uncompressedBytes', { uncompressedBytes: 2000 }],
    ['xmlPartBytes', { xmlPartBytes: 1999 }],
  ])('is held to the limit %s', (name, limit) => {
    const limits = { ...DEFAULT_LIMITS, ...limit };
    expect(() => {
      for (const entry of readEntries(zip, nodeCodec, limits)) inflate(entry, true, nodeCodec, limits);
    }).toThrow(
      expect.objectContaining({
        code: 'limits/exceeded',
        details: expect.objectContaining({ limit: expect.objectContaining({ name }) }),
      }),
    );
  });
});
