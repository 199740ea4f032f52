import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/kit/index.ts';
import { SqliteLeases } from '../../src/platform/embedded/index.ts';
import type { Shared } from '../../src/platform/index.ts';
import { openRedis } from '../../src/platform/redis/index.ts';
import { connected, startRedis, startRedisCluster } from '../services/redis.ts';
import { describeLeases } from './leases.ts';

const folder = mkdtempSync(join(tmpdir(), 'redline-leases-'));
const path = join(folder, 'leases.sqlite');
let clock = systemClock;
const files = {
  one: SqliteLeases.open(path, () => clock()),
  other: SqliteLeases.open(path, () => clock()),
};
afterAll(() => {
  files.one.close();
  files.other.close();
  rmSync(folder, { recursive: true });
});

describeLeases('an embedded database', (given) => {
  clock = given;
  return files;
});

const ASKED = {
  ...{ tenant: 't', document: 'd_1', clause: null, owner: { kind: 'person', id: 'p' } },
  ...{ lifetimeMs: 60_000, above: 0 },
};

describe.each([
  ['one Redis', startRedis],
  ['a cluster of three', startRedisCluster],
] as const)('%s', (adapter, start) => {
  let server: { readonly addresses: readonly string[]; stop(): Promise<void> };
  const opened: Shared[] = [];
  const open = async (timed: boolean): Promise<Shared> => {
    const shared = openRedis(server.addresses, timed ? () => clock() : null);
    opened.push(shared);
    await connected(shared);
    return shared;
  };
  let pair: readonly [Shared, Shared];
  beforeAll(async () => {
    server = await start();
    pair = [await open(true), await open(true)];
  });
  afterAll(async () => {
    for (const shared of opened) await shared.close();
    await server.stop();
  });

  describeLeases(adapter, (given) => {
    clock = given;
    return { one: pair[0].leases, other: pair[1].leases };
  });

  test('by the server’s clock, a flush frees everything, and fences go on above what they were', async () => {
    const { leases } = await open(false);
    const first = await leases.take({ ...ASKED, id: 'l_1' });
    if (first.outcome !== 'taken') throw new Error('Held.');
    expect(Math.abs(first.lease.takenAt - Date.now())).toBeLessThan(60_000);
    expect((await leases.take({ ...ASKED, id: 'l_2' })).outcome).toBe('held');
    for (const address of server.addresses) {
      const client = new Redis(address);
      await client.flushall();
      client.disconnect();
    }
    expect(await leases.renew(first.lease, 1000)).toBeNull();
    // Whoever takes it now knows of the fence that the document remembers, and of no other.
    const { fence } = first.lease;
    const second = await leases.take({ ...ASKED, id: 'l_2', above: fence });
    expect(second).toMatchObject({ outcome: 'taken', lease: { id: 'l_2' } });
    if (second.outcome === 'taken') expect(second.lease.fence).toBeGreaterThan(fence);
    const far = { ...ASKED, id: 'l_3', document: 'd_2', above: 2 ** 52 };
    expect(await leases.take(far)).toMatchObject({ outcome: 'taken', lease: { fence: 2 ** 52 + 1 } });
  });
});
