import {
  AccessError,
  type Actor,
  type Forgetting,
  type StoredRecord,
  type Subject,
} from '../access/index.ts';
import { type Ambient, isoTime, newId } from './ambient.ts';
import type { BlobStore } from './blob-store.ts';
import {
  type ChainPlace,
  type PersonCounts,
  type PersonStatement,
  personRemains,
} from './erasure-statement.ts';
import type { Erasures } from './erasures.ts';
import { DocumentsError } from './errors.ts';
import type { Head } from './head.ts';
import type { HeadStore } from './head-store.ts';
import type { Members } from './members.ts';
import type { Operation, OperationStore } from './operations/index.ts';
import type { Records } from './records.ts';
import type { Requests } from './requests.ts';
import { afterChange, unclear } from './writing.ts';

/** What erasing a person asks of the audit trail. */
export interface PersonTrail {
  /** The end of a tenant's chain; `null` when nothing ever happened there. */
  end(tenant: string): Promise<ChainPlace | null>;
  /** Has the chain say that a person was erased, once however often it is asked. @returns where; `null` while it is on its way. */
  told(tenant: string, erasure: Pick<PersonErasure, 'by' | 'person' | 'before'>): Promise<ChainPlace | null>;
  /** Signed with the key that checkpoints are signed with; `null` where nothing is signed. */
  sign(statement: PersonStatement): Promise<object | null>;
}

export interface PersonErasureParts {
  readonly heads: HeadStore;
  readonly store: BlobStore;
  readonly members: Members;
  readonly records: Records;
  readonly requests: Pick<Requests, 'forget'>;
  readonly plans: { forget(tenant: string): Promise<void> };
  /** What they asked for, in their name: it names them as the author. */
  readonly operations: Pick<OperationStore, 'forget'>;
  readonly forgetResult: (operation: Operation) => Promise<void>;
  readonly forgetting: Pick<Forgetting, 'find' | 'keysOf' | 'close' | 'remove'>;
  readonly trail: PersonTrail;
  readonly ambient: Ambient;
}

/** The erasure of a person, from the moment it was asked for. */
export interface PersonErasure {
  readonly format: 1;
  readonly tenant: string;
  /** The id; it names the erasure too. */
  readonly person: string;
  /** `begun`: they cannot sign in. `closed`: they are in no document. `gone`: nothing says who they were. `done`: it is proved. */
  readonly state: 'begun' | 'closed' | 'gone' | 'done';
  readonly by: Pick<Actor, 'kind' | 'id' | 'credential' | 'address' | 'requestId'>;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly begunAt: string;
  readonly doneAt: string | null;
  readonly before: ChainPlace | null;
  /** Themselves, and keys for programs that they made. */
  readonly subjects: readonly Subject[];
  readonly counts: PersonCounts;
  /** Whether the id was made of issuer and subject, before decision 0172: then there are addresses in clear too. */
  readonly isEarly: boolean;
  readonly certificate: object | null;
}

/** What is erased for good: documents, and who people were. */
export interface AllErasures {
  readonly erasures: Erasures;
  readonly personErasures: PersonErasures;
}

const KIND = 'erasures';
const MOST_TRIES = 10;
const SETTLED_MS = 8 * 24 * 3_600_000;
/** Documents that a refusal names. */
const MOST_NAMED = 20;
const NO_COUNTS: PersonCounts = {
  ...{ sessions: 0, memberships: 0, keys: 0, groups: 0, records: 0 },
  ...{ answers: 0, operations: 0 },
};

/**
 * Erases people across a tenant: whatever says who an id was. The intent is kept first, and every step may be done again. Decision
 * 0173. Throws `DocumentsError` and `OutsideError`.
 */
export class PersonErasures {
  readonly #parts: PersonErasureParts;
  /** Those of which nothing can be left that was under way then. */
  readonly #settled = new Set<string>();

  constructor(parts: PersonErasureParts) {
    this.#parts = parts;
  }

  async find({ tenant }: Pick<Actor, 'tenant'>, person: string): Promise<PersonErasure> {
    const found = isPerson(person) ? await this.#read(tenant, person) : null;
    if (found === null) throw new DocumentsError('erasures/not-found', 'There is no such erasure.');
    return found.value;
  }

  /**
   * Asked again it goes on with what was begun.
   *
   * @throws {DocumentsError} `erasures/owns-documents` for those who alone own something; `erasures/no-person`;
   * `documents/refused` for oneself, and for whoever is no administrator.
   */
  async erase(actor: Actor, person: string, reason: string): Promise<PersonErasure> {
    const { tenant, kind, id, credential, address, requestId } = actor;
    const isAllowed = kind === 'operator' || (actor.administrator === true && id !== person);
    if (!isAllowed)
      throw new DocumentsError('documents/refused', 'Another administrator may erase a person.');
    const there = isPerson(person) ? await this.#read(tenant, person) : null;
    if (there !== null) return await this.#finish(there);
    const known = await this.#parts.forgetting.find(tenant, person);
    if (known === null) throw new DocumentsError('erasures/no-person', 'There is no such person.');
    const keys = await this.#parts.forgetting.keysOf(tenant, person);
    const subjects: Subject[] = [`person:${person}`, ...keys.map((key) => `key:${key}` as const)];
    await this.#assertOwnsNothing(tenant, subjects);
    const intent: PersonErasure = {
      ...({ format: 1, tenant, person, state: 'begun' } as const),
      ...{ by: { kind, id, credential, address, requestId }, reason },
      ...{ begunAt: isoTime(this.#parts.ambient.clock), doneAt: null },
      ...{ before: await this.#parts.trail.end(tenant), subjects, counts: NO_COUNTS },
      ...{ isEarly: known.isEarly, certificate: null },
    };
    const place = { tenant, kind: KIND, id: person } as const;
    const kept = (await this.#parts.records.write(place, null, intent)) ?? (await this.#read(tenant, person));
    if (kept === null) throw unclear();
    try {
      return await this.#finish(kept);
    } catch (error) {
      // Who owns something meanwhile gives it away first, and then it goes on: nobody may be told that nothing was begun.
      const isStopped = error instanceof DocumentsError || error instanceof AccessError;
      throw isStopped ? unclear() : afterChange(error);
    }
  }

  /** Goes on with what was begun and not finished. @returns how many were. */
  async resume(tenants: Iterable<string>): Promise<number> {
    let finished = 0;
    for (const tenant of tenants) {
      for (const id of await this.#parts.records.list(tenant, KIND)) {
        if (!isPerson(id) || this.#settled.has(`${tenant}/${id}`)) continue;
        const stored = await this.#read(tenant, id);
        if (stored === null) continue;
        if (stored.value.state === 'done') {
          await this.#tidy(stored.value);
          continue;
        }
        try {
          await this.#finish(stored);
          finished += 1;
        } catch (error) {
          // Whoever got a document meanwhile gives it away first.
          if (!(error instanceof DocumentsError)) throw error;
        }
      }
    }
    return finished;
  }

  /** Whoever was signing in may have kept who they are too late; nothing that was under way goes on after a week. */
  async #tidy({ tenant, person, doneAt }: PersonErasure): Promise<void> {
    const { forgetting, ambient } = this.#parts;
    if ((await forgetting.find(tenant, person)) !== null) await forgetting.remove(tenant, person);
    if (Date.parse(doneAt ?? '') < ambient.clock() - SETTLED_MS) this.#settled.add(`${tenant}/${person}`);
  }

  async #finish(stored: StoredRecord<PersonErasure>): Promise<PersonErasure> {
    let current = stored;
    for (let steps = 0; current.value.state !== 'done'; steps += 1) {
      if (steps > MOST_TRIES) throw unclear();
      const { tenant, person } = current.value;
      const next = await this.#step(current.value);
      const place = { tenant, kind: KIND, id: person } as const;
      const written = await this.#parts.records.write(place, current, next);
      // Another process may be at it too: what it came to counts.
      const found = written ?? (await this.#read(tenant, person));
      if (found === null) throw unclear();
      current = found;
    }
    return current.value;
  }

  async #step(erasure: PersonErasure): Promise<PersonErasure> {
    switch (erasure.state) {
      case 'begun':
        return await this.#close(erasure);
      case 'closed':
        return await this.#remove(erasure);
      case 'gone':
      case 'done':
        return await this.#prove(erasure);
    }
  }

  async #close(erasure: PersonErasure): Promise<PersonErasure> {
    const { tenant, person, subjects } = erasure;
    const sessions = await this.#parts.forgetting.close(tenant, person);
    // They may have kept something since it was asked.
    await this.#assertOwnsNothing(tenant, subjects);
    let memberships = 0;
    for await (const { id, members } of this.#documents(tenant)) {
      for (const { subject } of members) {
        if (!subjects.includes(subject)) continue;
        await this.#leave(erasure, id, subject);
        memberships += 1;
      }
    }
    return { ...erasure, state: 'closed', counts: { ...erasure.counts, sessions, memberships } };
  }

  async #leave({ by, tenant }: PersonErasure, document: string, subject: Subject): Promise<void> {
    const actor: Actor = { ...by, tenant, subjects: [], administrator: true };
    const operation = newId('o', this.#parts.ambient.random);
    try {
      await this.#parts.members.remove({ actor, operation, document, ifMatch: null }, subject);
    } catch (error) {
      // Somebody else took it away meanwhile, or its time was over.
      if (!(error instanceof DocumentsError && error.code === 'members/not-found')) throw error;
    }
  }

  async #remove(erasure: PersonErasure): Promise<PersonErasure> {
    const { tenant, person, counts } = erasure;
    const { forgetting, requests, plans } = this.#parts;
    const removed = await forgetting.remove(tenant, person);
    const answers = await requests.forget(tenant, [person]);
    await plans.forget(tenant);
    const isTheirs = ({ actor }: Operation): boolean => isIn(actor.subjects, erasure.subjects);
    const operations = await this.#parts.operations.forget(tenant, isTheirs, this.#parts.forgetResult);
    return { ...erasure, state: 'gone', counts: { ...counts, ...removed, answers, operations } };
  }

  async #prove(erasure: PersonErasure): Promise<PersonErasure> {
    const { trail, ambient } = this.#parts;
    const event = await trail.told(erasure.tenant, erasure);
    if (event === null) throw unclear();
    const done = { ...erasure, state: 'done', doneAt: isoTime(ambient.clock) } as const;
    return { ...done, certificate: await trail.sign(statementOf(done, event)) };
  }

  /** @throws {DocumentsError} `erasures/owns-documents`. */
  async #assertOwnsNothing(tenant: string, subjects: readonly Subject[]): Promise<void> {
    const owned: string[] = [];
    let count = 0;
    for await (const { id, members } of this.#documents(tenant)) {
      const owners = members.filter(({ role }) => role === 'owner');
      if (owners.length === 0 || !owners.every(({ subject }) => subjects.includes(subject))) continue;
      count += 1;
      if (owned.length < MOST_NAMED) owned.push(id);
    }
    if (count === 0) return;
    const message = 'Documents would have no owner: give them to somebody else, or erase them first.';
    throw new DocumentsError('erasures/owns-documents', message, { documents: owned, used: count });
  }

  /** All of the tenant, deleted ones too: they can be had back. */
  async *#documents(tenant: string): AsyncIterable<Head> {
    for await (const { name } of this.#parts.store.list(`heads/${tenant}/d_`)) {
      const stored = await this.#parts.heads.read(tenant, name.slice(`heads/${tenant}/`.length));
      if (stored !== null && stored.head.state !== 'taken') yield stored.head;
    }
  }

  async #read(tenant: string, person: string): Promise<StoredRecord<PersonErasure> | null> {
    return await this.#parts.records.read<PersonErasure>(tenant, KIND, person);
  }
}

function statementOf(erasure: PersonErasure, event: ChainPlace): PersonStatement {
  const { tenant, person, by, reason, begunAt, doneAt, before, counts, isEarly } = erasure;
  return {
    ...({ format: 1, kind: 'person', tenant, subject: person } as const),
    ...{ by: { kind: by.kind, id: by.id }, reason, begunAt, doneAt: doneAt ?? begunAt },
    ...{ removed: counts, remains: personRemains(isEarly), before, event },
  };
}

function isIn(subjects: readonly Subject[], wanted: readonly Subject[]): boolean {
  return subjects.some((subject) => wanted.includes(subject));
}

/** Whether an erasure is of a person; others are of documents. */
export function isPerson(id: string): boolean {
  return /^p_[0-9a-f]{32}$/.test(id);
}
