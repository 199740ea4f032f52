import { createHash } from 'node:crypto';
import type { Clock, RandomBytes } from '../../kit/index.ts';
import { AccessError } from '../errors.ts';
import type { RecordStore, StoredRecord } from '../ports/record-store.ts';

/** What somebody is in a tenant. An auditor reads the audit trail, and never documents. */
export const TENANT_ROLES = ['administrator', 'member', 'auditor'] as const;
export type TenantRole = (typeof TENANT_ROLES)[number];

/** Somebody who has signed in, as it is kept. Times are milliseconds since 1970. */
export interface Person {
  /** Says nothing of who it is: what led from there to here goes when the person is erased (decision 0172). */
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
  /** Seals what names them in events: 32 bytes, base64. Destroyed with this record. */
  readonly key: string;
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

/** Whose an address is, or a subject of an issuer. */
interface Pointer {
  readonly person: string;
}

const MOST_TRIES = 5;
/** With more sessions ended alone, all that were opened so far are over. */
const MOST_ENDED = 100;
const KEY_BYTES = 32;

/** The people of all tenants, each a record. */
export class People {
  readonly #records: RecordStore;
  readonly #clock: Clock;
  readonly #random: RandomBytes;

  constructor(records: RecordStore, clock: Clock, random: RandomBytes) {
    this.#records = records;
    this.#clock = clock;
    this.#random = random;
  }

  async find(tenant: string, id: string): Promise<Person | null> {
    if (!/^p_[0-9a-f]{32}$/.test(id)) return null;
    return (await this.#records.read<Person>(tenant, 'people', id))?.value ?? null;
  }

  /** Who has an address now. */
  async byEmail(tenant: string, email: string): Promise<Person | null> {
    const pointer = await this.#records.read<Pointer>(tenant, 'emails', emailId(email));
    const person = pointer === null ? null : await this.find(tenant, pointer.value.person);
    return person?.email?.toLowerCase() === email.toLowerCase() ? person : null;
  }

  /** Who that is to a provider. */
  async bySubject(tenant: string, issuer: string, subject: string): Promise<Person | null> {
    const pointer = await this.#records.read<Pointer>(tenant, 'identities', identityId(issuer, subject));
    return pointer === null ? null : await this.find(tenant, pointer.value.person);
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
    const now = this.#clock();
    const fresh: Omit<Person, 'id'> = {
      ...{ tenant, issuer, subject, email, name, groups },
      role: administrator ? 'administrator' : 'member',
      createdAt: now,
      signedInAt: now,
      disabledAt: null,
      signedOutAt: 0,
      ended: [],
      key: newPersonKey(this.#random),
    };
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const id = await this.#idOf(tenant, issuer, subject);
      const person = await this.#change(tenant, id, (found) => {
        if (found === null) return { ...fresh, id };
        const role = administrator ? 'administrator' : found.role;
        return { ...found, email, name, groups, role, signedInAt: now };
      });
      // Behind the record: what is cut short after that is found from there when the person is erased.
      if (email !== null) await this.#noteEmail(tenant, email, id);
      if (!(await this.#isErased(tenant, id))) return person;
    }
    throw tooOften();
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

  /** The id of whoever that is; a new one, of random digits, for somebody new. Whoever was erased comes as somebody new. */
  async #idOf(tenant: string, issuer: string, subject: string): Promise<string> {
    const place = { tenant, kind: 'identities', id: identityId(issuer, subject) } as const;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const known = await this.#records.read<Pointer>(tenant, place.kind, place.id);
      if (known !== null && !(await this.#isErased(tenant, known.value.person))) return known.value.person;
      const person = `p_${Buffer.from(this.#random(16)).toString('hex')}`;
      if ((await this.#records.write<Pointer>(place, known, { person })) !== null) return person;
    }
    throw tooOften();
  }

  /** Whether somebody is being erased, or was. */
  async #isErased(tenant: string, id: string): Promise<boolean> {
    return (await this.#records.read(tenant, 'erasures', id)) !== null;
  }

  /** Where two sign in at once with one address, the last one has it. */
  async #noteEmail(tenant: string, email: string, person: string): Promise<void> {
    const place = { tenant, kind: 'emails', id: emailId(email) } as const;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const base = await this.#records.read<Pointer>(tenant, place.kind, place.id);
      if (base?.value.person === person) return;
      if ((await this.#records.write<Pointer>(place, base, { person })) !== null) return;
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
    throw tooOften();
  }
}

function tooOften(): AccessError {
  return new AccessError('access/conflict', 'The person was changed by others too often. Try again.');
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
export function emailId(email: string): string {
  return createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 32);
}

/** Nor is what a provider calls somebody. */
export function identityId(issuer: string, subject: string): string {
  return createHash('sha256').update(`${issuer}\n${subject}`).digest('hex').slice(0, 32);
}

export function newPersonKey(random: RandomBytes): string {
  return Buffer.from(random(KEY_BYTES)).toString('base64');
}
