import { readConfig } from '../../src/config.ts';
import { ABSENT } from '../../src/documents/index.ts';
import { type Handlers, Operations, Worker } from '../../src/jobs/index.ts';
import { createLog, systemClock, systemRandom, systemTimer } from '../../src/kit/index.ts';
import { openEmbeddedPlatform } from '../../src/platform/embedded/index.ts';
import { guardPlatform } from '../../src/platform/index.ts';
import { openLibrary } from '../../src/roles/index.ts';

// A worker with the real queue, records and loop, whose jobs are small and leave a trace: what a worker of the service is, but
// that locks and sweeps are short, so that a test need not wait for them. The environment says where the data are.

/** What a job is asked, and what it leaves in the spool under its own name, once. */
const EFFECTS = 'effects';
const LOCK_MS = 2000;
const SWEEP_MS = 1000;
const GRACE_MS = 200;
/** Milliseconds that a job takes, and that one of sixteen takes: so that a worker can be caught in the middle of one. */
const USUAL_MS = 5;
const LONG_MS = 300;

const config = readConfig();
const clock = systemClock;
const log = createLog('error');
const platform = guardPlatform(await openEmbeddedPlatform(config.dataDirectory, config), {});
const library = await openLibrary({ config, platform, clock, log });
const spool = [...platform.regions.values()][0]?.spool;
if (spool === undefined) throw new Error('There is no region.');
const { queue, channel } = platform.shared;
const store = library.operations;
const ambient = {
  clock,
  random: systemRandom,
  pause: (ms: number) => new Promise<void>((go) => void systemTimer(ms, go)),
};
// What is on its way while everything breaks is told later.
const onBehind = (): void => {};
const operations = new Operations({
  ...{ store, queue, channel, trail: { record: async () => {} }, ambient },
  ...{ timer: systemTimer, keepMs: 3_600_000, onBehind },
});
const handlers: Handlers = new Map([
  [
    'trace',
    {
      softMs: 60_000,
      hardMs: 120_000,
      needs: () => [],
      run: async ({ operation: { id, tenant, attempt, worker } }) => {
        await ambient.pause(id.endsWith('0') ? LONG_MS : USUAL_MS);
        // Named by the operation: whoever else does the same finds that it was done.
        await spool.write(`${EFFECTS}/${tenant}/${id}`, new Uint8Array(), { ifGeneration: ABSENT });
        return { attempt, worker };
      },
    },
  ],
]);
const worker = new Worker({
  ...{ name: `w-${process.pid}`, queue, store, operations, handlers, slots: 4, lockMs: LOCK_MS, most: 20 },
  ...{ admit: async ({ actor }) => actor, clock, timer: systemTimer, random: Math.random, log, onBehind },
});
worker.start();
let isEnding = false;
const sweep = async (): Promise<void> => {
  await operations.sweep().catch(onBehind);
  if (!isEnding) setTimeout(() => void sweep(), SWEEP_MS);
};
void sweep();
process.on('SIGTERM', () => {
  isEnding = true;
  void worker.end(GRACE_MS).then(() => process.exit(0));
});
process.stdout.write('ready\n');
