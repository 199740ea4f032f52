import type { z } from '@hono/zod-openapi';
import type { DocumentRole } from '../access/index.ts';
import type { CatalogueEntry, Head, Retained, StoredHead, Version } from '../documents/index.ts';
import type {
  documentPageSchema,
  documentSchema,
  retentionSchema,
  versionSchema,
} from './document-schemas.ts';

// How kept documents are shown: never a key, never where something is stored.

type DocumentView = z.output<typeof documentSchema>;
type VersionView = z.output<typeof versionSchema>;
type EntryView = z.output<typeof documentPageSchema>['documents'][number];

/** The generation as an ETag (RFC 9110 § 8.8.3). */
export function etagOf(generation: string): string {
  return `"${generation}"`;
}

/** @param role of whoever it is shown to. */
export function viewDocument(
  { head, generation }: StoredHead,
  role: DocumentRole | null,
  retained: Retained | null,
): DocumentView {
  const current = head.versions.at(-1);
  if (current === undefined || head.state === 'taken') throw new Error('A document has no version.');
  const { id, name, labels, owner, state, createdAt, updatedAt, deletedAt } = head;
  const self = linkOf(id);
  return {
    ...{ id, name, labels: [...labels], owner, role, state, createdAt, updatedAt, deletedAt },
    etag: etagOf(generation),
    retention: retained === null ? null : viewRetention(head, retained),
    versions: current.number,
    current: viewVersion(self, current),
    links: {
      ...{ self, versions: `${self}/versions`, content: `${self}/content` },
      members: `${self}/members`,
    },
  };
}

export function viewRetention(
  { hold, mark }: Head,
  { keepUntil, keepRule, deleteAfter, deleteRule }: Retained,
): z.output<typeof retentionSchema> {
  const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return {
    held: hold != null,
    ...{ keepUntil: iso(keepUntil), keepRule, deleteAfter: iso(deleteAfter), deleteRule },
    markedAt: mark?.markedAt ?? null,
  };
}

/** @param self where the document or the redline stands. */
export function viewVersion(
  self: string,
  { number, createdAt, createdBy, origin, facts, result }: Version,
): VersionView {
  const below = `${self}/versions/${number}`;
  const { type, size, sha256, pages = null, scanned = null } = facts;
  return {
    number,
    createdAt,
    createdBy,
    origin: 'counts' in origin ? { ...origin, counts: { ...origin.counts } } : origin,
    content: { type, size, sha256, pages, scanned },
    links: { content: `${below}/content`, result: result === undefined ? null : `${below}/result` },
  };
}

export function viewEntry(entry: CatalogueEntry, role: DocumentRole | null): EntryView {
  const { id, name, labels, owner, state, held, createdAt, updatedAt, generation, type, size, versions } =
    entry;
  const facts = { id, name, labels: [...labels], owner, role, state, createdAt, updatedAt };
  return { ...facts, held, etag: etagOf(generation), type, size, versions, links: { self: linkOf(id) } };
}

export function linkOf(document: string): string {
  return `/v1/documents/${document}`;
}
