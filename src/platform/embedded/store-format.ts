import { link, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OutsideError } from '../../kit/index.ts';
import { flushFolder, unless } from './disk.ts';

/** The layout that `DirectoryBlobStore` describes. 1 was a file per object, for results that live an hour. */
const FORMAT = 2;

/** What a store's `format` file says, as JSON. */
interface Format {
  readonly format: number;
  readonly keepsGenerations: boolean;
}

/**
 * Checks what wrote the store, or says so in a new one. What format 1 held is dropped: nothing of it was meant to stay,
 * and format 2 does not use its folder, so it does not matter who drops it, or when.
 *
 * @param draft a path in the store that nobody else uses.
 * @throws {OutsideError} `refused` when a newer release wrote it, or when it is a store of the other kind.
 */
export async function claimFormat(root: string, draft: string, keepsGenerations: boolean): Promise<void> {
  const path = join(root, 'format');
  const own: Format = { format: FORMAT, keepsGenerations };
  if ((await unless(['ENOENT'], readFile(path))) === null) {
    await writeFile(draft, `${JSON.stringify(own)}\n`, { mode: 0o600, flush: true });
    await unless(['EEXIST'], link(draft, path));
    await unlink(draft);
    await flushFolder(root);
  }
  check(parse(await readFile(path, 'utf8')), own, root);
  await rm(join(root, 'objects'), { recursive: true, force: true });
}

function check(found: Partial<Format> | null, own: Format, root: string): void {
  if (typeof found?.format === 'number' && found.format > FORMAT) {
    throw refused(`A newer release wrote these data (format ${found.format}, not ${FORMAT}): ${root}`);
  }
  if (found?.format !== own.format || found.keepsGenerations !== own.keepsGenerations) {
    throw refused(`This folder does not hold the data that are looked for there: ${root}`);
  }
}

function parse(text: string): Partial<Format> | null {
  try {
    return JSON.parse(text) as Partial<Format> | null;
  } catch {
    return null;
  }
}

function refused(message: string): OutsideError {
  return new OutsideError('BlobStore', 'refused', message);
}
