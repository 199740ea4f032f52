import { describe, expect, test } from 'vitest';
import { widenedStartTag, withCustomaryPrefixes } from './namespaces.ts';
import { parseXml, startTag } from './xml.ts';

const W = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const STRICT = 'http://purl.oclc.org/ooxml/wordprocessingml/main';
const R = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const MC = 'http://schemas.openxmlformats.org/markup-compatibility/2006';
const customary = (xml: string): string => withCustomaryPrefixes(xml, 64);

describe('customary prefixes', () => {
  test.each<[string, string, string]>([
    ['those that are customary stay', `<w:p xmlns:w="${W}"/>`, `<w:p xmlns:w="${W}"/>`],
    [
      'another prefix',
      `<x:p xmlns:x="${W}" x:a="1"><x:r/></x:p>`,
      `<w:p xmlns:w="${W}" w:a="1"><w:r/></w:p>`,
    ],
    ['none', `<p xmlns="${W}"><r a="1">t</r></p>`, `<w:p xmlns:w="${W}"><w:r a="1">t</w:r></w:p>`],
    ['Strict', `<x:p xmlns:x="${STRICT}"/>`, `<w:p xmlns:w="${STRICT}"/>`],
    [
      'declared where it is used',
      `<w:p xmlns:w="${W}"><y:a xmlns:y="${R}" y:id="1"/></w:p>`,
      `<w:p xmlns:w="${W}" xmlns:r="${R}"><r:a r:id="1"/></w:p>`,
    ],
    [
      'one prefix for two namespaces',
      `<x:p xmlns:x="${W}"><x:b xmlns:x="urn:x"/></x:p>`,
      `<w:p xmlns:w="${W}"><x:b xmlns:x="urn:x"/></w:p>`,
    ],
    [
      'prefixes that a reader may ignore',
      `<x:p xmlns:x="${W}" xmlns:m="${MC}" xmlns:q="urn:q" m:Ignorable="q"/>`,
      `<w:p xmlns:w="${W}" xmlns:mc="${MC}" xmlns:q="urn:q" mc:Ignorable="q"/>`,
    ],
    [
      'values in single quotes',
      `<w:p xmlns:w='${W}' w:a='say "x"'/>`,
      `<w:p xmlns:w="${W}" w:a="say &quot;x&quot;"/>`,
    ],
    [
      'what else looks like a quoted value',
      `<w:p xmlns:w="${W}"><w:t>x='1'</w:t></w:p>`,
      `<w:p xmlns:w="${W}"><w:t>x='1'</w:t></w:p>`,
    ],
  ])('%s', (_, xml, expected) => {
    const sorted = (text: string): string[] => text.split(/(?=[ <>])/).sort();
    expect(sorted(customary(xml))).toEqual(sorted(expected));
    expect(customary(customary(xml))).toBe(customary(xml));
  });

  test('a customary prefix that means something else gives way', () => {
    const xml = customary(`<x:p xmlns:x="${W}" xmlns:w="urn:other"><w:b/></x:p>`);
    expect(xml.startsWith('<w:p')).toBe(true);
    expect(xml).not.toContain('<w:b');
  });
});

test('a start tag is widened by what the other one declares and lets readers ignore', () => {
  const [a, b] = [
    parseXml(`<w:p xmlns:w="${W}" mc:Ignorable="w14" xmlns:mc="${MC}" xmlns:w14="urn:14"/>`, 4),
    parseXml(
      `<w:p xmlns:w="${W}" xmlns:mc="${MC}" xmlns:q="urn:q" mc:Ignorable="q w14" xmlns:w14="urn:14"/>`,
      4,
    ),
  ];
  expect(widenedStartTag(startTag(a), a, a)).toBe(startTag(a));
  const wide = widenedStartTag(startTag(a), a, b);
  expect(wide).toContain('xmlns:q="urn:q"');
  expect(wide).toContain('mc:Ignorable="w14 q"');
  expect(wide.match(/xmlns:w=/g)).toHaveLength(1);
});
