import {
  type BigIntStats,
  closeSync,
  type Dirent,
  fstatSync,
  fsync,
  lstatSync,
  openSync,
  read,
  readdirSync,
  readSync,
  type Stats,
} from 'node:fs';
import { promisify } from 'node:util';

/**
 * Calls that look at what a local disk has in memory as a rule. They take some microseconds, less than having a thread make
 * them: its answer waits for the event loop to come round, behind every upload that is read meanwhile, and one change of a
 * document makes dozens of them. What writes, flushes or reads much goes through the threads.
 */

/** Bytes that are read without a thread. */
const FEW_BYTES = 64 * 1024;

const readLater = promisify(read);
const fsyncLater = promisify(fsync);

export async function lstat(path: string): Promise<Stats> {
  return lstatSync(path);
}

export async function readdir(path: string): Promise<Dirent[]> {
  return readdirSync(path, { withFileTypes: true });
}

/** A file or a folder that was opened for reading. Whoever has it closes it. */
export class OpenFile {
  readonly #descriptor: number;
  #reading: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  static async open(path: string): Promise<OpenFile> {
    return new OpenFile(openSync(path, 'r'));
  }

  stat(): BigIntStats {
    return fstatSync(this.#descriptor, { bigint: true });
  }

  /** @returns how many bytes there were. */
  async read(into: Uint8Array, position: number): Promise<number> {
    if (this.#isClosed) throw new Error('A file was read after it was closed.');
    if (into.length <= FEW_BYTES) return readSync(this.#descriptor, into, 0, into.length, position);
    const reading = readLater(this.#descriptor, into, 0, into.length, position);
    this.#reading = reading.catch(() => {});
    return (await reading).bytesRead;
  }

  async flush(): Promise<void> {
    await fsyncLater(this.#descriptor);
  }

  /** Waits for what is being read; closing twice is closing once. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#reading;
    closeSync(this.#descriptor);
  }
}
