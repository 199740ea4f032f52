import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DirectoryBlobStore } from '../../src/platform/embedded/index.ts';
import { describeBlobStore } from './blob-store.ts';

const newFolder = () => mkdtemp(join(tmpdir(), 'redline-blobs-'));

describeBlobStore('a directory', async () => {
  const folder = await newFolder();
  return {
    store: await DirectoryBlobStore.open(folder),
    reopen: () => DirectoryBlobStore.open(folder),
    dispose: () => rm(folder, { recursive: true }),
  };
});

describe('a directory as BlobStore', () => {
  test('is readable by its owner only', async () => {
    const folder = await newFolder();
    const store = await DirectoryBlobStore.open(folder);
    await store.create('private/one', new Uint8Array(3), {});
    const modes = await Promise.all(
      ['objects', 'objects/private', 'objects/private/one.blob'].map(
        async (path) => (await stat(join(folder, path))).mode & 0o777,
      ),
    );
    expect(modes).toEqual([0o700, 0o700, 0o600]);
    await rm(folder, { recursive: true });
  });

  test('clears what a crashed process left, and nothing that is being written', async () => {
    const folder = await newFolder();
    await DirectoryBlobStore.open(folder);
    const [old, fresh] = [join(folder, 'unfinished', 'old'), join(folder, 'unfinished', 'fresh')];
    await writeFile(old, 'half');
    await writeFile(fresh, 'half');
    const twoHoursAgo = Date.now() / 1000 - 7200;
    await utimes(old, twoHoursAgo, twoHoursAgo);
    await DirectoryBlobStore.open(folder);
    expect(await readdir(join(folder, 'unfinished'))).toEqual(['fresh']);
    await rm(folder, { recursive: true });
  });

  test('leaves no draft behind and no empty folder', async () => {
    const folder = await newFolder();
    const store = await DirectoryBlobStore.open(folder);
    await store.create('deep/er/one', new Uint8Array(3), {});
    await store.create('deep/er/one', new Uint8Array(3), {});
    await store.delete('deep/er/one');
    expect(await readdir(join(folder, 'unfinished'))).toEqual([]);
    expect(await readdir(join(folder, 'objects'))).toEqual([]);
    await rm(folder, { recursive: true });
  });
});
