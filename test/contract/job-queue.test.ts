import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { SqliteJobQueue } from '../../src/platform/embedded/index.ts';
import { BullJobQueue, connect } from '../../src/platform/redis/index.ts';
import { startProxy } from '../services/proxy.ts';
import { type RedisCluster, startRedis, startRedisCluster } from '../services/redis.ts';
import { describeJobQueue } from './job-queue.ts';

const folder = mkdtempSync(join(tmpdir(), 'redline-queue-'));
const opened: SqliteJobQueue[] = [];

afterAll(() => {
  for (const queue of opened) queue.close();
  rmSync(folder, { recursive: true });
});

describeJobQueue('an embedded database', async () => {
  const path = join(folder, `queue-${opened.length}.sqlite`);
  const time = { now: Date.now() };
  const [one, other] = [0, 1].map(() => SqliteJobQueue.open(path, () => time.now));
  if (one === undefined || other === undefined) throw new Error();
  opened.push(one, other);
  const shortMs = 50;
  const pass = async () => {
    time.now += shortMs + 1;
  };
  return { one, other, shortMs, pass, slow: () => {} };
});

async function startBehindLine(): Promise<Pick<RedisCluster, 'addresses' | 'lines' | 'stop'>> {
  const redis = await startRedis();
  const line = await startProxy(Number(new URL(redis.addresses[0] ?? '').port));
  const stop = async () => {
    await line.stop();
    await redis.stop();
  };
  return { addresses: [`redis://127.0.0.1:${line.port}`], lines: [line], stop };
}

describe.each([
  ['one Redis', startBehindLine],
  ['a cluster of three', () => startRedisCluster(true)],
] as const)('%s', (adapter, start) => {
  let server: Pick<RedisCluster, 'addresses' | 'lines' | 'stop'>;
  let clients: ReturnType<typeof connect>[] = [];
  let opened = 0;
  beforeAll(async () => {
    server = await start();
    clients = [connect(server.addresses), connect(server.addresses)];
    await Promise.all(clients.map((client) => once(client, 'ready')));
  });
  afterAll(async () => {
    for (const client of clients) client.disconnect();
    await server.stop();
  });

  describeJobQueue(adapter, async () => {
    opened += 1;
    const options = { prefix: `{q${opened}}`, stalledEveryMs: 50 };
    const [one, other] = clients.map((client) => new BullJobQueue(client, options));
    if (one === undefined || other === undefined) throw new Error();
    const shortMs = 100;
    const pass = async () => {
      const began = Date.now();
      await expect.poll(() => Date.now() - began, { interval: 20 }).toBeGreaterThan(shortMs);
    };
    const slow = (ms: number) => {
      for (const line of server.lines) line.delay(ms);
    };
    return { one, other, shortMs, pass, slow };
  });
});
