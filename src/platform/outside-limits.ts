import type { OutsideLimits } from '../kit/index.ts';

const BREAKER = { windowMs: 10_000, leastCalls: 20, failures: 0.5, openMs: 5000 };
const RETRIES = { most: 3, firstMs: 100, longestMs: 2000, share: 0.1, reserve: 20 };

/** Heads, results: small objects. */
export const HEADS_LIMITS: OutsideLimits = {
  timeoutMs: 10_000,
  places: 64,
  queueLength: 512,
  breaker: BREAKER,
  retries: RETRIES,
  patienceMs: 2000,
};

/** Contents: an upload holds its place as long as its sender takes. The time is for one piece, and for the end. */
export const CONTENTS_LIMITS: OutsideLimits = { ...HEADS_LIMITS, timeoutMs: 20_000, places: 256 };

/** The adapter of Cloud KMS gives each call 5 s and tries once more after a mismatch of checksums. */
export const KEYS_LIMITS: OutsideLimits = { ...HEADS_LIMITS, timeoutMs: 11_000, places: 100 };

/** clamd looks into a content for up to 120 s (`MaxScanTime`), into 10 at once (`MaxThreads`). */
export const SCANNER_LIMITS: OutsideLimits = { ...HEADS_LIMITS, timeoutMs: 150_000, places: 10 };

/** The warehouse: nobody waits for it but auditors, and the relay has time. */
export const AUDIT_LIMITS: OutsideLimits = { ...HEADS_LIMITS, timeoutMs: 30_000, places: 16 };

/** Redis answers within milliseconds or not at all: whoever asks for a page waits for it. */
export const SHARED_LIMITS: OutsideLimits = {
  timeoutMs: 500,
  places: 1000,
  queueLength: 1000,
  breaker: { windowMs: 5000, leastCalls: 20, failures: 0.5, openMs: 1000 },
  retries: { most: 1, firstMs: 25, longestMs: 100, share: 0.1, reserve: 20 },
  patienceMs: 100,
};

/** The queue: one call may add hundreds of jobs. Whoever submits work does not depend on it: the sweep puts back what is missing. */
export const QUEUE_LIMITS: OutsideLimits = { ...SHARED_LIMITS, timeoutMs: 2000 };

/** One host of the web, up to its answer; the whole fetch has a limit of its own. Few calls are enough to tell. */
export const WEB_LIMITS: OutsideLimits = {
  ...HEADS_LIMITS,
  timeoutMs: 15_000,
  places: 8,
  queueLength: 64,
  breaker: { windowMs: 60_000, leastCalls: 10, failures: 0.5, openMs: 5000 },
};

/** Three requests of 5 s each, at most. */
export const IDENTITY_LIMITS: OutsideLimits = { ...HEADS_LIMITS, timeoutMs: 16_000 };
