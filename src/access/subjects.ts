import type { Person } from './people/people.ts';

/** As whom somebody can be given something. */
type SubjectKind = 'person' | 'group' | 'domain' | 'service' | 'key' | 'operator';

/** `KIND:ID`, at most 200 characters. */
export type Subject = `${SubjectKind}:${string}`;

/** Whoever sits at the machine of a service without sign-in, or came by its one-time link. */
export const OPERATOR: Subject = 'operator:operator';

/** In whose names a person reaches documents; the first is their own. */
export function subjectsOf({ id, issuer, email }: Person): readonly Subject[] {
  const domain = email === null ? undefined : email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  return [
    `person:${id}`,
    ...(issuer === 'link' ? [OPERATOR] : []),
    ...(domain === undefined ? [] : [`domain:${domain}` as const]),
  ];
}

/** The owner of documents that were kept when heads named actors only. */
export function subjectOfActor(id: string): Subject {
  if (id === 'operator') return OPERATOR;
  return id.startsWith('p_') ? `person:${id}` : `key:${id}`;
}

/** What stands behind the kind. */
export function idOf(subject: Subject): string {
  return subject.slice(subject.indexOf(':') + 1);
}
