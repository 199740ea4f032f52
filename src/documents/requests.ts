import { createHash } from 'node:crypto';
import type { Actor } from '../access/index.ts';
import { OutsideError } from '../kit/index.ts';
import { type Ambient, newId } from './ambient.ts';
import type { BlobInfo, BlobStore } from './blob-store.ts';
import type { DataKeys } from './data-keys.ts';
import { type SealedObject, SealedObjects, type SealedPlace } from './sealed-objects.ts';

/** How long the answer to a request is kept: 7 days. */
const RECORD_LIFETIME_MS = 7 * 24 * 3_600_000;
/**
 * How long a request counts as running after its process last said so. Short, because it is waited for after a crash;
 * where it ends too early two do the same, and the operation's id keeps it from being done twice.
 */
const LEASE_MS = 6000;
/** Milliseconds after which whoever works on a request must say so again. */
export const RENEW_MS = 2000;
/** Bytes of an answer that are kept at most, headers included; of a longer one only that it was given. */
export const MOST_ANSWER_BYTES = 256 * 1024;

const FORMAT = 1;

/** The body of a request, as far as two of them are compared. */
export interface RequestBody {
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** Bytes that were hashed. */
  readonly size: number;
}

/** An answer as it was given the first time. */
export interface RequestAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** What is kept of a request with an idempotency key. */
interface RequestRecord {
  readonly format: typeof FORMAT;
  /** Whose it is, of all that ever worked on this request. */
  readonly claim: string;
  /** SHA-256 of what is asked, without the body. */
  readonly asked: string;
  readonly state: 'running' | 'done';
  /** Milliseconds since 1970. */
  readonly leaseUntil: number;
  readonly expiresAt: number;
  /** `null` while it runs, and when nobody looked at it. */
  readonly body: RequestBody | null;
  /** `null` while it runs, and when it was too long to be kept. */
  readonly answer: RequestAnswer | null;
}

/** What is to be done with a request. */
export type Begun =
  /** It is new, or whoever worked on it is gone: to be worked on. */
  | { readonly kind: 'claimed'; readonly claim: Claim }
  | { readonly kind: 'running'; readonly retryAfterMs: number }
  /** The key belongs to something else that was asked. */
  | { readonly kind: 'other' }
  | { readonly kind: 'done'; readonly body: RequestBody | null; readonly answer: RequestAnswer };

type Stored = SealedObject<RequestRecord>;

/**
 * Requests with an idempotency key, each under `idempotency/TENANT/HASH` of who asks and the key: for 7 days the same
 * request gets the answer that it got first. See decision 0074. Throws `OutsideError`, and `documents/unclear`.
 */
export class Requests {
  readonly #store: BlobStore;
  readonly #records: SealedObjects<RequestRecord>;
  readonly #ambient: Ambient;

  constructor(store: BlobStore, keys: DataKeys, ambient: Ambient) {
    this.#store = store;
    this.#records = new SealedObjects(store, keys, ambient, 'idempotency');
    this.#ambient = ambient;
  }

  /** @param asked everything that makes two requests the same, but for their bodies. */
  async begin(actor: Actor, key: string, asked: string): Promise<Begun> {
    const place = placeOf(actor, key);
    const hash = sha256(asked);
    // Most keys are new: nothing is read for those.
    const first = await this.#claim(place, null, hash).catch(unlessNotWritten);
    return first ?? (await this.#again(place, hash));
  }

  /** A key that was used before. */
  async #again(place: SealedPlace, hash: string): Promise<Begun> {
    const now = this.#ambient.clock();
    const found = await this.#find(place, now);
    const alive = found !== null && found.value.expiresAt > now ? found.value : null;
    if (alive !== null && alive.asked !== hash) return { kind: 'other' };
    if (alive?.state === 'running' && alive.leaseUntil > now) return running(alive.leaseUntil - now);
    if (alive !== null && alive.answer !== null) {
      return { kind: 'done', body: alive.body, answer: alive.answer };
    }
    // What is over gives its key to nothing new: that key may have been wrapped long ago.
    return (await this.#claim(place, found, hash, alive)) ?? running(1000);
  }

  /** @param alive what is known of the request as it was worked on before. @returns `null` when another has it. */
  async #claim(
    place: SealedPlace,
    base: Stored | null,
    hash: string,
    alive: RequestRecord | null = null,
  ): Promise<Begun | null> {
    const now = this.#ambient.clock();
    const record: RequestRecord = {
      ...{ format: FORMAT, claim: newId('o', this.#ambient.random), asked: hash, state: 'running' },
      ...{ leaseUntil: now + LEASE_MS, expiresAt: now + RECORD_LIFETIME_MS },
      ...{ body: alive?.body ?? null, answer: null },
    };
    const stored = await write(this.#records, place, base, record, alive === null);
    if (stored === null) return null;
    return { kind: 'claimed', claim: new Claim(this.#records, place, stored, this.#ambient) };
  }

  /** @param again whether it may be another by now than the one that cannot be opened. */
  async #find(place: SealedPlace, now: number, again = true): Promise<Stored | null> {
    try {
      return await this.#records.read(place);
    } catch (error) {
      if (!(error instanceof OutsideError) || error.failure !== 'refused') throw error;
      // The version of the tenant's key that wrapped what is over may have been destroyed.
      const blob = await this.#store.stat(place.name);
      if (blob === null) return null;
      if (expiryOf(blob) <= now) {
        await this.#store.delete(place.name, blob.generation);
        return null;
      }
      if (!again) throw error;
      return await this.#find(place, now, false);
    }
  }

  /**
   * Removes every answer that names one of these documents. Each is opened: that takes its time, and seldom happens.
   *
   * @returns how many went.
   */
  async forget(tenant: string, documents: readonly string[]): Promise<number> {
    let removed = 0;
    for await (const { name } of this.#store.list(`idempotency/${tenant}/`)) {
      const place = { name, tenant, id: name.slice(name.lastIndexOf('/') + 1) };
      const stored = await this.#find(place, this.#ambient.clock());
      const said = JSON.stringify(stored?.value.answer ?? null);
      if (stored === null || !documents.some((id) => said.includes(id))) continue;
      if (await this.#records.remove(place, stored)) removed += 1;
    }
    return removed;
  }

  /** Removes what has expired. @returns how many objects went. */
  async sweep(): Promise<number> {
    let removed = 0;
    for await (const blob of this.#store.list('idempotency/')) {
      const isOver = expiryOf(blob) <= this.#ambient.clock();
      if (isOver && (await this.#store.delete(blob.name, blob.generation))) removed += 1;
    }
    return removed;
  }
}

/** The right to work on a request, until it is finished, given up or lost to somebody else. */
export class Claim {
  /** The body of the request as it came the first time, where that is known. */
  readonly expected: RequestBody | null;
  readonly #records: SealedObjects<RequestRecord>;
  readonly #place: SealedPlace;
  readonly #ambient: Ambient;
  /** `null` when another has it now. */
  #stored: Stored | null;
  /** Writes of one claim follow each other. */
  #writes: Promise<unknown> = Promise.resolve();

  constructor(records: SealedObjects<RequestRecord>, place: SealedPlace, stored: Stored, ambient: Ambient) {
    this.expected = stored.value.body;
    this.#records = records;
    this.#place = place;
    this.#stored = stored;
    this.#ambient = ambient;
  }

  /** Says that the request is still being worked on. */
  async renew(): Promise<void> {
    await this.#next((record) => ({ ...record, leaseUntil: this.#ambient.clock() + LEASE_MS }));
  }

  /** Keeps the answer. @param answer `null` for one that is too long. */
  async finish(body: RequestBody | null, answer: RequestAnswer | null): Promise<void> {
    await this.#next((record) => ({ ...record, state: 'done', leaseUntil: 0, body, answer }));
  }

  /** Nothing was done: the request may come again as if it had never been. */
  async release(): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#stored !== null) await this.#records.remove(this.#place, this.#stored);
      this.#stored = null;
    });
  }

  async #next(change: (record: RequestRecord) => RequestRecord): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#stored === null) return;
      this.#stored = await write(this.#records, this.#place, this.#stored, change(this.#stored.value));
    });
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#writes.then(work);
    this.#writes = turn.catch(() => {});
    await turn;
  }
}

async function write(
  records: SealedObjects<RequestRecord>,
  place: SealedPlace,
  base: Stored | null,
  record: RequestRecord,
  anew = false,
): Promise<Stored | null> {
  const isOurs = ({ claim, state, leaseUntil }: RequestRecord): boolean =>
    claim === record.claim && state === record.state && leaseUntil === record.leaseUntil;
  const attributes = { expires: String(record.expiresAt) };
  return await records.replace(place, base, record, { attributes, isOurs, anew });
}

function running(retryAfterMs: number): Begun {
  return { kind: 'running', retryAfterMs };
}

/** There is no room, or the key of what is there was destroyed: an answer may be there all the same, and be over or not. */
function unlessNotWritten(error: unknown): null {
  if (error instanceof OutsideError && ['full', 'refused'].includes(error.failure)) return null;
  throw error;
}

/** A stranger may send any key: what is stored is a hash of it. */
function placeOf({ tenant, kind, id }: Actor, key: string): SealedPlace {
  const hash = sha256([tenant, kind, id, key].join('\n'));
  return { name: `idempotency/${tenant}/${hash}`, tenant, id: hash };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** An object without a readable expiry counts as expired. */
function expiryOf({ attributes }: BlobInfo): number {
  const expires = Number(attributes.expires);
  return Number.isFinite(expires) ? expires : 0;
}
