import type {
  BlobBody,
  BlobInfo,
  PruneRule,
  ReadOptions,
  StoredBlob,
  VersionedBlobStore,
  WriteOptions,
} from '../../documents/index.ts';
import { NO_GENERATION } from '../blob-rules.ts';

/** By the first segment of a name: bytes up to which a new object of that kind is a row. */
export type RowKinds = ReadonlyMap<string, number>;

/**
 * Objects of some kinds in a database, and all else in a folder. An object stays where it began, so that what an earlier release
 * left in the folder is found and goes on there.
 *
 * Only kinds of which nobody makes two under one name may have a limit: to look for another in the folder costs more than the row.
 */
export class KindsBlobStore implements VersionedBlobStore {
  readonly #files: VersionedBlobStore;
  readonly #rows: VersionedBlobStore;
  readonly #kinds: RowKinds;
  /** Kinds of which there may be objects in the folder. */
  readonly #left = new Set<string>();

  private constructor(files: VersionedBlobStore, rows: VersionedBlobStore, kinds: RowKinds) {
    this.#files = files;
    this.#rows = rows;
    this.#kinds = kinds;
  }

  static async open(
    files: VersionedBlobStore,
    rows: VersionedBlobStore,
    kinds: RowKinds,
  ): Promise<KindsBlobStore> {
    const store = new KindsBlobStore(files, rows, kinds);
    for (const [kind, most] of kinds) {
      const isLeft = most !== Number.POSITIVE_INFINITY || (await holds(files, `${kind}/`));
      if (isLeft) store.#left.add(kind);
    }
    return store;
  }

  async write(name: string, body: BlobBody, options: WriteOptions): Promise<BlobInfo | null> {
    const most = this.#kinds.get(kindOf(name));
    if (most === undefined) return await this.#files.write(name, body, options);
    if (options.ifGeneration !== NO_GENERATION)
      return await (await this.#of(name)).write(name, body, options);
    const isRow =
      most === Number.POSITIVE_INFINITY || (body instanceof Uint8Array && body.byteLength <= most);
    const [mine, other] = isRow ? [this.#rows, this.#files] : [this.#files, this.#rows];
    const isAlone = isRow && (most !== Number.POSITIVE_INFINITY || !this.#left.has(kindOf(name)));
    return isAlone || (await other.stat(name)) === null ? await mine.write(name, body, options) : null;
  }

  async stat(name: string): Promise<BlobInfo | null> {
    return await (await this.#of(name)).stat(name);
  }

  async read(name: string, options?: ReadOptions): Promise<StoredBlob | null> {
    const kind = kindOf(name);
    const found = this.#kinds.has(kind) ? await this.#rows.read(name, options) : null;
    const isElsewhere = found === null && (this.#left.has(kind) || !this.#kinds.has(kind));
    return isElsewhere ? await this.#files.read(name, options) : found;
  }

  async delete(name: string, ifGeneration?: string): Promise<boolean> {
    return await (await this.#of(name)).delete(name, ifGeneration);
  }

  async *list(prefix: string, after?: string): AsyncIterable<BlobInfo> {
    const isWhole = prefix.includes('/');
    const files = this.#files.list(prefix, after);
    if (isWhole && !this.#kinds.has(kindOf(prefix))) yield* files;
    else yield* merged(this.#rows.list(prefix, after), files);
  }

  async probe(): Promise<void> {
    await this.#files.probe();
    await this.#rows.probe();
  }

  async *generations(name: string): AsyncIterable<BlobInfo> {
    yield* this.#files.generations(name);
    if (this.#kinds.has(kindOf(name))) yield* this.#rows.generations(name);
  }

  async purge(name: string): Promise<number> {
    const kind = kindOf(name);
    const rows = this.#kinds.has(kind) ? await this.#rows.purge(name) : 0;
    const mayBeLeft = this.#left.has(kind) || !this.#kinds.has(kind);
    return rows + (mayBeLeft ? await this.#files.purge(name) : 0);
  }

  async prune(name: string, rule: PruneRule): Promise<number> {
    const kind = kindOf(name);
    const rows = this.#kinds.has(kind) ? await this.#rows.prune(name, rule) : 0;
    const mayBeLeft = this.#left.has(kind) || !this.#kinds.has(kind);
    return rows + (mayBeLeft ? await this.#files.prune(name, rule) : 0);
  }

  /** Where the current one is, or may be. */
  async #of(name: string): Promise<VersionedBlobStore> {
    const kind = kindOf(name);
    if (!this.#kinds.has(kind)) return this.#files;
    if (!this.#left.has(kind)) return this.#rows;
    return (await this.#rows.stat(name)) === null ? this.#files : this.#rows;
  }
}

async function holds(store: VersionedBlobStore, prefix: string): Promise<boolean> {
  for await (const _ of store.list(prefix)) return true;
  return false;
}

function kindOf(name: string): string {
  const end = name.indexOf('/');
  return end < 0 ? name : name.slice(0, end);
}

/** Two ordered lists as one. */
async function* merged(
  one: AsyncIterable<BlobInfo>,
  other: AsyncIterable<BlobInfo>,
): AsyncIterable<BlobInfo> {
  const right = other[Symbol.asyncIterator]();
  try {
    let next = await right.next();
    for await (const left of one) {
      for (; !next.done && next.value.name < left.name; next = await right.next()) yield next.value;
      yield left;
    }
    for (; !next.done; next = await right.next()) yield next.value;
  } finally {
    await right.return?.();
  }
}
