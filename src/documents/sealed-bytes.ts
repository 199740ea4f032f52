import type { Ambient } from './ambient.ts';
import type { BlobStore } from './blob-store.ts';
import { type DataKeys, keyContext } from './data-keys.ts';
import { unwrapHead, wrapHead } from './head-envelope.ts';
import type { SealedPlace } from './sealed-objects.ts';
import { openBytes, sealBytes } from './sealing.ts';
import { open, seal } from './sealing-streams.ts';
import { writeNew } from './writing.ts';

/** Of a stream so many bytes are gathered before it counts as a large one. */
const FEW_BYTES = 192 * 1024;
/** What stands before sealed bytes is shorter. */
const MOST_PREAMBLE = 4096;

/** Bytes that are written once, each sealed under a data key of its own that stands before them. */
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

  /** Those of a stream: few are gathered, of many one segment is held. What it throws leaves nothing behind. */
  async pour(place: SealedPlace, body: AsyncIterable<Uint8Array>): Promise<void> {
    const pieces = body[Symbol.asyncIterator]();
    try {
      const { held, isWhole } = await gather(pieces);
      if (isWhole) return await this.write(place, Buffer.concat(held));
      const context = this.#context(place);
      const { key, wrapped } = await this.#keys.create(place.tenant, context);
      const all = async function* (): AsyncIterable<Uint8Array> {
        yield* held.splice(0);
        for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value;
      };
      const sealed = seal(key, context, all(), this.#ambient.random);
      key.fill(0);
      const stored = async function* (): AsyncIterable<Uint8Array> {
        yield wrapHead(wrapped, new Uint8Array());
        yield* sealed;
      };
      await writeNew(this.#store, place.name, stored());
    } finally {
      await pieces.return?.();
    }
  }

  /** The same bytes as a stream that holds one segment. @throws {OutsideError} `damaged`, also while it is read. */
  async *stream(place: SealedPlace): AsyncIterable<Uint8Array> {
    const blob = await this.#store.read(place.name);
    if (blob === null) return;
    const pieces = blob.body[Symbol.asyncIterator]();
    try {
      let start = new Uint8Array();
      for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
        start = Uint8Array.from(Buffer.concat([start, next.value]));
        if (start.length >= MOST_PREAMBLE) break;
      }
      const { wrapped, sealed } = unwrapHead(start);
      const all = async function* (): AsyncIterable<Uint8Array> {
        yield sealed;
        for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value;
      };
      const context = this.#context(place);
      const key = await this.#keys.open(place.tenant, wrapped, context);
      const opened = open(key, context, all());
      key.fill(0);
      yield* opened;
    } finally {
      await pieces.return?.();
    }
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

/** The start of a stream, or all of it. */
async function gather(
  pieces: AsyncIterator<Uint8Array>,
): Promise<{ readonly held: Uint8Array[]; readonly isWhole: boolean }> {
  const held: Uint8Array[] = [];
  let size = 0;
  while (size <= FEW_BYTES) {
    const next = await pieces.next();
    if (next.done === true) return { held, isWhole: true };
    held.push(next.value);
    size += next.value.byteLength;
  }
  return { held, isWhole: false };
}
