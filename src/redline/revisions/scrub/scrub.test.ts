import { expect, test } from 'vitest';
import { documentXml, partXml } from '../../../../test/support/package.ts';
import { docx, ins, p, r, type Source } from '../../../../test/support/redlines.ts';
import { nodeCodec } from '../../../kit/index.ts';
import { DEFAULT_LIMITS, SCRUB_KINDS, type ScrubKind, scrub, verify } from '../../index.ts';
import { openPackage, type Package } from '../../ooxml/index.ts';

const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const relationship = (id: string, type: string, target: string): string =>
  `<Relationship Id="${id}" Type="${type}" Target="${target}"/>`;

const HIDDEN = '<w:vanish/>';
const COMMENTED = `<w:commentRangeStart w:id="5"/>${r('words')}<w:commentRangeEnd w:id="5"/><w:r><w:commentReference w:id="5"/></w:r>`;
const SOURCE: Source = {
  'word/document.xml': documentXml(
    `${p(ins(r('new')) + r('secret', HIDDEN) + r('styled', '<w:rStyle w:val="H"/>') + r('shown', '<w:vanish w:val="0"/>') + COMMENTED).replace('<w:p>', '<w:p w:rsidR="00AB12CD">')}` +
      `<w:sdt><w:sdtPr><w:dataBinding w:storeItemID="{1}" w:xpath="/a"/></w:sdtPr><w:sdtContent>${p(r('bound'))}</w:sdtContent></w:sdt><w:sectPr/>`,
  ),
  'word/styles.xml': partXml(
    'w:styles',
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>' +
      '<w:style w:type="character" w:styleId="H"><w:name w:val="Hidden"/><w:rPr><w:vanish/></w:rPr></w:style>',
  ),
  'word/settings.xml': partXml(
    'w:settings',
    '<w:rsids><w:rsidRoot w:val="00AB12CD"/></w:rsids><w:docVars><w:docVar w:name="a" w:val="b"/></w:docVars>',
  ),
  'word/comments.xml': partXml(
    'w:comments',
    `<w:comment w:id="5" w:author="Ann Lee" w:initials="AL" w:date="2024-05-01T00:00:00Z">${p(r('why'))}</w:comment>`,
  ),
  'word/footnotes.xml': partXml('w:footnotes', ''),
  'customXml/item1.xml': '<a xmlns="urn:x"/>',
  'docProps/core.xml': `<cp:coreProperties xmlns:cp="${PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Ann Lee</dc:creator><cp:lastModifiedBy>Bo</cp:lastModifiedBy></cp:coreProperties>`,
  '_rels/.rels': `<Relationships xmlns="${PACKAGE}/relationships">${relationship('rId1', `${OFFICE}/officeDocument`, 'word/document.xml')}${relationship('rId2', `${PACKAGE}/relationships/metadata/core-properties`, 'docProps/core.xml')}</Relationships>`,
  'word/_rels/document.xml.rels': `<Relationships xmlns="${PACKAGE}/relationships">${['styles', 'settings', 'comments', 'footnotes'].map((k) => relationship(k, `${OFFICE}/${k}`, `${k}.xml`)).join('')}${relationship('x', `${OFFICE}/customXml`, '../customXml/item1.xml')}</Relationships>`,
};

function scrubbed(kinds: readonly ScrubKind[], roles = {}): { pkg: Package; report: object; xml: string } {
  const before = docx(SOURCE);
  const { document, report } = scrub(before, { kinds, roles, limits: DEFAULT_LIMITS }, nodeCodec);
  expect(verify(before, before, document, nodeCodec, DEFAULT_LIMITS).faults).toEqual([]);
  const pkg = openPackage(document, nodeCodec, DEFAULT_LIMITS);
  for (const { name, crc } of openPackage(before, nodeCodec, DEFAULT_LIMITS).entries)
    if (name === 'word/footnotes.xml') expect(pkg.entries.find((e) => e.name === name)?.crc).toBe(crc);
  return { pkg, report, xml: pkg.text(pkg.main) };
}

test('authors become roles, in changes, comments and properties', () => {
  const { pkg, report, xml } = scrubbed(['authors'], { 'Ann Lee': 'Counsel' });
  expect(xml).toContain('w:author="Author 1"');
  expect(pkg.text('word/comments.xml')).toMatch(/w:author="Counsel" w:date=/);
  expect(pkg.text('docProps/core.xml')).toContain(
    '<dc:creator>Counsel</dc:creator><cp:lastModifiedBy>Author 2<',
  );
  expect(report).toMatchObject({ roles: ['Author 1', 'Counsel', 'Author 2'] });
});

test.each<[ScrubKind, RegExp, object[]]>([
  [
    'dates',
    /w:date=/,
    [
      { part: 'word/document.xml', count: 1 },
      { part: 'word/comments.xml', count: 1 },
    ],
  ],
  [
    'sessions',
    /rsid/,
    [
      { part: 'word/document.xml', count: 1 },
      { part: 'word/settings.xml', count: 1 },
    ],
  ],
  ['hiddenText', /secret|styled/, [{ part: 'word/document.xml', count: 2 }]],
  [
    'comments',
    /<w:comment/,
    [
      { part: 'word/comments.xml', count: 1 },
      { part: 'word/document.xml', count: 3 },
    ],
  ],
  [
    'customXml',
    /dataBinding/,
    [
      { part: 'customXml/item1.xml', count: 1 },
      { part: 'word/document.xml', count: 1 },
    ],
  ],
  [
    'properties',
    /docVar/,
    [
      { part: 'docProps/core.xml', count: 2 },
      { part: 'word/settings.xml', count: 1 },
    ],
  ],
])('%s go, and what went is listed', (kind, gone, removed) => {
  const { pkg, report } = scrubbed([kind]);
  for (const { name } of pkg.entries.filter((e) => e.name.endsWith('.xml')))
    expect(pkg.text(name)).not.toMatch(gone);
  expect(report).toEqual({ removed: removed.map((r) => ({ kind, ...r })), left: [], roles: [] });
});

test('all of it at once, and text that shows stays', () => {
  const { pkg, xml } = scrubbed(SCRUB_KINDS);
  for (const word of ['new', 'shown', 'words', 'bound']) expect(xml).toContain(word);
  const names = pkg.entries.map((e) => e.name);
  for (const gone of ['word/comments.xml', 'customXml/item1.xml', 'docProps/core.xml'])
    expect(names).not.toContain(gone);
  const again = scrub(docx(SOURCE), { kinds: SCRUB_KINDS, limits: DEFAULT_LIMITS }, nodeCodec).document;
  const twice = scrub(
    again,
    { kinds: SCRUB_KINDS.filter((k) => k !== 'authors'), limits: DEFAULT_LIMITS },
    nodeCodec,
  );
  expect(twice.document).toBe(again);
});

test.each<[string, object]>([
  ['no kind', { kinds: [] }],
  ['an unknown kind', { kinds: ['names'] }],
  ['a role that no document can hold', { kinds: ['authors'], roles: { a: '\u0000' } }],
])('refused: %s', (_, options) => {
  const given = { limits: DEFAULT_LIMITS, ...options } as Parameters<typeof scrub>[1];
  expect(() => scrub(docx(SOURCE), given, nodeCodec)).toThrow(/options cannot be used/);
});
