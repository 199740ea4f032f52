import type { RateRule, RateVerdict } from '../access/index.ts';

// The generic cell rate algorithm (ITU-T I.371, "virtual scheduling"): one number a key says when the whole burst would be
// there again. Whole microseconds, so that every adapter counts alike to the last digit.

/** A rule in microseconds. */
export interface Rhythm {
  /** What one costs. */
  readonly every: number;
  /** What may be owed: the whole burst. */
  readonly most: number;
}

/** @throws {TypeError} when it could never be allowed. */
export function rhythmOf({ limit, periodMs, burst }: RateRule, cost: number): Rhythm {
  if (!(limit > 0 && periodMs > 0 && burst >= 1)) throw new TypeError('Not a rule of a rate.');
  if (!(cost >= 1 && cost <= burst)) throw new TypeError('The cost is not one that the rule could allow.');
  const every = Math.ceil((periodMs * 1000) / limit);
  return { every, most: Math.floor(burst) * every };
}

/** @param fullAt when the whole burst will be there again, in microseconds; 0 for a key that was never asked for. */
export function take(
  fullAt: number,
  { every, most }: Rhythm,
  cost: number,
  now: number,
): { readonly fullAt: number; readonly allowed: boolean } {
  const after = Math.max(fullAt, now) + Math.ceil(cost * every);
  return after - most > now ? { fullAt, allowed: false } : { fullAt: after, allowed: true };
}

/** What is said of a rate after something was taken or refused. */
export function verdictOf(
  allowed: boolean,
  fullAt: number,
  { every, most }: Rhythm,
  cost: number,
  now: number,
): RateVerdict {
  const owed = Math.max(0, fullAt - now);
  const missing = allowed ? 0 : owed + Math.ceil(cost * every) - most;
  return {
    allowed,
    remaining: Math.max(0, Math.floor((most - owed) / every)),
    resetMs: Math.ceil(owed / 1000),
    retryAfterMs: Math.ceil(missing / 1000),
  };
}
