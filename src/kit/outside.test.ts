import { describe, expect, test } from 'vitest';
import { settled, VirtualTime } from '../../test/support/time.ts';
import { Outside, type OutsideCall, type OutsideEvent, type OutsideLimits } from './outside.ts';
import { OutsideError, type OutsideFailure } from './outside-error.ts';

const LIMITS: OutsideLimits = {
  timeoutMs: 5000,
  places: 2,
  queueLength: 1,
  breaker: { windowMs: 10_000, leastCalls: 4, failures: 0.5, openMs: 20_000 },
  retries: { most: 3, firstMs: 100, longestMs: 300, share: 0.1, reserve: 10 },
  patienceMs: 3000,
};
/** Never opens, never queues. */
const CALM = { breaker: { ...LIMITS.breaker, leastCalls: 1_000_000 }, places: 1000 };

const question: OutsideCall<unknown> = { name: 'ask', changes: false };
const change: OutsideCall<unknown> = { name: 'put', changes: true };
const failing = (failure: OutsideFailure, retryAfterMs?: number) =>
  new OutsideError('Part', failure, failure, retryAfterMs === undefined ? {} : { retryAfterMs });
const showing = (failure: OutsideFailure, more: object = {}) =>
  expect.objectContaining({ name: 'OutsideError', port: 'Part', failure, ...more });

function setUp(limits: Partial<OutsideLimits> = {}) {
  const time = new VirtualTime();
  const events: OutsideEvent[] = [];
  const outside = new Outside(
    'Part',
    { ...LIMITS, ...limits },
    {
      clock: time.clock,
      timer: time.timer,
      random: () => 0.5,
      sink: (_, event) => events.push(event),
    },
  );
  const outcomes = () => events.flatMap((event) => (event.kind === 'attempt' ? [event.outcome] : []));
  const pauses = () => events.flatMap((event) => (event.kind === 'retry' ? [event.pauseMs] : []));
  const states = () => events.flatMap((event) => (event.kind === 'breaker' ? [event.state] : []));
  /** Fails with each in turn, then answers. */
  const script = (...errors: unknown[]) => {
    const left = [...errors];
    return async () => {
      if (left.length > 0) throw left.shift();
      return 'answer';
    };
  };
  /** So many calls that fail. */
  const failTimes = async (times: number, failure: OutsideFailure = 'unclear') => {
    for (let n = 0; n < times; n += 1) {
      await outside.call(change, script(failing(failure))).catch(() => {});
    }
  };
  /** A call that ends when it is told to. */
  const slow = (call = question) => {
    const { promise, resolve, reject } = deferred<unknown>();
    let begun = false;
    const result = outside.call(call, () => {
      begun = true;
      return promise;
    });
    result.catch(() => {});
    return { result, resolve, reject, begun: () => begun };
  };
  return { time, events, outside, outcomes, pauses, states, script, failTimes, slow };
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    [resolve, reject] = [yes, no];
  });
  return { promise, resolve, reject };
}

async function collect<T>(time: VirtualTime, call: Promise<T>): Promise<T | unknown> {
  const ended = call.catch((error: unknown) => error);
  await time.pass(60_000);
  return ended;
}

describe('tries', () => {
  test('once where the part answers', async () => {
    const { outside, events, script, time } = setUp();
    expect(await outside.call(question, script())).toBe('answer');
    expect(events).toEqual([{ kind: 'attempt', call: 'ask', outcome: 'done', durationMs: 0 }]);
    expect(time.pending).toBe(0);
  });

  test.each([
    ['a question', question],
    ['a change', change],
  ])('%s again where nothing was done, after pauses that grow up to a limit', async (_, call) => {
    const { outside, time, pauses, script } = setUp(CALM);
    const errors = [1, 2, 3].map(() => failing('unavailable'));
    expect(await collect(time, outside.call(call, script(...errors)))).toBe('answer');
    expect(pauses()).toEqual([50, 100, 150]);
  });

  test('as often as allowed and no more', async () => {
    const { outside, time, outcomes, script } = setUp(CALM);
    const errors = Array.from({ length: 9 }, () => failing('unavailable'));
    expect(await collect(time, outside.call(question, script(...errors)))).toEqual(showing('unavailable'));
    expect(outcomes()).toHaveLength(4);
  });

  test.each<[string, OutsideCall<unknown>, unknown, string]>([
    ['a change that is unclear', change, failing('unclear'), 'unclear'],
    ['a question that is refused', question, failing('refused'), 'refused'],
    ['what is damaged', question, failing('damaged'), 'damaged'],
    ['a full store', change, failing('full'), 'full'],
    ['a fault of our own', question, new TypeError('no name'), 'thrown'],
    ['what cannot be repeated', { ...question, repeatable: false }, failing('unavailable'), 'unavailable'],
  ])('%s only once', async (_, call, error, outcome) => {
    const { outside, time, outcomes, script } = setUp();
    expect(await collect(time, outside.call(call, script(error)))).toBe(error);
    expect(outcomes()).toEqual([outcome]);
  });

  test('not before the time that the part names', async () => {
    const { outside, time, pauses, script } = setUp();
    expect(await collect(time, outside.call(question, script(failing('unavailable', 2500))))).toBe('answer');
    expect(pauses()).toEqual([2500]);
  });

  test('not at all where the part names a time that is too long', async () => {
    const { outside, script } = setUp();
    const error = showing('unavailable', { retryAfterMs: 3001 });
    await expect(outside.call(question, script(failing('unavailable', 3001)))).rejects.toEqual(error);
  });

  test('no more often than a tenth of all calls, once the reserve is spent', async () => {
    const { outside, time, outcomes } = setUp(CALM);
    const down = async () => Promise.reject(failing('unavailable'));
    const calls = Array.from({ length: 1000 }, () => outside.call(question, down).catch(() => {}));
    await time.pass(60_000);
    await Promise.all(calls);
    for (let n = 0; n < 1000; n += 1) {
      const call = outside.call(question, down).catch(() => {});
      await time.pass(1000);
      await call;
    }
    const again = outcomes().length - 2000;
    expect(again).toBeGreaterThanOrEqual(100);
    expect(again).toBeLessThanOrEqual(10 + 10 + 100);
  });

  test('nothing that fails before it begins leaves a trace', async () => {
    const { outside, time, outcomes } = setUp();
    const call = outside.call(question, () => {
      throw new TypeError('no name');
    });
    await expect(call).rejects.toThrow(TypeError);
    expect([outcomes(), time.pending]).toEqual([['thrown'], 0]);
  });
});

describe('time', () => {
  const never = () => new Promise<never>(() => {});

  test('a question without an answer is unavailable and asked again', async () => {
    const { outside, time, outcomes } = setUp(CALM);
    expect(await collect(time, outside.call(question, never))).toEqual(showing('unavailable'));
    expect(outcomes()).toEqual(['late', 'late', 'late', 'late']);
    expect(time.pending).toBe(0);
  });

  test('a change without an answer is unclear and not made again', async () => {
    const { outside, time, outcomes, events } = setUp();
    expect(await collect(time, outside.call(change, never))).toEqual(showing('unclear'));
    expect(outcomes()).toEqual(['late']);
    expect(events).toContainEqual(expect.objectContaining({ durationMs: 5000 }));
  });

  test('the signal tells the call, and what comes too late is let go of', async () => {
    const { outside, time } = setUp();
    const { promise, resolve } = deferred<string>();
    const discarded: unknown[] = [];
    let aborted = false;
    const call = outside.call({ ...change, discard: (result) => discarded.push(result) }, ({ signal }) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return promise;
    });
    expect(await collect(time, call)).toEqual(showing('unclear'));
    expect(aborted).toBe(true);
    resolve('late');
    await settled();
    expect(discarded).toEqual(['late']);
  });

  test('does not count while the part waits for us, and counts anew after it', async () => {
    const { outside, time } = setUp();
    const { promise, resolve } = deferred<string>();
    const steps = deferred<{ hold(): void; renew(): void }>();
    const call = outside.call(change, (attempt) => {
      steps.resolve(attempt);
      return promise;
    });
    const attempt = await steps.promise;
    await time.pass(4000);
    attempt.hold();
    await time.pass(100_000);
    attempt.renew();
    await time.pass(4999);
    resolve('in time');
    expect(await call).toBe('in time');
    attempt.renew();
    expect(time.pending).toBe(0);
  });

  test('whoever asked may leave, at any moment', async () => {
    const { outside, outcomes, slow } = setUp();
    const reason = new Error('gone home');
    const leaving = () => new AbortController();
    const [asking, pausing, queueing, before] = [leaving(), leaving(), leaving(), leaving()];
    const first = outside.call({ ...question, signal: asking.signal }, never);
    await settled();
    asking.abort(reason);
    await expect(first).rejects.toBe(reason);
    const down = async () => Promise.reject(failing('unavailable'));
    const second = outside.call({ ...question, signal: pausing.signal }, down);
    await settled();
    pausing.abort(reason);
    await expect(second).rejects.toBe(reason);
    slow();
    slow();
    const third = outside.call({ ...question, signal: queueing.signal }, async () => 'never asked');
    await settled();
    queueing.abort(reason);
    await expect(third).rejects.toBe(reason);
    before.abort(reason);
    await expect(outside.call({ ...question, signal: before.signal }, never)).rejects.toBe(reason);
    expect(outcomes()).toEqual(['left', 'unavailable']);
  });
});

describe('places', () => {
  test('so many at once, so many waiting in order, the rest turned away', async () => {
    const { outside, slow, events } = setUp();
    const [one, two, three] = [slow(), slow(), slow()];
    await settled();
    expect([one.begun(), two.begun(), three.begun()]).toEqual([true, true, false]);
    const turned = showing('unavailable', { retryAfterMs: 1000 });
    await expect(outside.call(question, async () => 'too many')).rejects.toEqual(turned);
    expect(events).toEqual([{ kind: 'turned-away', call: 'ask', by: 'bulkhead' }]);
    two.reject(failing('refused'));
    await settled();
    expect(three.begun()).toBe(true);
    one.resolve(1);
    three.resolve(3);
    expect([await one.result, await three.result]).toEqual([1, 3]);
    expect(await outside.call(question, async () => 'room again')).toBe('room again');
  });

  test('who waits too long is turned away', async () => {
    const { outside, time, events } = setUp({ places: 1 });
    const { promise, resolve } = deferred<string>();
    const holding = outside.call(change, (attempt) => {
      attempt.hold();
      return promise;
    });
    await settled();
    const waiting = outside.call(question, async () => 'never asked');
    expect(await collect(time, waiting)).toEqual(showing('unavailable', { retryAfterMs: 1000 }));
    expect(events).toEqual([{ kind: 'turned-away', call: 'ask', by: 'bulkhead' }]);
    resolve('done');
    expect(await holding).toBe('done');
  });
});

describe('the breaker', () => {
  const turned = (retryAfterMs: number) => showing('unavailable', { retryAfterMs });

  test.each<[OutsideFailure, 'open' | 'closed']>([
    ['unavailable', 'open'],
    ['unclear', 'open'],
    ['refused', 'closed'],
    ['damaged', 'closed'],
    ['full', 'closed'],
  ])('is, after calls that were %s, %s', async (failure, state) => {
    const { outside, failTimes } = setUp({ retries: { ...LIMITS.retries, most: 0 } });
    await failTimes(3, failure);
    expect(outside.state).toBe('closed');
    await failTimes(1, failure);
    expect(outside.state).toBe(state);
  });

  test('opens after calls without an answer', async () => {
    const { outside, time, slow } = setUp();
    for (let n = 0; n < 2; n += 1) {
      const two = [slow(change), slow(change)];
      expect(outside.state).toBe('closed');
      await time.pass(5000);
      await Promise.allSettled(two.map(({ result }) => result));
    }
    expect(outside.state).toBe('open');
  });

  test('does not open after faults of our own', async () => {
    const { outside, script } = setUp();
    for (let n = 0; n < 9; n += 1) await outside.call(question, script(new TypeError())).catch(() => {});
    expect(outside.state).toBe('closed');
  });

  test('stays closed while no more than half fail', async () => {
    const { outside, script, failTimes } = setUp();
    for (let n = 0; n < 20; n += 1) {
      await outside.call(question, script());
      await failTimes(1);
    }
    expect(outside.state).toBe('closed');
    await failTimes(2);
    expect(outside.state).toBe('open');
  });

  test('forgets what is longer ago than its window', async () => {
    const { outside, time, failTimes } = setUp();
    for (let n = 0; n < 5; n += 1) {
      await failTimes(3);
      await time.pass(11_000);
    }
    expect(outside.state).toBe('closed');
  });

  test('asks nothing while it is open, and says when to come back', async () => {
    const { outside, time, failTimes, events, states } = setUp();
    await failTimes(4);
    let asked = false;
    await time.pass(5000);
    const call = outside.call(question, async () => {
      asked = true;
    });
    await expect(call).rejects.toEqual(turned(15_000));
    expect(asked).toBe(false);
    expect(events.at(-1)).toEqual({ kind: 'turned-away', call: 'ask', by: 'breaker' });
    expect(states()).toEqual(['open']);
  });

  test('lets one call try, and closes when it is answered', async () => {
    const { outside, time, failTimes, slow, states, script } = setUp();
    await failTimes(4);
    await time.pass(20_000);
    expect(outside.state).toBe('half-open');
    const trying = slow();
    await settled();
    await expect(outside.call(question, script())).rejects.toEqual(turned(0));
    trying.resolve('well');
    await trying.result;
    expect(await outside.call(question, script())).toBe('answer');
    await failTimes(2);
    expect(states()).toEqual(['open', 'half-open', 'closed']);
  });

  test.each<[string, unknown]>([
    ['is unavailable', failing('unavailable')],
    ['is unclear', failing('unclear')],
    ['ends by a fault of our own', new TypeError('no name')],
  ])('opens again when the call that tries %s', async (_, error) => {
    const { outside, time, failTimes, states, script } = setUp();
    await failTimes(4);
    await time.pass(20_000);
    const once = { ...question, repeatable: false };
    await expect(outside.call(once, script(error))).rejects.toBe(error);
    expect(states()).toEqual(['open', 'half-open', 'open']);
    await time.pass(19_999);
    await expect(outside.call(question, script())).rejects.toEqual(turned(1));
    await time.pass(1);
    expect(await outside.call(question, script())).toBe('answer');
    expect(outside.state).toBe('closed');
  });

  test('closes when the call that tries is refused: the part answers', async () => {
    const { outside, time, failTimes, script } = setUp();
    await failTimes(4);
    await time.pass(20_000);
    await expect(outside.call(question, script(failing('refused')))).rejects.toEqual(showing('refused'));
    expect(outside.state).toBe('closed');
  });

  test('is not moved by calls that began before it opened', async () => {
    const { outside, time, failTimes, slow } = setUp({ timeoutMs: 60_000 });
    const [well, ill] = [slow(change), slow({ ...change, repeatable: false })];
    await settled();
    well.resolve('done');
    await well.result;
    await failTimes(6);
    expect(outside.state).toBe('open');
    await time.pass(20_000);
    const trying = slow();
    await settled();
    ill.reject(failing('unclear'));
    await settled();
    trying.resolve('well');
    await trying.result;
    expect(outside.state).toBe('closed');
  });
});
