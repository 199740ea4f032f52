import { OutsideError } from '../kit/index.ts';
import { isElsewhere, Placements } from './moving/index.ts';
import type { Places } from './routing.ts';

/** What stays of a tenant, by kinds of objects. */
const KINDS = ['heads', 'records'] as const;

/**
 * Checks at start that nothing of a tenant is in another region than its own: a tenant that was given another one would
 * find its documents gone, and write new ones apart from them.
 *
 * @throws {OutsideError} `refused`, naming every tenant that is in the wrong place.
 */
export async function assertResidencies(
  { regions, residencies, serves = null }: Places,
  tenants: Iterable<string>,
): Promise<void> {
  const placements = new Placements({ regions, residencies, serves });
  const misplaced: string[] = [];
  for (const tenant of new Set(tenants)) {
    if (regions.size === 1) continue;
    const found = await placements.look(tenant).catch((error: unknown) => {
      if (isElsewhere(error)) return null;
      throw error;
    });
    // It moved to where others serve it.
    if (found === null) continue;
    const { residency: own, move } = found;
    // What is on its way, and what is left of a move that was cut short: `move-tenant` goes on with it.
    const isMoving = move !== null && move.move.phase !== 'done';
    for (const [residency, { heads }] of regions) {
      if (residency === own || (isMoving && [move.move.from, move.move.to].includes(residency))) continue;
      const objects = await Promise.all(KINDS.map((kind) => isAny(heads.list(`${kind}/${tenant}/`))));
      if (objects.includes(true)) misplaced.push(`${tenant} is kept in ${residency}, not in ${own}`);
    }
  }
  if (misplaced.length === 0) return;
  throw new OutsideError(
    'BlobStore',
    'refused',
    `Tenants stay where their documents are: ${misplaced.join('; ')}. Put the region back in REDLINE_TENANTS.`,
  );
}

async function isAny(list: AsyncIterable<unknown>): Promise<boolean> {
  for await (const _ of list) return true;
  return false;
}
