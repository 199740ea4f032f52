import { createHash } from 'node:crypto';
import type { People } from '../../access/index.ts';
import { idOf, isCurrent, kindOf } from '../../access/index.ts';
import type { VersionedBlobStore } from '../blob-store.ts';
import { CONTENT_TYPES } from '../content-type/index.ts';
import { DocumentsError } from '../errors.ts';
import type { Head, StoredContent, Version } from '../head.ts';
import type { HeadStore, StoredHead } from '../head-store.ts';
import {
  ARCHIVE_FORMAT,
  type ArchivedFile,
  type ArchiveFacts,
  AUDIT,
  DESCRIPTION,
  type Described,
  EVENTS,
  folderOf,
  MOST_ARCHIVED_VERSIONS,
} from './archive.ts';
import type { Cursor, PlannedFile } from './export-store.ts';
import type { TrailPages } from './trail-pages.ts';

export interface PlannerParts {
  readonly store: VersionedBlobStore;
  readonly heads: HeadStore;
  readonly people: Pick<People, 'find'>;
  readonly trail: TrailPages;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Files that belong together, what they are, and where to go on behind them. */
export interface Planned {
  readonly files: readonly PlannedFile[];
  readonly counts: Partial<Record<'documents' | 'redlines' | 'versions' | 'events', number>>;
  readonly cursor: Cursor;
}

/** Everything that an archive has between its first file and the list of its files, from a place on. */
export async function* plan(
  facts: ArchiveFacts,
  { phase, after }: Cursor,
  parts: PlannerParts,
): AsyncIterable<Planned> {
  if (phase === 'documents') yield* documents(facts, after, parts);
  if (phase === 'documents' || phase === 'events') {
    let last = phase === 'events' ? Number(after) : 0;
    for await (const planned of events(facts, last, parts)) {
      last = Number(planned.cursor.after);
      yield planned;
    }
    yield* proof(facts, `${last} `, parts);
  }
  if (phase === 'proof') yield* proof(facts, after, parts);
}

/** @param after the last page of events, and the last file of the proof that is in the plan. */
async function* proof(
  { tenant, scope }: ArchiveFacts,
  after: string,
  { trail }: PlannerParts,
): AsyncIterable<Planned> {
  const [page = '', last = ''] = after.split(' ');
  const actor = scope.kind === 'person' ? scope.actor : null;
  for await (const { name, text, place } of trail.proof(tenant, Number(page), actor, last)) {
    const cursor = { phase: 'proof', after: `${page} ${place}` } as const;
    yield { files: [textFile(`${AUDIT}${name}`, text)], counts: {}, cursor };
  }
  yield { files: [], counts: {}, cursor: { phase: 'closing', after: '' } };
}

async function* documents(facts: ArchiveFacts, after: string, parts: PlannerParts): AsyncIterable<Planned> {
  const { store, heads } = parts;
  const prefix = `heads/${facts.tenant}/`;
  for await (const { name } of store.list(prefix, after)) {
    const stored = await heads.read(facts.tenant, name.slice(prefix.length));
    if (stored === null || !(await isMeant(facts, stored, parts))) continue;
    const versions = await allVersions(heads, stored.head);
    const kind = stored.head.redline === null ? 'documents' : 'redlines';
    yield {
      files: await filesOf(stored, versions, parts),
      counts: { [kind]: 1, versions: versions.length },
      cursor: { phase: 'documents', after: name },
    };
  }
}

/** Whether something is in the archive: a redline is where its document is. */
async function isMeant({ scope }: ArchiveFacts, { head }: StoredHead, parts: PlannerParts): Promise<boolean> {
  if (head.state === 'taken' || head.versions.length === 0) return false;
  if (scope.kind === 'tenant') return true;
  const of =
    head.redline === null ? head : (await parts.heads.read(head.tenant, head.redline.document))?.head;
  return (
    of?.members.some(
      (member) =>
        member.subject === scope.subject && member.role === 'owner' && isCurrent(member, parts.clock()),
    ) ?? false
  );
}

async function allVersions(heads: HeadStore, head: Head): Promise<readonly Version[]> {
  const versions: Version[] = [];
  for await (const version of heads.pages.latestFirst(head)) {
    versions.push(version);
    if (versions.length > MOST_ARCHIVED_VERSIONS) {
      throw new DocumentsError(
        'exports/too-many-versions',
        `A document has more than ${MOST_ARCHIVED_VERSIONS} versions.`,
      );
    }
  }
  return versions.reverse();
}

/** The description of a document, and its contents: each once, however many versions have it. */
async function filesOf(
  { head, generation }: StoredHead,
  versions: readonly Version[],
  parts: PlannerParts,
): Promise<PlannedFile[]> {
  const folder = folderOf(head.id);
  const files = new Map<string, ArchivedFile>();
  const planned: PlannedFile[] = [];
  const fileFor = (content: StoredContent, name: string): ArchivedFile => {
    const there = files.get(content.content);
    if (there !== undefined) return there;
    const { type, size, sha256, pages } = content.facts;
    const file = { name, type, size, sha256, ...(pages === undefined ? {} : { pages }) };
    files.set(content.content, file);
    planned.push({
      ...{ name: `${folder}${name}`, size, sha256 },
      source: { kind: 'content', document: head.id, content },
    });
    return file;
  };
  const described = versions.map(({ number, createdAt, createdBy, origin, result, ...content }) => ({
    ...{ number, createdAt, createdBy, origin },
    file: fileFor(content, `${number}.${extensionOf(content.facts.type)}`),
    ...(result === undefined ? {} : { result: fileFor(result, `${number}.result.json`) }),
  }));
  const { id, name, labels, owner, state, createdAt, updatedAt, deletedAt, redline, sequence } = head;
  const description: Described = {
    format: ARCHIVE_FORMAT,
    ...{ id, name, labels: [...labels], owner, members: await membersOf(head, parts) },
    state: state === 'deleted' ? 'deleted' : 'active',
    ...{ createdAt, updatedAt, deletedAt, sequence, generation },
    redline: redline as Described['redline'],
    versions: described as Described['versions'],
  };
  return [textFile(`${folder}${DESCRIPTION}`, `${JSON.stringify(description)}\n`), ...planned];
}

async function membersOf({ tenant, members }: Head, { people }: PlannerParts): Promise<Described['members']> {
  const described: Described['members'] = [];
  for (const member of members) {
    const isPerson = kindOf(member.subject) === 'person';
    const email = isPerson ? ((await people.find(tenant, idOf(member.subject)))?.email ?? null) : null;
    described.push({ ...member, email });
  }
  return described;
}

async function* events(facts: ArchiveFacts, after: number, { trail }: PlannerParts): AsyncIterable<Planned> {
  await trail.settle();
  const actor = facts.scope.kind === 'person' ? facts.scope.actor : null;
  for await (const first of trail.pages(facts.tenant, after)) {
    const { text, events } = await trail.page(facts.tenant, first, actor);
    const name = `${EVENTS}${String(first).padStart(12, '0')}.jsonl`;
    const file = { ...textFile(name, text), source: { kind: 'events', first, actor } as const };
    yield {
      files: events === 0 ? [] : [file],
      counts: { events },
      cursor: { phase: 'events', after: String(first) },
    };
  }
}

export function textFile(name: string, text: string): PlannedFile {
  const bytes = Buffer.from(text);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { name, size: bytes.length, sha256, source: { kind: 'text', text } };
}

function extensionOf(type: string): string {
  return Object.entries(CONTENT_TYPES).find(([, known]) => known === type)?.[0] ?? 'bin';
}
