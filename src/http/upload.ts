import { once } from 'node:events';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import type { Context } from 'hono';
import { DEFAULT_LIMITS, type InputRole, RedlineError } from '../redline/index.ts';
import { bodyOf } from './arriving.ts';
import { RequestError } from './errors.ts';
import type { HttpEnv } from './services.ts';
import type { UploadShare } from './upload-memory.ts';

/** Ceilings on one request. */
const UPLOAD_LIMITS = {
  fileBytes: DEFAULT_LIMITS.compressedBytes,
  /** What the form itself needs. */
  formBytes: 64 * 1024,
  partHeaders: 20,
  partHeaderBytes: 8 * 1024,
  fieldNameBytes: 100,
} as const;

/** What a form may hold: one field for each input of an operation. */
export interface FormSpec<Inputs = Readonly<Record<string, unknown>>> {
  readonly files: readonly FileField<keyof Inputs & string>[];
  /** Bytes of the field `options`. */
  readonly optionsBytes: number;
}

export interface FileField<Name extends string = string> {
  /** Its name in the form and in the operation's inputs. */
  readonly name: Name;
  /** What its refusals are about, where the engine has a name for it. */
  readonly role?: InputRole;
  /** How many files it may hold; with more than one the input is a list. */
  readonly most?: number;
  /** It may be missing. */
  readonly optional?: boolean;
}

export interface Upload<Inputs = unknown> {
  readonly inputs: Inputs;
  /** Bytes of all files. */
  readonly size: number;
  /** What the first file of a field is called where it comes from, without folders; for those that say so. */
  readonly names: Readonly<Record<string, string>>;
  /** The same of every file of a field, `''` for those that do not say. */
  readonly named: Readonly<Record<string, readonly string[]>>;
  /** As sent; `null` when it was not. */
  readonly options: string | null;
}

/**
 * Reads a form of files and options, part by part as it arrives. A ceiling is noticed at the byte that passes it:
 * what lies behind is not read, and never more than the ceilings is held.
 *
 * @param share where the bytes that are held are counted.
 * @throws {RequestError | RedlineError} the first thing that is wrong.
 * @throws {JobError} `service/busy` when all uploads together hold too much.
 */
export async function readUpload<Inputs>(
  c: Context<HttpEnv>,
  spec: FormSpec<Inputs>,
  share: UploadShare,
): Promise<Upload<Inputs>> {
  const contentType = c.req.header('content-type') ?? '';
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType)) {
    throw new RequestError('request/not-multipart', 'The body must be multipart/form-data.');
  }
  // Only the names of the fields are typed more narrowly.
  const fields = spec as FormSpec;
  if (Number(c.req.header('content-length') ?? 0) > totalBytes(fields)) throw tooLarge(fields);
  const form = new Form(fields, share);
  await form.read(bodyOf(c), contentType);
  const upload = form.upload();
  // Every field of the form is there now, and the form's fields are the names of the inputs.
  return { ...upload, inputs: upload.inputs as Inputs };
}

/** The fields of one form, while it arrives. */
class Form {
  readonly #spec: FormSpec;
  readonly #share: UploadShare;
  readonly #named: Record<string, string[]> = {};
  /** By field, file by file, the chunks as they came. */
  readonly #files = new Map<string, Uint8Array[][]>();
  readonly #failure = new AbortController();
  #options: string | null = null;

  constructor(spec: FormSpec, share: UploadShare) {
    this.#spec = spec;
    this.#share = share;
  }

  async read(body: AsyncIterable<Uint8Array>, contentType: string): Promise<void> {
    const parser = openParser(contentType, this.#spec);
    parser.on('file', (field, stream, name) => this.#guard(() => this.#readFile(field, stream, name)));
    parser.on('field', (field, value, _nameCut, cut) =>
      this.#guard(() => this.#readField(field, value, cut)),
    );
    parser.on('partsLimit', () => this.#fail(repeated('a field')));
    parser.on('error', () => this.#fail(malformed()));
    const finished = once(parser, 'finish', { signal: this.#failure.signal });
    const pumped = this.#pump(body, parser);
    try {
      await Promise.all([finished, pumped]);
    } catch (error) {
      throw this.#failure.signal.aborted ? this.#failure.signal.reason : error;
    }
  }

  upload(): Upload {
    const given = this.#spec.files.filter(({ name, optional }) => !optional || this.#files.has(name));
    const inputs = Object.fromEntries(given.map((field) => [field.name, this.#input(field)]));
    const size = Object.values(inputs)
      .flat()
      .reduce((sum, file) => sum + file.byteLength, 0);
    const first = Object.entries(this.#named).flatMap(([field, [one]]) =>
      one ? [[field, one] as const] : [],
    );
    const names = Object.fromEntries(first);
    return { inputs, size, names, named: this.#named, options: this.#options };
  }

  #input({ name, most = 1 }: FileField): Uint8Array | Uint8Array[] {
    const [first, ...more] = (this.#files.get(name) ?? []).map(joined);
    if (first === undefined)
      throw new RequestError('request/field-missing', `The field "${name}" is missing.`);
    return most === 1 ? first : [first, ...more];
  }

  /** Feeds the parser as fast as it takes the bytes, and stops at the first failure. */
  async #pump(body: AsyncIterable<Uint8Array>, parser: BusboyInstance): Promise<void> {
    const { signal } = this.#failure;
    const most = totalBytes(this.#spec);
    let total = 0;
    for await (const chunk of body) {
      total += chunk.byteLength;
      if (total > most) this.#fail(tooLarge(this.#spec));
      signal.throwIfAborted();
      if (!parser.write(chunk)) await once(parser, 'drain', { signal });
      signal.throwIfAborted();
    }
    parser.end();
  }

  #readFile(field: string, stream: BusboyFileStream, name: string | undefined): void {
    const spec = this.#spec.files.find(({ name }) => name === field);
    if (spec === undefined) throw unknown(field, this.#spec);
    const files = this.#files.get(field) ?? [];
    if (files.length >= (spec.most ?? 1)) throw repeated(`"${field}"`, spec.most);
    const chunks: Uint8Array[] = [];
    this.#files.set(field, [...files, chunks]);
    this.#named[field] = [...(this.#named[field] ?? []), name ? plainName(name) : ''];
    stream.on('data', (chunk: Uint8Array) =>
      this.#guard(() => {
        this.#share.take(chunk.byteLength);
        chunks.push(chunk);
      }),
    );
    stream.on('limit', () => this.#fail(fileTooLarge(spec)));
    stream.on('error', () => this.#fail(malformed()));
  }

  #readField(field: string, value: string, cut: boolean): void {
    if (field !== 'options') throw unknown(field, this.#spec);
    if (this.#options !== null) throw repeated('"options"');
    if (cut)
      throw new RequestError(
        'request/too-large',
        `"options" has more than ${this.#spec.optionsBytes} bytes.`,
      );
    this.#options = value;
  }

  /** The parser calls from inside a write: what is thrown there must end the reading, not the parser. */
  #guard(step: () => void): void {
    if (this.#failure.signal.aborted) return;
    try {
      step();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(reason: unknown): void {
    this.#failure.abort(reason);
  }
}

function openParser(contentType: string, spec: FormSpec): BusboyInstance {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      isPartAFile: (field) => field !== 'options',
      limits: {
        fileSize: UPLOAD_LIMITS.fileBytes,
        fieldSize: spec.optionsBytes,
        // One more than there can be: whatever that part is, it is repeated or unknown.
        parts: fileCount(spec) + 2,
        headerPairs: UPLOAD_LIMITS.partHeaders,
        headerSize: UPLOAD_LIMITS.partHeaderBytes,
        fieldNameSize: UPLOAD_LIMITS.fieldNameBytes,
      },
    });
  } catch {
    throw malformed();
  }
}

/** Characters of a file's name that are taken over. */
const MOST_NAME = 255;

/** A name without folders and without what does not print. */
export function plainName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  return last.replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '').slice(0, MOST_NAME);
}

/** One array that owns its buffer, so that it can be handed to a thread. */
function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

function malformed(): RequestError {
  return new RequestError('request/malformed', 'The form is broken or ends too early.');
}

function fileCount({ files }: FormSpec): number {
  return files.reduce((sum, { most = 1 }) => sum + most, 0);
}

function totalBytes(spec: FormSpec): number {
  return fileCount(spec) * UPLOAD_LIMITS.fileBytes + spec.optionsBytes + UPLOAD_LIMITS.formBytes;
}

function tooLarge(spec: FormSpec): RequestError {
  return new RequestError('request/too-large', `The request has more than ${totalBytes(spec)} bytes.`);
}

function repeated(what: string, most = 1): RequestError {
  const times = most === 1 ? 'once' : `${most} times`;
  return new RequestError('request/field-repeated', `The form has ${what} more than ${times}.`);
}

function unknown(field: string, { files }: FormSpec): RequestError {
  const shown = /^[\w-]{1,40}$/.test(field) ? `"${field}"` : 'a field that is not known';
  return new RequestError(
    'request/field-unknown',
    `The form has ${shown}; only ${files.map(({ name }) => name).join(', ')} and options are read.`,
  );
}

function fileTooLarge({ role }: FileField): RedlineError {
  const limit = { name: 'compressedBytes', allowed: UPLOAD_LIMITS.fileBytes };
  return new RedlineError('limits/exceeded', `The file has more than ${limit.allowed} bytes.`, {
    ...(role === undefined ? {} : { input: role }),
    limit,
  });
}
