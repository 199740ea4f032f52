import { createHash } from 'node:crypto';
import type { Actor, DocumentPermission } from '../access/index.ts';
import { OutsideError } from '../kit/index.ts';
import { type Ambient, newId } from './ambient.ts';
import type { ByteRange } from './blob-store.ts';
import {
  type Change,
  type ChangeOf,
  Commits,
  type KeptStores,
  missing,
  type Outcome,
  type Scope,
} from './commits.ts';
import type { IncomingContent } from './content-store.ts';
import {
  committedResult,
  type Derived,
  type DerivedHead,
  keepDerived,
  type Made,
  readResult,
} from './derived.ts';
import { checkDescription, type Description } from './description.ts';
import { DocumentsError } from './errors.ts';
import type { Head, StoredContent, Version, VersionOrigin } from './head.ts';
import type { StoredHead } from './head-store.ts';
import type { DerivedKind } from './made-kinds.ts';
import { currentVersion, findVersion, newVersion, nextNumber } from './versions.ts';

/** Of all documents. Redlines stand under heads of their own. */
export const ALL_DOCUMENTS: Scope = { letter: 'd', noun: 'document', holds: () => true, parent: null };

/**
 * Documents with their versions, or redlines of one with theirs. Every method that changes one is one commit: all of it
 * happens, with its audit records, or nothing does. Throws `DocumentsError`, and `OutsideError` when stores or keys do
 * not answer.
 */
export class Documents {
  readonly #stores: KeptStores;
  readonly #commits: Commits;
  readonly #scope: Scope;

  constructor(stores: KeptStores, scope: Scope = ALL_DOCUMENTS) {
    this.#stores = stores;
    this.#scope = scope;
    this.#commits = new Commits(stores, scope);
  }

  /** @param describe is asked when the content has been read: what is said of it may stand behind it. */
  async create(
    change: Change,
    describe: () => Promise<Description>,
    content: IncomingContent,
    origin: VersionOrigin = { kind: 'upload' },
  ): Promise<StoredHead> {
    const { tenant } = change.actor;
    const { quotas } = this.#stores;
    const begin = async (id: string) => {
      await quotas?.begin(tenant, id);
      const stored = await this.#stores.contents.write(tenant, id, content);
      const description = await this.#described(tenant, id, stored, describe);
      const action = origin.kind === 'copied' ? 'document.copied' : 'document.created';
      return { description, content: stored, origin, action, redline: null } as const;
    };
    try {
      return await this.#commits.create(change, begin, content);
    } finally {
      quotas?.end(tenant, this.#commits.idOf(change.operation));
    }
  }

  /** @throws {DocumentsError} when there is none, also where another tenant has it; `…/deleted`. */
  async get(
    actor: Actor,
    id: string,
    options: { readonly deleted?: boolean; readonly permission?: DocumentPermission } = {},
  ): Promise<StoredHead> {
    return await this.#commits.get(actor, id, options);
  }

  /** @param number the current one by default. @throws {DocumentsError} `documents/version-not-found`. */
  async version(
    actor: Actor,
    id: string,
    number?: number,
  ): Promise<{ readonly stored: StoredHead; readonly version: Version }> {
    const stored = await this.get(actor, id);
    const find = () => findVersion(this.#stores.heads, stored.head, number);
    return { stored, version: await this.#unlessErased(stored, find) };
  }

  /** So many versions, the latest first. @param before those with smaller numbers only. */
  async versions(actor: Actor, id: string, size: number, before?: number): Promise<readonly Version[]> {
    const { head } = await this.get(actor, id);
    const found: Version[] = [];
    for await (const version of this.#stores.heads.pages.latestFirst(head, before)) {
      found.push(version);
      if (found.length === size) break;
    }
    return found;
  }

  /** A version's bytes, or a range of them. What fails because it is erased meanwhile is not there, as it is for whoever asks next. */
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
    const body = await this.#unlessErased(stored, () =>
      this.#stores.contents.read(actor.tenant, id, version, range),
    );
    return { stored, version, body: this.#readUnlessErased(stored, body) };
  }

  /** To be asked while bytes of it are being sent. @throws {DocumentsError} as for whoever asks for it next, once it is erased. */
  async assertKept(stored: StoredHead): Promise<void> {
    if (await this.#stores.heads.isErased(stored)) throw missing(this.#scope);
  }

  async #unlessErased<Result>(stored: StoredHead, read: () => Promise<Result>): Promise<Result> {
    try {
      return await read();
    } catch (error) {
      // Keys and contents go after its last head came.
      if (error instanceof OutsideError) await this.assertKept(stored);
      throw error;
    }
  }

  async *#readUnlessErased(stored: StoredHead, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    const pieces = body[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = await this.#unlessErased(stored, () => pieces.next());
        if (done === true) return;
        yield value;
      }
    } finally {
      await pieces.return?.();
    }
  }

  /** What the operation said that made a version; `null` for versions that no operation made. */
  async result({ tenant }: Actor, id: string, version: Version): Promise<unknown> {
    return await readResult(this.#stores.contents, { tenant, id }, version);
  }

  async describe(change: ChangeOf, description: Partial<Description>): Promise<StoredHead> {
    return await this.#commits.change(change, 'document.edit', async () => ({
      change: checkDescription(description),
      acts: [{ action: `${this.#scope.noun}.updated` as const }],
    }));
  }

  async addVersion(
    change: ChangeOf,
    content: IncomingContent,
    origin: VersionOrigin = { kind: 'upload' },
  ): Promise<StoredHead> {
    const add = async (head: Head, at: string): Promise<Outcome> => {
      const number = nextNumber(head);
      const stored = await this.#stores.contents.write(head.tenant, head.id, content);
      const version = newVersion(stored, number, origin, { by: change.actor.id, at });
      return {
        change: { versions: [...head.versions, version] },
        acts: [{ action: 'version.added', version: number }],
        written: [stored],
      };
    };
    return await this.#commits.change(change, 'document.edit', add, { content, replaces: true });
  }

  /**
   * A version that the engine makes of the current one, with what it says of it. Asked for again, the operation gets
   * what it got the first time.
   *
   * @param make may take long and throw: nothing was written then.
   */
  async derive(
    change: ChangeOf,
    kind: DerivedKind,
    make: (current: Version, open: () => Promise<AsyncIterable<Uint8Array>>) => Promise<Derived>,
  ): Promise<DerivedHead> {
    const { contents } = this.#stores;
    const unchanged: object[] = [];
    const made: Made[] = [];
    const permission = kind === 'commented' ? 'document.comment' : 'document.edit';
    const deriving = async (head: Head, at: string): Promise<Outcome | null> => {
      const number = nextNumber(head);
      const current = currentVersion(head);
      const derived = await make(current, () => contents.read(head.tenant, head.id, current));
      if (sha256(derived.document) === current.facts.sha256) {
        unchanged.push(derived.result);
        return null;
      }
      const kept = await keepDerived(contents, head, derived);
      made.push({ kept, result: derived.result });
      const { content, result } = kept;
      const origin = { kind, counts: derived.counts };
      const version = newVersion(content, number, origin, { by: change.actor.id, at });
      return {
        change: { versions: [...head.versions, { ...version, result }] },
        acts: [{ action: `version.${kind}`, version: number }],
        written: [content, result],
      };
    };
    const stored = await this.#commits.change(change, permission, deriving, { replaces: true });
    const [result] = unchanged;
    if (result !== undefined) return { stored, version: null, result };
    const version = currentVersion(stored.head);
    const said = await committedResult(contents, stored.head, version, made[0] ?? null);
    return { stored, version, result: said };
  }

  /** Makes an earlier version the current one: as a new version with the same bytes. */
  async restoreVersion(change: ChangeOf, number: number): Promise<StoredHead> {
    const restore = async (head: Head, at: string): Promise<Outcome> => {
      const { content, key, facts } = await findVersion(this.#stores.heads, head, number);
      const origin = { kind: 'restored', version: number } as const;
      const version = newVersion({ content, key, facts }, nextNumber(head), origin, {
        by: change.actor.id,
        at,
      });
      return {
        change: { versions: [...head.versions, version] },
        acts: [{ action: 'version.restored', version: version.number }],
      };
    };
    return await this.#commits.change(change, 'document.edit', restore, { replaces: true });
  }

  /** Soft delete: nothing is shown any more, everything can be had back. */
  async remove(change: ChangeOf): Promise<StoredHead> {
    const action = `${this.#scope.noun}.deleted` as const;
    const remove = async (_: Head, at: string): Promise<Outcome> => ({
      change: { state: 'deleted', deletedAt: at },
      acts: [{ action }],
    });
    return await this.#commits.change(change, this.#deleting, remove, { replaces: true });
  }

  /** Takes a soft delete back. @throws {DocumentsError} `documents/not-deleted`. */
  async undelete(change: ChangeOf): Promise<StoredHead> {
    const { noun } = this.#scope;
    const restore = async (head: Head): Promise<Outcome> => {
      if (head.state !== 'deleted') {
        throw new DocumentsError('documents/not-deleted', `The ${noun} is not deleted.`);
      }
      return { change: { state: 'active', deletedAt: null }, acts: [{ action: `${noun}.restored` }] };
    };
    return await this.#commits.change(change, this.#deleting, restore, { deleted: true });
  }

  /** A new document with the bytes of a version of this one, under keys of its own. */
  async copy(
    change: Change,
    from: { document: string; version?: number },
    name?: string,
  ): Promise<StoredHead> {
    const earlier = await this.#commits.earlier(change);
    if (earlier !== null) return earlier;
    const { stored, version, body } = await this.open(change.actor, from.document, from.version);
    const origin = { kind: 'copied', document: from.document, version: version.number } as const;
    const description = { name: name ?? stored.head.name, labels: stored.head.labels };
    const { size: _, sha256: __, ...found } = version.facts;
    return await this.create(change, async () => description, { type: async () => found, body }, origin);
  }

  /** Redlines are part of the work on a document; the document itself is its owner's. */
  get #deleting(): DocumentPermission {
    return this.#scope.noun === 'document' ? 'document.delete' : 'document.edit';
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
      await this.#stores.contents.discard(tenant, id, stored);
      throw error;
    }
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** An id for an operation that nobody asks twice. */
export function newOperation(random: Ambient['random']): string {
  return newId('o', random);
}
