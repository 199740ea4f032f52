import { idOf, isCurrent, type Member, type Subject } from '../access/index.ts';
import type { Act } from './audit-record.ts';
import { DocumentsError } from './errors.ts';
import type { Head } from './head.ts';

/** How many members a document may have, groups and domains counted as one each. */
const MOST_MEMBERS = 200;

/** Who may own a document: somebody who can answer for it. */
const OWNING = /^(?:person|service|key|operator):/;

/** What is to become of the members of a document. */
export type MembershipChange =
  | { readonly kind: 'add'; readonly member: Granted }
  | {
      readonly kind: 'change';
      readonly subject: Subject;
      readonly to: Partial<Pick<Member, 'role' | 'expiresAt'>>;
    }
  | { readonly kind: 'remove'; readonly subject: Subject }
  | {
      readonly kind: 'transfer';
      readonly from: Subject;
      readonly to: Subject;
      /** What the owner before is from then on; `null` for nothing. */
      readonly keep: Exclude<Member['role'], 'owner'> | null;
    };

export type Granted = Pick<Member, 'subject' | 'role' | 'expiresAt'>;

export interface Membership {
  readonly members: readonly Member[];
  readonly acts: readonly Act[];
}

/** By whom and when, ISO 8601. */
interface By {
  readonly by: string;
  readonly at: string;
}

/**
 * The members after a change. Those whose time is over are gone then.
 *
 * @throws {DocumentsError} `members/not-found`, `members/exists`, `members/last-owner`, `documents/invalid`.
 */
export function changeMembers(
  given: readonly Member[],
  change: MembershipChange,
  { by, at }: By,
): Membership {
  const now = Date.parse(at);
  const members = given.filter((member) => isCurrent(member, now));
  const made = changed(members, change, { by, at });
  for (const member of made.members) assertFits(member, members, now);
  if (made.members.length > MOST_MEMBERS) throw invalid('member', `At most ${MOST_MEMBERS} members.`);
  if (made.members.some(({ role }) => role === 'owner')) return made;
  throw new DocumentsError('members/last-owner', 'Nobody would own the document any more.');
}

function changed(members: readonly Member[], change: MembershipChange, { by, at }: By): Membership {
  switch (change.kind) {
    case 'add': {
      const { member } = change;
      if (members.some(({ subject }) => subject === member.subject)) {
        throw new DocumentsError('members/exists', 'They have a role in the document already. Change that.');
      }
      return {
        members: [...members, { ...member, addedAt: at, addedBy: by }],
        acts: [{ action: 'member.added', member }],
      };
    }
    case 'change': {
      const before = memberOf(members, change.subject);
      const after = { ...before, ...change.to };
      return {
        members: members.map((one) => (one === before ? after : one)),
        acts: [{ action: 'member.changed', member: factsOf(after) }],
      };
    }
    case 'remove': {
      const gone = memberOf(members, change.subject);
      return {
        members: members.filter((one) => one !== gone),
        acts: [{ action: 'member.removed', member: factsOf(gone) }],
      };
    }
    case 'transfer':
      return transferred(members, change, { by, at });
  }
}

/** Both sides of it are told, each in a record of its own. */
function transferred(
  members: readonly Member[],
  { from, to, keep }: Extract<MembershipChange, { readonly kind: 'transfer' }>,
  { by, at }: By,
): Membership {
  const before = memberOf(members, from);
  if (before.role !== 'owner') throw invalid('from', 'They do not own the document.');
  if (from === to) throw invalid('to', 'They own the document already.');
  const known = members.find(({ subject }) => subject === to);
  const receiver: Member = {
    ...(known ?? { subject: to, addedAt: at, addedBy: by }),
    role: 'owner',
    expiresAt: null,
  };
  const left: Member = { ...before, role: keep ?? before.role };
  const others = members.filter(({ subject }) => subject !== from && subject !== to);
  return {
    members: [receiver, ...(keep === null ? [] : [left]), ...others],
    acts: [
      { action: 'ownership.given', member: keep === null ? factsOf(before) : factsOf(left) },
      { action: 'ownership.received', member: factsOf(receiver) },
    ],
  };
}

/** What was there stays as it is; what is new must make sense. */
function assertFits(member: Member, before: readonly Member[], now: number): void {
  if (before.includes(member)) return;
  if (!isCurrent(member, now)) throw invalid('expireTime', 'The time is over already.');
  if (member.role !== 'owner') return;
  if (!OWNING.test(member.subject)) throw invalid('role', 'Only a person can own a document.');
  if (member.expiresAt !== null) throw invalid('expireTime', 'Owning a document has no end.');
}

/** Id of the first owner: the one before, as long as they own it. */
export function ownerOf(members: readonly Member[], before: Head['owner']): Head['owner'] {
  const owners = members.filter(({ role }) => role === 'owner').map(({ subject }) => idOf(subject));
  return owners.includes(before) ? before : (owners[0] ?? before);
}

function memberOf(members: readonly Member[], subject: Subject): Member {
  const found = members.find((one) => one.subject === subject);
  if (found !== undefined) return found;
  throw new DocumentsError('members/not-found', 'They have no role in the document.');
}

function factsOf({ subject, role, expiresAt }: Member): Granted {
  return { subject, role, expiresAt };
}

function invalid(field: string, message: string): DocumentsError {
  return new DocumentsError('documents/invalid', message, { field });
}
