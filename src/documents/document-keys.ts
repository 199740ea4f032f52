import { idleTimer, OutsideError, type Timer } from '../kit/index.ts';
import type { Ambient } from './ambient.ts';
import { encodeBinaryJson } from './binary-json.ts';
import { ABSENT, type BlobStore } from './blob-store.ts';
import { type DataKey, type DataKeys, keyContext } from './data-keys.ts';
import {
  KEY_BYTES,
  NONCE_BYTES,
  SECRET_FORMAT,
  type Secret,
  type SecretEntry,
  secretIn,
  unwrapUnder,
  wrapUnder,
} from './document-secret.ts';
import { KeyCache } from './key-cache.ts';
import type { KeyService, WrappedKey } from './key-service.ts';
import { replaceOnce, unclear } from './writing.ts';

/** What wraps data keys: the tenant's key, or one of their own that can be destroyed alone. */
export interface WrappingKeys {
  create(tenant: string, context: Uint8Array): Promise<DataKey>;
  open(tenant: string, wrapped: WrappedKey, context: Uint8Array): Promise<Uint8Array>;
  rewrap(tenant: string, wrapped: WrappedKey, context: Uint8Array): Promise<WrappedKey>;
  /** Whether `open` would ask nobody. */
  holds(tenant: string, wrapped: WrappedKey, context: Uint8Array): boolean;
  /** Asks for a key that nobody needs, as `open` does where it holds none (decision 0136). */
  pretend(tenant: string): Promise<void>;
  /** Has at hand what `pretend` asks for. */
  prepare(tenant: string): Promise<unknown>;
}

export interface DocumentKeysParts {
  /** Where the keys of documents are kept: it keeps no generations, and backups of blobs leave it out. */
  readonly secrets: BlobStore;
  readonly service: KeyService;
  /** Opens what the tenant's key wrapped itself, before documents had keys of their own. */
  readonly dataKeys: DataKeys;
  readonly ambient: Ambient;
  readonly timer?: Timer;
  /** Milliseconds that an unwrapped key may stay in memory: 5 minutes by default. */
  readonly lifetimeMs?: number;
}

interface StoredSecret {
  readonly secret: Secret;
  /** A sweep found no head for it, and will remove it unless somebody wants it. */
  readonly isUnused: boolean;
  readonly generation: string;
}

/** What became of the keys of one document when the tenant's key was rotated. */
export interface RewrappedSecret {
  readonly keys: number;
  readonly left: number;
  readonly lost: number;
}

/** Attribute of a key that no head was found for: since when, in milliseconds since 1970. */
export const UNUSED = 'unused';
/** How the version of a data key's wrapping begins that a document's key made. */
const OWN = 'document:';
/** Unwrapped keys that stay in memory. */
const MOST_HELD = 1000;
const MOST_TRIES = 5;
/** No document has this id. */
const NO_DOCUMENT = 'none';

/**
 * Data keys wrapped by a key that each document has for itself, which the tenant's key wraps. Who destroys the document's key
 * makes unreadable whatever was sealed for it, wherever a copy of it may be. Decision 0164.
 *
 * Throws `OutsideError`, `refused` where the key that wrapped is destroyed, and `documents/unclear`.
 */
export class DocumentKeys implements WrappingKeys {
  readonly #parts: DocumentKeysParts;
  readonly #cache: KeyCache;
  /** Which key of a document wraps now, as long as that key is in the cache. */
  readonly #newest = new Map<string, string>();
  readonly #flights = new Map<string, Promise<readonly string[]>>();

  constructor(parts: DocumentKeysParts) {
    const { ambient, timer = idleTimer, lifetimeMs = 300_000 } = parts;
    this.#parts = parts;
    this.#cache = new KeyCache({ clock: ambient.clock, lifetimeMs, count: MOST_HELD, timer });
  }

  async create(tenant: string, context: Uint8Array): Promise<DataKey> {
    const { id, key: own } = await this.#wrapping(tenant, documentIn(context));
    const key = Uint8Array.from(this.#parts.ambient.random(KEY_BYTES));
    const bytes = wrapUnder(own, key, context, this.#parts.ambient.random(NONCE_BYTES));
    own.fill(0);
    return { key, wrapped: { version: `${OWN}${id}`, bytes } };
  }

  async open(tenant: string, wrapped: WrappedKey, context: Uint8Array): Promise<Uint8Array> {
    const id = isOwn(wrapped) ? wrapped.version.slice(OWN.length) : null;
    if (id === null) return await this.#parts.dataKeys.open(tenant, wrapped, context);
    const own = await this.#find(tenant, documentIn(context), id);
    try {
      return unwrapUnder(own, wrapped.bytes, context);
    } finally {
      own.fill(0);
    }
  }

  holds(tenant: string, wrapped: WrappedKey, context: Uint8Array): boolean {
    if (!isOwn(wrapped)) return this.#parts.dataKeys.holds(tenant, wrapped, context);
    const id = wrapped.version.slice(OWN.length);
    return this.#cache.get(`${nameOf(tenant, documentIn(context))}/${id}`) !== undefined;
  }

  prepare(tenant: string): Promise<unknown> {
    return this.#parts.dataKeys.prepare(tenant);
  }

  async pretend(tenant: string): Promise<void> {
    await this.#read(tenant, NO_DOCUMENT);
    await this.#parts.dataKeys.pretend(tenant);
  }

  /** The same key, wrapped by the document's: for those that the tenant's key wrapped itself. */
  async rewrap(tenant: string, wrapped: WrappedKey, context: Uint8Array): Promise<WrappedKey> {
    if (isOwn(wrapped)) return wrapped;
    const { service } = this.#parts;
    const key = await service.unwrap(tenant, wrapped, context);
    const { id, key: own } = await this.#wrapping(tenant, documentIn(context));
    const bytes = wrapUnder(own, key, context, this.#parts.ambient.random(NONCE_BYTES));
    key.fill(0);
    own.fill(0);
    return { version: `${OWN}${id}`, bytes };
  }

  /** Gives a document another key beside the one that it has: from now on that one wraps. Asked twice it does it once. */
  async renew(tenant: string, document: string): Promise<void> {
    await this.#change(tenant, document, async (secret) => {
      if ((secret?.keys.length ?? 0) > 1) return null;
      return { format: SECRET_FORMAT, keys: [await this.#newKey(tenant, document), ...(secret?.keys ?? [])] };
    });
    this.#forgetOwn(tenant);
  }

  /**
   * Destroys every key of a document but the one that a data key is wrapped by. Another may have been put in front of it by
   * somebody who came too late. Other processes forget them within the lifetime of keys in memory.
   */
  async destroyOthers(tenant: string, document: string, { version }: WrappedKey): Promise<void> {
    await this.#change(tenant, document, async (secret) => {
      const all = secret?.keys ?? [];
      const keys = all.filter(({ id }) => version === `${OWN}${id}`);
      return keys.length === 0 || keys.length === all.length ? null : { format: SECRET_FORMAT, keys };
    });
    this.#forgetOwn(tenant);
  }

  /** Wraps the key of a document by the primary version of the tenant's. */
  async rewrapOwn(tenant: string, document: string, primary: string): Promise<RewrappedSecret> {
    const count = { keys: 0, left: 0, lost: 0 };
    await this.#change(tenant, document, async (secret, generation) => {
      Object.assign(count, { keys: 0, left: 0, lost: 0 });
      const keys: SecretEntry[] = [];
      for (const entry of secret?.keys ?? []) {
        const wrapped = await this.#rewrapped(tenant, document, entry, primary);
        if (wrapped === null) count.lost += 1;
        else if (wrapped.version !== primary) count.left += 1;
        else if (wrapped !== entry.wrapped) count.keys += 1;
        keys.push(wrapped === null ? entry : { ...entry, wrapped });
      }
      // It may have been wrapped anew meanwhile, and what wrapped it before destroyed.
      if (count.lost > 0 && (await this.#read(tenant, document))?.generation !== generation) return 'again';
      return count.keys === 0 ? null : { format: SECRET_FORMAT, keys };
    });
    return count;
  }

  /** Lets go of every key of a tenant, or of all. */
  forget(tenant?: string): void {
    this.#forgetOwn(tenant);
    if (tenant === undefined) this.#parts.dataKeys.close();
    else this.#parts.dataKeys.forget(tenant);
  }

  #forgetOwn(tenant?: string): void {
    this.#flights.clear();
    this.#cache.forget(tenant);
  }

  async #rewrapped(
    tenant: string,
    document: string,
    { id, wrapped }: SecretEntry,
    primary: string,
  ): Promise<WrappedKey | null> {
    if (wrapped.version === primary) return wrapped;
    const { service } = this.#parts;
    const context = contextOf(tenant, document, id);
    try {
      const key = await service.unwrap(tenant, wrapped, context);
      const anew = await service.wrap(tenant, key, context);
      key.fill(0);
      return anew;
    } catch (error) {
      if (isRefused(error)) return null;
      throw error;
    }
  }

  /** The key that wraps now; made where there is none. */
  async #wrapping(tenant: string, document: string): Promise<{ id: string; key: Uint8Array }> {
    const place = nameOf(tenant, document);
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const id = this.#newest.get(place);
      const held = id === undefined ? undefined : this.#cache.get(`${place}/${id}`);
      if (id !== undefined && held !== undefined) return { id, key: Uint8Array.from(held) };
      const [newest] = await this.#load(tenant, document);
      if (newest === undefined) await this.#make(tenant, document);
    }
    throw isForgotten();
  }

  async #find(tenant: string, document: string, id: string): Promise<Uint8Array> {
    const name = `${nameOf(tenant, document)}/${id}`;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const held = this.#cache.get(name);
      if (held !== undefined) return Uint8Array.from(held);
      if (!(await this.#load(tenant, document)).includes(id)) throw isDestroyed();
    }
    throw isForgotten();
  }

  /** Brings the keys of a document into the cache; many who want them make one call. @returns their ids, the newest first. */
  async #load(tenant: string, document: string): Promise<readonly string[]> {
    const place = nameOf(tenant, document);
    const there = this.#flights.get(place);
    if (there !== undefined) return await there;
    const flight: Promise<readonly string[]> = Promise.resolve().then(async () => {
      try {
        const keys = await this.#unwrapped(tenant, document);
        // What was forgotten meanwhile is not kept: whoever wants it comes again.
        if (this.#flights.get(place) === flight) this.#hold(tenant, place, keys);
        else for (const { key } of keys) key.fill(0);
        return keys.map(({ id }) => id);
      } finally {
        if (this.#flights.get(place) === flight) this.#flights.delete(place);
      }
    });
    this.#flights.set(place, flight);
    return await flight;
  }

  #hold(tenant: string, place: string, keys: readonly { id: string; key: Uint8Array }[]): void {
    for (const { id, key } of keys.toReversed()) this.#cache.put(`${place}/${id}`, tenant, key);
    const [newest] = keys;
    if (newest === undefined) return;
    this.#newest.delete(place);
    this.#newest.set(place, newest.id);
    for (const oldest of this.#newest.keys()) {
      if (this.#newest.size <= MOST_HELD) break;
      this.#newest.delete(oldest);
    }
  }

  /** The keys of a document. @throws {OutsideError} `refused` when what wraps them is destroyed. */
  async #unwrapped(tenant: string, document: string): Promise<{ id: string; key: Uint8Array }[]> {
    for (let stored = await this.#wanted(tenant, document); ; ) {
      const keys: { id: string; key: Uint8Array }[] = [];
      try {
        for (const { id, wrapped } of stored?.secret.keys ?? []) {
          const key = await this.#parts.service.unwrap(tenant, wrapped, contextOf(tenant, document, id));
          keys.push({ id, key });
        }
        return keys;
      } catch (error) {
        for (const { key } of keys) key.fill(0);
        if (!isRefused(error)) throw error;
        // It may have been wrapped anew meanwhile, and what wrapped it before destroyed.
        const again = await this.#read(tenant, document);
        if (again?.generation === stored?.generation) throw error;
        stored = again;
      }
    }
  }

  /** Takes off the mark of a sweep: whoever reads the key may be about to seal the first head under it. */
  async #wanted(tenant: string, document: string): Promise<StoredSecret | null> {
    const stored = await this.#read(tenant, document);
    if (stored?.isUnused !== true) return stored;
    await this.#change(tenant, document, async (secret) => secret);
    return await this.#read(tenant, document);
  }

  async #make(tenant: string, document: string): Promise<void> {
    await this.#change(tenant, document, async (secret) =>
      secret === null ? { format: SECRET_FORMAT, keys: [await this.#newKey(tenant, document)] } : null,
    );
  }

  async #newKey(tenant: string, document: string): Promise<SecretEntry> {
    const { service, ambient } = this.#parts;
    const id = Buffer.from(ambient.random(8)).toString('hex');
    const key = Uint8Array.from(ambient.random(KEY_BYTES));
    const wrapped = await service.wrap(tenant, key, contextOf(tenant, document, id));
    key.fill(0);
    return { id, wrapped };
  }

  /** @param decide is asked again when another write came first; `null` when there is nothing to change. */
  async #change(
    tenant: string,
    document: string,
    decide: (secret: Secret | null, generation: string | undefined) => Promise<Secret | 'again' | null>,
  ): Promise<void> {
    const { secrets, ambient } = this.#parts;
    const name = nameOf(tenant, document);
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const stored = await this.#read(tenant, document);
      const next = await decide(stored?.secret ?? null, stored?.generation);
      if (next === null) return;
      if (next === 'again') continue;
      const body = encodeBinaryJson(next);
      const ifGeneration = stored?.generation ?? ABSENT;
      const look = async (): Promise<boolean | 'open'> => {
        const found = await this.#read(tenant, document);
        if ((found?.generation ?? ABSENT) === ifGeneration) return 'open';
        return found !== null && Buffer.from(encodeBinaryJson(found.secret)).equals(body);
      };
      const replacement = { name, body, options: { ifGeneration }, done: () => true, look };
      if (await replaceOnce(secrets, replacement, ambient)) return;
    }
    throw unclear();
  }

  async #read(tenant: string, document: string): Promise<StoredSecret | null> {
    const blob = await this.#parts.secrets.read(nameOf(tenant, document));
    if (blob === null) return null;
    const bytes = new Uint8Array(await new Response(blob.body).arrayBuffer());
    const isUnused = blob.attributes[UNUSED] !== undefined;
    return { secret: secretIn(bytes), isUnused, generation: blob.generation };
  }
}

/** Whether a data key is wrapped by its document's own. */
export function isOwn({ version }: WrappedKey): boolean {
  return version.startsWith(OWN);
}

function nameOf(tenant: string, document: string): string {
  return `secrets/${tenant}/${document}`;
}

function contextOf(tenant: string, document: string, id: string): Uint8Array {
  return keyContext({ tenant, document, version: id, purpose: 'document' });
}

/** Of `tenant|document|version|purpose`. */
function documentIn(context: Uint8Array): string {
  const [, document = ''] = new TextDecoder().decode(context).split('|');
  return document;
}

function isRefused(error: unknown): boolean {
  return error instanceof OutsideError && error.failure === 'refused';
}

function isDestroyed(): OutsideError {
  return new OutsideError('KeyService', 'refused', 'The key of the document is destroyed.');
}

function isForgotten(): OutsideError {
  return new OutsideError('KeyService', 'unavailable', 'The key of a document was forgotten all the time.');
}
