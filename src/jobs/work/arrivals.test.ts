import { expect, test } from 'vitest';
import { Arrivals } from './arrivals.ts';

/** Timers that are over when the test says so. */
function timers() {
  const all: { readonly ms: number; readonly run: () => void }[] = [];
  return {
    timer: (ms: number, run: () => void) => {
      const one = { ms, run };
      all.push(one);
      return () => void all.splice(all.indexOf(one), all.includes(one) ? 1 : 0);
    },
    over: (ms: number) => {
      const at = all.findIndex((one) => one.ms === ms);
      expect(at).toBeGreaterThanOrEqual(0);
      for (const { run } of all.splice(at, 1)) run();
    },
    count: () => all.length,
  };
}

const never = new AbortController().signal;

function setUp(count: number) {
  const time = timers();
  const arrivals = new Arrivals(time.timer);
  const answered = Array.from({ length: count }, () => arrivals.arrive());
  const wait = (signal = never) => {
    const state = { isOver: false };
    void arrivals.settled(signal).then(() => {
      state.isOver = true;
    });
    return state;
  };
  return { time, answered, wait };
}

const turn = () => new Promise((go) => setImmediate(go));

test('nothing waits for few submissions', async () => {
  const { wait, time } = setUp(8);
  const one = wait();
  await turn();
  expect([one.isOver, time.count()]).toEqual([true, 0]);
});

test('what waits for many goes on when they are few again', async () => {
  const { wait, answered, time } = setUp(10);
  const [one, other] = [wait(), wait()];
  answered[0]?.();
  await turn();
  expect([one.isOver, other.isOver]).toEqual([false, false]);
  answered[1]?.();
  await turn();
  expect([one.isOver, other.isOver, time.count()]).toEqual([true, true, 0]);
});

test('it waits for a while and no longer, and then nothing does for a while', async () => {
  const { wait, time } = setUp(100);
  const first = wait();
  time.over(400);
  const second = wait();
  await turn();
  expect([first.isOver, second.isOver]).toEqual([true, true]);
  time.over(600);
  const third = wait();
  await turn();
  expect(third.isOver).toBe(false);
});

test('whoever ends does not wait', async () => {
  const { wait, time } = setUp(100);
  const ending = new AbortController();
  const one = wait(ending.signal);
  ending.abort();
  const other = wait(ending.signal);
  await turn();
  expect([one.isOver, other.isOver, time.count()]).toEqual([true, true, 0]);
});
