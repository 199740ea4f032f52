import type { Actor } from '../../access/index.ts';
import { isoTime, newId } from '../ambient.ts';
import { type Act, auditRecords } from '../audit-record.ts';
import type { VersionedBlobStore } from '../blob-store.ts';
import type { KeptStores } from '../commits.ts';
import { DocumentsError } from '../errors.ts';
import { type Head, nextHead, type RedlineFacts } from '../head.ts';
import type { StoredHead } from '../head-store.ts';
import { takenHead } from '../leftovers.ts';

export interface ExpiryParts {
  readonly stores: Pick<KeptStores, 'heads' | 'ambient' | 'committed'>;
  /** Where heads and pages are, and where contents are. */
  readonly heads: VersionedBlobStore;
  readonly contents: VersionedBlobStore;
  /** In whose name, of whatever tenant. */
  readonly actor: Omit<Actor, 'tenant'>;
}

/** Earlier heads of what is gone stay so long: their audit records are taken out of them. */
const HEADS_KEPT_MS = 30 * 24 * 3_600_000;
const MOST_TRIES = 10;

const NOTHING_COMPARED: Omit<RedlineFacts, 'document'> = {
  kind: 'compared',
  original: { document: null, version: null, name: '', sha256: '' },
  ...{ modified: [], options: {}, summary: {} },
};

/**
 * Deletes a document for good, with all that belongs to it: bound to the head that it was decided on.
 *
 * @returns false when somebody changed or held it meanwhile: then nothing was done.
 */
export async function expire(parts: ExpiryParts, base: StoredHead, act: Act): Promise<boolean> {
  if (!(await take(parts, base, null, act))) return false;
  await removeRest(parts, base.head.tenant, base.head.id);
  return true;
}

/** Removes what is left of a document that is gone; may be done again at any time. */
export async function removeRest(parts: ExpiryParts, tenant: string, document: string): Promise<void> {
  const { stores } = parts;
  for await (const id of stores.heads.below(tenant, document)) {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const base = await stores.heads.read(tenant, id);
      const isGone = base?.head.state === 'taken';
      if (isGone || (await take(parts, base ?? { tenant, id }, document, { action: 'redline.expired' })))
        break;
    }
    await purge(parts, tenant, id);
    await parts.heads.purge(`below/${tenant}/${document}/${id}`);
  }
  await purge(parts, tenant, document);
}

/** Puts a head in the place of all others that says only that the id is taken. */
async function take(
  { stores, actor }: ExpiryParts,
  base: StoredHead | { readonly tenant: string; readonly id: string },
  parent: string | null,
  act: Act,
): Promise<boolean> {
  const { heads, ambient, committed } = stores;
  const before = 'head' in base ? base : null;
  const { tenant, id } = 'head' in base ? base.head : base;
  const [operation, at] = [newId('o', ambient.random), isoTime(ambient.clock)];
  const by = { ...actor, tenant };
  const records = auditRecords(by, id, { operation, at }, [
    before === null ? { action: 'content.fenced' } : act,
  ]);
  const commit = { operation, at, records };
  const taken = takenHead(tenant, id, commit);
  const head: Head = {
    ...taken,
    ...(before === null ? {} : following(before.head, commit)),
    redline: parent === null ? null : { document: parent, ...NOTHING_COMPARED },
  };
  try {
    await committed(await heads.commit(before, head));
    return true;
  } catch (error) {
    if (error instanceof DocumentsError && error.code === 'documents/stale') return false;
    throw error;
  }
}

function following(before: Head, commit: Head['commit']): Pick<Head, 'earlier' | 'sequence'> {
  const { earlier, sequence } = nextHead(before, {}, commit);
  return { earlier, sequence };
}

async function purge({ heads, contents, stores }: ExpiryParts, tenant: string, id: string): Promise<void> {
  for await (const { name } of contents.list(`contents/${tenant}/${id}/`)) await contents.purge(name);
  for await (const { name } of heads.list(`pages/${tenant}/${id}/`)) await heads.purge(name);
  const before = stores.ambient.clock() - HEADS_KEPT_MS;
  await heads.prune(`heads/${tenant}/${id}`, { newest: 1, before });
}
