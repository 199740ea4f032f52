import { AccessError } from './errors.ts';
import type { Groups } from './groups/groups.ts';
import type { People } from './people/people.ts';
import type { ServiceAccounts } from './services/service-accounts.ts';
import { idOf, kindOf, SSO, type Subject } from './subjects.ts';

/** As somebody says whom they mean: exactly one of these. */
export interface Named {
  readonly person?: string | undefined;
  readonly email?: string | undefined;
  /** Id of a group, or `sso:` and the name of one that the provider tells of. */
  readonly group?: string | undefined;
  readonly domain?: string | undefined;
  readonly service?: string | undefined;
}

/** How somebody is shown to others. */
export interface Shown {
  readonly name: string | null;
  readonly email: string | null;
}

export interface DirectoryParts {
  readonly people: People;
  readonly groups: Groups;
  readonly services: ServiceAccounts;
  /** Each tenant with the domains of its people. */
  readonly tenants: ReadonlyMap<string, readonly string[]>;
}

/** Who there is in a tenant to be given something. */
export class Directory {
  readonly #parts: DirectoryParts;

  constructor(parts: DirectoryParts) {
    this.#parts = parts;
  }

  /** @throws {AccessError} `access/invalid` where there is nobody of that name. */
  async find(tenant: string, { person, email, group, domain, service }: Named): Promise<Subject> {
    const { people, groups, services, tenants } = this.#parts;
    if (email !== undefined) {
      const known = await people.byEmail(tenant, email);
      return known === null ? nobody('Nobody with this address has signed in yet.') : `person:${known.id}`;
    }
    if (person !== undefined) {
      const known = await people.find(tenant, person);
      return known === null ? nobody('There is no such person.') : `person:${known.id}`;
    }
    if (group?.startsWith(SSO) === true) return `group:${group}`;
    if (group !== undefined) {
      const isKnown = (await groups.list(tenant)).some(({ id }) => id === group);
      return isKnown ? `group:${group}` : nobody('There is no such group.');
    }
    if (service !== undefined) {
      const known = await services.active(tenant, service);
      return known === null ? nobody('There is no such service account.') : `service:${known.id}`;
    }
    const named = domain?.toLowerCase() ?? '';
    const isOwn = tenants.get(tenant)?.includes(named) === true;
    return isOwn ? `domain:${named}` : nobody('The domain is none of those whose people may sign in here.');
  }

  /** Somebody who is not there any more has no name. */
  async show(tenant: string, subject: Subject): Promise<Shown> {
    const { people, groups, services } = this.#parts;
    const id = idOf(subject);
    switch (kindOf(subject)) {
      case 'person': {
        const person = await people.find(tenant, id);
        return { name: person?.name ?? null, email: person?.email ?? null };
      }
      case 'group': {
        if (id.startsWith(SSO)) return named(id.slice(SSO.length));
        return named((await groups.list(tenant)).find((group) => group.id === id)?.name);
      }
      case 'service':
        return named((await services.active(tenant, id))?.name);
      case 'domain':
        return named(id);
      case 'operator':
        return named('Operator');
      case 'key':
        return named(undefined);
    }
  }
}

function named(name: string | undefined): Shown {
  return { name: name ?? null, email: null };
}

function nobody(message: string): never {
  throw new AccessError('access/invalid', message);
}
