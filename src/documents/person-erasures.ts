import type { Actor, Forgetting, Subject } from '../access/index.ts';
import { isoTime, newId } from './ambient.ts';
import type { BlobStore } from './blob-store.ts';
import {
  type Begun,
  type ErasingParts,
  type ErasingTrail,
  ErasureRunner,
  forgetAsked,
} from './erasure-runner.ts';
import {
  type ChainPlace,
  type PersonCounts,
  type PersonStatement,
  personRemains,
} from './erasure-statement.ts';
import type { Erasures } from './erasures.ts';
import { DocumentsError } from './errors.ts';
import type { Head } from './head.ts';
import type { Members } from './members.ts';
import type { Operation } from './operations/index.ts';
import { unclear } from './writing.ts';

/** What erasing people asks of the audit trail besides. */
export interface PersonTrail extends ErasingTrail {
  /** Has the chain say that a person was erased, once however often it is asked. @returns where; `null` while it is on its way. */
  told(tenant: string, erasure: Pick<PersonErasure, 'by' | 'person' | 'before'>): Promise<ChainPlace | null>;
}

export interface PersonErasureParts extends ErasingParts {
  readonly store: BlobStore;
  readonly members: Members;
  readonly forgetting: Pick<Forgetting, 'find' | 'keysOf' | 'close' | 'remove'>;
  readonly trail: PersonTrail;
}

/** The erasure of a person, from the moment it was asked for. */
export interface PersonErasure extends Begun {
  /** The id; it names the erasure too. */
  readonly person: string;
  /** `begun`: they cannot sign in. `closed`: they are in no document. `gone`: nothing says who they were. `done`: it is proved. */
  readonly state: 'begun' | 'closed' | 'gone' | 'done';
  /** Themselves, and keys for programs that they made. */
  readonly subjects: readonly Subject[];
  readonly counts: PersonCounts;
  /** Whether the id was made of issuer and subject, before decision 0172: then there are addresses in clear too. */
  readonly isEarly: boolean;
}

/** What is erased for good: documents, and who people were. */
export interface AllErasures {
  readonly erasures: Erasures;
  readonly personErasures: PersonErasures;
}

/** Documents that a refusal names. */
const MOST_NAMED = 20;
const NO_COUNTS: PersonCounts = {
  ...{ sessions: 0, memberships: 0, keys: 0, groups: 0, records: 0 },
  ...{ answers: 0, operations: 0 },
};

/** Erases people across a tenant: whatever says who an id was. Decision 0173. Throws `DocumentsError` and `OutsideError`. */
export class PersonErasures {
  readonly #parts: PersonErasureParts;
  /** Those that were asked for. */
  readonly begun: ErasureRunner<PersonErasure>;

  constructor(parts: PersonErasureParts) {
    this.#parts = parts;
    const advance = (one: PersonErasure) => this.#advance(one);
    this.begun = new ErasureRunner(parts, { isOfKind: isPerson, advance, tidy: (one) => this.#tidy(one) });
  }

  /**
   * Asked again it goes on with what was begun.
   *
   * @throws {DocumentsError} `erasures/owns-documents` for those who alone own something; `erasures/no-person`;
   * `documents/refused` for oneself, and for whoever is no administrator.
   */
  async erase(actor: Actor, person: string, reason: string): Promise<PersonErasure> {
    const { tenant, kind, id } = actor;
    const isAllowed = kind === 'operator' || (actor.administrator === true && id !== person);
    if (!isAllowed)
      throw new DocumentsError('documents/refused', 'Another administrator may erase a person.');
    const there = await this.begun.goOn(tenant, person);
    if (there !== null) return there;
    const known = await this.#parts.forgetting.find(tenant, person);
    if (known === null) throw new DocumentsError('erasures/no-person', 'There is no such person.');
    const keys = await this.#parts.forgetting.keysOf(tenant, person);
    const subjects: Subject[] = [`person:${person}`, ...keys.map((key) => `key:${key}` as const)];
    await this.#assertOwnsNothing(tenant, subjects);
    const said = { person, subjects, counts: NO_COUNTS, isEarly: known.isEarly };
    return await this.begun.begin(actor, person, reason, (begun) => ({ ...begun, ...said }));
  }

  async #advance(erasure: PersonErasure): Promise<PersonErasure> {
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

  /** Whoever was signing in may have kept who they are too late. */
  async #tidy({ tenant, person }: PersonErasure): Promise<void> {
    const { forgetting } = this.#parts;
    if ((await forgetting.find(tenant, person)) !== null) await forgetting.remove(tenant, person);
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
      const code = error instanceof DocumentsError ? error.code : null;
      // They have come to own it alone since it was looked for.
      if (code === 'members/last-owner') throw ownsDocuments([document], 1);
      // Somebody else took it away meanwhile, or its time was over.
      if (code !== 'members/not-found') throw error;
    }
  }

  async #remove(erasure: PersonErasure): Promise<PersonErasure> {
    const { tenant, person, counts } = erasure;
    const removed = await this.#parts.forgetting.remove(tenant, person);
    const isTheirs = ({ actor }: Operation): boolean => isIn(actor.subjects, erasure.subjects);
    const asked = await forgetAsked(this.#parts, tenant, [person], isTheirs);
    return { ...erasure, state: 'gone', counts: { ...counts, ...removed, ...asked } };
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
    if (count > 0) throw ownsDocuments(owned, count);
  }

  /** All of the tenant, deleted ones too: they can be had back. */
  async *#documents(tenant: string): AsyncIterable<Head> {
    for await (const { name } of this.#parts.store.list(`heads/${tenant}/d_`)) {
      const stored = await this.#parts.heads.read(tenant, name.slice(`heads/${tenant}/`.length));
      if (stored !== null && stored.head.state !== 'taken') yield stored.head;
    }
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

/** @param documents some of those that they alone own. @param count how many they own in all. */
function ownsDocuments(documents: readonly string[], count: number): DocumentsError {
  const message = 'Documents would have no owner: give them to somebody else, or erase them first.';
  return new DocumentsError('erasures/owns-documents', message, { documents, used: count });
}

/** Whether an erasure is of a person; others are of documents. */
export function isPerson(id: string): boolean {
  return /^p_[0-9a-f]{32}$/.test(id);
}
