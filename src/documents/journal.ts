import { type Announcement, announcedSince, minuteOf } from './announcements.ts';
import type { VersionedBlobStore } from './blob-store.ts';
import type { Catalogue, CatalogueEntry } from './catalogue.ts';
import { type Head, keptBytes } from './head.ts';
import type { HeadStore, StoredHead } from './head-store.ts';
import { versionCount } from './versions.ts';

/** What is older may have been removed from the journal: then all heads are looked at. */
const JOURNAL_KEPT_MS = 6 * 24 * 3_600_000;

/** Brings the catalogue up to date with what was committed since it was last followed. @returns how many documents it looked at. */
export async function followJournal(
  region: string,
  { store, heads }: { readonly store: VersionedBlobStore; readonly heads: HeadStore },
  catalogue: Catalogue,
  now: number,
): Promise<number> {
  const known = await catalogue.position(region);
  const isKept = known !== null && known > minuteOf(now - JOURNAL_KEPT_MS);
  const { announcements, position } = await announcedSince(store, isKept ? known : minuteOf(now), now);
  const documents = new Map<string, Pick<Announcement, 'tenant' | 'document'>>(
    announcements.map((one) => [`${one.tenant}/${one.document}`, one]),
  );
  if (!isKept) {
    for await (const { name } of store.list('heads/')) {
      const [, tenant = '', document = ''] = name.split('/');
      documents.set(`${tenant}/${document}`, { tenant, document });
    }
  }
  for (const { tenant, document } of documents.values()) {
    const stored = await heads.read(tenant, document);
    if (stored !== null) await enter(stored, catalogue);
  }
  await catalogue.setPosition(region, position);
  return documents.size;
}

/** Puts what a commit made of a document into the catalogue, or takes out what is erased. */
export async function enter(stored: StoredHead, catalogue: Pick<Catalogue, 'put' | 'erase'>): Promise<void> {
  const { tenant, id, state, sequence } = stored.head;
  const entry = catalogueEntry(stored);
  if (entry !== null) await catalogue.put(entry);
  else if (state === 'taken') await catalogue.erase({ tenant, id, sequence });
}

/** What the catalogue says of a document; `null` for an id under which there is none. */
function catalogueEntry({ head, generation }: StoredHead): CatalogueEntry | null {
  const current = head.versions.at(-1);
  if (head.state === 'taken' || current === undefined) return null;
  const { tenant, id, name, labels, owner, state, createdAt, updatedAt, sequence } = head;
  const { type, size } = current.facts;
  const facts = { type, size, bytes: keptBytes(head), versions: versionCount(head), generation, sequence };
  const readers = head.members.map(({ subject, role, expiresAt }) => ({ subject, role, expiresAt }));
  const said = { redline: compared(head), name, labels, owner, readers, state, held: head.hold != null };
  return { tenant, id, ...said, createdAt, updatedAt, ...facts };
}

function compared({ redline }: Head): CatalogueEntry['redline'] {
  if (redline === null) return null;
  const { options: _, ...facts } = redline;
  return facts;
}
