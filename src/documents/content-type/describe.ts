import { RedlineError } from '../../redline/index.ts';
import { type ContentDescription, damagedFile, notSupported } from './formats.ts';
import { describePdf } from './pdf/pdf.ts';
import { describeJpeg, describePng } from './pictures.ts';
import { type ContentSource, OutOfBytes, SourceReader } from './source.ts';
import { describeTiff } from './tiff.ts';
import { describeWord } from './word.ts';

/** Bytes from the start that tell what a content may be: a PDF may begin that late (ISO 32000-2 annex J.2 of 1.7). */
export const SIGNATURE_BYTES = 1024;

interface Signature {
  /** For messages about damage. */
  readonly kind: string;
  matches(start: Buffer): boolean;
  describe(reader: SourceReader): Promise<ContentDescription>;
}

const startsWith = (...bytes: readonly number[]) => {
  const prefix = Buffer.from(bytes);
  return (start: Buffer): boolean => start.subarray(0, prefix.length).equals(prefix);
};
const TIFF_STARTS = [
  startsWith(0x49, 0x49, 42, 0),
  startsWith(0x49, 0x49, 43, 0),
  startsWith(0x4d, 0x4d, 0, 42),
  startsWith(0x4d, 0x4d, 0, 43),
];

/** In this order: only the last one may start behind something else. */
const SIGNATURES: readonly Signature[] = [
  { kind: 'ZIP package', matches: startsWith(0x50, 0x4b, 3, 4), describe: describeWord },
  {
    kind: 'compound file',
    matches: startsWith(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1),
    describe: refuseCompound,
  },
  {
    kind: 'PNG',
    matches: startsWith(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    describe: describePng,
  },
  { kind: 'JPEG', matches: startsWith(0xff, 0xd8, 0xff), describe: describeJpeg },
  { kind: 'TIFF', matches: (start) => TIFF_STARTS.some((matches) => matches(start)), describe: describeTiff },
  { kind: 'PDF', matches: (start) => start.includes('%PDF-'), describe: describePdf },
];

/**
 * What a content is, by what stands in it; names and declared types play no part. Holds about 1 MiB whatever the size,
 * for a PDF up to 40 MiB in addition.
 *
 * @throws {RedlineError} `document/empty`, `document/legacy-format`, `document/encrypted`, `document/damaged-package`,
 * `document/dtd-forbidden`, `limits/exceeded`.
 * @throws {DocumentsError} `documents/type-not-supported`, `documents/damaged`, `documents/protected`.
 */
export async function describeContent(source: ContentSource): Promise<ContentDescription> {
  const reader = new SourceReader(source);
  const signature = signatureOf(await reader.upTo(0, SIGNATURE_BYTES));
  try {
    return await signature.describe(reader);
  } catch (error) {
    throw error instanceof OutOfBytes ? damagedFile(signature.kind) : error;
  }
}

/** @throws when the first bytes (at most `SIGNATURE_BYTES`) already tell that it is nothing that is kept. */
export function refuseByStart(start: Uint8Array): void {
  signatureOf(start);
}

function signatureOf(bytes: Uint8Array): Signature {
  if (bytes.length === 0) throw new RedlineError('document/empty', 'The file is empty.');
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const signature = SIGNATURES.find(({ matches }) => matches(start));
  if (signature === undefined) throw notSupported();
  return signature;
}

/** Names of streams in compound files ([MS-DOC] § 2.1, [MS-OFFCRYPTO] § 2.3.4), as their directory has them. */
const WORD_STREAM = Buffer.from('WordDocument', 'utf16le');
const ENCRYPTED_STREAM = Buffer.from('EncryptedPackage', 'utf16le');

/** A compound file: a document of Word 97–2003, a Word document under a password, or something else. */
async function refuseCompound(reader: SourceReader): Promise<never> {
  let isWord = false;
  for await (const { bytes } of reader.windows(ENCRYPTED_STREAM.length)) {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (buffer.includes(ENCRYPTED_STREAM)) {
      const message = 'The document is password-protected. Remove the password in Word and retry.';
      throw new RedlineError('document/encrypted', message);
    }
    isWord ||= buffer.includes(WORD_STREAM);
  }
  if (!isWord) throw notSupported();
  const message = 'This is a Word 97–2003 document. Save it as .docx and retry.';
  throw new RedlineError('document/legacy-format', message);
}
