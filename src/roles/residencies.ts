import { isElsewhere, Placements, type Residency } from '../documents/index.ts';
import type { RoleContext } from './role.ts';

type Installed = Pick<RoleContext, 'platform' | 'config' | 'clock'>;

export function placementsOf({ platform: { regions }, config, clock }: Installed): Placements {
  const { residencies, serves } = config;
  return new Placements({ regions, residencies, serves, clock });
}

/** The region that a tenant is in now. */
export function residencyOf(installed: Installed): (tenant: string) => Promise<Residency> {
  const placements = placementsOf(installed);
  return async (tenant) => (await placements.of(tenant)).residency;
}

/** The same, `null` for one that others serve. */
export function residencyHere(installed: Installed): (tenant: string) => Promise<Residency | null> {
  const find = residencyOf(installed);
  return async (tenant) =>
    await find(tenant).catch((error: unknown) => {
      if (isElsewhere(error)) return null;
      throw error;
    });
}
