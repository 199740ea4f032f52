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

/** What a certificate of erasure says, before it is signed. */
export interface Statement {
  readonly format: 1;
  readonly kind: 'document';
  readonly tenant: string;
  /** The id of what was erased. */
  readonly subject: string;
  readonly by: Pick<Actor, 'kind' | 'id'>;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly begunAt: string;
  readonly doneAt: string;
  readonly removed: ErasureCounts;
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
];

const UNDER_TENANT_KEY: Remaining = {
  what: 'backups of before the document had a key of its own',
  why: 'the key of the tenant opens them: rotate it and destroy the earlier version',
};

export function remainsOf(underTenantKey: boolean): readonly Remaining[] {
  return underTenantKey ? [...ALWAYS, UNDER_TENANT_KEY] : ALWAYS;
}
