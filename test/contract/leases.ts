import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Lease, LeaseAsked, Leases } from '../../src/documents/index.ts';
import type { Clock } from '../../src/kit/index.ts';
import { hex } from './sessions.ts';

const MINUTE = 60_000;
const ADA = { kind: 'person', id: 'p_ada' };
const BEN = { kind: 'service', id: 'sa_“ben” x' };

type Make = (clock: Clock) => { one: Leases; other: Leases };

/** What every `Leases` promises. @param make the adapter on a clock of its own, and the same as another process has it. */
export function describeLeases(adapter: string, make: Make): void {
  describe(`Leases on ${adapter}`, () => {
    testHolding(make);
    testFences(make);
    testProperty(make);
  });
}

function setUp(make: Make) {
  const time = { now: 1_700_000_000_000 };
  const tenant = `t-${hex(6)}`;
  const document = `d_${hex(16)}`;
  const asked = (facts: Partial<LeaseAsked> = {}): LeaseAsked => ({
    ...{ tenant, document, clause: null, id: `l_${hex(16)}`, owner: ADA, lifetimeMs: MINUTE, above: 0 },
    ...facts,
  });
  const pair = make(() => time.now);
  const taken = async (facts: Partial<LeaseAsked> = {}): Promise<Lease> => {
    const taking = await pair.one.take(asked(facts));
    if (taking.outcome !== 'taken') throw new Error('It is held.');
    return taking.lease;
  };
  return { ...pair, time, tenant, document, asked, taken };
}

function testHolding(make: Make): void {
  test('a document is held by one at a time, until they give it back', async () => {
    const { one, other, tenant, document, time, asked, taken } = setUp(make);
    const ask = asked({ owner: BEN });
    const taking = await one.take(ask);
    const { lifetimeMs: _, above: __, ...rest } = ask;
    const lease = { ...rest, fence: expect.any(Number), takenAt: time.now, expiresAt: time.now + MINUTE };
    expect(taking).toEqual({ outcome: 'taken', lease });
    expect(await other.take(asked())).toEqual({ outcome: 'held', by: lease });
    expect(await other.list(tenant, document)).toEqual([lease]);
    expect(await one.take(ask), 'asked again').toEqual(taking);
    expect(await other.release(ask)).toBe(true);
    expect(await one.release(ask)).toBe(false);
    expect(await one.list(tenant, document)).toEqual([]);
    expect((await taken()).owner).toEqual(ADA);
  });

  test('a lease is over at its end, and not before', async () => {
    const { other, tenant, document, time, asked, taken } = setUp(make);
    const lease = await taken();
    time.now = lease.expiresAt - 1;
    expect((await other.take(asked())).outcome).toBe('held');
    time.now += 1;
    expect(await other.list(tenant, document)).toEqual([]);
    expect(await other.renew(lease, MINUTE)).toBeNull();
    expect(await other.release(lease)).toBe(false);
    expect((await other.take(asked())).outcome).toBe('taken');
  });

  test('renewing begins its time anew, for the same lease', async () => {
    const { one, other, time, asked, taken } = setUp(make);
    const lease = await taken({ owner: BEN });
    time.now += MINUTE - 1;
    const renewed = { ...lease, expiresAt: time.now + 2 * MINUTE };
    expect(await other.renew(lease, 2 * MINUTE)).toEqual(renewed);
    time.now += MINUTE;
    expect(await one.take(asked())).toEqual({ outcome: 'held', by: renewed });
    expect(await one.renew({ ...lease, id: `l_${hex(16)}` }, MINUTE)).toBeNull();
  });

  test('clauses are held apart, and not beside their document', async () => {
    const { one, other, tenant, document, asked, taken } = setUp(make);
    const [first, second] = [await taken({ clause: '3.2' }), await taken({ clause: '3.3', owner: BEN })];
    expect(await other.take(asked({ clause: '3.2' }))).toEqual({ outcome: 'held', by: first });
    expect((await other.take(asked())).outcome).toBe('held');
    expect(await one.list(tenant, document)).toEqual([first, second]);
    expect([await one.release(first), await one.release(second)]).toEqual([true, true]);
    const whole = await taken();
    expect(await other.take(asked({ clause: '3.2' }))).toEqual({ outcome: 'held', by: whole });
  });

  test('documents and tenants do not know of each other', async () => {
    const { one, other, asked, taken, tenant, document } = setUp(make);
    const lease = await taken();
    for (const elsewhere of [{ tenant: `${tenant}x` }, { document: `${document}x` }]) {
      expect((await other.take(asked(elsewhere))).outcome).toBe('taken');
      expect(await one.release({ ...lease, ...elsewhere })).toBe(false);
      expect(await one.renew({ ...lease, ...elsewhere }, MINUTE)).toBeNull();
    }
    expect(await one.list(tenant, document)).toEqual([lease]);
  });

  test('of many at once one has it', async () => {
    const { one, other, asked } = setUp(make);
    const all = Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? one : other).take(asked()));
    const outcomes = (await Promise.all(all)).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(1);
  });

  test('is ready', async () => {
    await expect(setUp(make).one.probe()).resolves.toBeUndefined();
  });
}

function testFences(make: Make): void {
  test('every lease of a document has a higher fence than all before it, and than the document’s own', async () => {
    const { one, other, time, asked, taken } = setUp(make);
    const fences: number[] = [];
    const next = async (above = 0): Promise<void> => {
      const lease = await taken({ above });
      fences.push(lease.fence);
      await other.release(lease);
    };
    await next();
    await next();
    time.now -= 10 * MINUTE;
    await next();
    await next((fences.at(-1) ?? 0) + 1000);
    expect(fences.at(-1)).toBeGreaterThan((fences.at(-2) ?? 0) + 1000);
    await next();
    expect(fences).toEqual([...new Set(fences)].toSorted((a, b) => a - b));
    const [left, right] = [await one.take(asked({ clause: 'a' })), await one.take(asked({ clause: 'b' }))];
    if (left.outcome !== 'taken' || right.outcome !== 'taken') throw new Error('Held.');
    expect(right.lease.fence).toBeGreaterThan(left.lease.fence);
  });
}

type Act =
  | { readonly do: 'take'; readonly clause: string | null; readonly seconds: number; readonly above: number }
  | { readonly do: 'renew' | 'release'; readonly which: number; readonly seconds: number }
  | { readonly do: 'wait'; readonly seconds: number };

const seconds = fc.integer({ min: 1, max: 60 });
const acts: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    do: fc.constant('take' as const),
    clause: fc.constantFrom(null, 'a', 'b'),
    seconds,
    above: fc.constantFrom(0, 5, 1_800_000_000_000),
  }),
  fc.record({ do: fc.constantFrom('renew' as const, 'release' as const), which: fc.nat(5), seconds }),
  fc.record({ do: fc.constant('wait' as const), seconds }),
);

function testProperty(make: Make): void {
  test('whatever is done: no two hold one place at one time, fences go up, and ends are kept', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(acts, { minLength: 5, maxLength: 25 }), async (list) => {
        const { one, other, time, tenant, document, asked } = setUp(make);
        /** All that were ever taken, the newest first, and what still holds. */
        const ever: Lease[] = [];
        let holding: Lease[] = [];
        for (const [n, act] of list.entries()) {
          const at = n % 2 === 0 ? one : other;
          holding = holding.filter(({ expiresAt }) => expiresAt > time.now);
          if (act.do === 'wait') time.now += act.seconds * 1000;
          if (act.do === 'take') {
            const way = holding.filter(
              ({ clause }) => clause === null || act.clause === null || clause === act.clause,
            );
            const ask = asked({ clause: act.clause, lifetimeMs: act.seconds * 1000, above: act.above });
            const taking = await at.take(ask);
            expect(taking.outcome).toBe(way.length === 0 ? 'taken' : 'held');
            if (taking.outcome === 'held') expect(way).toContainEqual(taking.by);
            else {
              expect(taking.lease.fence).toBeGreaterThan(Math.max(ever[0]?.fence ?? 0, act.above));
              ever.unshift(taking.lease);
              holding.push(taking.lease);
            }
          }
          const lease = act.do === 'renew' || act.do === 'release' ? ever[act.which] : undefined;
          const held = holding.find(({ id }) => id === lease?.id);
          if (lease !== undefined && act.do === 'release') {
            expect(await at.release(lease)).toBe(held !== undefined);
            holding = holding.filter(({ id }) => id !== lease.id);
          }
          if (lease !== undefined && act.do === 'renew') {
            const renewed = held && { ...held, expiresAt: time.now + act.seconds * 1000 };
            expect(await at.renew(lease, act.seconds * 1000)).toEqual(renewed ?? null);
            holding = holding.map((kept) => (kept.id === lease.id && renewed ? renewed : kept));
          }
          const alive = holding.filter(({ expiresAt }) => expiresAt > time.now);
          expect(await at.list(tenant, document)).toEqual(alive.toSorted((a, b) => a.fence - b.fence));
        }
      }),
      { numRuns: 40 },
    );
  });
}
