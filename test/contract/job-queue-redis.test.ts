import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Job, JobQueue } from '../../src/jobs/index.ts';
import { Outside, OutsideError } from '../../src/kit/index.ts';
import { guardedJobQueue, QUEUE_LIMITS } from '../../src/platform/index.ts';
import { BullJobQueue, connect, openRedis } from '../../src/platform/redis/index.ts';
import { startProxy } from '../services/proxy.ts';
import { type RedisServer, startRedis } from '../services/redis.ts';
import { hex } from './sessions.ts';

const ON = new AbortController().signal;
const take = (queue: JobQueue) => queue.take({ worker: 'w', lockMs: 600_000, waitMs: 30_000 }, ON);
const some = (tenant: string, count: number): Job[] =>
  Array.from({ length: count }, () => ({ id: `o_${hex(8)}`, tenant, priority: 'normal' as const }));

let server: RedisServer;
let client: ReturnType<typeof connect>;
beforeAll(async () => {
  server = await startRedis();
  client = connect(server.addresses);
  await once(client, 'ready');
});
afterAll(async () => {
  client.disconnect();
  await server.stop();
});

test('ranks go on where the numbers of BullMQ end, in order and fairly', async () => {
  const queue = new BullJobQueue(client, { prefix: '{few}', range: 40 });
  const given: Record<string, string[]> = { ada: [], ben: [] };
  const got: Record<string, string[]> = { ada: [], ben: [] };
  const add = async (tenant: string, count: number) => {
    const jobs = some(tenant, count);
    await queue.add(jobs);
    given[tenant]?.push(...jobs.map(({ id }) => id));
  };
  await add('ada', 6);
  await add('ben', 3);
  for (let round = 0; round < 100; round += 1) {
    await add('ada', 1);
    await add('ben', 1);
    for (let n = 0; n < 2; n += 1) {
      const job = await take(queue);
      if (job === null) throw new Error();
      await queue.finish(job);
      got[job.tenant]?.push(job.id);
    }
  }
  expect(got.ada).toEqual(given.ada?.slice(0, 100));
  expect(got.ben).toEqual(given.ben?.slice(0, 100));
  await queue.add(some('ada', 10));
  await queue.add(some('cy', 1));
  const next = [await take(queue), await take(queue), await take(queue)];
  expect(next.map((job) => job?.tenant)).toContain('cy');
});

test('what is about many jobs is one command, and taking one is a few', async () => {
  const queue = new BullJobQueue(client, { prefix: '{told}' });
  const jobs = some('ada', 1000);
  await queue.add(jobs);
  const taken = await take(queue);
  if (taken === null) throw new Error();
  const sent = vi.spyOn(client, 'sendCommand');
  const count = async (work: () => Promise<unknown>): Promise<number> => {
    sent.mockClear();
    await work();
    return sent.mock.calls.length;
  };
  // A script that the server does not know yet is sent a second time.
  const ids = jobs.map(({ id }) => id);
  expect(await count(() => queue.missing(ids))).toBeLessThanOrEqual(2);
  expect(await count(() => queue.state())).toBeLessThanOrEqual(4);
  expect(await count(() => queue.dead({ after: null, limit: 500 }))).toBeLessThanOrEqual(2);
  expect(await count(() => take(queue))).toBeLessThanOrEqual(8);
  for (const work of [() => queue.finish(taken), () => queue.release(taken), () => queue.remove(taken.id)])
    expect(await count(work)).toBeLessThanOrEqual(2);
  sent.mockRestore();
});

describe('a Redis that forgets', () => {
  const places = ['waits', 'is delayed', 'is active', 'is dead'] as const;

  test.each(places)('the data of what %s: nobody is held up, and it can be added again', async (place) => {
    const prefix = `{partly-${place.replace(' ', '-')}}`;
    const queue = new BullJobQueue(client, { prefix, stalledEveryMs: 20 });
    const [job, other] = some('ada', 2);
    if (job === undefined || other === undefined) throw new Error();
    await queue.add([job], place === 'is delayed' ? 1 : 0);
    if (place === 'is active') await queue.take({ worker: 'w', lockMs: 1, waitMs: 30_000 }, ON);
    if (place === 'is dead') {
      const taken = await take(queue);
      if (taken !== null) await queue.bury(taken, 'test/broken');
    }
    await client.del(`${prefix}:jobs:${job.id}`);
    await queue.add([other]);
    expect((await take(queue))?.id).toBe(other.id);
    expect(await queue.missing([job.id, other.id])).toEqual([job.id]);
    await queue.add([job]);
    expect(await take(queue)).toMatchObject({ id: job.id, attempt: 1 });
    expect(await queue.take({ worker: 'w', lockMs: 1, waitMs: 0 }, ON), 'once').toBeNull();
    expect(await queue.state()).toMatchObject({ active: 2, delayed: 0, dead: 0 });
  });

  test('where its jobs are, but not the jobs: they are missing', async () => {
    const prefix = '{placeless}';
    const queue = new BullJobQueue(client, { prefix });
    const jobs = some('ada', 3);
    await queue.add(jobs);
    await client.del(`${prefix}:jobs:prioritized`);
    const ids = jobs.map(({ id }) => id);
    expect(await queue.missing(ids)).toEqual(ids);
    await queue.add(jobs);
    expect((await take(queue))?.id).toBe(ids[0]);
  });

  test('everything: what it held is missing, nobody holds it, and it goes on', async () => {
    const queue = new BullJobQueue(client, { prefix: '{flushed}' });
    const jobs = some('ada', 3);
    await queue.add(jobs);
    const held = await take(queue);
    await client.flushall();
    const ids = jobs.map(({ id }) => id);
    expect(await queue.missing(ids)).toEqual(ids);
    if (held === null) throw new Error();
    expect(await queue.renew(held, 1000)).toBe(false);
    expect(await queue.finish(held)).toBe(false);
    await queue.add(jobs);
    const again = [await take(queue), await take(queue), await take(queue)];
    expect(again.map((job) => job?.id)).toEqual(ids);
  });

  test('and is away: that is said, and once it is back the same queue works', async () => {
    const queue = guardedJobQueue(
      new BullJobQueue(client, { prefix: '{away}' }),
      new Outside('JobQueue', QUEUE_LIMITS),
    );
    const jobs = some('ada', 2);
    await queue.add(jobs);
    const held = await take(queue);
    if (held === null) throw new Error();
    await server.kill();
    for (const call of [
      () => queue.add(jobs),
      () => queue.take({ worker: 'w', lockMs: 1, waitMs: 0 }, ON),
      () => queue.finish(held),
      () => queue.missing(['o_1']),
      () => queue.state(),
    ]) {
      const error = await call().catch((one: unknown) => one);
      expect(error).toBeInstanceOf(OutsideError);
      expect(error).toMatchObject({ port: 'JobQueue' });
    }
    await server.restart();
    await expect.poll(() => queue.missing(jobs.map(({ id }) => id)).catch(String)).toHaveLength(2);
    await expect.poll(() => queue.add(jobs).then(() => 'added', String)).toBe('added');
    expect((await take(queue))?.id).toBe(jobs[0]?.id);
  });
});

test('a queue that is opened before its Redis works once that is there', async () => {
  await server.kill();
  const early = connect(server.addresses);
  const queue = new BullJobQueue(early);
  await expect(queue.state()).rejects.toMatchObject({ failure: 'unavailable' });
  await server.restart();
  await expect.poll(() => queue.add(some('ada', 1)).then(() => 'added', String)).toBe('added');
  expect((await take(queue))?.tenant).toBe('ada');
  early.disconnect();
});

test('a line that says nothing any more, and does not end, is given up for another one', async () => {
  await expect.poll(() => client.status).toBe('ready');
  const line = await startProxy(Number(new URL(server.addresses[0] ?? '').port));
  const behind = connect([`redis://127.0.0.1:${line.port}`]);
  const queue = new BullJobQueue(behind, { prefix: '{silent}' });
  const jobs = some('ada', 1);
  await expect.poll(() => queue.add(jobs).then(() => 'added', String)).toBe('added');
  // What is on it now comes after this test.
  line.delay(600_000);
  await expect(queue.missing(['o_1'])).rejects.toMatchObject({ failure: 'unavailable' });
  line.delay(0);
  await expect.poll(() => queue.missing(jobs.map(({ id }) => id)).catch(String)).toEqual([]);
  behind.disconnect();
  await line.stop();
});

test('a Redis that throws away what it was given is warned of', async () => {
  const warnings: string[] = [];
  const open = () => openRedis(server.addresses, null, (message) => warnings.push(message));
  await expect.poll(() => client.status).toBe('ready');
  const shared = open();
  await expect.poll(() => shared.queue.state().then(() => 'ready', String)).toBe('ready');
  expect(warnings).toEqual([]);
  await shared.close();
  await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
  const other = open();
  await expect.poll(() => warnings).toEqual([expect.stringContaining('allkeys-lru')]);
  await other.close();
});
