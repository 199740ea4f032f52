import type { Ambient } from './ambient.ts';
import { ABSENT, type BlobAttributes, type BlobInfo, type BlobStore } from './blob-store.ts';
import { type DataKeys, keyContext } from './data-keys.ts';
import { unwrapHead, wrapHead } from './head-envelope.ts';
import type { WrappedKey } from './key-service.ts';
import { openBytes, sealBytes } from './sealing.ts';
import { replaceOnce } from './writing.ts';

/** Which small object is meant, and what its key is bound to. */
export interface SealedPlace {
  /** Of the blob. */
  readonly name: string;
  readonly tenant: string;
  /** Names the object within the tenant and its kind: a part of a key's context. */
  readonly id: string;
}

/** A small object as it was read, and what the next write of it needs. */
export interface SealedObject<Value> {
  readonly value: Value;
  readonly generation: string;
  readonly wrapped: WrappedKey;
}

export interface ReplaceOptions<Value> {
  readonly attributes: BlobAttributes;
  /** Whether what is found there after an unclear answer is this very write. */
  readonly isOurs: (found: Value) => boolean;
  /** Under a new data key, also where there is one. */
  readonly anew?: boolean;
}

/**
 * Small objects of one kind, each a JSON value sealed under a data key of its own and replaced as a whole under a
 * condition. Throws `OutsideError`, `damaged` when an object is not what was written.
 */
export class SealedObjects<Value extends object> {
  readonly #store: BlobStore;
  readonly #keys: DataKeys;
  readonly #ambient: Ambient;
  readonly #purpose: string;

  /** @param purpose what the objects are: a part of the context of their keys. */
  constructor(store: BlobStore, keys: DataKeys, ambient: Ambient, purpose: string) {
    this.#store = store;
    this.#keys = keys;
    this.#ambient = ambient;
    this.#purpose = purpose;
  }

  async read(place: SealedPlace): Promise<SealedObject<Value> | null> {
    const blob = await this.#store.read(place.name);
    if (blob === null) return null;
    const { wrapped, sealed } = unwrapHead(new Uint8Array(await new Response(blob.body).arrayBuffer()));
    const context = this.#context(place);
    const key = await this.#keys.open(place.tenant, wrapped, context);
    try {
      const text = new TextDecoder().decode(openBytes(key, context, sealed));
      // Nothing but this class writes what opens under this key and context.
      return { value: JSON.parse(text) as Value, generation: blob.generation, wrapped };
    } finally {
      key.fill(0);
    }
  }

  /**
   * Puts a value in the place of another one, once, whatever the network does.
   *
   * @param base what it replaces; `null` for nothing.
   * @returns `null` when another write came first.
   */
  async replace(
    place: SealedPlace,
    base: SealedObject<Value> | null,
    value: Value,
    { attributes, isOurs, anew = false }: ReplaceOptions<Value>,
  ): Promise<SealedObject<Value> | null> {
    const context = this.#context(place);
    const { key, wrapped } =
      base === null || anew
        ? await this.#keys.create(place.tenant, context)
        : { key: await this.#keys.open(place.tenant, base.wrapped, context), wrapped: base.wrapped };
    const sealed = sealBytes(
      key,
      context,
      new TextEncoder().encode(JSON.stringify(value)),
      this.#ambient.random,
    );
    key.fill(0);
    const ifGeneration = base?.generation ?? ABSENT;
    const look = async (): Promise<SealedObject<Value> | null | 'open'> => {
      const found = await this.read(place);
      if ((found?.generation ?? ABSENT) === ifGeneration) return 'open';
      return found !== null && isOurs(found.value) ? found : null;
    };
    const done = ({ generation }: BlobInfo): SealedObject<Value> => ({ value, generation, wrapped });
    const body = wrapHead(wrapped, sealed);
    const options = { ifGeneration, attributes };
    return await replaceOnce(this.#store, { name: place.name, body, options, done, look }, this.#ambient);
  }

  /**
   * Seals an object under a new key where another version of the tenant's key wrapped its key. For objects without
   * attributes.
   */
  async rewrap(place: SealedPlace, primary: string): Promise<{ keys: number; left: number }> {
    const found = await this.read(place);
    if (found === null || found.wrapped.version === primary) return { keys: 0, left: 0 };
    const text = JSON.stringify(found.value);
    const isOurs = (value: Value): boolean => JSON.stringify(value) === text;
    const next = await this.replace(place, found, found.value, { attributes: {}, isOurs, anew: true });
    return next?.wrapped.version === primary ? { keys: 1, left: 0 } : { keys: 0, left: 1 };
  }

  /** @returns whether it was still there as it was read. */
  async remove({ name }: SealedPlace, { generation }: SealedObject<Value>): Promise<boolean> {
    return await this.#store.delete(name, generation);
  }

  #context({ tenant, id }: SealedPlace): Uint8Array {
    return keyContext({ tenant, document: id, version: this.#purpose, purpose: this.#purpose });
  }
}
