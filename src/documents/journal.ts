import type { VersionedBlobStore } from './blob-store.ts';
import type { Catalogue, CatalogueEntry } from './catalogue.ts';
import type { HeadStore, StoredHead } from './head-store.ts';

/** How far clocks of processes may be apart, and how long a commit may take between its announcement and its head. */
const SLACK_MINUTES = 15;

/** A commit that was announced, and may have come to nothing. */
export interface Announcement {
  readonly tenant: string;
  readonly document: string;
  readonly operation: string;
}

/** Where an announcement stands: `journal/MINUTE/TENANT/DOCUMENT/OPERATION`. */
export function announcementName(at: number, { tenant, document, operation }: Announcement): string {
  return `journal/${minuteOf(at)}/${tenant}/${document}/${operation}`;
}

/** What was announced since a position, in the order of minutes; and the position to go on from next time. */
export async function announcedSince(
  heads: VersionedBlobStore,
  position: string | null,
  now: number,
): Promise<{ readonly announcements: readonly Announcement[]; readonly position: string }> {
  const announcements: Announcement[] = [];
  const after = position === null ? '' : `journal/${position}`;
  for await (const { name } of heads.list('journal/', after)) {
    const [, , tenant = '', document = '', operation = ''] = name.split('/');
    announcements.push({ tenant, document, operation });
  }
  return { announcements, position: minuteOf(now - SLACK_MINUTES * 60_000) };
}

/** Brings the catalogue up to date with what was committed since it was last followed. @returns how many documents it looked at. */
export async function followJournal(
  region: string,
  { store, heads }: { readonly store: VersionedBlobStore; readonly heads: HeadStore },
  catalogue: Catalogue,
  now: number,
): Promise<number> {
  const { announcements, position } = await announcedSince(store, await catalogue.position(region), now);
  const documents = new Map(announcements.map((one) => [`${one.tenant}/${one.document}`, one]));
  for (const { tenant, document } of documents.values()) {
    const stored = await heads.read(tenant, document);
    const entry = stored === null ? null : catalogueEntry(stored);
    if (entry !== null) await catalogue.put(entry);
  }
  await catalogue.setPosition(region, position);
  return documents.size;
}

/** What the catalogue says of a document; `null` for an id under which there is none. */
export function catalogueEntry({ head, generation }: StoredHead): CatalogueEntry | null {
  const current = head.versions.at(-1);
  if (head.state === 'taken' || current === undefined) return null;
  const { tenant, id, name, labels, owner, state, createdAt, updatedAt, sequence, versions } = head;
  const { type, size } = current.facts;
  const facts = { type, size, versions: versions.length, generation, sequence };
  return { tenant, id, name, labels, owner, state, createdAt, updatedAt, ...facts };
}

/** `YYYYMMDDhhmm` in UTC: sorts by time. */
function minuteOf(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace(/\D/g, '');
}
