/**
 * Where bytes are kept: objects under unique names, written whole or not at all, each write under a condition. Shaped by
 * what `documents` needs and kept to what both a folder and an object store can promise.
 *
 * Names are segments of `a-z 0-9 _ -` joined by `/`, at most 200 characters; a method throws `TypeError` on any other.
 * No dots, so that a folder can hold an object and a prefix of the same name, and nothing can climb out of it.
 *
 * Every method throws `OutsideError` when the store does not answer as it should; only `write`, `delete` and `purge` are
 * ever `unclear`.
 */
export interface BlobStore {
  /**
   * Writes an object under a condition. When the promise resolves with what was written, the bytes survive a crash of
   * the machine; a reader sees either nothing of this write or all of it. A body that throws while it is read leaves
   * nothing behind, and the error is passed on.
   *
   * @returns what was written, or `null` when the condition does not hold (nothing is changed then).
   */
  write(name: string, body: BlobBody, options: WriteOptions): Promise<BlobInfo | null>;
  /** What is known of an object, without its bytes; `null` when there is none. */
  stat(name: string): Promise<BlobInfo | null>;
  /**
   * The object's bytes as a stream, or `null`. A stream that is not read to its end must be cancelled. It fails with
   * `damaged` when the store itself notices that the bytes are not those that were written.
   *
   * @throws {RangeError} when the range does not lie within the object.
   */
  read(name: string, options?: ReadOptions): Promise<StoredBlob | null>;
  /**
   * Removes an object. Where generations are kept the removed one becomes an earlier one.
   *
   * @param ifGeneration removes only this generation.
   * @returns whether something was removed.
   */
  delete(name: string, ifGeneration?: string): Promise<boolean>;
  /** Every object whose name starts with `prefix`, ordered by name, from behind `after` on. For sweeps; never on a request's way. */
  list(prefix: string, after?: string): AsyncIterable<BlobInfo>;
  /** Resolves when objects can be written and read. @throws {OutsideError} when they cannot. */
  probe(): Promise<void>;
}

/** A store that keeps what is overwritten or removed, until it is purged. */
export interface VersionedBlobStore extends BlobStore {
  /** Every generation that is kept of an object, the current one included, from the oldest on. */
  generations(name: string): AsyncIterable<BlobInfo>;
  /** Removes every generation of an object for good. @returns how many there were. */
  purge(name: string): Promise<number>;
  /** Removes earlier generations of an object for good, never the current one. @returns how many went. */
  prune(name: string, rule: PruneRule): Promise<number>;
}

/** Which earlier generations may go: those for which both holds. */
export interface PruneRule {
  /** So many newer ones are kept, removals counted too. */
  readonly newest: number;
  /** They were written before this moment, in milliseconds since 1970. */
  readonly before: number;
}

export type BlobBody = Uint8Array | AsyncIterable<Uint8Array>;

/** The condition that there is no current object under the name. */
export const ABSENT = '0';

export interface WriteOptions {
  /** The generation that the current object must have, or `ABSENT`. */
  readonly ifGeneration: string;
  readonly attributes?: BlobAttributes;
}

export interface ReadOptions {
  /** A kept generation, of a store that keeps them; the current one by default. */
  readonly generation?: string;
  readonly range?: ByteRange;
}

/** Bytes from `start` up to, but not including, `end`; `start` < `end` ≤ the object's size. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Small facts kept with an object: media type, expiry, hash. Keys `[a-z0-9]`, values without control characters, 1 KiB in all. */
export type BlobAttributes = Readonly<Record<string, string>>;

export interface BlobInfo {
  readonly name: string;
  /** Bytes of the whole object, also where a range was read. */
  readonly size: number;
  /** Decimal number, greater than that of any earlier object under the same name. */
  readonly generation: string;
  readonly attributes: BlobAttributes;
}

export interface StoredBlob extends BlobInfo {
  readonly body: ReadableStream<Uint8Array>;
}
