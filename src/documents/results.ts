import { createHash, randomBytes } from 'node:crypto';
import { type Clock, OutsideError } from '../kit/index.ts';
import { ABSENT, type BlobInfo, type BlobStore } from './blob-store.ts';

/** How long a result can be fetched: one hour. */
const RESULT_LIFETIME_MS = 3_600_000;

const ID = /^[0-9a-f]{48}$/;

/** Whose result it is: a comparison's, or that of another operation on documents. An id is one of its kind only. */
const RESULT_KINDS = ['comparisons', 'results'] as const;
export type ResultKind = (typeof RESULT_KINDS)[number];

/** What is kept of one result. No input is. */
export type ResultPart = 'document' | 'report' | 'html';

export interface SavedResult {
  readonly kind: ResultKind;
  /** 192 random bits: whoever knows it may read the result. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** One part of a result, ready to be sent. */
export interface ResultContent {
  /** Bytes. */
  readonly size: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly expiresAt: number;
  readonly body: ReadableStream<Uint8Array>;
}

/** Why a result cannot be had: there is none under this id, or its hour is over. */
export type ResultGone = 'not-found' | 'expired';

/** All results together would hold more bytes than they may. */
export class ResultsFullError extends Error {
  override readonly name = 'ResultsFullError';
}

/** Documents that operations gave back, kept for an hour under unguessable ids. */
export class Results {
  readonly #blobs: BlobStore;
  readonly #clock: Clock;
  readonly #ceiling: number;
  /** Bytes of all results, as far as this process knows; every sweep counts anew. */
  #held = 0;

  /** @param ceiling bytes that all results may hold together. */
  constructor(blobs: BlobStore, clock: Clock, ceiling: number) {
    this.#blobs = blobs;
    this.#clock = clock;
    this.#ceiling = ceiling;
  }

  /**
   * Keeps a document and its report. The report is written last: a result without one does not exist.
   *
   * @param report what JSON can hold.
   *
   * @throws {ResultsFullError} when there is no room, also after what has expired was removed.
   */
  async save(kind: ResultKind, document: Uint8Array, report: object): Promise<SavedResult> {
    if (this.#held + document.byteLength > this.#ceiling) await this.sweep();
    if (this.#held + document.byteLength > this.#ceiling) {
      throw new ResultsFullError('There is no room for another result.');
    }
    const result = {
      kind,
      id: randomBytes(24).toString('hex'),
      expiresAt: this.#clock() + RESULT_LIFETIME_MS,
    };
    await this.#write(result, 'document', document);
    await this.#write(result, 'report', new TextEncoder().encode(JSON.stringify(report)));
    return result;
  }

  /** Keeps the rendered page of a result; the first one wins. */
  async saveHtml(result: SavedResult, html: string): Promise<void> {
    await this.#write(result, 'html', new TextEncoder().encode(html));
  }

  async report(kind: ResultKind, id: string): Promise<{ saved: SavedResult; report: unknown } | ResultGone> {
    const content = await this.open(kind, id, 'report');
    if (typeof content === 'string') return content;
    const report: unknown = await new Response(content.body).json();
    return { saved: { kind, id, expiresAt: content.expiresAt }, report };
  }

  /** What is known of a part, without its bytes. */
  async find(
    kind: ResultKind,
    id: string,
    part: ResultPart,
  ): Promise<Omit<ResultContent, 'body'> | ResultGone> {
    if (!ID.test(id)) return 'not-found';
    return this.#current(await this.#blobs.stat(name({ kind, id }, part)));
  }

  /** A part and its bytes, to be read to the end or cancelled. */
  async open(kind: ResultKind, id: string, part: ResultPart): Promise<ResultContent | ResultGone> {
    if (!ID.test(id)) return 'not-found';
    const blob = await this.#blobs.read(name({ kind, id }, part));
    const current = this.#current(blob);
    if (blob === null || typeof current === 'string') {
      await blob?.body.cancel();
      return typeof current === 'string' ? current : 'not-found';
    }
    return { ...current, body: verified(blob.body, current) };
  }

  /** Removes what has expired. @returns how many objects went. */
  async sweep(): Promise<number> {
    let removed = 0;
    let held = 0;
    for (const kind of RESULT_KINDS) {
      for await (const blob of this.#blobs.list(`${kind}/`)) {
        if (expiryOf(blob) > this.#clock()) held += blob.size;
        else if (await this.#blobs.delete(blob.name)) removed += 1;
      }
    }
    this.#held = held;
    return removed;
  }

  #current(blob: BlobInfo | null): Omit<ResultContent, 'body'> | ResultGone {
    if (blob === null) return 'not-found';
    const expiresAt = expiryOf(blob);
    if (expiresAt <= this.#clock()) return 'expired';
    return { size: blob.size, sha256: blob.attributes.sha256 ?? '', expiresAt };
  }

  async #write(result: SavedResult, part: ResultPart, bytes: Uint8Array): Promise<void> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const attributes = { expires: String(result.expiresAt), sha256 };
    const options = { ifGeneration: ABSENT, attributes };
    const written = await this.#blobs.write(name(result, part), bytes, options);
    this.#held += written?.size ?? 0;
  }
}

/** Fails as `damaged` before the last bytes go out, when they are not those that were kept. */
function verified(
  body: ReadableStream<Uint8Array>,
  { sha256, size }: Omit<ResultContent, 'body'>,
): ReadableStream<Uint8Array> {
  const hash = createHash('sha256');
  let seen = 0;
  const check = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      if (chunk.byteLength === 0) return;
      hash.update(chunk);
      seen += chunk.byteLength;
      if (seen > size || (seen === size && hash.digest('hex') !== sha256)) throw damaged();
      controller.enqueue(chunk);
    },
    flush: () => {
      if (seen !== size) throw damaged();
    },
  });
  return body.pipeThrough(check);
}

function damaged(): OutsideError {
  return new OutsideError('BlobStore', 'damaged', 'A kept result is not what was written.');
}

function name({ kind, id }: Pick<SavedResult, 'kind' | 'id'>, part: ResultPart): string {
  return `${kind}/${id}/${part}`;
}

/** An object without a readable expiry counts as expired: nothing here is meant to stay. */
function expiryOf(blob: BlobInfo): number {
  const expires = Number(blob.attributes.expires);
  return Number.isFinite(expires) ? expires : 0;
}
