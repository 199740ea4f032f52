import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { isDict, isWhole, type PdfDict, PdfSyntaxError, type PdfValue } from './values.ts';

// The standard security handler (ISO 32000-1 § 7.6, ISO 32000-2 § 7.6.4), as far as a reader without a password needs
// it: many contracts only forbid to print, and open for everybody.

/** Undoes the encryption of one object's stream. */
export type Decrypt = (number: number, bytes: Uint8Array) => Uint8Array;

/** What stands in for a password, or fills up one that is short (ISO 32000-1 § 7.6.3.3). */
const PADDING = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex');
const AES_SALT = Buffer.from('sAlT', 'latin1');

interface Handler {
  readonly version: number;
  readonly revision: number;
  readonly keyBytes: number;
  readonly owner: Buffer;
  readonly user: Buffer;
  readonly permissions: number;
  readonly encryptsMetadata: boolean;
  readonly method: PdfValue;
  readonly userKey: Buffer;
}

/**
 * How streams are decrypted; `null` when it takes a password.
 *
 * @param id the first part of the file's identifier.
 * @throws {PdfSyntaxError} for another handler.
 */
export function withoutPassword(dict: PdfDict, id: PdfValue | undefined): Decrypt | null {
  const handler = readHandler(dict);
  const first = id instanceof Uint8Array ? id : new Uint8Array();
  const key = handler.revision >= 5 ? longKey(handler) : shortKey(handler, first);
  if (key === null) return null;
  if (handler.method === '/Identity') return (_, bytes) => bytes;
  if (handler.method === '/AESV3') return (_, bytes) => decryptAes(key, bytes);
  if (handler.method === '/AESV2')
    return (number, bytes) => decryptAes(objectKey(key, number, AES_SALT), bytes);
  return (number, bytes) => rc4(objectKey(key, number, new Uint8Array()), bytes);
}

function readHandler(dict: PdfDict): Handler {
  const [version, revision, permissions] = ['V', 'R', 'P'].map((key) => dict.get(key));
  const known = dict.get('Filter') === '/Standard' && isWhole(version) && isWhole(revision);
  if (!known || typeof permissions !== 'number' || version > 5 || revision > 6) {
    throw new PdfSyntaxError('An encryption is not known.');
  }
  const length = dict.get('Length');
  const bits = version === 1 ? 40 : version >= 4 ? 128 : isWhole(length) ? length : 40;
  return {
    version,
    revision,
    keyBytes: Math.min(16, Math.max(5, bits >> 3)),
    owner: bytesOf(dict.get('O')),
    user: bytesOf(dict.get('U')),
    permissions,
    encryptsMetadata: dict.get('EncryptMetadata') !== false,
    method: version >= 4 ? methodOf(dict) : '/V2',
    userKey: bytesOf(dict.get('UE')),
  };
}

function methodOf(dict: PdfDict): PdfValue {
  const name = dict.get('StmF') ?? '/Identity';
  if (name === '/Identity' || typeof name !== 'string') return '/Identity';
  const filters = dict.get('CF');
  const filter = isDict(filters) ? filters.get(name.slice(1)) : null;
  const method = isDict(filter) ? filter.get('CFM') : null;
  if (method !== '/V2' && method !== '/AESV2' && method !== '/AESV3') {
    throw new PdfSyntaxError('An encryption is not known.');
  }
  return method;
}

/** Algorithm 2 of ISO 32000-1, and 4 or 5 to see whether it is the key. */
function shortKey(handler: Handler, id: Uint8Array): Buffer | null {
  const { revision, keyBytes, owner, user, permissions, encryptsMetadata } = handler;
  const rights = Buffer.alloc(4);
  rights.writeInt32LE(permissions | 0);
  const open = revision >= 4 && !encryptsMetadata ? Buffer.alloc(4, 0xff) : Buffer.alloc(0);
  let key = md5(PADDING, owner.subarray(0, 32), rights, id, open);
  for (let n = 0; n < (revision >= 3 ? 50 : 0); n += 1) key = md5(key.subarray(0, keyBytes));
  key = key.subarray(0, keyBytes);
  if (revision < 3) return rc4(key, PADDING).equals(user.subarray(0, 32)) ? key : null;
  let expected = rc4(key, md5(PADDING, id));
  for (let n = 1; n < 20; n += 1)
    expected = rc4(
      key.map((byte) => byte ^ n),
      expected,
    );
  return expected.equals(user.subarray(0, 16)) ? key : null;
}

/** Algorithm 2.A of ISO 32000-2: the string holds a hash (32 bytes), a salt for it and one for the key (8 bytes each). */
function longKey({ revision, user, userKey }: Handler): Buffer | null {
  if (user.length < 48 || userKey.length < 32) throw new PdfSyntaxError('An encryption is damaged.');
  const hash = (salt: Buffer): Buffer => (revision === 5 ? sha('sha256', salt) : hardHash(salt));
  if (!hash(user.subarray(32, 40)).equals(user.subarray(0, 32))) return null;
  const decipher = createDecipheriv('aes-256-cbc', hash(user.subarray(40, 48)), Buffer.alloc(16));
  decipher.setAutoPadding(false);
  return Buffer.concat([decipher.update(userKey.subarray(0, 32)), decipher.final()]);
}

/** Algorithm 2.B of ISO 32000-2, with no password. */
function hardHash(salt: Buffer): Buffer {
  let key = sha('sha256', salt);
  for (let round = 0, last = 0; round < 64 || last > round - 32; round += 1) {
    const cipher = createCipheriv('aes-128-cbc', key.subarray(0, 16), key.subarray(16, 32));
    cipher.setAutoPadding(false);
    const encrypted = cipher.update(Buffer.concat(Array<Buffer>(64).fill(key)));
    const rest = encrypted.subarray(0, 16).reduce((sum, byte) => sum + byte, 0) % 3;
    key = sha(rest === 0 ? 'sha256' : rest === 1 ? 'sha384' : 'sha512', encrypted);
    last = encrypted.at(-1) ?? 0;
  }
  return key.subarray(0, 32);
}

/** Algorithm 1. The generation of a container of objects is always 0 (ISO 32000-1 § 7.5.7). */
function objectKey(key: Buffer, number: number, salt: Uint8Array): Buffer {
  const place = Buffer.from([number & 255, (number >> 8) & 255, (number >> 16) & 255, 0, 0]);
  return md5(key, place, salt).subarray(0, Math.min(16, key.length + 5));
}

/** A vector of 16 bytes, then blocks filled up as PKCS #7 does. */
function decryptAes(key: Buffer, bytes: Uint8Array): Uint8Array {
  try {
    const algorithm = key.length === 32 ? 'aes-256-cbc' : 'aes-128-cbc';
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, 16));
    return Buffer.concat([decipher.update(bytes.subarray(16)), decipher.final()]);
  } catch (cause) {
    throw new PdfSyntaxError('A stream of the PDF cannot be decrypted.', { cause });
  }
}

/** RC4; Node's own is gone with OpenSSL 3. Opens old files and protects nothing. */
function rc4(key: Uint8Array, bytes: Uint8Array): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, at) => at);
  const at = (place: number): number => state[place & 255] ?? 0;
  const swap = (one: number, other: number): void => {
    [state[one], state[other]] = [at(other), at(one)];
  };
  for (let i = 0, j = 0; i < 256; i += 1) {
    j = (j + at(i) + (key[i % key.length] ?? 0)) & 255;
    swap(i, j);
  }
  const out = Buffer.alloc(bytes.length);
  for (let n = 0, i = 0, j = 0; n < bytes.length; n += 1) {
    i = (i + 1) & 255;
    j = (j + at(i)) & 255;
    swap(i, j);
    out[n] = (bytes[n] ?? 0) ^ at(at(i) + at(j));
  }
  return out;
}

function bytesOf(value: PdfValue | undefined): Buffer {
  return value instanceof Uint8Array ? Buffer.from(value) : Buffer.alloc(0);
}

function md5(...pieces: readonly Uint8Array[]): Buffer {
  const hash = createHash('md5');
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}

function sha(algorithm: 'sha256' | 'sha384' | 'sha512', bytes: Uint8Array): Buffer {
  return createHash(algorithm).update(bytes).digest();
}
