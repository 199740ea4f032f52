import type { Clock, RandomBytes } from '../../kit/index.ts';
import { AccessError } from '../errors.ts';
import type { Channel } from '../ports/channel.ts';
import type { RecordStore, StoredRecord } from '../ports/record-store.ts';
import { Recent } from '../recent.ts';

/** How long a process believes what it knows of the groups of a tenant without asking again. */
const BELIEVED_MS = 4000;
const TOPIC = 'groups';
const MOST_TRIES = 5;
/** Groups of a tenant, and people of a group: all groups of a tenant are one record. */
const MOST_GROUPS = 200;
export const MOST_PEOPLE = 1000;

/** People of a tenant who are given things together. */
export interface Group {
  /** `g_` and 32 hexadecimal digits; never used again. */
  readonly id: string;
  readonly name: string;
  /** Ids of people. */
  readonly people: readonly string[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export interface GroupsParts {
  readonly records: RecordStore;
  readonly channel: Pick<Channel, 'publish' | 'subscribe'>;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

interface Kept {
  readonly groups: readonly Group[];
}

/** The groups that administrators make. Within five seconds a change holds in every process. */
export class Groups {
  readonly #parts: GroupsParts;
  /** By tenant. */
  readonly #recent: Recent<readonly Group[]>;

  constructor(parts: GroupsParts) {
    this.#parts = parts;
    this.#recent = new Recent(parts.clock, BELIEVED_MS);
  }

  /** Listens for what other processes change. @returns what ends it. */
  async listen(): Promise<() => void> {
    return await this.#parts.channel.subscribe(TOPIC, (tenant) => this.#recent.drop(tenant));
  }

  /** By name. Never older than five seconds. */
  async list(tenant: string): Promise<readonly Group[]> {
    return await this.#recent.get(tenant, async () => (await this.#read(tenant))?.value.groups ?? []);
  }

  /** Ids of the groups that somebody is in. */
  async of(tenant: string, person: string): Promise<readonly string[]> {
    return (await this.list(tenant)).filter(({ people }) => people.includes(person)).map(({ id }) => id);
  }

  /** @throws {AccessError} `access/not-found`. */
  async find(tenant: string, id: string): Promise<Group> {
    return found(await this.list(tenant), id);
  }

  /** @throws {AccessError} `access/invalid`. */
  async create(tenant: string, name: string, people: readonly string[]): Promise<Group> {
    const { clock, random } = this.#parts;
    const id = `g_${Buffer.from(random(16)).toString('hex')}`;
    return await this.#change(tenant, id, (groups) => {
      if (groups.length >= MOST_GROUPS) throw invalid(`There are ${MOST_GROUPS} groups already.`);
      return [...groups, { id, name, people, createdAt: clock() }];
    });
  }

  /** @throws {AccessError} `access/not-found`, `access/invalid`. */
  async change(
    tenant: string,
    id: string,
    change: { readonly name?: string; readonly add?: readonly string[]; readonly remove?: readonly string[] },
  ): Promise<Group> {
    const { name, add = [], remove = [] } = change;
    return await this.#change(tenant, id, (groups) => {
      const before = found(groups, id);
      const people = [...new Set([...before.people, ...add])].filter((one) => !remove.includes(one));
      const after = { ...before, name: name ?? before.name, people };
      return groups.map((group) => (group === before ? after : group));
    });
  }

  /** What it was given nobody has through it any more. @throws {AccessError} `access/not-found`. */
  async remove(tenant: string, id: string): Promise<void> {
    await this.#write(tenant, (groups) => {
      const gone = found(groups, id);
      return groups.filter((group) => group !== gone);
    });
  }

  async #change(
    tenant: string,
    id: string,
    change: (groups: readonly Group[]) => readonly Group[],
  ): Promise<Group> {
    return found(await this.#write(tenant, change), id);
  }

  async #write(
    tenant: string,
    change: (groups: readonly Group[]) => readonly Group[],
  ): Promise<readonly Group[]> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const base = await this.#read(tenant);
      const groups = [...change(base?.value.groups ?? [])].sort((one, other) =>
        one.name.localeCompare(other.name, 'en'),
      );
      if (groups.some(({ people }) => people.length > MOST_PEOPLE)) {
        throw invalid(`A group may have ${MOST_PEOPLE} people.`);
      }
      const written = await this.#parts.records.write<Kept>(placeOf(tenant), base, { groups });
      if (written === null) continue;
      this.#recent.drop(tenant);
      // Who does not hear of it knows within seconds.
      await this.#parts.channel.publish(TOPIC, tenant).catch(() => {});
      return groups;
    }
    throw new AccessError('access/conflict', 'The groups were changed by others too often. Try again.');
  }

  async #read(tenant: string): Promise<StoredRecord<Kept> | null> {
    const { kind, id } = placeOf(tenant);
    return await this.#parts.records.read<Kept>(tenant, kind, id);
  }
}

function placeOf(tenant: string) {
  return { tenant, kind: 'groups', id: 'all' } as const;
}

function found(groups: readonly Group[], id: string): Group {
  const group = groups.find((one) => one.id === id);
  if (group !== undefined) return group;
  throw new AccessError('access/not-found', 'There is no such group.');
}

function invalid(message: string): AccessError {
  return new AccessError('access/invalid', message);
}
