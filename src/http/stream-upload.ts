import { once } from 'node:events';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { DEFAULT_LIMITS, RedlineError } from '../redline/index.ts';
import { RequestError } from './errors.ts';

/** A file on its way in: it is read as fast as its reader takes it. */
export interface IncomingFile {
  /** As the sender called it; `null` when it did not. */
  readonly name: string | null;
  readonly body: AsyncIterable<Uint8Array>;
  /** The form's field `options`, once the whole form is read; `null` when there is none. */
  readonly options: () => Promise<string | null>;
}

const LIMITS = {
  fileBytes: DEFAULT_LIMITS.compressedBytes,
  optionsBytes: 16 * 1024,
  formBytes: 64 * 1024,
} as const;

/**
 * Reads a form with one file, `file`, and its `options`, without ever holding the file.
 *
 * @param take reads the file while it arrives; what it throws ends the request.
 * @throws {RequestError | RedlineError} the first thing that is wrong with the form.
 */
export async function streamUpload<Result>(
  contentType: string,
  body: AsyncIterable<Uint8Array>,
  take: (file: IncomingFile) => Promise<Result>,
): Promise<Result> {
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType)) {
    throw new RequestError('request/not-multipart', 'The body must be multipart/form-data.');
  }
  const form = new StreamedForm(contentType, take);
  return await form.read(body);
}

class StreamedForm<Result> {
  readonly #parser: BusboyInstance;
  readonly #take: (file: IncomingFile) => Promise<Result>;
  readonly #failure = new AbortController();
  readonly #read = deferred<string | null>();
  #options: string | null = null;
  #stream: BusboyFileStream | null = null;
  #taken: Promise<Result> | null = null;

  constructor(contentType: string, take: (file: IncomingFile) => Promise<Result>) {
    this.#take = take;
    this.#parser = openParser(contentType);
    // Nobody may wait for the options.
    this.#read.promise.catch(() => {});
  }

  async read(body: AsyncIterable<Uint8Array>): Promise<Result> {
    this.#parser.on('file', (field, stream, name) => this.#file(field, stream, name));
    this.#parser.on('field', (field, value, _nameCut, cut) => this.#field(field, value, cut));
    this.#parser.on('partsLimit', () => this.#fail(repeated()));
    this.#parser.on('error', () => this.#fail(malformed()));
    const { signal } = this.#failure;
    try {
      await Promise.all([once(this.#parser, 'finish', { signal }), this.#pump(body)]);
      if (this.#taken === null)
        throw new RequestError('request/field-missing', 'The field "file" is missing.');
      this.#read.resolve(this.#options);
      return await this.#taken;
    } catch (error) {
      const reason = signal.aborted ? signal.reason : error;
      this.#read.reject(reason);
      this.#stream?.destroy(reason instanceof Error ? reason : malformed());
      // What read the file ends before the request does: nothing goes on behind its back.
      await this.#taken?.catch(() => {});
      throw reason;
    }
  }

  async #pump(body: AsyncIterable<Uint8Array>): Promise<void> {
    const { signal } = this.#failure;
    let total = 0;
    for await (const chunk of body) {
      total += chunk.byteLength;
      if (total > LIMITS.fileBytes + LIMITS.optionsBytes + LIMITS.formBytes) this.#fail(tooLarge());
      signal.throwIfAborted();
      if (!this.#parser.write(chunk)) await once(this.#parser, 'drain', { signal });
      signal.throwIfAborted();
    }
    this.#parser.end();
  }

  #file(field: string, stream: BusboyFileStream, name: string): void {
    stream.on('error', () => {});
    if (field !== 'file') this.#fail(unknown());
    else if (this.#taken !== null) this.#fail(repeated());
    else {
      this.#stream = stream;
      stream.on('limit', () => this.#fail(tooLarge()));
      const file = { name: fileName(name), body: chunksOf(stream), options: () => this.#read.promise };
      this.#taken = this.#take(file);
      this.#taken.catch((error: unknown) => this.#fail(error));
    }
  }

  #field(field: string, value: string, cut: boolean): void {
    if (field !== 'options') this.#fail(unknown());
    else if (this.#options !== null) this.#fail(repeated());
    else if (cut) this.#fail(optionsTooLarge());
    else this.#options = value;
  }

  #fail(reason: unknown): void {
    this.#failure.abort(reason);
  }
}

/** @throws what the stream was ended with; a file that was cut is never read to a regular end. */
export async function* chunksOf(
  stream: BusboyFileStream,
  cut: () => Error = tooLarge,
): AsyncIterable<Uint8Array> {
  for await (const chunk of stream as AsyncIterable<Uint8Array>) yield chunk;
  if (stream.truncated) throw cut();
}

/** As the sender's machine calls it: forms write three signs otherwise (HTML, multipart/form-data encoding). */
function fileName(sent: string | undefined): string | null {
  const signs: Readonly<Record<string, string>> = { '%22': '"', '%0D': ' ', '%0A': ' ' };
  return sent?.replace(/%22|%0D|%0A/g, (sign) => signs[sign] ?? sign) || null;
}

function deferred<Value>() {
  let resolve: (value: Value) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<Value>((done, fail) => {
    resolve = done;
    reject = fail;
  });
  return { promise, resolve, reject };
}

function openParser(contentType: string): BusboyInstance {
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      isPartAFile: (field) => field !== 'options',
      limits: {
        fileSize: LIMITS.fileBytes,
        fieldSize: LIMITS.optionsBytes,
        parts: 3,
        headerPairs: 20,
        headerSize: 8 * 1024,
        fieldNameSize: 100,
      },
    });
  } catch {
    throw malformed();
  }
}

export function malformed(): RequestError {
  return new RequestError('request/malformed', 'The form is broken or ends too early.');
}

function repeated(): RequestError {
  return new RequestError('request/field-repeated', 'Send one "file", and "options" at most once.');
}

function unknown(): RequestError {
  return new RequestError('request/field-unknown', 'Only the fields "file" and "options" are read.');
}

function optionsTooLarge(): RequestError {
  return new RequestError('request/too-large', `"options" has more than ${LIMITS.optionsBytes} bytes.`);
}

function tooLarge(): RedlineError {
  const limit = { name: 'compressedBytes', allowed: LIMITS.fileBytes };
  return new RedlineError('limits/exceeded', `The file has more than ${limit.allowed} bytes.`, { limit });
}
