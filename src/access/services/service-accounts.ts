import { createHash } from 'node:crypto';
import type { Clock, RandomBytes } from '../../kit/index.ts';
import type { Grant, Reach } from '../api-keys/reach.ts';
import { AccessError } from '../errors.ts';
import type { AccessEvents } from '../events.ts';
import type { Channel } from '../ports/channel.ts';
import type { RecordStore, StoredRecord } from '../ports/record-store.ts';
import { Recent } from '../recent.ts';
import { SERVICE_TENANT } from '../tokens/signing-keys.ts';

/** How long a process believes what it knows of an account without asking again. */
const BELIEVED_MS = 4000;
const MOST_TRIES = 5;
/** How many a tenant may have. */
const MOST_SERVICE_ACCOUNTS = 200;
const ID = /^sa_[0-9a-f]{32}$/;
const TOPIC = 'service-accounts';

/**
 * A program of a tenant, as it is kept. It has no password and no sessions: it is whoever holds one of its keys, or an
 * identity token of Google that names its address. Times are milliseconds since 1970.
 */
export interface ServiceAccount extends Reach {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  /** Of its account at Google, lower case; `null`: it comes with keys only. */
  readonly email: string | null;
  /** The administrator who made it; `null`: the operator of a service without sign-in. */
  readonly createdBy: string | null;
  readonly createdAt: number;
  readonly disabledAt: number | null;
}

export type NewServiceAccount = Pick<ServiceAccount, 'name' | 'email' | 'createdBy' | keyof Reach>;

export interface ServiceAccountsParts {
  readonly records: RecordStore;
  readonly channel: Channel;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly events: AccessEvents;
}

/** The service accounts of all tenants, each a record. */
export class ServiceAccounts {
  readonly #parts: ServiceAccountsParts;
  /** By tenant and id. */
  readonly #recent: Recent<ServiceAccount | null>;

  constructor(parts: ServiceAccountsParts) {
    this.#parts = parts;
    this.#recent = new Recent(parts.clock, BELIEVED_MS);
  }

  /** Listens for what other processes change. @returns what ends it. */
  async listen(): Promise<() => void> {
    return await this.#parts.channel.subscribe(TOPIC, (key) => this.#recent.drop(key));
  }

  /** @throws {AccessError} `access/invalid`: too many, or the address is one of another account. */
  async create(tenant: string, given: NewServiceAccount): Promise<ServiceAccount> {
    const { random, clock, records, events } = this.#parts;
    if ((await records.list(tenant, 'service-accounts')).length >= MOST_SERVICE_ACCOUNTS) {
      throw new AccessError('access/invalid', `There are no more than ${MOST_SERVICE_ACCOUNTS} accounts.`);
    }
    const id = `sa_${Buffer.from(random(16)).toString('hex')}`;
    const email = given.email?.toLowerCase() ?? null;
    const account = { ...given, id, tenant, email, createdAt: clock(), disabledAt: null };
    if (email !== null) await this.#claim(email, { tenant, id });
    await records.write({ tenant, kind: 'service-accounts', id }, null, account);
    events({ kind: 'service-account-made', tenant, credential: id });
    return account;
  }

  /** The latest first. */
  async list(tenant: string): Promise<readonly ServiceAccount[]> {
    const accounts: ServiceAccount[] = [];
    for (const id of await this.#parts.records.list(tenant, 'service-accounts')) {
      const found = await this.#read(tenant, id);
      if (found !== null) accounts.push(found.value);
    }
    return accounts.sort((one, other) => other.createdAt - one.createdAt);
  }

  /** @throws {AccessError} `access/not-found`. */
  async find(tenant: string, id: string): Promise<ServiceAccount> {
    return known(await this.#read(tenant, id)).value;
  }

  /** Within five seconds it holds everywhere, for its keys too. @throws {AccessError} `access/not-found`. */
  async disable(tenant: string, id: string, disabled: boolean): Promise<ServiceAccount> {
    const now = this.#parts.clock();
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const stored = known(await this.#read(tenant, id));
      const disabledAt = disabled ? (stored.value.disabledAt ?? now) : null;
      const next = { ...stored.value, disabledAt };
      const written = await this.#parts.records.write({ tenant, kind: 'service-accounts', id }, stored, next);
      if (written === null) continue;
      this.#recent.drop(`${tenant}/${id}`);
      // Who does not hear of it knows within seconds.
      await this.#parts.channel.publish(TOPIC, `${tenant}/${id}`).catch(() => {});
      const kind = disabled ? 'service-account-disabled' : 'service-account-enabled';
      this.#parts.events({ kind, tenant, credential: id });
      return next;
    }
    throw new AccessError('access/conflict', 'The account was changed by others too often. Try again.');
  }

  /** The account, if it may act. Never older than five seconds. */
  async active(tenant: string, id: string): Promise<ServiceAccount | null> {
    const account = await this.#recent.get(
      `${tenant}/${id}`,
      async () => (await this.#read(tenant, id))?.value ?? null,
    );
    return account === null || account.disabledAt !== null ? null : account;
  }

  /** Whose address it is at Google, if they may act. */
  async byEmail(email: string): Promise<ServiceAccount | null> {
    const pointer = await this.#pointer(email.toLowerCase());
    if (pointer === null) return null;
    const account = await this.active(pointer.value.tenant, pointer.value.id);
    return account?.email === email.toLowerCase() ? account : null;
  }

  /** An address is that of one account: nobody else can have what its program sends. */
  async #claim(email: string, place: Place): Promise<void> {
    const held = await this.#pointer(email);
    // One that was never finished is in nobody's way.
    const taken = held !== null && (await this.#read(held.value.tenant, held.value.id)) !== null;
    const at = { tenant: SERVICE_TENANT, kind: 'service-emails', id: nameOf(email) } as const;
    if (!taken && (await this.#parts.records.write(at, held, place)) !== null) return;
    throw new AccessError('access/invalid', 'The address cannot be used: an account has it.');
  }

  async #pointer(email: string): Promise<StoredRecord<Place> | null> {
    return await this.#parts.records.read<Place>(SERVICE_TENANT, 'service-emails', nameOf(email));
  }

  async #read(tenant: string, id: string): Promise<StoredRecord<ServiceAccount> | null> {
    return ID.test(id)
      ? await this.#parts.records.read<ServiceAccount>(tenant, 'service-accounts', id)
      : null;
  }
}

interface Place {
  readonly tenant: string;
  readonly id: string;
}

/** What an account may do that came with an identity token. */
export function grantOf(account: ServiceAccount): Grant {
  return { ...account, mode: 'live' };
}

function nameOf(email: string): string {
  return createHash('sha256').update(email).digest('hex');
}

function known(stored: StoredRecord<ServiceAccount> | null): StoredRecord<ServiceAccount> {
  if (stored !== null) return stored;
  throw new AccessError('access/not-found', 'There is no such service account.');
}
