import { LOCAL_TENANT } from '../access/index.ts';
import { Library } from '../documents/index.ts';
import { describeError, systemRandom, systemTimer } from '../kit/index.ts';
import type { RoleContext } from './role.ts';

/** The documents of this installation; what another process committed is found in the catalogue before the first request. */
export async function openLibrary({
  platform,
  clock,
  log,
}: Pick<RoleContext, 'platform' | 'clock' | 'log'>): Promise<Library> {
  const [[residency, region] = []] = [...platform.regions];
  if (residency === undefined || region === undefined) throw new Error('The platform has no region.');
  const library = new Library({
    residency,
    region,
    spool: platform.blobs,
    keys: platform.keys,
    catalogue: platform.catalogue,
    ambient: { clock, random: systemRandom, pause: (ms) => new Promise((go) => void systemTimer(ms, go)) },
    onBehind: (error) => log.warn('catalogue behind', describeError(error)),
  });
  await platform.keys.create(LOCAL_TENANT);
  await library.follow();
  return library;
}
