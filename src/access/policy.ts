import type { Grant } from './api-keys/reach.ts';
import type { Scope } from './api-keys/scopes.ts';
import type { Action, Decision, DecisionReason } from './decision.ts';
import type { TenantRole } from './people/people.ts';
import type { Principal } from './principal.ts';

interface Row {
  readonly roles: readonly TenantRole[];
  /** What a key needs; `any`: every key may, `none`: no key may. */
  readonly key: Scope | 'any' | 'none';
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
  keys: { roles: PEOPLE, key: 'none' },
  people: { roles: ['administrator'], key: 'none' },
  services: { roles: ['administrator'], key: 'none' },
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
const ALLOWING: readonly DecisionReason[] = ['operator', 'role', 'scope'];

function reasonOf(
  { actor, role, key }: Principal,
  action: Action | null,
  document: DecidedDocument | null,
): DecisionReason {
  if (actor.kind === 'operator') return 'operator';
  if (action === null) return 'no row';
  const row = POLICY[action];
  if (key === null) return row.roles.includes(role) ? 'role' : 'role missing';
  if (row.key === 'any') return 'scope';
  // Whatever its maker was when it was made.
  if (!row.roles.includes(role)) return 'role missing';
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
