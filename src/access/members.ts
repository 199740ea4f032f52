import type { Subject } from './subjects.ts';

/** What somebody may be in a document; each may what those before it may. */
export const DOCUMENT_ROLES = ['viewer', 'commenter', 'editor', 'owner'] as const;
export type DocumentRole = (typeof DOCUMENT_ROLES)[number];

/** What somebody was given in a document. */
export interface Member {
  readonly subject: Subject;
  readonly role: DocumentRole;
  /** ISO 8601, UTC: from then on it is as if it had never been given; `null` for never. */
  readonly expiresAt: string | null;
  /** ISO 8601, UTC. */
  readonly addedAt: string;
  /** The actor's id. */
  readonly addedBy: string;
}

/** Whether one role is at least another one. */
export function isAtLeast(role: DocumentRole, least: DocumentRole): boolean {
  return DOCUMENT_ROLES.indexOf(role) >= DOCUMENT_ROLES.indexOf(least);
}

/** @param now milliseconds since 1970. */
export function isCurrent({ expiresAt }: Pick<Member, 'expiresAt'>, now: number): boolean {
  return expiresAt === null || Date.parse(expiresAt) > now;
}

/** The member with the greatest role of those that somebody is; `null` when they are none. */
export function bestOf<Given extends Pick<Member, 'subject' | 'role' | 'expiresAt'>>(
  subjects: readonly Subject[],
  members: readonly Given[],
  now: number,
): Given | null {
  let best: Given | null = null;
  for (const member of members) {
    if (!subjects.includes(member.subject) || !isCurrent(member, now)) continue;
    if (best === null || !isAtLeast(best.role, member.role)) best = member;
  }
  return best;
}
