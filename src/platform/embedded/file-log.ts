import type { KeptRecord, RecordLog } from '../../audit/index.ts';
import { type Clock, OutsideError, type RandomBytes } from '../../kit/index.ts';
import { attempt, damaged } from './disk.ts';
import type { LogDisk, LogFile } from './log-folder.ts';
import { decodeFrames, encodeFrame, type Frame } from './log-frames.ts';

/** Of one file: some thousand records. */
const FILE_BYTES = 1024 * 1024;
/** Characters of records that are written together. */
const MOST_TOGETHER = 256 * 1024;
/** Files that one group of records is tried in, one after the other. */
const MOST_TRIES = 5;
const NAME = /^([0-9]{15})-[0-9a-f]{16}[.]log$/;
/** A file to which nothing was added for so long gets a frame without records when its process looks for what was left. */
const SILENT_MS = 2500;
/** Stands among what is left of a file for what nobody can read: it stays, and is told again. */
const UNREADABLE = -1;

export interface FileLogOptions {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Of one file; 1 MiB by default. */
  readonly fileBytes?: number;
}

interface Waiting {
  readonly record: Frame['records'][number];
  readonly done: (name: string) => void;
  readonly failed: (error: unknown) => void;
}

/** A file of this process: one that it made, or took over. */
interface OwnFile {
  readonly name: string;
  /** Open for as long as it is written. */
  readonly file: LogFile | null;
  readonly bytes: number;
  /** Where the next frame goes. */
  end: number;
  /** When the last frame was added; milliseconds since 1970. */
  addedAt: number;
  /** Records in it. */
  count: number;
  /** Those that were acknowledged and not removed. */
  readonly left: Set<number>;
}

/**
 * Records in files that are appended to: each process has its own, and flushes what comes while it flushes together, so that many records
 * are two calls of the operating system. A file goes when all of its records are removed. See decision 0150.
 *
 * A file that nothing was added to for long, whoever made it, is taken over under another name by who looks for what was left.
 * Its process may only sleep: after each flush it looks whether its file is still there, and writes again elsewhere what is not. So
 * whoever takes a file over reads all that was acknowledged in it.
 */
export class FileLog implements RecordLog {
  readonly #disk: LogDisk;
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  readonly #fileBytes: number;
  readonly #files = new Map<string, OwnFile>();
  #waiting: Waiting[] = [];
  #isWriting = false;
  #writing = Promise.resolve();
  #current: OwnFile | null = null;
  /** Made while the current one is filled. */
  #next: Promise<OwnFile | null> | null = null;

  constructor(disk: LogDisk, { clock, random, fileBytes = FILE_BYTES }: FileLogOptions) {
    this.#disk = disk;
    this.#fileBytes = fileBytes;
    this.#clock = clock;
    this.#random = random;
  }

  append(tenant: string, text: string): Promise<string> {
    return new Promise((done, failed) => {
      this.#waiting.push({ record: [tenant, text], done, failed });
      if (!this.#isWriting) this.#writing = this.#writeAll();
    });
  }

  async *left(before: number): AsyncIterable<KeptRecord> {
    const file = this.#current;
    const isSilent = file !== null && this.#clock() - file.addedAt >= SILENT_MS;
    if (isSilent && !this.#isWriting) {
      this.#writing = this.#showLife(file);
      await this.#writing;
    }
    for (const file of [...this.#files.values()]) yield* this.#leftIn(file, before);
    for (const name of await attempt(() => this.#disk.names())) {
      if (!NAME.test(name) || this.#files.has(name)) continue;
      const taken = await this.#takeOver(name, before);
      if (taken !== null) yield* this.#leftIn(taken, Number.POSITIVE_INFINITY);
    }
    const isDamaged = [...this.#files.values()].some(({ left }) => left.has(UNREADABLE));
    if (isDamaged) throw damaged('A file of the outbox is not what was written.');
  }

  async remove(name: string): Promise<void> {
    const [id = '', number = ''] = name.split(':');
    const file = this.#files.get(id);
    file?.left.delete(Number(number));
    if (file !== undefined) await this.#discardEmpty(file);
  }

  /** Ends what is under way, and leaves nothing behind that holds no records. */
  async close(): Promise<void> {
    await this.#writing;
    const next = await this.#next;
    this.#next = null;
    if (next !== null) await this.#retire(next);
    if (this.#current !== null) await this.#retire(this.#current);
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    // What is asked for in the same turn comes along.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      try {
        const { file, first } = await this.#writeGroup(group.map(({ record }) => record));
        for (const [at, { done }] of group.entries()) done(`${file.name}:${first + at}`);
      } catch (error) {
        for (const { failed } of group) failed(error);
      }
    }
    // In the same turn in which nothing was waiting: what comes from now on begins anew.
    this.#isWriting = false;
  }

  /** Whoever looks for what was left of others sees by it that this process is there. */
  async #showLife(file: OwnFile): Promise<void> {
    this.#isWriting = true;
    const frame = encodeFrame({ at: this.#clock(), records: [] });
    const { end } = file;
    if (end + frame.length <= file.bytes) {
      file.end += frame.length;
      file.addedAt = this.#clock();
      await this.#writeFrame(file, frame, end).catch(() => {});
    }
    // What came meanwhile.
    await this.#writeAll();
  }

  #takeGroup(): Waiting[] {
    let length = 0;
    const end = this.#waiting.findIndex(({ record: [, text] }, at) => {
      length += text.length;
      return at > 0 && length > MOST_TOGETHER;
    });
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
  }

  /** @returns where the records are, and the number of the first of them. */
  async #writeGroup(records: Frame['records']): Promise<{ file: OwnFile; first: number }> {
    const frame = encodeFrame({ at: this.#clock(), records });
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const file = await this.#fileFor(frame.length);
      const { count: first, end } = file;
      file.end += frame.length;
      file.count += records.length;
      file.addedAt = this.#clock();
      if (await this.#writeFrame(file, frame, end)) {
        for (let at = 0; at < records.length; at += 1) file.left.add(first + at);
        return { file, first };
      }
    }
    throw new OutsideError('BlobStore', 'unavailable', 'Every file of the outbox was taken away.');
  }

  /** @returns false when somebody took the file over, maybe before the frame was in it. */
  async #writeFrame(file: OwnFile, frame: Uint8Array, position: number): Promise<boolean> {
    let isOurs = false;
    try {
      await attempt(async () => await file.file?.write(frame, position));
      isOurs = await attempt(() => this.#disk.isThere(file.name));
      return isOurs;
    } finally {
      // Of what failed nobody knows how much is there: nothing may follow it.
      if (!isOurs) await this.#retire(file);
    }
  }

  /** The file that is written, with room for so many bytes. */
  async #fileFor(bytes: number): Promise<OwnFile> {
    if (this.#current !== null && this.#current.end + bytes > this.#current.bytes) {
      await this.#retire(this.#current);
    }
    if (this.#current === null) {
      const next = await this.#next;
      this.#next = null;
      this.#current = next !== null && next.bytes >= bytes ? next : null;
      if (next !== null && this.#current === null) await this.#retire(next);
      this.#current ??= await this.#create(Math.max(this.#fileBytes, bytes));
    }
    if (this.#current.end > this.#current.bytes / 2)
      this.#next ??= this.#create(this.#fileBytes).catch(() => null);
    return this.#current;
  }

  async #create(bytes: number): Promise<OwnFile> {
    const name = this.#newName(this.#clock());
    const own = { name, bytes, end: 0, addedAt: this.#clock(), count: 0, left: new Set<number>() };
    // Known before it is there: who looks for what was left must not take it for another's.
    this.#files.set(name, { ...own, file: null });
    try {
      const made = { ...own, file: await attempt(() => this.#disk.create(name, bytes)) };
      this.#files.set(name, made);
      return made;
    } catch (error) {
      this.#files.delete(name);
      throw error;
    }
  }

  /** Writes nothing more to a file. */
  async #retire(file: OwnFile): Promise<void> {
    if (this.#current === file) this.#current = null;
    await file.file?.close().catch(() => {});
    await this.#discardEmpty(file).catch(() => {});
  }

  async #discardEmpty(file: OwnFile): Promise<void> {
    if (file.left.size > 0 || file === this.#current || file === (await this.#next)) return;
    this.#files.delete(file.name);
    await attempt(() => this.#disk.remove(file.name));
  }

  async *#leftIn(file: OwnFile, before: number): AsyncIterable<KeptRecord> {
    if (file.left.size === 0) return;
    const bytes = await attempt(() => this.#disk.read(file.name));
    if (bytes === null) {
      // Somebody else took it over, and what is in it.
      file.left.clear();
      await this.#retire(file);
      return;
    }
    let number = 0;
    for (const { at, records } of decodeFrames(bytes).frames) {
      for (const [tenant, text] of records) {
        const isLeft = file.left.has(number) && at < before;
        if (isLeft) yield { name: `${file.name}:${number}`, tenant, text };
        number += 1;
      }
    }
  }

  /** @returns `null` when something was added to it lately, or it went to somebody else. */
  async #takeOver(name: string, before: number): Promise<OwnFile | null> {
    const seen = await attempt(() => this.#disk.read(name));
    const begun = Number(NAME.exec(name)?.[1]);
    if (seen === null || Math.max(begun, decodeFrames(seen).frames.at(-1)?.at ?? 0) >= before) return null;
    const own = this.#newName(begun);
    const file = {
      name: own,
      file: null,
      bytes: 0,
      end: 0,
      addedAt: begun,
      count: 0,
      left: new Set<number>(),
    };
    this.#files.set(own, file);
    const isTaken = await attempt(() => this.#disk.rename(name, own)).catch((error: unknown) => {
      this.#files.delete(own);
      throw error;
    });
    if (!isTaken) this.#files.delete(own);
    if (!isTaken) return null;
    // Only now nobody adds to it.
    const { frames, isDamaged } = decodeFrames(
      (await attempt(() => this.#disk.read(own))) ?? new Uint8Array(),
    );
    const count = frames.reduce((sum, { records }) => sum + records.length, 0);
    for (let number = 0; number < count; number += 1) file.left.add(number);
    if (isDamaged) file.left.add(UNREADABLE);
    await this.#discardEmpty(file);
    return file;
  }

  #newName(at: number): string {
    return `${String(Math.floor(at)).padStart(15, '0')}-${Buffer.from(this.#random(8)).toString('hex')}.log`;
  }
}
