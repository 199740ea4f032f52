import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { KeyService, WrappedKey } from '../../documents/index.ts';
import { OutsideError, systemRandom } from '../../kit/index.ts';
import {
  KeyRingFormat,
  type KeyVersion,
  PASSPHRASE_COST,
  type Ring,
  type TenantKeys,
} from './key-ring-file.ts';
import { NumberedFile, TooOpenError } from './numbered-file.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';
/** The first byte of what is wrapped: format 1 is nonce, encrypted data key, tag. */
const WRAPPED_FORMAT = 1;
const TENANT = /^[a-z0-9_-]{1,40}$/;

interface RingRead {
  readonly number: number;
  readonly ring: Ring;
  readonly asWanted: boolean;
}

/**
 * The keys of all tenants in one file of this machine, which its owner alone may read, encrypted where a passphrase is
 * given. A file without protection becomes protected when it is first opened with a passphrase. What is wrapped is
 * encrypted with AES-256-GCM under a random nonce: no key version should wrap more than 2^32 data keys.
 */
export class KeyRing implements KeyService {
  readonly #file: NumberedFile;
  readonly #format: KeyRingFormat;
  #read: RingRead = { number: 0, ring: [], asWanted: true };
  #found: Promise<RingRead> | null = null;
  /** Changes of this process wait for each other; those of others are found by the file. */
  #changes: Promise<unknown> = Promise.resolve();

  private constructor(file: NumberedFile, format: KeyRingFormat) {
    this.#file = file;
    this.#format = format;
  }

  /**
   * @param folder absolute; made where there is none.
   * @param cost of trying a passphrase, for a ring that has none yet.
   * @throws {OutsideError} `refused` when others may read the ring or the passphrase is missing or wrong, `damaged` when
   *   the file was changed.
   */
  static async open(
    folder: string,
    passphrase: string | null = null,
    cost = PASSPHRASE_COST,
  ): Promise<KeyRing> {
    const format = new KeyRingFormat(passphrase, cost);
    const ring = new KeyRing(await telling(() => NumberedFile.open(folder, 'ring')), format);
    await ring.#change(() => null);
    return ring;
  }

  async create(tenant: string): Promise<void> {
    assertTenant(tenant);
    await this.#change((ring) => {
      if (ring.some((one) => one.tenant === tenant)) return null;
      const version = newVersion(1);
      return [...ring, { tenant, primary: version.name, versions: [version] }];
    });
  }

  async wrap(tenant: string, dataKey: Uint8Array, context: Uint8Array): Promise<WrappedKey> {
    if (dataKey.length !== KEY_BYTES) throw new TypeError('A data key has 32 bytes.');
    const keys = await this.#keysOf(tenant);
    const nonce = systemRandom(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, keyOf(keys, keys.primary), nonce).setAAD(context);
    const pieces = [
      Uint8Array.of(WRAPPED_FORMAT),
      nonce,
      cipher.update(dataKey),
      cipher.final(),
      cipher.getAuthTag(),
    ];
    return { version: keys.primary, bytes: Uint8Array.from(Buffer.concat(pieces)) };
  }

  async unwrap(tenant: string, { version, bytes }: WrappedKey, context: Uint8Array): Promise<Uint8Array> {
    const key = keyOf(await this.#keysOf(tenant), version);
    const right = bytes.length === 1 + NONCE_BYTES + KEY_BYTES + TAG_BYTES && bytes[0] === WRAPPED_FORMAT;
    if (!right) throw refused('What is to be unwrapped was not wrapped here.');
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(1, 1 + NONCE_BYTES)).setAAD(context);
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const plain = decipher.update(bytes.subarray(1 + NONCE_BYTES, -TAG_BYTES));
    try {
      decipher.final();
    } catch {
      throw refused('What is to be unwrapped was not wrapped under this tenant, version and context.');
    }
    const dataKey = Uint8Array.from(plain);
    plain.fill(0);
    return dataKey;
  }

  async rotate(tenant: string): Promise<string> {
    let added = newVersion(1);
    await this.#change((ring) => {
      const { versions } = find(ring, tenant);
      // A change that must be made again may have gone through.
      if (versions.some(({ name }) => name === added.name)) return null;
      added = newVersion(versions.length + 1);
      return replaced(ring, { tenant, primary: added.name, versions: [...versions, added] });
    });
    return added.name;
  }

  async primary(tenant: string): Promise<string> {
    const keys = await this.#keysOf(tenant);
    keyOf(keys, keys.primary);
    return keys.primary;
  }

  async destroy(tenant: string, version: string): Promise<void> {
    await this.#change((ring) => {
      const keys = find(ring, tenant);
      const one = versionOf(keys, version);
      if (one.key === null) return null;
      const versions = keys.versions.map((other) => (other === one ? { ...one, key: null } : other));
      return replaced(ring, { ...keys, versions });
    });
  }

  async probe(): Promise<void> {
    await telling(() => this.#load());
  }

  async #keysOf(tenant: string): Promise<TenantKeys> {
    return find((await telling(() => this.#load())).ring, tenant);
  }

  /** The ring as it was found in this turn of the event loop: many keys are wrapped in one. */
  #load(): Promise<RingRead> {
    this.#found ??= this.#look().finally(() => setImmediate(() => this.#forget()));
    return this.#found;
  }

  #forget(): void {
    this.#found = null;
  }

  /** Looks whether another process has replaced the file, and reads it where that is so. */
  async #look(): Promise<RingRead> {
    for (;;) {
      const number = await this.#file.latest(this.#read.number);
      if (number === this.#read.number) return this.#read;
      if (number === 0) throw new OutsideError('KeyService', 'damaged', 'The file of the key ring is gone.');
      const bytes = await this.#file.read(number);
      if (bytes !== null) this.#read = { number, ...(await this.#format.decode(bytes)) };
    }
  }

  /** @param next `null` when there is nothing to change; called again when another process was first. */
  #change(next: (ring: Ring) => Ring | null): Promise<void> {
    const change = this.#changes.then(() => telling(() => this.#changeNow(next)));
    this.#changes = change.catch(() => {});
    return change;
  }

  async #changeNow(next: (ring: Ring) => Ring | null): Promise<void> {
    for (;;) {
      const { number, ring, asWanted } = await this.#look();
      const changed = next(ring) ?? (asWanted ? null : ring);
      if (changed === null) return;
      const isDone = await this.#file.replace(number, await this.#format.encode(changed));
      this.#forget();
      if (isDone) return;
    }
  }
}

function newVersion(number: number): KeyVersion {
  return {
    name: `${number}-${randomBytes(4).toString('hex')}`,
    key: randomBytes(KEY_BYTES).toString('base64'),
  };
}

function replaced(ring: Ring, keys: TenantKeys): Ring {
  return ring.map((one) => (one.tenant === keys.tenant ? keys : one));
}

function assertTenant(tenant: string): void {
  if (!TENANT.test(tenant)) throw new TypeError('Not a name of a tenant.');
}

function find(ring: Ring, tenant: string): TenantKeys {
  assertTenant(tenant);
  const keys = ring.find((one) => one.tenant === tenant);
  if (keys === undefined)
    throw refused('The tenant has no key: is its name right, and REDLINE_TENANTS as it is for the service?');
  return keys;
}

function versionOf(keys: TenantKeys, name: string): KeyVersion {
  const version = keys.versions.find((one) => one.name === name);
  if (version === undefined) throw refused('The tenant has no such key version.');
  return version;
}

/** Made once of each version that was read: making one costs more than wrapping with it. */
const made = new WeakMap<KeyVersion, KeyObject>();

function keyOf(keys: TenantKeys, name: string): KeyObject {
  const version = versionOf(keys, name);
  if (version.key === null) throw refused('The key version was destroyed.');
  const key = made.get(version) ?? createSecretKey(version.key, 'base64');
  made.set(version, key);
  return key;
}

function refused(message: string): OutsideError {
  return new OutsideError('KeyService', 'refused', message);
}

/** Errors of the file system in the words of the port. */
async function telling<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof TooOpenError) throw refused(error.message);
    // What no system call said is a fault of our own, or an error of this port already.
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error;
    const failure = error.code === 'ENOSPC' || error.code === 'EDQUOT' ? 'full' : 'unavailable';
    throw new OutsideError('KeyService', failure, 'The key ring cannot be used.', { cause: error });
  }
}
