import type { IssuerKeys } from '../access/index.ts';
import type { Place, VersionedBlobStore } from '../documents/index.ts';
import { Outside, type OutsideLimits, type OutsideParts, systemClock } from '../kit/index.ts';
import { guardedAuditSink } from './guarded-audit-sink.ts';
import { guardedBlobStore, guardedVersionedBlobStore } from './guarded-blob-store.ts';
import { guardedIdentityProvider, guardedIssuerKeys } from './guarded-identity-provider.ts';
import { guardedKeyService } from './guarded-key-service.ts';
import { guardedLockedPlace } from './guarded-locked-place.ts';
import { guardedRecordLog } from './guarded-record-log.ts';
import { guardedScanner } from './guarded-scanner.ts';
import { guardedShared } from './guarded-shared.ts';
import { guardedWeb, perHost } from './guarded-web.ts';
import { MemoryRateLimits } from './memory-rate-limits.ts';
import {
  AUDIT_LIMITS,
  CONTENTS_LIMITS,
  HEADS_LIMITS,
  IDENTITY_LIMITS,
  KEYS_LIMITS,
  SCANNER_LIMITS,
} from './outside-limits.ts';
import type { Platform } from './platform.ts';
import type { Shared } from './shared.ts';
import { stricterWithout } from './stricter-rate-limits.ts';

/** The same platform, with every call to its stores and keys as docs/outside-calls.md says. */
export function guardPlatform(platform: Platform, parts: OutsideParts): Platform {
  const versioned = (store: VersionedBlobStore, limits: OutsideLimits) =>
    guardedVersionedBlobStore(store, new Outside('BlobStore', limits, parts));
  // Each region for itself: one that is ill says nothing of the others.
  const guarded = ({ heads, contents, secrets, spool, keys, ...region }: Place): Place => ({
    ...region,
    secrets: guardedBlobStore(secrets, new Outside('BlobStore', HEADS_LIMITS, parts)),
    spool: guardedBlobStore(spool, new Outside('BlobStore', HEADS_LIMITS, parts)),
    keys: guardedKeyService(keys, new Outside('KeyService', KEYS_LIMITS, parts)),
    heads: versioned(heads, HEADS_LIMITS),
    contents: versioned(contents, CONTENTS_LIMITS),
  });
  return {
    ...platform,
    regions: new Map([...platform.regions].map(([residency, region]) => [residency, guarded(region)])),
    audit: new Map(
      [...platform.audit].map(([residency, sink]) => [
        residency,
        guardedAuditSink(sink, new Outside('AuditSink', AUDIT_LIMITS, parts)),
      ]),
    ),
    checkpoints:
      platform.checkpoints === null
        ? null
        : guardedLockedPlace(platform.checkpoints, new Outside('LockedPlace', AUDIT_LIMITS, parts)),
    outboxes:
      platform.outboxes === null
        ? null
        : new Map(
            [...platform.outboxes].map(([residency, log]) => [
              residency,
              guardedRecordLog(log, new Outside('BlobStore', HEADS_LIMITS, parts)),
            ]),
          ),
    scanner: guardedScanner(platform.scanner, new Outside('Scanner', SCANNER_LIMITS, parts)),
    web: guardedWeb(platform.web, perHost(parts)),
    identity:
      platform.identity === null
        ? null
        : guardedIdentityProvider(platform.identity, new Outside('IdentityProvider', IDENTITY_LIMITS, parts)),
    issuerKeys: sparedKeys(platform.issuerKeys, parts),
    providerKeys: sparedKeys(platform.providerKeys, parts),
    shared: platform.shared.remote ? sparedShared(platform.shared, parts) : platform.shared,
  };
}

function sparedKeys(keys: IssuerKeys | null, parts: OutsideParts): IssuerKeys | null {
  return keys === null ? null : guardedIssuerKeys(keys, new Outside('IssuerKeys', IDENTITY_LIMITS, parts));
}

function sparedShared(shared: Shared, parts: OutsideParts): Shared {
  const guarded = guardedShared(shared, parts);
  const local = new MemoryRateLimits(parts.clock ?? systemClock);
  return { ...guarded, rateLimits: stricterWithout(guarded.rateLimits, local) };
}
