import { createHash } from 'node:crypto';
import type { Actor } from '../access/index.ts';
import { type Ambient, isoTime, newId } from './ambient.ts';
import { type Act, auditRecords } from './audit-record.ts';
import type { ByteRange } from './blob-store.ts';
import type { ContentStore, IncomingContent } from './content-store.ts';
import { checkDescription, type Description } from './description.ts';
import { DocumentsError } from './errors.ts';
import {
  HEAD_FORMAT,
  type Head,
  type HeadChange,
  names,
  nextHead,
  type StoredContent,
  type Version,
  type VersionOrigin,
} from './head.ts';
import type { HeadStore, StoredHead } from './head-store.ts';
import { findVersion, newVersion, nextNumber } from './versions.ts';

/** A request that changes something. */
export interface Change {
  readonly actor: Actor;
  /** `[a-z0-9_-]`, at most 64 characters: made from the idempotency key, so that asking again does not do it again. */
  readonly operation: string;
}

/** A change of a document that is there. */
export interface ChangeOf extends Change {
  readonly document: string;
  /** The generation that the caller knows (`If-Match`). */
  readonly ifMatch: string;
}

/** What an operation makes of a head. */
interface Outcome {
  readonly change: HeadChange;
  readonly acts: readonly Act[];
}

/**
 * Documents with their versions. Every method that changes one is one commit: all of it happens, with its audit records,
 * or nothing does. Throws `DocumentsError`, and `OutsideError` when stores or keys do not answer.
 */
export class Documents {
  readonly #heads: HeadStore;
  readonly #contents: ContentStore;
  readonly #ambient: Ambient;
  readonly #committed: (stored: StoredHead) => Promise<void>;

  /** @param committed is told of every head that was written, before the answer is given. */
  constructor(
    heads: HeadStore,
    contents: ContentStore,
    ambient: Ambient,
    committed: (stored: StoredHead) => Promise<void> = async () => {},
  ) {
    this.#heads = heads;
    this.#contents = contents;
    this.#ambient = ambient;
    this.#committed = committed;
  }

  /**
   * A new document. Its id is made from the operation's, so that a second try finds the first.
   *
   * @param describe is asked when the content has been read: what is said of it may stand behind it.
   */
  async create(
    { actor, operation }: Change,
    describe: () => Promise<Description>,
    content: IncomingContent,
    origin: VersionOrigin = { kind: 'upload' },
  ): Promise<StoredHead> {
    const id = documentOf(operation);
    const there = await this.#heads.read(actor.tenant, id);
    if (there !== null) return await this.#repeated(there, operation, content);
    const stored = await this.#contents.write(actor.tenant, id, content);
    const described = await this.#described(actor.tenant, id, stored, describe);
    const at = isoTime(this.#ambient.clock);
    const version = newVersion(stored, 1, origin, { by: actor.id, at });
    const acts: Act[] = [
      { action: origin.kind === 'copied' ? 'document.copied' : 'document.created', version: 1 },
    ];
    const records = auditRecords(actor, id, { operation, at }, acts);
    return await this.#write(null, {
      format: HEAD_FORMAT,
      tenant: actor.tenant,
      id,
      ...described,
      owner: actor.id,
      state: 'active',
      createdAt: at,
      updatedAt: at,
      deletedAt: null,
      redline: null,
      versions: [version],
      sequence: 1,
      commit: { operation, at, records },
      earlier: [],
    });
  }

  /** @throws {DocumentsError} `documents/not-found`, also for documents of other tenants; `documents/deleted`. */
  async get(actor: Actor, id: string, { deleted = false } = {}): Promise<StoredHead> {
    const stored = isDocumentId(id) ? await this.#heads.read(actor.tenant, id) : null;
    if (stored === null || stored.head.state === 'taken') throw notFound();
    if (stored.head.state === 'deleted' && !deleted) throw gone();
    return stored;
  }

  /** @param number the current one by default. @throws {DocumentsError} `documents/version-not-found`. */
  async version(
    actor: Actor,
    id: string,
    number?: number,
  ): Promise<{ readonly stored: StoredHead; readonly version: Version }> {
    const stored = await this.get(actor, id);
    return { stored, version: findVersion(stored.head, number) };
  }

  /** A version's bytes, or a range of them. */
  async open(
    actor: Actor,
    id: string,
    number?: number,
    range?: ByteRange,
  ): Promise<{
    readonly stored: StoredHead;
    readonly version: Version;
    readonly body: AsyncIterable<Uint8Array>;
  }> {
    const { stored, version } = await this.version(actor, id, number);
    return { stored, version, body: await this.#contents.read(actor.tenant, id, version, range) };
  }

  async describe(change: ChangeOf, description: Partial<Description>): Promise<StoredHead> {
    return await this.#commit(change, async () => ({
      change: checkDescription(description),
      acts: [{ action: 'document.updated' }],
    }));
  }

  async addVersion(
    change: ChangeOf,
    content: IncomingContent,
    origin: VersionOrigin = { kind: 'upload' },
  ): Promise<StoredHead> {
    const add = async (head: Head, at: string): Promise<Outcome> => {
      const number = nextNumber(head);
      const stored = await this.#contents.write(head.tenant, head.id, content);
      const version = newVersion(stored, number, origin, { by: change.actor.id, at });
      return {
        change: { versions: [...head.versions, version] },
        acts: [{ action: 'version.added', version: number }],
      };
    };
    return await this.#commit(change, add, { content });
  }

  /** Makes an earlier version the current one: as a new version with the same bytes. */
  async restoreVersion(change: ChangeOf, number: number): Promise<StoredHead> {
    return await this.#commit(change, async (head, at) => {
      const { content, key, facts } = findVersion(head, number);
      const origin = { kind: 'restored', version: number } as const;
      const version = newVersion({ content, key, facts }, nextNumber(head), origin, {
        by: change.actor.id,
        at,
      });
      return {
        change: { versions: [...head.versions, version] },
        acts: [{ action: 'version.restored', version: version.number }],
      };
    });
  }

  /** Soft delete: nothing is shown any more, everything can be had back. */
  async remove(change: ChangeOf): Promise<StoredHead> {
    return await this.#commit(change, async (_, at) => ({
      change: { state: 'deleted', deletedAt: at },
      acts: [{ action: 'document.deleted' }],
    }));
  }

  /** Takes a soft delete back. @throws {DocumentsError} `documents/not-deleted`. */
  async undelete(change: ChangeOf): Promise<StoredHead> {
    const restore = async (head: Head): Promise<Outcome> => {
      if (head.state !== 'deleted') {
        throw new DocumentsError('documents/not-deleted', 'The document is not deleted.');
      }
      return { change: { state: 'active', deletedAt: null }, acts: [{ action: 'document.restored' }] };
    };
    return await this.#commit(change, restore, { deleted: true });
  }

  /** A new document with the bytes of a version of this one, under keys of its own. */
  async copy(
    change: Change,
    from: { document: string; version?: number },
    name?: string,
  ): Promise<StoredHead> {
    const there = await this.#heads.read(change.actor.tenant, documentOf(change.operation));
    if (there !== null) return await this.#repeated(there, change.operation);
    const { stored, version, body } = await this.open(change.actor, from.document, from.version);
    const origin = { kind: 'copied', document: from.document, version: version.number } as const;
    const description = { name: name ?? stored.head.name, labels: stored.head.labels };
    const { size: _, sha256: __, ...found } = version.facts;
    return await this.create(change, async () => description, { type: async () => found, body }, origin);
  }

  /** What is said of a new content. Where that cannot be used the content goes again. */
  async #described(
    tenant: string,
    id: string,
    stored: StoredContent,
    describe: () => Promise<Description>,
  ): Promise<Description> {
    try {
      return checkDescription(await describe());
    } catch (error) {
      await this.#contents.discard(tenant, id, stored);
      throw error;
    }
  }

  async #write(base: StoredHead | null, head: Head): Promise<StoredHead> {
    const stored = await this.#heads.commit(base, head);
    await this.#committed(stored);
    return stored;
  }

  /** What an operation that is asked for again did the first time. @param content what is sent now. */
  async #repeated(stored: StoredHead, operation: string, content?: IncomingContent): Promise<StoredHead> {
    const written = await this.#heads.writtenBy(stored, operation);
    if (written === null) {
      // The first try came to nothing so long ago that the sweep closed its id.
      throw new DocumentsError(
        'documents/unclear',
        'The request is too old. Send it under a new idempotency key.',
      );
    }
    if (content !== undefined) await assertSame(content, written.head.versions.at(-1));
    return written;
  }

  async #commit(
    { actor, operation, document, ifMatch }: ChangeOf,
    decide: (head: Head, at: string) => Promise<Outcome>,
    { deleted = false, content }: { deleted?: boolean; content?: IncomingContent } = {},
  ): Promise<StoredHead> {
    const base = isDocumentId(document) ? await this.#heads.read(actor.tenant, document) : null;
    if (base === null || base.head.state === 'taken') throw notFound();
    if (names(base.head, operation)) return await this.#repeated(base, operation, content);
    if (base.generation !== ifMatch) {
      throw new DocumentsError('documents/stale', 'The document was changed since it was read.', {
        expected: ifMatch,
        current: base.generation,
      });
    }
    if (base.head.state === 'deleted' && !deleted) throw gone();
    const at = isoTime(this.#ambient.clock);
    const { change, acts } = await decide(base.head, at);
    const commit = { operation, at, records: auditRecords(actor, document, { operation, at }, acts) };
    return await this.#write(base, nextHead(base.head, { ...change, updatedAt: at }, commit));
  }
}

/** The id of the document that an operation makes. */
function documentOf(operation: string): string {
  return `d${operation.slice(1)}`;
}

function isDocumentId(id: string): boolean {
  return /^d_[a-z0-9_-]{1,62}$/.test(id);
}

/** Reads what is sent again to its end. @throws {DocumentsError} `documents/other-request` when it was not sent before. */
async function assertSame({ body }: IncomingContent, version: Version | undefined): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of body) hash.update(chunk);
  if (hash.digest('hex') === version?.facts.sha256) return;
  throw new DocumentsError('documents/other-request', 'The idempotency key was used for another content.');
}

function notFound(): DocumentsError {
  return new DocumentsError('documents/not-found', 'There is no such document.');
}

function gone(): DocumentsError {
  return new DocumentsError('documents/deleted', 'The document is deleted. Restore it first.');
}

/** An id for an operation that nobody asks twice. */
export function newOperation(random: Ambient['random']): string {
  return newId('o', random);
}
