/**
 * Where bytes are kept: immutable objects under unique names. Shaped by what `documents` needs and kept to what both
 * a folder and an object store can promise.
 *
 * Names are segments of `a-z 0-9 _ -` joined by `/`, at most 200 characters; a method throws `TypeError` on any other.
 * No dots, so that a folder can hold an object and a prefix of the same name, and nothing can climb out of it.
 */
export interface BlobStore {
  /**
   * Writes an object that must not exist yet. When the promise resolves, the bytes survive a crash of the machine;
   * a reader sees either nothing or all of it.
   *
   * @returns what was written, or `null` when the name is taken (nothing is changed then).
   */
  create(name: string, body: Uint8Array, attributes: BlobAttributes): Promise<BlobInfo | null>;
  /** What is known of an object, without its bytes; `null` when there is none. */
  stat(name: string): Promise<BlobInfo | null>;
  /** The object's bytes as a stream, or `null`. A stream that is not read to its end must be cancelled. */
  read(name: string): Promise<StoredBlob | null>;
  /** Removes an object. @returns whether there was one. */
  delete(name: string): Promise<boolean>;
  /** Every object whose name starts with `prefix`, ordered by name. Objects that vanish meanwhile are left out. */
  list(prefix: string): AsyncIterable<BlobInfo>;
  /** Resolves when objects can be written and read. @throws when they cannot. */
  probe(): Promise<void>;
}

/** Small facts kept with an object: media type, expiry, hash. Keys `[a-z0-9]`, values without control characters. */
export type BlobAttributes = Readonly<Record<string, string>>;

export interface BlobInfo {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Decimal number, greater than that of any earlier object under the same name. */
  readonly generation: string;
  readonly attributes: BlobAttributes;
}

export interface StoredBlob extends BlobInfo {
  readonly body: ReadableStream<Uint8Array>;
}
