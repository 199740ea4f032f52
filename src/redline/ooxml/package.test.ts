import { describe, expect, test } from 'vitest';
import { buildDocx, documentXml, type Parts, partXml } from '../../../test/support/package.ts';
import { nodeCodec } from '../../kit/index.ts';
import { RedlineError } from '../errors.ts';
import { DEFAULT_LIMITS, type Limits } from '../options.ts';
import {
  bodyOf,
  openPackage,
  type Package,
  relatedPart,
  relationshipsPart,
  revisePackage,
} from './package.ts';
import { deflateEntry, readZip, writeZip } from './zip.ts';

const RELATIONSHIPS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const open = (data: Uint8Array, limits: Partial<Limits> = {}): Package =>
  openPackage(data, nodeCodec, { ...DEFAULT_LIMITS, ...limits }, 'modified');
/** The package with some parts replaced, added or, where the text is null, taken away. */
const changed = (data: Uint8Array, parts: Readonly<Record<string, string | null>>): Uint8Array => {
  const kept = readZip(data, nodeCodec, DEFAULT_LIMITS).filter((e) => !(e.name in parts));
  const fresh = Object.entries(parts).flatMap(([name, text]) =>
    text === null ? [] : [deflateEntry(name, nodeCodec.encodeUtf8(text), nodeCodec)],
  );
  return writeZip([...kept, ...fresh], nodeCodec);
};
const problem = (work: () => unknown): { code: string; part?: string; input?: string } => {
  try {
    work();
  } catch (error) {
    if (!(error instanceof RedlineError)) throw error;
    const { part, input } = error.details;
    return {
      code: error.code,
      ...(part === undefined ? {} : { part }),
      ...(input === undefined ? {} : { input }),
    };
  }
  return { code: 'accepted' };
};
const textOfTypes = (pkg: Package): string => pkg.text('[Content_Types].xml');
const DOCX = buildDocx({
  'word/header1.xml': partXml('w:hdr', '<w:p/>'),
  'word/media/a.png': new Uint8Array([1]),
});

describe('content types', () => {
  test.each<[string, string]>([
    ['word/document.xml', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'],
    ['WORD/Header1.XML', 'application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml'],
    ['word/media/a.PNG', 'image/png'],
    ['word/unknown.abc', ''],
  ])('%s', (part, type) => {
    expect(open(DOCX).contentType(part)).toBe(type);
  });

  test.each(['template.main+xml', 'document.main+xml'])('a main part of the kind %s', (kind) => {
    const types = textOfTypes(open(DOCX)).replace('document.main+xml', kind);
    expect(open(changed(DOCX, { '[Content_Types].xml': types })).main).toBe('word/document.xml');
  });

  test('a document with macros is read', () => {
    const type = 'application/vnd.ms-word.document.macroEnabled.main+xml';
    const types = textOfTypes(open(DOCX)).replace(/application\/[\w.-]*document\.main\+xml/, type);
    expect(open(changed(DOCX, { '[Content_Types].xml': types })).main).toBe('word/document.xml');
  });
});

describe('relationships', () => {
  const related = (rels: string, parts: Parts = {}): Package =>
    open(buildDocx({ ...parts, 'word/_rels/document.xml.rels': rels }));
  const rels = (entries: string): string =>
    `<Relationships xmlns="${RELATIONSHIPS}">${entries}</Relationships>`;

  test.each<[string, string, string | undefined]>([
    ['beside the source', 'styles.xml', 'word/styles.xml'],
    ['from the root', '/word/styles.xml', 'word/styles.xml'],
    ['with dots', '../word/./styles.xml', 'word/styles.xml'],
    ['with a fragment', 'styles.xml#x', 'word/styles.xml'],
    ['to a part that is not there', 'other.xml', undefined],
    ['above the root', '../../../etc/passwd', undefined],
  ])('a target %s', (_, target, part) => {
    const pkg = related(rels(`<Relationship Id="r1" Type="${OFFICE}/styles" Target="${target}"/>`));
    expect(pkg.relationships(pkg.main)).toEqual([
      { id: 'r1', type: `${OFFICE}/styles`, target, external: false, part },
    ]);
    expect(relatedPart(pkg, pkg.main, 'styles')).toBe(part);
  });

  test('an outside target is never a part', () => {
    const pkg = related(rels(`<Relationship Id="r1" Type="t/x" Target="styles.xml" TargetMode="External"/>`));
    expect(pkg.relationships(pkg.main)[0]).toMatchObject({ external: true, part: undefined });
  });

  test('with a prefix', () => {
    const text = `<p:Relationships xmlns:p="${RELATIONSHIPS}"><p:Relationship Id="r1" Type="${OFFICE}/styles" Target="styles.xml"/></p:Relationships>`;
    expect(relatedPart(related(text), 'word/document.xml', 'styles')).toBe('word/styles.xml');
  });

  test('Strict types mean the same', () => {
    const type = 'http://purl.oclc.org/ooxml/officeDocument/relationships/styles';
    const pkg = related(rels(`<Relationship Id="r1" Type="${type}" Target="styles.xml"/>`));
    expect(relatedPart(pkg, pkg.main, 'styles')).toBe('word/styles.xml');
  });

  test.each([
    ['', '_rels/.rels'],
    ['a.xml', '_rels/a.xml.rels'],
    ['word/document.xml', 'word/_rels/document.xml.rels'],
  ])('of "%s" stand in %s', (part, name) => {
    expect(relationshipsPart(part)).toBe(name);
  });
});

describe('documents that are none', () => {
  const main = 'word/document.xml';
  const sheet = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml';
  test.each<[string, Uint8Array]>([
    ['no content types', changed(DOCX, { '[Content_Types].xml': null })],
    ['no relationships', changed(DOCX, { '_rels/.rels': null })],
    ['no main part', changed(DOCX, { [main]: null })],
    ['no body', changed(DOCX, { [main]: '<w:document/>' })],
    ['another root', changed(DOCX, { [main]: documentXml('').replaceAll('w:document', 'w:glossary') })],
    [
      'a spreadsheet',
      changed(DOCX, {
        '[Content_Types].xml': textOfTypes(open(DOCX)).replace(
          /application\/[\w.-]*document\.main\+xml/,
          sheet,
        ),
      }),
    ],
  ])('%s', (_, data) => {
    expect(problem(() => open(data))).toMatchObject({ code: 'document/not-word', input: 'modified' });
  });
});

describe('parts that are damaged', () => {
  const part = 'word/styles.xml';
  const utf16 = (text: string, mark: readonly number[]): string | Uint8Array =>
    new Uint8Array([...mark, ...Buffer.from(text, 'utf16le')]);
  test.each<[string, string | Uint8Array, string]>([
    ['not well-formed', '<w:styles>', 'document/damaged-part'],
    ['not UTF-8', new Uint8Array([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e]), 'document/damaged-part'],
    ['half of UTF-16', utf16('<a/>', [0xff, 0xfe, 0]), 'document/damaged-part'],
    ['another encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', 'document/damaged-part'],
    ['a character that XML has not', '<a>\u0001</a>', 'document/damaged-part'],
    ['a document type', '<!DOCTYPE a><a/>', 'document/dtd-forbidden'],
    ['UTF-16', utf16('<a>ü</a>', [0xff, 0xfe]), 'accepted'],
    ['UTF-8 with a mark', new Uint8Array([0xef, 0xbb, 0xbf, ...Buffer.from('<a/>')]), 'accepted'],
  ])('%s', (_, content, code) => {
    const found = problem(() => open(buildDocx({ [part]: content })).root(part));
    expect(found).toEqual(code === 'accepted' ? { code } : { code, part, input: 'modified' });
  });

  test('one name in two spellings', () => {
    expect(problem(() => open(changed(DOCX, { 'WORD/styles.xml': '<a/>' })))).toMatchObject({
      code: 'document/damaged-package',
    });
  });

  test('larger than is allowed', () => {
    expect(problem(() => open(DOCX, { xmlPartBytes: 100 }))).toMatchObject({ code: 'limits/exceeded' });
  });
});

test('a revised package shows the new text and keeps the stored bytes', () => {
  const pkg = open(DOCX);
  const revised = revisePackage(pkg, new Map([['word/header1.xml', '<w:hdr>new</w:hdr>']]), DEFAULT_LIMITS);
  expect(revised.text('word/header1.xml')).toBe('<w:hdr>new</w:hdr>');
  expect(revised.root('word/header1.xml').name).toBe('w:hdr');
  expect(pkg.text('word/header1.xml')).toContain('<w:p/>');
  expect(revisePackage(pkg, new Map(), DEFAULT_LIMITS)).toBe(pkg);
  expect(bodyOf(revised.root(revised.main)).name).toBe('w:body');
});
