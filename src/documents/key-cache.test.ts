import { describe, expect, test } from 'vitest';
import { KeyCache } from './key-cache.ts';

const zeros = new Uint8Array(4);

function setUp(count = 3) {
  const time = { now: 1_000_000, timers: [] as { ms: number; run: () => void }[] };
  const cache = new KeyCache({
    lifetimeMs: 60_000,
    count,
    clock: () => time.now,
    timer: (ms, run) => {
      const one = { ms, run };
      time.timers.push(one);
      return () => time.timers.splice(time.timers.indexOf(one), 1);
    },
  });
  const put = (id: string, tenant = 'acme') => {
    const key = new Uint8Array(4).fill(7);
    cache.put(id, tenant, key);
    return key;
  };
  const tick = () => {
    for (const { run } of time.timers.splice(0)) run();
  };
  return { cache, time, put, tick };
}

describe('a key in the cache is zeros', () => {
  test('once its time is over, however often it was used', () => {
    const { cache, time, put } = setUp();
    const key = put('one');
    time.now += 59_999;
    expect(cache.get('one')).toBe(key);
    time.now += 1;
    expect(cache.get('one')).toBeUndefined();
    expect(key).toEqual(zeros);
  });

  test('also when nobody asks for it again', () => {
    const { time, put, tick } = setUp();
    const key = put('one');
    expect(time.timers.map(({ ms }) => ms)).toEqual([30_000]);
    time.now += 30_000;
    tick();
    expect(key).not.toEqual(zeros);
    time.now += 30_000;
    tick();
    expect(key).toEqual(zeros);
    expect(time.timers).toEqual([]);
  });

  test('when others need its place, first the one that was not asked for the longest', () => {
    const { cache, put } = setUp(2);
    const [one, two] = [put('one'), put('two')];
    cache.get('one');
    const three = put('three');
    expect([one, two, three].map((key) => key[0])).toEqual([7, 0, 7]);
  });

  test('when the same is put again', () => {
    const { cache, put } = setUp();
    const [before, now] = [put('one'), put('one')];
    expect(before).toEqual(zeros);
    expect(cache.get('one')).toBe(now);
  });

  test('when its tenant is forgotten, and others are not', () => {
    const { cache, put, time } = setUp();
    const [mine, theirs] = [put('one'), put('two', 'other')];
    cache.forget('acme');
    expect([mine[0], theirs[0]]).toEqual([0, 7]);
    expect(time.timers).toHaveLength(1);
    cache.forget();
    expect(theirs).toEqual(zeros);
    expect(time.timers).toEqual([]);
  });
});
