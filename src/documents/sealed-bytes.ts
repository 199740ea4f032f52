import type { Ambient } from './ambient.ts';
import type { BlobStore } from './blob-store.ts';
import { type DataKeys, keyContext } from './data-keys.ts';
import { unwrapHead, wrapHead } from './head-envelope.ts';
import type { SealedPlace } from './sealed-objects.ts';
import { openBytes, sealBytes } from './sealing.ts';
import { writeNew } from './writing.ts';

/** Bytes that are written once and fit into memory, each sealed under a data key of its own that stands before them. */
export class SealedBytes {
  readonly #store: BlobStore;
  readonly #keys: DataKeys;
  readonly #ambient: Ambient;
  readonly #purpose: string;

  /** @param purpose what they are: a part of the context of their keys. */
  constructor(store: BlobStore, keys: DataKeys, ambient: Ambient, purpose: string) {
    this.#store = store;
    this.#keys = keys;
    this.#ambient = ambient;
    this.#purpose = purpose;
  }

  async write(place: SealedPlace, bytes: Uint8Array): Promise<void> {
    const context = this.#context(place);
    const { key, wrapped } = await this.#keys.create(place.tenant, context);
    const sealed = sealBytes(key, context, bytes, this.#ambient.random);
    key.fill(0);
    await writeNew(this.#store, place.name, wrapHead(wrapped, sealed));
  }

  /** @throws {OutsideError} `damaged` when they are not what was written. */
  async read(place: SealedPlace): Promise<Uint8Array | null> {
    const blob = await this.#store.read(place.name);
    if (blob === null) return null;
    const { wrapped, sealed } = unwrapHead(new Uint8Array(await new Response(blob.body).arrayBuffer()));
    const context = this.#context(place);
    const key = await this.#keys.open(place.tenant, wrapped, context);
    try {
      return openBytes(key, context, sealed);
    } finally {
      key.fill(0);
    }
  }

  /** Wraps the key anew where another version of the tenant's key did. */
  async rewrap(place: SealedPlace, primary: string): Promise<{ keys: number; left: number }> {
    const blob = await this.#store.read(place.name);
    if (blob === null) return { keys: 0, left: 0 };
    const { wrapped, sealed } = unwrapHead(new Uint8Array(await new Response(blob.body).arrayBuffer()));
    if (wrapped.version === primary) return { keys: 0, left: 0 };
    const next = await this.#keys.rewrap(place.tenant, wrapped, this.#context(place));
    const options = { ifGeneration: blob.generation, attributes: blob.attributes };
    const written = await this.#store.write(place.name, wrapHead(next, sealed), options);
    return written !== null && next.version === primary ? { keys: 1, left: 0 } : { keys: 0, left: 1 };
  }

  #context({ tenant, id }: SealedPlace): Uint8Array {
    return keyContext({ tenant, document: id, version: this.#purpose, purpose: this.#purpose });
  }
}
