import { randomInt } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readdir } from './prompt-calls.ts';

/** As many generations may be added between a look at an object and its removal for good. */
const UNSEEN_GENERATIONS = 1000n;

/** The highest generation that was removed for good, as the name of a file: a clock that is set back repeats none. */
export class GenerationFloor {
  readonly folder: string;

  /** @param folder there by the time of the first call. */
  constructor(folder: string) {
    this.folder = folder;
  }

  /** A number that no generation has had: the time in nanoseconds since 1970, the last six digits left to chance. */
  async firstGeneration(): Promise<bigint> {
    const now = BigInt(Date.now()) * 1_000_000n;
    const floor = highest(await this.#names());
    return (now < floor ? floor : now) + BigInt(randomInt(1, 1_000_000));
  }

  /** Not flushed: only a loss of power in the same minute in which the clock is set back could undo it to any effect. */
  async note(generation: bigint): Promise<void> {
    const floor = generation + UNSEEN_GENERATIONS;
    if (highest(await this.#names()) >= floor) return;
    await writeFile(join(this.folder, String(floor)), '', { mode: 0o600 });
    const lower = (await this.#names()).filter((name) => BigInt(name) < floor);
    await Promise.all(lower.map((name) => rm(join(this.folder, name), { force: true })));
  }

  async #names(): Promise<string[]> {
    return (await readdir(this.folder)).map(({ name }) => name).filter((name) => /^\d+$/.test(name));
  }
}

function highest(names: readonly string[]): bigint {
  return (
    names
      .map(BigInt)
      .sort((a, b) => (a < b ? -1 : 1))
      .at(-1) ?? 0n
  );
}
