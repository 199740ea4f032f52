import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryBlobStore } from '../../src/platform/embedded/index.ts';
import { describeBlobStore, describeVersionedBlobStore } from './blob-store.ts';

async function directory(keepsGenerations: boolean) {
  const folder = await mkdtemp(join(tmpdir(), 'redline-blobs-'));
  const open = () => DirectoryBlobStore.open(folder, keepsGenerations);
  return { store: await open(), reopen: open, dispose: () => rm(folder, { recursive: true }) };
}

describeVersionedBlobStore('a directory', () => directory(true));
describeBlobStore('a directory that keeps no generations', () => directory(false));
