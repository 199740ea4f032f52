import type { Person } from './people/people.ts';

/** As whom somebody can be given something. */
export type SubjectKind = 'person' | 'group' | 'domain' | 'service' | 'key' | 'operator';

/** `KIND:ID`, at most 200 characters. */
export type Subject = `${SubjectKind}:${string}`;

/** Whoever sits at the machine of a service without sign-in, or came by its one-time link. */
export const OPERATOR: Subject = 'operator:operator';

/** What the id of a group begins with that the provider tells of. */
export const SSO = 'sso:';

/**
 * In whose names a person reaches documents; the first is their own.
 *
 * @param groups ids of the tenant's own that they are in.
 */
export function subjectsOf(
  { id, issuer, email, groups: told = [] }: Person,
  groups: readonly string[],
): readonly Subject[] {
  const domain = email === null ? undefined : email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  return [
    `person:${id}`,
    ...(issuer === 'link' ? [OPERATOR] : []),
    ...(domain === undefined ? [] : [`domain:${domain}` as const]),
    ...groups.map((group) => `group:${group}` as const),
    ...told.map((name) => `group:${SSO}${name}` as const),
  ];
}

/** In whose names a key reaches documents: its account's, or its maker's, and its own. @param theirs those of its maker. */
export function subjectsOfKey(
  { id, service }: { readonly id: string; readonly service: string | null },
  theirs: readonly Subject[],
): readonly Subject[] {
  return [...(service === null ? theirs : [`service:${service}` as const]), `key:${id}`];
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

export function kindOf(subject: Subject): SubjectKind {
  return subject.slice(0, subject.indexOf(':')) as SubjectKind;
}
