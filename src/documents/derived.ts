import type { ContentStore, Examine } from './content-store.ts';
import type { Head, StoredContent, Version } from './head.ts';
import type { StoredHead } from './head-store.ts';
import { afterChange } from './writing.ts';

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

/** What is kept of it, before a head names it. */
interface KeptDerived {
  readonly content: StoredContent;
  readonly result: StoredContent;
}

/** Keeps both, or nothing. */
export async function keepDerived(
  contents: ContentStore,
  { tenant, id }: { readonly tenant: string; readonly id: string },
  { document, examine, result }: Derived,
): Promise<KeptDerived> {
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

/** What an operation made and kept in this very call. */
export interface Made {
  readonly kept: KeptDerived;
  readonly result: object;
}

/**
 * The result that a commit stands for: what was just made, or what another try of the same operation made before.
 *
 * @throws {DocumentsError} `documents/unclear` when that cannot be read now: it was done, so nobody may be told otherwise.
 */
export async function committedResult(
  contents: ContentStore,
  head: Pick<Head, 'tenant' | 'id'>,
  version: Version,
  made: Made | null,
): Promise<unknown> {
  if (made !== null && made.kept.result.content === version.result?.content) return made.result;
  try {
    return await readResult(contents, head, version);
  } catch (error) {
    throw afterChange(error);
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
