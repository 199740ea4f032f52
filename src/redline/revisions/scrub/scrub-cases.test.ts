import { expect, test } from 'vitest';
import { documentXml, partXml } from '../../../../test/support/package.ts';
import { docx, p, r, type Source } from '../../../../test/support/redlines.ts';
import { nodeCodec } from '../../../kit/index.ts';
import { DEFAULT_LIMITS, type ScrubKind, type ScrubLeftover, scrub, verify } from '../../index.ts';
import { openPackage } from '../../ooxml/index.ts';

const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const relationship = (id: string, type: string, target: string): string =>
  `<Relationship Id="${id}" Type="${type}" Target="${target}"/>`;
const HIDDEN = '<w:vanish/>';

/** One part of its own, and what goes and stays in it. */
interface Case {
  readonly kind: ScrubKind;
  readonly what: string;
  readonly source: Source;
  readonly part?: string;
  readonly gone: RegExp;
  readonly stays?: RegExp;
}

const rels = (...list: readonly string[]): string =>
  `<Relationships xmlns="${PACKAGE}/relationships">${list.join('')}</Relationships>`;
const EXTERNAL = ' TargetMode="External"';
const SETTINGS = (content: string, ...more: readonly string[]): Source => ({
  'word/document.xml': documentXml(`${p(r('a'))}<w:sectPr/>`),
  'word/settings.xml': partXml('w:settings', content),
  'word/_rels/document.xml.rels': rels(relationship('s', `${OFFICE}/settings`, 'settings.xml')),
  ...(more.length > 0 ? { 'word/_rels/settings.xml.rels': rels(...more) } : {}),
});
const BODY = (content: string, more: Readonly<Record<string, string>> = {}): Source => ({
  'word/document.xml': documentXml(`${content}<w:sectPr/>`),
  ...more,
});
const RUN_FIELD = (rPr: string, end = rPr): string =>
  `<w:r><w:rPr>${rPr}</w:rPr><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:rPr>${rPr}</w:rPr><w:instrText>XE "secret"</w:instrText></w:r>` +
  `<w:r><w:rPr>${end}</w:rPr><w:fldChar w:fldCharType="end"/></w:r>`;
const STYLES = partXml(
  'w:styles',
  '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>' +
    '<w:style w:type="paragraph" w:styleId="HP"><w:name w:val="HP"/><w:rPr><w:vanish/></w:rPr></w:style>' +
    '<w:style w:type="paragraph" w:styleId="Sub"><w:name w:val="Sub"/><w:basedOn w:val="HP"/></w:style>' +
    '<w:style w:type="character" w:styleId="HC"><w:name w:val="HC"/><w:rPr><w:vanish/></w:rPr></w:style>' +
    '<w:style w:type="table" w:styleId="HT"><w:name w:val="HT"/><w:rPr><w:vanish/></w:rPr></w:style>',
);
const STYLED = (content: string): Source =>
  BODY(content, {
    'word/styles.xml': STYLES,
    'word/_rels/document.xml.rels': rels(relationship('s', `${OFFICE}/styles`, 'styles.xml')),
  });
const CORE = `<cp:coreProperties xmlns:cp="${PACKAGE}/metadata/core-properties" xmlns:dcterms="http://purl.org/dc/terms/"><cp:revision>7</cp:revision><dcterms:created>2024-01-02T03:04:05Z</dcterms:created><dcterms:modified>2024-01-02T03:04:05Z</dcterms:modified><cp:lastPrinted>2024-01-02T03:04:05Z</cp:lastPrinted><cp:keywords>kept</cp:keywords></cp:coreProperties>`;
const APP = `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Template>t.dotx</Template><TotalTime>90</TotalTime><Manager>Ann Lee</Manager><Company>Lee LLP</Company></Properties>`;
const CUSTOM =
  '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"><property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="_AuthorEmail"><lpwstr xmlns="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">ann@lee.example</lpwstr></property></Properties>';
const PROPERTIES: Source = BODY(p(r('a')), {
  'docProps/core.xml': CORE,
  'docProps/app.xml': APP,
  'docProps/custom.xml': CUSTOM,
  'docProps/thumbnail.jpeg': 'x',
  'docMetadata/LabelInfo.xml': '<clbl:labelList xmlns:clbl="urn:x"/>',
  '_rels/.rels': rels(
    relationship('a', `${OFFICE}/officeDocument`, 'word/document.xml'),
    relationship('b', `${PACKAGE}/relationships/metadata/core-properties`, 'docProps/core.xml'),
    relationship('c', `${OFFICE}/extended-properties`, 'docProps/app.xml'),
    relationship('d', `${OFFICE}/custom-properties`, 'docProps/custom.xml'),
    relationship('e', `${PACKAGE}/relationships/metadata/thumbnail`, 'docProps/thumbnail.jpeg'),
    relationship(
      'f',
      'http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels',
      'docMetadata/LabelInfo.xml',
    ),
  ),
});
const SIGNED = 'http://schemas.openxmlformats.org/package/2006/relationships/digital-signature';

const CASES: readonly Case[] = [
  {
    kind: 'authors',
    what: 'who may edit a stretch',
    source: BODY(p(`<w:permStart w:id="1" w:ed="LEE\\ann"/>${r('a')}<w:permEnd w:id="1"/>`)),
    gone: /ann/,
    stays: /w:ed="Author 1"/,
  },
  {
    kind: 'authors',
    what: 'a manager',
    source: PROPERTIES,
    part: 'docProps/app.xml',
    gone: /Ann/,
    stays: /<Manager>Author 1<\/Manager><Company>Lee/,
  },
  {
    kind: 'authors',
    what: 'authors of rows, cells, moves and formatting',
    source: BODY(
      `<w:tbl><w:tr><w:trPr><w:ins w:id="1" w:author="Ann"/></w:trPr><w:tc><w:tcPr><w:cellIns w:id="2" w:author="Ann"/></w:tcPr>${p(r('a', '<w:rPrChange w:id="3" w:author="Ann"><w:rPr/></w:rPrChange>'))}</w:tc></w:tr></w:tbl>` +
        `<w:moveFromRangeStart w:id="4" w:author="Ann" w:name="m"/>${p('', '<w:rPr><w:moveFrom w:id="5" w:author="Ann"/></w:rPr>')}<w:moveFromRangeEnd w:id="4"/>${p(r('b'))}`,
    ),
    gone: /Ann/,
    stays: /w:cellIns w:id="2" w:author="Author 1"/,
  },
  {
    kind: 'dates',
    what: 'days of the document',
    source: PROPERTIES,
    part: 'docProps/core.xml',
    gone: /2024/,
    stays: /kept/,
  },
  {
    kind: 'dates',
    what: 'dates in UTC beside local ones, but not those that the text shows',
    source: BODY(
      p(
        `<w:ins w:id="1" w:author="A" w:date="2024-01-02T00:00:00Z" xmlns:w16du="http://schemas.microsoft.com/office/word/2023/wordml/word16du" w16du:dateUtc="2024-01-02T00:00:00Z">${r('a')}</w:ins><w:sdt><w:sdtPr><w:date w:fullDate="2030-01-01T00:00:00Z"/></w:sdtPr><w:sdtContent>${r('2030')}</w:sdtContent></w:sdt>`,
      ),
    ),
    gone: /2024/,
    stays: /w:fullDate="2030/,
  },
  {
    kind: 'sessions',
    what: 'how often a document was saved',
    source: PROPERTIES,
    part: 'docProps/core.xml',
    gone: /revision/,
    stays: /kept/,
  },
  {
    kind: 'sessions',
    what: 'how long it was edited',
    source: PROPERTIES,
    part: 'docProps/app.xml',
    gone: /TotalTime/,
    stays: /Company/,
  },
  {
    kind: 'sessions',
    what: 'the session in which a style was made',
    source: STYLED(p(r('a'))),
    part: 'word/styles.xml',
    gone: /rsid/,
  },
  {
    kind: 'sessions',
    what: 'ids of the document',
    source: SETTINGS(
      '<w14:docId xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" w14:val="1234ABCD"/><w15:docId xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml" w15:val="{1}"/>',
    ),
    part: 'word/settings.xml',
    gone: /docId/,
  },
  {
    kind: 'properties',
    what: 'the path of a template',
    source: SETTINGS(
      '<w:attachedTemplate r:id="t"/><w:zoom w:percent="90"/>',
      relationship('t', `${OFFICE}/attachedTemplate`, 'file:///C:/Users/ann/t.dotx').replace(
        '/>',
        `${EXTERNAL}/>`,
      ),
    ),
    part: 'word/_rels/settings.xml.rels',
    gone: /ann/,
  },
  {
    kind: 'properties',
    what: 'a mail merge with its source',
    source: SETTINGS(
      '<w:mailMerge><w:mainDocumentType w:val="formLetters"/><w:connectString w:val="C:\\Users\\ann\\list.mdb"/><w:dataSource r:id="m"/></w:mailMerge><w:zoom w:percent="90"/>',
      relationship('m', `${OFFICE}/mailMergeSource`, 'file:///C:/Users/ann/list.mdb').replace(
        '/>',
        `${EXTERNAL}/>`,
      ),
    ),
    part: 'word/settings.xml',
    gone: /mailMerge|ann/,
    stays: /zoom/,
  },
  {
    kind: 'hiddenText',
    what: 'words hidden by a style and by what it is based on',
    source: STYLED(
      p(r('secret'), '<w:pStyle w:val="HP"/>') + p(r('secret'), '<w:pStyle w:val="Sub"/>') + p(r('shown')),
    ),
    gone: /secret/,
    stays: /shown/,
  },
  {
    kind: 'hiddenText',
    what: 'words hidden by the style of their table',
    source: STYLED(
      `<w:tbl><w:tblPr><w:tblStyle w:val="HT"/></w:tblPr><w:tr><w:tc>${p(r('secret'))}</w:tc></w:tr></w:tbl>${p(r('shown'))}`,
    ),
    gone: /secret/,
    stays: /shown/,
  },
  {
    kind: 'hiddenText',
    what: 'not what two styles hide, nor what says itself that it shows',
    source: STYLED(
      p(
        r('shown', '<w:rStyle w:val="HC"/>') + r('seen', '<w:vanish w:val="off"/>'),
        '<w:pStyle w:val="HP"/>',
      ) + p(r('secret', '<w:rStyle w:val="HC"/>')),
    ),
    gone: /secret/,
    stays: /shown[\s\S]*seen/,
  },
  {
    kind: 'hiddenText',
    what: 'not the words before a mark that is always hidden',
    source: BODY(p(r('shown') + r('secret', HIDDEN), '<w:rPr><w:vanish/><w:specVanish/></w:rPr>')),
    gone: /secret/,
    stays: /specVanish[\s\S]*shown/,
  },
  {
    kind: 'hiddenText',
    what: 'a field of which nothing shows',
    source: BODY(p(r('shown') + RUN_FIELD(HIDDEN))),
    gone: /secret|fldChar/,
    stays: /shown/,
  },
  {
    kind: 'hiddenText',
    what: 'not a field of which something shows',
    source: BODY(p(r('gone', HIDDEN) + RUN_FIELD(HIDDEN, ''))),
    gone: /gone/,
    stays: /secret[\s\S]*fldChar/,
  },
  {
    kind: 'hiddenText',
    what: 'a drawing that was made invisible',
    source: BODY(
      p(
        `${r('shown')}<w:r><w:drawing><wp:inline><wp:docPr id="1" name="secret" hidden="1"/></wp:inline></w:drawing></w:r>`,
      ),
    ),
    gone: /secret/,
    stays: /shown/,
  },
  {
    kind: 'customXml',
    what: 'tags around text',
    source: BODY(
      `<w:customXml w:uri="urn:x" w:element="a"><w:customXmlPr><w:attr w:name="by" w:val="Ann"/></w:customXmlPr>${p(`<w:smartTag w:uri="urn:y" w:element="PersonName"><w:smartTagPr><w:attr w:name="id" w:val="Ann"/></w:smartTagPr>${r('shown')}</w:smartTag>`)}</w:customXml>`,
    ),
    gone: /Ann|smartTag|customXml/,
    stays: /shown/,
  },
  {
    kind: 'customXml',
    what: 'kinds of smart tags',
    source: SETTINGS('<w:smartTagType w:namespaceuri="urn:y" w:name="PersonName"/><w:zoom w:percent="90"/>'),
    part: 'word/settings.xml',
    gone: /smartTag/,
    stays: /zoom/,
  },
];

test.each(CASES.map((c) => [`${c.kind}: ${c.what}`, c] as const))('%s', (_, { kind, source, ...rest }) => {
  const before = docx(
    kind === 'sessions' && rest.part === 'word/styles.xml'
      ? {
          ...(source as object),
          'word/styles.xml': STYLES.replace('<w:rPr>', '<w:rsid w:val="00AB12CD"/><w:rPr>'),
        }
      : source,
  );
  const { document, report } = scrub(before, { kinds: [kind], limits: DEFAULT_LIMITS }, nodeCodec);
  expect(verify(before, before, document, nodeCodec, DEFAULT_LIMITS).faults).toEqual([]);
  const pkg = openPackage(document, nodeCodec, DEFAULT_LIMITS);
  const xml = pkg.text(rest.part ?? pkg.main);
  expect(openPackage(before, nodeCodec, DEFAULT_LIMITS).text(rest.part ?? pkg.main)).toMatch(rest.gone);
  expect(xml).not.toMatch(rest.gone);
  if (rest.stays) expect(xml).toMatch(rest.stays);
  expect(report.removed.every((entry) => entry.kind === kind && entry.count > 0)).toBe(true);
  expect(report.removed).not.toEqual([]);
});

const partsAfter = (source: Source, kinds: readonly ScrubKind[]): string[] => {
  const before = docx(source);
  const { document } = scrub(before, { kinds, limits: DEFAULT_LIMITS }, nodeCodec);
  expect(verify(before, before, document, nodeCodec, DEFAULT_LIMITS).faults).toEqual([]);
  return openPackage(document, nodeCodec, DEFAULT_LIMITS).entries.map((e) => e.name);
};

test('parts of properties go, labels and the thumbnail among them', () => {
  expect(partsAfter(PROPERTIES, ['properties']).filter((name) => /^doc/.test(name))).toEqual([]);
});

test('printer settings, web extensions and signatures go with what they lead to', () => {
  const source: Source = BODY(p(r('a'), `<w:sectPr><w:printerSettings r:id="p"/></w:sectPr>`), {
    'word/printerSettings1.bin': 'x',
    'word/_rels/document.xml.rels': rels(
      relationship('p', `${OFFICE}/printerSettings`, 'printerSettings1.bin'),
    ),
    'word/webextensions/taskpanes.xml': '<a xmlns="urn:x"/>',
    'word/webextensions/webextension1.xml': '<a xmlns="urn:x"/>',
    'word/webextensions/_rels/taskpanes.xml.rels': rels(
      relationship(
        'w',
        'http://schemas.microsoft.com/office/2011/relationships/webextension',
        'webextension1.xml',
      ),
    ),
    '_xmlsignatures/origin.sigs': '',
    '_xmlsignatures/sig1.xml': '<a xmlns="urn:x"/>',
    '_xmlsignatures/_rels/origin.sigs.rels': rels(relationship('s', `${SIGNED}/signature`, 'sig1.xml')),
    '_rels/.rels': rels(
      relationship('a', `${OFFICE}/officeDocument`, 'word/document.xml'),
      relationship(
        'b',
        'http://schemas.microsoft.com/office/2011/relationships/webextensiontaskpanes',
        'word/webextensions/taskpanes.xml',
      ),
      relationship('c', `${SIGNED}/origin`, '_xmlsignatures/origin.sigs'),
    ),
  });
  expect(
    partsAfter(source, ['authors', 'properties', 'extensions']).filter((n) => /web|sig|printer/.test(n)),
  ).toEqual([]);
});

test('what may still name somebody is told', () => {
  const source: Source = BODY(
    p(
      `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> AUTHOR </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>`,
    ),
    { 'word/embeddings/sheet.xlsx': 'PK' },
  );
  const before = docx(source);
  const { report } = scrub(before, { kinds: ['authors'], limits: DEFAULT_LIMITS }, nodeCodec);
  expect(report.left).toEqual([
    { what: 'author-field', part: 'word/document.xml' },
    { what: 'embedded-file', part: 'word/embeddings/sheet.xlsx' },
  ]);
  expect(scrub(before, { kinds: ['comments'], limits: DEFAULT_LIMITS }, nodeCodec).report.left).toEqual([]);
});

const text = (list: string): number[] => Array.from(list, (c) => c.charCodeAt(0));
const PNG = [0x89, ...text('PNG\r\n\u001a\n'), 0, 0, 0, 0, ...text('IHDR'), 0, 0, 0, 0];
const JPEG = [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0];
const SCAN = [0xff, 0xda, 0, 4, 0, 0];

test.each<[string, string, readonly number[], ScrubLeftover[]]>([
  ['a PNG without notes', 'png', [...PNG, 0, 0, 0, 0, ...text('IEND'), 0, 0, 0, 0], []],
  ['a PNG with XMP', 'png', [...PNG, 0, 0, 0, 1, ...text('iTXt'), 0, 0, 0, 0, 0], ['picture-metadata']],
  ['a PNG that is cut short', 'png', [...PNG, 0xff, 0xff, 0xff], []],
  ['a JPEG without notes', 'jpeg', [...JPEG, ...SCAN, 0xff, 0xe1], []],
  ['a JPEG with Exif', 'jpeg', [...JPEG, 0xff, 0xe1, 0, 4, 0, 0, ...SCAN], ['picture-metadata']],
  ['a JPEG with a comment', 'jpeg', [...JPEG, 0xff, 0xfe, 0, 4, 0, 0], ['picture-metadata']],
  ['a JPEG of nothing', 'jpeg', [0xff, 0xd8], ['picture-unread']],
  ['a picture of another format', 'emf', [1, 0, 0, 0], ['picture-unread']],
])('notes in pictures are told: %s', (_, extension, bytes, left) => {
  const part = `word/media/image1.${extension}`;
  const types = `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="${extension}" ContentType="image/${extension}"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`;
  const parts = BODY(p(r('a'))) as Readonly<Record<string, string>>;
  const before = docx({ ...parts, [part]: Uint8Array.from(bytes), '[Content_Types].xml': types });
  const { report } = scrub(before, { kinds: ['dates'], limits: DEFAULT_LIMITS }, nodeCodec);
  expect(report.left).toEqual(left.map((what) => ({ what, part })));
});
