import { mkdir, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { flushFolder, unless } from './disk.ts';
import { lstat, OpenFile } from './prompt-calls.ts';

/** What a log needs of the operating system. Its errors are passed on as they are. */
export interface LogDisk {
  names(): Promise<readonly string[]>;
  /** A new file of so many zeros that survives a crash of the machine. */
  create(name: string, bytes: number): Promise<LogFile>;
  /** `null` when it is not there. */
  read(name: string): Promise<Uint8Array | null>;
  isThere(name: string): Promise<boolean>;
  /** @returns false when it is not there any more: somebody else was first. */
  rename(from: string, to: string): Promise<boolean>;
  remove(name: string): Promise<void>;
}

export interface LogFile {
  /** Resolves when the bytes survive a crash of the machine. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  close(): Promise<void>;
}

/** A folder of a local disk. */
export class LogFolder implements LogDisk {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folder where there is none. */
  static async open(folder: string): Promise<LogFolder> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await flushFolder(join(folder, '..'));
    return new LogFolder(folder);
  }

  async names(): Promise<readonly string[]> {
    return await readdir(this.#folder);
  }

  async create(name: string, bytes: number): Promise<LogFile> {
    const file = await OpenFile.create(this.#path(name));
    try {
      // Blocks that are there already are all that a flush of a frame has to write: it does not wait for the disk's own journal, nor
      // for what others have in it.
      await file.write(new Uint8Array(bytes));
      await file.flush();
      await flushFolder(this.#folder);
    } catch (error) {
      await file.close().catch(() => {});
      await unlink(this.#path(name)).catch(() => {});
      throw error;
    }
    return new LocalFile(file);
  }

  async read(name: string): Promise<Uint8Array | null> {
    return await unless(['ENOENT'], readFile(this.#path(name)));
  }

  async isThere(name: string): Promise<boolean> {
    return (await lstat(this.#path(name))) !== null;
  }

  async rename(from: string, to: string): Promise<boolean> {
    const renamed = rename(this.#path(from), this.#path(to)).then(() => true);
    return (await unless(['ENOENT'], renamed)) !== null;
  }

  async remove(name: string): Promise<void> {
    await unless(['ENOENT'], unlink(this.#path(name)));
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}

/** Of all that a group of records needs, only its flush waits for a thread. */
class LocalFile implements LogFile {
  readonly #file: OpenFile;

  constructor(file: OpenFile) {
    this.#file = file;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    await this.#file.write(bytes, position);
    await this.#file.flushBytes();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
