import { createHash } from 'node:crypto';
import { OutsideError } from '../kit/index.ts';
import type { Ambient } from './ambient.ts';
import { ABSENT, type BlobInfo, type BlobStore } from './blob-store.ts';
import { type DataKeys, keyContext } from './data-keys.ts';
import type { WrappedKey } from './key-service.ts';
import { SealedObjects, type SealedPlace } from './sealed-objects.ts';
import { sealBytes } from './sealing.ts';
import { open as openSealed } from './sealing-streams.ts';

/** How long a result can be fetched, unless it is said otherwise: one hour. */
const RESULT_LIFETIME_MS = 3_600_000;

const ID = /^[0-9a-f]{48}$/;

/** Whose result it is: a comparison's, a PDF, or that of another operation on documents. An id is one of its kind only. */
const RESULT_KINDS = ['comparisons', 'results', 'pdfs'] as const;
export type ResultKind = (typeof RESULT_KINDS)[number];

/** What is kept of one result. No input is. */
export type ResultPart = 'document' | 'report' | 'html';

/** Which result is meant. */
export interface ResultPlace {
  /** Whose it is: nobody else finds it. */
  readonly tenant: string;
  readonly kind: ResultKind;
  /** 192 random bits: whoever of the tenant knows it may read the result. */
  readonly id: string;
}

export interface SavedResult extends ResultPlace {
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

/**
 * Documents that operations gave back, kept for an hour under unguessable ids, as `KIND/TENANT/ID/PART`. Each result is
 * sealed under a data key of its own; the tenant's key wraps it, and it stands beside each part. See decision 0116.
 */
export class Results {
  readonly #blobs: BlobStore;
  readonly #keys: DataKeys;
  readonly #ambient: Ambient;
  readonly #ceiling: number;
  /** By what they are results of. */
  readonly #reused: SealedObjects<Reused>;
  /** Bytes of all results, as far as this process knows; every sweep counts anew. */
  #held = 0;

  /** @param ceiling bytes that all results may hold together. */
  constructor(blobs: BlobStore, keys: DataKeys, ambient: Ambient, ceiling: number) {
    this.#blobs = blobs;
    this.#keys = keys;
    this.#ambient = ambient;
    this.#ceiling = ceiling;
    this.#reused = new SealedObjects(blobs, keys, ambient, 'reuse');
  }

  /**
   * Keeps a document and its report. The report is written last: a result without one does not exist.
   *
   * @param report what JSON can hold.
   * @param lifetimeMs milliseconds that it can be fetched.
   *
   * @throws {ResultsFullError} when there is no room, also after what has expired was removed.
   */
  async save(
    { tenant, kind }: Omit<ResultPlace, 'id'>,
    document: Uint8Array,
    report: object,
    lifetimeMs = RESULT_LIFETIME_MS,
  ): Promise<SavedResult> {
    if (this.#held + document.byteLength > this.#ceiling) await this.sweep();
    if (this.#held + document.byteLength > this.#ceiling) {
      throw new ResultsFullError('There is no room for another result.');
    }
    const { clock, random } = this.#ambient;
    const id = Buffer.from(random(24)).toString('hex');
    const result = { tenant, kind, id, expiresAt: clock() + lifetimeMs };
    const { key, wrapped } = await this.#keys.create(tenant, contextOf(result));
    try {
      await this.#write(result, 'document', document, key, wrapped);
      await this.#write(result, 'report', new TextEncoder().encode(JSON.stringify(report)), key, wrapped);
    } finally {
      key.fill(0);
    }
    return result;
  }

  /** Keeps the rendered page of a result; the first one wins. */
  async saveHtml(result: SavedResult, html: string): Promise<void> {
    const document = await this.#blobs.stat(name(result, 'document'));
    if (document === null) return;
    const wrapped = wrappedIn(document);
    const key = await this.#keys.open(result.tenant, wrapped, contextOf(result));
    try {
      await this.#write(result, 'html', new TextEncoder().encode(html), key, wrapped);
    } finally {
      key.fill(0);
    }
  }

  async report(place: ResultPlace): Promise<{ saved: SavedResult; report: unknown } | ResultGone> {
    const content = await this.open(place, 'report');
    if (typeof content === 'string') return content;
    const report: unknown = await new Response(content.body).json();
    return { saved: { ...place, expiresAt: content.expiresAt }, report };
  }

  /** What is known of a part, without its bytes. */
  async find(place: ResultPlace, part: ResultPart): Promise<Omit<ResultContent, 'body'> | ResultGone> {
    if (!ID.test(place.id)) return 'not-found';
    return this.#current(await this.#blobs.stat(name(place, part)));
  }

  /** A part and its bytes, to be read to the end or cancelled. */
  async open(place: ResultPlace, part: ResultPart): Promise<ResultContent | ResultGone> {
    if (!ID.test(place.id)) return 'not-found';
    const blob = await this.#blobs.read(name(place, part));
    const current = this.#current(blob);
    if (blob === null || typeof current === 'string') {
      await blob?.body.cancel();
      return typeof current === 'string' ? current : 'not-found';
    }
    try {
      const key = await this.#keys.open(place.tenant, wrappedIn(blob), contextOf(place));
      const plain = openSealed(key, contextOf(place, part), blob.body);
      key.fill(0);
      return { ...current, body: verified(streamOf(plain), current) };
    } catch (error) {
      await blob.body.cancel(error);
      throw error;
    }
  }

  /** Notes under which key a result can be used again, as long as it is there. @param key names what it is the result of. */
  async remember(result: SavedResult, key: string): Promise<void> {
    const place = reusePlace(result.tenant, key);
    const value = { kind: result.kind, id: result.id };
    const options = {
      attributes: { expires: String(result.expiresAt) },
      isOurs: ({ id }: Reused) => id === result.id,
      anew: true,
    };
    await this.#reused.replace(place, await this.#reused.read(place), value, options);
  }

  /** A result that was made of the same before; `null` when there is none any more. */
  async recall(
    tenant: string,
    key: string,
  ): Promise<{ readonly document: Uint8Array; readonly report: unknown } | null> {
    const found = await this.#reused.read(reusePlace(tenant, key));
    if (found === null) return null;
    const place = { tenant, ...found.value };
    const report = await this.report(place);
    if (typeof report === 'string') return null;
    const content = await this.open(place, 'document');
    if (typeof content === 'string') return null;
    return {
      document: new Uint8Array(await new Response(content.body).arrayBuffer()),
      report: report.report,
    };
  }

  /** Removes what has expired. @returns how many objects went. */
  async sweep(): Promise<number> {
    let removed = 0;
    let held = 0;
    for (const kind of RESULT_KINDS) {
      for await (const blob of this.#blobs.list(`${kind}/`)) {
        if (expiryOf(blob) > this.#ambient.clock()) held += blob.size;
        else if (await this.#blobs.delete(blob.name)) removed += 1;
      }
    }
    this.#held = held;
    for await (const blob of this.#blobs.list('reuse/')) {
      if (expiryOf(blob) <= this.#ambient.clock() && (await this.#blobs.delete(blob.name))) removed += 1;
    }
    return removed;
  }

  #current(blob: BlobInfo | null): Omit<ResultContent, 'body'> | ResultGone {
    if (blob === null) return 'not-found';
    const expiresAt = expiryOf(blob);
    if (expiresAt <= this.#ambient.clock()) return 'expired';
    const { size, sha256 = '' } = blob.attributes;
    return { size: Number(size), sha256, expiresAt };
  }

  async #write(
    result: SavedResult,
    part: ResultPart,
    bytes: Uint8Array,
    key: Uint8Array,
    wrapped: WrappedKey,
  ): Promise<void> {
    const sealed = sealBytes(key, contextOf(result, part), bytes, this.#ambient.random);
    const attributes = {
      expires: String(result.expiresAt),
      size: String(bytes.byteLength),
      sha256: createHash('sha256').update(bytes).digest('hex'),
      wrapped: Buffer.from(wrapped.bytes).toString('base64'),
      keyversion: wrapped.version,
    };
    const written = await this.#blobs.write(name(result, part), sealed, { ifGeneration: ABSENT, attributes });
    this.#held += written?.size ?? 0;
  }
}

/** Which result is used again. */
type Reused = Omit<ResultPlace, 'tenant'>;

/** @param key lower-case hexadecimal. */
function reusePlace(tenant: string, key: string): SealedPlace {
  return { name: `reuse/${tenant}/${key}`, tenant, id: key };
}

/** Removes what came of an operation, before its time; what is no result is let be. */
export async function removeResult(
  blobs: BlobStore,
  { tenant, result }: { readonly tenant: string; readonly result: object | null },
): Promise<void> {
  const { kind, id } = (result ?? {}) as Partial<Readonly<Record<string, string>>>;
  if (id === undefined || !RESULT_KINDS.some((one) => one === kind)) return;
  for await (const blob of blobs.list(`${kind}/${tenant}/${id}/`)) await blobs.delete(blob.name);
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

function name({ tenant, kind, id }: ResultPlace, part: ResultPart): string {
  return `${kind}/${tenant}/${id}/${part}`;
}

/** Of the data key, or of what it seals. */
function contextOf({ tenant, kind, id }: ResultPlace, part: ResultPart | 'key' = 'key'): Uint8Array {
  return keyContext({ tenant, document: id, version: kind, purpose: `result-${part}` });
}

function wrappedIn({ attributes }: BlobInfo): WrappedKey {
  const { wrapped = '', keyversion = '' } = attributes;
  return { version: keyversion, bytes: Buffer.from(wrapped, 'base64') };
}

function streamOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    cancel: async () => void (await pieces.return(undefined)),
  });
}

/** An object without a readable expiry counts as expired: nothing here is meant to stay. */
function expiryOf(blob: BlobInfo): number {
  const expires = Number(blob.attributes.expires);
  return Number.isFinite(expires) ? expires : 0;
}
