// npm run bench:queue: what the queue of jobs does on each adapter. `--jobs N` stand in it, `--seconds S` express work is asked for.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Job, JobQueue, Priority } from '../src/jobs/index.ts';
import { systemClock } from '../src/kit/index.ts';
import { SqliteJobQueue } from '../src/platform/embedded/index.ts';
import { BullJobQueue, connect } from '../src/platform/redis/index.ts';
import { startRedis, startRedisCluster } from '../test/services/redis.ts';

const { values } = parseArgs({
  options: { jobs: { type: 'string', default: '5000' }, seconds: { type: 'string', default: '10' } },
});
const JOBS = Number(values.jobs);
const SECONDS = Number(values.seconds);
/** Workers that take at the same time, each job held for so many milliseconds. */
const WORKERS = 4;
const WORK_MS = 50;
const SUBMITTERS = 100;
const SUBMISSIONS = 20;
const LOCK_MS = 20_000;

let number = 0;
function jobOf(priority: Priority, tenant = 'acme'): Job {
  number += 1;
  return { id: `o_${number}`, tenant, priority };
}
const many = (count: number, priority: Priority): Job[] =>
  Array.from({ length: count }, () => jobOf(priority, `t${number % 10}`));

for (const [name, open] of [
  ['SQLite', openSqlite],
  ['one Redis', () => openBull(startRedis)],
  ['a cluster of three', () => openBull(startRedisCluster)],
] as const) {
  const { queue, close } = await open();
  try {
    await measureRates(name, queue);
    await measureSubmitters(name, queue);
    await measureExpress(name, queue);
  } finally {
    await close();
  }
}

async function measureRates(name: string, queue: JobQueue): Promise<void> {
  const jobs = many(JOBS, 'normal');
  const adding = await timed(() => queue.add(jobs));
  const taking = await timed(async () => {
    for (let n = 0; n < JOBS; n += 1) await takeAndFinish(queue);
  });
  say(
    name,
    `adds ${JOBS} at once`,
    `${rate(JOBS, adding)}, takes and finishes one by one ${rate(JOBS, taking)}`,
  );
}

/** How long one job takes to be added while so many add at the same time, and batch work stands there. */
async function measureSubmitters(name: string, queue: JobQueue): Promise<void> {
  await queue.add(many(JOBS, 'batch'));
  const times: number[] = [];
  const submit = async (): Promise<void> => {
    for (let n = 0; n < SUBMISSIONS; n += 1) {
      times.push(await timed(() => queue.add([jobOf('normal')])));
    }
  };
  await Promise.all(Array.from({ length: SUBMITTERS }, submit));
  say(name, `${SUBMITTERS} submitters`, `one job is added in ${spread(times)}`);
}

/** How long express work waits while batch jobs stand in the queue and workers are busy with them. */
async function measureExpress(name: string, queue: JobQueue): Promise<void> {
  const begun = new Map<string, number>();
  const waits: number[] = [];
  const ending = new AbortController();
  const work = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const job = await queue.take({ worker: 'w', lockMs: LOCK_MS, waitMs: 1000 }, ending.signal);
      if (job === null) continue;
      const since = begun.get(job.id);
      if (since !== undefined) waits.push(performance.now() - since);
      await pause(WORK_MS);
      await queue.finish(job);
    }
  };
  const workers = Array.from({ length: WORKERS }, work);
  const until = performance.now() + SECONDS * 1000;
  const standing = (await queue.state()).waiting.batch.count;
  while (performance.now() < until) {
    const job = jobOf('express', 'eager');
    begun.set(job.id, performance.now());
    await queue.add([job]);
    await pause(100);
  }
  const { waiting } = await queue.state();
  ending.abort();
  await Promise.all(workers);
  const left = `${standing} batch jobs at the start, ${waiting.batch.count} at the end`;
  say(name, `express, ${left}`, `${waits.length} of ${begun.size} begun after ${spread(waits)}`);
}

async function takeAndFinish(queue: JobQueue): Promise<void> {
  const job = await queue.take({ worker: 'w', lockMs: LOCK_MS, waitMs: 1000 }, new AbortController().signal);
  if (job !== null) await queue.finish(job);
}

async function openSqlite() {
  const folder = await mkdtemp(join(tmpdir(), 'redline-bench-'));
  const queue = SqliteJobQueue.open(join(folder, 'queue.sqlite'), systemClock);
  const close = async (): Promise<void> => {
    queue.close();
    await rm(folder, { recursive: true });
  };
  return { queue, close };
}

async function openBull(start: () => Promise<{ addresses: readonly string[]; stop(): Promise<void> }>) {
  const server = await start();
  const client = connect(server.addresses);
  await once(client, 'ready');
  const close = async (): Promise<void> => {
    client.disconnect();
    await server.stop();
  };
  return { queue: new BullJobQueue(client), close };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function rate(count: number, ms: number): string {
  return `${Math.round((count * 1000) / ms)} a second`;
}

function spread(times: number[]): string {
  times.sort((one, other) => one - other);
  const at = (share: number) =>
    (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(1);
  return `${at(0.5)} ms (median), ${at(0.95)} ms (p95), ${at(1)} ms (longest)`;
}

function say(name: string, what: string, measured: string): void {
  process.stdout.write(`${name}: ${what}: ${measured}\n`);
}
