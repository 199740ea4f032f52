import type { KeyService, WrappedKey } from '../../src/documents/index.ts';
import { OutsideError } from '../../src/kit/index.ts';
import { TENANT } from './actor.ts';
import { disturbed, type Faults } from './faults.ts';
import type { Process, Scheduler } from './scheduler.ts';

/** How long a rotation takes to be known everywhere: some wrap by the version before until then. */
const KNOWN_AFTER_MS = 3 * 3_600_000;
/** What keeps the keys of the service itself, which nobody rotates here. */
const ANOTHERS = 'another';

/** The versions of the tenant's key, whoever asks. */
export class Vault {
  readonly alive = new Set<string>();
  primary = '';
  readonly #scheduler: Scheduler;
  #before = '';
  #count = 0;
  #rotatedAt = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.rotate();
    this.#before = this.primary;
  }

  rotate(): string {
    this.#count += 1;
    this.#before = this.primary;
    this.primary = String(this.#count);
    this.alive.add(this.primary);
    this.#rotatedAt = this.#scheduler.now;
    return this.primary;
  }

  /** As it was before anything was destroyed. */
  recalled(): Vault {
    const whole = new Vault(this.#scheduler);
    while (whole.primary !== this.primary) whole.rotate();
    return whole;
  }

  get destroyed(): number {
    return this.#count - this.alive.size;
  }

  /** By which version something is wrapped now. */
  wrapping(): string {
    const isNew = this.#scheduler.now < this.#rotatedAt + KNOWN_AFTER_MS;
    return isNew && this.#scheduler.chance(0.3) ? this.#before : this.primary;
  }
}

/** One process's view of the vault. Wraps by exclusive or: what keys do to bytes is proved elsewhere. */
export class SimulatedKeys implements KeyService {
  readonly #vault: Vault;
  readonly #scheduler: Scheduler;
  readonly #process: Process;
  readonly #faults: () => Faults;

  constructor(vault: Vault, scheduler: Scheduler, process: Process, faults: () => Faults) {
    this.#vault = vault;
    this.#scheduler = scheduler;
    this.#process = process;
    this.#faults = faults;
  }

  async create(): Promise<void> {
    await this.#ask();
  }

  async wrap(tenant: string, dataKey: Uint8Array, context: Uint8Array): Promise<WrappedKey> {
    await this.#ask();
    const version = tenant === TENANT ? this.#vault.wrapping() : ANOTHERS;
    return { version, bytes: mix(dataKey, tenant, version, context) };
  }

  async unwrap(tenant: string, { version, bytes }: WrappedKey, context: Uint8Array): Promise<Uint8Array> {
    await this.#ask();
    if (version === ANOTHERS || this.#vault.alive.has(version)) return mix(bytes, tenant, version, context);
    throw new OutsideError('KeyService', 'refused', `The version ${version} is destroyed.`);
  }

  async rotate(): Promise<string> {
    return await this.#change(() => this.#vault.rotate());
  }

  async primary(): Promise<string> {
    await this.#ask();
    return this.#vault.primary;
  }

  async destroy(_tenant: string, version: string): Promise<void> {
    await this.#change(() => this.#vault.alive.delete(version));
  }

  async probe(): Promise<void> {
    await this.#ask();
  }

  async #change<Answer>(apply: () => Answer): Promise<Answer> {
    return await disturbed('KeyService', this.#scheduler, this.#process, this.#faults(), apply);
  }

  async #ask(): Promise<void> {
    await this.#scheduler.wait(this.#process);
    if (this.#scheduler.chance(this.#faults().refused))
      throw new OutsideError('KeyService', 'unavailable', 'simulated');
  }
}

function mix(bytes: Uint8Array, tenant: string, version: string, context: Uint8Array): Uint8Array {
  const mask = [...Buffer.from(tenant + version), ...context].reduce(
    (sum, byte) => (sum * 31 + byte) % 251,
    7,
  );
  return bytes.map((byte, at) => byte ^ ((mask + at) % 256));
}
