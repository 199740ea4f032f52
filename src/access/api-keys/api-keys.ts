import type { Clock, RandomBytes } from '../../kit/index.ts';
import { AccessError } from '../errors.ts';
import type { AccessEvents } from '../events.ts';
import { mayAct, type People, type TenantRole } from '../people/people.ts';
import type { Channel } from '../ports/channel.ts';
import type { RecordStore, StoredRecord } from '../ports/record-store.ts';
import { Recent } from '../recent.ts';
import type { ServiceAccounts } from '../services/service-accounts.ts';
import { hashSecret, sameSecret } from '../tokens/secrets.ts';
import { SERVICE_TENANT } from '../tokens/signing-keys.ts';
import { type KeyMode, newKeyId, newKeySecret, readKey, writeKey } from './format.ts';
import type { Grant, Reach } from './reach.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** How long a process believes what it knows of a key without asking again. */
const BELIEVED_MS = 4000;
/** How exactly the last use is known. */
const NOTED_MS = 10 * MINUTE;
/** How many keys somebody may have. */
export const MOST_KEYS = 50;
export const LONGEST_LIFE_MS = 366 * DAY;
/** How long an old secret is good beside its successor: by default, and at most. */
export const OVERLAP_MS = { byDefault: DAY, most: 7 * DAY };
const MOST_TRIES = 5;
const TOPIC = 'api-keys';

/** A key as it is kept. Times are milliseconds since 1970. */
export interface ApiKey extends Grant, Owner {
  readonly tenant: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
  /** To ten minutes. */
  readonly usedAt: number | null;
  /** Hashes of its secrets: the latest, and those that it overlaps with. */
  readonly secrets: readonly { readonly hash: string; readonly until: number }[];
}

/** Whose a key is: it is good only while they may act. Nobody's: that of the operator of a service without sign-in. */
export interface Owner {
  readonly person: string | null;
  readonly service: string | null;
}

export interface NewKey extends Reach, Owner {
  readonly name: string;
  readonly mode: KeyMode;
  readonly lifeMs: number;
}

/** A key with what is shown once. */
export interface ShownKey {
  readonly key: ApiKey;
  readonly shown: string;
}

export interface ApiKeysParts {
  readonly records: RecordStore;
  readonly people: People;
  readonly services: ServiceAccounts;
  readonly channel: Channel;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly events: AccessEvents;
}

/** Keys for programs: made, shown once, found again by their hash, rotated and revoked. */
export class ApiKeys {
  readonly #parts: ApiKeysParts;
  readonly #recent: Recent<ApiKey | null>;
  /** What the makers of keys are who may act, by tenant and person. */
  readonly #makers: Recent<TenantRole | null>;

  constructor(parts: ApiKeysParts) {
    this.#parts = parts;
    this.#recent = new Recent(parts.clock, BELIEVED_MS);
    this.#makers = new Recent(parts.clock, BELIEVED_MS);
  }

  /** Listens for what other processes change. @returns what ends it. */
  async listen(): Promise<() => void> {
    return await this.#parts.channel.subscribe(TOPIC, (id) => this.#recent.drop(id));
  }

  /** @throws {AccessError} `access/invalid` past `MOST_KEYS`. */
  async create(tenant: string, { lifeMs, ...given }: NewKey): Promise<ShownKey> {
    const { clock, random, records, events } = this.#parts;
    const { person, service } = given;
    const own = (await this.list(tenant)).filter(
      (key) => key.revokedAt === null && key.person === person && key.service === service,
    );
    if (own.length >= MOST_KEYS) {
      throw new AccessError('access/invalid', `Nobody has more than ${MOST_KEYS} keys. Revoke one first.`);
    }
    const id = newKeyId(random);
    const secret = newKeySecret(random);
    const now = clock();
    const expiresAt = now + Math.min(lifeMs, LONGEST_LIFE_MS);
    const key: ApiKey = {
      ...{ id, tenant, ...given, createdAt: now, expiresAt, revokedAt: null, usedAt: null },
      secrets: [{ hash: hashSecret(secret), until: expiresAt }],
    };
    await must(records.write({ tenant: SERVICE_TENANT, kind: 'key-tenants', id }, null, { tenant }));
    await must(records.write({ tenant, kind: 'api-keys', id }, null, key));
    this.#recent.drop(id);
    events({ kind: 'key-made', ...whose(key) });
    return { key, shown: writeKey({ mode: given.mode, id, secret }) };
  }

  /** The latest first. @param person `null` for the operator’s, `undefined` for everybody’s. */
  async list(tenant: string, person?: string | null): Promise<readonly ApiKey[]> {
    const keys: ApiKey[] = [];
    for (const id of await this.#parts.records.list(tenant, 'api-keys')) {
      const stored = await this.#parts.records.read<ApiKey>(tenant, 'api-keys', id);
      if (stored !== null && isOwn(complete(stored.value), person)) keys.push(complete(stored.value));
    }
    return keys.sort((one, other) => other.createdAt - one.createdAt);
  }

  /** @throws {AccessError} `access/not-found` when there is none, or it is not that person's. */
  async find(tenant: string, id: string, person?: string | null): Promise<ApiKey> {
    return owned(await this.#read(tenant, id), person);
  }

  /** A new secret; the old one is good for a while. @throws {AccessError} `access/not-found`, `access/invalid`. */
  async rotate(tenant: string, id: string, overlapMs: number, person?: string | null): Promise<ShownKey> {
    const secret = newKeySecret(this.#parts.random);
    const key = await this.#change(tenant, id, person, (old) => {
      const now = this.#parts.clock();
      if (old.revokedAt !== null || old.expiresAt <= now) {
        throw new AccessError('access/invalid', 'The key is over. Make a new one.');
      }
      const until = now + Math.min(overlapMs, OVERLAP_MS.most);
      const before = old.secrets
        .filter((one) => one.until > now)
        .map(({ hash, until: end }) => ({ hash, until: Math.min(end, until) }));
      return { ...old, secrets: [...before, { hash: hashSecret(secret), until: old.expiresAt }] };
    });
    this.#parts.events({ kind: 'key-rotated', ...whose(key) });
    return { key, shown: writeKey({ mode: key.mode, id, secret }) };
  }

  /** Within five seconds it is good for nothing, anywhere. @throws {AccessError} `access/not-found`. */
  async revoke(tenant: string, id: string, person?: string | null): Promise<void> {
    const now = this.#parts.clock();
    const change = (old: ApiKey): ApiKey => ({ ...old, secrets: [], revokedAt: old.revokedAt ?? now });
    const key = await this.#change(tenant, id, person, change);
    this.#parts.events({ kind: 'key-revoked', ...whose(key) });
  }

  /** The key with this id, good or not. */
  async known(tenant: string, id: string): Promise<ApiKey | null> {
    const stored = await this.#read(tenant, id);
    return stored === null ? null : complete(stored.value);
  }

  /** The key that this is, if it is good now; `null` otherwise. */
  async verify(text: string): Promise<ApiKey | null> {
    const parts = readKey(text);
    if (parts === null) return null;
    const key = await this.#recent.get(parts.id, () => this.#load(parts.id));
    if (key === null || key.mode !== parts.mode || key.revokedAt !== null) return null;
    const now = this.#parts.clock();
    const hash = hashSecret(parts.secret);
    // Every hash is looked at, so that the time tells nothing.
    const good = key.secrets.filter((one) => sameSecret(one.hash, hash) && one.until > now);
    if (good.length === 0 || key.expiresAt <= now) return null;
    if ((await this.roleOf(key)) === null) return null;
    if (key.usedAt === null || key.usedAt + NOTED_MS < now) void this.#noteUse(key, now);
    return key;
  }

  /** What its owner is; `null` when they may not act. Never older than five seconds. */
  async roleOf({ tenant, person, service }: ApiKey): Promise<TenantRole | null> {
    if (service !== null)
      return (await this.#parts.services.active(tenant, service)) === null ? null : 'member';
    if (person === null) return 'member';
    return await this.#makers.get(`${tenant}/${person}`, async () => {
      const maker = await this.#parts.people.find(tenant, person);
      return maker !== null && mayAct(maker) ? maker.role : null;
    });
  }

  async #load(id: string): Promise<ApiKey | null> {
    const { records } = this.#parts;
    const pointer = await records.read<{ readonly tenant: string }>(SERVICE_TENANT, 'key-tenants', id);
    if (pointer === null) return null;
    const stored = await records.read<ApiKey>(pointer.value.tenant, 'api-keys', id);
    return stored === null ? null : complete(stored.value);
  }

  /** Nobody waits for it, and where it fails the next use tries again. */
  async #noteUse({ tenant, id }: ApiKey, now: number): Promise<void> {
    try {
      const stored = await this.#read(tenant, id);
      if (stored === null || (stored.value.usedAt ?? 0) + NOTED_MS > now) return;
      const place = { tenant, kind: 'api-keys', id } as const;
      await this.#parts.records.write(place, stored, { ...stored.value, usedAt: now });
    } catch {
      // A date in a list is not worth a failed request.
    }
  }

  async #change(
    tenant: string,
    id: string,
    person: string | null | undefined,
    change: (key: ApiKey) => ApiKey,
  ): Promise<ApiKey> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const stored = await this.#read(tenant, id);
      const next = change(owned(stored, person));
      const written = await this.#parts.records.write({ tenant, kind: 'api-keys', id }, stored, next);
      if (written === null) continue;
      this.#recent.drop(id);
      // Who does not hear of it knows within seconds.
      await this.#parts.channel.publish(TOPIC, id).catch(() => {});
      return next;
    }
    throw new AccessError('access/conflict', 'The key was changed by others too often. Try again.');
  }

  async #read(tenant: string, id: string): Promise<StoredRecord<ApiKey> | null> {
    return /^[0-9a-z]{16}$/.test(id) ? await this.#parts.records.read<ApiKey>(tenant, 'api-keys', id) : null;
  }
}

/** Whether it was neither revoked nor ran out. */
export function isGood({ revokedAt, expiresAt }: ApiKey, now: number): boolean {
  return revokedAt === null && expiresAt > now;
}

/** The key, where it is there and that person's; `undefined` stands for an administrator. */
function owned(stored: StoredRecord<ApiKey> | null, person: string | null | undefined): ApiKey {
  const key = stored === null ? null : complete(stored.value);
  if (key !== null && isOwn(key, person)) return key;
  throw new AccessError('access/not-found', 'There is no such key.');
}

/** Keys of earlier releases say nothing of labels and service accounts. */
function complete(key: ApiKey | Omit<ApiKey, 'labels' | 'service'>): ApiKey {
  return { labels: null, service: null, ...key };
}

function isOwn(key: ApiKey, person: string | null | undefined): boolean {
  return person === undefined || (key.person === person && key.service === null);
}

function whose({ tenant, person, service, id }: ApiKey) {
  const owner = person ?? service;
  return { tenant, credential: id, ...(owner === null ? {} : { person: owner }) };
}

async function must(writing: Promise<StoredRecord<object> | null>): Promise<void> {
  if ((await writing) === null) throw new AccessError('access/conflict', 'The id of the key is taken.');
}
