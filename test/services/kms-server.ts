import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import {
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { crc32c } from '../../src/platform/gcp/crc32c.ts';

/** What goes wrong with one call. */
export interface Fault {
  readonly code?: number;
  readonly message?: string;
  /** The call is carried out first. */
  readonly after?: boolean;
  /** No answer ever comes. */
  readonly hangs?: boolean;
  readonly retryAfterS?: number;
  /** What becomes of the request on its way to the service, and of the answer on its way back. */
  readonly request?: (request: Record<string, unknown>) => void;
  readonly response?: (response: Record<string, unknown>) => void;
}

type State = 'ENABLED' | 'DISABLED' | 'DESTROY_SCHEDULED' | 'DESTROYED';
interface Version {
  readonly name: string;
  readonly key: Buffer;
  state: State;
}
interface CryptoKey {
  readonly name: string;
  readonly versions: Version[];
  readonly asked: Record<string, unknown>;
  primary: string;
}

class Refusal extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
const [INVALID, MISSING, EXISTS, PRECONDITION] = [3, 5, 6, 9];

/** A key service in this process that speaks the protocol of Cloud KMS. */
export class KmsServer {
  readonly keyRing = 'projects/test/locations/europe/keyRings/redline';
  readonly usKeyRing = 'projects/test/locations/us/keyRings/redline';
  /** Names of the methods that were called. */
  readonly calls: string[] = [];
  /** What each of them named: a key, or the ring of a new one. */
  readonly named: string[] = [];
  readonly #keys = new Map<string, CryptoKey>();
  readonly #faults: { method: string; fault: Fault }[] = [];
  readonly #server = new Server();
  port = 0;

  static async start(): Promise<KmsServer> {
    const kms = new KmsServer();
    const require = createRequire(import.meta.url);
    const definitions = fromJSON(require('@google-cloud/kms/build/protos/protos.json'), {
      enums: String,
      longs: String,
      defaults: true,
    });
    const service = definitions['google.cloud.kms.v1.KeyManagementService'] as ServiceDefinition;
    const handlers = Object.entries(kms.#methods()).map(
      ([name, run]) => [name, kms.#handler(name, run)] as const,
    );
    kms.#server.addService(service, Object.fromEntries(handlers));
    kms.port = await new Promise((resolve, reject) => {
      kms.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
    return kms;
  }

  /** The next calls of the method go wrong. */
  fail(method: string, fault: Fault, times = 1): void {
    for (let n = 0; n < times; n += 1) this.#faults.push({ method, fault });
  }

  /** What an administrator does to a version. */
  setState(tenant: string, version: string, state: State): void {
    this.#version(`${this.keyRing}/cryptoKeys/tenant-${tenant}/cryptoKeyVersions/${version}`).state = state;
  }

  /** What was asked for when the key was made. */
  asked(tenant: string): Record<string, unknown> {
    return this.#key(`${this.keyRing}/cryptoKeys/tenant-${tenant}`).asked;
  }

  /** As it was at the start: no key, no fault. */
  reset(): void {
    this.#keys.clear();
    this.#faults.length = 0;
    this.calls.length = 0;
    this.named.length = 0;
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  // biome-ignore lint/suspicious/noExplicitAny: requests come as the protocol's definition has them.
  #handler(name: string, run: (request: any) => object): handleUnaryCall<Record<string, unknown>, object> {
    return (call, answer) => {
      this.calls.push(name);
      this.named.push(String(call.request.name || `${call.request.parent}/${call.request.cryptoKeyId}`));
      const at = this.#faults.findIndex(({ method }) => method === name);
      const fault = at < 0 ? undefined : this.#faults.splice(at, 1)[0]?.fault;
      try {
        fault?.request?.(call.request);
        const before = fault !== undefined && fault.after !== true && (fault.code ?? 0) > 0;
        const response = before || fault?.hangs === true ? {} : run(call.request);
        fault?.response?.(response as Record<string, unknown>);
        if (fault?.hangs === true) return;
        if (fault?.code === undefined) answer(null, response);
        else
          answer({
            code: fault.code,
            details: fault.message ?? 'injected',
            metadata: retryInfo(fault.retryAfterS),
          });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        answer({ code: error.code, details: error.message });
      }
    };
  }

  #methods() {
    return {
      GetKeyRing: ({ name }: { name: string }) => {
        if (name !== this.keyRing && name !== this.usKeyRing) throw new Refusal(MISSING, 'no key ring');
        return { name };
      },
      CreateCryptoKey: ({
        parent,
        cryptoKeyId,
        cryptoKey,
      }: Named & { cryptoKey: Record<string, unknown> }) => {
        const name = `${parent}/cryptoKeys/${cryptoKeyId}`;
        if (this.#keys.has(name)) throw new Refusal(EXISTS, 'already there');
        const key: CryptoKey = { name, versions: [], asked: cryptoKey, primary: '' };
        this.#keys.set(name, key);
        key.primary = this.#newVersion(key).name;
        return this.#shown(key);
      },
      GetCryptoKey: ({ name }: Named) => this.#shown(this.#key(name)),
      CreateCryptoKeyVersion: ({ parent }: Named) => this.#newVersion(this.#key(parent)),
      GetCryptoKeyVersion: ({ name }: Named) => this.#version(name),
      UpdateCryptoKeyPrimaryVersion: ({ name, cryptoKeyVersionId }: Named) => {
        const key = this.#key(name);
        key.primary = this.#version(`${name}/cryptoKeyVersions/${cryptoKeyVersionId}`, 'ENABLED').name;
        return this.#shown(key);
      },
      DestroyCryptoKeyVersion: ({ name }: Named) => {
        const version = this.#version(name);
        if (version.state.startsWith('DESTROY')) throw new Refusal(PRECONDITION, 'destroyed before');
        version.state = 'DESTROY_SCHEDULED';
        return version;
      },
      RestoreCryptoKeyVersion: ({ name }: Named) => {
        const version = this.#version(name, 'DESTROY_SCHEDULED');
        version.state = 'DISABLED';
        return version;
      },
      Encrypt: (request: Sealing) => this.#encrypt(request),
      Decrypt: (request: Sealing) => this.#decrypt(request),
    };
  }

  #encrypt(request: Sealing): object {
    const { key, name } = this.#version(this.#key(request.name).primary, 'ENABLED');
    const verifiedPlaintextCrc32c = verified('plaintext', request.plaintext, request.plaintextCrc32c);
    const verifiedAdditionalAuthenticatedDataCrc32c = verifiedContext(request);
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(request.additionalAuthenticatedData);
    const pieces = [cipher.update(request.plaintext), cipher.final(), cipher.getAuthTag()];
    const number = Buffer.from([Number(name.split('/').at(-1))]);
    const ciphertext = Buffer.concat([number, nonce, ...pieces]);
    const ciphertextCrc32c = { value: String(crc32c(ciphertext)) };
    return {
      name,
      ciphertext,
      ciphertextCrc32c,
      verifiedPlaintextCrc32c,
      verifiedAdditionalAuthenticatedDataCrc32c,
    };
  }

  #decrypt(request: Sealing): object {
    const { versions } = this.#key(request.name);
    verified('ciphertext', request.ciphertext, request.ciphertextCrc32c);
    verifiedContext(request);
    const { ciphertext } = request;
    const version = versions[(ciphertext[0] ?? 0) - 1];
    if (version === undefined || ciphertext.length < 29)
      throw new Refusal(INVALID, 'the ciphertext is invalid');
    if (version.state !== 'ENABLED') throw new Refusal(PRECONDITION, `the version is ${version.state}`);
    const decipher = createDecipheriv('aes-256-gcm', version.key, ciphertext.subarray(1, 13));
    decipher.setAAD(request.additionalAuthenticatedData).setAuthTag(ciphertext.subarray(-16));
    try {
      const plaintext = Buffer.concat([decipher.update(ciphertext.subarray(13, -16)), decipher.final()]);
      return { plaintext, plaintextCrc32c: { value: String(crc32c(plaintext)) } };
    } catch {
      throw new Refusal(INVALID, 'decryption failed: the ciphertext is invalid');
    }
  }

  #newVersion(key: CryptoKey): Version {
    const name = `${key.name}/cryptoKeyVersions/${key.versions.length + 1}`;
    const version: Version = { name, key: randomBytes(32), state: 'ENABLED' };
    key.versions.push(version);
    return version;
  }

  #key(name: string): CryptoKey {
    const key = this.#keys.get(name);
    if (key === undefined) throw new Refusal(MISSING, 'no such key');
    return key;
  }

  #version(name: string, state?: State): Version {
    const key = this.#key(name.split('/cryptoKeyVersions/')[0] ?? '');
    const version = key.versions.find((one) => one.name === name);
    if (version === undefined) throw new Refusal(MISSING, 'no such version');
    if (state !== undefined && version.state !== state)
      throw new Refusal(PRECONDITION, `it is ${version.state}`);
    return version;
  }

  #shown({ name, primary }: CryptoKey): object {
    const { state } = this.#version(primary);
    return { name, purpose: 'ENCRYPT_DECRYPT', primary: { name: primary, state } };
  }
}

interface Named {
  readonly name: string;
  readonly parent: string;
  readonly cryptoKeyId: string;
  readonly cryptoKeyVersionId: string;
}

interface Checksum {
  readonly value: string;
}

interface Sealing {
  readonly name: string;
  readonly plaintext: Buffer;
  readonly plaintextCrc32c: Checksum | null;
  readonly ciphertext: Buffer;
  readonly ciphertextCrc32c: Checksum | null;
  readonly additionalAuthenticatedData: Buffer;
  readonly additionalAuthenticatedDataCrc32c: Checksum | null;
}

/** @returns whether a checksum came at all. */
function verified(field: string, bytes: Buffer, checksum: Checksum | null): boolean {
  if (checksum !== null && checksum.value !== String(crc32c(bytes))) {
    throw new Refusal(
      INVALID,
      `The checksum in field ${field}_crc32c did not match the data in field ${field}.`,
    );
  }
  return checksum !== null;
}

function verifiedContext({
  additionalAuthenticatedData,
  additionalAuthenticatedDataCrc32c,
}: Sealing): boolean {
  return verified(
    'additional_authenticated_data',
    additionalAuthenticatedData,
    additionalAuthenticatedDataCrc32c,
  );
}

/** `google.rpc.RetryInfo` in `google.rpc.Status`, as the protocol carries it beside the code. */
function retryInfo(seconds: number | undefined): Metadata {
  const metadata = new Metadata();
  if (seconds === undefined) return metadata;
  const field = (number: number, bytes: Uint8Array) =>
    Buffer.from([(number << 3) | 2, bytes.length, ...bytes]);
  const delay = field(1, Buffer.from([1 << 3, seconds]));
  const type = field(1, Buffer.from('type.googleapis.com/google.rpc.RetryInfo'));
  metadata.set('grpc-status-details-bin', field(3, Buffer.concat([type, field(2, delay)])));
  return metadata;
}
