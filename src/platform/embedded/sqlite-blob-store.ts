import { crc32 } from 'node:zlib';
import type {
  BlobAttributes,
  BlobBody,
  BlobInfo,
  PruneRule,
  ReadOptions,
  StoredBlob,
  VersionedBlobStore,
  WriteOptions,
} from '../../documents/index.ts';
import {
  checkAttributes,
  checkName,
  checkPrefix,
  checkRange,
  isGeneration,
  NO_GENERATION,
  piecesOf,
} from '../blob-rules.ts';
import { damaged } from './disk.ts';
import type { ObjectDatabase } from './object-database.ts';

/** Objects that are listed at a time. */
const PAGE = 500;
/** Behind every sign that a name may have. */
const BEHIND = '{';
/** Bytes of an object that are handed out at a time. */
const PIECE_BYTES = 256 * 1024;
const CHECKSUM_DIGITS = 8;

interface Facts {
  readonly name: string;
  readonly generation: number;
  readonly isRemoval: number;
  readonly size: number;
  readonly crc: number;
  readonly attributes: string;
}

type Row = Facts & { readonly body: Uint8Array };

/** What it needs of a file of objects. */
type Objects = Pick<ObjectDatabase, 'prepare' | 'read' | 'change' | 'begin'>;

/** Small objects as rows of a database: to write one is a share in one flush, where a folder takes a dozen. Decision 0202. */
export class SqliteBlobStore implements VersionedBlobStore {
  readonly #database: Objects;
  readonly #store: string;
  readonly #keeps: boolean;
  readonly #last;
  readonly #whole;
  readonly #one;
  readonly #listed;
  readonly #kept;

  /**
   * @param store tells it from others in the same file.
   * @param keepsGenerations whether what is overwritten or removed is kept until it is purged.
   */
  constructor(database: Objects, store: string, keepsGenerations: boolean) {
    this.#database = database;
    this.#store = store;
    this.#keeps = keepsGenerations;
    const facts = 'name, generation, isRemoval, size, crc, attributes';
    const of = 'FROM objects WHERE store = ? AND name = ?';
    const last = `${of} ORDER BY generation DESC LIMIT 1`;
    this.#last = database.prepare<[string, string], Facts>(`SELECT ${facts} ${last}`);
    this.#whole = database.prepare<[string, string], Row>(`SELECT ${facts}, body ${last}`);
    const one = `SELECT ${facts}, body ${of} AND generation = ?`;
    this.#one = database.prepare<[string, string, number], Row>(one);
    this.#kept = database.prepare<[string, string], Facts>(`SELECT ${facts} ${of} ORDER BY generation`);
    this.#listed = database.prepare<[string, string, string, string], Facts>(
      `SELECT ${facts} FROM objects AS one WHERE store = ? AND name >= ? AND name < ? AND name > ?
       AND generation = (SELECT max(generation) FROM objects WHERE store = one.store AND name = one.name)
       ORDER BY name LIMIT ${PAGE}`,
    );
  }

  async write(name: string, given: BlobBody, options: WriteOptions): Promise<BlobInfo | null> {
    const { ifGeneration, attributes = {} } = options;
    checkName(name);
    checkAttributes(attributes);
    // Before a body is read: most conditions that do not hold are known to fail by then.
    const isRead = given instanceof Uint8Array;
    if (!isRead && ((await this.stat(name))?.generation ?? NO_GENERATION) !== ifGeneration) return null;
    const body = await wholeOf(given);
    // Its bytes are the thread's from then on.
    const size = body.byteLength;
    const generation = await this.#database.change({
      ...this.#place(name),
      ...{ kind: 'write', ifGeneration, body },
      ...{ crc: crc32(body), attributes: sealed(name, size, JSON.stringify(attributes)) },
    });
    return typeof generation === 'string' ? { name, size, generation, attributes } : null;
  }

  async stat(name: string): Promise<BlobInfo | null> {
    checkName(name);
    const found = this.#database.read(() => this.#last.get(this.#store, name));
    return found === undefined || found.isRemoval === 1 ? null : infoOf(found);
  }

  async read(name: string, { generation, range }: ReadOptions = {}): Promise<StoredBlob | null> {
    checkName(name);
    const found = this.#database.read(() => this.#find(name, generation));
    if (found === undefined || found.isRemoval === 1) return null;
    const { body, crc } = found;
    if (range !== undefined) checkRange(range, body.byteLength);
    if (crc32(body) !== crc) throw damaged('A stored object is not what was written.');
    return { ...infoOf(found), body: streamOf(body.subarray(range?.start, range?.end)) };
  }

  async delete(name: string, ifGeneration?: string): Promise<boolean> {
    checkName(name);
    const condition = { ifGeneration: ifGeneration ?? null };
    return (await this.#database.change({ kind: 'delete', ...this.#place(name), ...condition })) === true;
  }

  async *list(prefix: string, after = ''): AsyncIterable<BlobInfo> {
    checkPrefix(prefix, after);
    for (let last = after; ; ) {
      const page = this.#database.read(() => this.#listed.all(this.#store, prefix, prefix + BEHIND, last));
      for (const found of page) if (found.isRemoval === 0) yield infoOf(found);
      last = page.at(-1)?.name ?? last;
      if (page.length < PAGE) return;
    }
  }

  async probe(): Promise<void> {
    this.#database.read(() => this.#last.get(this.#store, 'probe'));
    this.#database.begin();
  }

  async *generations(name: string): AsyncIterable<BlobInfo> {
    checkName(name);
    const all = this.#database.read(() => this.#kept.all(this.#store, name));
    for (const found of all) if (found.isRemoval === 0) yield infoOf(found);
  }

  async purge(name: string): Promise<number> {
    checkName(name);
    return Number(await this.#database.change({ kind: 'purge', ...this.#place(name) }));
  }

  async prune(name: string, rule: PruneRule): Promise<number> {
    checkName(name);
    if (!this.#keeps) return 0;
    return Number(await this.#database.change({ kind: 'prune', ...this.#place(name), rule }));
  }

  #place(name: string): { readonly store: string; readonly keeps: boolean; readonly name: string } {
    return { store: this.#store, keeps: this.#keeps, name };
  }

  #find(name: string, generation: string | undefined): Row | undefined {
    if (generation === undefined) return this.#whole.get(this.#store, name);
    const number = isGeneration(generation) ? Number(generation) : 0;
    return Number.isSafeInteger(number) ? this.#one.get(this.#store, name, number) : undefined;
  }
}

function infoOf({ name, size, generation, attributes: stored }: Facts): BlobInfo {
  const text = stored.slice(CHECKSUM_DIGITS);
  if (stored !== sealed(name, size, text))
    throw damaged('What is said of a stored object is not what was written.');
  return { name, size, generation: String(generation), attributes: JSON.parse(text) as BlobAttributes };
}

/** Attributes behind a checksum of all that is said of an object: they are read without its body. */
function sealed(name: string, size: number, attributes: string): string {
  const sum = crc32(`${name}\n${size}\n${attributes}`);
  return `${sum.toString(16).padStart(CHECKSUM_DIGITS, '0')}${attributes}`;
}

/** Bytes that are nobody else's. */
async function wholeOf(body: BlobBody): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return new Uint8Array(body);
  const chunks: Uint8Array[] = [];
  for await (const piece of piecesOf(body)) chunks.push(new Uint8Array(piece));
  return new Uint8Array(Buffer.concat(chunks));
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream(
    {
      pull(controller) {
        if (at < bytes.byteLength) controller.enqueue(bytes.slice(at, at + PIECE_BYTES));
        at += PIECE_BYTES;
        if (at >= bytes.byteLength) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
