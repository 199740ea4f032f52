import type { Bucket, File } from '@google-cloud/storage';
import type {
  BlobBody,
  BlobInfo,
  ByteRange,
  PruneRule,
  ReadOptions,
  StoredBlob,
  VersionedBlobStore,
  WriteOptions,
} from '../../documents/index.ts';
import { OutsideError } from '../../kit/index.ts';
import {
  checkAttributes,
  checkName,
  checkPrefix,
  checkRange,
  isGeneration,
  NO_GENERATION,
} from '../blob-rules.ts';
import { crc32c } from './crc32c.ts';
import type { StorageCalls } from './storage-calls.ts';
import { base64Of, infoOf, type ObjectResource } from './storage-objects.ts';
import { equalPieces, MEDIA_TYPE, type Upload, uploadPieces } from './storage-upload.ts';

/** Sorts behind a name and before every longer one: `!` comes before all that names are made of. */
const BEHIND = '!';
const PAGE_SIZE = 1000;
/** How often a read looks again because what it had seen was purged, or a purge because something was written. */
const MAX_TRIES = 5;
/** A generation that no object has: the first one was made in 2010. */
const NEVER = '1';
/** Where `probe` pretends to write. */
const PROBE_NAME = '_probe';

/**
 * Objects in a bucket of Cloud Storage that keeps versions. A write always carries `ifGenerationMatch`, so the service
 * decides it; its CRC-32C is sent with it, compared by the service before the object is there, and compared here with what
 * the service says it has. Every call is made once; see `StorageCalls`.
 */
export class GcsBlobStore implements VersionedBlobStore {
  readonly #calls: StorageCalls;
  readonly #bucket: Bucket;

  constructor(calls: StorageCalls, bucket: string) {
    this.#calls = calls;
    this.#bucket = calls.client.bucket(bucket);
  }

  async write(name: string, body: BlobBody, options: WriteOptions): Promise<BlobInfo | null> {
    checkName(name);
    const { ifGeneration, attributes = {} } = options;
    checkAttributes(attributes);
    if (ifGeneration !== NO_GENERATION && !isGeneration(ifGeneration)) return null;
    const upload: Upload = { bucket: this.#bucket.name, name, ifGeneration, attributes };
    const pieces = equalPieces(body);
    try {
      const first = await pieces.next();
      if (first.done === true) throw new Error('A body without a last piece.');
      const sent = first.value.isLast
        ? await this.#writeAtOnce(upload, first.value.bytes)
        : await uploadPieces(this.#calls, upload, first.value, pieces);
      return sent === null ? null : await this.#checked(name, sent.resource, sent.crc);
    } finally {
      await pieces.return(undefined);
    }
  }

  async stat(name: string): Promise<BlobInfo | null> {
    const resource = await this.#find(name);
    return resource === null ? null : infoOf(resource);
  }

  async read(name: string, { generation, range }: ReadOptions = {}): Promise<StoredBlob | null> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const resource = await this.#find(name, generation);
      if (resource === null) return null;
      const info = infoOf(resource);
      if (range !== undefined) checkRange(range, info.size);
      const body = await this.#open(info, resource.crc32c, range);
      if (body !== null) return { ...info, body };
    }
    throw new OutsideError('BlobStore', 'unavailable', 'An object was changed by others all the time.');
  }

  async delete(name: string, ifGeneration?: string): Promise<boolean> {
    checkName(name);
    if (ifGeneration !== undefined && !isGeneration(ifGeneration)) return false;
    const file = this.#bucket.file(name);
    const options = ifGeneration === undefined ? {} : { ifGenerationMatch: ifGeneration };
    return this.#calls.askUnless([404, 412], false, 'change', () => file.delete(options).then(() => true));
  }

  async *list(prefix: string, after = ''): AsyncIterable<BlobInfo> {
    checkPrefix(prefix, after);
    const startOffset = after === '' ? {} : { startOffset: after + BEHIND };
    for await (const file of this.#pages({ prefix, ...startOffset })) yield infoOf(file.metadata);
  }

  async *generations(name: string): AsyncIterable<BlobInfo> {
    const found: BlobInfo[] = [];
    for await (const file of this.#versions(name)) found.push(infoOf(file.metadata));
    yield* found.sort((a, b) => (BigInt(a.generation) < BigInt(b.generation) ? -1 : 1));
  }

  async purge(name: string): Promise<number> {
    let count = 0;
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const found: BlobInfo[] = [];
      for await (const info of this.generations(name)) found.push(info);
      if (found.length === 0) return count;
      // The current one first: nobody shall read it while those before it go.
      for (const { generation } of found.reverse()) {
        const file = this.#bucket.file(name, { generation });
        const removed = () => file.delete().then(() => 1);
        count += await this.#calls.askUnless([404], 0, 'question', removed);
      }
    }
    throw new OutsideError(
      'BlobStore',
      'unavailable',
      'An object was written by others while it was purged.',
    );
  }

  /** What the bucket's lifecycle does by itself, for buckets that have none. */
  async prune(name: string, { newest, before }: PruneRule): Promise<number> {
    const found: ObjectResource[] = [];
    for await (const file of this.#versions(name)) found.push(file.metadata);
    const current = (await this.stat(name))?.generation;
    const earlier = found
      .sort((a, b) => (BigInt(a.generation ?? 0) < BigInt(b.generation ?? 0) ? 1 : -1))
      .slice(1 + newest)
      .filter(
        ({ generation, timeCreated = '' }) =>
          String(generation) !== current && Date.parse(timeCreated) < before,
      );
    let count = 0;
    for (const { generation } of earlier) {
      const file = this.#bucket.file(name, { generation: String(generation) });
      count += await this.#calls.askUnless([404], 0, 'question', () => file.delete().then(() => 1));
    }
    return count;
  }

  /** A write under a condition that never holds says whether one could be made, and changes nothing. */
  async probe(): Promise<void> {
    const upload = { bucket: this.#bucket.name, name: PROBE_NAME, ifGeneration: NEVER, attributes: {} };
    await this.#writeAtOnce(upload, new Uint8Array(), 'question');
    await this.#find(PROBE_NAME);
  }

  async #find(name: string, generation?: string): Promise<ObjectResource | null> {
    checkName(name);
    if (generation !== undefined && !isGeneration(generation)) return null;
    const file = this.#bucket.file(name, generation === undefined ? {} : { generation });
    return this.#calls.askUnless([404], null, 'question', async () => (await file.getMetadata())[0]);
  }

  async #writeAtOnce(
    { name, ifGeneration, attributes }: Upload,
    bytes: Uint8Array,
    effect: 'question' | 'change' = 'change',
  ): Promise<{ resource: ObjectResource; crc: number } | null> {
    const crc = crc32c(bytes);
    const file = this.#bucket.file(name);
    const options = {
      resumable: false,
      // The service compares the checksum below. The client's own check would remove whatever is current when it fails.
      validation: false,
      preconditionOpts: { ifGenerationMatch: ifGeneration },
      metadata: { contentType: MEDIA_TYPE, crc32c: base64Of(crc), metadata: { ...attributes } },
    };
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.#calls.askUnless([412], null, effect, async () => {
      await file.save(content, options);
      return { resource: file.metadata, crc };
    });
  }

  /** What was written, when the service has the bytes that were sent; else it does not keep them. */
  async #checked(name: string, resource: ObjectResource, crc: number): Promise<BlobInfo> {
    const info = infoOf(resource, 'unclear');
    if (resource.crc32c === base64Of(crc)) return info;
    const file = this.#bucket.file(name, { generation: info.generation });
    await this.#calls.ask('change', () => file.delete()).catch(() => {});
    throw new OutsideError('BlobStore', 'damaged', 'Cloud Storage has stored other bytes than were sent.');
  }

  /** The bytes of one generation; null when it was purged, or is not kept any more. */
  async #open(
    { name, size, generation }: BlobInfo,
    crc: string | undefined,
    range: ByteRange | undefined,
  ): Promise<ReadableStream<Uint8Array> | null> {
    const { start, end } = range ?? { start: 0, end: size };
    const path = `/storage/v1/b/${encodeURIComponent(this.#bucket.name)}/o/${encodeURIComponent(name)}`;
    const url = `${this.#calls.client.apiEndpoint}${path}?alt=media&generation=${generation}`;
    const headers: Record<string, string> = range === undefined ? {} : { Range: `bytes=${start}-${end - 1}` };
    const answer = await this.#calls.send({ method: 'GET', url, headers }, 'question');
    if (answer.status === 404) {
      await answer.body?.cancel();
      return null;
    }
    if (answer.status !== (range === undefined ? 200 : 206)) {
      throw await this.#calls.unexpected(answer, 'question');
    }
    const pieces = this.#calls.within(answer.body, 'question');
    return streamOf(pieces, end - start, range === undefined ? crc : undefined);
  }

  #versions(name: string): AsyncGenerator<File> {
    checkName(name);
    return this.#pages({ prefix: name, versions: true, startOffset: name, endOffset: name + BEHIND });
  }

  async *#pages(query: object): AsyncGenerator<File> {
    for (
      let next: object | null = { ...query, maxResults: PAGE_SIZE, autoPaginate: false };
      next !== null;
    ) {
      const page: object = next;
      const [files, following] = await this.#calls.ask('question', () => this.#bucket.getFiles(page));
      yield* files;
      next = following ?? null;
    }
  }
}

/**
 * @param length how many bytes there must be.
 * @param crc their checksum, where it is known; what is wrong is noticed before the last piece goes out.
 */
function streamOf(
  pieces: AsyncGenerator<Uint8Array>,
  length: number,
  crc: string | undefined,
): ReadableStream<Uint8Array> {
  let seen = 0;
  let sum = 0;
  const wrong = () =>
    new OutsideError('BlobStore', 'damaged', 'Cloud Storage gave other bytes than were written.');
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done === true) {
          if (seen !== length) throw wrong();
          return controller.close();
        }
        seen += value.length;
        if (crc !== undefined) sum = crc32c(value, sum);
        const isWrong = seen > length || (seen === length && crc !== undefined && base64Of(sum) !== crc);
        if (isWrong) {
          await pieces.return(undefined);
          throw wrong();
        }
        controller.enqueue(value);
      },
      cancel: () => pieces.return(undefined).then(() => {}),
    },
    { highWaterMark: 0 },
  );
}
