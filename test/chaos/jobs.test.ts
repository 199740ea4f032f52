import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localOperator } from '../../src/access/index.ts';
import { readConfig } from '../../src/config.ts';
import type { Library, Operation } from '../../src/documents/index.ts';
import { Operations, PRIORITIES } from '../../src/jobs/index.ts';
import { createLog, systemClock, systemRandom, systemTimer } from '../../src/kit/index.ts';
import { openEmbeddedPlatform } from '../../src/platform/embedded/index.ts';
import { guardPlatform, type Platform } from '../../src/platform/index.ts';
import { openLibrary } from '../../src/roles/index.ts';
import { startProxy, type TcpProxy } from '../services/proxy.ts';
import { type RedisCluster, type RedisServer, startRedis, startRedisCluster } from '../services/redis.ts';

// Operations that are accepted while workers are killed and frozen, and the queue forgets: each is done once.

const SCRIPT = fileURLToPath(new URL('job-process.ts', import.meta.url));
const ACTOR = localOperator('chaos', null);
const PATIENT = { timeout: 240_000, interval: 200 };
const AT_ONCE = 25;
/** Thousands of operations on a machine that does other things too. */
const LONG = { timeout: 1_200_000 };

let folder: string;
let workers: ChildProcess[];
/** How often a worker was stopped while it held something. */
let caught: number;
let platform: Platform;
let library: Library;
let operations: Operations;
let settings: Record<string, string>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redline-jobs-'));
  workers = [];
  caught = 0;
});
afterEach(async () => {
  for (const worker of workers) await end(worker);
  library.close();
  await platform.close();
  rmSync(folder, { recursive: true });
});

/** Opens what everybody works with. @param redis where the queue is; without it it is a file beside the data. */
async function open(redis?: string): Promise<void> {
  settings = {
    REDLINE_DATA: folder,
    REDLINE_LOG_LEVEL: 'error',
    ...(redis === undefined ? {} : { REDLINE_REDIS: redis }),
  };
  const config = readConfig(settings, {});
  platform = guardPlatform(await openEmbeddedPlatform(folder, config), {});
  library = await openLibrary({ config, platform, clock: systemClock, log: createLog('error') });
  const { queue, channel } = platform.shared;
  operations = new Operations({
    ...{ store: library.operations, queue, channel, trail: { record: async () => {} } },
    ambient: {
      clock: systemClock,
      random: systemRandom,
      pause: (ms) => new Promise((go) => void systemTimer(ms, go)),
    },
    // What the queue does not take now the workers' sweeps put back.
    ...{ timer: systemTimer, keepMs: 3_600_000, onBehind: () => {} },
  });
}

async function startWorker(): Promise<ChildProcess> {
  const env = { PATH: process.env.PATH, ...settings };
  const worker = spawn(process.execPath, [SCRIPT], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  workers.push(worker);
  await Promise.race([
    once(worker.stdout ?? worker, 'data'),
    once(worker, 'exit').then(([code]) => {
      throw new Error(`A worker ended with ${code}.`);
    }),
  ]);
  return worker;
}

async function end(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const ended = once(worker, 'exit');
  worker.kill('SIGKILL');
  await ended;
}

/** How many operations are a worker's, as the records say. */
async function heldBy(worker: ChildProcess): Promise<number> {
  const name = `w-${worker.pid}`;
  let count = 0;
  for await (const listed of library.operations.list(ACTOR.tenant)) {
    if (listed.state !== 'running') continue;
    const stored = await library.operations.read(listed);
    if (stored?.operation.state === 'running' && stored.operation.worker === name) count += 1;
  }
  return count;
}

/** Stops one in the middle of what it does, or when others have done all there is. */
async function stopInTheMiddle(worker: ChildProcess): Promise<void> {
  const stopped = async (): Promise<boolean> => {
    worker.kill('SIGSTOP');
    const held = await heldBy(worker);
    if (held > 0) caught += 1;
    if (held > 0 || (await pending()) === 0) return true;
    worker.kill('SIGCONT');
    return false;
  };
  await expect.poll(stopped, PATIENT).toBe(true);
}

/** Ends one in the middle of what it does, and starts another. */
async function replace(worker: ChildProcess | undefined): Promise<void> {
  if (worker === undefined) throw new Error('There is no worker.');
  await stopInTheMiddle(worker);
  await end(worker);
  workers.splice(workers.indexOf(worker), 1);
  await startWorker();
}

/** Accepts so many, of every priority in turns. */
async function submit(count: number): Promise<void> {
  let left = count;
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const priority = PRIORITIES[left % PRIORITIES.length] ?? 'normal';
      await operations.accept({ kind: 'trace', priority, actor: ACTOR, request: {} });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

async function pending(): Promise<number> {
  let count = 0;
  for await (const _ of library.operations.pending(ACTOR.tenant)) count += 1;
  return count;
}

const leftAtMost = (most: number) => expect.poll(pending, PATIENT).toBeLessThanOrEqual(most);

async function all(): Promise<Operation[]> {
  const found: Operation[] = [];
  for await (const place of library.operations.list(ACTOR.tenant)) {
    const stored = await library.operations.read(place);
    if (stored !== null) found.push(stored.operation);
  }
  return found;
}

/** Freezes one past its locks, until others have done what it held, and lets it go on. @param frozen is called when it stands. */
async function freeze(worker: ChildProcess | undefined, frozen = (): void => {}): Promise<void> {
  if (worker === undefined) throw new Error('There is no worker.');
  try {
    await stopInTheMiddle(worker);
    frozen();
    await expect.poll(() => heldBy(worker), PATIENT).toBe(0);
  } finally {
    worker.kill('SIGCONT');
  }
}

/** Each was done, by one attempt that counts, and none is anywhere else. */
async function assertDoneOnce(count: number): Promise<readonly Operation[]> {
  await leftAtMost(0);
  const done = await all();
  expect(done).toHaveLength(count);
  const wrong = done.filter(
    ({ state, attempt, result, events }) =>
      state !== 'succeeded' ||
      (result as { attempt?: number } | null)?.attempt !== attempt ||
      events.filter((one) => one.state === 'succeeded').length !== 1,
  );
  expect(wrong).toEqual([]);
  const spool = [...platform.regions.values()][0]?.spool;
  const effects: string[] = [];
  for await (const { name } of spool?.list('effects/') ?? []) effects.push(name.split('/')[2] ?? '');
  expect(new Set(effects)).toEqual(new Set(done.map(({ id }) => id)));
  const idle = async () => {
    const { active, delayed, dead, waiting } = await platform.shared.queue.state();
    return [active, delayed, dead, ...Object.values(waiting).map((one) => one.count)].reduce(
      (sum, one) => sum + one,
      0,
    );
  };
  await expect.poll(idle, PATIENT).toBe(0);
  return done;
}

/** What a worker held when it was stopped somebody else did. */
function assertTakenOver(done: readonly Operation[]): void {
  expect(caught).toBeGreaterThan(0);
  expect(done.some(({ attempt }) => attempt > 1)).toBe(true);
}

const mean = (places: readonly number[]): number =>
  places.reduce((sum, place) => sum + place, 0) / places.length;

/**
 * Of all that waited together what presses was begun first, and within a priority what was asked for first, taken as a whole.
 *
 * @param together how many waited before the queue forgot: what is asked for afterwards stands in it before they are put back.
 */
function assertOrder(done: readonly Operation[], together = done.length): void {
  const begun = done.toSorted((one, other) => ((one.startedAt ?? '') < (other.startedAt ?? '') ? -1 : 1));
  const places = new Map(begun.map(({ id }, place) => [id, place]));
  const asked = done.toSorted((one, other) => (one.createdAt < other.createdAt ? -1 : 1)).slice(0, together);
  const means = PRIORITIES.map((priority) => {
    const all = asked.filter((one) => one.priority === priority).map(({ id }) => places.get(id) ?? 0);
    const half = all.length >> 1;
    expect(mean(all.slice(0, half)), priority).toBeLessThan(mean(all.slice(half)));
    return mean(all);
  });
  expect(means).toEqual(means.toSorted((one, other) => one - other));
}

describe('of 2,000 operations each is done once', LONG, () => {
  test('while workers are killed and frozen', async () => {
    const count = 2000;
    await open();
    await submit(count);
    for (let n = 0; n < 3; n += 1) await startWorker();
    await leftAtMost(count * 0.9);
    await replace(workers[0]);
    await leftAtMost(count * 0.7);
    await freeze(workers[0]);
    await leftAtMost(count * 0.4);
    await replace(workers[1]);
    const done = await assertDoneOnce(count);
    assertOrder(done);
    assertTakenOver(done);
  });

  describe('while Redis forgets, and connections are cut and held up', () => {
    let redis: RedisServer;
    let proxy: TcpProxy;

    beforeEach(async () => {
      redis = await startRedis();
      proxy = await startProxy(Number(new URL(redis.addresses[0] ?? '').port));
    });
    afterEach(async () => {
      await proxy.stop();
      await redis.stop();
    });

    test('as workers are killed and frozen too', async () => {
      const count = 2000;
      await open(`redis://127.0.0.1:${proxy.port}`);
      await submit(count / 2);
      for (let n = 0; n < 3; n += 1) await startWorker();
      const submitting = submit(count / 2);
      await redis.kill();
      await redis.restart();
      await submitting;
      await leftAtMost(count * 0.8);
      proxy.cut();
      await replace(workers[0]);
      await leftAtMost(count * 0.6);
      await freeze(workers[0], () => proxy.delay(50));
      proxy.delay(0);
      await leftAtMost(count * 0.4);
      await redis.kill();
      await redis.restart();
      proxy.cut();
      await replace(workers[1]);
      const done = await assertDoneOnce(count);
      assertOrder(done, count / 2);
      assertTakenOver(done);
    });
  });
});

describe('of 400 operations each is done once', LONG, () => {
  let cluster: RedisCluster;

  beforeEach(async () => {
    cluster = await startRedisCluster(true);
  });
  afterEach(() => cluster.stop());

  test('while nodes of a cluster end and forget, and connections are cut and held up', async () => {
    const count = 400;
    await open(cluster.addresses.join(','));
    await submit(count);
    for (let n = 0; n < 3; n += 1) await startWorker();
    await leftAtMost(count * 0.9);
    await replace(workers[0]);
    await leftAtMost(count * 0.7);
    const each = (act: (line: TcpProxy) => void) => cluster.lines.forEach(act);
    await freeze(workers[0], () => each((line) => line.delay(50)));
    each((line) => line.delay(0));
    // All jobs are on one of them.
    for (let node = 0; node < cluster.lines.length; node += 1) {
      await cluster.kill(node);
      await cluster.restart(node);
    }
    each((line) => line.cut());
    await replace(workers[1]);
    const done = await assertDoneOnce(count);
    assertOrder(done);
    assertTakenOver(done);
  });
});
