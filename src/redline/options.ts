/** Ceilings on what one input may hold; passing one is `limits/exceeded`. */
export interface Limits {
  /** Bytes of the file as uploaded. */
  readonly compressedBytes: number;
  /** Bytes of all entries inflated. */
  readonly uncompressedBytes: number;
  /** Bytes of one XML part inflated. */
  readonly xmlPartBytes: number;
  /** Inflated to compressed size of one entry, checked beyond 1 MiB inflated. */
  readonly ratio: number;
  readonly entries: number;
  /** Depth of element nesting. */
  readonly xmlDepth: number;
}

export const DEFAULT_LIMITS: Limits = {
  compressedBytes: 50 * 1024 * 1024,
  uncompressedBytes: 512 * 1024 * 1024,
  xmlPartBytes: 64 * 1024 * 1024,
  ratio: 200,
  entries: 10_000,
  xmlDepth: 512,
};

export interface CompareOptions {
  /** `w:author` of every revision. */
  readonly author: string;
  /** `w:date` of every revision, ISO 8601 in UTC to the second; `null` writes none. */
  readonly date: string | null;
  readonly limits: Limits;
}

export const DEFAULT_AUTHOR = 'Redline';
