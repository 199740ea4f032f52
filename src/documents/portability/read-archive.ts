import { createHash, createPublicKey, type Hash, verify } from 'node:crypto';
import type { z } from 'zod';
import { DEFAULT_LIMITS } from '../../redline/index.ts';
import { DocumentsError } from '../errors.ts';
import {
  ARCHIVE,
  type ArchiveFacts,
  AUDIT,
  archiveSchema,
  EVENTS,
  FILES,
  lineOf,
  lineSchema,
  MANIFEST,
  type Manifest,
  manifestSchema,
  SIGNATURE,
  signatureSchema,
} from './archive.ts';
import { damagedArchive, readTar, type TarFile } from './tar.ts';

/** Bytes of a file that is read as a whole: descriptions, lists, events. */
export const MOST_READ_BYTES = 64 * 1024 * 1024;
/** Bytes of a content. */
export const MOST_CONTENT_BYTES = DEFAULT_LIMITS.compressedBytes;

/** What an archive was found to be. */
export interface CheckedArchive {
  readonly manifest: Manifest;
  readonly files: number;
  /** Which key signed it; `null` where none did. Whose that is, checkpoints of its installation tell. */
  readonly key: string | null;
}

/** What stands behind the list of files: what names and vouches for everything. */
export interface ArchiveEnd extends CheckedArchive {
  /** `manifest.json`, and `signature.json` where there is one, as they are. */
  readonly proof: readonly { readonly name: string; readonly text: string }[];
}

/**
 * Follows an archive while it is read: every file is what the list says, in its order, the list is what the manifest says, and
 * that is what was signed. Memory does not grow with it. Throws `DocumentsError`, `imports/damaged`.
 */
export class ArchiveCheck {
  readonly #listed = createHash('sha256');
  readonly #proof: { name: string; text: string }[] = [];
  #files = 0;
  #list: string | null = null;
  #manifest: Manifest | null = null;
  #key: string | null = null;

  /** @param use is called with each file before the list; it may leave its body. */
  async follow(file: TarFile, use: (file: TarFile) => Promise<void>): Promise<void> {
    if (this.#list !== null) return await this.#close(file);
    if (file.name === FILES) {
      this.#list = await assertListed(file, this.#listed.digest('hex'));
      return;
    }
    const hash = createHash('sha256');
    const body = hashing(file.body, hash);
    await use({ ...file, body });
    for await (const _ of body);
    this.#listed.update(lineFor(file, hash.digest('hex')));
    this.#files += 1;
  }

  /** @param id of the archive, as its first file says. @returns `null` for a piece of an archive: no list came. */
  end(id: string): ArchiveEnd | null {
    if (this.#list === null) return null;
    const manifest = this.#manifest;
    if (manifest === null) throw damagedArchive('It is not whole.');
    const files = this.#files;
    if (manifest.files !== this.#list || manifest.id !== id || manifest.counts.files !== files) {
      throw damagedArchive('Its manifest is about something else.');
    }
    return { manifest, files, key: this.#key, proof: this.#proof };
  }

  async #close(file: TarFile): Promise<void> {
    const [manifest, signature] = this.#proof;
    const isNext =
      manifest === undefined ? file.name === MANIFEST : signature === undefined && file.name === SIGNATURE;
    if (!isNext) throw damagedArchive('It goes on behind its end.');
    const text = await textOf(file);
    if (manifest === undefined) this.#manifest = parsed(manifestSchema, text);
    else this.#key = signerOf(text, manifest.text);
    this.#proof.push({ name: file.name, text });
  }
}

/**
 * Reads an archive to its end, and looks at everything.
 *
 * @param see is told of what stands beside documents: files that prove the audit trail, not its events.
 * @throws {DocumentsError} `imports/damaged`.
 */
export async function checkArchive(
  bytes: AsyncIterable<Uint8Array>,
  see: (name: string, text: string) => void = () => {},
): Promise<CheckedArchive> {
  const check = new ArchiveCheck();
  let id: string | null = null;
  for await (const file of readTar(bytes)) {
    await check.follow(file, async (one) => {
      if (id === null) ({ id } = parsed(archiveSchema, await startOf(one)));
      else if (isProof(one.name)) see(one.name, await textOf(one));
    });
  }
  const end = id === null ? null : check.end(id);
  if (end === null) throw damagedArchive('It is not whole.');
  const { proof: _, ...checked } = end;
  return checked;
}

/** What an archive says it is, as far as it has come; `null` while that is not there, or not to be understood. */
export async function factsOf(bytes: AsyncIterable<Uint8Array>): Promise<ArchiveFacts | null> {
  try {
    for await (const file of readTar(bytes)) return parsed(archiveSchema, await startOf(file));
  } catch (error) {
    if (!(error instanceof DocumentsError)) throw error;
  }
  return null;
}

/** Every event of an archive, line by line, in the order of the trail. @throws {DocumentsError} `imports/damaged`. */
export async function* eventLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  for await (const file of readTar(bytes)) {
    if (!file.name.startsWith(EVENTS)) continue;
    for (const line of (await textOf(file)).split('\n')) if (line !== '') yield line;
  }
}

function isProof(name: string): boolean {
  return name.startsWith(AUDIT) && !name.startsWith(EVENTS);
}

/** The first file says what it is. */
export async function startOf(file: TarFile): Promise<string> {
  if (file.name !== ARCHIVE) throw damagedArchive('It does not begin as archives of exports do.');
  return await textOf(file, 64 * 1024);
}

async function assertListed(file: TarFile, expected: string): Promise<string> {
  if ((await hashOf(file.body)) === expected) return expected;
  throw damagedArchive('A file is not what its list says.');
}

/** @param signed the text of `signature.json`, over the other one. */
function signerOf(signed: string, text: string): string {
  const { publicKey, signature, key } = parsed(signatureSchema, signed);
  const spki = { key: Buffer.from(publicKey, 'base64'), type: 'spki', format: 'der' } as const;
  const id = sha256(spki.key).slice(0, 32);
  try {
    const isGood = verify(null, Buffer.from(text), createPublicKey(spki), Buffer.from(signature, 'base64'));
    if (isGood && id === key) return key;
  } catch {
    // No key, or no signature, at all.
  }
  throw damagedArchive('Its signature is not one of its manifest.');
}

/** @param most bytes that are read. */
export async function textOf({ size, body }: TarFile, most = MOST_READ_BYTES): Promise<string> {
  if (size > most) throw damagedArchive(`A file that says what it is has more than ${most} bytes.`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

export function parsed<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damagedArchive('What should be JSON is not.');
  }
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  const places = found.error.issues.slice(0, 5).map(({ path }) => path.join('.'));
  throw damagedArchive(`What is said in it is not as this release knows it: ${places.join(', ')}.`);
}

function lineFor({ name, size }: TarFile, hash: string): string {
  return lineOf(lineSchema.parse({ name, size, sha256: hash }));
}

async function hashOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const _ of hashing(body, hash));
  return hash.digest('hex');
}

/** The same bytes; each is added to the hash as it is read. */
async function* hashing(
  body: AsyncIterable<Uint8Array>,
  hash: Hash,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
