/** What is held of a stream of which little is asked: most objects are small, and a large buffer for each is garbage. */
const SMALL_BYTES = 4096;

/** Reads a stream of bytes in pieces of asked sizes, however it comes in; holds one piece. */
export class PieceReader {
  readonly #source: AsyncIterator<Uint8Array> | Iterator<Uint8Array>;
  #buffer: Uint8Array;
  readonly #longest: number;
  /** What came in and was not taken. */
  #rest: Uint8Array = new Uint8Array(0);
  #ended = false;

  /** @param longest bytes of the longest piece that will be taken. */
  constructor(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, longest: number) {
    this.#source =
      Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
    this.#buffer = new Uint8Array(Math.min(longest, SMALL_BYTES));
    this.#longest = longest;
  }

  /** The next bytes, fewer than asked only at the end; valid until the next piece is taken. */
  async take(size: number): Promise<Uint8Array> {
    let filled = 0;
    while (filled < size && !(await this.atEnd())) {
      const part = this.#rest.subarray(0, size - filled);
      if (filled + part.length > this.#buffer.length) this.#grow(filled);
      this.#buffer.set(part, filled);
      this.#rest = this.#rest.subarray(part.length);
      filled += part.length;
    }
    return this.#buffer.subarray(0, filled);
  }

  /** @param filled bytes of the buffer that are needed. */
  #grow(filled: number): void {
    const larger = new Uint8Array(this.#longest);
    larger.set(this.#buffer.subarray(0, filled));
    this.#buffer = larger;
  }

  /** Whether every byte was taken; waits for the next one to know. */
  async atEnd(): Promise<boolean> {
    while (this.#rest.length === 0 && !this.#ended) {
      const next = await this.#source.next();
      if (next.done === true) this.#ended = true;
      else this.#rest = next.value;
    }
    return this.#ended && this.#rest.length === 0;
  }

  /** Lets go of a stream that was not read to its end. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#source.return?.();
    this.#ended = true;
  }
}
