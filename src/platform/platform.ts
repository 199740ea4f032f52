import type { BlobStore } from '../documents/index.ts';

/** The ports of one place that Redline can run in. Built by `main`, closed by it last. */
export interface Platform {
  readonly blobs: BlobStore;
  close(): Promise<void>;
}
