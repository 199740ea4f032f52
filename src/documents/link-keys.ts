import { OutsideError } from '../kit/index.ts';
import type { Ambient } from './ambient.ts';
import type { BlobStore } from './blob-store.ts';
import type { DataKeys } from './data-keys.ts';
import { type SealedObject, SealedObjects, type SealedPlace } from './sealed-objects.ts';

/** A key that signs links of a tenant. */
export interface LinkKey {
  /** `[0-9a-f]{8}`. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** A new key takes over after so long: 30 days. */
const KEY_LIFETIME_MS = 30 * 24 * 3_600_000;
/** How long a process goes by what it has read. */
const FRESH_MS = 60_000;
/** Tenants whose keys a process holds. */
const MOST_TENANTS = 1000;
const KEY_BYTES = 32;
const FORMAT = 1;

interface KeyEntry {
  readonly id: string;
  /** Base64. */
  readonly key: string;
  /** Milliseconds since 1970 from which on it signs. */
  readonly since: number;
}

/** What stands in `links/TENANT`. */
interface KeyList {
  readonly format: typeof FORMAT;
  /** The newest first: the one that signs. */
  readonly keys: readonly KeyEntry[];
}

interface Held {
  readonly stored: SealedObject<KeyList> | null;
  readonly readAt: number;
}

/** The keys that sign links, a few for each tenant, in an object that is sealed under the tenant's key. */
export class LinkKeys {
  readonly #objects: SealedObjects<KeyList>;
  readonly #ambient: Ambient;
  readonly #longest: number;
  readonly #held = new Map<string, Held>();

  /** @param longest milliseconds that a link may live: an earlier key is kept for so long after it was replaced. */
  constructor(store: BlobStore, keys: DataKeys, ambient: Ambient, longest: number) {
    this.#objects = new SealedObjects(store, keys, ambient, 'links');
    this.#ambient = ambient;
    this.#longest = longest;
  }

  /** The key that signs now; made where there is none or the last one is too old. */
  async current(tenant: string): Promise<LinkKey> {
    const now = this.#ambient.clock();
    let { stored } = await this.#look(tenant, FRESH_MS);
    for (let tries = 0; tries < 5; tries += 1) {
      const [newest] = stored?.value.keys ?? [];
      if (newest !== undefined && newest.since + KEY_LIFETIME_MS > now) return open(newest);
      stored = (await this.#replace(tenant, stored)) ?? (await this.#look(tenant, 0)).stored;
    }
    throw new OutsideError(
      'BlobStore',
      'unavailable',
      'The keys of links were changed by others all the time.',
    );
  }

  /** The key of this name; `null` when there is none, or no link of it can be alive. */
  async find(tenant: string, id: string): Promise<LinkKey | null> {
    const find = ({ stored }: Held) => stored?.value.keys.find((one) => one.id === id);
    // Another process may have made it just now; strangers who guess do not make us look more than once a second.
    const found = find(await this.#look(tenant, FRESH_MS)) ?? find(await this.#look(tenant, 1000));
    return found === undefined ? null : open(found);
  }

  async rewrap(tenant: string, primary: string): Promise<{ keys: number; left: number }> {
    return await this.#objects.rewrap(placeOf(tenant), primary);
  }

  /** Puts a new key in front, and leaves out those that signed nothing that is alive. */
  async #replace(tenant: string, base: SealedObject<KeyList> | null): Promise<SealedObject<KeyList> | null> {
    const now = this.#ambient.clock();
    const earlier = base?.value.keys ?? [];
    const alive = earlier.filter((_, at) => (earlier[at - 1]?.since ?? now) + this.#longest > now);
    const random = this.#ambient.random;
    const added = {
      id: Buffer.from(random(4)).toString('hex'),
      key: Buffer.from(random(KEY_BYTES)).toString('base64'),
      since: now,
    };
    const value = { format: FORMAT, keys: [added, ...alive] } as const;
    const isOurs = ({ keys }: KeyList): boolean => keys.some(({ id }) => id === added.id);
    const stored = await this.#objects.replace(placeOf(tenant), base, value, { attributes: {}, isOurs });
    if (stored !== null) this.#hold(tenant, { stored, readAt: now });
    return stored;
  }

  async #look(tenant: string, fresh: number): Promise<Held> {
    const now = this.#ambient.clock();
    const held = this.#held.get(tenant);
    if (held !== undefined && held.readAt + fresh > now) return held;
    return this.#hold(tenant, { stored: await this.#objects.read(placeOf(tenant)), readAt: now });
  }

  #hold(tenant: string, held: Held): Held {
    this.#held.delete(tenant);
    this.#held.set(tenant, held);
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= MOST_TENANTS) break;
      this.#held.delete(oldest);
    }
    return held;
  }
}

function open({ id, key }: KeyEntry): LinkKey {
  return { id, key: Buffer.from(key, 'base64') };
}

function placeOf(tenant: string): SealedPlace {
  return { name: `links/${tenant}`, tenant, id: 'links' };
}
