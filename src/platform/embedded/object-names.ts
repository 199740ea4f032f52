import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { attempt, unless } from './disk.ts';

/** Ends the name of an object's folder; names hold no dot, so no folder that only leads to objects can look like it. */
export const OBJECT_SUFFIX = '.blob';

const ENTRY = /^[a-z0-9_-]+(?:[.]blob)?$/;

/**
 * The names of objects under `root` that start with `prefix` and come behind `after`, ordered; also those that were
 * removed. Holds the names of one folder, and of those that lead to it, at a time.
 */
export async function* objectNames(root: string, prefix: string, after: string): AsyncGenerator<string> {
  yield* walk(root, prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix, after);
}

async function* walk(root: string, folder: string, prefix: string, after: string): AsyncGenerator<string> {
  const read = readdir(join(root, folder), { withFileTypes: true });
  const entries = (await attempt(() => unless(['ENOENT'], read))) ?? [];
  // The slash takes part in the order: `a-b` comes before `a/b`.
  const keys = entries
    .filter((entry) => entry.isDirectory() && ENTRY.test(entry.name))
    .map(({ name }) => (name.endsWith(OBJECT_SUFFIX) ? name.slice(0, -OBJECT_SUFFIX.length) : `${name}/`))
    .map((key) => folder + key)
    .filter((key) => key.startsWith(prefix) && (key > after || leadsTo(key, after)))
    .sort();
  for (const key of keys) {
    if (key.endsWith('/')) yield* walk(root, key, prefix, after);
    else yield key;
  }
}

function leadsTo(key: string, name: string): boolean {
  return key.endsWith('/') && name.startsWith(key);
}
