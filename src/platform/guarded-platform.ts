import type { Region, VersionedBlobStore } from '../documents/index.ts';
import { Outside, type OutsideLimits, type OutsideParts } from '../kit/index.ts';
import { guardedBlobStore, guardedVersionedBlobStore } from './guarded-blob-store.ts';
import { guardedKeyService } from './guarded-key-service.ts';
import { CONTENTS_LIMITS, HEADS_LIMITS, KEYS_LIMITS } from './outside-limits.ts';
import type { Platform } from './platform.ts';

/** The same platform, with every call to its stores and keys as docs/outside-calls.md says. */
export function guardPlatform(platform: Platform, parts: OutsideParts): Platform {
  const versioned = (store: VersionedBlobStore, limits: OutsideLimits) =>
    guardedVersionedBlobStore(store, new Outside('BlobStore', limits, parts));
  const guarded = ({ heads, contents }: Region): Region => ({
    heads: versioned(heads, HEADS_LIMITS),
    contents: versioned(contents, CONTENTS_LIMITS),
  });
  return {
    ...platform,
    blobs: guardedBlobStore(platform.blobs, new Outside('BlobStore', HEADS_LIMITS, parts)),
    regions: new Map([...platform.regions].map(([residency, region]) => [residency, guarded(region)])),
    keys: guardedKeyService(platform.keys, new Outside('KeyService', KEYS_LIMITS, parts)),
  };
}
