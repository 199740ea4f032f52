import { LOCAL_TENANT, SERVICE_TENANT } from '../access/index.ts';
import type { Config } from '../config.ts';
import { assertResidencies, claimDataFormat, Library, type Place, routed } from '../documents/index.ts';
import { describeError, Integrity, OutsideError, systemRandom, systemTimer } from '../kit/index.ts';
import type { RoleContext } from './role.ts';

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
  for (const { heads } of platform.regions.values()) await claimDataFormat(heads);
  await assertResidencies({ regions: platform.regions, residencies }, tenantsOf(config));
  const place = placeOf({ platform, config, clock });
  const [residency = ''] = platform.regions.keys();
  const library = new Library({
    residency,
    region: place,
    spool: place.spool,
    keys: place.keys,
    catalogue: platform.catalogue,
    ambient: { clock, random: systemRandom, pause: (ms) => new Promise((go) => void systemTimer(ms, go)) },
    quotaOf: (tenant) => quotas.get(tenant) ?? quotas.get('*') ?? null,
    onBehind: (error) => {
      integrity.note(error);
      log.warn('catalogue behind', describeError(error));
    },
  });
  await place.keys.create(LOCAL_TENANT);
  try {
    await library.follow();
  } catch (error) {
    if (!(error instanceof OutsideError) || error.failure !== 'damaged') throw error;
    // One damaged object holds up what others committed in the list, not the service.
    integrity.note(error, { chore: 'documents followed' });
  }
  return library;
}
