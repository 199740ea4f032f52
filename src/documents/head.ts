import type { AuditRecord } from './audit-record.ts';
import type { WrappedKey } from './key-service.ts';
import type { ScanVerdict } from './scanner.ts';

/** The newest format of heads that this program writes, and the only one that it reads. */
export const HEAD_FORMAT = 1;

/** How many versions a document may have. A head of that many is about 3 MB. */
export const MOST_VERSIONS = 5000;

/** How many operations before the last one a head remembers. */
const REMEMBERED_OPERATIONS = 64;

/** All that is known of a document; replaced as a whole by every commit. */
export interface Head {
  readonly format: typeof HEAD_FORMAT;
  readonly tenant: string;
  readonly id: string;
  /** As people see it, such as the name of the file. */
  readonly name: string;
  readonly labels: readonly string[];
  /** The actor's id. */
  readonly owner: string;
  /** `taken`: there is no document, and never will be one under this id. */
  readonly state: 'active' | 'deleted' | 'taken';
  /** ISO 8601, UTC, by the clock of the process that committed. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly deletedAt: string | null;
  /** Oldest first, numbered from 1 without a gap; the last one is the current one. */
  readonly versions: readonly Version[];
  /** Number of this commit, from 1. */
  readonly sequence: number;
  readonly commit: Commit;
  /** Operations of the commits before this one, the latest first. */
  readonly earlier: readonly string[];
}

/** One content that the document has or had. */
export interface Version {
  readonly number: number;
  /** Names the object of its bytes; several versions may share one. */
  readonly content: string;
  readonly key: WrappedKey;
  readonly facts: ContentFacts;
  readonly origin: VersionOrigin;
  readonly createdAt: string;
  /** The actor's id. */
  readonly createdBy: string;
}

/** What was found out about a content while it was written. */
export interface ContentFacts {
  /** Media type, found in the content itself. */
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** `null` for Word documents; missing where nobody looked. */
  readonly pages?: number | null;
  /** What judged that it does no harm. */
  readonly scanned?: ScanVerdict['engine'];
}

/** What only the content itself tells. */
export type FoundFacts = Pick<ContentFacts, 'type' | 'pages' | 'scanned'>;

/** Where a version came from. */
export type VersionOrigin =
  | { readonly kind: 'upload' }
  | { readonly kind: 'restored'; readonly version: number }
  | { readonly kind: 'copied'; readonly document: string; readonly version: number };

/** The act that wrote a head. */
export interface Commit {
  /** `[a-z0-9_-]`, at most 64 characters; the same when the same request is made again. */
  readonly operation: string;
  readonly at: string;
  readonly records: readonly AuditRecord[];
}

/** What an operation changes of a head; the rest stays. */
export type HeadChange = Partial<
  Pick<Head, 'name' | 'labels' | 'owner' | 'state' | 'updatedAt' | 'deletedAt' | 'versions'>
>;

/** The head that follows another one. */
export function nextHead(head: Head, change: HeadChange, commit: Commit): Head {
  const earlier = [head.commit.operation, ...head.earlier].slice(0, REMEMBERED_OPERATIONS);
  return { ...head, ...change, sequence: head.sequence + 1, commit, earlier };
}

/** Whether a head was written by an operation, or by one that came after it. */
export function names(head: Head, operation: string): boolean {
  return head.commit.operation === operation || head.earlier.includes(operation);
}

/** The head as bytes: JSON, keys in base64. */
export function encodeHead(head: Head): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify(head, (_, value: unknown) =>
      value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value,
    ),
  );
}

/** @throws {Error} when the format is not known: a newer program wrote it. */
export function decodeHead(bytes: Uint8Array): Head {
  const head = JSON.parse(new TextDecoder().decode(bytes), (_, value: unknown) =>
    isEncoded(value) ? new Uint8Array(Buffer.from(value.base64, 'base64')) : value,
  ) as Head;
  if (head.format !== HEAD_FORMAT) {
    throw new Error(`A head has the format ${head.format}; this program reads ${HEAD_FORMAT}. Update it.`);
  }
  return head;
}

function isEncoded(value: unknown): value is { readonly base64: string } {
  return typeof value === 'object' && value !== null && 'base64' in value && typeof value.base64 === 'string';
}
