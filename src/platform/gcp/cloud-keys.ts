import { type KeyManagementServiceClient, protos } from '@google-cloud/kms';
import type { KeyService, WrappedKey } from '../../documents/index.ts';
import { OutsideError } from '../../kit/index.ts';
import { keyError, STATUS, statusOf } from './cloud-key-errors.ts';
import { crc32c } from './crc32c.ts';

export interface CloudKeysOptions {
  readonly client: KeyManagementServiceClient;
  /** Where the tenants of one residency have their keys: `projects/…/locations/…/keyRings/…`. Made beforehand. */
  readonly keyRing: string;
  /** Milliseconds for one call; 5,000 by default. */
  readonly deadlineMs?: number;
}

const { CryptoKeyPurpose } = protos.google.cloud.kms.v1.CryptoKey;
const { CryptoKeyVersionAlgorithm, CryptoKeyVersionState } = protos.google.cloud.kms.v1.CryptoKeyVersion;
const KEY_BYTES = 32;
const TENANT = /^[a-z0-9_-]{1,40}$/;
const VERSION = /^[1-9]\d{0,17}$/;
/** How long a destroyed version can be brought back: the shortest time that the service allows. */
const RESTORABLE = { seconds: 86_400 };

/** What came back is not what was sent, or what was sent is not what arrived. */
class ChecksumError extends Error {}

/**
 * Keys in Cloud KMS, one symmetric key per tenant. Everything is sent with its CRC-32C and checked by the service, and
 * what comes back is checked here; a mismatch is tried once more and is `damaged` when it stays. The client's own
 * retries are off: who calls decides.
 *
 * A rotation reaches all of the service's places within minutes, rarely hours: until then `wrap` may still use the version
 * before, and says so. A destroyed version opens nothing from then on, and can be restored for a day by an administrator.
 */
export class CloudKeys implements KeyService {
  readonly #client: KeyManagementServiceClient;
  readonly #keyRing: string;
  readonly #call: { readonly timeout: number; readonly retry: null };

  constructor({ client, keyRing, deadlineMs = 5000 }: CloudKeysOptions) {
    this.#client = client;
    this.#keyRing = keyRing;
    this.#call = { timeout: deadlineMs, retry: null };
  }

  async create(tenant: string): Promise<void> {
    const cryptoKey = {
      purpose: CryptoKeyPurpose.ENCRYPT_DECRYPT,
      versionTemplate: { algorithm: CryptoKeyVersionAlgorithm.GOOGLE_SYMMETRIC_ENCRYPTION },
      destroyScheduledDuration: RESTORABLE,
    };
    const request = { parent: this.#keyRing, cryptoKeyId: keyId(tenant), cryptoKey };
    try {
      await this.#client.createCryptoKey(request, this.#call);
    } catch (error) {
      if (statusOf(error) !== STATUS.ALREADY_EXISTS) throw keyError(error, 'change');
    }
  }

  async wrap(tenant: string, dataKey: Uint8Array, context: Uint8Array): Promise<WrappedKey> {
    if (dataKey.length !== KEY_BYTES) throw new TypeError('A data key has 32 bytes.');
    const name = this.#keyName(tenant);
    const request = { name, plaintext: dataKey, plaintextCrc32c: sum(dataKey), ...authenticated(context) };
    return await asking(async () => {
      const [response] = await this.#client.encrypt(request, this.#call);
      const verified =
        response.verifiedPlaintextCrc32c === true &&
        response.verifiedAdditionalAuthenticatedDataCrc32c === true;
      if (!verified) throw new ChecksumError();
      const bytes = checked(response.ciphertext, response.ciphertextCrc32c);
      return { version: versionIn(name, response.name), bytes };
    });
  }

  async unwrap(tenant: string, wrapped: WrappedKey, context: Uint8Array): Promise<Uint8Array> {
    const { bytes } = wrapped;
    const name = this.#keyName(tenant);
    const request = { name, ciphertext: bytes, ciphertextCrc32c: sum(bytes), ...authenticated(context) };
    return await asking(async () => {
      const [response] = await this.#client.decrypt(request, this.#call);
      const dataKey = checked(response.plaintext, response.plaintextCrc32c);
      if (dataKey.length !== KEY_BYTES) throw refused('What was unwrapped is no data key.');
      return dataKey;
    });
  }

  async rotate(tenant: string): Promise<string> {
    const parent = this.#keyName(tenant);
    return await changing(async () => {
      const [made] = await this.#client.createCryptoKeyVersion({ parent, cryptoKeyVersion: {} }, this.#call);
      const cryptoKeyVersionId = versionIn(parent, made.name);
      await this.#client.updateCryptoKeyPrimaryVersion({ name: parent, cryptoKeyVersionId }, this.#call);
      return cryptoKeyVersionId;
    });
  }

  async primary(tenant: string): Promise<string> {
    const name = this.#keyName(tenant);
    return await asking(async () => {
      const [key] = await this.#client.getCryptoKey({ name }, this.#call);
      if (!isState(key.primary?.state, 'ENABLED')) throw refused('The tenant has no key version that wraps.');
      return versionIn(name, key.primary?.name);
    });
  }

  async destroy(tenant: string, version: string): Promise<void> {
    const key = this.#keyName(tenant);
    if (!VERSION.test(version)) throw refused('The tenant has no such key version.');
    const name = `${key}/cryptoKeyVersions/${version}`;
    await changing(async () => {
      try {
        await this.#client.destroyCryptoKeyVersion({ name }, this.#call);
      } catch (error) {
        // Where it was destroyed before, there is nothing to do.
        if (statusOf(error) !== STATUS.FAILED_PRECONDITION) throw error;
        const [{ state }] = await this.#client.getCryptoKeyVersion({ name }, this.#call);
        if (!isState(state, 'DESTROY_SCHEDULED') && !isState(state, 'DESTROYED')) throw error;
      }
    });
  }

  async probe(): Promise<void> {
    await asking(async () => await this.#client.getKeyRing({ name: this.#keyRing }, this.#call));
  }

  #keyName(tenant: string): string {
    return `${this.#keyRing}/cryptoKeys/${keyId(tenant)}`;
  }
}

function keyId(tenant: string): string {
  if (!TENANT.test(tenant)) throw new TypeError('Not a name of a tenant.');
  return `tenant-${tenant}`;
}

/** @param name of a version: that of its key, `/cryptoKeyVersions/` and a number. */
function versionIn(key: string, name: string | null | undefined): string {
  const prefix = `${key}/cryptoKeyVersions/`;
  const version = name?.startsWith(prefix) === true ? name.slice(prefix.length) : '';
  if (!VERSION.test(version)) throw new ChecksumError();
  return version;
}

function sum(bytes: Uint8Array): { value: number } {
  return { value: crc32c(bytes) };
}

function authenticated(context: Uint8Array) {
  return {
    additionalAuthenticatedData: context,
    additionalAuthenticatedDataCrc32c: sum(context),
  };
}

interface Checksum {
  readonly value?: unknown;
}

/** A copy of the caller's own. */
function checked(
  bytes: Uint8Array | string | null | undefined,
  checksum: Checksum | null | undefined,
): Uint8Array {
  const right = bytes instanceof Uint8Array && String(checksum?.value) === String(crc32c(bytes));
  if (!right) throw new ChecksumError();
  return Uint8Array.from(bytes);
}

type State = keyof typeof CryptoKeyVersionState;

/** The client gives states by name or by number. */
function isState(state: unknown, name: State): boolean {
  return state === name || state === CryptoKeyVersionState[name];
}

/** The service has one code for a wrong context and for bytes that were changed on their way to it. */
function isMismatch(error: unknown): boolean {
  if (error instanceof ChecksumError) return true;
  return (
    error instanceof Error &&
    statusOf(error) === STATUS.INVALID_ARGUMENT &&
    /checksum|crc32c/i.test(error.message)
  );
}

/** A call that changes nothing: a mismatch of checksums is tried once more. */
async function asking<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run().catch((error: unknown) => {
      if (isMismatch(error)) return run();
      throw error;
    });
  } catch (error) {
    throw toldAs(error, 'question');
  }
}

async function changing<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw toldAs(error, 'change');
  }
}

function toldAs(error: unknown, effect: 'question' | 'change'): unknown {
  if (error instanceof OutsideError) return error;
  if (!isMismatch(error)) return keyError(error, effect);
  return new OutsideError(
    'KeyService',
    'damaged',
    'What the key service was sent or sent back was changed on its way.',
  );
}

function refused(message: string): OutsideError {
  return new OutsideError('KeyService', 'refused', message);
}
