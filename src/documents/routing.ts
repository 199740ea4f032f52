import type { Clock } from '../kit/index.ts';
import type { BlobInfo, BlobStore, VersionedBlobStore } from './blob-store.ts';
import type { KeyService } from './key-service.ts';
import { isServed, movingBy, Placements } from './moving/index.ts';
import type { Place, Residency } from './regions.ts';

/** The places of an installation, the default one first, and which one a tenant's data are in. */
export interface Places {
  readonly regions: ReadonlyMap<Residency, Place>;
  /** Tenants that are not named have theirs in the first region. */
  readonly residencies: ReadonlyMap<string, Residency>;
  /** Regions whose tenants this process works for; `null`, as by default: all. Decision 0212. */
  readonly serves?: ReadonlySet<Residency> | null;
  readonly clock?: Clock;
}

/**
 * One place made of several: whatever is stored goes to the region of the tenant that its name says. What is listed across
 * tenants comes from all of them, in the order of names.
 */
export function routed(places: Places): Place {
  const { regions, serves = null } = places;
  const [first] = regions.values();
  if (first === undefined) throw new Error('There is no region.');
  if (regions.size === 1 && serves === null) return first;
  const all = [...regions].map(([residency, place]): Listed => {
    return { place, isWanted: (name) => isServed(serves, residency, tenantIn(name)) };
  });
  const placements = new Placements(places);
  const of: Find = async (tenant, writes) => {
    const { residency, move } = await placements.of(tenant);
    if (writes && move?.move.phase === 'moving') throw movingBy('Nothing of it can be changed meanwhile.');
    return placements.region(residency);
  };
  return {
    heads: routedVersioned(all, of, (place) => place.heads),
    contents: routedVersioned(all, of, (place) => place.contents),
    secrets: routedStore(all, of, (place) => place.secrets),
    spool: routedStore(all, of, (place) => place.spool),
    keys: routedKeys(all, of),
    ...(all.every(({ place: { prunesItself } }) => prunesItself === true) ? { prunesItself: true } : {}),
  };
}

/** A place, and the names of what is listed of it across tenants. */
interface Listed {
  readonly place: Place;
  readonly isWanted: (name: string) => boolean;
}

/** Where a tenant is. @throws {DocumentsError} `tenants/moving` for what writes while it is on its way. */
type Find = (tenant: string, writes: boolean) => Promise<Place>;

function routedStore<Store extends BlobStore>(
  all: readonly Listed[],
  of: Find,
  storeOf: (place: Place) => Store,
): BlobStore {
  const at = async (name: string, writes: boolean): Promise<Store> =>
    storeOf(await of(tenantIn(name), writes));
  return {
    write: async (name, body, options) => await (await at(name, true)).write(name, body, options),
    stat: async (name) => await (await at(name, false)).stat(name),
    read: async (name, options) => await (await at(name, false)).read(name, options),
    delete: async (name, ifGeneration) => await (await at(name, true)).delete(name, ifGeneration),
    list: (prefix, after) =>
      namesTenant(prefix)
        ? later(async () => (await at(prefix, false)).list(prefix, after))
        : merged(all.map(({ place, isWanted }) => wanted(storeOf(place).list(prefix, after), isWanted))),
    probe: () => anyOf(all.map(({ place }) => storeOf(place).probe())),
  };
}

function routedVersioned(
  all: readonly Listed[],
  of: Find,
  storeOf: (place: Place) => VersionedBlobStore,
): VersionedBlobStore {
  const at = async (name: string, writes: boolean): Promise<VersionedBlobStore> =>
    storeOf(await of(tenantIn(name), writes));
  return {
    ...routedStore(all, of, storeOf),
    generations: (name) => later(async () => (await at(name, false)).generations(name)),
    purge: async (name) => await (await at(name, true)).purge(name),
    prune: async (name, rule) => await (await at(name, true)).prune(name, rule),
  };
}

function routedKeys(all: readonly Listed[], of: Find): KeyService {
  const at = async (tenant: string): Promise<KeyService> => (await of(tenant, false)).keys;
  return {
    create: async (tenant) => await (await at(tenant)).create(tenant),
    wrap: async (tenant, dataKey, context) => await (await at(tenant)).wrap(tenant, dataKey, context),
    unwrap: async (tenant, wrapped, context) => await (await at(tenant)).unwrap(tenant, wrapped, context),
    rotate: async (tenant) => await (await at(tenant)).rotate(tenant),
    primary: async (tenant) => await (await at(tenant)).primary(tenant),
    destroy: async (tenant, version) => await (await at(tenant)).destroy(tenant, version),
    probe: () => anyOf(all.map(({ place }) => place.keys.probe())),
  };
}

async function* wanted(
  list: AsyncIterable<BlobInfo>,
  isWanted: (name: string) => boolean,
): AsyncIterable<BlobInfo> {
  for await (const info of list) if (isWanted(info.name)) yield info;
}

/** A list of which it is known only later where it is. */
async function* later(list: () => Promise<AsyncIterable<BlobInfo>>): AsyncIterable<BlobInfo> {
  yield* await list();
}

/** Everything is `KIND/TENANT/…`, but for `journal/MINUTE/TENANT/…`. */
function tenantIn(name: string): string {
  const [kind, second = '', third = ''] = name.split('/');
  const tenant = kind === 'journal' ? third : second;
  if (tenant === '') throw new TypeError('The name of an object does not say whose it is.');
  return tenant;
}

/** Whether a prefix has the whole name of a tenant in it. */
function namesTenant(prefix: string): boolean {
  const parts = prefix.split('/');
  return parts.length > (parts[0] === 'journal' ? 3 : 2);
}

/** While one region does not answer, the tenants of the others are served. */
async function anyOf(probes: readonly Promise<void>[]): Promise<void> {
  try {
    await Promise.any(probes);
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}

/** Several lists, each in the order of names, as one. */
async function* merged(lists: readonly AsyncIterable<BlobInfo>[]): AsyncIterable<BlobInfo> {
  const iterators = lists.map((list) => list[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(iterators.map((one) => one.next()));
    for (;;) {
      let least = -1;
      for (const [at, head] of heads.entries()) {
        const best = heads[least];
        if (head.done === true) continue;
        if (best === undefined || best.done === true || head.value.name < best.value.name) least = at;
      }
      const [next, iterator] = [heads[least], iterators[least]];
      if (next === undefined || next.done === true || iterator === undefined) return;
      yield next.value;
      heads[least] = await iterator.next();
    }
  } finally {
    for (const iterator of iterators) await iterator.return?.();
  }
}
