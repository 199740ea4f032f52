import { type Known, pathOf } from './documents.ts';
import type { Service } from './service.ts';

// Who may do what with a kept document, as the wire shows it.

/** Each may what those before it may. */
export const ROLES = ['viewer', 'commenter', 'editor', 'owner'] as const;
export type Role = (typeof ROLES)[number];

export interface Member {
  /** The kind, a colon, an id. */
  readonly id: string;
  readonly kind: 'person' | 'group' | 'domain' | 'service' | 'key' | 'operator';
  readonly name: string | null;
  readonly email: string | null;
  readonly role: Role;
  /** ISO 8601, UTC; `null` for never. */
  readonly expireTime: string | null;
}

export interface Members {
  /** That of the document. */
  readonly etag: string;
  readonly members: readonly Member[];
}

/** Exactly one of these. */
export interface Whom {
  readonly person?: string;
  readonly email?: string;
  readonly group?: string;
  readonly domain?: string;
  readonly service?: string;
}

export interface MemberChange {
  readonly role?: Role;
  readonly expireTime?: string | null;
}

export async function listMembers(service: Service, id: string, signal?: AbortSignal): Promise<Members> {
  return await service.read(`${pathOf(id)}/members`, { signal });
}

export async function addMember(
  service: Service,
  { id, etag, lease }: Known,
  member: Whom & { readonly role: Role; readonly expireTime: string | null },
): Promise<Members> {
  return await service.read(`${pathOf(id)}/members`, { method: 'POST', ifMatch: etag, lease, json: member });
}

export async function changeMember(
  service: Service,
  { id, etag, lease }: Known,
  member: string,
  change: MemberChange,
): Promise<Members> {
  return await service.read(memberPath(id, member), { method: 'PATCH', ifMatch: etag, lease, json: change });
}

/** @returns nothing: whoever left is told no more of the document. */
export async function removeMember(
  service: Service,
  { id, etag, lease }: Known,
  member: string,
): Promise<void> {
  await service.ask(memberPath(id, member), { method: 'DELETE', ifMatch: etag, lease });
}

export async function transferDocument(
  service: Service,
  { id, etag, lease }: Known,
  transfer: { readonly to: Whom; readonly from?: string; readonly keep: Exclude<Role, 'owner'> | null },
): Promise<Members> {
  return await service.read(`${pathOf(id)}/transfers`, {
    method: 'POST',
    ifMatch: etag,
    lease,
    json: transfer,
  });
}

export interface GroupEntry {
  readonly id: string;
  readonly name: string;
  readonly people: number;
}

function memberPath(document: string, member: string): string {
  return `${pathOf(document)}/members/${encodeURIComponent(member)}`;
}
