import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Attempted,
  again,
  type Deliveries,
  HOLD_MS,
  lanesDue,
  MOST_WAITING,
  nextDue,
  nothingWaits,
  settle,
  takeIn,
} from './deliveries.ts';
import { MOST_ATTEMPTS, pauseAfter } from './schedule.ts';

const HOUR = 3_600_000;
const START = 1_000_000;

function queued(documents: readonly (string | null)[], at = START): Deliveries {
  const found = documents.map((document, place) => ({ sequence: place + 1, document }));
  return takeIn(nothingWaits(0), documents.length, found, at) ?? nothingWaits(0);
}
const end = (sequence: number, at: number, outcome: Attempted['outcome'] = 'failed'): Attempted => ({
  ...{ sequence, at, outcome, retryAfterMs: null },
});
const due = (deliveries: Deliveries, at: number) =>
  lanesDue(deliveries, at, 100).map(({ waiting }) => waiting.map(({ sequence }) => sequence));

describe('attempts', () => {
  test('are ten, over a little more than three days', () => {
    let at = START;
    let deliveries = queued(['a']);
    for (let attempts = 1; attempts < MOST_ATTEMPTS; attempts += 1) {
      ({ deliveries } = settle(deliveries, [end(1, at)], () => 0.5));
      expect(deliveries.waiting).toMatchObject([{ attempts, firstAt: START }]);
      at = nextDue(deliveries) ?? 0;
    }
    expect(at - START).toBe(75 * HOUR + 35 * 60_000 + 5000);
    const last = settle(deliveries, [end(1, at)], () => 0.5);
    expect(last.hopeless).toBe(true);
    expect(last.deliveries).toMatchObject({
      ...{ waiting: [], failed: [{ sequence: 1, document: 'a', at }], failingSince: START },
    });
  });

  test('are apart by chance, and by what the receiver asks for', () => {
    expect(pauseAfter(2, 0, null)).toBe(270_000);
    expect(pauseAfter(2, 0.999999, null)).toBe(330_000);
    expect(pauseAfter(1, 0, HOUR)).toBe(HOUR);
    expect(pauseAfter(1, 0, 100 * 24 * HOUR)).toBe(24 * HOUR);
    expect(pauseAfter(MOST_ATTEMPTS, 0, HOUR)).toBeNull();
  });

  test('that nobody was asked for do not count', () => {
    const { deliveries, hopeless } = settle(
      queued(['a']),
      [{ ...end(1, START, 'unasked'), retryAfterMs: 9000 }],
      () => 0,
    );
    expect(deliveries.waiting).toMatchObject([{ attempts: 0, firstAt: null, dueAt: START + 9000 }]);
    expect([hopeless, deliveries.failingSince]).toEqual([false, null]);
  });

  test('that come to nothing disable no endpoint that takes others', () => {
    let deliveries = queued(['a', 'b']);
    ({ deliveries } = settle(deliveries, [end(1, START), end(2, START + 1, 'delivered')], () => 0));
    for (let attempts = 1; attempts < MOST_ATTEMPTS; attempts += 1) {
      const { hopeless, ...after } = settle(deliveries, [end(1, START + attempts * HOUR)], () => 0);
      ({ deliveries } = after);
      expect(hopeless).toBe(false);
    }
    expect(deliveries).toMatchObject({ waiting: [], failed: [{ sequence: 1 }], lastSuccessAt: START + 1 });
  });
});

describe('the order of a document', () => {
  test('is kept in its lane, and others go on beside it', () => {
    expect(due(queued(['a', 'b', 'a', null, null]), START)).toEqual([[1, 3], [2], [4], [5]]);
  });

  test('holds up what is behind one that fails, for ten minutes', () => {
    const { deliveries } = settle(queued(['a', 'b', 'a']), [end(1, START)], () => 0);
    const more = takeIn(deliveries, 4, [{ sequence: 4, document: 'a' }], START) ?? deliveries;
    expect(due(more, START + 1)).toEqual([[2]]);
    expect(due(more, START + 5000)).toEqual([[2], [1, 3, 4]]);
    const later = settle(more, [end(2, START, 'delivered'), end(1, START + 5000)], () => 0.5).deliveries;
    expect(due(later, START + HOLD_MS - 1)).toEqual([[1, 3, 4]]);
    const third = settle(later, [end(1, START + HOLD_MS - 1)], () => 0.5).deliveries;
    expect(due(third, START + HOLD_MS - 1)).toEqual([]);
    expect(due(third, START + HOLD_MS)).toEqual([[3, 4]]);
  });

  test('is nothing to what is asked for again', () => {
    const { deliveries } = settle(queued(['a', 'a']), [end(1, START)], () => 0);
    const asked = again(deliveries, [{ sequence: 1, document: 'a' }], START + 1) ?? deliveries;
    expect(due(asked, START + 1)).toEqual([[2], [1]]);
    expect(asked.waiting).toMatchObject([{ sequence: 1, attempts: 0, replay: true }, { sequence: 2 }]);
  });
});

describe('room', () => {
  const full = queued(Array.from({ length: MOST_WAITING }, () => null));
  const one = [{ sequence: MOST_WAITING + 1, document: null }];

  test('is for so many; the trail waits while nothing is taken', () => {
    expect(takeIn(full, MOST_WAITING + 1, one, START)).toBeNull();
    expect(takeIn(full, MOST_WAITING + 1, [], START)).toMatchObject({ cursor: MOST_WAITING + 1 });
    expect(again(full, one, START)).toBeNull();
  });

  test('is made by those whose failing is their own', () => {
    const waiting = full.waiting.map((each) =>
      each.sequence === 7 ? { ...each, attempts: 5, firstAt: START } : each,
    );
    const stuck = { ...full, waiting };
    expect(takeIn({ ...stuck, lastSuccessAt: START }, MOST_WAITING + 1, one, START + 1)).toBeNull();
    const next = takeIn({ ...stuck, lastSuccessAt: START + 1 }, MOST_WAITING + 1, one, START + 2);
    expect(next?.failed).toEqual([{ sequence: 7, document: null, at: START + 2 }]);
    expect(next?.waiting).toHaveLength(MOST_WAITING);
  });
});

/**
 * A receiver that fails as it is told, a sender that dies and forgets what it had not written down, and events that go on
 * coming. What was delivered of a document first comes in order, unless the document was held up for as long as it may be.
 */
test('nothing is lost or overtaken before its time, whatever fails and dies', () => {
  const scene = fc.record({
    documents: fc.array(fc.constantFrom('a', 'b', 'c', null), { minLength: 1, maxLength: 25 }),
    fails: fc.array(fc.boolean(), { minLength: 1, maxLength: 80 }),
    dies: fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 20 }),
    chunk: fc.integer({ min: 1, max: 7 }),
    most: fc.integer({ min: 1, max: 8 }),
  });
  fc.assert(
    fc.property(scene, ({ documents, fails, dies, chunk, most }) => {
      let now = START;
      let kept = nothingWaits(0);
      let calls = 0;
      const first = new Map<number, number>();
      const tried = new Map<number, number>();
      const counted = new Map<number, number>();
      for (let round = 0; round < 3000; round += 1) {
        const rest = documents.slice(kept.cursor, kept.cursor + chunk);
        const found = rest.map((document, place) => ({ sequence: kept.cursor + place + 1, document }));
        const taken = takeIn(kept, kept.cursor + rest.length, found, now) ?? kept;
        const attempted: Attempted[] = [];
        for (const { waiting, holds } of lanesDue(taken, now, most)) {
          for (const { sequence, document, attempts } of waiting) {
            const outcome = (fails[calls % fails.length] ?? false) ? 'failed' : 'delivered';
            calls += 1;
            expect(counted.get(sequence) ?? 0).toBe(attempts);
            if (!tried.has(sequence)) {
              tried.set(sequence, now);
              // Whoever is before it in its document was delivered, was given up, or held it up for long enough.
              const before = taken.waiting.filter(
                (one) => one.document === document && one.sequence < sequence,
              );
              const open = before.filter((one) =>
                attempted.every((e) => e.sequence !== one.sequence || e.outcome !== 'delivered'),
              );
              const long = taken.waiting.some(
                (one) => one.document === document && one.firstAt !== null && now - one.firstAt >= HOLD_MS,
              );
              if (document !== null) expect(open.length === 0 || long).toBe(true);
            }
            attempted.push(end(sequence, now, outcome));
            if (outcome === 'delivered' && !first.has(sequence)) first.set(sequence, calls);
            if (outcome === 'failed' && holds) break;
          }
        }
        // Dies before it wrote: all of the round is made again.
        if (round > 100 || (dies[round % dies.length] ?? 1) !== 0) {
          for (const { sequence, outcome } of attempted)
            if (outcome === 'failed') counted.set(sequence, (counted.get(sequence) ?? 0) + 1);
          kept = settle(taken, attempted, () => 0.5).deliveries;
        }
        const next = nextDue(kept);
        if (kept.cursor === documents.length && next === null) break;
        now = Math.max(now + 1000, kept.cursor < documents.length ? now : (next ?? now));
      }
      expect(kept).toMatchObject({ cursor: documents.length, waiting: [] });
      const given = new Set(kept.failed.map(({ sequence }) => sequence));
      for (let sequence = 1; sequence <= documents.length; sequence += 1) {
        expect(first.has(sequence) || given.has(sequence)).toBe(true);
        if (given.has(sequence)) expect(counted.get(sequence)).toBe(MOST_ATTEMPTS);
      }
    }),
    { numRuns: 300 },
  );
});
