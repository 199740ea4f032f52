import type { PruneRule, VersionedBlobStore } from './blob-store.ts';

/** Earlier heads are kept as buckets keep them (docs/cloud-storage.md): 100 of each, and all of the last 30 days. */
const KEPT_GENERATIONS = 100;
const KEPT_MS = 30 * 24 * 3_600_000;

export function pruneRule(now: number): PruneRule {
  return { newest: KEPT_GENERATIONS, before: now - KEPT_MS };
}

/** Removes earlier generations of heads that nobody needs any more; of documents under a legal hold none. @returns how many. */
export async function pruneHeads(heads: VersionedBlobStore, rule: PruneRule): Promise<number> {
  let pruned = 0;
  for await (const { name, attributes } of heads.list('heads/')) {
    if (attributes.held === undefined) pruned += await heads.prune(name, rule);
  }
  return pruned;
}
