import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, link, mkdir, open, readdir, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { BlobAttributes, BlobInfo, BlobStore, StoredBlob } from '../../documents/index.ts';
import { decodeHeader, encodeHeader, type Header, PREAMBLE_BYTES } from './blob-file.ts';

const SUFFIX = '.blob';
/** The names that the port allows: no dot, so nothing can climb out of the folder or meet a suffix. */
const NAME = /^(?=.{1,200}$)[a-z0-9_-]+(?:\/[a-z0-9_-]+)*$/;
const PREFIX = /^[a-z0-9_/-]*$/;
/** An unfinished write older than this was left behind by a process that is gone. */
const ABANDONED_AFTER_MS = 3_600_000;
/** How often a write starts again because the folder it aimed at was removed with its last object. */
const FOLDER_RETRIES = 5;

/**
 * Objects as files: `a/b` is `objects/a/b.blob`. A write goes to a file of its own, is flushed, and appears under its
 * name by `link`, which unlike `rename` fails when the name is taken: that is the conditional create, also between
 * processes. Files are readable by their owner only.
 */
export class DirectoryBlobStore implements BlobStore {
  readonly #objects: string;
  readonly #unfinished: string;
  #lastGeneration = 0n;

  private constructor(root: string) {
    this.#objects = join(root, 'objects');
    this.#unfinished = join(root, 'unfinished');
  }

  /** Makes the folders where they are missing and clears what a crashed process left half written. */
  static async open(root: string): Promise<DirectoryBlobStore> {
    const store = new DirectoryBlobStore(root);
    await mkdir(store.#objects, { recursive: true, mode: 0o700 });
    await mkdir(store.#unfinished, { recursive: true, mode: 0o700 });
    await store.#clearAbandoned();
    return store;
  }

  async create(name: string, body: Uint8Array, attributes: BlobAttributes): Promise<BlobInfo | null> {
    const path = this.#path(name);
    const header: Header = { generation: this.#nextGeneration(), attributes };
    const draft = join(this.#unfinished, randomBytes(16).toString('hex'));
    try {
      await writeDurably(draft, encodeHeader(header), body);
      if (!(await publish(draft, path))) return null;
    } finally {
      await unlink(draft).catch(ignoreMissing);
    }
    await flushFolders(dirname(path), this.#objects);
    return { name, size: body.byteLength, ...header };
  }

  async stat(name: string): Promise<BlobInfo | null> {
    const opened = await openBlob(this.#path(name));
    if (opened === null) return null;
    await opened.file.close();
    return { name, size: opened.size, ...opened.header };
  }

  async read(name: string): Promise<StoredBlob | null> {
    const opened = await openBlob(this.#path(name));
    if (opened === null) return null;
    const bytes = opened.file.createReadStream({ start: opened.start });
    const body = Readable.toWeb(bytes) as ReadableStream<Uint8Array>;
    return { name, size: opened.size, ...opened.header, body };
  }

  async delete(name: string): Promise<boolean> {
    const path = this.#path(name);
    try {
      await unlink(path);
    } catch (error) {
      ignoreMissing(error);
      return false;
    }
    await flushFolder(dirname(path)).catch(ignoreMissing);
    await this.#removeEmpty(dirname(path));
    return true;
  }

  async *list(prefix: string): AsyncIterable<BlobInfo> {
    if (!PREFIX.test(prefix)) throw new TypeError('Not a prefix of names of blobs.');
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    for (const name of await this.#names(folder, prefix)) {
      const info = await this.stat(name);
      if (info !== null) yield info;
    }
  }

  async probe(): Promise<void> {
    const draft = join(this.#unfinished, randomBytes(16).toString('hex'));
    const file = await open(draft, 'wx', 0o600);
    await file.close();
    await unlink(draft);
  }

  #path(name: string): string {
    if (!NAME.test(name)) throw new TypeError('Not a name of a blob.');
    return join(this.#objects, `${name}${SUFFIX}`);
  }

  /** Microseconds since 1970, moved on where two writes meet, so that generations also grow over restarts. */
  #nextGeneration(): string {
    const now = BigInt(Date.now()) * 1000n;
    this.#lastGeneration = now > this.#lastGeneration ? now : this.#lastGeneration + 1n;
    return String(this.#lastGeneration);
  }

  async #names(folder: string, prefix: string): Promise<string[]> {
    const entries = await readdir(join(this.#objects, folder), {
      recursive: true,
      withFileTypes: true,
    }).catch((error: unknown) => {
      ignoreMissing(error);
      return [];
    });
    const root = this.#objects.length + 1;
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith(SUFFIX))
      .map((entry) => join(entry.parentPath, entry.name).slice(root, -SUFFIX.length))
      .map((path) => path.replaceAll('\\', '/'))
      .filter((name) => name.startsWith(prefix))
      .sort();
  }

  async #removeEmpty(folder: string): Promise<void> {
    for (let at = folder; at.length > this.#objects.length; at = dirname(at)) {
      try {
        await rmdir(at);
      } catch {
        return; // Not empty, or already gone: either way there is nothing more to tidy.
      }
    }
  }

  async #clearAbandoned(): Promise<void> {
    for (const entry of await readdir(this.#unfinished)) {
      const path = join(this.#unfinished, entry);
      const facts: Stats | null = await stat(path).catch(() => null);
      if (facts !== null && facts.mtimeMs < Date.now() - ABANDONED_AFTER_MS) {
        await unlink(path).catch(ignoreMissing);
      }
    }
  }
}

interface OpenedBlob {
  readonly file: FileHandle;
  readonly header: Header;
  /** Offset of the first byte of the object in its file. */
  readonly start: number;
  readonly size: number;
}

async function openBlob(path: string): Promise<OpenedBlob | null> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    ignoreMissing(error);
    return null;
  }
  try {
    const { size } = await file.stat();
    const preamble = await readExactly(file, 0, PREAMBLE_BYTES);
    const { header, start } = await decodeHeader(preamble, (length) =>
      readExactly(file, PREAMBLE_BYTES, length),
    );
    return { file, header, start, size: size - start };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readExactly(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  if (bytesRead < length) throw new Error('A stored object is shorter than its header says.');
  return bytes;
}

async function writeDurably(path: string, ...pieces: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for (const piece of pieces) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Gives a finished draft its name. @returns false when the name is taken. */
async function publish(draft: string, path: string): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    try {
      await link(draft, path);
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      if (codeOf(error) !== 'ENOENT' || attempt === FOLDER_RETRIES) throw error;
    }
  }
}

/** A new name survives a crash only when the folders that lead to it are flushed too. */
async function flushFolders(folder: string, root: string): Promise<void> {
  for (let at = folder; at.length >= root.length; at = dirname(at)) {
    await flushFolder(at).catch(ignoreMissing);
  }
}

async function flushFolder(folder: string): Promise<void> {
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
