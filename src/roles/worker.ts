import { announceRegularly } from './announcing.ts';
import { openCore } from './core.ts';
import { serveMetrics } from './metrics.ts';
import type { RoleContext, RunningRole } from './role.ts';
import { sweepRegularly } from './sweeps.ts';
import { auditLag, checkpointRegularly, relayRegularly } from './trail.ts';
import { deliverRegularly } from './webhooks.ts';
import { beginWork, GRACE_MS, putBackRegularly } from './work.ts';

/** What takes longer than a request, and the sweeps; nothing listens. */
export async function startWorker(given: RoleContext): Promise<RunningRole> {
  const core = await openCore(given);
  const { context, integrity, library, trail, operations, pool } = core;
  const metrics = await serveMetrics(context, pool, auditLag(context, trail));
  const endHearing = await operations.listen();
  const endAnnouncing = announceRegularly(context);
  const worker = beginWork(context, core);
  const deliveries = deliverRegularly(core.deliverer);
  const endPuttingBack = putBackRegularly(operations, context, integrity);
  const endSweeps = sweepRegularly(context, { ...core, access: null });
  const relay = relayRegularly(trail, context.log, integrity);
  const signing = checkpointRegularly(context, library, trail);
  const stopTaking = async () => {
    endSweeps();
    endPuttingBack();
    endAnnouncing();
    metrics.close();
    worker.stop();
  };
  const forget = async () => {
    endHearing();
    library.close();
  };
  return {
    shutdown: [
      { name: 'stop taking', deadlineMs: 1000, run: stopTaking },
      { name: 'finish or hand back', deadlineMs: GRACE_MS + 5000, run: () => worker.end(GRACE_MS) },
      { name: 'end deliveries', deadlineMs: 5000, run: () => deliveries.end() },
      { name: 'deliver events', deadlineMs: 5000, run: () => relay.end() },
      { name: 'sign events', deadlineMs: 5000, run: () => signing.end() },
      { name: 'end pool', deadlineMs: 5000, run: () => pool.close() },
      { name: 'forget keys', deadlineMs: 1000, run: forget },
    ],
  };
}
