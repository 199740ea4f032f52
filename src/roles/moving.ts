import { type Actor, localOperator } from '../access/index.ts';
import type { Trail } from '../audit/index.ts';
import { type Library, type Mover, Placements, TenantMove } from '../documents/index.ts';
import { systemRandom, systemTimer } from '../kit/index.ts';
import { settleRegions } from './regional.ts';
import type { RoleContext } from './role.ts';

/** @param pause instead of waiting; for tests. @param onStep is told before each step. */
export function openMover(
  { platform, config, clock }: Pick<RoleContext, 'platform' | 'config' | 'clock'>,
  library: Library,
  trail: Trail,
  {
    pause = (ms: number) => new Promise<void>((go) => void systemTimer(ms, go)),
    onStep = () => {},
  }: { pause?: (ms: number) => Promise<void>; onStep?: (step: string) => void } = {},
): Mover {
  const placements = new Placements({
    regions: platform.regions,
    residencies: config.residencies,
    serves: config.serves,
    clock,
  });
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
  const mover = new TenantMove({ placements, ambient, onStep, beforeSwitch: copyEvents });
  return {
    move: async (tenant, to) => {
      const { residency, move } = await placements.look(tenant);
      if (move?.move.phase !== 'moving' && residency !== to) {
        await ownKeys(library, tenant);
        await told(tenant, 'tenant.move-started', { from: residency, to });
      }
      const report = await mover.run(tenant, to, 'operator');
      // What this process knew of the tenant's place is older.
      await pause(Placements.knownMs);
      await settleRegions({ platform, config, clock });
      const { from, objects, versions, removed, left } = report;
      await told(tenant, 'tenant.moved', { from, to, objects, versions, removed, left });
      return report;
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
