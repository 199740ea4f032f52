import { isIP } from 'node:net';
import { isWithin, type RecordKind, type RecordStore, type StoredRecord } from '../../access/index.ts';
import { isPublicAddress, namesHost } from '../../documents/index.ts';
import type { Clock, RandomBytes } from '../../kit/index.ts';
import { JobError } from '../errors.ts';
import { isFilter } from './catalogue.ts';
import { newSigningKey, type Signing, type SigningKey } from './signing.ts';

/** Endpoints of a tenant: all of them are one record. */
const MOST_ENDPOINTS = 20;
/** Keys that sign for an endpoint at once: rotations that overlap. */
const MOST_KEYS = 6;
const MOST_TRIES = 5;
const MOST_URL = 2048;

/** Why an endpoint gets nothing: it was disabled, answered 410, or took nothing for days. */
export type DisabledReason = 'asked' | 'gone' | 'failing';

/** Where a tenant is told of what happens. */
export interface Endpoint {
  /** `w_` and 32 hexadecimal digits; never used again. */
  readonly id: string;
  /** May hold a secret of the receiver: for administrators only, and in no log. */
  readonly url: string;
  readonly description: string;
  /** Types, `document.*`, or `*`. */
  readonly events: readonly string[];
  readonly state: 'enabled' | 'disabled';
  readonly reason: DisabledReason | null;
  readonly keys: readonly SigningKey[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly changedAt: number;
  /** The actor's id. */
  readonly createdBy: string;
}

/** What a key or person may ask for. */
export interface EndpointChange {
  readonly url?: string;
  readonly description?: string;
  readonly events?: readonly string[];
  readonly state?: Endpoint['state'];
}

/** Where deliveries may go. */
export interface WebhookRules {
  /** `example.com`, `example.com:8443` or `*.example.com`; none: to every host. */
  readonly hosts: readonly string[];
  /** Ranges that are allowed beside public addresses, and to which plain `http` is too: `10.0.0.0/8`. */
  readonly networks: readonly string[];
}

/** Records that can also be removed with all that they were. */
export interface WebhookRecords extends RecordStore {
  purge(tenant: string, kind: RecordKind, id: string): Promise<void>;
  /** Removes what records of a kind were before. @returns how much. */
  prune(tenant: string, kind: RecordKind): Promise<number>;
}

export interface EndpointsParts {
  readonly records: WebhookRecords;
  readonly rules: WebhookRules;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

interface Kept {
  readonly endpoints: readonly Endpoint[];
}

/** The endpoints of tenants. Throws `OutsideError`. */
export class Endpoints {
  readonly #parts: EndpointsParts;

  constructor(parts: EndpointsParts) {
    this.#parts = parts;
  }

  /** The latest first. */
  async list(tenant: string): Promise<readonly Endpoint[]> {
    return (await this.#read(tenant))?.value.endpoints ?? [];
  }

  /** @throws {JobError} `webhooks/not-found`. */
  async find(tenant: string, id: string): Promise<Endpoint> {
    return found(await this.list(tenant), id);
  }

  /**
   * @param begin keeps what its deliveries need, before there is an endpoint.
   * @throws {JobError} `webhooks/invalid`, `webhooks/conflict`.
   */
  async create(
    { tenant, id: createdBy }: { readonly tenant: string; readonly id: string },
    given: Required<Omit<EndpointChange, 'state'>> & { readonly signatures: readonly Signing[] },
    begin: (id: string) => Promise<void>,
  ): Promise<Endpoint> {
    const { clock, random } = this.#parts;
    const { url, description, events, signatures } = given;
    const now = clock();
    const endpoint: Endpoint = {
      id: `w_${Buffer.from(random(16)).toString('hex')}`,
      ...{ url, description, events, state: 'enabled', reason: null },
      keys: signatures.map((kind) => newSigningKey(kind, random, now)),
      ...{ createdAt: now, changedAt: now, createdBy },
    };
    this.#check(endpoint);
    await begin(endpoint.id);
    return await this.#change(tenant, endpoint.id, (endpoints) => {
      if (endpoints.length >= MOST_ENDPOINTS) throw conflict(`There are ${MOST_ENDPOINTS} already.`);
      return [endpoint, ...endpoints];
    });
  }

  /** @throws {JobError} `webhooks/not-found`, `webhooks/invalid`, `webhooks/conflict`. */
  async change(tenant: string, id: string, change: EndpointChange): Promise<Endpoint> {
    return await this.#replace(tenant, id, (before) => {
      const state = change.state ?? before.state;
      const reason = state === 'enabled' ? null : (before.reason ?? 'asked');
      const after: Endpoint = { ...before, ...change, state, reason };
      this.#check(after);
      return after;
    });
  }

  /** Gives it new keys; those that sign now do so beside them for a while. @throws {JobError} as `change` does. */
  async rotate(tenant: string, id: string, overlapMs: number): Promise<Endpoint> {
    const { clock, random } = this.#parts;
    const now = clock();
    return await this.#replace(tenant, id, (before) => {
      const good = signingKeys(before, now);
      const old = good.map((key) => ({ ...key, expiresAt: key.expiresAt ?? now + overlapMs }));
      const current = good.filter(({ expiresAt }) => expiresAt === null);
      const keys = current.map(({ kind }) => newSigningKey(kind, random, now));
      const all = [...keys, ...old.filter(({ expiresAt }) => expiresAt > now)];
      if (all.length <= MOST_KEYS) return { ...before, keys: all };
      throw conflict('Too many keys sign for it: wait until an earlier rotation is over.');
    });
  }

  /** @returns the endpoint; `null` where it was disabled or removed already. */
  async disable(tenant: string, id: string, reason: DisabledReason): Promise<Endpoint | null> {
    const there = (await this.list(tenant)).find((one) => one.id === id);
    if (there === undefined || there.state === 'disabled') return null;
    try {
      return await this.#replace(tenant, id, (before) => ({ ...before, state: 'disabled', reason }));
    } catch (error) {
      if (error instanceof JobError && error.code === 'webhooks/not-found') return null;
      throw error;
    }
  }

  /** @throws {JobError} `webhooks/not-found`, `webhooks/conflict`. */
  async remove(tenant: string, id: string): Promise<void> {
    await this.#write(tenant, (endpoints) => {
      const gone = found(endpoints, id);
      return endpoints.filter((one) => one !== gone);
    });
    // The secrets with it.
    await this.#parts.records.prune(tenant, KIND);
  }

  #check({ url: given, events }: Endpoint): void {
    const { hosts, networks } = this.#parts.rules;
    const url = given.length <= MOST_URL ? URL.parse(given) : null;
    if (url === null) throw invalid('The address cannot be read.');
    const isPlain = url.protocol === 'http:' && networks.length > 0;
    if (url.protocol !== 'https:' && !isPlain) throw invalid('The address must start with https:.');
    if (url.username !== '' || url.password !== '') throw invalid('The address may hold no password.');
    if (hosts.length > 0 && !hosts.some((host) => namesHost(host, url)))
      throw invalid('The host is not one that is allowed here.');
    // Names are looked up before each attempt; what is one already, or can be none there, need not wait for that.
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const isInside =
      isIP(host) === 0
        ? /^[^.]*\.?$/.test(host) && networks.length === 0
        : !isPublicAddress(host) && !isWithin(host, networks);
    if (isInside) throw invalid('The host is not one of the public internet.');
    const unknown = events.filter((filter) => !isFilter(filter));
    if (unknown.length > 0) throw invalid('An event type is not known: see GET /v1/webhook-events.');
  }

  async #replace(tenant: string, id: string, change: (before: Endpoint) => Endpoint): Promise<Endpoint> {
    const changedAt = this.#parts.clock();
    return await this.#change(tenant, id, (endpoints) => {
      const before = found(endpoints, id);
      const after = { ...change(before), changedAt };
      return endpoints.map((one) => (one === before ? after : one));
    });
  }

  async #change(
    tenant: string,
    id: string,
    change: (endpoints: readonly Endpoint[]) => readonly Endpoint[],
  ): Promise<Endpoint> {
    return found(await this.#write(tenant, change), id);
  }

  async #write(
    tenant: string,
    change: (endpoints: readonly Endpoint[]) => readonly Endpoint[],
  ): Promise<readonly Endpoint[]> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const base = await this.#read(tenant);
      const endpoints = change(base?.value.endpoints ?? []);
      const place = { tenant, kind: KIND, id: ALL } as const;
      if ((await this.#parts.records.write<Kept>(place, base, { endpoints })) !== null) return endpoints;
    }
    throw conflict('The endpoints were changed by others too often. Try again.');
  }

  async #read(tenant: string): Promise<StoredRecord<Kept> | null> {
    return await this.#parts.records.read<Kept>(tenant, KIND, ALL);
  }
}

const KIND = 'webhooks';
const ALL = 'all';

/** The keys that sign now. @param now milliseconds since 1970. */
export function signingKeys({ keys }: Pick<Endpoint, 'keys'>, now: number): readonly SigningKey[] {
  return keys.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
}

function found(endpoints: readonly Endpoint[], id: string): Endpoint {
  const endpoint = endpoints.find((one) => one.id === id);
  if (endpoint !== undefined) return endpoint;
  throw new JobError('webhooks/not-found', 'There is no such webhook.');
}

function invalid(message: string): JobError {
  return new JobError('webhooks/invalid', message);
}

function conflict(message: string): JobError {
  return new JobError('webhooks/conflict', message);
}
