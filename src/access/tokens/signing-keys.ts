import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose';
import type { Clock } from '../../kit/index.ts';
import type { AccessEvents } from '../events.ts';
import type { RecordStore, StoredRecord } from '../ports/record-store.ts';

export const ALGORITHM = 'ES256';
/** Whose keys seal the records of the service itself; no tenant can have this name. */
export const SERVICE_TENANT = '_service';
const PLACE = { tenant: SERVICE_TENANT, kind: 'signing-keys', id: 'current' } as const;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** How long a key signs. */
const SIGNS_MS = 30 * DAY;
/** How long before it signs a key is published, so that whoever keeps the set for a while has it. */
const AHEAD_MS = DAY;
/** How long a key that no longer signs is published; tokens live for 15 minutes. */
const BEHIND_MS = HOUR;
/** How long a process trusts its copy of the record. */
const FRESH_MS = 5 * MINUTE;
/** How often a token with an unknown key may have the record read again. */
const LOOK_AGAIN_MS = 5000;

interface KeyRecord {
  readonly id: string;
  /** Milliseconds since 1970. It signs until the next one does. */
  readonly signsFrom: number;
  readonly secret: JWK;
}

interface KeysRecord {
  /** By `signsFrom`. */
  readonly keys: readonly KeyRecord[];
}

interface SigningKey {
  readonly id: string;
  readonly signsFrom: number;
  readonly secret: CryptoKey;
  readonly open: CryptoKey;
  /** As it is published. */
  readonly jwk: JWK;
}

interface Copy {
  readonly keys: readonly SigningKey[];
  readonly readAt: number;
}

/** The keys that sign access tokens: one record for all processes, sealed; each key overlaps with the next. */
export class SigningKeys {
  readonly #records: RecordStore;
  readonly #clock: Clock;
  readonly #events: AccessEvents;
  #copy: Promise<Copy> | null = null;
  #askedAt = 0;

  constructor(records: RecordStore, clock: Clock, events: AccessEvents) {
    this.#records = records;
    this.#clock = clock;
    this.#events = events;
  }

  /** Makes the first key, and the next one in time; drops those of which no token can be left. @returns how many keys were made. */
  async tend(): Promise<number> {
    const stored = await this.#records.read<KeysRecord>(PLACE.tenant, PLACE.kind, PLACE.id);
    const now = this.#clock();
    const kept = (stored?.value.keys ?? []).filter((_, at, keys) => {
      const next = keys[at + 1];
      return next === undefined || next.signsFrom + BEHIND_MS > now;
    });
    const last = kept.at(-1);
    const due = last === undefined || last.signsFrom + SIGNS_MS - AHEAD_MS <= now;
    const signsFrom = last === undefined ? now : now + AHEAD_MS;
    const keys = due ? [...kept, await newKey(signsFrom)] : kept;
    if (!due && keys.length === stored?.value.keys.length) return 0;
    const written = await this.#write(stored, { keys });
    this.#copy = null;
    // Where another process came first, it did the same.
    if (!due || !written) return 0;
    this.#events({ kind: 'signing-key-made', credential: keys.at(-1)?.id ?? '' });
    return 1;
  }

  /** The key that signs now. @throws {Error} before the first one was made. */
  async current(): Promise<SigningKey> {
    const { keys } = await this.#read();
    const current = keys.filter(({ signsFrom }) => signsFrom <= this.#clock()).at(-1) ?? keys[0];
    if (current === undefined) throw new Error('There is no key to sign with.');
    return current;
  }

  /** A key that is published, by its id. */
  async find(id: string): Promise<SigningKey | null> {
    const { keys, readAt } = await this.#read();
    const found = keys.find((key) => key.id === id);
    if (found !== undefined) return found;
    const now = this.#clock();
    if (now < readAt + LOOK_AGAIN_MS || now < this.#askedAt + LOOK_AGAIN_MS) return null;
    this.#askedAt = now;
    this.#copy = null;
    return (await this.#read()).keys.find((key) => key.id === id) ?? null;
  }

  /** As RFC 7517 publishes them. */
  async published(): Promise<{ readonly keys: readonly JWK[] }> {
    return { keys: (await this.#read()).keys.map(({ jwk }) => jwk) };
  }

  async #write(base: StoredRecord<object> | null, value: KeysRecord): Promise<boolean> {
    return (await this.#records.write(PLACE, base, value)) !== null;
  }

  async #read(): Promise<Copy> {
    const copy = await this.#copy;
    if (copy !== null && this.#clock() < copy.readAt + FRESH_MS) return copy;
    const reading = this.#load();
    this.#copy = reading;
    try {
      return await reading;
    } catch (error) {
      this.#copy = copy === null ? null : Promise.resolve(copy);
      // Keys that were good a while ago still are: only new ones would be missed.
      if (copy !== null) return copy;
      throw error;
    }
  }

  async #load(): Promise<Copy> {
    const stored = await this.#records.read<KeysRecord>(PLACE.tenant, PLACE.kind, PLACE.id);
    const keys = await Promise.all((stored?.value.keys ?? []).map(openKey));
    return { keys, readAt: this.#clock() };
  }
}

async function newKey(signsFrom: number): Promise<KeyRecord> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const secret = await exportJWK(privateKey);
  return { id: await calculateJwkThumbprint(secret), signsFrom, secret };
}

async function openKey({ id, signsFrom, secret }: KeyRecord): Promise<SigningKey> {
  const { d: _, ...open } = secret;
  const jwk = { ...open, kid: id, alg: ALGORITHM, use: 'sig' };
  return {
    id,
    signsFrom,
    secret: (await importJWK(secret, ALGORITHM)) as CryptoKey,
    open: (await importJWK(open, ALGORITHM)) as CryptoKey,
    jwk,
  };
}
