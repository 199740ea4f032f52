import type { Cache, Channel, RateLimits, Sessions } from '../access/index.ts';
import type { Leases, Residency } from '../documents/index.ts';
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
  /** Where each region has its own: sessions and leases of a tenant are there, and in the two above for nobody. */
  readonly regional: ReadonlyMap<Residency, RegionalShared> | null;
  close(): Promise<void>;
}

export interface RegionalShared {
  readonly sessions: Sessions & TenantHolder;
  readonly leases: Leases & TenantHolder;
}

/** Keeps something of tenants, and lets go of one that left. */
export interface TenantHolder {
  /** Of whom something is there. */
  tenants(): Promise<readonly string[]>;
  /** So that nothing of it is left. */
  forget(tenant: string): Promise<void>;
}
