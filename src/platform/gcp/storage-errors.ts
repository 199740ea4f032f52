import { OutsideError, type OutsideFailure } from '../../kit/index.ts';

/** What the service said, as far as it matters: no text of its own goes on, it may name objects. */
export interface Refusal {
  /** HTTP status; null where there was no answer. */
  readonly status: number | null;
  /** `reason` of the first error in the JSON API's answer, or the network's own code (`ECONNRESET`). */
  readonly reason: string;
  readonly message: string;
  /** As in the header `Retry-After`. */
  readonly retryAfter: string | null;
}

/** Codes of connections that never came about: nothing was sent. */
const UNSENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** Reasons with which the service says 403 where it means 429. */
const TOO_MANY = new Set([
  'rateLimitExceeded',
  'userRateLimitExceeded',
  'jobRateLimitExceeded',
  'quotaExceeded',
]);

/**
 * What a call that was not answered as it should means for the port.
 *
 * @param effect `change` when it may have been done without an answer, `question` when nothing can have been changed.
 */
export function storageError(refusal: Refusal, effect: 'question' | 'change'): OutsideError {
  const { status, reason } = refusal;
  const [failure, what] = meaningOf(refusal, effect);
  const message = `Cloud Storage ${what} (${status ?? 'no answer'}${reason === '' ? '' : `, ${reason}`}).`;
  const retryAfterMs = millisecondsOf(refusal.retryAfter);
  return new OutsideError('BlobStore', failure, message, retryAfterMs === null ? {} : { retryAfterMs });
}

function meaningOf(refusal: Refusal, effect: 'question' | 'change'): readonly [OutsideFailure, string] {
  const { status, reason, message } = refusal;
  const unanswered = effect === 'change' ? 'unclear' : 'unavailable';
  if (status === null) {
    return UNSENT.has(reason) ? ['unavailable', 'cannot be reached'] : [unanswered, 'did not answer'];
  }
  if (isTooMany(refusal)) return ['unavailable', 'has had too many calls'];
  // It compares before it stores: the bytes changed on their way, and nothing is there.
  if (status === 400 && /crc32c|checksum/i.test(message))
    return ['unavailable', 'received other bytes than were sent'];
  if (status === 401 || status === 403) return ['refused', 'does not let us do this'];
  if (status === 404) return ['refused', 'has no such bucket'];
  if (status >= 400 && status < 500 && status !== 408) return ['refused', 'takes the call for wrong'];
  return [unanswered, 'failed'];
}

/** Google's services say 429, or 403 with a reason. */
export function isTooMany({ status, reason }: Refusal): boolean {
  return status === 429 || (status === 403 && TOO_MANY.has(reason));
}

/** Of the client's own errors, in either of the two shapes that it has. */
export function refusalOf(error: unknown): Refusal {
  const { code, status, response, errors, message, cause } = shape(error);
  const http = [status, response?.status, code].find((value) => typeof value === 'number');
  const reason = errors?.[0]?.reason ?? (typeof code === 'string' ? code : networkCode(cause));
  return {
    status: typeof http === 'number' ? http : null,
    reason: /^\w{1,40}$/.test(reason) ? reason : '',
    message: String(message ?? ''),
    retryAfter: retryAfterIn(response?.headers),
  };
}

interface ClientError {
  readonly code?: unknown;
  readonly status?: unknown;
  readonly response?: { readonly status?: unknown; readonly headers?: unknown };
  readonly errors?: readonly { readonly reason?: string }[];
  readonly message?: unknown;
  readonly cause?: unknown;
}

function shape(error: unknown): ClientError {
  return typeof error === 'object' && error !== null ? error : {};
}

/** `fetch failed` tells why in its cause, or in the cause of that. */
function networkCode(cause: unknown, depth = 0): string {
  const { code, cause: deeper } = shape(cause);
  if (typeof code === 'string') return code;
  return depth < 3 && deeper !== undefined ? networkCode(deeper, depth + 1) : '';
}

function retryAfterIn(headers: unknown): string | null {
  if (headers instanceof Headers) return headers.get('retry-after');
  const value =
    typeof headers === 'object' && headers !== null && 'retry-after' in headers
      ? headers['retry-after']
      : null;
  return typeof value === 'string' ? value : null;
}

/** RFC 9110 § 10.2.3: seconds, or a date. */
export function millisecondsOf(retryAfter: string | null): number | null {
  if (retryAfter === null) return null;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}
