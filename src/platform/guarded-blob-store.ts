import type { BlobBody, BlobInfo, BlobStore, StoredBlob, VersionedBlobStore } from '../documents/index.ts';
import type { Attempt, Outside, OutsideCall } from '../kit/index.ts';

/** How many objects of a list are one call. */
const PAGE = 100;

const question = (name: string) => ({ name, changes: false });
const change = (name: string) => ({ name, changes: true });

/** A store that is spared and given up on in time; it keeps every promise of the port. */
export function guardedBlobStore(store: BlobStore, outside: Outside): BlobStore {
  return {
    write: (name, body, options) =>
      body instanceof Uint8Array
        ? outside.call(change('write'), () => store.write(name, body, options))
        : outside.call({ ...change('write'), repeatable: false }, (attempt) =>
            store.write(name, timed(body, attempt), options),
          ),
    stat: (name) => outside.call(question('stat'), () => store.stat(name)),
    read: async (name, options) => {
      const call: OutsideCall<StoredBlob | null> = {
        ...question('read'),
        discard: (blob) => blob?.body.cancel(),
      };
      const blob = await outside.call(call, () => store.read(name, options));
      return blob === null ? null : { ...blob, body: timedStream(blob.body, outside) };
    },
    delete: (name, ifGeneration) => outside.call(change('delete'), () => store.delete(name, ifGeneration)),
    list: (prefix, after) => listed((behind) => store.list(prefix, behind), after, outside),
    probe: () => outside.call({ ...question('probe'), repeatable: false }, () => store.probe()),
  };
}

/** The same for a store that keeps generations. */
export function guardedVersionedBlobStore(store: VersionedBlobStore, outside: Outside): VersionedBlobStore {
  return {
    ...guardedBlobStore(store, outside),
    prune: (name, rule) => outside.call(change('prune'), () => store.prune(name, rule)),
    purge: (name) => outside.call(change('purge'), () => store.purge(name)),
    generations: (name) => kept(() => store.generations(name), outside),
  };
}

/** The time that a body takes to come from its source is not the store's. What was given up on gets no more of it. */
async function* timed(body: Exclude<BlobBody, Uint8Array>, attempt: Attempt): AsyncGenerator<Uint8Array> {
  attempt.hold();
  for await (const chunk of body) {
    attempt.signal.throwIfAborted();
    attempt.renew();
    yield chunk;
    attempt.hold();
  }
  attempt.signal.throwIfAborted();
  attempt.renew();
}

/** Every piece must come in time, as soon as somebody wants it. */
function timedStream(body: ReadableStream<Uint8Array>, outside: Outside): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await outside.inTime(question('read'), () => reader.read());
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          reader.cancel(error).catch(() => {});
          throw error;
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** Page by page; a page that fails is begun again behind the one before. */
async function* listed(
  list: (after: string | undefined) => AsyncIterable<BlobInfo>,
  after: string | undefined,
  outside: Outside,
): AsyncGenerator<BlobInfo> {
  let last = after;
  let going: AsyncIterator<BlobInfo> | null = null;
  try {
    for (let more = true; more; ) {
      const page = await outside.call(question('list'), async (attempt) => {
        const blobs = going ?? list(last)[Symbol.asyncIterator]();
        going = null;
        const found = await some(blobs, PAGE, attempt);
        going = blobs;
        return found;
      });
      more = page.length === PAGE;
      last = page.at(-1)?.name ?? last;
      yield* page;
    }
  } finally {
    await (going as AsyncIterator<BlobInfo> | null)?.return?.();
  }
}

/** An object has few generations: all of them are one call. */
async function* kept(generations: () => AsyncIterable<BlobInfo>, outside: Outside): AsyncGenerator<BlobInfo> {
  yield* await outside.call(question('generations'), (attempt) =>
    some(generations()[Symbol.asyncIterator](), Number.POSITIVE_INFINITY, attempt),
  );
}

/** The next ones; each must come in time. */
async function some(blobs: AsyncIterator<BlobInfo>, most: number, attempt: Attempt): Promise<BlobInfo[]> {
  const found: BlobInfo[] = [];
  while (found.length < most) {
    const next = await blobs.next();
    if (attempt.signal.aborted) await blobs.return?.();
    if (attempt.signal.aborted || next.done === true) break;
    attempt.renew();
    found.push(next.value);
  }
  return found;
}
