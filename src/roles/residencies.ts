import { Placements, type Residency } from '../documents/index.ts';
import type { RoleContext } from './role.ts';

/** The region that a tenant is in now. */
export function residencyOf({
  platform,
  config,
  clock,
}: Pick<RoleContext, 'platform' | 'config' | 'clock'>): (tenant: string) => Promise<Residency> {
  const placements = new Placements({ regions: platform.regions, residencies: config.residencies, clock });
  return async (tenant) => (await placements.of(tenant)).residency;
}
