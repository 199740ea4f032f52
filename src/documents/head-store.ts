import { OutsideError } from '../kit/index.ts';
import type { Ambient } from './ambient.ts';
import { announcementName } from './announcements.ts';
import {
  ABSENT,
  type BlobAttributes,
  type BlobInfo,
  type StoredBlob,
  type VersionedBlobStore,
} from './blob-store.ts';
import { keyContext } from './data-keys.ts';
import type { WrappingKeys } from './document-keys.ts';
import { DocumentsError } from './errors.ts';
import { decodeHead, encodeHead, type Head, names } from './head.ts';
import { unwrapHead, wrapHead } from './head-envelope.ts';
import type { WrappedKey } from './key-service.ts';
import { openBytes, sealBytes } from './sealing.ts';
import { VersionPages } from './version-pages.ts';
import { replaceOnce, unclear, writeNew } from './writing.ts';

/** A head as it was read: what it says, and what a commit that follows it needs. */
export interface StoredHead {
  readonly head: Head;
  /** Fencing token, ETag and order of commits. */
  readonly generation: string;
  readonly wrapped: WrappedKey;
}

/**
 * Heads of documents, and the one way to change them. See decision 0070.
 *
 * Throws `OutsideError` when stores or keys do not answer, `damaged` when a head is not what was written.
 */
export class HeadStore {
  /** Where heads keep their earlier versions. */
  readonly pages: VersionPages;
  readonly #store: VersionedBlobStore;
  readonly #keys: WrappingKeys;
  readonly #ambient: Ambient;
  /** Heads for which the key service was asked when they were read. */
  readonly #unwrapped = new WeakSet<StoredHead>();

  /** Is told of every commit that this process made, as soon as it is sure. */
  onCommit: (stored: StoredHead) => void = () => {};

  /** @param pageSize versions in a page; by default as many as is good. */
  constructor(store: VersionedBlobStore, keys: WrappingKeys, ambient: Ambient, pageSize?: number) {
    this.pages = new VersionPages(store, keys, ambient, pageSize);
    this.#store = store;
    this.#keys = keys;
    this.#ambient = ambient;
  }

  /** The current head, or `null` when there never was one. */
  async read(tenant: string, id: string, generation?: string): Promise<StoredHead | null> {
    const options = generation === undefined ? {} : { generation };
    const blob = await this.#store.read(headName(tenant, id), options);
    if (blob === null) return null;
    try {
      return await this.#open(tenant, id, blob);
    } catch (error) {
      if (!isRefused(error)) throw error;
      const again = await this.#store.read(headName(tenant, id), options);
      if (generation !== undefined) return await this.#earlier(tenant, id, again, error);
      // It may have been erased since it was read, and its key destroyed.
      if (again === null || again.generation === blob.generation) throw error;
      return await this.#open(tenant, id, again);
    }
  }

  /** An earlier head whose key cannot be unwrapped; `null` for one that is kept no more. @throws the refusal. */
  async #earlier(
    tenant: string,
    id: string,
    blob: StoredBlob | null,
    refusal: unknown,
  ): Promise<StoredHead | null> {
    const current = await this.read(tenant, id);
    if (blob === null) return null;
    if (current === null) throw refusal;
    // The version of the tenant's key that wrapped it may be destroyed: the key itself is still that of the current one.
    return await this.#open(tenant, id, blob, current.wrapped).catch(() => {
      // Of what is erased the current head has another key.
      if (current.head.state === 'taken') return null;
      throw refusal;
    });
  }

  /** Whether what was read is erased by now, or gone: cheap as long as nothing was committed to it since. */
  async isErased({ head: { tenant, id }, generation }: StoredHead): Promise<boolean> {
    if ((await this.#store.stat(headName(tenant, id)))?.generation === generation) return false;
    const current = await this.read(tenant, id);
    return current === null || current.head.state === 'taken';
  }

  /**
   * Before it is said that there is no such head, where there may be one that the asker may not see: exactly one key is
   * unwrapped, whether there is a head and whoever had its key unwrapped before (decision 0136).
   *
   * @param read what `read` gave back.
   */
  async conceal(tenant: string, read: StoredHead | null): Promise<void> {
    await this.#keys.prepare(tenant);
    if (read === null || !this.#unwrapped.has(read)) await this.#keys.pretend(tenant);
  }

  /** Every head that is kept of a document, oldest first. */
  async *history(tenant: string, id: string): AsyncIterable<StoredHead> {
    for await (const { generation } of this.#store.generations(headName(tenant, id))) {
      const stored = await this.read(tenant, id, generation);
      if (stored !== null) yield stored;
    }
  }

  /**
   * Puts a head in the place of another one, once, whatever the network does. The same operation may commit again: it
   * gets the head that it wrote before.
   *
   * @param base what `given` was made from; `null` for the first head of a document.
   * @param rewrapped the key of the base, wrapped anew; `fresh`: under another key than the base.
   * @throws {DocumentsError} `documents/stale` when another commit came first, `documents/unclear` when it cannot be
   * found out whether this one did.
   */
  async commit(base: StoredHead | null, given: Head, rewrapped?: WrappedKey | 'fresh'): Promise<StoredHead> {
    const { head, written } = await this.pages.settle(given);
    try {
      const stored = await this.#replace(base, head, rewrapped);
      this.onCommit(stored);
      return stored;
    } catch (error) {
      // Only then it is sure that no head will ever name them.
      if (isStale(error)) await this.pages.discard(head, written);
      throw error;
    }
  }

  /** Takes note that something is kept, or about to be, under a document. */
  async noteBelow(tenant: string, document: string, id: string): Promise<void> {
    const name = `${folderBelow(tenant, document)}${id}`;
    if ((await this.#store.stat(name)) === null) await writeNew(this.#store, name, new Uint8Array(0));
  }

  /** Ids of all that was ever noted under a document. */
  async *below(tenant: string, document: string): AsyncIterable<string> {
    const folder = folderBelow(tenant, document);
    for await (const { name } of this.#store.list(folder)) yield name.slice(folder.length);
  }

  async #replace(base: StoredHead | null, head: Head, rewrapped?: WrappedKey | 'fresh'): Promise<StoredHead> {
    const ifGeneration = base?.generation ?? ABSENT;
    const sealed = await this.#seal(base, head, rewrapped).catch(async (error: unknown) => {
      if (!isRefused(error)) throw error;
      // What wrapped the key of the base may be destroyed once another head stands in its place.
      const outcome = await this.#outcome(head, ifGeneration);
      if (outcome === 'open') throw error;
      return outcome;
    });
    if ('head' in sealed) return sealed;
    const { wrapped, body } = sealed;
    await this.#announce(head);
    const replacement = {
      name: headName(head.tenant, head.id),
      body,
      options: { ifGeneration, attributes: attributesOf(head) },
      done: ({ generation }: BlobInfo): StoredHead => ({ head, generation, wrapped }),
      look: () => this.#outcome(head, ifGeneration),
    };
    return await replaceOnce(this.#store, replacement, this.#ambient);
  }

  /** The head that the commit of this number wrote; `null` when there is none, or it is kept no more. */
  async numbered(tenant: string, id: string, number: number): Promise<Head | null> {
    const current = await this.read(tenant, id);
    if (current === null || number > current.head.sequence) return null;
    if (number === current.head.sequence) return current.head;
    const generations: string[] = [];
    for await (const info of this.#store.generations(headName(tenant, id))) generations.push(info.generation);
    // Each commit writes one, so it stands so far from the end; where it does not, all are looked through.
    const guess = generations.at(-1 - (current.head.sequence - number));
    for (const generation of [...(guess === undefined ? [] : [guess]), ...generations.toReversed()]) {
      const stored = await this.read(tenant, id, generation);
      if (stored?.head.sequence === number) return stored.head;
    }
    return null;
  }

  /** What became of a write that was not confirmed. @throws {DocumentsError} when another one came first. */
  async #outcome(head: Head, ifGeneration: string): Promise<StoredHead | 'open'> {
    const current = await this.read(head.tenant, head.id);
    if ((current?.generation ?? ABSENT) === ifGeneration) return 'open';
    const written = current === null ? null : await this.writtenBy(current, head.commit.operation);
    if (written !== null) return written;
    // Gone, or so far ahead that the operation may have been forgotten.
    if (current === null || isForgotten(current.head, head.sequence)) throw unclear();
    throw new DocumentsError('documents/stale', 'The document was changed by someone else meanwhile.', {
      expected: ifGeneration,
      current: current.generation,
    });
  }

  /** The head that an operation wrote, where the current one names it; `null` when it does not, or when that head is kept no more. */
  async writtenBy(current: StoredHead, operation: string): Promise<StoredHead | null> {
    if (!names(current.head, operation)) return null;
    if (current.head.commit.operation === operation) return current;
    const { tenant, id } = current.head;
    const generations: string[] = [];
    for await (const { generation } of this.#store.generations(headName(tenant, id)))
      generations.push(generation);
    // It is one of the last: of a document with a long history few are read.
    for (const generation of generations.toReversed()) {
      const stored = await this.read(tenant, id, generation);
      if (stored === null || stored.generation === current.generation) continue;
      if (stored.head.commit.operation === operation) return await this.#renewed(stored, current);
      if (current.head.sequence - stored.head.sequence > current.head.earlier.length) break;
    }
    return null;
  }

  /** An earlier head with the keys of its version that there are now: what wrapped them then may be destroyed. */
  async #renewed(stored: StoredHead, current: StoredHead): Promise<StoredHead> {
    const { versions } = stored.head;
    const last = versions.at(-1);
    const now = last === undefined ? undefined : await this.pages.find(current.head, last.number);
    if (now === undefined || now.content !== last?.content) return stored;
    return { ...stored, head: { ...stored.head, versions: [...versions.slice(0, -1), now] } };
  }

  /** Leaves word where relays look for commits. A second try of the same operation leaves the same word. */
  async #announce({ tenant, id, commit }: Head): Promise<void> {
    const announcement = { tenant, document: id, operation: commit.operation };
    const name = announcementName(this.#ambient.clock(), announcement);
    await writeNew(this.#store, name, new Uint8Array(0));
  }

  async #seal(
    base: StoredHead | null,
    head: Head,
    rewrapped?: WrappedKey | 'fresh',
  ): Promise<{ wrapped: WrappedKey; body: Uint8Array }> {
    const context = headContext(head.tenant, head.id);
    const { key, wrapped } =
      base === null || rewrapped === 'fresh'
        ? await this.#keys.create(head.tenant, context)
        : {
            key: await this.#keys.open(head.tenant, base.wrapped, context),
            wrapped: rewrapped ?? base.wrapped,
          };
    const sealed = sealBytes(key, context, encodeHead(head), this.#ambient.random);
    key.fill(0);
    return { wrapped, body: wrapHead(wrapped, sealed) };
  }

  /** @param instead of the key in front of the head. */
  async #open(
    tenant: string,
    id: string,
    { body, generation }: StoredBlob,
    instead?: WrappedKey,
  ): Promise<StoredHead> {
    const { wrapped: own, sealed } = unwrapHead(new Uint8Array(await new Response(body).arrayBuffer()));
    const context = headContext(tenant, id);
    const wrapped = instead ?? own;
    const isHeld = this.#keys.holds(tenant, wrapped, context);
    const key = await this.#keys.open(tenant, wrapped, context);
    try {
      const stored = { head: decodeHead(openBytes(key, context, sealed)), generation, wrapped };
      if (!isHeld) this.#unwrapped.add(stored);
      return stored;
    } finally {
      key.fill(0);
    }
  }
}

/** Whether the key service will never do it. */
function isRefused(error: unknown): boolean {
  return error instanceof OutsideError && error.failure === 'refused';
}

function folderBelow(tenant: string, document: string): string {
  return `below/${tenant}/${document}/`;
}

function isStale(error: unknown): boolean {
  return error instanceof DocumentsError && error.code === 'documents/stale';
}

/** Whether a commit of this number is too old for a head to name it. */
function isForgotten(current: Head, sequence: number): boolean {
  return current.sequence - sequence > current.earlier.length;
}

/** What sweeps must know without opening a head. */
function attributesOf({ hold }: Head): BlobAttributes {
  return hold == null ? {} : { held: 'yes' };
}

function headName(tenant: string, id: string): string {
  return `heads/${tenant}/${id}`;
}

export function headContext(tenant: string, document: string): Uint8Array {
  return keyContext({ tenant, document, version: 'head', purpose: 'head' });
}
