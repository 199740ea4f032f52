import { announcedSince, type FoundAnnouncement, minuteOf } from './announcements.ts';
import type { AuditRecord } from './audit-record.ts';
import type { VersionedBlobStore } from './blob-store.ts';
import type { Head } from './head.ts';
import type { HeadStore } from './head-store.ts';

/** How far clocks of processes may be apart. */
const SKEW_MS = 15 * 60_000;

/** What one commit says of itself. */
export interface CommitRecords {
  readonly tenant: string;
  /** The head that it wrote: of a document or a redline. */
  readonly object: string;
  /** The document itself, or the one that the redline is kept with. */
  readonly document: string;
  readonly operation: string;
  /** Commits of an object are numbered from 1. */
  readonly number: number;
  /** The operation of the commit before; `null` for the first. */
  readonly before: string | null;
  readonly records: readonly AuditRecord[];
}

/** A commit that was announced, and where. */
export interface AnnouncedCommit {
  /** Of the announcement; for `forget`. */
  readonly name: string;
  /** When it was announced, to the minute; milliseconds since 1970. */
  readonly announcedAt: number;
  readonly tenant: string;
  readonly object: string;
  readonly operation: string;
}

export function recordsOf(head: Head): CommitRecords {
  const { tenant, id, commit, sequence, earlier } = head;
  const document = head.redline?.document ?? id;
  const { operation, records } = commit;
  return {
    tenant,
    ...{ object: id, document, operation, number: sequence, before: earlier[0] ?? null, records },
  };
}

/** The audit records of commits, found in the heads that they wrote. Throws `OutsideError`. */
export class CommitHistory {
  readonly #store: VersionedBlobStore;
  readonly #heads: HeadStore;

  constructor(store: VersionedBlobStore, heads: HeadStore) {
    this.#store = store;
    this.#heads = heads;
  }

  /** What was announced from the position on, and the position to go on from. @param position `null`: from the beginning. */
  async announced(
    position: string | null,
    now: number,
  ): Promise<{ readonly commits: readonly AnnouncedCommit[]; readonly position: string }> {
    const { announcements, position: next } = await announcedSince(this.#store, position, now);
    return { commits: announcements.map(commitOf), position: next };
  }

  /** What was announced since the minute of a moment. @param since milliseconds since 1970. */
  async announcedLately(since: number): Promise<readonly AnnouncedCommit[]> {
    const { announcements } = await announcedSince(this.#store, minuteOf(since), since);
    return announcements.map(commitOf);
  }

  /** Removes an announcement that nobody needs any more. */
  async forget({ name }: AnnouncedCommit): Promise<void> {
    await this.#store.purge(name);
  }

  /** A commit by its number; `null` when there is none, or its head is kept no more. */
  async numbered(tenant: string, object: string, number: number): Promise<CommitRecords | null> {
    const head = await this.#heads.numbered(tenant, object, number);
    return head === null ? null : recordsOf(head);
  }

  /**
   * What an announced operation committed. `null`: nothing until now. `superseded`: nothing, and it never will, as others have
   * committed since and whoever announced it holds a generation that no longer is.
   */
  async announcedRecords(announced: AnnouncedCommit): Promise<CommitRecords | 'superseded' | null> {
    const { tenant, object, operation, announcedAt } = announced;
    const current = await this.#heads.read(tenant, object);
    if (current === null) return null;
    let head: Head | null = current.head;
    while (head !== null) {
      if (head.commit.operation === operation) return recordsOf(head);
      const place = head.earlier.indexOf(operation);
      // Each head names those before it, so that few are read.
      const number: number = head.sequence - 1 - (place < 0 ? head.earlier.length : place);
      head = number < 1 ? null : await this.#heads.numbered(tenant, object, number);
    }
    return Date.parse(current.head.commit.at) > announcedAt + SKEW_MS ? 'superseded' : null;
  }
}

function commitOf({ tenant, document, operation, name, at }: FoundAnnouncement): AnnouncedCommit {
  return { name, announcedAt: at, tenant, object: document, operation };
}
