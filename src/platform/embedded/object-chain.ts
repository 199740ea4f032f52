import { join } from 'node:path';
import { damaged, unless } from './disk.ts';
import { readdir, rmdir } from './prompt-calls.ts';

/** One step in the life of an object: it was written, or removed. */
interface Link {
  readonly generation: bigint;
  readonly isRemoval: boolean;
}

/** What an object's folder holds. */
export interface Chain {
  /** The folder of the links. It has a name that no other has, and is never made again once it was moved away. */
  readonly folder: string;
  /** From the oldest to the newest; never empty. */
  readonly links: readonly Link[];
  readonly last: Link;
}

const LIFE = /^[0-9a-f]{16}$/;
const MOST_LOOKS = 10;
const GENERATION = /^[1-9][0-9]{0,18}$/;

/** The chain of an object as it is now; null where there is none. */
export async function readChain(object: string): Promise<Chain | null> {
  for (let looks = 0; ; looks += 1) {
    const entries = await unless(['ENOENT'], readdir(object));
    const lives = (entries ?? []).map((entry) => entry.name).filter((name) => LIFE.test(name));
    const [life] = lives;
    // Who looks while the folder gets another name may see none of the two, or both.
    if (entries !== null && lives.length !== 1 && looks < MOST_LOOKS) continue;
    if (life === undefined) return null;
    if (lives.length > 1) throw damaged('A stored object has two folders.');
    const folder = join(object, life);
    const links = await readLinks(folder);
    const last = links?.at(-1);
    if (links !== null && last !== undefined) return { folder, links, last };
    // Moved away since, or emptied by a loss of power before its first link was flushed. Never emptied otherwise.
    if (links !== null) await unless(['ENOENT', 'ENOTEMPTY', 'EEXIST'], rmdir(folder));
  }
}

/** The links in a folder, ordered; null where there is no folder. */
async function readLinks(folder: string): Promise<Link[] | null> {
  const entries = await unless(['ENOENT'], readdir(folder));
  if (entries === null) return null;
  return entries
    .filter((entry) => GENERATION.test(entry.name))
    .map((entry) => ({ generation: BigInt(entry.name), isRemoval: entry.isDirectory() }))
    .sort((a, b) => (a.generation < b.generation ? -1 : 1));
}

/** How many generations lie in a folder of links, removals not counted. */
export async function countGenerations(folder: string): Promise<number> {
  const links = (await readLinks(folder)) ?? [];
  return links.filter((link) => !link.isRemoval).length;
}

/** The file, or the folder that stands for a removal, of a generation. */
export function linkPath({ folder }: Pick<Chain, 'folder'>, generation: bigint): string {
  return join(folder, String(generation));
}

/** The generation that is current; null when the object was removed, or never was. */
export function currentOf(chain: Pick<Chain, 'last'> | null): bigint | null {
  return chain === null || chain.last.isRemoval ? null : chain.last.generation;
}
