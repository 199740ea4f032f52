import { dirname } from 'node:path';
import { OutsideError, type OutsideFailure } from '../../kit/index.ts';
import { OpenFile, rmdir } from './prompt-calls.ts';

/** Why the operating system did not do what it was asked, where it is more than a passing trouble. */
const FAILURES: Readonly<Record<string, OutsideFailure>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EACCES: 'refused',
  EPERM: 'refused',
  EROFS: 'refused',
};

/**
 * Runs what only calls the operating system, and throws `OutsideError` for what that answers.
 *
 * @param otherwise what an error means that is not in `FAILURES`.
 */
export async function attempt<T>(
  work: () => Promise<T>,
  otherwise: 'unavailable' | 'unclear' = 'unavailable',
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    throw failed(FAILURES[code] ?? otherwise, error);
  }
}

/** Runs what makes a write last that others can see already: whatever fails here, the write may have been done. */
export async function makeLast(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw failed('unclear', error);
  }
}

/** What is stored is not what was written. */
export function damaged(what: string): OutsideError {
  return new OutsideError('BlobStore', 'damaged', what);
}

function failed(failure: OutsideFailure, cause: unknown): OutsideError {
  const message = `The folder of objects did not do what it should (${codeOf(cause) ?? 'unknown'}).`;
  return new OutsideError('BlobStore', failure, message, { cause });
}

/** The operating system's name of an error (`ENOENT`); undefined when the error is not of that kind. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The result of `work`, or null where it failed with one of these codes. */
export async function unless<T>(codes: readonly string[], work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (codes.includes(codeOf(error) ?? '')) return null;
    throw error;
  }
}

/** New names in a folder survive a crash of the machine once the folder is flushed. @returns false when it is gone. */
export async function flushFolder(path: string): Promise<boolean> {
  const folder = await unless(['ENOENT'], OpenFile.open(path));
  if (folder === null) return false;
  try {
    await folder.flush();
  } finally {
    await folder.close();
  }
  return true;
}

/** What tells a folder from another one under the same name; `''` where the disk does not say. */
function identityOf(folder: OpenFile): string {
  const { ino, birthtimeNs } = folder.stat();
  return birthtimeNs === 0n ? '' : `${ino} ${birthtimeNs}`;
}

/** A folder on a path that is to last. */
interface OpenFolder {
  readonly at: string;
  readonly file: OpenFile;
  /** `''` where it cannot be remembered. */
  identity: string;
}

/** Folders that are remembered; each takes some 200 bytes. */
const MOST_REMEMBERED = 20_000;

/**
 * Makes names last: a name does when its whole path does. What was flushed once need not be again, as a folder keeps its
 * name until it is removed, and another one under its name is told apart by its number and its time of birth.
 */
export class LastingFolders {
  readonly #root: string;
  readonly #known = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Flushes a folder, and those that lead to it as far as they are not known to last, at most up to the root; all at once.
   *
   * @returns false when the folder is gone.
   */
  async flush(folder: string): Promise<boolean> {
    const path = await this.#unknownPath(folder);
    try {
      await Promise.all(path.map(({ file }) => file.flush()));
    } finally {
      await closeAll(path);
    }
    // The name of the last one stands in a folder that was not flushed, or was known.
    const lasting = path.slice(0, -1).filter(({ identity }) => identity !== '');
    if (this.#known.size + lasting.length > MOST_REMEMBERED) this.#known.clear();
    for (const { at, identity } of lasting) this.#known.set(at, identity);
    return path[0]?.at === folder;
  }

  /** The folder, then those that lead to it, up to the first one that is known to last; whoever asks closes them. */
  async #unknownPath(folder: string): Promise<readonly OpenFolder[]> {
    const path: OpenFolder[] = [];
    try {
      for (let at = folder; ; at = dirname(at)) {
        const file = await unless(['ENOENT'], OpenFile.open(at));
        if (file === null) for (const below of path) below.identity = '';
        else {
          const found = { at, file, identity: '' };
          path.push(found);
          found.identity = identityOf(file);
          if (found.identity !== '' && this.#known.get(at) === found.identity) return path;
        }
        if (at.length <= this.#root.length) return path;
      }
    } catch (error) {
      await closeAll(path);
      throw error;
    }
  }
}

function closeAll(folders: readonly OpenFolder[]): Promise<unknown> {
  return Promise.all(folders.map(({ file }) => file.close()));
}

/** Removes a folder and those that lead to it as far as they are empty, but not `root`. */
export async function removeEmpty(folder: string, root: string): Promise<void> {
  for (let at = folder; at.length > root.length; at = dirname(at)) {
    try {
      await unless(['ENOENT'], rmdir(at));
    } catch {
      return; // Not empty: there is nothing more to tidy.
    }
  }
}
