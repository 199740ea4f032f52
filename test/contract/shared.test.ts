import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OutsideError, systemClock } from '../../src/kit/index.ts';
import { MemoryCache, MemoryChannel, SqliteSessions } from '../../src/platform/embedded/index.ts';
import { guardedShared, MemoryRateLimits, type Shared, stricterWithout } from '../../src/platform/index.ts';
import { openRedis } from '../../src/platform/redis/index.ts';
import { connected, type RedisServer, startRedis, startRedisCluster } from '../services/redis.ts';
import { describeCache, describeChannel } from './cache.ts';
import { describePlaces, describeRateLimits } from './rate-limits.ts';
import { describeSessions } from './sessions.ts';

const folder = mkdtempSync(join(tmpdir(), 'redline-sessions-'));
const path = join(folder, 'sessions.sqlite');
const files = { one: SqliteSessions.open(path), other: SqliteSessions.open(path) };
const cache = new MemoryCache(systemClock);
const channel = new MemoryChannel();

afterAll(() => {
  files.one.close();
  files.other.close();
  rmSync(folder, { recursive: true });
});

describeSessions('an embedded database', () => files);
describeCache('a process', () => ({ one: cache, other: cache }));
describeChannel('a process', () => ({ one: channel, other: channel }));
for (const describeOne of [describeRateLimits, describePlaces])
  describeOne('a process', (clock) => {
    const limits = new MemoryRateLimits(clock);
    return { one: limits, other: limits };
  });

describe.each([
  ['one Redis', startRedis],
  ['a cluster of three', startRedisCluster],
] as const)('%s', (adapter, start) => {
  let server: { readonly addresses: readonly string[]; stop(): Promise<void> };
  const opened: Shared[] = [];
  const open = (clock: (() => number) | null = null): Shared => {
    const shared = openRedis(server.addresses, clock);
    opened.push(shared);
    return shared;
  };
  let one: Shared;
  let other: Shared;
  let clock = systemClock;
  beforeAll(async () => {
    server = await start();
    one = open();
    other = open();
    await Promise.all([one, other].map(connected));
  });
  afterAll(async () => {
    for (const shared of opened) await shared.close();
    await server.stop();
  });

  describeSessions(adapter, () => ({ one: one.sessions, other: other.sessions }));
  describeCache(adapter, () => ({ one: one.cache, other: other.cache }));
  describeChannel(adapter, () => ({ one: one.channel, other: other.channel }));

  describe('rates', () => {
    let timed: readonly [Shared, Shared];
    beforeAll(async () => {
      timed = [open(() => clock()), open(() => clock())];
      await Promise.all(timed.map(connected));
    });
    for (const describeOne of [describeRateLimits, describePlaces])
      describeOne(adapter, (given) => {
        clock = given;
        return { one: timed[0].rateLimits, other: timed[1].rateLimits };
      });
    test('are counted by the server’s clock where no other is given', async () => {
      const rule = { limit: 60, periodMs: 3_600_000, burst: 3 };
      const verdicts = [one, other, one, other].map(({ rateLimits }) =>
        rateLimits.take('by-server', rule, 1),
      );
      expect((await Promise.all(verdicts)).filter(({ allowed }) => allowed)).toHaveLength(3);
    });
  });
});

describe('without Redis', () => {
  const rule = { limit: 100, periodMs: 60_000, burst: 20 };
  let server: RedisServer;
  let shared: Shared;
  beforeAll(async () => {
    server = await startRedis();
    shared = guardedShared(openRedis(server.addresses), {});
    await connected(shared);
  });
  afterAll(async () => {
    await shared.close();
    await server.stop();
  });

  test('rates are counted here, more strictly; nobody is found signed in; and all is well once it is back', async () => {
    const now = Date.now();
    const limits = stricterWithout(shared.rateLimits, new MemoryRateLimits(() => now));
    const heard: string[] = [];
    await shared.channel.subscribe('news', (message) => heard.push(message));
    await server.kill();
    const outage = await shared.sessions
      .find({ tenant: 't', id: 's_1' }, now)
      .catch((error: unknown) => error);
    expect(outage).toBeInstanceOf(OutsideError);
    const verdicts = await Promise.all(Array.from({ length: 40 }, () => limits.take('ada', rule, 1)));
    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(5);
    expect(await limits.take('ada', rule, 20), 'heavy work once').toMatchObject({ allowed: false });
    expect(await limits.take('ben', rule, 20)).toMatchObject({ allowed: true });
    const places = ['1', '2', '3'].map((id) => ({ key: 'ada', id }));
    const entered = await Promise.all(places.map((place) => limits.enter(place, 8, 60_000)));
    expect(entered, 'a quarter at once').toEqual([true, true, false]);
    for (const place of places) await limits.leave(place).catch(() => {});
    expect(await limits.enter({ key: 'ada', id: '4' }, 8, 60_000)).toBe(true);

    await server.restart();
    await expect.poll(() => shared.sessions.probe().then(() => 'ready', String)).toBe('ready');
    expect(await shared.sessions.find({ tenant: 't', id: 's_1' }, now)).toBeNull();
    await expect
      .poll(async () => {
        await shared.channel.publish('news', 'back').catch(() => {});
        return heard.includes('back');
      })
      .toBe(true);
    await expect.poll(() => limits.take('ada', rule, 20).then(({ allowed }) => allowed)).toBe(true);
  });
});

test('a process that is flooded with keys counts new ones together', async () => {
  const limits = new MemoryRateLimits(() => 0, 3);
  const rule = { limit: 1, periodMs: 60_000, burst: 1 };
  const allowed: boolean[] = [];
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) allowed.push((await limits.take(key, rule, 1)).allowed);
  expect(allowed).toEqual([true, true, true, true, false, false]);
});
