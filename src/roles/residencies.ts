import { isElsewhere, Placements, type Residency } from '../documents/index.ts';
import type { RoleContext } from './role.ts';

/** The region that a tenant is in now. */
export function residencyOf({
  platform,
  config,
  clock,
}: Pick<RoleContext, 'platform' | 'config' | 'clock'>): (tenant: string) => Promise<Residency> {
  const placements = new Placements({
    regions: platform.regions,
    residencies: config.residencies,
    serves: config.serves,
    clock,
  });
  return async (tenant) => (await placements.of(tenant)).residency;
}

/** The same, `null` for one that others serve. */
export function residencyHere(
  installed: Pick<RoleContext, 'platform' | 'config' | 'clock'>,
): (tenant: string) => Promise<Residency | null> {
  const find = residencyOf(installed);
  return async (tenant) =>
    await find(tenant).catch((error: unknown) => {
      if (isElsewhere(error)) return null;
      throw error;
    });
}
