import { addressOf, DocumentsError, namesHost, type Web } from '../../documents/index.ts';
import { type Clock, OutsideError } from '../../kit/index.ts';
import type { Message } from './catalogue.ts';
import { type Endpoint, signingKeys, type WebhookRules } from './endpoints.ts';
import { signatures } from './signing.ts';

const SEND_MS = 15_000;
const GONE = 410;

/** Why a delivery failed, in fixed words. */
export type SendFault =
  /** Another answer than 2xx. */
  | 'status'
  /** An answer that leads elsewhere: it is not followed. */
  | 'redirect'
  | 'timeout'
  /** Nobody answers under the address, or the connection broke. */
  | 'unreachable'
  /** The other side did not prove that it is the host. */
  | 'unproven'
  /** The host has an address that is not public, or is none that is allowed. */
  | 'address-not-allowed'
  /** Too many calls to the host failed lately, or are under way: nobody was asked. */
  | 'host-spared'
  /** What it tells of cannot be found any more. */
  | 'missing';

/** How an attempt went. */
export interface Sent {
  readonly outcome: 'delivered' | 'failed' | 'unasked';
  readonly status: number | null;
  readonly fault: SendFault | null;
  readonly durationMs: number;
  readonly retryAfterMs: number | null;
  /** The receiver wants nothing any more. */
  readonly gone: boolean;
}

export interface SenderParts {
  readonly web: Pick<Web, 'resolve' | 'post'>;
  readonly rules: WebhookRules;
  readonly clock: Clock;
  /** Milliseconds for one attempt: the name, the connection, the message and the head of the answer; 15,000 by default. */
  readonly timeMs?: number;
}

/** Makes attempts; decides nothing of what follows. */
export class Sender {
  readonly #parts: SenderParts;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** Sends a message, signed anew. Only 2xx is a delivery; nothing that goes wrong outside is thrown. */
  async send(endpoint: Endpoint, { id, ...said }: Message, ended: AbortSignal): Promise<Sent> {
    const { clock, timeMs = SEND_MS } = this.#parts;
    const startedAt = clock();
    const timestamp = Math.floor(startedAt / 1000);
    const body = JSON.stringify(said);
    const signature = signatures(signingKeys(endpoint, startedAt), { id, timestamp, body });
    const headers = {
      'Content-Type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signature,
    };
    const late = AbortSignal.timeout(timeMs);
    const durationMs = (): number => Math.max(0, Math.round(clock() - startedAt));
    try {
      const reply = await this.#post(
        new URL(endpoint.url),
        { headers, body },
        AbortSignal.any([late, ended]),
      );
      return { ...resultOf(reply.status, reply.retryAfter, clock()), durationMs: durationMs() };
    } catch (error) {
      ended.throwIfAborted();
      return { ...faultOf(error, late.aborted), durationMs: durationMs() };
    }
  }

  async #post(url: URL, message: Parameters<Web['post']>[2], signal: AbortSignal) {
    const { web, rules } = this.#parts;
    if (rules.hosts.length > 0 && !rules.hosts.some((host) => namesHost(host, url))) throw notAllowed();
    // Plain text goes to one's own networks only.
    const isPlain = url.protocol === 'http:';
    const address = await addressOf(web, url, rules.networks, signal, isPlain);
    return await web.post(url, address, message, signal);
  }
}

const FAILED = { outcome: 'failed', status: null, retryAfterMs: null, gone: false } as const;

function resultOf(status: number, retryAfter: string | null, now: number): Omit<Sent, 'durationMs'> {
  if (status >= 200 && status < 300) return { ...FAILED, outcome: 'delivered', status, fault: null };
  const fault = status >= 300 && status < 400 ? 'redirect' : 'status';
  return { ...FAILED, status, fault, retryAfterMs: millisecondsOf(retryAfter, now), gone: status === GONE };
}

function faultOf(error: unknown, isLate: boolean): Omit<Sent, 'durationMs'> {
  if (isLate) return { ...FAILED, fault: 'timeout' };
  if (error instanceof DocumentsError) {
    const isRefused = error.code === 'documents/address-not-allowed';
    return { ...FAILED, fault: isRefused ? 'address-not-allowed' : 'unreachable' };
  }
  if (!(error instanceof OutsideError)) throw error;
  const { failure, retryAfterMs } = error;
  if (retryAfterMs !== null) return { ...FAILED, outcome: 'unasked', fault: 'host-spared', retryAfterMs };
  if (failure === 'unclear') return { ...FAILED, fault: 'timeout' };
  return { ...FAILED, fault: failure === 'refused' ? 'unproven' : 'unreachable' };
}

/** Of `Retry-After`: seconds, or a date (RFC 9110 § 10.2.3). */
function millisecondsOf(text: string | null, now: number): number | null {
  if (text === null) return null;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return ms > 0 ? ms : null;
}

function notAllowed(): DocumentsError {
  return new DocumentsError('documents/address-not-allowed', 'The host is not one that is allowed here.');
}
