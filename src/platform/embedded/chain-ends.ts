import { join } from 'node:path';
import { type Chain, readChain } from './object-chain.ts';
import { lstat } from './prompt-calls.ts';

/** Where a chain ends, without all that is before. */
export type ChainEnd = Pick<Chain, 'folder' | 'last'>;

/** Objects whose ends are remembered. */
const MOST_ENDS = 10_000;
/** Steps beyond the end that was remembered; with more the folder is listed. */
const MOST_STEPS = 16;

/**
 * Finds the ends of chains by where they ended before, so that what is kept of an object does not slow down what is done
 * to it. What is found is as good as a listing: the folder has a name that no other ever has, in it the generation after
 * G is G + 1 and nothing else, and the newest one is never removed from it. So when G + 1 was not there, and G still is
 * afterwards, then the folder was there all the time, and G was the end.
 */
export class ChainEnds {
  readonly #seen = new Map<string, ChainEnd>();

  /** As `readChain` finds it. */
  async read(object: string): Promise<ChainEnd | null> {
    const seen = this.#seen.get(object);
    const end = (seen === undefined ? null : await follow(seen)) ?? (await readChain(object));
    this.#seen.delete(object);
    if (end !== null) this.#seen.set(object, { folder: end.folder, last: end.last });
    for (const [oldest] of this.#seen) {
      if (this.#seen.size <= MOST_ENDS) break;
      this.#seen.delete(oldest);
    }
    return end;
  }
}

/** The end of the same folder now; null where it is not known. */
async function follow({ folder, last: { generation } }: ChainEnd): Promise<ChainEnd | null> {
  for (let at = generation; at < generation + BigInt(MOST_STEPS); at += 1n) {
    if ((await factsOf(folder, at + 1n)) !== null) continue;
    const facts = await factsOf(folder, at);
    return facts === null ? null : { folder, last: { generation: at, isRemoval: facts.isDirectory() } };
  }
  return null;
}

function factsOf(folder: string, generation: bigint) {
  return lstat(join(folder, String(generation)));
}
