import type { Clock } from '../../kit/index.ts';
import type { ApiKey } from '../api-keys/api-keys.ts';
import { AccessError } from '../errors.ts';
import type { Groups } from '../groups/groups.ts';
import { LOCAL_ISSUER } from '../local/local-accounts.ts';
import type { Channel } from '../ports/channel.ts';
import type { RecordKind, RecordStore } from '../ports/record-store.ts';
import type { Sessions } from '../ports/sessions.ts';
import { emailId, identityId, type People } from './people.ts';
import { PEOPLE_TOPIC } from './signed-in.ts';

/** What was removed of a person. */
export interface Forgotten {
  /** Keys for programs that they made. */
  readonly keys: number;
  /** Groups that they were in. */
  readonly groups: number;
  /** Records of who they are, with the key that sealed their addresses. */
  readonly records: number;
}

export interface ForgettingParts {
  readonly records: RecordStore;
  readonly people: People;
  readonly groups: Groups;
  readonly sessions: Pick<Sessions, 'endAll'>;
  readonly channel: Pick<Channel, 'publish'>;
  readonly clock: Clock;
}

const MOST_TRIES = 10;

/** Takes out of what the room `access` keeps whatever says who somebody is (decision 0173). Every step may be done again. */
export class Forgetting {
  readonly #parts: ForgettingParts;

  constructor(parts: ForgettingParts) {
    this.#parts = parts;
  }

  /** @returns `isEarly`: the id was made of issuer and subject (before decision 0172). `null`: there is nobody. */
  async find(tenant: string, id: string): Promise<{ readonly isEarly: boolean } | null> {
    const person = await this.#parts.people.find(tenant, id);
    return person === null ? null : { isEarly: id === `p_${identityId(person.issuer, person.subject)}` };
  }

  /** Ids of keys for programs that act in their name. */
  async keysOf(tenant: string, id: string): Promise<readonly string[]> {
    const { records } = this.#parts;
    const own: string[] = [];
    for (const key of await records.list(tenant, 'api-keys')) {
      const stored = await records.read<ApiKey>(tenant, 'api-keys', key);
      if (stored?.value.person === id) own.push(key);
    }
    return own;
  }

  /** Nobody acts in their name any more, in any process within five seconds. @returns how many sessions ended. */
  async close(tenant: string, id: string): Promise<number> {
    const { people, sessions, channel } = this.#parts;
    await people.change(tenant, id, { disabled: true }).catch((error: unknown) => {
      // Another process may be at it too, and be further.
      if (!(error instanceof AccessError && error.code === 'access/not-found')) throw error;
    });
    await channel.publish(PEOPLE_TOPIC, `${tenant}/${id}`).catch(() => {});
    return await sessions.endAll(tenant, id);
  }

  /** The record of the person goes last: it says where the others are. */
  async remove(tenant: string, id: string): Promise<Forgotten> {
    const { people, sessions, channel } = this.#parts;
    const person = await people.find(tenant, id);
    const keys = await this.keysOf(tenant, id);
    for (const key of keys) await this.#remove(tenant, 'api-keys', key);
    const groups = await this.#leaveGroups(tenant, id);
    let records = 0;
    if (person !== null) {
      const { issuer, subject, email } = person;
      const isTheirs = (found: object): boolean => 'person' in found && found.person === id;
      const local = issuer === LOCAL_ISSUER ? await this.#remove(tenant, 'local-accounts', subject) : 0;
      const identity = await this.#remove(tenant, 'identities', identityId(issuer, subject), isTheirs);
      const address = email === null ? 0 : await this.#remove(tenant, 'emails', emailId(email), isTheirs);
      records = local + identity + address + (await this.#removeEarlierAddresses(tenant, id));
      records += await this.#remove(tenant, 'people', id);
    }
    await sessions.endAll(tenant, id);
    await channel.publish(PEOPLE_TOPIC, `${tenant}/${id}`).catch(() => {});
    return { keys: keys.length, groups, records };
  }

  /** Addresses that they had before the one of now still lead to them. */
  async #removeEarlierAddresses(tenant: string, id: string): Promise<number> {
    const { records } = this.#parts;
    let removed = 0;
    for (const name of await records.list(tenant, 'emails')) {
      const stored = await records.read<{ readonly person: string }>(tenant, 'emails', name);
      if (stored?.value.person === id) removed += await this.#remove(tenant, 'emails', name);
    }
    return removed;
  }

  async #leaveGroups(tenant: string, id: string): Promise<number> {
    const { groups } = this.#parts;
    const all = (await groups.list(tenant)).filter(({ people }) => people.includes(id));
    for (const group of all) await groups.change(tenant, group.id, { remove: [id] });
    return all.length;
  }

  async #remove(
    tenant: string,
    kind: RecordKind,
    id: string,
    isMeant: (value: object) => boolean = () => true,
  ): Promise<number> {
    const { records } = this.#parts;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const stored = await records.read<object>(tenant, kind, id);
      if (stored === null || !isMeant(stored.value)) return 0;
      if (await records.remove({ tenant, kind, id }, stored)) return 1;
    }
    throw new Error('A record was changed by others all the time.');
  }
}
