import type { LockedPlace, NameStretch } from '../../audit/index.ts';
import { OutsideError } from '../../kit/index.ts';
import { NO_GENERATION } from '../blob-rules.ts';
import { GcsBlobStore } from './gcs-blob-store.ts';
import type { StorageCalls } from './storage-calls.ts';

/**
 * A bucket whose retention policy is locked, so that nobody can remove what was added before its time, not even its owner. An
 * object is written on condition that there is none.
 */
export class LockedBucket implements LockedPlace {
  readonly #store: GcsBlobStore;

  constructor(calls: StorageCalls, bucket: string) {
    this.#store = new GcsBlobStore(calls, bucket);
  }

  async add(name: string, text: string): Promise<boolean> {
    const bytes = new TextEncoder().encode(text);
    const options = { ifGeneration: NO_GENERATION };
    return await named(async () => (await this.#store.write(name, bytes, options)) !== null);
  }

  async read(name: string): Promise<string | null> {
    return await named(async () => {
      const blob = await this.#store.read(name);
      return blob === null ? null : await new Response(blob.body).text();
    });
  }

  async list(prefix: string, stretch: NameStretch = {}): Promise<readonly string[]> {
    const { from = '', before, most = Number.POSITIVE_INFINITY } = stretch;
    return await named(async () => {
      const names: string[] = [];
      // The store begins behind a name: behind a shorter one stands the first that is wanted.
      for await (const { name } of this.#store.list(prefix, from.slice(0, -1))) {
        if (names.length >= most || (before !== undefined && name >= before)) break;
        if (name >= from) names.push(name);
      }
      return names;
    });
  }
}

/** What fails does so by the name of this port. */
async function named<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    const { failure, message, retryAfterMs } = error;
    const options = retryAfterMs === null ? {} : { retryAfterMs };
    throw new OutsideError('LockedPlace', failure, message, { cause: error, ...options });
  }
}

/**
 * One place made of those of several regions: the checkpoints of a tenant are in that of its region, and what vouches for them, the
 * keys, is in all.
 *
 * @param places the first one has those of tenants for whom nothing is said.
 */
export function routedPlace(
  places: ReadonlyMap<string, LockedPlace>,
  residencies: ReadonlyMap<string, string>,
): LockedPlace {
  const [[residency, first] = []] = [...places];
  if (first === undefined || residency === undefined) throw new TypeError('No region has a place.');
  const at = (name: string): LockedPlace =>
    places.get(residencies.get(name.split('/')[0] ?? '') ?? residency) ?? first;
  return {
    add: async (name, text) => {
      if (!name.startsWith(KEYS)) return await at(name).add(name, text);
      // The first one last: who finds a key there finds it everywhere.
      for (const place of [...places.values()].slice(1)) await place.add(name, text);
      return await first.add(name, text);
    },
    read: (name) => at(name).read(name),
    list: (prefix, stretch) => at(prefix).list(prefix, stretch),
  };
}

const KEYS = 'keys/';
