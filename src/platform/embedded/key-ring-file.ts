import { createCipheriv, createDecipheriv, createHash, randomBytes, scrypt } from 'node:crypto';
import { OutsideError } from '../../kit/index.ts';

/** The keys of all tenants. */
export type Ring = readonly TenantKeys[];

export interface TenantKeys {
  readonly tenant: string;
  /** The name of the version that wraps. */
  readonly primary: string;
  readonly versions: readonly KeyVersion[];
}

export interface KeyVersion {
  readonly name: string;
  /** 32 bytes in base64; `null` when it was destroyed. */
  readonly key: string | null;
}

/** The parameters of scrypt (RFC 7914, § 2). */
export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** What a passphrase costs to try: 128 MiB and about half a second. */
export const PASSPHRASE_COST: ScryptCost = { N: 2 ** 17, r: 8, p: 1 };
const MAX_MEMORY = 256 * 2 ** 20;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';
/** The line before the JSON: the format's version, and a hash that tells damage from a wrong passphrase. */
const FIRST_LINE = /^redline key ring (\d+) ([0-9a-f]{64})$/;
const FORMAT = '1';

/** What stands in the file, as JSON in UTF-8. */
type Stored =
  | { readonly protection: 'none'; readonly ring: Ring }
  | {
      readonly protection: 'passphrase';
      readonly scrypt: ScryptCost;
      /** Base64. Kept as long as the passphrase is, so that writing does not cost what trying costs. */
      readonly salt: string;
      /** Nonce, encrypted JSON of the ring, tag; in base64. */
      readonly sealed: string;
    };

/** Reads and writes the file of a key ring, for one passphrase or none. */
export class KeyRingFormat {
  readonly #passphrase: string | null;
  readonly #cost: ScryptCost;
  /** The last one that was derived, with what it was derived by. */
  #derived: { readonly salt: string; readonly cost: ScryptCost; readonly key: Buffer } | null = null;

  /** @param cost of what is written; what is read says its own. */
  constructor(passphrase: string | null, cost: ScryptCost) {
    this.#passphrase = passphrase;
    this.#cost = cost;
  }

  /** @returns also whether the file is protected as this format would write it. */
  async decode(bytes: Uint8Array): Promise<{ ring: Ring; asWanted: boolean }> {
    const stored = parse(bytes);
    if (stored.protection === 'none') return { ring: stored.ring, asWanted: this.#passphrase === null };
    const key = await this.#derive(stored.salt, stored.scrypt);
    const sealed = Buffer.from(stored.sealed, 'base64');
    const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const plain = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
    try {
      decipher.final();
    } catch {
      throw refused('REDLINE_PASSPHRASE is not the passphrase of the key ring.');
    }
    return { ring: JSON.parse(plain.toString('utf8')) as Ring, asWanted: true };
  }

  async encode(ring: Ring): Promise<Uint8Array> {
    const json = JSON.stringify(
      this.#passphrase === null ? { protection: 'none', ring } : await this.#seal(ring),
    );
    return Buffer.from(`redline key ring ${FORMAT} ${hash(json)}\n${json}`);
  }

  async #seal(ring: Ring): Promise<Stored> {
    const salt = this.#derived?.salt ?? randomBytes(SALT_BYTES).toString('base64');
    const cost = this.#derived?.cost ?? this.#cost;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, await this.#derive(salt, cost), nonce);
    const pieces = [nonce, cipher.update(JSON.stringify(ring), 'utf8'), cipher.final(), cipher.getAuthTag()];
    return { protection: 'passphrase', scrypt: cost, salt, sealed: Buffer.concat(pieces).toString('base64') };
  }

  async #derive(salt: string, cost: ScryptCost): Promise<Buffer> {
    if (this.#passphrase === null) {
      throw refused('The key ring is protected by a passphrase: REDLINE_PASSPHRASE must say it.');
    }
    if (this.#derived?.salt === salt) return this.#derived.key;
    const passphrase = this.#passphrase.normalize('NFC');
    const key = await new Promise<Buffer>((resolve, reject) => {
      scrypt(
        passphrase,
        Buffer.from(salt, 'base64'),
        32,
        { ...cost, maxmem: MAX_MEMORY },
        (error, derived) => (error === null ? resolve(derived) : reject(error)),
      );
    });
    this.#derived = { salt, cost, key };
    return key;
  }
}

function parse(bytes: Uint8Array): Stored {
  const text = Buffer.from(bytes).toString('utf8');
  const end = text.indexOf('\n');
  const [, format, check] = FIRST_LINE.exec(text.slice(0, end)) ?? [];
  if (format === undefined) throw damaged();
  if (format !== FORMAT)
    throw refused(`The key ring has format ${format}; this version of Redline reads ${FORMAT}.`);
  const json = text.slice(end + 1);
  if (hash(json) !== check) throw damaged();
  return JSON.parse(json) as Stored;
}

function hash(json: string): string {
  return createHash('sha256').update(`${FORMAT}\n${json}`).digest('hex');
}

function refused(message: string): OutsideError {
  return new OutsideError('KeyService', 'refused', message);
}

function damaged(): OutsideError {
  return new OutsideError('KeyService', 'damaged', 'The key ring is not what was written.');
}
