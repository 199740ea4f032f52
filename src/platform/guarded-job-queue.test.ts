import { expect, test } from 'vitest';
import type { JobQueue, TakenJob } from '../jobs/index.ts';
import { Outside } from '../kit/index.ts';
import { guardedJobQueue } from './guarded-job-queue.ts';
import { QUEUE_LIMITS } from './outside-limits.ts';

const JOB: TakenJob = {
  ...({ id: 'o_1', tenant: 'acme', priority: 'normal' } as const),
  ...{ token: 't', attempt: 1, addedAt: 0 },
};
const LOCK_MS = 1000;
const ASKED = { worker: 'w', lockMs: LOCK_MS, waitMs: 0 };

/** A queue of which the first answer comes when it is said to, and every later one is that there is nothing. */
function setUp() {
  const time = { now: 0 };
  const released: string[] = [];
  let answer: (job: TakenJob) => void = () => {};
  const first = new Promise<TakenJob>((resolve) => {
    answer = resolve;
  });
  let asked = 0;
  const unused = (): never => {
    throw new Error('Nobody asks that here.');
  };
  const queue: JobQueue = {
    ...{ add: unused, renew: unused, finish: unused, retry: unused, bury: unused, remove: unused },
    ...{ missing: unused, dead: unused, replay: unused, announce: unused, state: unused, probe: unused },
    take: async () => {
      asked += 1;
      return asked === 1 ? await first : null;
    },
    release: async ({ id }) => {
      released.push(id);
      return true;
    },
  };
  const outside = new Outside('JobQueue', { ...QUEUE_LIMITS, timeoutMs: 1 });
  const guarded = guardedJobQueue(queue, outside, { clock: () => time.now });
  const late = async (signal: AbortSignal) => {
    await expect(guarded.take(ASKED, signal)).rejects.toMatchObject({ failure: 'unclear' });
  };
  const come = async () => {
    answer(JOB);
    await first;
    await new Promise((next) => setImmediate(next));
  };
  return { time, released, guarded, late, come };
}

test('a job that came too late is the next one’s who asks', async () => {
  const { guarded, late, come, released } = setUp();
  const { signal } = new AbortController();
  await late(signal);
  await come();
  expect(await guarded.take(ASKED, signal)).toEqual(JOB);
  expect(await guarded.take(ASKED, signal).catch(() => null), 'once').toBeNull();
  expect(released).toEqual([]);
});

test('one whose lock may be over is handed back', async () => {
  const { guarded, late, come, released, time } = setUp();
  const { signal } = new AbortController();
  await late(signal);
  await come();
  time.now = LOCK_MS;
  expect(await guarded.take(ASKED, signal).catch(() => null)).toBeNull();
  expect(released).toEqual([JOB.id]);
});

test.each(['before it comes', 'when it has come'])('of who stops %s it is handed back', async (when) => {
  const { guarded, late, come, released } = setUp();
  const stopping = new AbortController();
  await late(stopping.signal);
  if (when === 'before it comes') stopping.abort();
  await come();
  stopping.abort();
  expect(await guarded.take(ASKED, stopping.signal)).toBeNull();
  expect(released).toEqual([JOB.id]);
});
