import type { Clock, RandomBytes } from '../kit/index.ts';
import type { Actor } from './actor.ts';
import { ApiKeys, isGood } from './api-keys/api-keys.ts';
import { Groups } from './groups/groups.ts';
import { mayAct, People, type Person } from './people/people.ts';
import type { Channel } from './ports/channel.ts';
import type { RecordStore } from './ports/record-store.ts';
import type { Principal } from './principal.ts';
import { grantOf, ServiceAccounts } from './services/service-accounts.ts';
import { OPERATOR, type Subject, subjectsOf, subjectsOfKey } from './subjects.ts';

export interface AskersParts {
  readonly records: RecordStore;
  readonly channel: Channel;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

/**
 * Whoever asked for work that is done later, as they stand when it is done: what they were when they asked says nothing of
 * whether it may still be done. Decision 0201.
 */
export class Askers {
  readonly #people: People;
  readonly #groups: Groups;
  readonly #services: ServiceAccounts;
  readonly #keys: ApiKeys;
  readonly #clock: Clock;

  constructor(given: AskersParts) {
    const parts = { ...given, events: () => {} };
    this.#clock = parts.clock;
    this.#people = new People(parts.records, parts.clock, parts.random);
    this.#groups = new Groups(parts);
    this.#services = new ServiceAccounts(parts);
    this.#keys = new ApiKeys({ ...parts, people: this.#people, services: this.#services });
  }

  /**
   * Who they are now. What is remembered of them is never older than five seconds.
   *
   * @param asked as they were when they asked.
   * @returns `null` where they are there no more, or may not act.
   */
  async principalOf(asked: Actor): Promise<Principal | null> {
    switch (asked.kind) {
      case 'operator':
        return { actor: asked, role: 'administrator', standing: null, key: null };
      case 'person':
        return await this.#person(asked);
      case 'key':
        return await this.#key(asked);
      case 'service-account':
        return await this.#serviceAccount(asked);
      default:
        return null;
    }
  }

  async #person(asked: Actor): Promise<Principal | null> {
    const person = await this.#people.find(asked.tenant, asked.id);
    if (person === null || !mayAct(person)) return null;
    const { role } = person;
    const subjects = await this.#subjectsOf(person);
    const actor = { ...asked, subjects, administrator: role === 'administrator' };
    return { actor, role, standing: null, key: null };
  }

  async #key(asked: Actor): Promise<Principal | null> {
    const key = await this.#keys.known(asked.tenant, asked.id);
    if (key === null || !isGood(key, this.#clock())) return null;
    const role = await this.#keys.roleOf(key);
    if (role === null) return null;
    const maker = key.person === null ? null : await this.#people.find(key.tenant, key.person);
    const theirs = maker === null ? [] : await this.#subjectsOf(maker);
    const subjects = subjectsOfKey(key, key.person === null ? [OPERATOR] : theirs);
    const service = key.service !== null;
    return { actor: { ...asked, subjects }, role, service, standing: null, key };
  }

  async #serviceAccount(asked: Actor): Promise<Principal | null> {
    const account = await this.#services.active(asked.tenant, asked.id);
    if (account === null) return null;
    const subjects: readonly Subject[] = [`service:${account.id}`];
    const is = { role: 'member', service: true, standing: null } as const;
    return { actor: { ...asked, subjects }, ...is, key: grantOf(account) };
  }

  async #subjectsOf(person: Person): Promise<readonly Subject[]> {
    return subjectsOf(person, await this.#groups.of(person.tenant, person.id));
  }
}
