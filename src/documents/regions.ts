import type { VersionedBlobStore } from './blob-store.ts';

/** Where the data of a tenant stays: `us`, `eu`, or `local` on one machine. */
export type Residency = string;

/**
 * The stores of one residency. Heads are kept apart from contents: nothing may keep a head that is to be erased (no
 * retention lock, no soft delete), and with the head goes the only way to the keys of its contents.
 */
export interface Region {
  readonly heads: VersionedBlobStore;
  readonly contents: VersionedBlobStore;
  /** The store of heads removes earlier generations by a rule of its own: nobody else has to. */
  readonly prunesItself?: boolean;
}
