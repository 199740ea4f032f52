import type { Trail } from '../audit/index.ts';
import { isElsewhere, isMoving, type LeftEvents, Placements, type StoredMove } from '../documents/index.ts';
import { placementsOf } from './residencies.ts';
import type { RoleContext } from './role.ts';

/** Nobody tries again sooner: in BigQuery rows are too new to be removed for half an hour, seldom for longer than 90 minutes. */
export const AGAIN_MS = 10 * 60_000;
/** What has not begun by then does not begin any more: whoever moves a tenant back waits longer before they copy. */
const BEGIN_MS = Placements.knownMs * 3;

type Installed = Pick<RoleContext, 'platform' | 'config' | 'clock'>;

/**
 * Removes the rows of events of tenants that moved, from the sinks of the regions that they left, as soon as that can be done; and has
 * the trail say that it was. The record of the move says how far that is, so that any process goes on. Decision 0219.
 *
 * @param only one tenant, whose turn it is whenever somebody tried last.
 * @returns how many moves nothing is left of any more.
 */
export async function removeLeftEvents(
  installed: Installed,
  trail: Pick<Trail, 'record'>,
  only: string | null = null,
): Promise<number> {
  if (installed.platform.regions.size === 1) return 0;
  let count = 0;
  let failure: unknown = null;
  for await (const stored of placementsOf(installed).all()) {
    const { tenant, phase, events } = stored.move;
    const isOver = phase !== 'done' || (events !== undefined && events.removedAt !== null);
    const triedAt = events === undefined ? 0 : Date.parse(events.triedAt);
    const isDue = only === null ? installed.clock() - triedAt >= AGAIN_MS : only === tenant;
    if (isOver || !isDue) continue;
    try {
      if (await removeOf(installed, trail, stored)) count += 1;
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure !== null) throw failure;
  return count;
}

/** @returns whether nothing is left of the events of one move. */
async function removeOf(
  installed: Installed,
  trail: Pick<Trail, 'record'>,
  stored: StoredMove,
): Promise<boolean> {
  const { move } = stored;
  const placements = placementsOf(installed);
  if ((await homeOf(placements, stored)) === null) return false;
  const now = () => new Date(installed.clock()).toISOString();
  const begun = { tries: (move.events?.tries ?? 0) + 1, triedAt: now(), removedAt: null };
  const write = (base: StoredMove, events: LeftEvents) =>
    placements.write(base, { ...move, events }).catch((error: unknown) => {
      // Another process has it in hand, or it is moved once more.
      if (isMoving(error)) return null;
      throw error;
    });
  const claimed = await write(stored, { ...begun, reason: 'under-way' });
  if (claimed === null) return false;
  let reason: LeftEvents['reason'] = 'failed';
  try {
    const found = await attempt(installed, placements, stored);
    if (found === null) await tell(trail, stored, begun.tries);
    reason = found;
  } finally {
    await write(claimed, { ...begun, reason, removedAt: reason === null ? now() : null });
  }
  return reason === null;
}

/** @returns why something is left; `null` when nothing is. */
async function attempt(
  { platform, clock }: Installed,
  placements: Placements,
  stored: StoredMove,
): Promise<LeftEvents['reason']> {
  const { tenant, from } = stored.move;
  const left = platform.audit.get(from);
  const own = platform.audit.get((await homeOf(placements, stored)) ?? from);
  // A region without a sink here: nobody can tell.
  if (left === undefined || own === undefined) return 'incomplete';
  if ((await left.rows(tenant)) === 0) return null;
  if ((await own.gaps(tenant, await left.last(tenant))).length > 0) return 'incomplete';
  const until = clock() + BEGIN_MS;
  if ((await homeOf(placements, stored)) === null) return 'returning';
  if (!(await left.remove(tenant, until))) return 'too-new';
  return (await left.rows(tenant)) === 0 ? null : 'some-left';
}

/** Where the tenant is now; `null` when it is back where its events are to be removed, on its way anywhere, or with others. */
async function homeOf(
  placements: Placements,
  { move: { tenant, from } }: StoredMove,
): Promise<string | null> {
  try {
    const { residency, move } = await placements.look(tenant);
    return residency === from || move?.move.phase === 'moving' ? null : residency;
  } catch (error) {
    if (isElsewhere(error)) return null;
    throw error;
  }
}

/** Under an id that is the same whoever says it. */
async function tell(
  trail: Pick<Trail, 'record'>,
  { move: { tenant, from, to, serial } }: StoredMove,
  tries: number,
): Promise<void> {
  await trail.record({
    ...({ type: 'tenant.events-removed', outcome: 'done', reason: null, object: tenant } as const),
    id: `moved.${tenant}.${serial}.events`,
    actor: {
      ...({ tenant, kind: 'service', id: 'housekeeper', credential: 'process' } as const),
      ...{ address: null, requestId: 'housekeeping' },
    },
    details: { from, to, tries },
  });
}
