import { Results } from '../documents/index.ts';
import { createApp, UploadMemory } from '../http/index.ts';
import { EnginePool, PrintShop } from '../jobs/index.ts';
import { describeError } from '../kit/index.ts';
import { HttpServer } from './http-server.ts';
import type { RoleContext, RunningRole } from './role.ts';
import { watchVitals } from './vitals.ts';

/** How often expired results are looked for. */
const SWEEP_EVERY_MS = 5 * 60_000;
const MEGABYTE = 1024 * 1024;

/** Everything in one process: the HTTP interface, the engine's threads and the sweeps. */
export async function startAll(context: RoleContext): Promise<RunningRole> {
  const { config, platform, log, clock } = context;
  const results = new Results(platform.blobs, clock, config.resultsMb * MEGABYTE);
  const pool = openPool(context);
  const vitals = watchVitals();
  const server = new HttpServer();
  const app = createApp({
    pool,
    results,
    blobs: platform.blobs,
    prints: new PrintShop(platform.printer),
    uploads: new UploadMemory(config.uploadMemoryMb * MEGABYTE),
    clock,
    log,
    assetsDirectory: config.assetsDirectory,
    port: () => server.port,
    vitals: vitals.read,
    stopping: () => server.stopping,
  });
  try {
    await server.listen(app.fetch, config.host, config.port);
  } catch (error) {
    vitals.stop();
    await pool.close();
    throw error;
  }
  const endSweeps = sweepRegularly(context, results);
  const stopAccepting = async () => {
    endSweeps();
    vitals.stop();
    pool.stop();
    server.stop();
  };
  return {
    url: server.url,
    shutdown: [
      { name: 'stop accepting', deadlineMs: 1000, run: stopAccepting },
      { name: 'drain', deadlineMs: 20_000, run: () => server.drained() },
      { name: 'cut connections', deadlineMs: 2000, run: () => server.cut() },
      { name: 'end pool', deadlineMs: 5000, run: () => pool.close() },
    ],
  };
}

function openPool({ config, engineScript }: RoleContext): EnginePool {
  return new EnginePool({
    threads: config.workers,
    queueLength: config.queueLength,
    deadlineMs: config.deadlineMs,
    memoryMb: config.workerMemoryMb,
    ...(engineScript === undefined ? {} : { script: engineScript }),
  });
}

/** Removes expired results now and every few minutes. @returns how to end that. */
function sweepRegularly({ log }: RoleContext, results: Results): () => void {
  const sweep = () => {
    results.sweep().then(
      (removed) => removed > 0 && log.info('swept', { removed }),
      (error: unknown) => log.error('sweep failed', describeError(error)),
    );
  };
  sweep();
  const timer = setInterval(sweep, SWEEP_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
