import { LOCAL_TENANT, SERVICE_TENANT } from '../access/index.ts';
import type { Config } from '../config.ts';
import {
  assertResidencies,
  claimDataFormat,
  Library,
  movePersons,
  type Place,
  routed,
} from '../documents/index.ts';
import { describeError, Integrity, OutsideError, systemRandom, systemTimer } from '../kit/index.ts';
import { catalogueOf, settleRegions, sharedOf } from './regional.ts';
import type { RoleContext } from './role.ts';

/** The format of data from which on people are kept apart. */
const PEOPLE_APART = 7;

/** Where everything of this installation is kept, each tenant's in its own region. */
export function placeOf({
  platform,
  config,
  clock,
}: Pick<RoleContext, 'platform' | 'config' | 'clock'>): Place {
  return routed({ regions: platform.regions, residencies: config.residencies, clock });
}

/** Tenants that there may be. */
export function tenantsOf({ signIn, residencies }: Config): ReadonlySet<string> {
  return new Set([LOCAL_TENANT, SERVICE_TENANT, ...signIn.tenants.keys(), ...residencies.keys()]);
}

/** The documents of this installation; what another process committed is found in the catalogue before the first request. */
export async function openLibrary({
  config,
  platform,
  clock,
  log,
  integrity = new Integrity(log),
}: Omit<RoleContext, 'engineScript'> & { readonly integrity?: Integrity }): Promise<Library> {
  const { residencies } = config;
  const { quotas } = config.signIn;
  const ambient = {
    ...{ clock, random: systemRandom },
    pause: (ms: number) => new Promise<void>((go) => void systemTimer(ms, go)),
  };
  for (const region of platform.regions.values()) {
    await claimDataFormat(region.heads, async (found) => {
      const count = found < PEOPLE_APART ? await movePersons(region, ambient) : 0;
      if (count > 0) log.info('people kept apart', { count });
    });
  }
  await assertResidencies({ regions: platform.regions, residencies }, tenantsOf(config));
  const place = placeOf({ platform, config, clock });
  const [residency = ''] = platform.regions.keys();
  const library = new Library({
    residency,
    region: place,
    spool: place.spool,
    keys: place.keys,
    catalogue: catalogueOf({ platform, config, clock }),
    leases: sharedOf({ platform, config, clock }).leases,
    ambient,
    quotaOf: (tenant) => quotas.get(tenant) ?? quotas.get('*') ?? null,
    onBehind: (error) => {
      integrity.note(error);
      log.warn('catalogue behind', describeError(error));
    },
  });
  await place.keys.create(LOCAL_TENANT);
  try {
    await settleRegions({ platform, config, clock });
    await library.follow();
  } catch (error) {
    if (!(error instanceof OutsideError) || error.failure !== 'damaged') throw error;
    // One damaged object holds up what others committed in the list, not the service.
    integrity.note(error, { chore: 'documents followed' });
  }
  return library;
}
