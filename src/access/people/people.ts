import { createHash } from 'node:crypto';
import type { Clock } from '../../kit/index.ts';
import { AccessError } from '../errors.ts';
import type { RecordStore, StoredRecord } from '../ports/record-store.ts';

/** What somebody is in a tenant. An auditor reads the audit trail, and never documents. */
export const TENANT_ROLES = ['administrator', 'member', 'auditor'] as const;
export type TenantRole = (typeof TENANT_ROLES)[number];

/** Somebody who has signed in, as it is kept. Times are milliseconds since 1970. */
export interface Person {
  /** Made of issuer and subject: the same person is the same record, whatever the address becomes. */
  readonly id: string;
  readonly tenant: string;
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly role: TenantRole;
  /** Names of groups that the provider told of when they last signed in. */
  readonly groups?: readonly string[];
  readonly createdAt: number;
  readonly signedInAt: number;
  readonly disabledAt: number | null;
  /** Sessions that were opened until then are over, whatever Redis says. */
  readonly signedOutAt: number;
  /** Sessions that were ended alone, until they would be over anyway. */
  readonly ended: readonly { readonly id: string; readonly until: number }[];
}

/** Who came back from a provider, and may sign in. */
export interface Identity {
  readonly tenant: string;
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly groups?: readonly string[];
  /** Whether the configuration makes them an administrator. */
  readonly administrator: boolean;
}

/** Whose an address is. */
interface EmailOwner {
  readonly person: string;
}

const MOST_TRIES = 5;
/** With more sessions ended alone, all that were opened so far are over. */
const MOST_ENDED = 100;

/** The people of all tenants, each a record. */
export class People {
  readonly #records: RecordStore;
  readonly #clock: Clock;

  constructor(records: RecordStore, clock: Clock) {
    this.#records = records;
    this.#clock = clock;
  }

  async find(tenant: string, id: string): Promise<Person | null> {
    if (!/^p_[0-9a-f]{32}$/.test(id)) return null;
    return (await this.#records.read<Person>(tenant, 'people', id))?.value ?? null;
  }

  /** Who has an address now. */
  async byEmail(tenant: string, email: string): Promise<Person | null> {
    const pointer = await this.#records.read<EmailOwner>(tenant, 'emails', emailId(email));
    const person = pointer === null ? null : await this.find(tenant, pointer.value.person);
    return person?.email?.toLowerCase() === email.toLowerCase() ? person : null;
  }

  async list(tenant: string): Promise<readonly Person[]> {
    const ids = await this.#records.list(tenant, 'people');
    const people: Person[] = [];
    for (const id of ids) {
      const person = await this.find(tenant, id);
      if (person !== null) people.push(person);
    }
    return people;
  }

  /** Takes note of a sign-in; makes the record of somebody new. */
  async signIn(identity: Identity): Promise<Person> {
    const { tenant, issuer, subject, email, name, groups = [], administrator } = identity;
    const id = personId(issuer, subject);
    const now = this.#clock();
    const fresh: Person = {
      ...{ id, tenant, issuer, subject, email, name, groups },
      role: administrator ? 'administrator' : 'member',
      createdAt: now,
      signedInAt: now,
      disabledAt: null,
      signedOutAt: 0,
      ended: [],
    };
    if (email !== null) await this.#noteEmail(tenant, email, id);
    return await this.#change(tenant, id, (person) => {
      if (person === null) return fresh;
      const role = administrator ? 'administrator' : person.role;
      return { ...person, email, name, groups, role, signedInAt: now };
    });
  }

  /** @throws {AccessError} `access/not-found`. */
  async change(
    tenant: string,
    id: string,
    change: { readonly role?: TenantRole; readonly disabled?: boolean },
  ): Promise<Person> {
    const now = this.#clock();
    return await this.#change(tenant, id, (given) => {
      const person = known(given);
      const disabledAt = change.disabled === true ? (person.disabledAt ?? now) : null;
      return {
        ...person,
        role: change.role ?? person.role,
        disabledAt: change.disabled === undefined ? person.disabledAt : disabledAt,
        signedOutAt: change.disabled === true ? now : person.signedOutAt,
      };
    });
  }

  /** All sessions that were opened so far are over for good. @throws {AccessError} `access/not-found`. */
  async signOut(tenant: string, id: string): Promise<Person> {
    const now = this.#clock();
    return await this.#change(tenant, id, (given) => ({ ...known(given), signedOutAt: now, ended: [] }));
  }

  /** One session is over for good. @param until when it would be over anyway. */
  async endSession(tenant: string, id: string, session: string, until: number): Promise<Person> {
    const now = this.#clock();
    return await this.#change(tenant, id, (given) => {
      const person = known(given);
      const ended = [...person.ended.filter((one) => one.until > now), { id: session, until }];
      return ended.length > MOST_ENDED ? { ...person, ended: [], signedOutAt: now } : { ...person, ended };
    });
  }

  /** Where two sign in at once with one address, the last one has it. */
  async #noteEmail(tenant: string, email: string, person: string): Promise<void> {
    const place = { tenant, kind: 'emails', id: emailId(email) } as const;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const base = await this.#records.read<EmailOwner>(tenant, place.kind, place.id);
      if (base?.value.person === person) return;
      if ((await this.#records.write<EmailOwner>(place, base, { person })) !== null) return;
    }
  }

  async #change(tenant: string, id: string, change: (person: Person | null) => Person): Promise<Person> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const base: StoredRecord<Person> | null = /^p_[0-9a-f]{32}$/.test(id)
        ? await this.#records.read<Person>(tenant, 'people', id)
        : null;
      const written = await this.#records.write(
        { tenant, kind: 'people', id },
        base,
        change(base?.value ?? null),
      );
      if (written !== null) return written.value;
    }
    throw new AccessError('access/conflict', 'The person was changed by others too often. Try again.');
  }
}

/** Whether somebody may do anything at all. */
export function mayAct({ disabledAt }: Person): boolean {
  return disabledAt === null;
}

/** Whether a session that was opened then may still be used by this person. */
export function mayUse(
  person: Person,
  session: { readonly id: string; readonly createdAt: number },
): boolean {
  const { signedOutAt, ended } = person;
  return mayAct(person) && session.createdAt > signedOutAt && !ended.some(({ id }) => id === session.id);
}

function known(person: Person | null): Person {
  if (person !== null) return person;
  throw new AccessError('access/not-found', 'There is no such person.');
}

/** An address is in no name of an object. */
function emailId(email: string): string {
  return createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 32);
}

/** The same person is the same record in each tenant. */
export function personId(issuer: string, subject: string): string {
  const digest = createHash('sha256').update(`${issuer}\n${subject}`).digest('hex');
  return `p_${digest.slice(0, 32)}`;
}
