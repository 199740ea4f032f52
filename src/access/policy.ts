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
};

/**
 * The one place that decides.
 *
 * @param action `null` for what stands in no row.
 * @param document the kept document that it is about; `null` for none, or several.
 */
export function decide(principal: Principal, action: Action | null, document: string | null): Decision {
  const reason = reasonOf(principal, action, document);
  const outcome = ALLOWING.includes(reason) ? 'allow' : 'deny';
  return { permission: action, object: document, outcome, reason, generation: null, via: null };
}

/** Whatever is not among these is refused. */
const ALLOWING: readonly DecisionReason[] = ['operator', 'role', 'scope'];

function reasonOf(
  { actor, role, key }: Principal,
  action: Action | null,
  document: string | null,
): DecisionReason {
  if (actor.kind === 'operator') return 'operator';
  if (action === null) return 'no row';
  const row = POLICY[action];
  if (key === null) return row.roles.includes(role) ? 'role' : 'role missing';
  if (row.key === 'any') return 'scope';
  if (row.key === 'none' || !key.scopes.includes(row.key)) return 'scope missing';
  if (row.key === 'compare') return 'scope';
  if (key.mode === 'test') return 'test key';
  // A key for some documents sees no list, and makes no new ones.
  const isOther = key.documents !== null && (document === null || !key.documents.includes(document));
  return isOther ? 'other document' : 'scope';
}
