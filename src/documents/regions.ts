import type { BlobStore, VersionedBlobStore } from './blob-store.ts';
import type { KeyService } from './key-service.ts';

/** Where the data of a tenant stays: `us`, `eu`, or `local` on one machine. */
export type Residency = string;

/**
 * The stores of one residency. Heads are kept apart from contents: nothing may keep a head that is to be erased (no
 * retention lock, no soft delete), and with the head goes the only way to the keys of its contents.
 */
export interface Region {
  readonly heads: VersionedBlobStore;
  readonly contents: VersionedBlobStore;
  /**
   * Where the keys of documents are kept, each wrapped by its tenant's, and who people are: it keeps no generations, and
   * backups of the other stores leave it out. What is destroyed here is unreadable wherever it was copied to (decisions 0164, 0172).
   */
  readonly secrets: BlobStore;
  /** The store of heads removes earlier generations by a rule of its own: nobody else has to. */
  readonly prunesItself?: boolean;
}

/** All that one residency has: nothing of its tenants is kept, or wrapped, anywhere else. */
export interface Place extends Region {
  /** Where uploads under way, answers to requests and results are kept; it keeps no generations. */
  readonly spool: BlobStore;
  readonly keys: KeyService;
}
