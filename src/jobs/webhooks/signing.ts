import { createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { RandomBytes } from '../../kit/index.ts';

// Standard Webhooks 1.0: what is signed is `ID.TIMESTAMP.BODY`.

/** `v1`: HMAC-SHA256 with a secret that both sides know; `v1a`: Ed25519, of which the receiver knows the public key only. */
export const SIGNINGS = ['v1', 'v1a'] as const;
export type Signing = (typeof SIGNINGS)[number];

/** What signs for an endpoint. */
export interface SigningKey {
  readonly kind: Signing;
  /** `whsec_…` or `whsk_…`. */
  readonly secret: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** From when on it signs no more; `null`: it is the current one of its kind. */
  readonly expiresAt: number | null;
}

/** A message as it goes over the wire. */
export interface Signed {
  readonly id: string;
  /** Of the attempt: seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

const SECRET_BYTES = 32;
/** Before the 32 bytes of a private key (RFC 8410 § 7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

export function newSigningKey(kind: Signing, random: RandomBytes, now: number): SigningKey {
  const drawn = Buffer.from(random(SECRET_BYTES));
  const secret =
    kind === 'v1'
      ? `whsec_${drawn.toString('base64')}`
      : `whsk_${Buffer.concat([drawn, publicOf(drawn)]).toString('base64')}`;
  return { kind, secret, createdAt: now, expiresAt: null };
}

/** `whpk_…` of what signs with Ed25519; `null` for what has no public part. */
export function publicKeyOf({ kind, secret }: SigningKey): string | null {
  return kind === 'v1a' ? `whpk_${bytesOf(secret).subarray(SECRET_BYTES).toString('base64')}` : null;
}

/** Value of `webhook-signature`: one signature by each key, the latest first. */
export function signatures(keys: readonly SigningKey[], { id, timestamp, body }: Signed): string {
  const text = Buffer.from(`${id}.${timestamp}.${body}`);
  return keys
    .toSorted((one, other) => other.createdAt - one.createdAt)
    .map((key) => `${key.kind},${signatureOf(key, text).toString('base64')}`)
    .join(' ');
}

function signatureOf({ kind, secret }: SigningKey, text: Buffer): Buffer {
  const bytes = bytesOf(secret);
  if (kind === 'v1') return createHmac('sha256', bytes).update(text).digest();
  return sign(null, text, privateOf(bytes.subarray(0, SECRET_BYTES)));
}

function bytesOf(secret: string): Buffer {
  return Buffer.from(secret.slice(secret.indexOf('_') + 1), 'base64');
}

function privateOf(seed: Uint8Array) {
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
}

/** The 32 bytes behind the head of its DER (RFC 8410 § 4). */
function publicOf(seed: Uint8Array): Buffer {
  return createPublicKey(privateOf(seed)).export({ format: 'der', type: 'spki' }).subarray(-SECRET_BYTES);
}
