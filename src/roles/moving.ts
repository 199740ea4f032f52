import { type Actor, localOperator } from '../access/index.ts';
import type { Trail } from '../audit/index.ts';
import { type Library, type Mover, type MoveStatus, Placements, TenantMove } from '../documents/index.ts';
import { OutsideError, systemRandom, systemTimer } from '../kit/index.ts';
import { AGAIN_MS, removeLeftEvents } from './left-events.ts';
import { settleRegions } from './regional.ts';
import { placementsOf } from './residencies.ts';
import type { RoleContext } from './role.ts';

/** @param pause instead of waiting; for tests. @param onStep is told before each step. */
export function openMover(
  { platform, config, clock }: Pick<RoleContext, 'platform' | 'config' | 'clock'>,
  library: Library,
  trail: Trail,
  {
    pause = (ms: number) => new Promise<void>((go) => void systemTimer(ms, go)),
    onStep = () => {},
  }: { pause?: (ms: number) => Promise<void>; onStep?: (step: string) => void | Promise<void> } = {},
): Mover {
  const installed = { platform, config, clock };
  const placements = placementsOf(installed);
  const ambient = { clock, random: systemRandom, pause };
  const told = async (tenant: string, type: 'tenant.move-started' | 'tenant.moved', details: object) => {
    const actor: Actor = { ...localOperator('move', null), tenant };
    const said = { type, outcome: 'done', reason: 'operator', object: tenant } as const;
    await trail.record({ ...said, actor, details: { ...details } });
    await trail.advance();
  };
  /** The events of the tenant, as they stand in the chain, into the sink of the other region. */
  const copyEvents = async (tenant: string, to: string): Promise<void> => {
    const sink = platform.audit.get(to);
    if (sink === undefined) return;
    await sink.prepare();
    for await (const first of trail.pages(tenant, 0)) await sink.append(await trail.page(tenant, first));
  };
  const status = async (tenant: string): Promise<MoveStatus> => {
    const { residency: region } = await placements.look(tenant);
    const moves: MoveStatus['moves'][number][] = [];
    for await (const { move } of placements.all()) {
      const { format, tenant: whose, ...said } = move;
      if (whose === tenant) moves.push(said);
    }
    const isLeft = moves.some(({ from, events }) => from !== region && (events?.removedAt ?? null) === null);
    const inOrder = moves.toSorted((one, other) => one.serial - other.serial);
    return { tenant, region, events: isLeft ? 'left' : 'removed', moves: inOrder };
  };
  /** One try to remove what is left of its events. What does not answer does so later: the move is done. */
  const leave = async (tenant: string): Promise<Pick<MoveStatus, 'events'>> => {
    try {
      await removeLeftEvents(installed, trail, tenant);
      await trail.advance();
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error;
    }
    const { events } = await status(tenant);
    return { events };
  };
  const mover = new TenantMove({ placements, ambient, onStep, beforeSwitch: copyEvents });
  return {
    move: async (tenant, to) => {
      placements.region(to);
      const { residency, move } = await placements.look(tenant);
      if (move?.move.phase !== 'moving' && residency !== to) {
        await ownKeys(library, tenant);
        await told(tenant, 'tenant.move-started', { from: residency, to });
      }
      const { events, moves } = await status(tenant);
      const last = moves.at(-1);
      if (residency === to && last?.phase === 'done' && events === 'left') {
        const nothing = { objects: 0, versions: 0, removed: 0, left: 0 };
        return { tenant, from: last.from, to, ...nothing, ...(await leave(tenant)) };
      }
      const report = await mover.run(tenant, to, 'operator');
      // What this process knew of the tenant's place is older.
      await pause(Placements.knownMs);
      await settleRegions(installed);
      const { from, objects, versions, removed, left } = report;
      await told(tenant, 'tenant.moved', { from, to, objects, versions, removed, left });
      return { ...report, ...(await leave(tenant)) };
    },
    status,
    settled: async (tenant) => {
      while ((await leave(tenant)).events === 'left') await pause(AGAIN_MS);
    },
    abort: (tenant) => mover.abort(tenant),
  };
}

/** Has every data key wrapped by the key of its document: then only those have to be wrapped anew. */
async function ownKeys({ keys }: Library, tenant: string): Promise<void> {
  await keys.rotate(tenant);
  for (;;) {
    const { done, keys: count } = await keys.rewrap(tenant);
    if (done || count === 0) return;
  }
}
