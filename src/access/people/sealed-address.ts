import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

// An IP address as events name it: sealed under a key that the person has for themselves, so that it is gone with that key
// (decision 0172). `sealed:PERSON:` and base64url of nonce, AES-256-GCM, tag. The nonce is made of the address: the same
// person from the same address is the same text, and can be looked for.

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEALED = /^sealed:(p_[0-9a-f]{32}):([\w-]{39,200})$/;

/** Whose key seals. */
export interface Sealer {
  readonly tenant: string;
  readonly id: string;
  /** 32 bytes, base64. */
  readonly key: string;
}

export function sealAddress(person: Sealer, address: string): string {
  const { sealing, naming } = keysOf(person);
  const nonce = createHmac('sha256', naming).update(address).digest().subarray(0, NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', sealing, nonce).setAAD(boundTo(person));
  const body = [nonce, cipher.update(address, 'utf8'), cipher.final(), cipher.getAuthTag()];
  return `sealed:${person.id}:${Buffer.concat(body).toString('base64url')}`;
}

/** Whose key opens it; `null` for an address that is not sealed. */
export function sealerOf(address: string): string | null {
  return SEALED.exec(address)?.[1] ?? null;
}

/** `null` where it is another key's, or was changed. */
export function openAddress(person: Sealer, sealed: string): string | null {
  const [, id, text = ''] = SEALED.exec(sealed) ?? [];
  const bytes = Buffer.from(text, 'base64url');
  if (id !== person.id || bytes.length <= NONCE_BYTES + TAG_BYTES) return null;
  try {
    const cipher = createDecipheriv('aes-256-gcm', keysOf(person).sealing, bytes.subarray(0, NONCE_BYTES));
    cipher.setAAD(boundTo(person)).setAuthTag(bytes.subarray(-TAG_BYTES));
    const plain = cipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([plain, cipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}

function keysOf({ key }: Sealer): { readonly sealing: Buffer; readonly naming: Buffer } {
  const derived = (use: string): Buffer =>
    createHmac('sha256', Buffer.from(key, 'base64')).update(use).digest();
  return { sealing: derived('address'), naming: derived('nonce') };
}

function boundTo({ tenant, id }: Sealer): Buffer {
  return Buffer.from(`${tenant}|${id}|address`);
}
