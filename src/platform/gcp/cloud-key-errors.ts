import { OutsideError, type OutsideFailure } from '../../kit/index.ts';

/** Codes of gRPC (`google/rpc/code.proto`). */
export const STATUS = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/** What the service decided before it did anything, in the words of the port; never the service's own message. */
const DECIDED: ReadonlyMap<number, readonly [OutsideFailure, string]> = new Map([
  [
    STATUS.INVALID_ARGUMENT,
    ['refused', 'The key service takes this for wrong: another tenant or context wrapped it.'],
  ],
  [STATUS.NOT_FOUND, ['refused', 'The tenant has no such key.']],
  [STATUS.PERMISSION_DENIED, ['refused', 'The key service lets us not use this key.']],
  [STATUS.UNAUTHENTICATED, ['refused', 'The key service does not know us.']],
  [STATUS.FAILED_PRECONDITION, ['refused', 'The key version is disabled or was destroyed.']],
  [STATUS.UNIMPLEMENTED, ['refused', 'The key service does not do this.']],
  [STATUS.RESOURCE_EXHAUSTED, ['unavailable', 'The key service has had too many calls.']],
  [STATUS.ABORTED, ['unavailable', 'The key service was changed by another call at the same time.']],
]);

export function statusOf(error: unknown): number | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : null;
}

/**
 * @param effect whether the call changes something: what got no answer may then have been done.
 * @returns a fault of our own as it is.
 */
export function keyError(error: unknown, effect: 'question' | 'change'): unknown {
  if (error instanceof TypeError || error instanceof RangeError) return error;
  const [failure, message] = DECIDED.get(statusOf(error) ?? STATUS.UNKNOWN) ?? [
    effect === 'change' ? 'unclear' : 'unavailable',
    'The key service did not answer.',
  ];
  const retryAfterMs = retryDelayOf(error);
  return new OutsideError('KeyService', failure, message, {
    cause: error,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  });
}

interface Duration {
  /** A number, or an object that turns into one. */
  readonly seconds?: unknown;
  readonly nanos?: unknown;
}

/** Milliseconds of `google.rpc.RetryInfo`, where the service sent it. */
function retryDelayOf(error: unknown): number | null {
  const details = error instanceof Error && 'statusDetails' in error ? error.statusDetails : null;
  if (!Array.isArray(details)) return null;
  const info = details.find((detail: unknown): detail is { retryDelay: Duration } => {
    return typeof detail === 'object' && detail !== null && 'retryDelay' in detail;
  });
  if (info === undefined) return null;
  const ms = Number(info.retryDelay.seconds ?? 0) * 1000 + Number(info.retryDelay.nanos ?? 0) / 1e6;
  return Number.isFinite(ms) && ms > 0 ? Math.ceil(ms) : null;
}
