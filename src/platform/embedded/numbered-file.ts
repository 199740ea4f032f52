import { randomBytes } from 'node:crypto';
import { type FileHandle, link, mkdir, open, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { lstat, readdir } from './prompt-calls.ts';

const DRAFT = /^draft-[0-9a-f]{32}$/;
/** A draft older than this was left behind by a process that is gone. */
const ABANDONED_AFTER_MS = 3_600_000;

/** Whoever else may read the folder or the file; the message says how to mend it. */
export class TooOpenError extends Error {
  override readonly name = 'TooOpenError';
}

/**
 * A small file that is replaced as a whole, by several processes, each seeing what it replaces. Every replacement is a
 * file of its own, `NAME.1`, `NAME.2` …, of which the highest counts: `link` fails when another process was first. What
 * was replaced is removed. Folder and file are their owner's alone, and nothing is read from one that is not.
 */
export class NumberedFile {
  readonly #folder: string;
  readonly #name: string;

  private constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
  }

  /** Makes the folder where there is none. @throws {TooOpenError} when others may look into it. */
  static async open(folder: string, name: string): Promise<NumberedFile> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    assertPrivate(folder, (await stat(folder)).mode, '0700');
    const file = new NumberedFile(folder, name);
    await file.#clearDrafts();
    return file;
  }

  /**
   * The number that counts; 0 when nothing was ever written.
   *
   * @param before what it was when it was last asked for: while nothing follows that, the folder need not be read.
   */
  async latest(before = 0): Promise<number> {
    const isNext = before === 0 || (await lstat(this.#path(before + 1))) !== null;
    // What is replaced goes from the oldest on: where this one is there, none was that followed.
    if (!isNext && (await lstat(this.#path(before))) !== null) return before;
    return Math.max(0, ...(await this.#numbers()));
  }

  /** @returns `null` when it was replaced. @throws {TooOpenError} when others may read or write it. */
  async read(number: number): Promise<Uint8Array | null> {
    let file: FileHandle;
    try {
      file = await open(this.#path(number), 'r');
    } catch (error) {
      ignoreMissing(error);
      return null;
    }
    try {
      assertPrivate(this.#path(number), (await file.stat()).mode, '0600');
      return await file.readFile();
    } finally {
      await file.close();
    }
  }

  /**
   * Writes what follows `number`; when it resolves with `true` the bytes survive a crash.
   *
   * @returns `false` when another write followed: instead of this one, or already behind it. Whoever asks reads again
   *   and looks.
   */
  async replace(number: number, bytes: Uint8Array): Promise<boolean> {
    const draft = join(this.#folder, `draft-${randomBytes(16).toString('hex')}`);
    try {
      await writeDurably(draft, bytes);
      if (!(await linked(draft, this.#path(number + 1)))) return false;
    } finally {
      await unlink(draft).catch(ignoreMissing);
    }
    await flush(this.#folder);
    // The number may have been free only because two others went past it.
    const numbers = (await this.#numbers()).sort((one, other) => one - other);
    const latest = Math.max(...numbers);
    for (const old of numbers) if (old < latest) await unlink(this.#path(old)).catch(ignoreMissing);
    return latest === number + 1;
  }

  async #numbers(): Promise<number[]> {
    const entries = await readdir(this.#folder);
    return entries.flatMap((entry) => {
      const [name, number, ...more] = entry.name.split('.');
      return name === this.#name && more.length === 0 && /^[1-9]\d{0,14}$/.test(number ?? '')
        ? [Number(number)]
        : [];
    });
  }

  #path(number: number): string {
    return join(this.#folder, `${this.#name}.${number}`);
  }

  async #clearDrafts(): Promise<void> {
    for (const { name } of await readdir(this.#folder)) {
      if (!DRAFT.test(name)) continue;
      const path = join(this.#folder, name);
      const facts = await stat(path).catch(() => null);
      if (facts !== null && facts.mtimeMs < Date.now() - ABANDONED_AFTER_MS)
        await unlink(path).catch(ignoreMissing);
    }
  }
}

/** Windows has no such modes: there the folder's own rights decide. */
function assertPrivate(path: string, mode: number, allowed: string): void {
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new TooOpenError(
    `Others than its owner may use ${path} (mode ${(mode & 0o777).toString(8)}): \`chmod ${allowed} ${path}\`.`,
  );
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function flush(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
