import type { Actor } from '../access/index.ts';
import { type Ambient, isoTime, newId } from './ambient.ts';
import { auditRecords } from './audit-record.ts';
import type { BlobInfo, VersionedBlobStore } from './blob-store.ts';
import { DocumentsError } from './errors.ts';
import { HEAD_FORMAT, type Head, nextHead } from './head.ts';
import type { HeadStore, StoredHead } from './head-store.ts';
import { contentsOf } from './versions.ts';

/** Contents younger than this may belong to an upload that is still under way. */
const GRACE_MS = 24 * 3_600_000;

export interface SweptContents {
  /** Contents and pages that were looked at. */
  readonly seen: number;
  readonly purged: number;
  /** Documents that were changed while they were looked at: the next sweep finds their leftovers again. */
  readonly skipped: number;
}

/** What lies under heads, and is needed as long as one of them names it. */
interface Kind {
  /** `KIND/TENANT/DOCUMENT/NAME`, in order. */
  readonly list: () => AsyncIterable<BlobInfo>;
  /** The last segments of those that a head leads to. */
  readonly named: (head: Head) => Promise<ReadonlySet<string>>;
  readonly purge: (name: string) => Promise<number>;
}

/** The objects of one document, by name. */
interface Group {
  readonly tenant: string;
  readonly document: string;
  readonly blobs: readonly BlobInfo[];
}

/**
 * Purges contents and pages of versions that no head names and none ever will: left by processes that died or lost a race. Before those of
 * a document are purged, a commit of the sweep's own makes every older commit under way impossible (decision 0070).
 *
 * @param actor in whose name it commits, of whatever tenant.
 */
export async function sweepContents(
  heads: HeadStore,
  contents: VersionedBlobStore,
  ambient: Ambient,
  actor: Omit<Actor, 'tenant'>,
): Promise<SweptContents> {
  const result = { seen: 0, purged: 0, skipped: 0 };
  const kinds: readonly Kind[] = [
    {
      list: () => contents.list('contents/'),
      named: async (head) => await collected(contentsBelow(heads, head)),
      purge: (name) => contents.purge(name),
    },
    {
      list: () => heads.pages.list(),
      named: async (head) => await collected(pagesBelow(heads, head)),
      purge: (name) => heads.pages.purge(name),
    },
  ];
  for (const kind of kinds) await sweepKind(kind, result, heads, ambient, actor);
  return result;
}

async function sweepKind(
  { list, named, purge }: Kind,
  result: { seen: number; purged: number; skipped: number },
  heads: HeadStore,
  ambient: Ambient,
  actor: Omit<Actor, 'tenant'>,
): Promise<void> {
  for await (const group of groups(list())) {
    result.seen += group.blobs.length;
    const old = group.blobs.filter((blob) => Number(blob.attributes.written) < ambient.clock() - GRACE_MS);
    if (old.length === 0) continue;
    const base = await heads.read(group.tenant, group.document);
    const needed = base === null ? new Set<string>() : await named(base.head);
    const leftovers = old.filter(({ name }) => !needed.has(lastSegment(name)));
    if (leftovers.length === 0) continue;
    // What is taken for good nothing is committed to anyway.
    const isClosed =
      base?.head.state === 'taken' ||
      (await fence(heads, base, group, ambient, { ...actor, tenant: group.tenant }));
    if (!isClosed) result.skipped += 1;
    else for (const { name } of leftovers) if ((await purge(name)) > 0) result.purged += 1;
  }
}

async function* contentsBelow(heads: HeadStore, head: Head): AsyncIterable<string> {
  for await (const version of heads.pages.latestFirst(head)) yield* contentsOf(version);
}

async function* pagesBelow(heads: HeadStore, head: Head): AsyncIterable<string> {
  for await (const { id } of heads.pages.pages(head)) yield id;
}

async function collected(names: AsyncIterable<string>): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for await (const name of names) found.add(name);
  return found;
}

async function* groups(listed: AsyncIterable<BlobInfo>): AsyncIterable<Group> {
  let place = '';
  let blobs: BlobInfo[] = [];
  for await (const blob of listed) {
    const folder = blob.name.slice(0, blob.name.lastIndexOf('/'));
    if (folder !== place && blobs.length > 0) yield groupOf(place, blobs);
    if (folder !== place) blobs = [];
    place = folder;
    blobs.push(blob);
  }
  if (blobs.length > 0) yield groupOf(place, blobs);
}

function groupOf(folder: string, blobs: readonly BlobInfo[]): Group {
  const [, tenant = '', document = ''] = folder.split('/');
  return { tenant, document, blobs };
}

/** Makes every commit impossible that is under way against a head. @returns false when somebody else committed first. */
export async function fence(
  heads: HeadStore,
  base: StoredHead | null,
  { tenant, document }: Pick<Group, 'tenant' | 'document'>,
  ambient: Ambient,
  actor: Actor,
): Promise<boolean> {
  const operation = newId('o', ambient.random);
  const at = isoTime(ambient.clock);
  const commit = {
    operation,
    at,
    records: auditRecords(actor, document, { operation, at }, [{ action: 'content.fenced' }]),
  };
  const head = base === null ? takenHead(tenant, document, commit) : nextHead(base.head, {}, commit);
  try {
    await heads.commit(base, head);
    return true;
  } catch (error) {
    if (error instanceof DocumentsError) return false;
    throw error;
  }
}

/** Of an id under which a document was begun and never finished. */
export function takenHead(tenant: string, id: string, commit: Head['commit']): Head {
  return {
    format: HEAD_FORMAT,
    tenant,
    id,
    name: '',
    labels: [],
    owner: '',
    members: [],
    state: 'taken',
    createdAt: commit.at,
    updatedAt: commit.at,
    deletedAt: null,
    redline: null,
    versions: [],
    older: [],
    sequence: 1,
    commit,
    earlier: [],
  };
}

function lastSegment(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
