import { crc32 } from 'node:zlib';

/** Part name → content; text is written as UTF-8. */
export type Parts = Readonly<Record<string, string | Uint8Array>>;

const NAMESPACES = [
  'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"',
  'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"',
  'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"',
  'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"',
  'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"',
  'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"',
  'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"',
  'xmlns:v="urn:schemas-microsoft-com:vml"',
  'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"',
].join(' ');

const RELATIONSHIPS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const OFFICE_RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const CONTENT_TYPES = 'http://schemas.openxmlformats.org/package/2006/content-types';
const WORD_TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml';

/** `word/NAME[number].xml`, the relationship types and content types that this table knows. */
const KINDS = ['styles', 'numbering', 'settings', 'footnotes', 'endnotes', 'comments', 'header', 'footer'];

/** A complete `word/document.xml` around the children of `w:body`. */
export function documentXml(body: string): string {
  return `<w:document ${NAMESPACES}><w:body>${body}</w:body></w:document>`;
}

/** A complete part with another root, such as `w:hdr`, `w:footnotes` or `w:styles`. */
export function partXml(root: string, content: string): string {
  return `<${root} ${NAMESPACES}>${content}</${root}>`;
}

/** A complete relationships part; each entry is `[id, type, target]`, external where the target is a URL. */
function relsXml(entries: readonly (readonly [id: string, type: string, target: string])[]): string {
  const items = entries.map(([id, type, target]) => {
    const mode = /^[a-z]+:/.test(target) ? ' TargetMode="External"' : '';
    return `<Relationship Id="${id}" Type="${OFFICE_RELATIONSHIPS}/${type}" Target="${target}"${mode}/>`;
  });
  return `<Relationships xmlns="${RELATIONSHIPS}">${items.join('')}</Relationships>`;
}

/**
 * A small but complete Word package. What is not given is made: content types, the package's relationships,
 * `word/styles.xml` (Normal), `word/document.xml` (one empty paragraph) and the document's relationships,
 * whose ids are the base names of the parts: `word/header1.xml` is `header1`.
 *
 * @param parts what the test is about; `links` adds relationships of the document, as `relsXml` takes them.
 */
export function buildDocx(
  parts: Parts,
  links: readonly (readonly [id: string, type: string, target: string])[] = [],
): Uint8Array {
  const content: Parts = {
    'word/document.xml': documentXml('<w:p/><w:sectPr/>'),
    'word/styles.xml': partXml(
      'w:styles',
      '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>',
    ),
    ...parts,
  };
  return buildZip({
    '[Content_Types].xml': contentTypes(Object.keys(content)),
    '_rels/.rels': relsXml([['rId1', 'officeDocument', 'word/document.xml']]),
    'word/_rels/document.xml.rels': relsXml([...knownParts(Object.keys(content)), ...links]),
    ...content,
  });
}

function kindOf(part: string): string | undefined {
  const base = /^word\/([a-z]+)\d*\.xml$/.exec(part)?.[1];
  return KINDS.find((kind) => kind === base);
}

function knownParts(names: readonly string[]): [string, string, string][] {
  return names.flatMap((name): [string, string, string][] => {
    const kind = kindOf(name);
    const base = name.slice('word/'.length);
    return kind === undefined ? [] : [[base.replace('.xml', ''), kind, base]];
  });
}

function contentTypes(names: readonly string[]): string {
  const overrides = names.flatMap((name) => {
    const kind = name === 'word/document.xml' ? 'document.main' : kindOf(name);
    return kind ? [`<Override PartName="/${name}" ContentType="${WORD_TYPE}.${kind}+xml"/>`] : [];
  });
  const defaults = [
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>',
    '<Default Extension="xml" ContentType="application/xml"/>',
    '<Default Extension="png" ContentType="image/png"/>',
    '<Default Extension="bin" ContentType="application/octet-stream"/>',
  ];
  return `<Types xmlns="${CONTENT_TYPES}">${[...defaults, ...overrides].join('')}</Types>`;
}

/** A ZIP of stored entries, in the order given (APPNOTE.TXT 4.3). */
export function buildZip(entries: Parts): Uint8Array {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(entries)) {
    const data = Buffer.from(content);
    const local = Buffer.concat([entryHeader(0x04034b50, name, data), Buffer.from(name), data]);
    central.push(centralHeader(name, data, offset), Buffer.from(name));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  return new Uint8Array(
    Buffer.concat([...locals, directory, endRecord(locals.length, directory.length, offset)]),
  );
}

function entryHeader(signature: number, name: string, data: Buffer): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(signature, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(0x0800, 6); // names are UTF-8
  header.writeUInt16LE(0x21, 12); // 1 January 1980
  header.writeUInt32LE(crc32(data), 14);
  header.writeUInt32LE(data.length, 18);
  header.writeUInt32LE(data.length, 22);
  header.writeUInt16LE(Buffer.byteLength(name), 26);
  return header;
}

function centralHeader(name: string, data: Buffer, offset: number): Buffer {
  const header = Buffer.alloc(46);
  entryHeader(0x04034b50, name, data).copy(header, 6, 4, 30);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt32LE(offset, 42);
  return header;
}

function endRecord(count: number, size: number, offset: number): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(size, 12);
  record.writeUInt32LE(offset, 16);
  return record;
}
