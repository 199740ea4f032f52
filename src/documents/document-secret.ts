import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import { OutsideError } from '../kit/index.ts';
import { decodeBinaryJson, encodeBinaryJson } from './binary-json.ts';
import type { WrappedKey } from './key-service.ts';

// How the keys of a document are stored, and how one of them wraps a data key: nonce, 32 bytes under AES-256-GCM, tag.

export const SECRET_FORMAT = 1;
export const KEY_BYTES = 32;
export const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** One key of a document, wrapped by the tenant's. */
export interface SecretEntry {
  readonly id: string;
  readonly wrapped: WrappedKey;
}

/** What stands in `secrets/TENANT/DOCUMENT`. */
export interface Secret {
  readonly format: typeof SECRET_FORMAT;
  /** The newest first: the one that wraps. A second one is there only while a document is being erased. */
  readonly keys: readonly SecretEntry[];
}

// Node takes bytes for a key, too, but finds out that they are none of its objects by an error that costs five times the work.

export function wrapUnder(
  own: Uint8Array,
  key: Uint8Array,
  context: Uint8Array,
  nonce: Uint8Array,
): Uint8Array {
  const cipher = createCipheriv('aes-256-gcm', createSecretKey(own), nonce).setAAD(context);
  const sealed = [nonce, cipher.update(key), cipher.final()];
  return new Uint8Array(Buffer.concat([...sealed, cipher.getAuthTag()]));
}

/** @throws {OutsideError} `refused`: it was changed, or is another key's. */
export function unwrapUnder(own: Uint8Array, bytes: Uint8Array, context: Uint8Array): Uint8Array {
  try {
    if (bytes.length !== NONCE_BYTES + KEY_BYTES + TAG_BYTES) throw new RangeError('Not a wrapped key.');
    const cipher = createDecipheriv('aes-256-gcm', createSecretKey(own), bytes.subarray(0, NONCE_BYTES));
    cipher.setAAD(context).setAuthTag(bytes.subarray(NONCE_BYTES + KEY_BYTES));
    const key = cipher.update(bytes.subarray(NONCE_BYTES, NONCE_BYTES + KEY_BYTES));
    cipher.final();
    return new Uint8Array(key);
  } catch (cause) {
    throw new OutsideError('KeyService', 'refused', 'A data key is not what was wrapped.', { cause });
  }
}

/** What `encodeBinaryJson` made of it. @throws {OutsideError} `damaged`. */
export function secretIn(bytes: Uint8Array): Secret {
  try {
    const secret = decodeBinaryJson(bytes) as Secret;
    // Every byte of it means something: base64 alone has several spellings.
    const isWhole =
      secret.format === SECRET_FORMAT &&
      Buffer.from(encodeBinaryJson(secret)).equals(bytes) &&
      secret.keys.every(
        ({ id, wrapped: { version, bytes: own } }) =>
          /^[0-9a-f]{16}$/.test(id) && typeof version === 'string' && own instanceof Uint8Array,
      );
    if (isWhole) return secret;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  throw new OutsideError('BlobStore', 'damaged', 'The key of a document is not what was written.');
}
