import type { ContentStore, Examine } from './content-store.ts';
import type { StoredContent, Version } from './head.ts';
import type { StoredHead } from './head-store.ts';

/** What the engine made. */
export interface Derived {
  readonly document: Uint8Array;
  /** Finds out what the document is, once it is stored. */
  readonly examine: Examine;
  /** What the operation says of it: what JSON can hold. */
  readonly result: object;
  /** The same in numbers, for the list of versions. */
  readonly counts: Readonly<Record<string, number>>;
}

/** What became of an operation of the engine. */
export interface DerivedHead {
  readonly stored: StoredHead;
  readonly result: unknown;
  /** The version that it made; `null` when the bytes are those that were there, and nothing was committed. */
  readonly version: Version | null;
}

/** Keeps both, or nothing. */
export async function keepDerived(
  contents: ContentStore,
  { tenant, id }: { readonly tenant: string; readonly id: string },
  { document, examine, result }: Derived,
): Promise<{ readonly content: StoredContent; readonly result: StoredContent }> {
  const content = await contents.write(tenant, id, { type: examine, body: once(document) });
  try {
    const bytes = new TextEncoder().encode(JSON.stringify(result));
    const kept = await contents.write(tenant, id, { type: 'application/json', body: once(bytes) });
    return { content, result: kept };
  } catch (error) {
    await contents.discard(tenant, id, content);
    throw error;
  }
}

/** @returns `null` for versions that no operation made. */
export async function readResult(
  contents: ContentStore,
  { tenant, id }: { readonly tenant: string; readonly id: string },
  { result }: Version,
): Promise<unknown> {
  if (result === undefined) return null;
  const chunks: Uint8Array[] = [];
  for await (const chunk of await contents.read(tenant, id, result)) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
