import type { Clock } from '../kit/index.ts';
import type { Catalogue } from './catalogue.ts';
import { DocumentsError } from './errors.ts';

/** How much a tenant may keep: documents, also those that were deleted and can be had back, and bytes of all that is kept of them. */
export interface Quota {
  readonly documents: number;
  readonly bytes: number;
}

/** How a process learns what others keep. */
export interface Following {
  readonly clock: Clock;
  /** Brings the catalogue up to date; where that fails it is tried again later. */
  readonly follow: () => Promise<void>;
}

const FRESH_MS = 5000;

/**
 * Whether there is room for what somebody wants to keep. What is kept the catalogue knows; what is under way in this process
 * is counted here. Other processes are followed first, once in five seconds: so together they pass a quota by what the others
 * took in during the last five seconds and what is under way there, at most.
 */
export class Quotas {
  readonly #catalogue: Catalogue;
  readonly #quotaOf: (tenant: string) => Quota | null;
  readonly #following: Following;
  #followedAt = Number.NEGATIVE_INFINITY;
  #followed: Promise<void> = Promise.resolve();
  /** Documents that are being made, by tenant. */
  readonly #made = new Map<string, Set<string>>();
  /** Bytes that are arriving, by tenant. */
  readonly #arriving = new Map<string, number>();

  /** @param quotaOf `null` for as much as there is room for. */
  constructor(catalogue: Catalogue, quotaOf: (tenant: string) => Quota | null, following: Following) {
    this.#catalogue = catalogue;
    this.#quotaOf = quotaOf;
    this.#following = following;
  }

  /** Begins to make a document, until `end`. @throws {DocumentsError} `documents/quota-exceeded`. */
  async begin(tenant: string, document: string): Promise<void> {
    const quota = this.#quotaOf(tenant);
    if (quota === null) return;
    const { documents: used } = await this.#usage(tenant);
    const made = this.#made.get(tenant) ?? new Set();
    if (used + made.size >= quota.documents) throw exceeded('documents', used, quota.documents);
    this.#made.set(tenant, made.add(document));
  }

  /** Who comes while the others are being followed waits for the same. */
  async #usage(tenant: string): Promise<{ readonly documents: number; readonly bytes: number }> {
    const now = this.#following.clock();
    if (now >= this.#followedAt + FRESH_MS) {
      this.#followedAt = now;
      this.#followed = this.#following.follow();
    }
    await this.#followed;
    return await this.#catalogue.usage(tenant);
  }

  /** It is in the catalogue now, or nowhere. */
  end(tenant: string, document: string): void {
    this.#made.get(tenant)?.delete(document);
  }

  /** What passes, counted while it arrives. @throws {DocumentsError} `documents/quota-exceeded`, before and on the way. */
  async *measured(tenant: string, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    const quota = this.#quotaOf(tenant);
    if (quota === null) return yield* body;
    const { bytes: used } = await this.#usage(tenant);
    let own = 0;
    try {
      for await (const chunk of body) {
        own += chunk.byteLength;
        const arriving = (this.#arriving.get(tenant) ?? 0) + chunk.byteLength;
        this.#arriving.set(tenant, arriving);
        if (used + arriving > quota.bytes) throw exceeded('bytes', used, quota.bytes);
        yield chunk;
      }
    } finally {
      this.#arriving.set(tenant, (this.#arriving.get(tenant) ?? own) - own);
    }
  }
}

function exceeded(quota: keyof Quota, used: number, most: number): DocumentsError {
  const what = quota === 'documents' ? 'as many documents' : 'as many bytes';
  return new DocumentsError('documents/quota-exceeded', `The organisation keeps ${what} as it may.`, {
    quota,
    used,
    most,
  });
}
