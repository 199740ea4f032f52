import { SERVICE_TENANT, type Sessions } from '../access/index.ts';
import { type Catalogue, type Leases, type Residency, RoutedCatalogue } from '../documents/index.ts';
import type { Shared, TenantHolder } from '../platform/index.ts';
import { placementsOf, residencyHere, residencyOf } from './residencies.ts';
import type { RoleContext } from './role.ts';

type Installed = Pick<RoleContext, 'platform' | 'config' | 'clock'>;

/** In which documents are listed: those of each tenant in its region. */
export function catalogueOf(installed: Installed): Catalogue {
  const { catalogues } = installed.platform;
  const [first] = catalogues.values();
  if (first === undefined) throw new TypeError('There is no region.');
  const isOnly = catalogues.size === 1 && installed.config.serves === null;
  return isOnly ? first : new RoutedCatalogue(catalogues, listedIn(installed, residencyOf(installed)));
}

/** Where the default region is not served, how far work on nobody's keys is stands in the first catalogue that there is. */
function listedIn<Found extends Residency | null>(
  { platform }: Installed,
  find: (tenant: string) => Promise<Found>,
): (tenant: string) => Promise<Found | Residency> {
  return async (tenant) => {
    const found = await find(tenant);
    const [first] = platform.catalogues.keys();
    const isNowhere = tenant === SERVICE_TENANT && found !== null && !platform.catalogues.has(found);
    return isNowhere && first !== undefined ? first : found;
  };
}

/** What processes share: where regions have sessions and leases of their own, each tenant's are in its region. */
export function sharedOf(installed: Installed): Shared {
  const { shared } = installed.platform;
  const { regional } = shared;
  if (regional === null && installed.config.serves === null) return shared;
  const find = residencyOf(installed);
  const at = async (tenant: string) => {
    const residency = await find(tenant);
    if (regional === null) return shared;
    const found = regional.get(residency);
    if (found === undefined) throw new Error('A tenant belongs to a region without sessions.');
    return found;
  };
  const each = async (probe: (one: { sessions: Sessions; leases: Leases }) => Promise<void>) => {
    for (const one of regional?.values() ?? [shared]) await probe(one);
  };
  return {
    ...shared,
    sessions: {
      open: async (session, token) => (await at(session.tenant)).sessions.open(session, token),
      find: async (name, now) => (await at(name.tenant)).sessions.find(name, now),
      rotate: async (name, presented, next, now) =>
        (await at(name.tenant)).sessions.rotate(name, presented, next, now),
      list: async (tenant, person, now) => (await at(tenant)).sessions.list(tenant, person, now),
      end: async (name) => (await at(name.tenant)).sessions.end(name),
      endAll: async (tenant, person) => (await at(tenant)).sessions.endAll(tenant, person),
      probe: () => each(({ sessions }) => sessions.probe()),
    },
    leases: {
      take: async (asked) => (await at(asked.tenant)).leases.take(asked),
      renew: async (name, lifetimeMs) => (await at(name.tenant)).leases.renew(name, lifetimeMs),
      release: async (name) => (await at(name.tenant)).leases.release(name),
      list: async (tenant, document) => (await at(tenant)).leases.list(tenant, document),
      probe: () => each(({ leases }) => leases.probe()),
    },
  };
}

/**
 * Leaves nothing of a tenant with the files of a region that it is not in: lists are brought over, sessions and leases end, events go once
 * those of its own region are there. So it is after a move, and when files of a release that had one for all regions are opened.
 *
 * @returns how many tenants something was there of.
 */
export async function settleRegions(installed: Installed): Promise<number> {
  const { catalogues, shared, audit, eventFiles } = installed.platform;
  if (catalogues.size === 1 && installed.config.serves === null) return 0;
  const find = residencyHere(installed);
  let count = await new RoutedCatalogue(catalogues, listedIn(installed, find)).settle();
  const leave = async (residency: Residency, holder: TenantHolder, mayGo: MayGo = async () => true) => {
    for (const tenant of await holder.tenants()) {
      const own = await find(tenant);
      // Of one that others serve, who moved it takes away what is left.
      if (own === null || own === residency || !(await mayGo(tenant, own))) continue;
      await holder.forget(tenant);
      count += 1;
    }
  };
  for (const [residency, { sessions, leases }] of shared.regional ?? [])
    for (const holder of [sessions, leases]) await leave(residency, holder);
  const placements = placementsOf(installed);
  for (const [residency, holder] of eventFiles)
    await leave(residency, holder, async (tenant, own) => {
      // Those of one that is moved are brought there before it is.
      if ((await placements.look(tenant)).move?.move.phase === 'moving') return false;
      const last = (await audit.get(residency)?.last(tenant)) ?? 0;
      const gaps = await audit.get(own)?.gaps(tenant, last);
      return gaps?.length === 0;
    });
  return count;
}

type MayGo = (tenant: string, own: Residency) => Promise<boolean>;
