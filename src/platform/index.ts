export { guardedAuditSink } from './guarded-audit-sink.ts';
export { guardedBlobStore, guardedVersionedBlobStore } from './guarded-blob-store.ts';
export { guardedIdentityProvider, guardedIssuerKeys } from './guarded-identity-provider.ts';
export { guardedJobQueue } from './guarded-job-queue.ts';
export { guardedKeyService } from './guarded-key-service.ts';
export { guardedLockedPlace } from './guarded-locked-place.ts';
export { guardPlatform } from './guarded-platform.ts';
export { guardedScanner } from './guarded-scanner.ts';
export {
  guardedCache,
  guardedChannel,
  guardedLeases,
  guardedRateLimits,
  guardedSessions,
  guardedShared,
} from './guarded-shared.ts';
export { guardedWeb } from './guarded-web.ts';
export { MemoryRateLimits } from './memory-rate-limits.ts';
export {
  AUDIT_LIMITS,
  CONTENTS_LIMITS,
  HEADS_LIMITS,
  IDENTITY_LIMITS,
  KEYS_LIMITS,
  QUEUE_LIMITS,
  SCANNER_LIMITS,
  SHARED_LIMITS,
  WEB_LIMITS,
} from './outside-limits.ts';
export type { Platform } from './platform.ts';
export type { Shared, TenantHolder } from './shared.ts';
export { stricterWithout } from './stricter-rate-limits.ts';
