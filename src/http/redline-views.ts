import type { z } from '@hono/zod-openapi';
import type { CatalogueEntry, ComparedContent, RedlineFacts, StoredHead } from '../documents/index.ts';
import { etagOf, linkOf, viewVersion } from './document-views.ts';
import type { redlinePageSchema, redlineSchema } from './redline-schemas.ts';

// How redlines of kept documents are shown.

type RedlineView = z.output<typeof redlineSchema>;
type EntryView = z.output<typeof redlinePageSchema>['redlines'][number];

export function redlineLink(document: string, redline: string): string {
  return `${linkOf(document)}/redlines/${redline}`;
}

export function viewRedline({ head, generation }: StoredHead): RedlineView {
  const { id, name, owner, state, createdAt, updatedAt, deletedAt, redline, versions } = head;
  const current = versions.at(-1);
  if (redline === null || state === 'taken' || current === undefined)
    throw new Error('A redline has no version.');
  const self = redlineLink(redline.document, id);
  const { kind, ...sides } = sidesOf(redline);
  const below = (name: string) => `${self}/${name}`;
  return {
    ...{
      id,
      document: redline.document,
      kind,
      name,
      owner,
      state,
      createdAt,
      createdBy: owner,
      updatedAt,
      deletedAt,
    },
    etag: etagOf(generation),
    ...sides,
    options: { ...redline.options },
    summary: { ...redline.summary },
    certificate: kind === 'compared' ? { version: 1, link: below('certificate') } : null,
    version: current.number,
    versions: current.number,
    current: viewVersion(self, current),
    links: {
      ...{ self, document: linkOf(redline.document), versions: below('versions'), content: below('content') },
      ...{ changes: below('changes'), comments: below('comments'), report: below('report') },
      ...{ html: below('html'), pdf: below('pdf'), blackline: below('blackline') },
    },
  };
}

export function viewRedlineEntry(entry: CatalogueEntry): EntryView {
  const { id, name, owner, state, createdAt, updatedAt, generation, versions, redline } = entry;
  if (redline === null) throw new Error('The entry is not of a redline.');
  const { document, summary } = redline;
  return {
    ...{ id, document, name, owner, state, createdAt, createdBy: owner, updatedAt, etag: etagOf(generation) },
    ...sidesOf(redline),
    ...{ summary: { ...summary }, version: versions, versions, links: { self: redlineLink(document, id) } },
  };
}

function sidesOf({ kind, original, modified }: Pick<RedlineFacts, 'kind' | 'original' | 'modified'>) {
  const [only = original] = modified;
  const shown = (one: ComparedContent) => ({ ...one });
  if (kind === 'compared') return { kind, original: shown(original), modified: shown(only), copies: [] };
  return { kind, original: shown(original), modified: null, copies: modified.map(shown) };
}
