import { SERVICE_TENANT } from '../access/index.ts';
import type { Trail } from '../audit/index.ts';
import type { Library } from '../documents/index.ts';
import { tenantsHere } from './library.ts';
import type { RoleContext } from './role.ts';

/** The sweep of retention over all tenants. @returns how many documents were deleted. */
export async function sweepRetention(
  context: Pick<RoleContext, 'config' | 'log' | 'platform' | 'clock'>,
  library: Library,
  trail: Pick<Trail, 'record'>,
): Promise<number> {
  const { log } = context;
  let deleted = 0;
  for (const tenant of await tenantsHere(context)) {
    if (tenant === SERVICE_TENANT) continue;
    const report = await library.retentionSweep.run(tenant, false);
    const { clockDoubtedSince: since, counts } = report;
    deleted += counts.deleted;
    if (since === null) continue;
    log.warn('retention waits: the clock is not believed', { tenant });
    await trail.record({
      ...({ type: 'retention.paused', outcome: 'done', reason: null, object: tenant } as const),
      actor: {
        ...({ tenant, kind: 'service', id: 'housekeeper', credential: 'process' } as const),
        ...{ address: null, requestId: 'housekeeping' },
      },
      details: { since },
    });
  }
  return deleted;
}
