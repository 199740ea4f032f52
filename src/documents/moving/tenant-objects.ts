import { createHash } from 'node:crypto';
import { OutsideError } from '../../kit/index.ts';
import { ABSENT, type BlobInfo, type BlobStore, type VersionedBlobStore } from '../blob-store.ts';
import type { KeyService } from '../key-service.ts';
import { isVerbatim, type KeyChange, rekeyed } from './rekeying.ts';

/** The same store in two regions. */
export interface StorePair {
  readonly from: BlobStore | VersionedBlobStore;
  readonly to: BlobStore | VersionedBlobStore;
}

/** The keys of a tenant in both regions. */
export type BothKeys = { readonly [Side in 'from' | 'to']: KeyService } & { readonly tenant: string };

/** Attribute of what was copied: the generation that it had. */
const MOVED = 'moved';

/** Every object of a tenant but the record of the move itself. */
export async function* objectsOf(store: BlobStore, tenant: string): AsyncIterable<BlobInfo> {
  for await (const blob of store.list('')) {
    const [kind, second, third] = blob.name.split('/');
    if (kind !== 'moves' && (kind === 'journal' ? third : second) === tenant) yield blob;
  }
}

/** Copies what is not there yet: every kept generation, in order. @returns how many. */
export async function copyObject({ from, to }: StorePair, name: string, change: KeyChange): Promise<number> {
  const there = await generationsOf(to, name);
  const done = new Set(there.map(({ attributes }) => attributes[MOVED]));
  let base = there.at(-1)?.generation ?? ABSENT;
  let copied = 0;
  const all = await generationsOf(from, name);
  for (const { generation, attributes } of all) {
    if (done.has(generation)) continue;
    const blob = await from.read(name, 'generations' in from ? { generation } : {});
    if (blob === null) continue;
    const isLast = generation === all.at(-1)?.generation;
    const body = isVerbatim(name) && !name.startsWith('heads/') ? blob.body : await whole(blob.body);
    const moved = body instanceof Uint8Array ? await rekeyed(name, body, change) : body;
    if (moved === null && isLast) {
      throw new OutsideError(
        'KeyService',
        'refused',
        'The key of a head is not of its document: rewrap first.',
      );
    }
    if (moved === null) continue;
    const options = { ifGeneration: base, attributes: { ...attributes, [MOVED]: generation } };
    const written = await to.write(name, moved, options);
    if (written === null) {
      throw new OutsideError(
        'BlobStore',
        'unavailable',
        'Something else writes to the region that is moved to.',
      );
    }
    base = written.generation;
    copied += 1;
  }
  return copied;
}

/** Whether what is there now is what is here now: the same generation, the same bytes, or the same under another key. */
export async function isSame({ from, to }: StorePair, name: string, change: BothKeys): Promise<boolean> {
  const [here, there] = await Promise.all([from.read(name), to.read(name)]);
  if (here === null || there === null || there.attributes[MOVED] !== here.generation) {
    await Promise.all([here?.body.cancel(), there?.body.cancel()]);
    return false;
  }
  if (isVerbatim(name)) return (await hashOf(here.body)) === (await hashOf(there.body));
  const [own, theirs] = [await whole(here.body), await whole(there.body)];
  const { tenant, from: ours, to: other } = change;
  return (await plainOf(name, own, tenant, ours)) === (await plainOf(name, theirs, tenant, other));
}

/** What an object says, whatever wraps its keys: wrapped by a service that wraps nothing. */
async function plainOf(name: string, bytes: Uint8Array, tenant: string, from: KeyService): Promise<string> {
  const to: Pick<KeyService, 'wrap'> = {
    wrap: async (_, key) => ({ version: 'shown', bytes: Uint8Array.from(key) }),
  };
  const plain = await rekeyed(name, bytes, { tenant, from, to });
  return createHash('sha256')
    .update(plain ?? '')
    .digest('hex');
}

/** Removes what was copied, and nothing that came since. @returns whether it went. */
export async function removeObject({ from, to }: StorePair, name: string): Promise<boolean> {
  const here = await from.stat(name);
  if (here === null) return true;
  // What is there may have been changed since, in its new place; here nothing may have.
  const copies = await generationsOf(to, name);
  const isKnown =
    'generations' in to
      ? copies.some(({ attributes }) => attributes[MOVED] === here.generation)
      : copies.length > 0;
  if (!isKnown) return false;
  if ('purge' in from) await from.purge(name);
  else await from.delete(name, here.generation);
  return true;
}

export async function purgeObject(store: BlobStore | VersionedBlobStore, name: string): Promise<void> {
  if ('purge' in store) await store.purge(name);
  else await store.delete(name);
}

async function generationsOf(store: BlobStore | VersionedBlobStore, name: string): Promise<BlobInfo[]> {
  const found: BlobInfo[] = [];
  if ('generations' in store) for await (const one of store.generations(name)) found.push(one);
  else {
    const one = await store.stat(name);
    if (one !== null) found.push(one);
  }
  return found;
}

async function whole(body: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

async function hashOf(body: ReadableStream<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest('hex');
}
