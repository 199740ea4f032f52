import type { Cache, Channel, RateLimits, Sessions } from '../access/index.ts';
import type { Leases } from '../documents/index.ts';
import type { JobQueue } from '../jobs/index.ts';

/** What processes share for a while, and may lose. */
export interface Shared {
  /** It lives outside of this process, so every call is guarded. */
  readonly remote: boolean;
  readonly sessions: Sessions;
  readonly rateLimits: RateLimits;
  readonly cache: Cache;
  readonly channel: Channel;
  readonly queue: JobQueue;
  readonly leases: Leases;
  close(): Promise<void>;
}
