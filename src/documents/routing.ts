import type { BlobInfo, BlobStore, VersionedBlobStore } from './blob-store.ts';
import type { KeyService } from './key-service.ts';
import type { Place, Residency } from './regions.ts';

/** The places of an installation, the default one first, and which one a tenant's data are in. */
export interface Places {
  readonly regions: ReadonlyMap<Residency, Place>;
  /** Tenants that are not named have theirs in the first region. */
  readonly residencies: ReadonlyMap<string, Residency>;
}

/**
 * One place made of several: whatever is stored goes to the region of the tenant that its name says. What is listed across
 * tenants comes from all of them, in the order of names.
 */
export function routed({ regions, residencies }: Places): Place {
  const [first] = regions.values();
  if (first === undefined) throw new Error('There is no region.');
  if (regions.size === 1) return first;
  const all = [...regions.values()];
  const of = (tenant: string): Place => {
    const residency = residencies.get(tenant);
    const place = residency === undefined ? first : regions.get(residency);
    if (place === undefined) throw new Error('A tenant belongs to a region that is not there.');
    return place;
  };
  return {
    heads: routedVersioned(all, of, (place) => place.heads),
    contents: routedVersioned(all, of, (place) => place.contents),
    secrets: routedStore(all, of, (place) => place.secrets),
    spool: routedStore(all, of, (place) => place.spool),
    keys: routedKeys(all, of),
    ...(all.every(({ prunesItself }) => prunesItself === true) ? { prunesItself: true } : {}),
  };
}

function routedStore<Store extends BlobStore>(
  all: readonly Place[],
  of: (tenant: string) => Place,
  storeOf: (place: Place) => Store,
): BlobStore {
  const at = (name: string): Store => storeOf(of(tenantIn(name)));
  return {
    write: (name, body, options) => at(name).write(name, body, options),
    stat: (name) => at(name).stat(name),
    read: (name, options) => at(name).read(name, options),
    delete: (name, ifGeneration) => at(name).delete(name, ifGeneration),
    list: (prefix, after) =>
      namesTenant(prefix)
        ? at(prefix).list(prefix, after)
        : merged(all.map((place) => storeOf(place).list(prefix, after))),
    probe: () => anyOf(all.map((place) => storeOf(place).probe())),
  };
}

function routedVersioned(
  all: readonly Place[],
  of: (tenant: string) => Place,
  storeOf: (place: Place) => VersionedBlobStore,
): VersionedBlobStore {
  const at = (name: string): VersionedBlobStore => storeOf(of(tenantIn(name)));
  return {
    ...routedStore(all, of, storeOf),
    generations: (name) => at(name).generations(name),
    purge: (name) => at(name).purge(name),
    prune: (name, rule) => at(name).prune(name, rule),
  };
}

function routedKeys(all: readonly Place[], of: (tenant: string) => Place): KeyService {
  const at = (tenant: string): KeyService => of(tenant).keys;
  return {
    create: (tenant) => at(tenant).create(tenant),
    wrap: (tenant, dataKey, context) => at(tenant).wrap(tenant, dataKey, context),
    unwrap: (tenant, wrapped, context) => at(tenant).unwrap(tenant, wrapped, context),
    rotate: (tenant) => at(tenant).rotate(tenant),
    primary: (tenant) => at(tenant).primary(tenant),
    destroy: (tenant, version) => at(tenant).destroy(tenant, version),
    probe: () => anyOf(all.map(({ keys }) => keys.probe())),
  };
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
