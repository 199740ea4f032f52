const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Milliseconds between attempts, as Standard Webhooks proposes them: ten attempts in a little more than three days. */
const PAUSES_MS = [
  ...[5 * SECOND, 5 * MINUTE, 30 * MINUTE],
  ...[2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR],
] as const;

export const MOST_ATTEMPTS = PAUSES_MS.length + 1;
/** How far a pause may be off, either way: deliveries that failed together do not come back together. */
const JITTER = 0.1;
/** What a receiver asks for in `Retry-After` is heard up to this. */
const MOST_ASKED_MS = 24 * HOUR;

/**
 * Milliseconds until the next attempt.
 *
 * @param attempts those that were made, from 1 on.
 * @param random from 0 up to, but not including, 1.
 * @param askedMs what the receiver asked for.
 * @returns `null` after the last one.
 */
export function pauseAfter(attempts: number, random: number, askedMs: number | null): number | null {
  const pause = PAUSES_MS[attempts - 1];
  if (pause === undefined) return null;
  const drawn = Math.round(pause * (1 - JITTER + 2 * JITTER * random));
  return Math.max(drawn, Math.min(askedMs ?? 0, MOST_ASKED_MS));
}
