import { once } from 'node:events';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { DEFAULT_LIMITS, RedlineError } from '../redline/index.ts';
import { RequestError } from './errors.ts';
import { chunksOf, malformed } from './stream-upload.ts';
import { plainName } from './upload.ts';

/** What a form of files and options may hold. */
export interface FilesSpec {
  /** Of the field that the files are in. */
  readonly field: string;
  readonly mostFiles: number;
  /** Bytes of the whole form. */
  readonly mostBytes: number;
  readonly optionsBytes: number;
}

/** Takes one file of a form while it arrives. @param name as the sender called it, without folders; `''` when it did not. */
export type TakeFile = (name: string, body: AsyncIterable<Uint8Array>) => Promise<void>;

/**
 * Reads a form of many files, one after the other, without holding any of them: it is read as fast as they are taken.
 *
 * @returns the field `options` as it was sent; `null` when it was not.
 * @throws {RequestError | RedlineError} the first thing that is wrong with the form; what `take` throws. Nothing is taken any more
 *   then.
 */
export async function streamFiles(
  contentType: string,
  body: AsyncIterable<Uint8Array>,
  spec: FilesSpec,
  take: TakeFile,
): Promise<string | null> {
  return await new FilesForm(contentType, spec, take).read(body);
}

class FilesForm {
  readonly #parser: BusboyInstance;
  readonly #spec: FilesSpec;
  readonly #take: TakeFile;
  readonly #failure = new AbortController();
  readonly #streams = new Set<BusboyFileStream>();
  /** Files are taken one after the other. */
  #taken: Promise<void> = Promise.resolve();
  #count = 0;
  #options: string | null = null;

  constructor(contentType: string, spec: FilesSpec, take: TakeFile) {
    this.#spec = spec;
    this.#take = take;
    this.#parser = openParser(contentType, spec);
  }

  async read(body: AsyncIterable<Uint8Array>): Promise<string | null> {
    this.#parser.on('file', (field, stream, name) => this.#file(field, stream, name));
    this.#parser.on('field', (field, value, _nameCut, cut) => this.#field(field, value, cut));
    this.#parser.on('partsLimit', () => this.#fail(repeated(this.#spec)));
    this.#parser.on('error', () => this.#fail(malformed()));
    const { signal } = this.#failure;
    try {
      await Promise.all([once(this.#parser, 'finish', { signal }), this.#pump(body)]);
      await this.#taken;
      signal.throwIfAborted();
      return this.#options;
    } catch (error) {
      const reason: unknown = signal.aborted ? signal.reason : error;
      this.#fail(reason);
      for (const stream of this.#streams) stream.destroy(reason instanceof Error ? reason : malformed());
      // What took a file ends before the request does: nothing goes on behind its back.
      await this.#taken.catch(() => {});
      throw reason;
    }
  }

  async #pump(body: AsyncIterable<Uint8Array>): Promise<void> {
    const { signal } = this.#failure;
    let total = 0;
    for await (const chunk of body) {
      total += chunk.byteLength;
      if (total > this.#spec.mostBytes) this.#fail(formTooLarge(this.#spec));
      signal.throwIfAborted();
      if (!this.#parser.write(chunk)) await once(this.#parser, 'drain', { signal });
      signal.throwIfAborted();
    }
    this.#parser.end();
  }

  #file(field: string, stream: BusboyFileStream, name: string | undefined): void {
    stream.on('error', () => {});
    this.#count += 1;
    if (field !== this.#spec.field) this.#fail(unknown(this.#spec));
    else if (this.#count > this.#spec.mostFiles) this.#fail(repeated(this.#spec));
    else {
      this.#streams.add(stream);
      stream.on('limit', () => this.#fail(fileTooLarge()));
      this.#taken = this.#taken.then(async () => {
        this.#failure.signal.throwIfAborted();
        await this.#take(name ? plainName(name) : '', chunksOf(stream, fileTooLarge));
        this.#streams.delete(stream);
      });
      this.#taken.catch((error: unknown) => this.#fail(error));
    }
  }

  #field(field: string, value: string, cut: boolean): void {
    const { optionsBytes } = this.#spec;
    if (field !== 'options') this.#fail(unknown(this.#spec));
    else if (this.#options !== null)
      this.#fail(new RequestError('request/field-repeated', 'Send "options" only once.'));
    else if (cut) {
      this.#fail(new RequestError('request/too-large', `"options" has more than ${optionsBytes} bytes.`));
    } else this.#options = value;
  }

  #fail(reason: unknown): void {
    this.#failure.abort(reason);
  }
}

function openParser(contentType: string, { mostFiles, optionsBytes }: FilesSpec): BusboyInstance {
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType)) {
    throw new RequestError('request/not-multipart', 'The body must be multipart/form-data.');
  }
  try {
    return new Busboy({
      headers: { 'content-type': contentType },
      isPartAFile: (field) => field !== 'options',
      limits: {
        fileSize: DEFAULT_LIMITS.compressedBytes,
        fieldSize: optionsBytes,
        // One more than there can be: whatever that part is, it is repeated or unknown.
        parts: mostFiles + 2,
        headerPairs: 20,
        headerSize: 8 * 1024,
        fieldNameSize: 100,
      },
    });
  } catch {
    throw malformed();
  }
}

function repeated({ field, mostFiles }: FilesSpec): RequestError {
  const message = `Send at most ${mostFiles} files as "${field}", and "options" once.`;
  return new RequestError('request/field-repeated', message);
}

function unknown({ field }: FilesSpec): RequestError {
  return new RequestError('request/field-unknown', `Only the fields "${field}" and "options" are read.`);
}

/** @throws nothing: it is thrown by whoever notices. */
export function formTooLarge({ mostBytes }: FilesSpec): RequestError {
  return new RequestError('request/too-large', `The form may have ${mostBytes} bytes.`);
}

function fileTooLarge(): RedlineError {
  const limit = { name: 'compressedBytes', allowed: DEFAULT_LIMITS.compressedBytes };
  return new RedlineError('limits/exceeded', `The file has more than ${limit.allowed} bytes.`, { limit });
}
