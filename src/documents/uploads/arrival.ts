import { DocumentsError } from '../errors.ts';

/**
 * Bytes that arrive from a client, to be taken in parts. A connection that breaks ends them like any other end: what
 * has arrived by then is worth keeping.
 */
export class Arrival {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #most: number;
  readonly #see: (chunk: Uint8Array) => void;
  #held: Uint8Array | null = null;
  #taken = 0;
  #failure: { readonly reason: unknown } | null = null;

  /** @param most bytes that may come. @param see is shown everything that is taken. */
  constructor(body: AsyncIterable<Uint8Array>, most: number, see: (chunk: Uint8Array) => void = () => {}) {
    this.#chunks = body[Symbol.asyncIterator]();
    this.#most = most;
    this.#see = see;
  }

  /** Why it broke off; `null` when it came to its end, or is still under way. */
  get failure(): { readonly reason: unknown } | null {
    return this.#failure;
  }

  /** Whether there is another byte; waits for it. @throws {DocumentsError} `documents/too-large`. */
  async more(): Promise<boolean> {
    while (this.#held === null || this.#held.byteLength === 0) {
      const next = await this.#next();
      if (next === null) return false;
      this.#held = next;
    }
    if (this.#taken < this.#most) return true;
    throw new DocumentsError('documents/too-large', 'More bytes came than the upload was to have.');
  }

  /** The next bytes, at most so many. @throws {DocumentsError} `documents/too-large`. */
  async *part(size: number): AsyncIterable<Uint8Array> {
    for (let left = size; left > 0 && (await this.more()); ) {
      const held = this.#held ?? new Uint8Array();
      const length = Math.min(left, held.byteLength, this.#most - this.#taken);
      const chunk = held.subarray(0, length);
      this.#held = held.subarray(length);
      this.#taken += length;
      left -= length;
      this.#see(chunk);
      yield chunk;
    }
  }

  /** Takes nothing more. */
  async close(): Promise<void> {
    if (this.#failure === null) await this.#chunks.return?.();
  }

  async #next(): Promise<Uint8Array | null> {
    if (this.#failure !== null) return null;
    try {
      const next = await this.#chunks.next();
      return next.done === true ? null : next.value;
    } catch (reason) {
      this.#failure = { reason };
      return null;
    }
  }
}
