import { localOperator } from '../../src/access/index.ts';
import { ContentStore } from '../../src/documents/content-store.ts';
import { DataKeys } from '../../src/documents/data-keys.ts';
import { Documents, HeadStore, type KeyService, type VersionedBlobStore } from '../../src/documents/index.ts';
import { Records } from '../../src/documents/records.ts';
import { Redlines } from '../../src/documents/redlines.ts';
import { Holds } from '../../src/documents/retention/holds.ts';
import { RuleBook } from '../../src/documents/retention/rule-book.ts';
import { RetentionSweep } from '../../src/documents/retention/sweep.ts';
import { systemRandom } from '../../src/kit/index.ts';

export const DAY = 24 * 3_600_000;
export const START = Date.UTC(2026, 0, 1);
export const actor = { ...localOperator('r', null), tenant: 't' };

/** Milliseconds since 1970, and by how much the clock of the service is wrong. */
export interface Time {
  now: number;
  wrong: number;
}

export type RetentionWorld = ReturnType<typeof retentionWorld>;

/** What keeps documents for a time, and deletes them, over some stores. @param ring has a key of the actor's tenant. */
export function retentionWorld(
  time: Time,
  ring: KeyService,
  blobs: { readonly heads: VersionedBlobStore; readonly contents: VersionedBlobStore },
) {
  const ambient = { clock: () => time.now + time.wrong, random: systemRandom, pause: async () => {} };
  const keys = new DataKeys(ring, ambient);
  const heads = new HeadStore(blobs.heads, keys, ambient);
  const contents = new ContentStore(blobs.contents, keys, ambient);
  const records = new Records({ heads: blobs.heads, secrets: blobs.heads }, keys, ambient);
  const book = new RuleBook(records, ambient.clock);
  const rules = async (tenant: string) => (await book.read(tenant)).rules;
  const stores = { heads, contents, ambient, rules, committed: async () => {} };
  const sweep = new RetentionSweep({ stores, ...blobs, actor, book, records });
  const documents = new Documents(stores);
  const redlines = new Redlines(stores, documents);
  return { time, blobs, heads, book, sweep, documents, redlines, holds: new Holds(stores) };
}
