import { LOCAL_TENANT, SERVICE_TENANT } from '../access/index.ts';
import type { Config } from '../config.ts';
import {
  assertResidencies,
  claimDataFormat,
  isServed,
  Library,
  movePersons,
  type Place,
  routed,
} from '../documents/index.ts';
import { describeError, Integrity, OutsideError, systemRandom, systemTimer } from '../kit/index.ts';
import { catalogueOf, settleRegions, sharedOf } from './regional.ts';
import { residencyHere } from './residencies.ts';
import type { RoleContext } from './role.ts';

/** The format of data from which on people are kept apart. */
const PEOPLE_APART = 7;

const OLD_DATA =
  'The data of the default region are of an earlier release: start a service once that serves that region.';

/** Where everything of this installation is kept, each tenant's in its own region. */
export function placeOf({
  platform,
  config,
  clock,
}: Pick<RoleContext, 'platform' | 'config' | 'clock'>): Place {
  return routed({ regions: platform.regions, residencies: config.residencies, serves: config.serves, clock });
}

/** Tenants that there may be in the regions that are served. */
export function tenantsOf({ signIn, residencies, serves, gcp }: Config): ReadonlySet<string> {
  const all = new Set([LOCAL_TENANT, SERVICE_TENANT, ...signIn.tenants.keys(), ...residencies.keys()]);
  const byDefault = gcp?.places[0]?.residency ?? 'local';
  const isOurs = (tenant: string) => isServed(serves, residencies.get(tenant) ?? byDefault, tenant);
  return new Set([...all].filter(isOurs));
}

/** Those of them that did not move to where others serve them. */
export async function tenantsHere(
  installed: Pick<RoleContext, 'platform' | 'config' | 'clock'>,
): Promise<ReadonlySet<string>> {
  const all = tenantsOf(installed.config);
  if (installed.config.serves === null) return all;
  const find = residencyHere(installed);
  const here = new Set<string>();
  for (const tenant of all) if ((await find(tenant)) !== null) here.add(tenant);
  return here;
}

/** What others left there in an older format is theirs to bring into this one. @throws {OutsideError} `refused` */
async function assertEmpty({ heads }: Place): Promise<void> {
  for await (const _ of heads.list('records/')) throw new OutsideError('BlobStore', 'refused', OLD_DATA);
}

/** The documents of this installation; what another process committed is found in the catalogue before the first request. */
export async function openLibrary({
  config,
  platform,
  clock,
  log,
  integrity = new Integrity(log),
}: Omit<RoleContext, 'engineScript'> & { readonly integrity?: Integrity }): Promise<Library> {
  const { residencies, serves } = config;
  const { quotas } = config.signIn;
  const ambient = {
    ...{ clock, random: systemRandom },
    pause: (ms: number) => new Promise<void>((go) => void systemTimer(ms, go)),
  };
  for (const [residency, region] of platform.regions) {
    await claimDataFormat(region.heads, async (found) => {
      if (found < PEOPLE_APART && serves !== null && !serves.has(residency)) await assertEmpty(region);
      const count = found < PEOPLE_APART ? await movePersons(region, ambient) : 0;
      if (count > 0) log.info('people kept apart', { count });
    });
  }
  await assertResidencies({ regions: platform.regions, residencies, serves }, tenantsOf(config));
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
  if (tenantsOf(config).has(LOCAL_TENANT)) await place.keys.create(LOCAL_TENANT);
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
