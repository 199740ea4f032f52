import { type Actor, idOf, kindOf, type Member, type People, type Subject } from '../../access/index.ts';
import type { Described } from './archive.ts';

/** Who somebody elsewhere is here, as whoever imports says. */
export type SubjectMap = Readonly<Record<string, string>>;

/** Members as they are here, and how many are nobody here. */
export interface MappedMembers {
  readonly members: readonly Member[];
  readonly left: number;
}

/**
 * The members of a document that there are here too: as the map says, else people of the same id or address. Nobody else is
 * let in: a group, a domain or a key elsewhere is none here. Where no owner is left, whoever imports owns it.
 */
export async function mappedMembers(
  { members }: Pick<Described, 'members'>,
  actor: Actor,
  at: string,
  people: Pick<People, 'find' | 'byEmail'>,
  map: SubjectMap,
): Promise<MappedMembers> {
  const found = new Map<string, Member>();
  let left = 0;
  for (const { email, ...member } of members) {
    const subject = await here(member.subject, email, actor, people, map);
    if (subject === null || found.has(subject)) left += 1;
    else found.set(subject, { ...member, subject });
  }
  const [own] = actor.subjects;
  const isOwned = [...found.values()].some(({ role, expiresAt }) => role === 'owner' && expiresAt === null);
  if (!isOwned && own !== undefined) {
    found.set(own, { subject: own, role: 'owner', expiresAt: null, addedAt: at, addedBy: actor.id });
  }
  const sorted = [...found.values()].toSorted((one, other) => rank(one) - rank(other));
  return { members: sorted, left };
}

async function here(
  given: string,
  email: string | null,
  actor: Actor,
  people: Pick<People, 'find' | 'byEmail'>,
  map: SubjectMap,
): Promise<Subject | null> {
  const mapped = map[given];
  if (mapped !== undefined) return mapped as Subject;
  if (actor.subjects.includes(given as Subject)) return given as Subject;
  if (kindOf(given as Subject) !== 'person') return null;
  const same = await people.find(actor.tenant, idOf(given as Subject));
  const person = same ?? (email === null ? null : await people.byEmail(actor.tenant, email));
  return person === null ? null : `person:${person.id}`;
}

/** Owners come first. */
function rank({ role }: Member): number {
  return role === 'owner' ? 0 : 1;
}
