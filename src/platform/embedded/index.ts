import { join } from 'node:path';
import type { Platform } from '../platform.ts';
import { DirectoryBlobStore } from './directory-blob-store.ts';

export { DirectoryBlobStore } from './directory-blob-store.ts';

/**
 * Everything on one machine, for one person or a small office.
 *
 * @param directory absolute; made with access for its owner only when it is not there, used again when it is.
 */
export async function openEmbeddedPlatform(directory: string): Promise<Platform> {
  const blobs = await DirectoryBlobStore.open(join(directory, 'blobs'));
  return { blobs, close: async () => {} };
}
