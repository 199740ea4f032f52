import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RateLimits, RateRule } from '../../src/access/index.ts';
import type { Clock } from '../../src/kit/index.ts';
import { hex } from './sessions.ts';

const RULE: RateRule = { limit: 100, periodMs: 60_000, burst: 20 };

/** What every `RateLimits` promises. @param make the adapter on a clock of its own, and the same as another process has it. */
export function describeRateLimits(
  adapter: string,
  make: (clock: Clock) => { one: RateLimits; other: RateLimits },
): void {
  describe(`RateLimits on ${adapter}`, () => {
    const setUp = () => {
      const time = { now: 1_700_000_000_000 };
      return { time, key: `key-${hex(8)}`, ...make(() => time.now) };
    };

    test('a burst, then one at a time, and all of it again after a rest', async () => {
      const { one, other, key, time } = setUp();
      for (let n = 19; n >= 0; n -= 1) {
        const verdict = await (n % 2 === 0 ? one : other).take(key, RULE, 1);
        expect(verdict).toMatchObject({ allowed: true, remaining: n, retryAfterMs: 0 });
      }
      const refused = { allowed: false, remaining: 0, resetMs: 12_000, retryAfterMs: 600 };
      expect(await one.take(key, RULE, 1)).toEqual(refused);
      expect(await one.take(key, RULE, 1), 'a refusal costs nothing').toEqual(refused);
      time.now += 600;
      expect(await one.take(key, RULE, 1)).toMatchObject({ allowed: true, remaining: 0 });
      expect(await one.take(key, RULE, 1)).toMatchObject({ allowed: false });
      time.now += 12_000;
      expect(await one.take(key, RULE, 20)).toMatchObject({ allowed: true, remaining: 0, resetMs: 12_000 });
    });

    test('heavy work costs more, and keys do not know of each other', async () => {
      const { one, key } = setUp();
      expect(await one.take(key, RULE, 15)).toMatchObject({ allowed: true, remaining: 5 });
      expect(await one.take(key, RULE, 6)).toMatchObject({ allowed: false, remaining: 5, retryAfterMs: 600 });
      expect(await one.take(key, RULE, 5)).toMatchObject({ allowed: true, remaining: 0 });
      expect(await one.take(`${key}-`, RULE, 20)).toMatchObject({ allowed: true });
    });

    test.each<[string, RateRule, number]>([
      ['a cost above the burst', RULE, 21],
      ['no cost', RULE, 0],
      ['no limit', { ...RULE, limit: 0 }, 1],
      ['no burst', { ...RULE, burst: 0 }, 1],
    ])('%s is a mistake of ours', async (_, rule, cost) => {
      const { one, key } = setUp();
      await expect(one.take(key, rule, cost)).rejects.toThrow(TypeError);
    });

    test('of many at once, no more than the burst pass', async () => {
      const { one, other, key } = setUp();
      const all = Array.from({ length: 60 }, (_, n) => (n % 2 === 0 ? one : other).take(key, RULE, 1));
      expect((await Promise.all(all)).filter(({ allowed }) => allowed)).toHaveLength(20);
    });

    test('never more than the burst and what the time gave, and what is said of it comes true', async () => {
      const step = fc.record({
        wait: fc.integer({ min: 0, max: 3000 }),
        cost: fc.integer({ min: 1, max: 7 }),
      });
      const rule = fc.record({
        limit: fc.integer({ min: 1, max: 200 }),
        periodMs: fc.constantFrom(1000, 7001, 60_000),
        burst: fc.integer({ min: 7, max: 30 }),
      });
      const law = fc.asyncProperty(rule, fc.array(step, { maxLength: 25 }), async (given, steps) => {
        const { one, key, time } = setUp();
        const begun = time.now;
        let taken = 0;
        for (const { wait, cost } of steps) {
          time.now += wait;
          const verdict = await one.take(key, given, cost);
          if (verdict.allowed) taken += cost;
          else {
            time.now += verdict.retryAfterMs;
            expect((await one.take(key, given, cost)).allowed).toBe(true);
            taken += cost;
          }
          const earned = ((time.now - begun) * given.limit) / given.periodMs;
          expect(taken).toBeLessThanOrEqual(given.burst + earned + 1e-6);
        }
      });
      await fc.assert(law, { numRuns: 25 });
    });

    test('is ready', async () => {
      await expect(setUp().one.probe()).resolves.toBeUndefined();
    });
  });
}

/** What every `RateLimits` promises of requests at once. */
export function describePlaces(
  adapter: string,
  make: (clock: Clock) => { one: RateLimits; other: RateLimits },
): void {
  describe(`places of RateLimits on ${adapter}`, () => {
    const setUp = () => {
      const time = { now: 1_700_000_000_000 };
      return { time, key: `key-${hex(8)}`, ...make(() => time.now) };
    };

    test('so many places at once, each free again when it is given back or after its time', async () => {
      const { one, other, key, time } = setUp();
      const places = Array.from({ length: 4 }, () => ({ key, id: hex(16) }));
      const enter = async (n: number, of = one) => await of.enter(places[n] ?? { key, id: '' }, 2, 60_000);
      expect([await enter(0), await enter(1, other), await enter(2)]).toEqual([true, true, false]);
      expect(await one.enter({ key: `${key}-`, id: hex(16) }, 1, 60_000), 'another key').toBe(true);
      await other.leave({ key, id: places[0]?.id ?? '' });
      expect([await enter(2), await enter(3, other)]).toEqual([true, false]);
      time.now += 60_001;
      expect([await enter(3), await enter(0), await enter(1)]).toEqual([true, true, false]);
    });

    test('of many who come at once, no more get a place than there are', async () => {
      const { one, other, key } = setUp();
      const all = Array.from({ length: 40 }, (_, n) =>
        (n % 2 === 0 ? one : other).enter({ key, id: hex(16) }, 7, 60_000),
      );
      expect((await Promise.all(all)).filter(Boolean)).toHaveLength(7);
    });
  });
}
