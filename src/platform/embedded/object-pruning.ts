import { randomBytes } from 'node:crypto';
import { rename, rmdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { PruneRule } from '../../documents/index.ts';
import { flushFolder, unless } from './disk.ts';
import { type Chain, linkPath, readChain } from './object-chain.ts';

/**
 * Removes old links of an object for good. Their names must not become free in a folder that a writer may know: one
 * that slept since a pruned generation was current would take its name for the next one's. So the folder gets another name first.
 * Whoever learns that one has read the chain as it is now.
 *
 * @returns how many generations went; undefined when another has changed the object meanwhile.
 */
export async function pruneChain(object: string, { newest, before }: PruneRule): Promise<number | undefined> {
  const chain = await readChain(object);
  if (chain === null) return 0;
  const old = await oldLinks(
    chain,
    chain.links.slice(0, Math.max(0, chain.links.length - 1 - newest)),
    before,
  );
  if (old.length === 0) return 0;
  const folder = join(object, randomBytes(8).toString('hex'));
  if (
    (await unless(
      ['ENOENT'],
      rename(chain.folder, folder).then(() => true),
    )) === null
  )
    return undefined;
  await flushFolder(folder);
  await flushFolder(object);
  let count = 0;
  for (const { generation, isRemoval } of old) {
    const path = join(folder, String(generation));
    await unless(['ENOENT'], isRemoval ? rmdir(path) : unlink(path));
    if (!isRemoval) count += 1;
  }
  return count;
}

/** Those at the start that were made before a moment. */
async function oldLinks(chain: Chain, links: Chain['links'], before: number): Promise<Chain['links']> {
  for (const [at, { generation }] of links.entries()) {
    const facts = await unless(['ENOENT'], stat(linkPath(chain, generation)));
    if (facts === null || facts.mtimeMs >= before) return links.slice(0, at);
  }
  return links;
}
