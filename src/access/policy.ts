import type { Scope } from './api-keys/scopes.ts';
import type { TenantRole } from './people/people.ts';
import type { Principal } from './principal.ts';

/** What can be done, as far as it matters who does it. */
export type Action =
  /** Looking who one is. */
  | 'self'
  /** Own sessions. */
  | 'sessions'
  /** Operations on documents that are sent along, and their results for an hour. */
  | 'compare'
  | 'documents.read'
  | 'documents.write'
  /** Keys for programs, one's own. */
  | 'keys'
  /** Everybody of the tenant: roles, disabling. */
  | 'people';

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

/** Why something is allowed or refused, in fixed words. */
export interface Decision {
  readonly allowed: boolean;
  readonly reason:
    | 'operator'
    | 'role'
    | 'scope'
    | 'role missing'
    | 'scope missing'
    | 'test key'
    | 'other document';
}

/** The one place that decides. @param document the kept document that it is about; `null` for none, or several. */
export function decide(principal: Principal, action: Action, document: string | null): Decision {
  const row = POLICY[action];
  const { key } = principal;
  if (principal.actor.kind === 'operator') return { allowed: true, reason: 'operator' };
  if (key === null) {
    const allowed = row.roles.includes(principal.role);
    return { allowed, reason: allowed ? 'role' : 'role missing' };
  }
  if (row.key === 'any') return { allowed: true, reason: 'scope' };
  if (row.key === 'none' || !key.scopes.includes(row.key)) return { allowed: false, reason: 'scope missing' };
  if (row.key === 'compare') return { allowed: true, reason: 'scope' };
  if (key.mode === 'test') return { allowed: false, reason: 'test key' };
  // A key for some documents sees no list, and makes no new ones.
  if (key.documents !== null && (document === null || !key.documents.includes(document))) {
    return { allowed: false, reason: 'other document' };
  }
  return { allowed: true, reason: 'scope' };
}
