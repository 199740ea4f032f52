import {
  ABSENT,
  type BlobAttributes,
  type BlobBody,
  type BlobInfo,
  type BlobStore,
} from '../../src/documents/index.ts';

/** One adapter under test: a store with nothing in it, and how to reach the same objects after a restart. */
export interface BlobStoreFixture<Store extends BlobStore = BlobStore> {
  readonly store: Store;
  /** A second store over the same objects, as a new process would open it. */
  reopen(): Promise<Store>;
  dispose(): Promise<void>;
}

/** What the service behind an adapter does not do, so that its tests cannot pass there; another has to be found for them. */
export type Gap = 'conditions of removals';

/** Text as bytes. */
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Writes an object where there is none. */
export async function create(
  store: BlobStore,
  name: string,
  body: BlobBody = bytes('x'),
  attributes: BlobAttributes = {},
): Promise<BlobInfo> {
  const info = await store.write(name, body, { ifGeneration: ABSENT, attributes });
  if (info === null) throw new Error(`There is an object ${name}.`);
  return info;
}

/** What an object holds; null where there is none. */
export async function textOf(store: BlobStore, name: string, generation?: string): Promise<string | null> {
  const blob = await store.read(name, generation === undefined ? {} : { generation });
  return blob === null ? null : await new Response(blob.body).text();
}

export async function namesOf(store: BlobStore, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const blob of store.list(prefix)) names.push(blob.name);
  return names;
}

/** What `read` tells of an object beside its bytes. */
export async function factsOf(store: BlobStore, name: string, generation?: string): Promise<BlobInfo | null> {
  const blob = await store.read(name, generation === undefined ? {} : { generation });
  if (blob === null) return null;
  const { body, ...info } = blob;
  await body.cancel();
  return info;
}
