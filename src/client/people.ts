import type { GroupEntry } from './members.ts';
import type { Service } from './service.ts';

// Who asks, and for administrators the people of a tenant, their sessions and groups. Times are ISO 8601, UTC.

export type PersonRole = 'administrator' | 'member' | 'auditor';

export interface Me {
  readonly kind: string;
  readonly tenant: string;
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly role: PersonRole;
  /** `null`: who asks has none. */
  readonly session: string | null;
}

export interface Person {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly role: PersonRole;
  readonly disabled: boolean;
  readonly createdAt: string;
  readonly signedInAt: string;
}

export interface Session {
  readonly id: string;
  readonly person: string;
  readonly method: 'oidc' | 'link' | 'local';
  readonly createdAt: string;
  readonly usedAt: string;
  readonly expiresAt: string;
  readonly device: string;
  readonly address: string | null;
  /** The one that asks. */
  readonly current: boolean;
}

export interface Group {
  readonly id: string;
  readonly name: string;
  readonly people: readonly string[];
  readonly createdAt: string;
}

const one = (list: string, id: string): string => `/v1/${list}/${encodeURIComponent(id)}`;

export async function getMe(service: Service, signal?: AbortSignal): Promise<Me> {
  return await service.read('/v1/me', { signal });
}

/** @param person whose; those of whoever asks when it is left out. */
export async function listSessions(
  service: Service,
  person?: string,
  signal?: AbortSignal,
): Promise<readonly Session[]> {
  const query = person === undefined ? '' : `?person=${encodeURIComponent(person)}`;
  return (await service.read<{ readonly sessions: readonly Session[] }>(`/v1/sessions${query}`, { signal }))
    .sessions;
}

export async function endSession(service: Service, id: string): Promise<void> {
  await service.ask(one('sessions', id), { method: 'DELETE' });
}

export async function listPeople(service: Service, signal?: AbortSignal): Promise<readonly Person[]> {
  return (await service.read<{ readonly people: readonly Person[] }>('/v1/people', { signal })).people;
}

export async function changePerson(
  service: Service,
  id: string,
  change: { readonly role?: PersonRole; readonly disabled?: boolean },
): Promise<Person> {
  return await service.read(one('people', id), { method: 'PATCH', json: change });
}

export async function listGroups(service: Service, signal?: AbortSignal): Promise<readonly GroupEntry[]> {
  return (await service.read<{ readonly groups: readonly GroupEntry[] }>('/v1/groups', { signal })).groups;
}

export async function createGroup(
  service: Service,
  group: { readonly name: string; readonly people?: readonly string[] },
): Promise<Group> {
  return await service.read('/v1/groups', { method: 'POST', json: group });
}

export async function getGroup(service: Service, id: string, signal?: AbortSignal): Promise<Group> {
  return await service.read(one('groups', id), { signal });
}

export async function changeGroup(
  service: Service,
  id: string,
  change: { readonly name?: string; readonly add?: readonly string[]; readonly remove?: readonly string[] },
): Promise<Group> {
  return await service.read(one('groups', id), { method: 'PATCH', json: change });
}

export async function deleteGroup(service: Service, id: string): Promise<void> {
  await service.ask(one('groups', id), { method: 'DELETE' });
}
