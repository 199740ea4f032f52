import { once } from 'node:events';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { DEFAULT_LIMITS, RedlineError } from '../redline/index.ts';
import { RequestError } from './errors.ts';
import type { UploadShare } from './upload-memory.ts';

/** Ceilings on one request. */
const UPLOAD_LIMITS = {
  fileBytes: DEFAULT_LIMITS.compressedBytes,
  optionsBytes: 16 * 1024,
  /** Two files, the options, and what the form itself needs. */
  totalBytes: 2 * DEFAULT_LIMITS.compressedBytes + 64 * 1024,
  /** One more than there are fields: whatever the fourth part is, it is repeated or unknown. */
  parts: 4,
  partHeaders: 20,
  partHeaderBytes: 8 * 1024,
  fieldNameBytes: 100,
} as const;

export interface Upload {
  readonly original: Uint8Array;
  readonly modified: Uint8Array;
  /** As sent; `null` when it was not. */
  readonly options: string | null;
}

/**
 * Reads a form of two files and options, part by part as it arrives. A ceiling is noticed at the byte that passes it:
 * what lies behind is not read, and never more than the ceilings is held.
 *
 * @param share where the bytes that are held are counted.
 * @throws {RequestError | RedlineError} the first thing that is wrong.
 * @throws {JobError} `service/busy` when all uploads together hold too much.
 */
export async function readUpload(request: Request, share: UploadShare): Promise<Upload> {
  const contentType = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType)) {
    throw new RequestError('request/not-multipart', 'The body must be multipart/form-data.');
  }
  if (Number(request.headers.get('content-length') ?? 0) > UPLOAD_LIMITS.totalBytes) throw tooLarge();
  const form = new Form(share);
  await form.read(request.body, contentType);
  return form.upload();
}

/** The fields of one form, while it arrives. */
class Form {
  readonly #share: UploadShare;
  readonly #files = new Map<string, Uint8Array[]>();
  readonly #failure = new AbortController();
  #options: string | null = null;

  constructor(share: UploadShare) {
    this.#share = share;
  }

  async read(body: ReadableStream<Uint8Array> | null, contentType: string): Promise<void> {
    const parser = openParser(contentType);
    parser.on('file', (field, stream) => this.#guard(() => this.#readFile(field, stream)));
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
    return { original: this.#file('original'), modified: this.#file('modified'), options: this.#options };
  }

  #file(field: string): Uint8Array {
    const chunks = this.#files.get(field);
    if (chunks === undefined)
      throw new RequestError('request/field-missing', `The field "${field}" is missing.`);
    return joined(chunks);
  }

  /** Feeds the parser as fast as it takes the bytes, and stops at the first failure. */
  async #pump(body: ReadableStream<Uint8Array> | null, parser: BusboyInstance): Promise<void> {
    const { signal } = this.#failure;
    let total = 0;
    for await (const chunk of body ?? []) {
      total += chunk.byteLength;
      if (total > UPLOAD_LIMITS.totalBytes) this.#fail(tooLarge());
      signal.throwIfAborted();
      if (!parser.write(chunk)) await once(parser, 'drain', { signal });
      signal.throwIfAborted();
    }
    parser.end();
  }

  #readFile(field: string, stream: BusboyFileStream): void {
    if (field !== 'original' && field !== 'modified') throw unknown(field);
    if (this.#files.has(field)) throw repeated(`"${field}"`);
    const chunks: Uint8Array[] = [];
    this.#files.set(field, chunks);
    stream.on('data', (chunk: Uint8Array) =>
      this.#guard(() => {
        this.#share.take(chunk.byteLength);
        chunks.push(chunk);
      }),
    );
    stream.on('limit', () => this.#fail(fileTooLarge(field)));
    stream.on('error', () => this.#fail(malformed()));
  }

  #readField(field: string, value: string, cut: boolean): void {
    if (field !== 'options') throw unknown(field);
    if (this.#options !== null) throw repeated('"options"');
    if (cut)
      throw new RequestError(
        'request/too-large',
        `"options" has more than ${UPLOAD_LIMITS.optionsBytes} bytes.`,
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

function openParser(contentType: string): BusboyInstance {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      isPartAFile: (field) => field !== 'options',
      limits: {
        fileSize: UPLOAD_LIMITS.fileBytes,
        fieldSize: UPLOAD_LIMITS.optionsBytes,
        parts: UPLOAD_LIMITS.parts,
        headerPairs: UPLOAD_LIMITS.partHeaders,
        headerSize: UPLOAD_LIMITS.partHeaderBytes,
        fieldNameSize: UPLOAD_LIMITS.fieldNameBytes,
      },
    });
  } catch {
    throw malformed();
  }
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

function tooLarge(): RequestError {
  return new RequestError(
    'request/too-large',
    `The request has more than ${UPLOAD_LIMITS.totalBytes} bytes.`,
  );
}

function repeated(what: string): RequestError {
  return new RequestError('request/field-repeated', `The form has ${what} more than once.`);
}

function unknown(field: string): RequestError {
  const shown = /^[\w-]{1,40}$/.test(field) ? `"${field}"` : 'a field that is not known';
  return new RequestError(
    'request/field-unknown',
    `The form has ${shown}; only original, modified and options are read.`,
  );
}

function fileTooLarge(input: 'original' | 'modified'): RedlineError {
  const limit = { name: 'compressedBytes', allowed: UPLOAD_LIMITS.fileBytes };
  return new RedlineError('limits/exceeded', `The file has more than ${limit.allowed} bytes.`, {
    input,
    limit,
  });
}
