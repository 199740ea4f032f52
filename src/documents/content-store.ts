import { createHash } from 'node:crypto';
import { OutsideError } from '../kit/index.ts';
import { type Ambient, newId } from './ambient.ts';
import type { ByteRange, VersionedBlobStore } from './blob-store.ts';
import type { ContentSource } from './content-type/index.ts';
import { keyContext } from './data-keys.ts';
import type { WrappingKeys } from './document-keys.ts';
import type { FoundFacts, StoredContent } from './head.ts';
import type { Quotas } from './quotas.ts';
import { sealedRanges } from './sealing.ts';
import { open, openRange, seal } from './sealing-streams.ts';
import { writeNew } from './writing.ts';

/** Finds out what a content is, and whether it may be kept: throws when it may not. */
export type Examine = (stored: ContentSource) => Promise<FoundFacts>;

/** Bytes on their way in. */
export interface IncomingContent {
  /** Their media type where it is known, else what finds it out once they are stored and before any head names them. */
  readonly type: string | Examine;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Immutable bytes of versions, each sealed under a data key of its own. */
export class ContentStore {
  readonly #store: VersionedBlobStore;
  readonly #keys: WrappingKeys;
  readonly #ambient: Ambient;
  readonly #quotas: Quotas | null;

  constructor(store: VersionedBlobStore, keys: WrappingKeys, ambient: Ambient, quotas: Quotas | null = null) {
    this.#quotas = quotas;
    this.#store = store;
    this.#keys = keys;
    this.#ambient = ambient;
  }

  /**
   * Seals and writes a content as it arrives; memory does not grow with it. What the body or the examination throws is
   * passed on, and nothing is left behind.
   */
  async write(tenant: string, document: string, { type, body }: IncomingContent): Promise<StoredContent> {
    const content = newId('c', this.#ambient.random);
    const context = contentContext(tenant, document, content);
    const { key, wrapped } = await this.#keys.create(tenant, context);
    const measured = new Measured(this.#quotas?.measured(tenant, body) ?? body);
    const sealed = seal(key, context, measured, this.#ambient.random);
    key.fill(0);
    const attributes = { written: String(this.#ambient.clock()) };
    await writeNew(this.#store, contentName(tenant, document, content), sealed, attributes);
    const stored = { content, key: wrapped, facts: { type: '', ...measured.facts() } };
    if (typeof type === 'string') return { ...stored, facts: { ...stored.facts, type } };
    try {
      const found = await type(this.#source(tenant, document, stored));
      return { ...stored, facts: { ...stored.facts, ...found } };
    } catch (error) {
      await this.discard(tenant, document, stored);
      throw error;
    }
  }

  /** Removes a content that no head names or ever will; what cannot be removed now the sweep removes. */
  async discard(tenant: string, document: string, { content }: StoredContent): Promise<void> {
    await this.#store.purge(contentName(tenant, document, content)).catch(() => {});
  }

  #source(tenant: string, document: string, stored: StoredContent): ContentSource {
    const readAt = async (start: number, end: number): Promise<Uint8Array> => {
      if (start === end) return new Uint8Array();
      const chunks: Uint8Array[] = [];
      for await (const chunk of await this.read(tenant, document, stored, { start, end })) chunks.push(chunk);
      return Buffer.concat(chunks);
    };
    return { size: stored.facts.size, readAt };
  }

  /**
   * The bytes of a version, or a range of them, as a stream that fails with `damaged` at the first segment that is not
   * what was written.
   */
  async read(
    tenant: string,
    document: string,
    { content, key: wrapped, facts }: StoredContent,
    range?: ByteRange,
  ): Promise<AsyncIterable<Uint8Array>> {
    const name = contentName(tenant, document, content);
    const context = contentContext(tenant, document, content);
    const key = await this.#keys.open(tenant, wrapped, context);
    try {
      if (range === undefined) return open(key, context, await this.#bytes(name));
      const { size } = facts;
      const pieces = sealedRanges(size, range).map((piece) => () => this.#bytes(name, piece));
      return openRange(key, context, { plainSize: size, range }, chained(pieces));
    } finally {
      key.fill(0);
    }
  }

  /** Reads a content to its end. @throws {OutsideError} `damaged` when it is not what was written. */
  async verify(tenant: string, document: string, stored: StoredContent): Promise<void> {
    const measured = new Measured(await this.read(tenant, document, stored));
    for await (const _ of measured);
    if (measured.facts().sha256 === stored.facts.sha256) return;
    throw new OutsideError('BlobStore', 'damaged', 'A content is not what was written.');
  }

  async #bytes(name: string, range?: ByteRange): Promise<AsyncIterable<Uint8Array>> {
    const blob = await this.#store.read(name, range === undefined ? {} : { range });
    if (blob === null) throw new OutsideError('BlobStore', 'damaged', 'The content of a version is missing.');
    return blob.body;
  }
}

/** Counts and hashes what passes. */
class Measured implements AsyncIterable<Uint8Array> {
  readonly #body: AsyncIterable<Uint8Array>;
  readonly #hash = createHash('sha256');
  #size = 0;

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#body = body;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    for await (const chunk of this.#body) {
      this.#hash.update(chunk);
      this.#size += chunk.byteLength;
      yield chunk;
    }
  }

  facts(): { readonly size: number; readonly sha256: string } {
    return { size: this.#size, sha256: this.#hash.digest('hex') };
  }
}

/** One stream behind the other; each is asked for when the one before it has ended. */
async function* chained(
  streams: readonly (() => Promise<AsyncIterable<Uint8Array>>)[],
): AsyncIterable<Uint8Array> {
  for (const stream of streams) yield* await stream();
}

function contentName(tenant: string, document: string, content: string): string {
  return `contents/${tenant}/${document}/${content}`;
}

export function contentContext(tenant: string, document: string, content: string): Uint8Array {
  return keyContext({ tenant, document, version: content, purpose: 'content' });
}
