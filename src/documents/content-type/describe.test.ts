import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jpeg, packedPdf, pdf, pdfObjects, png, tiff } from '../../../test/support/files.ts';
import { buildDocx, buildZip } from '../../../test/support/package.ts';
import { RedlineError } from '../../redline/index.ts';
import { DocumentsError } from '../errors.ts';
import { describeContent } from './describe.ts';
import { CONTENT_TYPES } from './formats.ts';
import { refuseForeign } from './incoming.ts';
import { sourceOf } from './source.ts';

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');

/** The description, or the code of the refusal. */
async function told(bytes: Uint8Array): Promise<unknown> {
  try {
    return await describeContent(sourceOf(bytes));
  } catch (error) {
    if (error instanceof DocumentsError || error instanceof RedlineError) return error.code;
    throw error;
  }
}

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml';
const TRANSITIONAL = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument';
const STRICT = 'http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument';

function word({
  type = `${WORD}.document.main+xml`,
  relationship = TRANSITIONAL,
  target = 'word/document.xml',
} = {}) {
  return {
    '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><!-- <Override PartName="/word/document.xml" ContentType="text/plain"/> --><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="${type}"/></Types>`,
    '_rels/.rels': `<p:Relationships xmlns:p="http://schemas.openxmlformats.org/package/2006/relationships"><p:Relationship Id="a" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/><p:Relationship Id="b" Type='${relationship}' Target="${target}"/></p:Relationships>`,
    'word/document.xml': '<w:document/>',
  };
}

const zip = (given: Parameters<typeof word>[0], more: Record<string, string> = {}) =>
  buildZip({ ...word(given), ...more });
const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');
const compound = (stream: string): Buffer =>
  Buffer.concat([
    Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
    // Across the border of two blocks.
    Buffer.alloc(64 * 1024 - 14),
    Buffer.from(stream, 'utf16le'),
    Buffer.alloc(1000),
  ]);

describe('Word documents', () => {
  test.each([
    ['a document', zip({}), CONTENT_TYPES.docx],
    ['one with all its parts', buildDocx({}), CONTENT_TYPES.docx],
    ['a template', zip({ type: `${WORD}.template.main+xml` }), CONTENT_TYPES.dotx],
    [
      'one with macros',
      zip({ type: 'application/vnd.ms-word.document.macroEnabled.main+xml' }),
      CONTENT_TYPES.docm,
    ],
    [
      'a template with macros',
      zip({ type: 'application/vnd.ms-word.template.macroEnabledTemplate.main+xml' }),
      CONTENT_TYPES.dotm,
    ],
    ['a strict one', zip({ relationship: STRICT }), CONTENT_TYPES.docx],
    ['one with an absolute target', zip({ target: '/word/document.xml' }), CONTENT_TYPES.docx],
    ['one with names in another case', zip({ target: 'Word/Document.xml' }), CONTENT_TYPES.docx],
    [
      'one whose parts are UTF-16',
      buildZip({ ...word(), '[Content_Types].xml': utf16(word()['[Content_Types].xml']) }),
      CONTENT_TYPES.docx,
    ],
  ])('%s', async (_, bytes, type) => {
    expect(await told(bytes)).toEqual({ type, pages: null });
  });

  test.each([
    [
      'a spreadsheet',
      zip({ type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml' }),
      'documents/type-not-supported',
    ],
    ['an archive of other files', buildZip({ 'readme.txt': 'hello' }), 'documents/type-not-supported'],
    [
      'a package with no main part',
      zip({ relationship: 'http://example.com' }),
      'documents/type-not-supported',
    ],
    ['one whose main part is missing', zip({ target: 'word/other.xml' }), 'documents/type-not-supported'],
    ['a document that is cut short', buildDocx({}).subarray(0, 900), 'document/damaged-package'],
    [
      'a document type declaration',
      zip({}, { '_rels/.rels': '<!DOCTYPE x><Relationships/>' }),
      'document/dtd-forbidden',
    ],
    ['an old document', compound('WordDocument'), 'document/legacy-format'],
    ['a document under a password', compound('EncryptedPackage'), 'document/encrypted'],
    ['a message of a mail program', compound('__nameid_version1.0'), 'documents/type-not-supported'],
  ])('refuses %s', async (_, bytes, code) => {
    expect(await told(bytes)).toBe(code);
  });

  test('refuses one whose main part is damaged', async () => {
    const bytes = Buffer.from(buildDocx({}));
    const at = bytes.indexOf('word/document.xml') + 'word/document.xml'.length + 3;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    expect(await told(bytes)).toBe('document/damaged-package');
  });

  test('refuses one with an encrypted entry', async () => {
    const bytes = Buffer.from(buildDocx({}));
    const at = bytes.indexOf(ascii('PK\x01\x02'));
    bytes[at + 8] = 1;
    expect(await told(bytes)).toBe('document/encrypted');
  });
});

describe('PDF', () => {
  const type = CONTENT_TYPES.pdf;
  const circle = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Count 1 /Kids [2 0 R] >>'];
  test.each([
    ['of one page', pdf(1), 1],
    ['of pages in two levels', pdf(37), 37],
    ['with what stands before it', pdf(3, pdfObjects(3), 'From: somebody\n'), 3],
    ['in containers', packedPdf(1), 1],
    ['of many pages in containers', packedPdf(64), 64],
    ['without its end', pdf(12).subarray(0, -40), 12],
    ['whose table is wrong', ascii(pdf(12).toString('latin1').replace('%PDF-1.4\n', '%PDF-1.4\n%  ')), 12],
    ['in containers, without its end', packedPdf(12).subarray(0, -20), 12],
    [
      'that was changed later',
      Buffer.concat([
        pdf(2),
        ascii(
          `2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\nxref\n2 1\n${String(pdf(2).length).padStart(10, '0')} 00000 n \ntrailer\n<< /Root 1 0 R /Size 5 /Prev ${pdf(2).lastIndexOf('xref\n0')} >>\nstartxref\n${pdf(2).length + 62 - 8}\n%%EOF`,
        ),
      ]),
      1,
    ],
  ])('%s', async (_, bytes, pages) => {
    expect(await told(bytes)).toEqual({ type, pages });
  });

  test.each([
    ['no more than a signature', ascii('%PDF-1.7\n'), 'documents/damaged'],
    ['a tree that is none', pdf(1, circle), 'documents/damaged'],
    ['no page', pdf(0), 'documents/damaged'],
    ['half of a file', pdf(40).subarray(0, 200), 'documents/damaged'],
    ['lists without an end', pdf(1, [`<< /Pages ${'['.repeat(10_000)} >>`]), 'documents/damaged'],
  ])('refuses %s', async (_, bytes, code) => {
    expect(await told(bytes)).toBe(code);
  });
});

// Of three pages, their objects in containers, saved by pikepdf 10.17 with an owner's password that forbids to print.
describe('a protected PDF', () => {
  const file = (name: string): Buffer =>
    readFileSync(join(import.meta.dirname, '../../../test/fixtures/protected', `${name}.pdf`));

  test.each(['r3-rc4', 'r4-aes', 'r6-aes'])('that opens for everybody: %s', async (name) => {
    expect(await told(file(name))).toEqual({ type: CONTENT_TYPES.pdf, pages: 3 });
    expect(await told(file(name).subarray(0, -30))).toEqual({ type: CONTENT_TYPES.pdf, pages: 3 });
  });

  test.each(['r4-password', 'r6-password'])('that opens with a password: %s', async (name) => {
    expect(await told(file(name))).toBe('documents/protected');
    expect(await told(file(name).subarray(0, -30))).toBe('documents/protected');
  });
});

describe('pictures', () => {
  const size = { width: 3, height: 2 };
  const tiffSize = { width: 5, height: 7 };
  test.each([
    ['a PNG', png(3, 2), { type: CONTENT_TYPES.png, pages: 1, ...size }],
    ['a JPEG', jpeg(3, 2), { type: CONTENT_TYPES.jpeg, pages: 1, ...size }],
    [
      'a JPEG with something behind',
      Buffer.concat([jpeg(3, 2), Buffer.alloc(100_000)]),
      { type: CONTENT_TYPES.jpeg, pages: 1, ...size },
    ],
    ['a TIFF', tiff(), { type: CONTENT_TYPES.tiff, pages: 1, ...tiffSize }],
    [
      'a TIFF of pages, a small copy of one and a mask of another',
      tiff({ pages: [2, 2, 1, 2, 4] }),
      { type: CONTENT_TYPES.tiff, pages: 3, ...tiffSize },
    ],
    [
      'a TIFF of the other byte order',
      tiff({ little: false, pages: [0, 0] }),
      { type: CONTENT_TYPES.tiff, pages: 2, ...tiffSize },
    ],
    ['a BigTIFF', tiff({ big: true, pages: [0, 0, 0] }), { type: CONTENT_TYPES.tiff, pages: 3, ...tiffSize }],
    [
      'a BigTIFF of the other byte order',
      tiff({ big: true, little: false }),
      { type: CONTENT_TYPES.tiff, pages: 1, ...tiffSize },
    ],
  ])('%s', async (_, bytes, expected) => {
    expect(await told(bytes)).toEqual(expected);
  });

  test.each([
    ['a PNG without its end', png().subarray(0, -12)],
    ['a PNG without a picture', Buffer.concat([png().subarray(0, 33), png().subarray(-12)])],
    ['a PNG whose header was changed', Buffer.from(png().map((byte, at) => (at === 19 ? 9 : byte)))],
    ['a JPEG without its end', jpeg().subarray(0, -2)],
    ['a JPEG of no height', jpeg(3, 0)],
    ['a TIFF that goes in a circle', tiff({ pages: [0, 0, 0], loop: 1 })],
    ['a TIFF that is cut short', tiff({ pages: [0, 0] }).subarray(0, 100)],
  ])('refuses %s', async (_, bytes) => {
    expect(await told(bytes)).toBe('documents/damaged');
  });
});

describe('everything else', () => {
  test.each([
    ['no byte', Buffer.alloc(0), 'document/empty'],
    ['text', ascii('This agreement is made'), 'documents/type-not-supported'],
    ['a page', ascii('<!doctype html><p>PDF'), 'documents/type-not-supported'],
    ['RTF', ascii('{\\rtf1\\ansi hello}'), 'documents/type-not-supported'],
    ['GIF', ascii('GIF89a'), 'documents/type-not-supported'],
    ['zeros', Buffer.alloc(5000), 'documents/type-not-supported'],
  ])('refuses %s, also while it arrives', async (_, bytes, code) => {
    expect(await told(bytes)).toBe(code);
    const passed: Uint8Array[] = [];
    const arrive = async () => {
      for await (const chunk of refuseForeign(chunksOf(bytes, 7))) passed.push(chunk);
    };
    await expect(arrive()).rejects.toMatchObject({ code });
    expect(passed).toEqual([]);
  });

  test.each([1, 100, 1024, 5000])('passes on what is kept, in chunks of %d', async (size) => {
    const bytes = pdf(40);
    const passed: Uint8Array[] = [];
    for await (const chunk of refuseForeign(chunksOf(bytes, size))) passed.push(chunk);
    expect(Buffer.concat(passed).equals(bytes)).toBe(true);
  });
});

async function* chunksOf(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('whatever comes', () => {
  const samples = [
    pdf(12),
    packedPdf(12),
    png(),
    jpeg(),
    tiff({ pages: [0, 0] }),
    tiff({ big: true }),
    zip({}),
  ];
  test('is described or refused, with a code', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(255)), {
          maxLength: 12,
        }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (sample, flips, cut) => {
          const bytes = Buffer.from(sample.subarray(0, Math.ceil(sample.length * Math.max(cut, 0.3))));
          for (const [place, value] of flips) bytes[Math.floor(place * bytes.length)] = value;
          await told(bytes);
        },
      ),
      { numRuns: 600 },
    );
  });
});
