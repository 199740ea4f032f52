import { type Member, subjectOfActor } from '../access/index.ts';
import { OutsideError } from '../kit/index.ts';
import type { AuditRecord } from './audit-record.ts';
import { decodeBinaryJson, encodeBinaryJson } from './binary-json.ts';
import type { WrappedKey } from './key-service.ts';
import type { CommitLease, HeadFences } from './leases/fences.ts';
import type { DerivedKind, RedlineKind } from './made-kinds.ts';
import type { ScanVerdict } from './scanner.ts';

/**
 * The format of heads that this program writes; it reads the older ones too. 2: heads may be those of redlines. 3: earlier
 * versions may stand in pages. 4: documents have members.
 */
export const HEAD_FORMAT = 4;

/** How many versions a document may have. */
export const MOST_VERSIONS = 1_000_000;

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
  /** Id of the first of its owners. */
  readonly owner: string;
  /** Who may do what with it, at least one owner among them; none of redlines, which belong to their document. */
  readonly members: readonly Member[];
  /** `taken`: there is no document, and never will be one under this id. */
  readonly state: 'active' | 'deleted' | 'taken';
  /** ISO 8601, UTC, by the clock of the process that committed. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly deletedAt: string | null;
  /** What it compares, where it is a redline of a document; `null` for documents. */
  readonly redline: RedlineFacts | null;
  /** The latest ones, oldest first, numbered from 1 without a gap; the last one is the current one. */
  readonly versions: readonly Version[];
  /**
   * Where the versions before them are, level by level: pages of versions, pages of such pages, and so on, each level
   * oldest first and older than the one before it.
   */
  readonly older: readonly (readonly PageRef[])[];
  /** Bytes of all contents that are kept of it, as they were sent; those of `versions` where it is missing. */
  readonly bytes?: number;
  /** Generation of the links: those of an earlier one were revoked. 0 where it is missing. */
  readonly links?: number;
  /** Links that were alive and not revoked when one was last made or revoked; none where it is missing. */
  readonly shared?: readonly SharedLink[];
  /** Where it came from, of what was imported. */
  readonly imported?: ImportedFrom;
  /** As long as it is there nothing of the document is deleted, whoever asks. */
  readonly hold?: Hold | null;
  /** That it is to be deleted, found by a sweep. */
  readonly mark?: RetentionMark | null;
  /** Of leases under which it was committed; none where it is missing. */
  readonly fences?: HeadFences;
  /** Number of this commit, from 1. */
  readonly sequence: number;
  readonly commit: Commit;
  /** Operations of the commits before this one, the latest first. */
  readonly earlier: readonly string[];
}

/** A document of another installation, or of another tenant, as an archive said it. */
export interface ImportedFrom {
  readonly tenant: string;
  readonly id: string;
  /** The id of the export. */
  readonly archive: string;
}

/** What is known of a link: all but the link itself. */
export interface SharedLink {
  readonly id: string;
  /** `null`: whichever is current when it is used. */
  readonly version: number | null;
  readonly inline: boolean;
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
  readonly createdAt: string;
  /** The actor's id. */
  readonly createdBy: string;
}

/** A legal hold. */
export interface Hold {
  /** In the words of whoever set it: what it is for, such as the number of a case. */
  readonly reason: string;
  readonly setAt: string;
  /** The actor's id. */
  readonly setBy: string;
}

/** That the time of a document is over, as a sweep found it. */
export interface RetentionMark {
  readonly markedAt: string;
  /** From when on the rules had it deleted, and by which one. */
  readonly deleteAfter: string;
  readonly rule: string;
  /** Of the tenant's rules then. */
  readonly rulesVersion: number;
}

/** A content that is stored. */
export interface StoredContent {
  /** Names the object of its bytes; several versions may share one. */
  readonly content: string;
  readonly key: WrappedKey;
  readonly facts: ContentFacts;
}

/** One content that the document has or had. */
export interface Version extends StoredContent {
  readonly number: number;
  readonly origin: VersionOrigin;
  /** What the operation said that made it, as JSON: a content of its own. */
  readonly result?: StoredContent;
  readonly createdAt: string;
  /** The actor's id. */
  readonly createdBy: string;
}

/** An immutable page of versions, or of pages of them. */
export interface PageRef {
  readonly id: string;
  /** Numbers of the versions in it, or below it. */
  readonly first: number;
  readonly last: number;
  readonly key: WrappedKey;
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
  | { readonly kind: 'copied'; readonly document: string; readonly version: number }
  /** Made by the engine; of the version before it, or of those that the redline names. */
  | { readonly kind: DerivedKind | RedlineKind; readonly counts: Readonly<Record<string, number>> };

/** What a redline shows: the same for all its versions, whatever becomes of them. */
export interface RedlineFacts {
  /** The document that it is kept with: who may read that may read it. */
  readonly document: string;
  readonly kind: RedlineKind;
  readonly original: ComparedContent;
  /** One that was compared, or copies that were combined. */
  readonly modified: readonly ComparedContent[];
  /** Of the engine, every one of them. */
  readonly options: object;
  /** What was found, by the engine's own names. */
  readonly summary: object;
}

/** What a redline was made of, pinned by its hash. */
export interface ComparedContent {
  /** `null` for bytes that came with the request and are not kept. */
  readonly document: string | null;
  readonly version: number | null;
  readonly name: string;
  readonly sha256: string;
}

/** The act that wrote a head. */
export interface Commit {
  /** `[a-z0-9_-]`, at most 64 characters; the same when the same request is made again. */
  readonly operation: string;
  readonly at: string;
  readonly records: readonly AuditRecord[];
  /** Under which it was made. */
  readonly lease?: CommitLease;
}

/** What an operation changes of a head; the rest stays. */
export type HeadChange = Partial<
  Pick<
    Head,
    | 'name'
    | 'labels'
    | 'owner'
    | 'members'
    | 'state'
    | 'updatedAt'
    | 'deletedAt'
    | 'versions'
    | 'older'
    | 'links'
    | 'shared'
    | 'hold'
    | 'mark'
    | 'fences'
  >
>;

/** The head that follows another one. */
export function nextHead(head: Head, change: HeadChange, commit: Commit): Head {
  const earlier = [head.commit.operation, ...head.earlier].slice(0, REMEMBERED_OPERATIONS);
  const last = head.versions.at(-1)?.number ?? 0;
  const bytes = keptBytes(head) + bytesOf((change.versions ?? []).filter(({ number }) => number > last));
  return { ...head, ...change, bytes, sequence: head.sequence + 1, commit, earlier };
}

/** Bytes of all contents that are kept of a document, as they were sent. */
export function keptBytes(head: Head): number {
  return head.bytes ?? bytesOf(head.versions);
}

/** A version that was restored has the content of another one. */
function bytesOf(versions: readonly Version[]): number {
  return versions.reduce(
    (sum, { origin, facts, result }) =>
      sum + (origin.kind === 'restored' ? 0 : facts.size) + (result?.facts.size ?? 0),
    0,
  );
}

/** Whether a head was written by an operation, or by one that came after it. */
export function names(head: Head, operation: string): boolean {
  return head.commit.operation === operation || head.earlier.includes(operation);
}

/** The head as bytes: JSON, keys in base64. */
export function encodeHead(head: Head): Uint8Array {
  return encodeBinaryJson(head);
}

/** @throws {OutsideError} `refused` when the format is not known: a newer release wrote it. */
export function decodeHead(bytes: Uint8Array): Head {
  const stored = decodeBinaryJson(bytes) as StoredForm;
  switch (stored.format) {
    case 1:
      return { ...stored, ...withOwner(stored), redline: null, older: [] };
    case 2:
      return { ...stored, ...withOwner(stored), older: [] };
    case 3:
      return { ...stored, ...withOwner(stored) };
    case HEAD_FORMAT:
      return stored;
    default: {
      const { format } = stored as { readonly format: number };
      throw new OutsideError(
        'BlobStore',
        'refused',
        `A head has the format ${format}; this program reads up to ${HEAD_FORMAT}. Update it.`,
      );
    }
  }
}

/** Who kept a document owned it, before there were members. */
function withOwner({
  owner,
  state,
  createdAt,
  ...rest
}: Pick<Head, 'owner' | 'state' | 'createdAt'> & { readonly redline?: RedlineFacts | null }): Pick<
  Head,
  'format' | 'members'
> {
  const format = HEAD_FORMAT;
  if (state === 'taken' || (rest.redline ?? null) !== null) return { format, members: [] };
  const subject = subjectOfActor(owner);
  return {
    format,
    members: [{ subject, role: 'owner', expiresAt: null, addedAt: createdAt, addedBy: owner }],
  };
}

/** Heads as they may be stored. Those of format 1 are of documents; those before 3 hold all their versions. */
type StoredForm =
  | Head
  | (Omit<Head, 'format' | 'members'> & { readonly format: 3 })
  | (Omit<Head, 'format' | 'members' | 'older'> & { readonly format: 2 })
  | (Omit<Head, 'format' | 'members' | 'older' | 'redline'> & { readonly format: 1 });
