// Verifying what a service sends: Standard Webhooks 1.0, with what every runtime has (Web Crypto).

/** What arrived, once it is known where it came from. */
export interface WebhookMessage {
  /** The same whenever the same is delivered again: what was done once need not be done twice. */
  readonly id: string;
  readonly type: string;
  /** When it happened: ISO 8601, UTC. */
  readonly timestamp: string;
  /** Ids and numbers. */
  readonly data: Readonly<Record<string, string | number>>;
}

export type WebhookFault =
  /** A header is missing, or is not as it should be. */
  | 'headers'
  /** It was sent too long ago, or is yet to come. */
  | 'time'
  /** No signature is by one of the keys: it came from somebody else, or was changed on its way. */
  | 'signature'
  /** It was signed, and cannot be read. */
  | 'body';

/** What arrived is not to be believed. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
  readonly fault: WebhookFault;

  constructor(fault: WebhookFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

export interface WebhookOptions {
  /** Seconds that the time of sending may be off; 300 by default. */
  readonly toleranceSeconds?: number;
  /** Milliseconds since 1970; the clock of the machine by default. */
  readonly now?: number;
}

const ENCODER = new TextEncoder();

/**
 * Says whether a message is from the service, and what it says.
 *
 * @param keys one or several of `whsec_…` and `whpk_…`: during a rotation the old one and the new one.
 * @param headers of the request.
 * @param body the very bytes that arrived.
 * @throws {WebhookError} when it is not to be believed. @throws {TypeError} for what is no key.
 */
export async function verifyWebhook(
  keys: string | readonly string[],
  headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>,
  body: string | Uint8Array,
  { toleranceSeconds = 300, now = Date.now() }: WebhookOptions = {},
): Promise<WebhookMessage> {
  const [id, timestamp, given] = ['id', 'timestamp', 'signature'].map((name) =>
    headerOf(headers, `webhook-${name}`),
  );
  if (id === undefined || timestamp === undefined || given === undefined || !/^\d{1,12}$/.test(timestamp)) {
    throw new WebhookError('headers', 'The headers of a webhook are missing.');
  }
  const bytes = typeof body === 'string' ? ENCODER.encode(body) : body;
  const signed = joined(ENCODER.encode(`${id}.${timestamp}.`), bytes);
  const signatures = given.split(' ').map((one) => one.split(','));
  for (const key of [keys].flat()) {
    const [kind, imported] = await importKey(key);
    for (const [version, signature = ''] of signatures) {
      if (version === kind && (await isBy(imported, signature, signed))) {
        if (Math.abs(now / 1000 - Number(timestamp)) <= toleranceSeconds) return messageIn(id, bytes);
        throw new WebhookError('time', 'The webhook was sent too long ago.');
      }
    }
  }
  throw new WebhookError('signature', 'The webhook is not signed by a key that is known.');
}

/** Web Crypto compares without telling by its time how much was right. */
async function isBy(key: CryptoKey, signature: string, signed: BufferSource): Promise<boolean> {
  const bytes = bytesOf(signature);
  return bytes !== null && (await crypto.subtle.verify(key.algorithm.name, key, bytes, signed));
}

async function importKey(text: string): Promise<readonly [kind: string, key: CryptoKey]> {
  const [prefix = '', encoded = ''] = text.split('_', 2);
  const bytes = bytesOf(encoded);
  if (bytes === null || bytes.length === 0) throw new TypeError('Not a key of webhooks.');
  if (prefix === 'whsec') {
    const hmac = { name: 'HMAC', hash: 'SHA-256' };
    return ['v1', await crypto.subtle.importKey('raw', bytes, hmac, false, ['verify'])];
  }
  if (prefix !== 'whpk') throw new TypeError('Not a key of webhooks: it begins with whsec_ or whpk_.');
  return ['v1a', await crypto.subtle.importKey('raw', bytes, 'Ed25519', false, ['verify'])];
}

function messageIn(id: string, bytes: Uint8Array): WebhookMessage {
  try {
    const said: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof said === 'object' && said !== null) return { ...(said as Omit<WebhookMessage, 'id'>), id };
  } catch {
    // Told below.
  }
  throw new WebhookError('body', 'What was signed is no message.');
}

function headerOf(
  headers: Headers | Readonly<Record<string, string | readonly string[] | undefined>>,
  name: string,
): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const found = Object.entries(headers).find(([one]) => one.toLowerCase() === name)?.[1];
  return typeof found === 'string' ? found : found?.[0];
}

/** @returns `null` for what is no Base64. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all;
}
