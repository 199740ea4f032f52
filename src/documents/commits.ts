import { createHash } from 'node:crypto';
import {
  type Actor,
  type DocumentPermission,
  decideDocument,
  idOf,
  isHidden,
  type Member,
} from '../access/index.ts';
import { type Ambient, isoTime } from './ambient.ts';
import { type Act, type AuditAction, auditRecords } from './audit-record.ts';
import type { ContentStore, IncomingContent } from './content-store.ts';
import type { Description } from './description.ts';
import { DocumentsError } from './errors.ts';
import {
  HEAD_FORMAT,
  type Head,
  type HeadChange,
  names,
  nextHead,
  type RedlineFacts,
  type StoredContent,
  type Version,
  type VersionOrigin,
} from './head.ts';
import type { HeadStore, StoredHead } from './head-store.ts';
import { type IfMatch, matches } from './if-match.ts';
import type { Leases } from './leases/leases.ts';
import { underLease } from './leases/under-lease.ts';
import type { Quotas } from './quotas.ts';
import { assertKept, type RulesOf } from './retention/keeping.ts';
import { newVersion } from './versions.ts';

/** A request that changes something. */
export interface Change {
  readonly actor: Actor;
  /** `[a-z0-9_-]`, at most 64 characters: made from the idempotency key, so that asking again does not do it again. */
  readonly operation: string;
}

/** A change of a document that is there. */
export interface ChangeOf extends Change {
  readonly document: string;
  readonly ifMatch: IfMatch;
  /** Under which it is made, where that is asked: then it is committed only as long as the lease lasts. */
  readonly lease?: string | undefined;
}

/** What is kept under heads. */
export interface KeptStores {
  readonly heads: HeadStore;
  readonly contents: ContentStore;
  readonly ambient: Ambient;
  /** How much may be kept; missing: as much as there is room for. */
  readonly quotas?: Quotas;
  /** How long documents must be kept; missing: nobody says so. */
  readonly rules?: RulesOf;
  /** Who works on what alone; missing: nobody. */
  readonly leases?: Leases;
  /** Is told of every head that was written, before the answer is given. */
  readonly committed: (stored: StoredHead) => Promise<void>;
}

/** Which heads somebody works with. */
export interface Scope {
  /** What their ids begin with. */
  readonly letter: 'd' | 'r';
  readonly noun: 'document' | 'redline';
  /** Whether a head of this kind is one of those that are meant. */
  readonly holds: (head: Head) => boolean;
  /** The document whose members say who may; `null`: each head says it of itself. */
  readonly parent: string | null;
}

/** What an operation makes of a head. */
export interface Outcome {
  readonly change: HeadChange;
  readonly acts: readonly Act[];
  /** Contents that nobody needs when the commit loses. */
  readonly written?: readonly StoredContent[];
}

/** The first version of something new, and what is said of it. */
export interface Beginning {
  readonly description: Description;
  readonly content: StoredContent;
  readonly result?: StoredContent;
  readonly origin: VersionOrigin;
  readonly action: AuditAction;
  readonly redline: RedlineFacts | null;
}

interface GetOptions {
  /** Also one that is deleted. */
  readonly deleted?: boolean;
  readonly permission?: DocumentPermission;
}

interface ChangeOptions {
  /** Also what is deleted can be changed so. */
  readonly deleted?: boolean;
  /** What is current is replaced or deleted: not where somebody else holds the document alone. */
  readonly replaces?: boolean;
  /** What is sent: asked for again it must be the same. */
  readonly content?: IncomingContent;
}

/** The one way to change heads of a scope: all of an operation happens, with its audit records, or nothing does. */
export class Commits {
  readonly #stores: KeptStores;
  readonly #scope: Scope;

  constructor(stores: KeptStores, scope: Scope) {
    this.#stores = stores;
    this.#scope = scope;
  }

  /**
   * @throws {DocumentsError} when there is none, also where it is not the actor's to see; `documents/refused` when their
   * role is too low; `…/deleted`.
   */
  async get(
    actor: Actor,
    id: string,
    { deleted = false, permission = 'document.read' }: GetOptions = {},
  ): Promise<StoredHead> {
    const stored = await this.#find(actor, id);
    await this.#assertMay(actor, permission, stored);
    if (stored.head.state === 'deleted' && !deleted) throw gone(this.#scope);
    return stored;
  }

  /** The id of what an operation makes. */
  idOf(operation: string): string {
    return `${this.#scope.letter}${operation.slice(1)}`;
  }

  /** What an operation made when it was asked for before; `null` when it was not. */
  async earlier({ actor, operation }: Change, content?: IncomingContent): Promise<StoredHead | null> {
    const there = await this.#stores.heads.read(actor.tenant, this.idOf(operation));
    return there === null ? null : await this.#repeated(there, operation, content);
  }

  /** Something new. Its id is made from the operation's, so that a second try finds the first. */
  async create(
    change: Change,
    begin: (id: string) => Promise<Beginning>,
    content?: IncomingContent,
  ): Promise<StoredHead> {
    const { actor, operation } = change;
    const earlier = await this.earlier(change, content);
    if (earlier !== null) return earlier;
    const id = this.idOf(operation);
    const { description, action, redline, content: stored, result, origin } = await begin(id);
    const at = isoTime(this.#stores.ambient.clock);
    const members = this.#scope.parent === null ? [firstOwner(actor, at)] : [];
    const version = { ...newVersion(stored, 1, origin, { by: actor.id, at }), ...given(result) };
    if (this.#scope.parent !== null) await this.#assertStillMay(actor, 'document.edit', null, id);
    return await this.#write(null, {
      format: HEAD_FORMAT,
      tenant: actor.tenant,
      id,
      ...description,
      owner: idOf(members[0]?.subject ?? firstOwner(actor, at).subject),
      members,
      state: 'active',
      createdAt: at,
      updatedAt: at,
      deletedAt: null,
      redline,
      versions: [version],
      older: [],
      sequence: 1,
      commit: {
        operation,
        at,
        records: auditRecords(actor, id, { operation, at }, [{ action, version: 1 }]),
      },
      earlier: [],
    });
  }

  /**
   * @param permission what the actor must be allowed to do: by the members of the very head that is replaced, so that of
   * somebody who loses it meanwhile nothing is committed.
   * @param decide is asked once; `null` when there is nothing to change: then nothing is committed.
   */
  async change(
    { actor, operation, document, ifMatch, lease }: ChangeOf,
    permission: DocumentPermission,
    decide: (head: Head, at: string) => Promise<Outcome | null>,
    { deleted = false, replaces = false, content }: ChangeOptions = {},
  ): Promise<StoredHead> {
    const base = await this.#find(actor, document);
    // It was allowed when it was done: nobody else can ask for it again.
    if (names(base.head, operation)) return await this.#repeated(base, operation, content);
    await this.#assertMay(actor, permission, base);
    if (!matches(base.generation, ifMatch)) {
      throw new DocumentsError('documents/stale', `The ${this.#scope.noun} was changed since it was read.`, {
        expected: [ifMatch ?? []].flat().join(', '),
        current: base.generation,
      });
    }
    if (base.head.state === 'deleted' && !deleted) throw gone(this.#scope);
    const leased = { actor, head: base.head, document: this.#scope.parent ?? document, lease, replaces };
    const { leases, ambient } = this.#stores;
    await underLease(leases, ambient.clock, leased);
    const at = isoTime(ambient.clock);
    const outcome = await decide(base.head, at);
    if (outcome === null) return base;
    const { change, acts, written = [] } = outcome;
    const next = { ...base.head, ...change };
    const commit = { operation, at, records: auditRecords(actor, document, { operation, at }, acts) };
    try {
      const guarding = await this.#assertStillMay(actor, permission, base, document);
      await assertKept(this.#stores.rules, { guarding: guarding.head, before: base.head, next }, at);
      // Last of all: the work may have outlived the lease.
      const under = await underLease(leases, ambient.clock, leased);
      const whole = { ...change, ...(under === null ? {} : { fences: under.fences }), updatedAt: at };
      const said = under === null ? commit : { ...commit, lease: under.lease };
      return await this.#write(base, nextHead(base.head, whole, said));
    } catch (error) {
      await this.#discard(base.head, written, error);
      throw error;
    }
  }

  /** What a commit left that surely lost. Of any other failure it is not known, and the sweep looks later. */
  async #discard({ tenant, id }: Head, written: readonly StoredContent[], error: unknown): Promise<void> {
    if (!(error instanceof DocumentsError) || error.code === 'documents/unclear') return;
    for (const one of written) await this.#stores.contents.discard(tenant, id, one);
  }

  async #find(actor: Actor, id: string): Promise<StoredHead> {
    const { letter } = this.#scope;
    const known = id.startsWith(`${letter}_`) && /^[a-z0-9_-]{3,64}$/.test(id);
    if (!known) throw missing(this.#scope);
    const { heads } = this.#stores;
    const stored = await heads.read(actor.tenant, id);
    if (stored !== null && stored.head.state !== 'taken' && this.#scope.holds(stored.head)) return stored;
    await heads.conceal(actor.tenant, stored);
    throw missing(this.#scope);
  }

  /**
   * The same right before something is written: the work may have taken long, and a membership may be over since. A
   * redline is noted first: whoever takes a role away then knows which heads to fence (decision 0120).
   */
  async #assertStillMay(
    actor: Actor,
    permission: DocumentPermission,
    stored: StoredHead | null,
    id: string,
  ): Promise<StoredHead> {
    const { parent } = this.#scope;
    if (parent !== null) await this.#stores.heads.noteBelow(actor.tenant, parent, id);
    return await this.#assertMay(actor, permission, stored);
  }

  /** @param stored the head that is meant; of a redline the document's is read. */
  async #assertMay(
    actor: Actor,
    permission: DocumentPermission,
    stored: StoredHead | null,
  ): Promise<StoredHead> {
    const { heads, ambient } = this.#stores;
    const { parent } = this.#scope;
    const guarding = parent === null ? stored : await heads.read(actor.tenant, parent);
    if (guarding === null || guarding.head.state === 'taken') return await this.#hide(actor, guarding);
    const { id, members } = guarding.head;
    const guarded = { id, members, generation: guarding.generation };
    const decision = decideDocument(actor, permission, guarded, ambient.clock());
    actor.decided?.(decision);
    if (decision.outcome === 'allow') return guarding;
    if (isHidden(decision)) return await this.#hide(actor, guarding);
    throw new DocumentsError('documents/refused', 'Your role in the document does not allow that.');
  }

  /** Whoever may not see a document waits as long as for one that is not there. */
  async #hide({ tenant }: Actor, read: StoredHead | null): Promise<never> {
    await this.#stores.heads.conceal(tenant, read);
    throw missing(DOCUMENT);
  }

  async #write(base: StoredHead | null, head: Head): Promise<StoredHead> {
    const stored = await this.#stores.heads.commit(base, head);
    await this.#stores.committed(stored);
    return stored;
  }

  /** What an operation that is asked for again did the first time. @param content what is sent now. */
  async #repeated(stored: StoredHead, operation: string, content?: IncomingContent): Promise<StoredHead> {
    const written = await this.#stores.heads.writtenBy(stored, operation);
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
}

/** Reads what is sent again to its end. @throws {DocumentsError} `documents/other-request` when it was not sent before. */
async function assertSame({ body }: IncomingContent, version: Version | undefined): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of body) hash.update(chunk);
  if (hash.digest('hex') === version?.facts.sha256) return;
  throw new DocumentsError('documents/other-request', 'The idempotency key was used for another content.');
}

/** Who makes a document owns it. */
function firstOwner({ id, subjects }: Actor, at: string): Member {
  const [subject] = subjects;
  if (subject === undefined) throw new Error('Nobody would own the document.');
  return { subject, role: 'owner', expiresAt: null, addedAt: at, addedBy: id };
}

function given(result: StoredContent | undefined): { readonly result?: StoredContent } {
  return result === undefined ? {} : { result };
}

/** Who may not see a document is not told whether there is one, nor anything of its redlines. */
const DOCUMENT = { noun: 'document' } as const;

export function missing({ noun }: Pick<Scope, 'noun'>): DocumentsError {
  return new DocumentsError(`${noun}s/not-found`, `There is no such ${noun}.`);
}

function gone({ noun }: Scope): DocumentsError {
  return new DocumentsError(`${noun}s/deleted`, `The ${noun} is deleted. Restore it first.`);
}
