import type { BlobStore } from '../documents/index.ts';
import type { Printer } from '../jobs/index.ts';

/** The ports of one place that Redline can run in. Built by `main`, closed by it last. */
export interface Platform {
  readonly blobs: BlobStore;
  readonly printer: Printer;
  close(): Promise<void>;
}
