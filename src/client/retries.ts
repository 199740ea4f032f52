import { ProblemError } from './problem.ts';

/** How a request that may be repeated is repeated. */
export interface Retries {
  /** How often it is sent at most; 1 sends it once. */
  readonly attempts: number;
  /** The pause behind the first failure is shorter than this, each further one than twice the one before. */
  readonly leastMs: number;
  readonly mostMs: number;
  /** A service that asks for a longer pause (`Retry-After`) is not waited for. */
  readonly patienceMs: number;
}

export const RETRIES: Retries = { attempts: 4, leastMs: 250, mostMs: 8_000, patienceMs: 30_000 };

/** Of these another try may come out otherwise. 0: nothing answered. */
const PASSING = new Set([0, 408, 425, 429, 500, 502, 503, 504]);
/** A request with the same key is at work: its answer will be the answer to this one. */
const RUNNING = 'request/still-running';

/**
 * How long to wait before a failed request is sent again, in milliseconds; `null` when that makes no sense. Somewhere
 * between half of the pause and all of it, so that clients that failed together do not come back together.
 *
 * @param failures of this request, from 1
 * @param random from 0 to 1
 */
export function pauseMs(
  error: unknown,
  failures: number,
  retries: Retries,
  random: () => number,
): number | null {
  if (!(error instanceof ProblemError) || failures >= retries.attempts) return null;
  const { status, code, retryAfterSeconds = 0 } = error.problem;
  if (!PASSING.has(status) && code !== RUNNING) return null;
  const askedMs = retryAfterSeconds * 1000;
  if (askedMs > retries.patienceMs) return null;
  const longest = Math.min(retries.mostMs, retries.leastMs * 2 ** (failures - 1));
  return Math.max(askedMs, longest * (0.5 + random() / 2));
}

/** Waits. @throws `signal`'s reason when that ends it. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const end = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}
