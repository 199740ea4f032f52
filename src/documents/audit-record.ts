import type { Actor, Member } from '../access/index.ts';
import type { DerivedKind } from './made-kinds.ts';

/** What was done. Closed: the catalogue of the room `audit` describes each one. */
export type AuditAction =
  | 'document.created'
  | 'document.updated'
  | 'document.deleted'
  | 'document.restored'
  | 'document.copied'
  | 'document.imported'
  | 'document.erased'
  | 'version.added'
  | 'version.restored'
  | `version.${DerivedKind}`
  | 'redline.created'
  | 'redline.imported'
  | 'redline.updated'
  | 'redline.deleted'
  | 'redline.restored'
  | 'redline.erased'
  | 'member.added'
  | 'member.changed'
  | 'member.removed'
  | 'ownership.given'
  | 'ownership.received'
  | 'link.created'
  | 'link.revoked'
  | 'links.revoked'
  | 'hold.set'
  | 'hold.released'
  | 'document.marked'
  | 'document.expired'
  | 'redline.expired'
  | 'keys.rewrapped'
  | 'content.fenced';

/** One act on one object; committed with the state that it describes. Never holds text of a document. */
export interface AuditRecord {
  /** The same whenever the same act is reported: the operation's id and the record's place in it. */
  readonly id: string;
  readonly at: string;
  readonly tenant: string;
  readonly actor: Pick<Actor, 'kind' | 'id'>;
  readonly credential: string;
  readonly address: string | null;
  readonly requestId: string;
  readonly action: AuditAction;
  readonly document: string;
  /** Number of the version, where it is about one. */
  readonly version: number | null;
  /** Who was given or lost what, where it is about a member; of one that is gone, what it had. */
  readonly member?: MemberFacts;
  /** What else belongs to it: why something is held, by which rule it was deleted. */
  readonly facts?: ActFacts;
  readonly outcome: 'done';
}

/** Never text of a document, nor a name. */
export type ActFacts = Readonly<Record<string, string | number | null>>;

type MemberFacts = Pick<Member, 'subject' | 'role' | 'expiresAt'>;

/** An act before the operation is known that does it. */
export interface Act {
  readonly action: AuditAction;
  readonly version?: number;
  readonly member?: MemberFacts;
  readonly facts?: ActFacts;
}

/** The records of an operation on one document. */
export function auditRecords(
  actor: Actor,
  document: string,
  { operation, at }: { readonly operation: string; readonly at: string },
  acts: readonly Act[],
): AuditRecord[] {
  return acts.map(({ action, version = null, member, facts }, place) => ({
    id: `${operation}-${place}`,
    at,
    tenant: actor.tenant,
    actor: { kind: actor.kind, id: actor.id },
    credential: actor.credential,
    address: actor.address,
    requestId: actor.requestId,
    action,
    document,
    version,
    ...(member === undefined ? {} : { member }),
    ...(facts === undefined ? {} : { facts }),
    outcome: 'done',
  }));
}
