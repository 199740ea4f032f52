import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../kit/index.ts';
import type { Comparison, Report } from '../redline/index.ts';
import type { BlobInfo, BlobStore } from './blob-store.ts';

/** How long a result can be fetched: one hour. */
const RESULT_LIFETIME_MS = 3_600_000;

const PREFIX = 'comparisons/';
const ID = /^[0-9a-f]{48}$/;

/** What is kept of one comparison. Neither input is. */
export type ResultPart = 'redline' | 'report' | 'html';

export interface SavedResult {
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

/** The results of comparisons, kept for an hour under unguessable ids. */
export class ComparisonResults {
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
   * Keeps a redline and its report. The report is written last: a result without one does not exist.
   *
   * @throws {ResultsFullError} when there is no room, also after what has expired was removed.
   */
  async save(comparison: Comparison): Promise<SavedResult> {
    if (this.#held + comparison.redline.byteLength > this.#ceiling) await this.sweep();
    if (this.#held + comparison.redline.byteLength > this.#ceiling) {
      throw new ResultsFullError('There is no room for another result.');
    }
    const result = {
      id: randomBytes(24).toString('hex'),
      expiresAt: this.#clock() + RESULT_LIFETIME_MS,
    };
    await this.#write(result, 'redline', comparison.redline);
    await this.#write(result, 'report', new TextEncoder().encode(JSON.stringify(comparison.report)));
    return result;
  }

  /** Keeps the rendered page of a result; the first one wins. */
  async saveHtml(result: SavedResult, html: string): Promise<void> {
    await this.#write(result, 'html', new TextEncoder().encode(html));
  }

  async report(id: string): Promise<{ saved: SavedResult; report: Report } | ResultGone> {
    const content = await this.open(id, 'report');
    if (typeof content === 'string') return content;
    const report = (await new Response(content.body).json()) as Report;
    return { saved: { id, expiresAt: content.expiresAt }, report };
  }

  /** What is known of a part, without its bytes. */
  async find(id: string, part: ResultPart): Promise<Omit<ResultContent, 'body'> | ResultGone> {
    if (!ID.test(id)) return 'not-found';
    return this.#current(await this.#blobs.stat(name(id, part)));
  }

  /** A part and its bytes, to be read to the end or cancelled. */
  async open(id: string, part: ResultPart): Promise<ResultContent | ResultGone> {
    if (!ID.test(id)) return 'not-found';
    const blob = await this.#blobs.read(name(id, part));
    const current = this.#current(blob);
    if (blob === null || typeof current === 'string') {
      await blob?.body.cancel();
      return typeof current === 'string' ? current : 'not-found';
    }
    return { ...current, body: blob.body };
  }

  /** Removes what has expired. @returns how many objects went. */
  async sweep(): Promise<number> {
    let removed = 0;
    let held = 0;
    for await (const blob of this.#blobs.list(PREFIX)) {
      if (expiryOf(blob) > this.#clock()) held += blob.size;
      else if (await this.#blobs.delete(blob.name)) removed += 1;
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
    const written = await this.#blobs.create(name(result.id, part), bytes, attributes);
    this.#held += written?.size ?? 0;
  }
}

function name(id: string, part: ResultPart): string {
  return `${PREFIX}${id}/${part}`;
}

/** An object without a readable expiry counts as expired: nothing here is meant to stay. */
function expiryOf(blob: BlobInfo): number {
  const expires = Number(blob.attributes.expires);
  return Number.isFinite(expires) ? expires : 0;
}
