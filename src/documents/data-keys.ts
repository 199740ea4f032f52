import {
  type Clock,
  idleTimer,
  OutsideError,
  type RandomBytes,
  systemRandom,
  type Timer,
} from '../kit/index.ts';
import { KeyCache } from './key-cache.ts';
import type { KeyService, WrappedKey } from './key-service.ts';

/** What a data key encrypts. Every part is one to 100 letters, digits, `_`, `-`, `.` and `:`. */
export interface KeyPurpose {
  readonly tenant: string;
  readonly document: string;
  readonly version: string;
  /** Which of the objects of a version: `content`, `certificate`. */
  readonly purpose: string;
}

export interface DataKey {
  /** 32 bytes, the caller's own: to be overwritten with zeros after use. */
  readonly key: Uint8Array;
  readonly wrapped: WrappedKey;
}

export interface DataKeysOptions {
  readonly clock: Clock;
  /** Milliseconds that an unwrapped key may stay in memory: 5 minutes by default. */
  readonly lifetimeMs?: number;
  /** How many unwrapped keys may stay in memory: 1,000 by default. */
  readonly count?: number;
  readonly timer?: Timer;
  readonly random?: RandomBytes;
}

/** A key on its way. */
interface Flight {
  readonly tenant: string;
  /** One array for all who wait, each of whom copies it; the last one overwrites it. */
  readonly key: Promise<Uint8Array>;
  waiting: number;
}

const PART = /^[A-Za-z0-9_.:-]{1,100}$/;
const KEY_BYTES = 32;
const DECOY = new TextEncoder().encode('decoy');

/** `tenant|document|version|purpose`: what a data key and what it seals are bound to. @throws {TypeError} on other parts. */
export function keyContext({ tenant, document, version, purpose }: KeyPurpose): Uint8Array {
  const parts = [tenant, document, version, purpose];
  if (!parts.every((part) => PART.test(part))) throw new TypeError('Not a part of the context of a key.');
  return new TextEncoder().encode(parts.join('|'));
}

/** Data keys, each wrapped by its tenant's key; unwrapped ones stay in memory for a while. */
export class DataKeys {
  readonly #service: KeyService;
  readonly #random: RandomBytes;
  readonly #cache: KeyCache;
  /** What is being unwrapped, so that many who want one key make one call. */
  readonly #flights = new Map<string, Flight>();
  /** By tenant. */
  readonly #decoys = new Map<string, WrappedKey>();

  constructor(service: KeyService, options: DataKeysOptions) {
    const { clock, lifetimeMs = 300_000, count = 1000, timer = idleTimer, random = systemRandom } = options;
    this.#service = service;
    this.#random = random;
    this.#cache = new KeyCache({ clock, lifetimeMs, count, timer });
  }

  /** A fresh key. @throws {OutsideError} of the key service. */
  async create(tenant: string, context: Uint8Array): Promise<DataKey> {
    const key = Uint8Array.from(this.#random(KEY_BYTES));
    const wrapped = await this.#service.wrap(tenant, key, context);
    this.#cache.put(idOf(tenant, wrapped, context), tenant, Uint8Array.from(key));
    return { key, wrapped };
  }

  /**
   * The key, as an array of the caller's own: to be overwritten with zeros after use.
   *
   * @throws {OutsideError} of the key service; a failure is not remembered.
   */
  async open(tenant: string, wrapped: WrappedKey, context: Uint8Array): Promise<Uint8Array> {
    const id = idOf(tenant, wrapped, context);
    const held = this.#cache.get(id);
    if (held !== undefined) return Uint8Array.from(held);
    const flight = this.#flights.get(id) ?? this.#unwrap(id, tenant, wrapped, context);
    flight.waiting += 1;
    const key = await flight.key;
    const mine = Uint8Array.from(key);
    flight.waiting -= 1;
    if (flight.waiting === 0) key.fill(0);
    return mine;
  }

  /**
   * The same key wrapped by the tenant's primary key version: for those that an older version wrapped.
   *
   * @throws {OutsideError} of the key service.
   */
  async rewrap(tenant: string, wrapped: WrappedKey, context: Uint8Array): Promise<WrappedKey> {
    const key = await this.#service.unwrap(tenant, wrapped, context);
    try {
      return await this.#service.wrap(tenant, key, context);
    } finally {
      key.fill(0);
    }
  }

  /** Whether `open` would ask the key service nothing. */
  holds(tenant: string, wrapped: WrappedKey, context: Uint8Array): boolean {
    return this.#cache.get(idOf(tenant, wrapped, context)) !== undefined;
  }

  /** Has a key at hand that nothing is sealed with, for `pretend`. */
  async prepare(tenant: string): Promise<WrappedKey> {
    const held = this.#decoys.get(tenant);
    if (held !== undefined) return held;
    const wrapped = await this.#service.wrap(tenant, this.#random(KEY_BYTES), DECOY);
    this.#decoys.set(tenant, wrapped);
    return wrapped;
  }

  /**
   * Unwraps a key that nobody needs: whoever waits for an answer cannot tell whether there was one to be unwrapped.
   *
   * @throws {OutsideError} of the key service.
   */
  async pretend(tenant: string): Promise<void> {
    const wrapped = await this.prepare(tenant);
    try {
      (await this.#service.unwrap(tenant, wrapped, DECOY)).fill(0);
    } catch (error) {
      // What wrapped it was destroyed: the next one is wrapped by what there is now.
      this.#decoys.delete(tenant);
      if (!(error instanceof OutsideError) || error.failure !== 'refused') throw error;
    }
  }

  /** Lets go of every key of a tenant, also of those that are being unwrapped: after a key version was destroyed. */
  forget(tenant: string): void {
    for (const [id, flight] of this.#flights) if (flight.tenant === tenant) this.#flights.delete(id);
    this.#decoys.delete(tenant);
    this.#cache.forget(tenant);
  }

  /** Lets go of every key. */
  close(): void {
    this.#flights.clear();
    this.#cache.forget();
  }

  #unwrap(id: string, tenant: string, wrapped: WrappedKey, context: Uint8Array): Flight {
    const fetch = async (): Promise<Uint8Array> => {
      try {
        const key = await this.#service.unwrap(tenant, wrapped, context);
        // Who was forgotten meanwhile gets the key, as if the call had come earlier; it is not kept.
        if (this.#flights.get(id) === flight) this.#cache.put(id, tenant, Uint8Array.from(key));
        return key;
      } finally {
        if (this.#flights.get(id) === flight) this.#flights.delete(id);
      }
    };
    const flight = { tenant, key: Promise.resolve().then(fetch), waiting: 0 };
    this.#flights.set(id, flight);
    return flight;
  }
}

function idOf(tenant: string, wrapped: WrappedKey, context: Uint8Array): string {
  const [bytes, bound] = [wrapped.bytes, context].map((part) => Buffer.from(part).toString('base64'));
  return [tenant, wrapped.version, bytes, bound].join('|');
}
