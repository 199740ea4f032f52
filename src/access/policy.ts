import type { Actor } from './actor.ts';
import type { Grant } from './api-keys/reach.ts';
import type { Scope } from './api-keys/scopes.ts';
import type { Action, Decision, DecisionReason, DocumentPermission } from './decision.ts';
import { bestOf, type DocumentRole, isAtLeast, type Member } from './members.ts';
import type { TenantRole } from './people/people.ts';
import type { Principal } from './principal.ts';

interface Row {
  readonly roles: readonly TenantRole[];
  /** What a key needs; `any`: every key may, `none`: no key may. */
  readonly key: Scope | 'any' | 'none';
  /** Service accounts with that scope may too, though they are no more than members: an administrator gave it to them. */
  readonly services?: true;
  /** Whoever may do that may do this: it is a part of it. */
  readonly partOf?: Action;
}

const EVERYBODY = ['administrator', 'member', 'auditor'] as const;
const PEOPLE = ['administrator', 'member'] as const;

/** The one table of who may do what in a tenant. Whatever stands in no row is refused. */
export const POLICY: Readonly<Record<Action, Row>> = {
  self: { roles: EVERYBODY, key: 'any' },
  sessions: { roles: EVERYBODY, key: 'none' },
  compare: { roles: PEOPLE, key: 'compare' },
  'documents.read': { roles: PEOPLE, key: 'documents:read' },
  'documents.write': { roles: PEOPLE, key: 'documents:write' },
  'documents.share': { roles: PEOPLE, key: 'documents:share' },
  keys: { roles: PEOPLE, key: 'none' },
  people: { roles: ['administrator'], key: 'none' },
  groups: { roles: PEOPLE, key: 'none' },
  'groups.manage': { roles: ['administrator'], key: 'none' },
  // Only what the key itself began.
  operations: { roles: PEOPLE, key: 'any' },
  'operations.manage': { roles: ['administrator'], key: 'none' },
  exports: { roles: PEOPLE, key: 'documents:read', partOf: 'exports.all' },
  'exports.all': { roles: ['administrator'], key: 'portability:manage', services: true },
  imports: { roles: ['administrator'], key: 'portability:manage', services: true },
  services: { roles: ['administrator'], key: 'none' },
  audit: { roles: ['administrator', 'auditor'], key: 'audit:read' },
  'retention.read': { roles: ['administrator', 'auditor'], key: 'retention:manage', services: true },
  'retention.manage': { roles: ['administrator'], key: 'retention:manage', services: true },
  erasures: { roles: ['administrator'], key: 'none' },
  webhooks: { roles: ['administrator'], key: 'webhooks:manage' },
};

/** The kept document that something is about. */
export interface DecidedDocument {
  readonly id: string;
  /** Asked for only where they matter; none for a document that is missing. */
  readonly labels: readonly string[];
}

/**
 * The one place that decides.
 *
 * @param action `null` for what stands in no row.
 * @param document the kept document that it is about; `null` for none, or several.
 */
export function decide(
  principal: Principal,
  action: Action | null,
  document: DecidedDocument | null,
): Decision {
  const reason = reasonOf(principal, action, document);
  const outcome = ALLOWING.includes(reason) ? 'allow' : 'deny';
  return {
    ...{ permission: action, object: document?.id ?? null },
    ...{ outcome, reason, generation: null, via: null },
  };
}

/** Whatever is not among these is refused. */
const ALLOWING: readonly DecisionReason[] = ['operator', 'role', 'scope', 'member', 'administrator', 'link'];

function reasonOf(
  principal: Principal,
  action: Action | null,
  document: DecidedDocument | null,
): DecisionReason {
  if (principal.actor.kind === 'operator') return 'operator';
  if (action === null) return 'no row';
  const row = POLICY[action];
  const reason = reasonOfRow(principal, row, document);
  if (row.partOf === undefined || ALLOWING.includes(reason)) return reason;
  const wider = reasonOf(principal, row.partOf, document);
  return ALLOWING.includes(wider) ? wider : reason;
}

function reasonOfRow(
  { role, service = false, key }: Principal,
  row: Row,
  document: DecidedDocument | null,
): DecisionReason {
  if (key === null) return row.roles.includes(role) ? 'role' : 'role missing';
  if (row.key === 'any') return 'scope';
  // Whatever its maker was when it was made.
  if (!row.roles.includes(role) && !(service && row.services === true)) return 'role missing';
  if (row.key === 'none' || !key.scopes.includes(row.key)) return 'scope missing';
  if (row.key === 'compare') return 'scope';
  return key.mode === 'test' ? 'test key' : reasonOfReach(key, document);
}

/** A key for some documents sees no list, and makes no new ones. */
function reasonOfReach({ documents, labels }: Grant, document: DecidedDocument | null): DecisionReason {
  if (documents !== null && (document === null || !documents.includes(document.id))) return 'other document';
  if (labels !== null && !labels.some((label) => document?.labels.includes(label))) return 'other label';
  return 'scope';
}

interface DocumentRow {
  /** The least role in the document that may; `null`: none. */
  readonly least: DocumentRole | null;
  /** Whether an administrator of the tenant may without being a member (decision 0120). */
  readonly administrator: boolean;
}

/** The one table of who may do what with a kept document. */
export const DOCUMENT_POLICY: Readonly<Record<DocumentPermission, DocumentRow>> = {
  'document.read': { least: 'viewer', administrator: false },
  'document.comment': { least: 'commenter', administrator: false },
  'document.edit': { least: 'editor', administrator: false },
  'document.link': { least: 'editor', administrator: false },
  'document.delete': { least: 'owner', administrator: false },
  'members.read': { least: 'editor', administrator: true },
  'members.write': { least: 'owner', administrator: true },
  'members.leave': { least: 'viewer', administrator: false },
  'ownership.transfer': { least: 'owner', administrator: true },
  'leases.break': { least: 'owner', administrator: true },
  'document.hold': { least: null, administrator: true },
  'document.erase': { least: 'owner', administrator: true },
};

/** A document as far as it matters who may do what with it, as it was read. */
export interface Guarded {
  readonly id: string;
  readonly generation: string;
  readonly members: readonly Member[];
}

/** The one place that decides about a kept document. @param now milliseconds since 1970. */
export function decideDocument(
  actor: Actor,
  permission: DocumentPermission,
  { id, generation, members }: Guarded,
  now: number,
): Decision {
  const best = bestOf(actor.subjects, members, now);
  const reason = documentReason(actor, permission, members, best);
  const outcome = ALLOWING.includes(reason) ? 'allow' : 'deny';
  const via = reason === 'member' ? (best?.subject ?? null) : null;
  return { permission, object: id, outcome, reason, generation, via };
}

function documentReason(
  { kind, subjects, administrator = false, custodian = false }: Actor,
  permission: DocumentPermission,
  members: readonly Member[],
  best: Member | null,
): DecisionReason {
  const row = DOCUMENT_POLICY[permission];
  if (kind === 'operator') return 'operator';
  if (kind === 'link') return permission === 'document.read' ? 'link' : 'no member';
  if (best !== null && row.least !== null && isAtLeast(best.role, row.least)) return 'member';
  if (administrator && row.administrator) return 'administrator';
  if (custodian && permission === 'document.hold') return 'scope';
  if (best !== null) return 'member role too low';
  return members.some(({ subject }) => subjects.includes(subject)) ? 'membership expired' : 'no member';
}

/** Whether the document is to be answered like one that is missing. */
export function isHidden({ reason }: Decision): boolean {
  return reason === 'no member' || reason === 'membership expired';
}

/** What somebody is in a document; `null` for nothing. */
export function roleOf(
  { kind, subjects }: Actor,
  members: readonly Pick<Member, 'subject' | 'role' | 'expiresAt'>[],
  now: number,
): DocumentRole | null {
  return kind === 'operator' ? 'owner' : (bestOf(subjects, members, now)?.role ?? null);
}
