import type { Actor } from '../access/index.ts';

/** An event of the audit trail. */
export interface ChainPlace {
  readonly sequence: number;
  readonly hash: string;
}

/** What was removed, by kind. */
export interface ErasureCounts {
  readonly redlines: number;
  /** Earlier generations of heads. */
  readonly heads: number;
  readonly pages: number;
  /** Of versions, and of what the engine said of them. */
  readonly contents: number;
  /** Keys that were destroyed, one for each head. */
  readonly keys: number;
  /** Answers that were kept for requests sent again. */
  readonly answers: number;
}

/** What stays, and why. */
export interface Remaining {
  readonly what: string;
  readonly why: string;
}

/** What was removed of a person, by kind. */
export interface PersonCounts {
  readonly sessions: number;
  /** Parts in documents. */
  readonly memberships: number;
  /** Keys for programs. */
  readonly keys: number;
  readonly groups: number;
  /** Of who they were, with the key that sealed their addresses. */
  readonly records: number;
  /** Answers that were kept for requests sent again. */
  readonly answers: number;
  /** What they had asked for that takes longer than a request, with what came of it. */
  readonly operations: number;
}

/** What a certificate of erasure says, before it is signed. */
export type Statement = Said<'document', ErasureCounts>;
export type PersonStatement = Said<'person', PersonCounts>;

interface Said<Kind extends string, Counts> {
  readonly format: 1;
  readonly kind: Kind;
  readonly tenant: string;
  /** The id of what was erased. */
  readonly subject: string;
  readonly by: Pick<Actor, 'kind' | 'id'>;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly begunAt: string;
  readonly doneAt: string;
  readonly removed: Counts;
  readonly remains: readonly Remaining[];
  /** The end of the audit chain before, and the event of the erasure. */
  readonly before: ChainPlace | null;
  readonly event: ChainPlace | null;
}

const ALWAYS: readonly Remaining[] = [
  {
    what: 'events of the audit trail',
    why: 'proof of who did what; they name ids, never words of the document',
  },
  { what: 'the id, as taken', why: 'so that no request of before brings it back' },
  { what: 'this certificate', why: 'proof of the erasure' },
  {
    what: 'copies as documents of their own, and redlines of other documents that it was compared with',
    why: 'they are other documents: erase those',
  },
  {
    what: 'results of the last hour, uploads of the last day',
    why: 'they name no document, and end by themselves',
  },
  {
    what: 'backups of the keys of documents from before',
    why: 'whoever has one, a backup of the documents and the key of the tenant can open it: keep them for days only',
  },
  {
    what: 'backups of operations on it, in the store of heads from before',
    why: 'its name, and what was sent to be compared with it, are in them under the key of the tenant: rotate it and destroy the earlier version',
  },
];

const UNDER_TENANT_KEY: Remaining = {
  what: 'backups of before the document had a key of its own',
  why: 'the key of the tenant opens them: rotate it and destroy the earlier version',
};

export function remainsOf(underTenantKey: boolean): readonly Remaining[] {
  return underTenantKey ? [...ALWAYS, UNDER_TENANT_KEY] : ALWAYS;
}

const OF_PEOPLE: readonly Remaining[] = [
  {
    what: 'events of the audit trail, and heads of documents, that name the id',
    why: 'proof of what was done; the id is random, nothing leads from it to a person, and sealed addresses open no more',
  },
  {
    what: 'what stands in documents: text, comments and tracked changes with the names of their authors',
    why: 'it is the content of documents of others: scrub or erase those',
  },
  {
    what: 'names of documents, groups and labels, reasons of holds, addresses and descriptions of webhooks, archives that were taken along, evidence of imports',
    why: 'people wrote them, or they have left the service',
  },
  {
    what: 'addresses of failed sign-ins and of readers of links',
    why: 'nobody was known there, and nothing joins them to the id',
  },
  {
    what: 'the erasure itself, with this certificate',
    why: 'proof of the erasure; who signs in again is somebody new',
  },
  {
    what: 'backups of the store of secrets from before',
    why: 'whoever has one and the key of the tenant can read who it was: keep them for days only',
  },
  {
    what: 'backups of what they had asked for, in the store of heads from before',
    why: 'operations name who asked as the author, under the key of the tenant: rotate it and destroy the earlier version',
  },
];

const EARLY: readonly Remaining[] = [
  {
    what: 'addresses in events of format 1',
    why: 'they were written before addresses were sealed, and the chain cannot be changed',
  },
  {
    what: 'backups of the store of heads from before format 7',
    why: 'names stood there under the key of the tenant: rotate it and destroy the earlier version',
  },
  {
    what: 'the way from issuer and subject to the id',
    why: 'the id was made of them before ids were random: whoever knows both can compute it',
  },
];

/** @param isEarly the person was there before decision 0172. */
export function personRemains(isEarly: boolean): readonly Remaining[] {
  return isEarly ? [...OF_PEOPLE, ...EARLY] : OF_PEOPLE;
}
