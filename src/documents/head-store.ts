import { OutsideError } from '../kit/index.ts';
import type { Ambient } from './ambient.ts';
import { ABSENT, type StoredBlob, type VersionedBlobStore } from './blob-store.ts';
import { type DataKeys, keyContext } from './data-keys.ts';
import { DocumentsError } from './errors.ts';
import { decodeHead, encodeHead, type Head, names } from './head.ts';
import { unwrapHead, wrapHead } from './head-envelope.ts';
import { announcementName } from './journal.ts';
import type { WrappedKey } from './key-service.ts';
import { openBytes, sealBytes } from './sealing.ts';

/** A head as it was read: what it says, and what a commit that follows it needs. */
export interface StoredHead {
  readonly head: Head;
  /** Fencing token, ETag and order of commits. */
  readonly generation: string;
  readonly wrapped: WrappedKey;
}

/** How often a write whose outcome is unclear is looked into before the answer is `documents/unclear`. */
const MOST_TRIES = 5;
const FIRST_PAUSE_MS = 100;

/**
 * Heads of documents, and the one way to change them. See decision 0070.
 *
 * Throws `OutsideError` when stores or keys do not answer, `damaged` when a head is not what was written.
 */
export class HeadStore {
  readonly #store: VersionedBlobStore;
  readonly #keys: DataKeys;
  readonly #ambient: Ambient;

  constructor(store: VersionedBlobStore, keys: DataKeys, ambient: Ambient) {
    this.#store = store;
    this.#keys = keys;
    this.#ambient = ambient;
  }

  /** The current head, or `null` when there never was one. */
  async read(tenant: string, id: string, generation?: string): Promise<StoredHead | null> {
    const options = generation === undefined ? {} : { generation };
    const blob = await this.#store.read(headName(tenant, id), options);
    return blob === null ? null : await this.#open(tenant, id, blob);
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
   * @param base what `head` was made from; `null` for the first head of a document.
   * @throws {DocumentsError} `documents/stale` when another commit came first, `documents/unclear` when it cannot be
   * found out whether this one did.
   */
  async commit(base: StoredHead | null, head: Head): Promise<StoredHead> {
    const { wrapped, body } = await this.#seal(base, head);
    await this.#announce(head);
    const ifGeneration = base?.generation ?? ABSENT;
    const name = headName(head.tenant, head.id);
    let doubtful = false;
    for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
      if (attempt > 0) await this.#ambient.pause(FIRST_PAUSE_MS * 2 ** (attempt - 1));
      try {
        const written = await this.#store.write(name, body, { ifGeneration });
        if (written !== null) return { head, generation: written.generation, wrapped };
      } catch (error) {
        if (!isUnclear(error) && !doubtful) throw error;
        doubtful = true;
      }
      const outcome = await this.#outcome(head, ifGeneration);
      if (outcome !== 'open') return outcome;
    }
    throw unclear();
  }

  /** What became of a write that was not confirmed. @throws {DocumentsError} when another one came first. */
  async #outcome(head: Head, ifGeneration: string): Promise<StoredHead | 'open'> {
    let current: StoredHead | null;
    try {
      current = await this.read(head.tenant, head.id);
    } catch (error) {
      if (error instanceof OutsideError && error.failure === 'unavailable') return 'open';
      throw error;
    }
    if ((current?.generation ?? ABSENT) === ifGeneration) return 'open';
    if (current === null) throw unclear();
    if (!names(current.head, head.commit.operation)) {
      // So far ahead that the operation may have been forgotten.
      if (current.head.sequence - head.sequence > current.head.earlier.length) throw unclear();
      throw new DocumentsError('documents/stale', 'The document was changed by someone else meanwhile.', {
        expected: ifGeneration,
        current: current.generation,
      });
    }
    const written = await this.writtenBy(current, head.commit.operation);
    if (written === null) throw unclear();
    return written;
  }

  /** The head that an operation wrote, which the current one names; `null` when it is kept no more. */
  async writtenBy(current: StoredHead, operation: string): Promise<StoredHead | null> {
    if (current.head.commit.operation === operation) return current;
    for await (const stored of this.history(current.head.tenant, current.head.id)) {
      if (stored.head.commit.operation === operation) return stored;
    }
    return null;
  }

  /** Leaves word where relays look for commits. A second try of the same operation leaves the same word. */
  async #announce({ tenant, id, commit }: Head): Promise<void> {
    const announcement = { tenant, document: id, operation: commit.operation };
    const name = announcementName(this.#ambient.clock(), announcement);
    try {
      await this.#store.write(name, new Uint8Array(0), { ifGeneration: ABSENT });
    } catch (error) {
      if (!isUnclear(error) || (await this.#store.stat(name)) === null) throw error;
    }
  }

  async #seal(base: StoredHead | null, head: Head): Promise<{ wrapped: WrappedKey; body: Uint8Array }> {
    const context = headContext(head.tenant, head.id);
    const { key, wrapped } =
      base === null
        ? await this.#keys.create(head.tenant, context)
        : { key: await this.#keys.open(head.tenant, base.wrapped, context), wrapped: base.wrapped };
    const sealed = sealBytes(key, context, encodeHead(head), this.#ambient.random);
    return { wrapped, body: wrapHead(wrapped, sealed) };
  }

  async #open(tenant: string, id: string, { body, generation }: StoredBlob): Promise<StoredHead> {
    const { wrapped, sealed } = unwrapHead(new Uint8Array(await new Response(body).arrayBuffer()));
    const context = headContext(tenant, id);
    const key = await this.#keys.open(tenant, wrapped, context);
    return { head: decodeHead(openBytes(key, context, sealed)), generation, wrapped };
  }
}

function headName(tenant: string, id: string): string {
  return `heads/${tenant}/${id}`;
}

function headContext(tenant: string, document: string): Uint8Array {
  return keyContext({ tenant, document, version: 'head', purpose: 'head' });
}

function isUnclear(error: unknown): boolean {
  return error instanceof OutsideError && error.failure === 'unclear';
}

function unclear(): DocumentsError {
  return new DocumentsError(
    'documents/unclear',
    'It could not be found out whether the change was made. Ask again with the same idempotency key.',
  );
}
