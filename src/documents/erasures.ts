import { type Actor, decideDocument, isHidden } from '../access/index.ts';
import { isoTime, newId } from './ambient.ts';
import { type AuditAction, auditRecords } from './audit-record.ts';
import type { VersionedBlobStore } from './blob-store.ts';
import type { Catalogue } from './catalogue.ts';
import { type CommitRecords, recordsOf } from './commit-records.ts';
import { type DocumentKeys, isOwn } from './document-keys.ts';
import {
  type Begun,
  type ErasingParts,
  type ErasingTrail,
  ErasureRunner,
  forgetAsked,
} from './erasure-runner.ts';
import { type ChainPlace, type ErasureCounts, remainsOf, type Statement } from './erasure-statement.ts';
import { DocumentsError } from './errors.ts';
import { type Commit, type Head, nextHead } from './head.ts';
import type { StoredHead } from './head-store.ts';
import { takenHead } from './leftovers.ts';
import type { Operation } from './operations/index.ts';
import { assertKept, type RulesOf } from './retention/keeping.ts';
import { unclear } from './writing.ts';

/** What erasing documents asks of the audit trail besides. */
export interface ErasureTrail extends ErasingTrail {
  /** Has the chain hold a commit, and all that was committed to that object before. @returns whether it does. */
  holds(commit: CommitRecords): Promise<boolean>;
  /** Where the erasure of an object stands in the chain, behind a place. */
  erasure(tenant: string, object: string, after: number): Promise<ChainPlace | null>;
}

export interface ErasureParts extends ErasingParts {
  readonly stores: { readonly heads: VersionedBlobStore; readonly contents: VersionedBlobStore };
  readonly keys: DocumentKeys;
  readonly catalogue: Pick<Catalogue, 'erase'>;
  /** What keeps documents for a time. */
  readonly rules: RulesOf | undefined;
  readonly trail: ErasureTrail;
}

/** The erasure of a document, from the moment it was asked for. */
export interface Erasure extends Begun {
  /** It names the erasure too. */
  readonly document: string;
  /** `begun`: it may be readable yet. `closed`: nothing of it is shown or changed any more. `done`: it is gone. */
  readonly state: 'begun' | 'closed' | 'done';
  /** Its redlines. */
  readonly redlines: readonly string[];
  readonly counts: ErasureCounts | null;
  /** Whether copies from before may hold data keys that the tenant's key wrapped itself (decision 0164). */
  readonly underTenantKey: boolean;
}

/** How often whoever sends bytes looks whether they may still be read; milliseconds. */
export const LOOKED_AFTER_MS = 1000;
/** By then nothing of what was closed is being sent by any process. Decision 0220. */
const CUT_MS = LOOKED_AFTER_MS * 3;
const MOST_TRIES = 10;
/** Longer than it takes to take work that was asked for, and than clocks differ. */
const LATE_MS = 3_600_000;
const DAY_MS = 24 * 3_600_000;

/** Erases documents for good. Decision 0165. Throws `DocumentsError` and `OutsideError`. */
export class Erasures {
  readonly #parts: ErasureParts;
  /** Those of which no work can be left that was taken meanwhile. */
  readonly #looked = new Set<string>();
  /** Those that were asked for. */
  readonly begun: ErasureRunner<Erasure>;

  constructor(parts: ErasureParts) {
    this.#parts = parts;
    const advance = (one: Erasure) => (one.state === 'begun' ? this.#close(one) : this.#remove(one));
    this.begun = new ErasureRunner(parts, {
      isOfKind: isDocument,
      advance,
      tidy: (one) => this.#tidy(one),
    });
  }

  /**
   * Erases a document with its redlines; asked again it goes on with what was begun.
   *
   * @throws {DocumentsError} `documents/unclear` when it was begun and is not done yet: a sweep goes on with it.
   */
  async erase(actor: Actor, document: string, reason: string): Promise<Erasure> {
    const { tenant } = actor;
    const stored = isDocument(document) ? await this.#parts.heads.read(tenant, document) : null;
    if (stored === null) throw missing();
    this.#assertMay(actor, stored);
    const there = await this.begun.goOn(tenant, document);
    if (there !== null) return there;
    if (stored.head.state === 'taken') throw missing();
    await this.#assertFree(stored.head);
    const underTenantKey = await this.#isUnderTenantKey(stored);
    const said = { document, redlines: [], counts: null, underTenantKey };
    return await this.begun.begin(actor, document, reason, (begun) => ({ ...begun, ...said }));
  }

  /** Whoever was about to keep a redline may have taken note of it too late, and work on it may have been taken. */
  async #tidy(erasure: Erasure): Promise<void> {
    const { tenant, document, begunAt, doneAt } = erasure;
    const { stores, operations, forgetResult, ambient } = this.#parts;
    await purgeAll(stores.heads, `below/${tenant}/${document}/`);
    const [since, until] = [Date.parse(begunAt) - LATE_MS, Date.parse(doneAt ?? begunAt) + LATE_MS];
    if (this.#looked.has(`${tenant}/${document}`)) return;
    const isOver = ambient.clock() > until;
    await operations.forget(tenant, isWorkOn(erasure), forgetResult, { since, until });
    if (isOver) this.#looked.add(`${tenant}/${document}`);
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
    const { stores, keys, catalogue, heads, trail, ambient } = this.#parts;
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
    const { answers } = await forgetAsked(this.#parts, tenant, [document, ...redlines], isWorkOn(erasure));
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

function isWorkOn({ document, redlines }: Erasure): (operation: Operation) => boolean {
  return ({ documents }) => documents.some((id) => id === document || redlines.includes(id));
}

function isDocument(id: string): boolean {
  return /^d_[a-z0-9_-]{1,62}$/.test(id);
}

function missing(): DocumentsError {
  return new DocumentsError('documents/not-found', 'There is no such document.');
}
