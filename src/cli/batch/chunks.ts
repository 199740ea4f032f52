import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { readable } from '../input.ts';
import type { Pair } from './manifest.ts';

/** A document of a pair: how it is called in a request, and what it is. */
export interface Sent {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** A pair that goes to a service. */
export interface SentPair {
  readonly pair: Pair;
  readonly original: Sent;
  readonly modified: Sent;
}

/** A pair of which a document cannot be read. */
export interface UnreadPair {
  readonly pair: Pair;
  /** SHA-256 of the original, where it is the other one that cannot be read. */
  readonly sha256: string | null;
  readonly error: unknown;
}

/** What one request may hold (docs/batches.md), with room for the form itself. */
const MOST_PAIRS = 100;
const MOST_BYTES = 120 * 1024 * 1024;

/** Looks at the documents of pairs, one after another: names count them, so the same pairs always make the same requests. */
export async function examine(pairs: readonly Pair[]): Promise<readonly (SentPair | UnreadPair)[]> {
  const documents = new Documents();
  const examined: (SentPair | UnreadPair)[] = [];
  for (const pair of pairs) {
    let original: Sent | null = null;
    try {
      original = await documents.find(pair.original);
      examined.push({ pair, original, modified: await documents.find(pair.modified) });
    } catch (error) {
      const role = original === null ? 'original' : 'modified';
      examined.push({ pair, sha256: original?.sha256 ?? null, error: readable(error, pair[role], role) });
    }
  }
  return examined;
}

/** Hashes every document once, however many pairs name it. */
class Documents {
  readonly #found = new Map<string, Promise<Sent>>();

  find(path: string): Promise<Sent> {
    const found = this.#found.get(path) ?? this.#examine(path, this.#found.size);
    this.#found.set(path, found);
    return found;
  }

  async #examine(path: string, index: number): Promise<Sent> {
    const { size } = await stat(path);
    const hash = createHash('sha256');
    for await (const chunk of (await openAsBlob(path)).stream()) hash.update(chunk);
    return { name: `${index} ${basename(path)}`, path, size, sha256: hash.digest('hex') };
  }
}

/** Pairs in the order of the batch, so many as one request takes. The same pairs always make the same requests. */
export function chunksOf(pairs: readonly SentPair[]): SentPair[][] {
  const chunks: SentPair[][] = [];
  let names = new Set<string>();
  let bytes = 0;
  for (const pair of pairs) {
    const fresh = [pair.original, pair.modified].filter(({ name }) => !names.has(name));
    const more = fresh.reduce((sum, { size }) => sum + size, 0);
    const last = chunks.at(-1);
    if (last === undefined || last.length >= MOST_PAIRS || bytes + more > MOST_BYTES) {
      chunks.push([pair]);
      names = new Set();
      bytes = 0;
    } else last.push(pair);
    for (const { name, size } of [pair.original, pair.modified]) {
      if (!names.has(name)) bytes += size;
      names.add(name);
    }
  }
  return chunks;
}
