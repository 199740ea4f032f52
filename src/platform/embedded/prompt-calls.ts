import {
  type BigIntStats,
  closeSync,
  type Dirent,
  fdatasync,
  fstatSync,
  fsync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  read,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  type Stats,
  unlinkSync,
  write,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';

// Calls that a local disk answers out of memory, or writes down in it: names, folders, a few bytes. They take some
// microseconds, less than having a thread make them: its answer waits for the event loop to come round, behind every upload
// that is read meanwhile, and one change of a document makes dozens of them. What flushes, or moves many bytes, goes
// through the threads. See decision 0110.

/** Bytes that are read or written without a thread. */
const FEW_BYTES = 64 * 1024;
const OWNER_ONLY = { file: 0o600, folder: 0o700 } as const;

const readLater = promisify(read);
const writeLater = promisify(write);
const fsyncLater = promisify(fsync);
const fdatasyncLater = promisify(fdatasync);

/** `null` where there is nothing: an error for each of those would cost more than the look. */
export async function lstat(path: string): Promise<Stats | null> {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}

export async function readdir(path: string): Promise<Dirent[]> {
  return readdirSync(path, { withFileTypes: true });
}

export async function link(existing: string, path: string): Promise<void> {
  linkSync(existing, path);
}

export async function rename(from: string, to: string): Promise<void> {
  renameSync(from, to);
}

export async function unlink(path: string): Promise<void> {
  unlinkSync(path);
}

/** Fails where something has the name. */
export async function mkdir(path: string): Promise<void> {
  mkdirSync(path, { mode: OWNER_ONLY.folder });
}

/** Also makes what leads to it; what is there stays. */
export async function makeFolder(path: string): Promise<void> {
  mkdirSync(path, { recursive: true, mode: OWNER_ONLY.folder });
}

export async function rmdir(path: string): Promise<void> {
  rmdirSync(path);
}

/** A file or a folder that was opened. Whoever has it closes it. */
export class OpenFile {
  readonly #descriptor: number;
  /** What threads do with it. */
  readonly #under = new Set<Promise<unknown>>();
  #isClosed = false;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** For reading. */
  static async open(path: string): Promise<OpenFile> {
    return new OpenFile(openSync(path, 'r'));
  }

  /** A new one, for writing. */
  static async create(path: string): Promise<OpenFile> {
    return new OpenFile(openSync(path, 'wx', OWNER_ONLY.file));
  }

  stat(): BigIntStats {
    return fstatSync(this.#use(), { bigint: true });
  }

  /** @returns how many bytes there were. */
  async read(into: Uint8Array, position: number): Promise<number> {
    const file = this.#use();
    if (into.length <= FEW_BYTES) return readSync(file, into, 0, into.length, position);
    return (await this.#through(readLater(file, into, 0, into.length, position))).bytesRead;
  }

  /** Writes all of the bytes. @param position missing: behind what was written before. */
  async write(bytes: Uint8Array, position: number | null = null): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const file = this.#use();
      const left = bytes.length - at;
      const to = position === null ? null : position + at;
      if (left <= FEW_BYTES) at += writeSync(file, bytes, at, left, to);
      else at += (await this.#through(writeLater(file, bytes, at, left, to))).bytesWritten;
    }
  }

  /** Has what was written, or the names in a folder, survive a crash of the machine. */
  async flush(): Promise<void> {
    await this.#through(fsyncLater(this.#use()));
  }

  /** Of a file that is still being written: its bytes. */
  async flushBytes(): Promise<void> {
    await this.#through(fdatasyncLater(this.#use()));
  }

  /** Waits for what is under way; closing twice is closing once. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.allSettled(this.#under);
    closeSync(this.#descriptor);
  }

  /** A number that was given back may be another file's by now. */
  #use(): number {
    if (this.#isClosed) throw new Error('A file was used after it was closed.');
    return this.#descriptor;
  }

  async #through<Result>(work: Promise<Result>): Promise<Result> {
    this.#under.add(work);
    try {
      return await work;
    } finally {
      this.#under.delete(work);
    }
  }
}
