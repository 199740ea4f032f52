import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VersionedBlobStore } from '../../src/documents/index.ts';
import {
  DirectoryBlobStore,
  KindsBlobStore,
  ObjectDatabase,
  SqliteBlobStore,
} from '../../src/platform/embedded/index.ts';
import { describeBlobStore, describeVersionedBlobStore } from './blob-store.ts';

async function directory(keepsGenerations: boolean) {
  const folder = await mkdtemp(join(tmpdir(), 'redline-blobs-'));
  const open = () => DirectoryBlobStore.open(folder, keepsGenerations);
  return { store: await open(), reopen: open, dispose: () => rm(folder, { recursive: true }) };
}

async function database(keepsGenerations: boolean) {
  const folder = await mkdtemp(join(tmpdir(), 'redline-blobs-'));
  const opened: ObjectDatabase[] = [];
  const open = async () => {
    const file = await ObjectDatabase.open(join(folder, 'small.sqlite'));
    opened.push(file);
    return new SqliteBlobStore(file, 'heads', keepsGenerations);
  };
  const dispose = async () => {
    for (const file of opened) await file.close();
    await rm(folder, { recursive: true });
  };
  return { store: await open(), reopen: open, dispose };
}

/** Names of one kind in a database, the others in a folder. */
async function kinds(keepsGenerations: boolean) {
  const [files, rows] = [await directory(keepsGenerations), await database(keepsGenerations)];
  const over = (one: VersionedBlobStore, other: VersionedBlobStore) =>
    KindsBlobStore.open(one, other, new Map([['a', Number.POSITIVE_INFINITY]]));
  const reopen = async () => over(await files.reopen(), await rows.reopen());
  const dispose = async () => {
    await files.dispose();
    await rows.dispose();
  };
  return { store: await over(files.store, rows.store), reopen, dispose };
}

describeVersionedBlobStore('a directory', () => directory(true));
describeBlobStore('a directory that keeps no generations', () => directory(false));
describeVersionedBlobStore('a database', () => database(true));
describeBlobStore('a database that keeps no generations', () => database(false));
describeVersionedBlobStore('a directory and a database', () => kinds(true));
describeBlobStore('a directory and a database that keep no generations', () => kinds(false));
