import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ACTOR, openWorkshop, type Workshop, working } from '../../../test/support/workshop.ts';
import type { Operation } from '../../documents/index.ts';
import { OutsideError } from '../../kit/index.ts';
import { RedlineError } from '../../redline/index.ts';
import { JobError } from '../errors.ts';
import type { JobQueue } from '../ports/job-queue.ts';
import type { Task } from './handlers.ts';

let shop: Workshop;

beforeEach(async () => {
  shop = await openWorkshop();
});
afterEach(() => shop.close());

const isOver = ({ state }: Operation): boolean => !['queued', 'running'].includes(state);
const isRunning = ({ state }: Operation): boolean => state === 'running';

/** Work that goes on until it is told to end, and counts how often it was begun and stopped. */
function heldWork() {
  const seen = { begun: 0, stopped: 0 };
  const ends: ((result: object) => void)[] = [];
  const run = async ({ signal }: Task): Promise<object> => {
    seen.begun += 1;
    signal.addEventListener('abort', () => {
      seen.stopped += 1;
    });
    return await new Promise<object>((resolve) => ends.push(resolve));
  };
  return { seen, run, end: (at: number, result: object = { by: at }) => ends[at]?.(result) };
}

async function names(store: 'heads' | 'spool', prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of shop[store].list(prefix)) found.push(name);
  return found;
}

describe('an operation', () => {
  test('is done once, told to the trail, and leaves nothing but its record', async () => {
    shop.worker(working(async ({ input }) => ({ length: (await input('file')).length })));
    const { id } = await shop.begin({}, { file: Uint8Array.of(1, 2, 3) });
    const done = await shop.until(id, isOver);
    expect(done).toMatchObject({ state: 'succeeded', percent: 100, attempt: 1, result: { length: 3 } });
    expect(done.events.map(({ sequence, state }) => [sequence, state])).toEqual([
      [1, 'queued'],
      [2, 'running'],
      [3, 'succeeded'],
    ]);
    await expect.poll(() => names('spool', 'pending/'), { timeout: 30_000 }).toEqual([]);
    expect(await names('heads', 'inputs/')).toEqual([]);
    expect(shop.told.map(({ type, outcome }) => [type, outcome])).toEqual([
      ['operation.created', 'done'],
      ['operation.finished', 'done'],
    ]);
    await expect.poll(() => shop.queue.missing([id]), { timeout: 30_000 }).toEqual([id]);
  });

  test.each([
    ['a refusal of the engine', new RedlineError('document/empty', 'Empty.'), 1, 'document/empty', false],
    [
      'work that took too long',
      new JobError('work/deadline-exceeded', 'Late.'),
      1,
      'work/deadline-exceeded',
      true,
    ],
  ])('fails at once for %s', async (_, error, attempt, code, dead) => {
    shop.worker(
      working(async () => {
        throw error;
      }),
    );
    const { id } = await shop.begin();
    const failed = await shop.until(id, isOver);
    expect(failed).toMatchObject({ state: 'failed', attempt, dead, error: { code } });
    const dying = async () => (await shop.queue.dead({ after: null, limit: 10 })).map((one) => one.id);
    await expect.poll(dying, { timeout: 30_000 }).toEqual(dead ? [id] : []);
  });

  test.each([
    [
      'a part that does not answer',
      () => new OutsideError('BlobStore', 'unavailable', 'No.'),
      'storage/unavailable',
    ],
    ['a thread that crashed', () => new Error('secret words'), 'internal'],
  ])('is tried three times for %s, then lies with the dead until it is replayed', async (_, error, code) => {
    let isIll = true;
    shop.worker(
      working(async ({ input }) => {
        if (isIll) throw error();
        return { length: (await input('file')).length };
      }),
    );
    const { id } = await shop.begin({}, { file: Uint8Array.of(1) });
    for (const attempt of [1, 2]) {
      await shop.until(id, ({ events }) => events.filter(({ note }) => note === code).length === attempt);
      shop.pass(120_000);
    }
    const failed = await shop.until(id, isOver);
    expect(failed).toMatchObject({ state: 'failed', attempt: 3, dead: true, error: { code } });
    expect(JSON.stringify(failed)).not.toContain('secret');
    isIll = false;
    await shop.operations.replay(ACTOR, id, false);
    expect(await shop.until(id, isOver)).toMatchObject({
      state: 'succeeded',
      attempt: 1,
      result: { length: 1 },
    });
    await expect(shop.operations.replay(ACTOR, id, false)).rejects.toMatchObject({
      code: 'operations/not-dead',
    });
  });

  test('whose documents are gone is refused', async () => {
    shop.worker(working(async ({ input }) => ({ length: (await input('file')).length })));
    const { id } = await shop.begin();
    expect(await shop.until(id, isOver)).toMatchObject({
      attempt: 1,
      dead: false,
      error: { code: 'work/input-missing' },
    });
  });

  test('that no worker here knows waits for one that does, and is given up in the end', async () => {
    shop.worker(new Map());
    const { id } = await shop.begin();
    for (let n = 0; n < 60 && (await shop.read(id)).state === 'queued'; n += 1) {
      await expect
        .poll(
          async () => (await shop.queue.state()).delayed + ((await shop.read(id)).state === 'queued' ? 0 : 1),
          { timeout: 30_000 },
        )
        .toBe(1);
      shop.pass(10_000);
    }
    expect(await shop.until(id, isOver)).toMatchObject({ dead: true, error: { code: 'work/unknown-kind' } });
  });

  test('whose workers vanish is given up after three', async () => {
    const { id } = await shop.begin();
    for (const _ of [1, 2, 3]) {
      // A worker that says nothing after it has begun.
      const stored = await shop.store.read({ tenant: ACTOR.tenant, id });
      if (stored === null) throw new Error('It is gone.');
      const { attempt } = stored.operation;
      await shop.store.write(stored, { ...stored.operation, state: 'running', attempt: attempt + 1 });
    }
    const { run, seen } = heldWork();
    shop.worker(working(run));
    expect(await shop.until(id, isOver)).toMatchObject({
      state: 'failed',
      dead: true,
      error: { code: 'work/attempts-exceeded' },
    });
    expect(seen.begun).toBe(0);
  });

  test('that is slow says so, and is stopped when it takes too long', async () => {
    const { run, seen } = heldWork();
    shop.worker(working(run, { softMs: 20, hardMs: 200 }));
    const { id } = await shop.begin();
    const failed = await shop.until(id, isOver);
    expect(failed.error?.code).toBe('work/deadline-exceeded');
    expect(failed.events.map(({ note }) => note)).toContain('slow');
    expect(seen).toEqual({ begun: 1, stopped: 1 });
  });

  test('says how far it is', async () => {
    const { run, end } = heldWork();
    shop.worker(
      working(async (task) => {
        task.progress('comparing', 42, 60_000);
        return await run(task);
      }),
    );
    const { id } = await shop.begin();
    const half = await shop.until(id, ({ percent }) => percent > 0);
    expect(half).toMatchObject({ state: 'running', stage: 'comparing', percent: 42, worker: 'w0' });
    expect(Date.parse(half.expectedEndAt ?? '')).toBeGreaterThan(Date.parse(half.startedAt ?? ''));
    end(0);
    expect(await shop.until(id, isOver)).toMatchObject({ stage: null, expectedEndAt: null, worker: null });
  });
});

describe('cancelling', () => {
  test('stops the work, and what it yields is nothing', async () => {
    const { run, seen, end } = heldWork();
    const worker = shop.worker(working(run));
    const { id } = await shop.begin();
    await shop.until(id, isRunning);
    await expect.poll(() => seen.begun, { timeout: 30_000 }).toBe(1);
    expect(await shop.operations.cancel(ACTOR, id, false)).toMatchObject({ state: 'cancelled' });
    await expect.poll(() => seen.stopped, { timeout: 30_000 }).toBe(1);
    end(0);
    await expect.poll(() => worker.state.running, { timeout: 30_000 }).toBe(0);
    expect(await shop.read(id)).toMatchObject({ state: 'cancelled', result: null });
    expect(await shop.operations.cancel(ACTOR, id, false)).toMatchObject({ state: 'cancelled' });
  });

  test('ends what nobody has begun', async () => {
    const { id } = await shop.begin();
    await shop.operations.cancel(ACTOR, id, false);
    expect(await shop.queue.missing([id])).toEqual([id]);
  });

  test.each(['cancel', 'find', 'replay'] as const)('and the like is for who began it: %s', async (deed) => {
    const { id } = await shop.begin();
    const other = { ...ACTOR, id: 'other' };
    await expect(shop.operations[deed](other, id, false)).rejects.toMatchObject({
      code: 'operations/not-found',
    });
    const stranger = { ...other, tenant: 'elsewhere' };
    await expect(shop.operations[deed](stranger, id, true)).rejects.toMatchObject({
      code: 'operations/not-found',
    });
    expect(await shop.operations.find(other, id, true)).toMatchObject({ id });
  });
});

describe('a worker', () => {
  test('that was frozen past its lock can no longer write', async () => {
    const frozen = heldWork();
    // Its lock is renewed never within this test.
    const one = shop.worker(working(frozen.run), { lockMs: 1_000_000, slots: 1 });
    const { id } = await shop.begin();
    await expect.poll(() => frozen.seen.begun, { timeout: 30_000 }).toBe(1);
    one.stop();
    shop.pass(2_000_000);
    shop.worker(working(async () => ({ by: 'other' })));
    expect(await shop.until(id, isOver)).toMatchObject({ result: { by: 'other' }, attempt: 2 });
    frozen.end(0, { by: 'frozen' });
    await expect.poll(() => one.state.running, { timeout: 30_000 }).toBe(0);
    const { result, events } = await shop.read(id);
    expect(result).toEqual({ by: 'other' });
    expect(events.filter(({ state }) => state === 'succeeded')).toHaveLength(1);
  });

  test('that ends finishes what it can and hands back the rest, which counts as no attempt', async () => {
    const { run, seen } = heldWork();
    const one = shop.worker(working(run));
    const { id } = await shop.begin();
    await expect.poll(() => seen.begun, { timeout: 30_000 }).toBe(1);
    await one.end(0);
    expect(await shop.read(id)).toMatchObject({ state: 'queued', attempt: 0 });
    shop.worker(working(async () => ({ by: 'other' })));
    expect(await shop.until(id, isOver)).toMatchObject({
      state: 'succeeded',
      attempt: 1,
      result: { by: 'other' },
    });
  });

  test('leaves what is done as it is when the queue does not hear of it', async () => {
    const silent = new Proxy<JobQueue>(shop.queue, {
      get: (queue, name: keyof JobQueue) =>
        name === 'finish'
          ? () => Promise.reject(new OutsideError('JobQueue', 'unavailable', 'No.'))
          : queue[name].bind(queue),
    });
    const ready = async (): Promise<object> => ({});
    shop.worker(working(ready), { queue: silent });
    const { id } = await shop.begin();
    await expect.poll(() => shop.behind.length, { timeout: 30_000 }).toBeGreaterThan(0);
    expect(await shop.read(id)).toMatchObject({
      state: 'succeeded',
      attempt: 1,
      expiresAt: expect.any(Number),
    });
  });

  test('does not give up work because the queue lost it', async () => {
    const { run, seen, end } = heldWork();
    shop.worker(working(run), { lockMs: 40 });
    const { id } = await shop.begin();
    await expect.poll(() => seen.begun, { timeout: 30_000 }).toBe(1);
    await shop.queue.remove(id);
    end(0, { by: 'first' });
    expect(await shop.until(id, isOver)).toMatchObject({ attempt: 1, result: { by: 'first' } });
  });
});

describe('whoever asked', () => {
  test('and may not have it done when it is begun is told so, and nothing is done', async () => {
    const done: string[] = [];
    const handlers = working(async ({ operation }) => {
      done.push(operation.id);
      return {};
    });
    shop.worker(handlers, {
      admit: async () => {
        throw new JobError('work/not-allowed', 'No.');
      },
    });
    const { id } = await shop.begin();
    const failed = await shop.until(id, isOver);
    expect(failed).toMatchObject({ attempt: 1, dead: false, error: { code: 'work/not-allowed' } });
    expect(done).toEqual([]);
    await expect.poll(() => shop.queue.missing([id]), { timeout: 30_000 }).toEqual([id]);
  });

  test('is looked up again where that could not be found out', async () => {
    let tries = 0;
    shop.worker(
      working(async ({ operation }) => ({ subjects: operation.actor.subjects })),
      {
        admit: async ({ actor }) => {
          tries += 1;
          if (tries === 1) throw new OutsideError('BlobStore', 'unavailable', 'No.');
          return { ...actor, subjects: ['person:now'] };
        },
      },
    );
    const { id } = await shop.begin();
    await shop.until(id, ({ events }) => events.some(({ note }) => note === 'storage/unavailable'));
    shop.pass(120_000);
    const done = await shop.until(id, isOver);
    expect(done).toMatchObject({ state: 'succeeded', result: { subjects: ['person:now'] } });
    expect(done.actor.subjects, 'who asked stays in the record').toEqual(ACTOR.subjects);
  });
});

describe('a sweep', () => {
  test('puts back what the queue lost', async () => {
    const { id } = await shop.begin({ priority: 'express' });
    await shop.queue.remove(id);
    expect(await shop.operations.sweep()).toBe(1);
    expect(await shop.operations.sweep()).toBe(0);
    expect((await shop.queue.state()).waiting.express.count).toBe(1);
  });

  test('puts back first what was asked for first', async () => {
    const begun: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      begun.push((await shop.begin()).id);
      shop.pass(5);
    }
    for (const id of begun) await shop.queue.remove(id);
    expect(await shop.operations.sweep()).toBe(5);
    const taken: string[] = [];
    for (const _ of begun) {
      const asked = { worker: 'w', lockMs: 60_000, waitMs: 0 };
      taken.push((await shop.queue.take(asked, new AbortController().signal))?.id ?? '');
    }
    expect(taken).toEqual(begun);
  });

  test('finds what stands nowhere but in its record, and removes what is over', async () => {
    const { id } = await shop.begin();
    await shop.queue.remove(id);
    await shop.spool.delete(`pending/${ACTOR.tenant}/${id}`);
    expect(await shop.operations.sweep()).toBe(0);
    await shop.operations.tend();
    expect(await shop.operations.sweep()).toBe(1);
    await shop.operations.cancel(ACTOR, id, false);
    shop.pass(3_600_001);
    await expect(shop.operations.find(ACTOR, id, false)).rejects.toMatchObject({
      code: 'operations/not-found',
    });
    await shop.operations.tend();
    for (const [store, prefix] of [
      ['heads', ''],
      ['spool', ''],
    ] as const)
      expect(await names(store, prefix)).toEqual([]);
  });

  test('has a job looked at again that the queue took for dead', async () => {
    const { id } = await shop.begin();
    const job = await shop.queue.take(
      { worker: 'w', lockMs: 60_000, waitMs: 0 },
      new AbortController().signal,
    );
    if (job === null) throw new Error('There was nothing to take.');
    await shop.queue.bury(job, 'internal');
    expect(await shop.operations.sweep()).toBe(0);
    await shop.operations.tend();
    shop.worker(working(async () => ({})));
    expect(await shop.until(id, isOver)).toMatchObject({ state: 'succeeded' });
  });

  test('tells the end that a process that died did not', async () => {
    const { id } = await shop.begin();
    const stored = await shop.store.read({ tenant: ACTOR.tenant, id });
    if (stored === null) throw new Error('It is gone.');
    const heard: string[] = [];
    shop.operations.onEnd(async (operation) => void heard.push(operation.id));
    await shop.store.write(stored, shop.operations.ended(stored.operation, { state: 'succeeded' }));
    await shop.queue.remove(id);
    await shop.operations.sweep();
    expect(heard).toEqual([id]);
    expect(shop.told.at(-1)).toMatchObject({ type: 'operation.finished', object: id });
    expect(await names('spool', 'pending/')).toEqual([]);
  });
});
