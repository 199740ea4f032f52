import { type Actor, decideDocument, isHidden, type StoredRecord } from '../access/index.ts';
import { type Ambient, isoTime, newId } from './ambient.ts';
import { type AuditAction, auditRecords } from './audit-record.ts';
import type { VersionedBlobStore } from './blob-store.ts';
import type { Catalogue } from './catalogue.ts';
import { type CommitRecords, recordsOf } from './commit-records.ts';
import { type DocumentKeys, isOwn } from './document-keys.ts';
import { type ChainPlace, type ErasureCounts, remainsOf, type Statement } from './erasure-statement.ts';
import { DocumentsError } from './errors.ts';
import { type Commit, type Head, nextHead } from './head.ts';
import type { HeadStore, StoredHead } from './head-store.ts';
import { takenHead } from './leftovers.ts';
import type { Operation, OperationStore } from './operations/index.ts';
import type { Records } from './records.ts';
import type { Requests } from './requests.ts';
import { assertKept, type RulesOf } from './retention/keeping.ts';
import { afterChange, unclear } from './writing.ts';

/** What erasing asks of the audit trail. */
export interface ErasureTrail {
  /** The end of a tenant's chain; `null` when nothing ever happened there. */
  end(tenant: string): Promise<ChainPlace | null>;
  /** Has the chain hold a commit, and all that was committed to that object before. @returns whether it does. */
  holds(commit: CommitRecords): Promise<boolean>;
  /** Where the erasure of an object stands in the chain, behind a place. */
  erasure(tenant: string, object: string, after: number): Promise<ChainPlace | null>;
  /** Signed with the key that checkpoints are signed with; `null` where nothing is signed. */
  sign(statement: Statement): Promise<object | null>;
}

export interface ErasureParts {
  readonly heads: HeadStore;
  readonly stores: { readonly heads: VersionedBlobStore; readonly contents: VersionedBlobStore };
  readonly keys: DocumentKeys;
  readonly records: Records;
  readonly requests: Pick<Requests, 'forget'>;
  readonly catalogue: Pick<Catalogue, 'erase'>;
  /** Plans of exports: they hold names and descriptions. */
  readonly plans: { forget(tenant: string): Promise<void> };
  /** What was asked of them, with what was sent and what came of it. */
  readonly operations: Pick<OperationStore, 'forget'>;
  readonly forgetResult: (operation: Operation) => Promise<void>;
  /** What keeps documents for a time. */
  readonly rules: RulesOf | undefined;
  readonly trail: ErasureTrail;
  readonly ambient: Ambient;
}

/** An erasure, from the moment it was asked for. */
export interface Erasure {
  readonly format: 1;
  readonly tenant: string;
  /** The document; it names the erasure too. */
  readonly document: string;
  /** `begun`: it may be readable yet. `closed`: nothing of it is shown or changed any more. `done`: it is gone. */
  readonly state: 'begun' | 'closed' | 'done';
  readonly by: Pick<Actor, 'kind' | 'id' | 'credential' | 'address' | 'requestId'>;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly begunAt: string;
  readonly doneAt: string | null;
  /** The end of the chain before; `null` for an empty one. */
  readonly before: ChainPlace | null;
  /** Its redlines. */
  readonly redlines: readonly string[];
  readonly counts: ErasureCounts | null;
  /** Whether copies from before may hold data keys that the tenant's key wrapped itself (decision 0164). */
  readonly underTenantKey: boolean;
  /** The signed statement; `null` until it is done, and where nothing is signed. */
  readonly certificate: object | null;
}

const KIND = 'erasures';
/** How often whoever sends bytes looks whether they may still be read; milliseconds. */
export const LOOKED_AFTER_MS = 1000;
/** By then nothing of what was closed is being sent by any process. Decision 0220. */
const CUT_MS = LOOKED_AFTER_MS * 3;
const MOST_TRIES = 10;
const DAY_MS = 24 * 3_600_000;
const SETTLED_MS = 8 * DAY_MS;

/**
 * Erases documents for good. The intent is kept first; every step after it may be done again, by whatever process, so that what a
 * crash interrupts is finished by the next sweep. Decision 0165. Throws `DocumentsError` and `OutsideError`.
 */
export class Erasures {
  readonly #parts: ErasureParts;
  /** Those of which nothing can be left that was under way then. */
  readonly #settled = new Set<string>();

  constructor(parts: ErasureParts) {
    this.#parts = parts;
  }

  async find({ tenant }: Pick<Actor, 'tenant'>, document: string): Promise<Erasure> {
    const found = isDocument(document) ? await this.#read(tenant, document) : null;
    if (found === null) throw new DocumentsError('erasures/not-found', 'There is no such erasure.');
    return found.value;
  }

  /**
   * Erases a document with its redlines; asked again it goes on with what was begun.
   *
   * @throws {DocumentsError} `documents/unclear` when it was begun and is not done yet: a sweep goes on with it.
   */
  async erase(actor: Actor, document: string, reason: string): Promise<Erasure> {
    const { tenant, kind, id, credential, address, requestId } = actor;
    const stored = isDocument(document) ? await this.#parts.heads.read(tenant, document) : null;
    if (stored === null) throw missing();
    this.#assertMay(actor, stored);
    const there = await this.#read(tenant, document);
    if (there !== null) return await this.#finish(there);
    if (stored.head.state === 'taken') throw missing();
    await this.#assertFree(stored.head);
    const intent: Erasure = {
      ...({ format: 1, tenant, document, state: 'begun' } as const),
      ...{ by: { kind, id, credential, address, requestId }, reason },
      ...{ begunAt: isoTime(this.#parts.ambient.clock), doneAt: null },
      before: await this.#parts.trail.end(tenant),
      ...{ redlines: [], counts: null, underTenantKey: await this.#isUnderTenantKey(stored) },
      certificate: null,
    };
    const kept =
      (await this.#parts.records.write({ tenant, kind: KIND, id: document }, null, intent)) ??
      (await this.#read(tenant, document));
    if (kept === null) throw unclear();
    try {
      return await this.#finish(kept);
    } catch (error) {
      // A hold that came meanwhile stops it, and it goes on when that is over: nobody may be told that nothing was begun.
      throw error instanceof DocumentsError ? unclear() : afterChange(error);
    }
  }

  /** Goes on with what was begun and not finished. @returns how many were. */
  async resume(tenants: Iterable<string>): Promise<number> {
    let finished = 0;
    for (const tenant of tenants) {
      for (const document of await this.#parts.records.list(tenant, KIND)) {
        // Those of people are of `PersonErasures`.
        if (!isDocument(document) || this.#settled.has(`${tenant}/${document}`)) continue;
        const stored = await this.#read(tenant, document);
        if (stored === null) continue;
        if (stored.value.state === 'done') {
          await this.#tidy(stored.value);
          continue;
        }
        try {
          await this.#finish(stored);
          finished += 1;
        } catch (error) {
          // One that a hold or a rule stops goes on when that is over.
          if (!(error instanceof DocumentsError)) throw error;
        }
      }
    }
    return finished;
  }

  /** Whoever was about to keep a redline may have taken note of it too late; nothing that was under way goes on after a week. */
  async #tidy({ tenant, document, doneAt }: Erasure): Promise<void> {
    const { stores, ambient } = this.#parts;
    await purgeAll(stores.heads, `below/${tenant}/${document}/`);
    if (Date.parse(doneAt ?? '') < ambient.clock() - SETTLED_MS) this.#settled.add(`${tenant}/${document}`);
  }

  async #finish(stored: StoredRecord<Erasure>): Promise<Erasure> {
    let current = stored;
    for (let steps = 0; current.value.state !== 'done'; steps += 1) {
      if (steps > MOST_TRIES) throw unclear();
      const { tenant, document, state } = current.value;
      const next = state === 'begun' ? await this.#close(current.value) : await this.#remove(current.value);
      const place = { tenant, kind: KIND, id: document } as const;
      const written = await this.#parts.records.write(place, current, next);
      // Another process may be at it too: what it came to counts.
      const found = written ?? (await this.#read(tenant, document));
      if (found === null) throw unclear();
      current = found;
    }
    return current.value;
  }

  /** Nobody can read or change it any more; all that happened to it is in the chain. */
  async #close(erasure: Erasure): Promise<Erasure> {
    const { tenant, document } = erasure;
    await this.#take(erasure, document, 'document.erased');
    const redlines: string[] = [];
    for await (const id of this.#parts.heads.below(tenant, document)) {
      await this.#take(erasure, id, 'redline.erased');
      redlines.push(id);
    }
    const counts = await this.#counted(tenant, [document, ...redlines]);
    return { ...erasure, state: 'closed', redlines, counts };
  }

  /** Puts a last head in the place of the others, under a key of its own, and waits until the chain has it. */
  async #take(erasure: Erasure, id: string, action: AuditAction): Promise<void> {
    const { tenant, by, document } = erasure;
    const { heads, keys, trail, ambient } = this.#parts;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const base = await heads.read(tenant, id);
      // Nothing is committed to it any more.
      if (base?.head.state === 'taken') {
        // The records stand in heads that are to go: not before the chain has them.
        if (await trail.holds(recordsOf(base.head))) return;
        throw unclear();
      }
      // A hold that came meanwhile beats it; one that comes later finds another generation.
      if (base !== null && id === document) await this.#assertFree(base.head);
      await keys.renew(tenant, id);
      const operation = newId('o', ambient.random);
      const at = isoTime(ambient.clock);
      const acts = [{ action: base === null ? ('content.fenced' as const) : action }];
      const actor = { ...by, tenant, subjects: [] };
      const commit = { operation, at, records: auditRecords(actor, id, { operation, at }, acts) };
      const next = base === null ? takenHead(tenant, id, commit) : erasedHead(base.head, document, commit);
      try {
        await heads.commit(base, next, 'fresh');
      } catch (error) {
        if (!(error instanceof DocumentsError && error.code === 'documents/stale')) throw error;
      }
    }
    throw unclear();
  }

  async #remove(erasure: Erasure): Promise<Erasure> {
    const { tenant, document, redlines } = erasure;
    const { stores, keys, requests, catalogue, heads, trail, ambient } = this.#parts;
    for (const id of [document, ...redlines]) {
      const last = await heads.read(tenant, id);
      if (last !== null) await keys.destroyOthers(tenant, id, last.wrapped);
      const before = ambient.clock() + DAY_MS;
      await stores.heads.prune(`heads/${tenant}/${id}`, { newest: 0, before });
      await purgeAll(stores.contents, `contents/${tenant}/${id}/`);
      await purgeAll(stores.heads, `pages/${tenant}/${id}/`);
      await catalogue.erase({ tenant, id, sequence: last?.head.sequence ?? 0 });
    }
    await purgeAll(stores.heads, `below/${tenant}/${document}/`);
    const answers = await requests.forget(tenant, [document, ...redlines]);
    await this.#parts.plans.forget(tenant);
    const isOfIt = ({ documents }: Operation): boolean =>
      documents.some((id) => id === document || redlines.includes(id));
    await this.#parts.operations.forget(tenant, isOfIt, this.#parts.forgetResult);
    // Later: what a search index knows of it goes here.
    const counts = { ...NO_COUNTS, ...erasure.counts, answers };
    // What is signed says that nobody reads it any more.
    await ambient.pause(CUT_MS);
    const done = { ...erasure, state: 'done', doneAt: isoTime(ambient.clock), counts } as const;
    const event = await trail.erasure(tenant, document, erasure.before?.sequence ?? 0);
    return { ...done, certificate: await trail.sign(statementOf(done, event)) };
  }

  async #counted(tenant: string, ids: readonly string[]): Promise<ErasureCounts> {
    const { stores } = this.#parts;
    const counts = { ...NO_COUNTS, redlines: ids.length - 1, keys: ids.length };
    for (const id of ids) {
      counts.heads += (await countOf(stores.heads.generations(`heads/${tenant}/${id}`))) - 1;
      counts.contents += await countOf(stores.contents.list(`contents/${tenant}/${id}/`));
      counts.pages += await countOf(stores.heads.list(`pages/${tenant}/${id}/`));
    }
    return counts;
  }

  /** @throws {DocumentsError} when there is no such document for the actor, or it is not theirs to erase. */
  #assertMay(actor: Actor, { head, generation }: StoredHead): void {
    const { id, members } = head;
    const now = this.#parts.ambient.clock();
    const decision = decideDocument(actor, 'document.erase', { id, members, generation }, now);
    actor.decided?.(decision);
    if (decision.outcome === 'allow') return;
    if (isHidden(decision)) throw missing();
    throw new DocumentsError('documents/refused', 'Only an administrator may erase a document.');
  }

  /** @throws {DocumentsError} `documents/held`, `documents/retained`. */
  async #assertFree(head: Head): Promise<void> {
    const before = { ...head, state: 'active' } as const;
    const step = { guarding: before, before, next: { ...head, state: 'deleted' } as const };
    await assertKept(this.#parts.rules, step, isoTime(this.#parts.ambient.clock));
  }

  /** Whether any data key of it, or of an earlier head, was wrapped by the tenant's key. */
  async #isUnderTenantKey({ head, wrapped }: StoredHead): Promise<boolean> {
    if (!isOwn(wrapped)) return true;
    for await (const { key } of this.#parts.heads.pages.latestFirst(head)) if (!isOwn(key)) return true;
    return false;
  }

  async #read(tenant: string, document: string): Promise<StoredRecord<Erasure> | null> {
    return await this.#parts.records.read<Erasure>(tenant, KIND, document);
  }
}

const NO_COUNTS: ErasureCounts = { redlines: 0, heads: 0, pages: 0, contents: 0, keys: 0, answers: 0 };

/** Says nothing but that the id is taken, and what happened before it. */
function erasedHead(head: Head, document: string, commit: Commit): Head {
  const { earlier, sequence } = nextHead(head, {}, commit);
  const isRedline = head.redline !== null || head.id !== document;
  return {
    ...takenHead(head.tenant, head.id, commit),
    ...{ earlier, sequence, bytes: 0 },
    redline: isRedline ? { document, kind: 'compared', ...NOTHING_COMPARED } : null,
  };
}

const NOTHING_COMPARED = {
  original: { document: null, version: null, name: '', sha256: '' },
  ...{ modified: [], options: {}, summary: {} },
};

function statementOf(erasure: Erasure, event: ChainPlace | null): Statement {
  const { tenant, document, by, reason, begunAt, doneAt, before, counts, underTenantKey } = erasure;
  return {
    ...({ format: 1, kind: 'document', tenant, subject: document } as const),
    ...{ by: { kind: by.kind, id: by.id }, reason, begunAt, doneAt: doneAt ?? begunAt },
    ...{ removed: { ...NO_COUNTS, ...counts }, remains: remainsOf(underTenantKey), before, event },
  };
}

async function purgeAll(store: VersionedBlobStore, prefix: string): Promise<void> {
  for await (const { name } of store.list(prefix)) await store.purge(name);
}

async function countOf(all: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of all) count += 1;
  return count;
}

function isDocument(id: string): boolean {
  return /^d_[a-z0-9_-]{1,62}$/.test(id);
}

function missing(): DocumentsError {
  return new DocumentsError('documents/not-found', 'There is no such document.');
}
