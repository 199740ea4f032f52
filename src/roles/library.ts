import { LOCAL_TENANT } from '../access/index.ts';
import { Library } from '../documents/index.ts';
import { describeError, Integrity, OutsideError, systemRandom, systemTimer } from '../kit/index.ts';
import type { RoleContext } from './role.ts';

/** The documents of this installation; what another process committed is found in the catalogue before the first request. */
export async function openLibrary({
  platform,
  clock,
  log,
  integrity = new Integrity(log),
}: Pick<RoleContext, 'platform' | 'clock' | 'log'> & { readonly integrity?: Integrity }): Promise<Library> {
  const [[residency, region] = []] = [...platform.regions];
  if (residency === undefined || region === undefined) throw new Error('The platform has no region.');
  const library = new Library({
    residency,
    region,
    spool: platform.blobs,
    keys: platform.keys,
    catalogue: platform.catalogue,
    ambient: { clock, random: systemRandom, pause: (ms) => new Promise((go) => void systemTimer(ms, go)) },
    onBehind: (error) => {
      integrity.note(error);
      log.warn('catalogue behind', describeError(error));
    },
  });
  await library.claim();
  await platform.keys.create(LOCAL_TENANT);
  try {
    await library.follow();
  } catch (error) {
    if (!(error instanceof OutsideError) || error.failure !== 'damaged') throw error;
    // One damaged object holds up what others committed in the list, not the service.
    integrity.note(error, { chore: 'documents followed' });
  }
  return library;
}
