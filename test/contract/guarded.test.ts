import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Outside } from '../../src/kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../../src/platform/embedded/index.ts';
import {
  CONTENTS_LIMITS,
  guardedKeyService,
  guardedVersionedBlobStore,
  KEYS_LIMITS,
} from '../../src/platform/index.ts';
import { describeVersionedBlobStore } from './blob-store.ts';
import { describeKeyService } from './key-service.ts';

const newFolder = () => mkdtemp(join(tmpdir(), 'redline-guarded-'));

describeVersionedBlobStore('a guarded directory', async () => {
  const folder = await newFolder();
  const open = async () =>
    guardedVersionedBlobStore(
      await DirectoryBlobStore.open(folder, true),
      new Outside('BlobStore', CONTENTS_LIMITS),
    );
  return { store: await open(), reopen: open, dispose: () => rm(folder, { recursive: true }) };
});

describeKeyService('a guarded key ring', async () => {
  const folder = await newFolder();
  const open = async () =>
    guardedKeyService(await KeyRing.open(folder), new Outside('KeyService', KEYS_LIMITS));
  return { keys: await open(), another: open, dispose: () => rm(folder, { recursive: true }) };
});
