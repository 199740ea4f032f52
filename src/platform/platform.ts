import type { BlobStore, Catalogue, KeyService, Region, Residency } from '../documents/index.ts';
import type { Printer } from '../jobs/index.ts';

/** The ports of one place that Redline can run in. Built by `main`, closed by it last. */
export interface Platform {
  /** For results that are kept for an hour. */
  readonly blobs: BlobStore;
  /** Where documents may be kept. */
  readonly regions: ReadonlyMap<Residency, Region>;
  readonly keys: KeyService;
  readonly catalogue: Catalogue;
  readonly printer: Printer;
  close(): Promise<void>;
}
