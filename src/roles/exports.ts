import { Checkpointer, PortableTrail, type Trail } from '../audit/index.ts';
import type { Exports, Library } from '../documents/index.ts';
import type { RoleContext } from './role.ts';

/** What goes out to other installations, signed by the key of this one where there is a place for checkpoints. */
export function openExports(
  { platform, clock }: Pick<RoleContext, 'platform' | 'clock'>,
  library: Library,
  trail: Trail,
): Exports {
  const { checkpoints: place } = platform;
  const { records } = library;
  const signing =
    place === null ? null : { place, checkpointer: new Checkpointer({ trail, place, records, clock }) };
  return library.exports(new PortableTrail(trail, signing));
}
