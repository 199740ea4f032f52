/** Bytes that are kept somewhere and can be had in any order. */
export interface ContentSource {
  /** Bytes in all. */
  readonly size: number;
  /** Bytes from `start` up to, but not including, `end`; 0 ≤ `start` ≤ `end` ≤ `size`. */
  readAt(start: number, end: number): Promise<Uint8Array>;
}

/** A source of bytes that are in memory. */
export function sourceOf(bytes: Uint8Array): ContentSource {
  return { size: bytes.byteLength, readAt: async (start, end) => bytes.subarray(start, end) };
}

const BLOCK_BYTES = 64 * 1024;
const MOST_BLOCKS = 16;

/** A place was read that does not exist: what said where to read is wrong, or the end is missing. */
export class OutOfBytes extends Error {
  override readonly name = 'OutOfBytes';
}

/** Reads a source in blocks and remembers the last 1 MiB of them, whatever its size. */
export class SourceReader {
  readonly #source: ContentSource;
  /** By number, the least recently used first. */
  readonly #blocks = new Map<number, Uint8Array>();

  constructor(source: ContentSource) {
    this.#source = source;
  }

  get size(): number {
    return this.#source.size;
  }

  /** @throws {OutOfBytes} when they do not all exist. */
  async bytes(at: number, length: number): Promise<Uint8Array> {
    if (!Number.isSafeInteger(at) || at < 0 || length < 0 || at + length > this.size) {
      throw new OutOfBytes('A file names a place that lies outside of it.');
    }
    if (length > BLOCK_BYTES) return await this.#source.readAt(at, at + length);
    const first = Math.floor(at / BLOCK_BYTES);
    const offset = at - first * BLOCK_BYTES;
    const block = await this.#block(first);
    if (offset + length <= block.length) return block.subarray(offset, offset + length);
    const bytes = new Uint8Array(length);
    const head = block.subarray(offset);
    bytes.set(head);
    bytes.set((await this.#block(first + 1)).subarray(0, length - head.length), head.length);
    return bytes;
  }

  /** As many of the bytes as exist. */
  async upTo(at: number, length: number): Promise<Uint8Array> {
    return await this.bytes(at, Math.max(0, Math.min(length, this.size - at)));
  }

  async view(at: number, length: number): Promise<DataView> {
    const bytes = await this.bytes(at, length);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /**
   * Walks over the bytes in windows that overlap, so that nothing of up to `overlap` bytes is cut in two.
   *
   * @param from where the first window starts.
   */
  async *windows(
    overlap: number,
    from = 0,
  ): AsyncIterable<{ readonly at: number; readonly bytes: Uint8Array }> {
    for (let at = from; at < this.size; at += BLOCK_BYTES) {
      yield { at, bytes: await this.#source.readAt(at, Math.min(at + BLOCK_BYTES + overlap, this.size)) };
    }
  }

  async #block(number: number): Promise<Uint8Array> {
    const known = this.#blocks.get(number);
    this.#blocks.delete(number);
    const start = number * BLOCK_BYTES;
    const block = known ?? (await this.#source.readAt(start, Math.min(start + BLOCK_BYTES, this.size)));
    this.#blocks.set(number, block);
    if (this.#blocks.size > MOST_BLOCKS) {
      const [oldest] = this.#blocks.keys();
      if (oldest !== undefined) this.#blocks.delete(oldest);
    }
    return block;
  }
}
