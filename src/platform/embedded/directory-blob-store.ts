import { createHash, randomBytes } from 'node:crypto';
import { rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type {
  BlobBody,
  BlobInfo,
  PruneRule,
  ReadOptions,
  StoredBlob,
  VersionedBlobStore,
  WriteOptions,
} from '../../documents/index.ts';
import { OutsideError } from '../../kit/index.ts';
import { checkAttributes, checkName, checkPrefix, checkRange, NO_GENERATION } from '../blob-rules.ts';
import { type OpenBlob, openBlobFile, streamOf, type WrittenBlob, writeBlobFile } from './blob-file.ts';
import { type ChainEnd, ChainEnds } from './chain-ends.ts';
import { attempt, flushFolder, LastingFolders, makeLast, removeEmpty, unless } from './disk.ts';
import { GenerationFloor } from './generation-floor.ts';
import { type Chain, countGenerations, currentOf, linkPath, readChain } from './object-chain.ts';
import { OBJECT_SUFFIX, objectNames } from './object-names.ts';
import { pruneChain } from './object-pruning.ts';
import { link, makeFolder, mkdir, readdir, rename, unlink } from './prompt-calls.ts';
import { claimFormat } from './store-format.ts';

/** An unfinished write that nothing was added to for so long was left behind by a process that is gone. */
const ABANDONED_AFTER_MS = 3_600_000;
/** How often an operation looks again because others changed the same object in the meantime. */
const MAX_TRIES = 1000;

/**
 * Objects as files in a local folder that several processes may use at once and lose at any moment. There are no locks:
 * whatever must happen once claims a name that the file system gives away once.
 *
 * ```
 * format                            version of this layout
 * kept/a/b.blob/LIFE/GENERATION     the object `a/b`: a file is a write, an empty folder a removal
 * unfinished/                       writes that nobody can see yet; cleared when they are an hour old
 * purged/HASH.LIFE/                 what is being removed for good; cleared by whoever finds it
 * floor/GENERATION                  the highest generation that was removed for good, so that a clock set back repeats none
 * ```
 *
 * - **Writing.** The bytes go to a file of their own and are flushed. Then the file gets its name by link(2), which fails
 *   when the name is taken. The generation after G is G + 1 and nothing else, so G has one successor, whoever else tries:
 *   that is the condition, and why no update is lost. Whoever loses reads the chain again and sees why.
 * - **Creating.** The first file is put into a new folder LIFE with a random name, inside of a new folder that becomes
 *   `b.blob` by rename(2), which fails unless nothing, or an empty folder, has that name. Its generation is a new one, by the
 *   clock and by chance. (One that is created while another of its name is both created and purged may get the lower number.)
 * - **Removing** claims the next generation with an empty folder by mkdir(2).
 * - **Purging** moves LIFE away, all generations at once. A writer that slept meanwhile finds no folder to link into; the
 *   next LIFE has another name, so an old condition never meets a new object. A store that keeps no generations does the
 *   same after each removal, and does not continue a LIFE that ends in one: whoever comes first moves it away.
 * - **Pruning** gives LIFE another name before it removes old generations from it, so that no writer finds their names free.
 * - **Crashes.** A process that is killed leaves an unfinished file, or a purged folder; nothing that is seen, nothing that
 *   others wait for. Against a loss of power the file is flushed before it gets its name, and the folders on its path
 *   before the write is acknowledged. In between, for milliseconds, others may see what a loss of power would undo.
 * - **Reading** opens the file: what happens to its name later does not matter.
 */
export class DirectoryBlobStore implements VersionedBlobStore {
  readonly #kept: string;
  readonly #unfinished: string;
  readonly #purged: string;
  readonly #floor: GenerationFloor;
  readonly #keeps: boolean;
  readonly #lasting: LastingFolders;
  readonly #ends = new ChainEnds();

  private constructor(root: string, keeps: boolean) {
    this.#keeps = keeps;
    this.#kept = join(root, 'kept');
    this.#lasting = new LastingFolders(this.#kept);
    this.#unfinished = join(root, 'unfinished');
    this.#purged = join(root, 'purged');
    this.#floor = new GenerationFloor(join(root, 'floor'));
  }

  /**
   * Makes the folders where they are missing, and clears what crashed processes left. Errors of the operating system
   * are passed on as they are.
   *
   * @param keepsGenerations whether what is overwritten or removed is kept until it is purged. A store stays as it was made.
   * @throws {OutsideError} `refused` when the folder holds another kind of store, or was written by a newer release.
   */
  static async open(root: string, keepsGenerations: boolean): Promise<DirectoryBlobStore> {
    const store = new DirectoryBlobStore(root, keepsGenerations);
    for (const folder of [store.#kept, store.#unfinished, store.#purged, store.#floor.folder])
      await makeFolder(folder);
    await flushFolder(root);
    await claimFormat(root, store.#draft(), keepsGenerations);
    await store.#clearAbandoned();
    await store.#clearPurged('');
    return store;
  }

  async write(name: string, body: BlobBody, options: WriteOptions): Promise<BlobInfo | null> {
    const object = this.#path(name);
    const { ifGeneration, attributes = {} } = options;
    checkAttributes(attributes);
    // Before the body is read: most conditions that do not hold are known to fail by then.
    if (!holds(await attempt(() => this.#ends.read(object)), ifGeneration)) return null;
    const path = this.#draft();
    try {
      const written = await writeBlobFile(path, name, body, attributes);
      let generation: bigint | null;
      try {
        generation = await this.#publish({ ...written, path }, object, ifGeneration);
      } finally {
        await written.file.close().catch(() => {}); // It is flushed, or nobody will see it.
      }
      if (generation === null) return null;
      return { name, size: written.size, generation: String(generation), attributes };
    } finally {
      await unlink(path).catch(() => {}); // Whatever is left of it is cleared when it is an hour old.
    }
  }

  async stat(name: string): Promise<BlobInfo | null> {
    const opened = await this.#open(name);
    if (opened === null) return null;
    await opened.file.close();
    return infoOf(name, opened);
  }

  async read(name: string, { generation, range }: ReadOptions = {}): Promise<StoredBlob | null> {
    const opened = await this.#open(name, generation);
    if (opened === null) return null;
    try {
      if (range !== undefined) checkRange(range, opened.size);
    } catch (error) {
      await opened.file.close();
      throw error;
    }
    return { ...infoOf(name, opened), body: streamOf(opened, range) };
  }

  delete(name: string, ifGeneration?: string): Promise<boolean> {
    const object = this.#path(name);
    return again(async () => {
      const chain = await this.#ends.read(object);
      const current = currentOf(chain);
      if (chain === null || current === null) return false;
      if (ifGeneration !== undefined && ifGeneration !== String(current)) return false;
      const claimed = mkdir(linkPath(chain, current + 1n)).then(() => true);
      if ((await attempt(() => unless(['EEXIST', 'ENOENT'], claimed), 'unclear')) === null) return undefined;
      const last = () =>
        this.#keeps ? this.#flushChain(object, chain) : this.#moveAway(object, chain, { clear: true });
      await makeLast(last);
      return true;
    });
  }

  async *list(prefix: string, after = ''): AsyncIterable<BlobInfo> {
    checkPrefix(prefix, after);
    for await (const name of objectNames(this.#kept, prefix, after)) {
      const info = await this.stat(name);
      if (info !== null) yield info;
      else await attempt(() => this.#tidy(this.#path(name)));
    }
  }

  async *generations(name: string): AsyncIterable<BlobInfo> {
    const object = this.#path(name);
    const chain = await attempt(() => readChain(object));
    for (const { generation, isRemoval } of chain?.links ?? []) {
      if (isRemoval) continue;
      const opened = await this.#open(name, String(generation));
      if (opened === null) continue;
      await opened.file.close();
      yield infoOf(name, opened);
    }
  }

  purge(name: string): Promise<number> {
    const object = this.#path(name);
    return attempt(async () => {
      for (let chain = await readChain(object); chain !== null; ) {
        if (await this.#moveAway(object, chain)) break;
        chain = await readChain(object);
      }
      // Also what an earlier call moved away before its process ended.
      const count = await this.#clearPurged(hashOf(object));
      await removeEmpty(object, this.#kept);
      return count;
    });
  }

  async prune(name: string, rule: PruneRule): Promise<number> {
    const object = this.#path(name);
    return this.#keeps ? again(() => pruneChain(object, rule)) : 0;
  }

  probe(): Promise<void> {
    return attempt(async () => {
      const draft = this.#draft();
      await stat(this.#kept);
      try {
        await writeFile(draft, 'x', { flag: 'wx', mode: 0o600 });
      } finally {
        await unlink(draft).catch(() => {});
      }
    });
  }

  #path(name: string): string {
    checkName(name);
    return join(this.#kept, name + OBJECT_SUFFIX);
  }

  #draft(): string {
    return join(this.#unfinished, randomBytes(16).toString('hex'));
  }

  /** Gives a finished file its name. @returns its generation, or null when the condition does not hold. */
  #publish(draft: Draft, object: string, ifGeneration: string): Promise<bigint | null> {
    return again(async () => {
      const chain = await this.#ends.read(object);
      if (!holds(chain, ifGeneration)) return null;
      if (chain === null) return this.#create(draft, object);
      if (this.#keeps || !chain.last.isRemoval) return this.#append(draft, object, chain);
      await this.#moveAway(object, chain);
      return undefined;
    });
  }

  /** @returns undefined when another was faster. */
  async #append(draft: Draft, object: string, chain: ChainEnd): Promise<bigint | undefined> {
    const generation = chain.last.generation + 1n;
    await draft.file.flush();
    const linked = link(draft.path, linkPath(chain, generation)).then(() => true);
    if ((await attempt(() => unless(['EEXIST', 'ENOENT'], linked), 'unclear')) === null) return undefined;
    await makeLast(() => this.#flushChain(object, chain));
    if (!this.#keeps) await this.#prune(chain);
    return generation;
  }

  /** Has what is in the folder of a chain last, also when it was given another name meanwhile. */
  async #flushChain(object: string, chain: ChainEnd): Promise<void> {
    for (let now: ChainEnd | null = chain; now !== null; now = await readChain(object)) {
      if (await this.#lasting.flush(now.folder)) return;
    }
  }

  /** @returns undefined when another was faster. */
  async #create(draft: Draft, object: string): Promise<bigint | undefined> {
    const generation = await this.#floor.firstGeneration();
    const staged = this.#draft();
    const life = join(staged, randomBytes(8).toString('hex'));
    let isTaken = true;
    try {
      await makeFolder(life);
      await link(draft.path, join(life, String(generation)));
      await Promise.all([draft.file.flush(), flushFolder(life), flushFolder(staged)]);
      // Others may tidy a folder away as an empty one while this one is made, and once it is.
      await unless(['ENOENT'], makeFolder(dirname(object)));
      const renamed = rename(staged, object).then(() => true);
      const taken = ['EEXIST', 'ENOTEMPTY', 'ENOENT'];
      isTaken = (await attempt(() => unless(taken, renamed), 'unclear')) === null;
    } finally {
      if (isTaken) await rm(staged, { recursive: true, force: true }).catch(() => {});
    }
    if (isTaken) return undefined;
    await makeLast(() => this.#lasting.flush(dirname(object)));
    return generation;
  }

  /**
   * Frees the room of what a write has replaced, in a store that keeps no generations. Its name stays taken: a writer
   * that slept since it was current must not find it free. After a crash it stays until the object goes.
   */
  async #prune(chain: ChainEnd): Promise<void> {
    if (chain.last.isRemoval) return;
    const empty = this.#draft();
    await writeFile(empty, '', { mode: 0o600 })
      .then(() => rename(empty, linkPath(chain, chain.last.generation)))
      .catch(() => rm(empty, { force: true }).catch(() => {}));
  }

  /** Takes all generations of an object out of sight at once; `clear` also frees their room. @returns false when their folder was gone. */
  async #moveAway(object: string, chain: ChainEnd, { clear = false } = {}): Promise<boolean> {
    await this.#floor.note(chain.last.generation);
    const target = join(this.#purged, `${hashOf(object)}.${basename(chain.folder)}`);
    const moved = await unless(
      ['ENOENT'],
      rename(chain.folder, target).then(() => true),
    );
    await Promise.all([flushFolder(object), flushFolder(this.#purged)]);
    if (clear) {
      await this.#clearPurged(basename(target));
      await removeEmpty(object, this.#kept);
    }
    return moved ?? false;
  }

  /** Removes what was moved away, by the start of its name. @returns how many generations there were. */
  async #clearPurged(start: string): Promise<number> {
    let count = 0;
    const names = (await readdir(this.#purged))
      .map(({ name }) => name)
      .filter((name) => name.startsWith(start));
    for (const path of names.map((name) => join(this.#purged, name))) {
      const generations = await countGenerations(path);
      count += this.#keeps ? generations : Math.min(generations, 1);
      await rm(path, { recursive: true, force: true });
    }
    if (names.length > 0) await flushFolder(this.#purged);
    return count;
  }

  #open(name: string, generation?: string): Promise<Opened | null> {
    const object = this.#path(name);
    return again(async () => {
      const [chain, wanted] = await this.#find(object, generation);
      if (chain === null || wanted === null) return null;
      try {
        return { ...(await openBlobFile(linkPath(chain, wanted), name)), generation: wanted };
      } catch (error) {
        // What was replaced, removed or purged since the look at the chain is gone, or empty.
        const now = await readChain(object);
        const isThere = now?.links.some((link) => link.generation === wanted) === true;
        const same = now?.folder === chain.folder && isThere && (this.#keeps || currentOf(now) === wanted);
        if (same) throw error;
        return undefined;
      }
    });
  }

  async #find(object: string, generation?: string): Promise<[ChainEnd | null, bigint | null]> {
    if (generation === undefined) {
      const end = await this.#ends.read(object);
      return [end, currentOf(end)];
    }
    const chain = await readChain(object);
    return [chain, this.#keptOf(chain, generation)];
  }

  #keptOf(chain: Chain | null, generation: string): bigint | null {
    const links = this.#keeps ? chain?.links : chain?.links.slice(-1);
    const found = links?.find((link) => !link.isRemoval && String(link.generation) === generation);
    return found?.generation ?? null;
  }

  /** Removes what a crashed process left of an object that is no more. */
  async #tidy(object: string): Promise<void> {
    const chain = await readChain(object);
    if (chain === null) await removeEmpty(object, this.#kept);
    else if (!this.#keeps && chain.last.isRemoval) await this.#moveAway(object, chain, { clear: true });
  }

  async #clearAbandoned(): Promise<void> {
    for (const { name } of await readdir(this.#unfinished)) {
      const path = join(this.#unfinished, name);
      const facts = await unless(['ENOENT'], stat(path));
      if (facts === null || facts.mtimeMs >= Date.now() - ABANDONED_AFTER_MS) continue;
      await rm(path, { recursive: true, force: true });
    }
  }
}

type Draft = WrittenBlob & { readonly path: string };
type Opened = OpenBlob & { readonly generation: bigint };

function infoOf(name: string, { size, generation, attributes }: Opened): BlobInfo {
  return { name, size, generation: String(generation), attributes };
}

function holds(chain: ChainEnd | null, ifGeneration: string): boolean {
  return String(currentOf(chain) ?? NO_GENERATION) === ifGeneration;
}

function hashOf(object: string): string {
  return createHash('sha256').update(object).digest('hex').slice(0, 32);
}

/** Repeats `work` while it gives `undefined`: another has changed what it had seen. */
function again<T>(work: () => Promise<T | undefined>): Promise<T> {
  return attempt(async () => {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const result = await work();
      if (result !== undefined) return result;
    }
    throw new OutsideError('BlobStore', 'unavailable', 'An object was changed by others all the time.');
  });
}
