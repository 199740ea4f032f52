import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { DEFAULT_LIMITS, RedlineError } from '../../redline/index.ts';
import { CONTENT_TYPES, type ContentDescription, type ContentFormat, notSupported } from './formats.ts';
import type { SourceReader } from './source.ts';
import { readXmlTags } from './xml-tags.ts';
import { findEntries, type ZipEntry } from './zip-directory.ts';

const TYPES_PART = '[Content_Types].xml';
const RELATIONSHIPS_PART = '_rels/.rels';
/** Bytes inflated of a part that says what is in the package. */
const MOST_SMALL_PART = 4 * 1024 * 1024;

/** ECMA-376 Part 1 § 15.2 and Part 4: the relationship of a package to its main part, strict and transitional. */
const MAIN_RELATIONSHIP =
  /^http:\/\/(?:schemas[.]openxmlformats[.]org\/officeDocument\/2006|purl[.]oclc[.]org\/ooxml\/officeDocument)\/relationships\/officeDocument$/;

/** Content types of main parts (ECMA-376 Part 1 § 11.3.10; [MS-OFFMACRO2] § 2.1) and the format that each makes. */
const MAIN_TYPES: Readonly<Record<string, ContentFormat>> = {
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml': 'docx',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml': 'dotx',
  'application/vnd.ms-word.document.macroenabled.main+xml': 'docm',
  'application/vnd.ms-word.template.macroenabledtemplate.main+xml': 'dotm',
};

/**
 * A ZIP archive that is a Word document: its content types name the part that its relationships call the main one as
 * WordprocessingML, and that part can be unpacked and has its checksum.
 *
 * @throws {RedlineError} `document/encrypted`, `document/damaged-package`, `document/dtd-forbidden`, `limits/exceeded`.
 * @throws {DocumentsError} `documents/type-not-supported` when it is another archive, such as a spreadsheet.
 */
export async function describeWord(reader: SourceReader): Promise<ContentDescription> {
  const small = await findEntries(reader, [TYPES_PART, RELATIONSHIPS_PART]);
  const types = small.get(TYPES_PART);
  if (types === undefined) throw notSupported();
  const relationships = small.get(RELATIONSHIPS_PART);
  if (relationships === undefined) throw damaged();
  const main = mainPart(readXmlTags(await smallPart(reader, relationships), 'Relationship'));
  const format = MAIN_TYPES[typeOf(main, await smallPart(reader, types)).toLowerCase()];
  if (format === undefined) throw notSupported();
  const entry = (await findEntries(reader, [main])).get(main);
  if (entry === undefined) throw damaged();
  await checkEntry(reader, entry);
  return { type: CONTENT_TYPES[format], pages: null };
}

function mainPart(relationships: ReturnType<typeof readXmlTags>): string {
  for (const attributes of relationships) {
    const isMain = MAIN_RELATIONSHIP.test(attributes.get('Type') ?? '');
    if (isMain) return decodeURI(attributes.get('Target') ?? '').replace(/^(?:[.]?\/)+/, '');
  }
  throw notSupported();
}

/** ECMA-376 Part 2 § 7.3.7: what an override says, else what is said of the extension; case does not matter. */
function typeOf(part: string, types: string): string {
  const wanted = `/${part}`.toLowerCase();
  const override = readXmlTags(types, 'Override').find(
    (attributes) => attributes.get('PartName')?.toLowerCase() === wanted,
  );
  const extension = part.slice(part.lastIndexOf('.') + 1).toLowerCase();
  const byDefault = readXmlTags(types, 'Default').find(
    (attributes) => attributes.get('Extension')?.toLowerCase() === extension,
  );
  return (override ?? byDefault)?.get('ContentType') ?? '';
}

async function smallPart(
  reader: SourceReader,
  { method, start, stored, size, crc }: ZipEntry,
): Promise<string> {
  if (size > MOST_SMALL_PART || stored > MOST_SMALL_PART) {
    const limit = { name: 'partBytes', allowed: MOST_SMALL_PART, found: Math.max(size, stored) };
    throw new RedlineError('limits/exceeded', 'A part of the document is too large.', { limit });
  }
  const packed = await reader.bytes(start, stored);
  const bytes = method === 0 ? packed : inflated(packed, size);
  if (bytes.length !== size || crc32(bytes) !== crc) throw damaged();
  const text = decode(bytes);
  if (text.includes('<!DOCTYPE')) {
    throw new RedlineError('document/dtd-forbidden', 'The document contains a document type declaration.');
  }
  return text;
}

function inflated(packed: Uint8Array, size: number): Uint8Array {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch {
    throw damaged();
  }
}

/** UTF-8, or UTF-16 with a mark of its byte order (ECMA-376 Part 2 § 6.3.2). */
function decode(bytes: Uint8Array): string {
  const mark = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(mark, { fatal: true }).decode(bytes);
  } catch {
    throw damaged();
  }
}

/** Unpacks an entry without keeping it. */
async function checkEntry(
  reader: SourceReader,
  { method, start, stored, size, crc }: ZipEntry,
): Promise<void> {
  if (size > DEFAULT_LIMITS.uncompressedBytes) {
    const limit = { name: 'uncompressedBytes', allowed: DEFAULT_LIMITS.uncompressedBytes, found: size };
    throw new RedlineError('limits/exceeded', 'The document is too large when it is unpacked.', { limit });
  }
  let sum = 0;
  let seen = 0;
  const packed = pieces(reader, start, start + stored);
  for await (const chunk of method === 0 ? packed : inflating(packed)) {
    seen += chunk.length;
    sum = crc32(chunk, sum);
    if (seen > size) break;
  }
  if (seen !== size || sum !== crc) throw damaged();
}

const PIECE_BYTES = 64 * 1024;
/** Bytes that are unpacked at a time. With Node's 16 KiB unpacking takes three times as long. */
const UNPACKED_BYTES = 1024 * 1024;

async function* pieces(reader: SourceReader, start: number, end: number): AsyncIterable<Uint8Array> {
  for (let at = start; at < end; at += PIECE_BYTES) {
    yield await reader.bytes(at, Math.min(PIECE_BYTES, end - at));
  }
}

/** @throws {RedlineError} when it is no deflated data; what the reading throws is passed on. */
async function* inflating(packed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const inflater = createInflateRaw({ chunkSize: UNPACKED_BYTES });
  // The failure of either comes out of the loop below.
  pipeline(Readable.from(packed), inflater, () => {});
  try {
    yield* inflater;
  } catch (error) {
    throw isZlibError(error) ? damaged() : error;
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^Z_|^ERR_STREAM_PREMATURE/.test(String(error.code));
}

function damaged(): RedlineError {
  return new RedlineError(
    'document/damaged-package',
    'The package is damaged. Save the document again in Word and retry.',
  );
}
