import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Job, PRIORITIES, type Priority, type TakenJob } from '../../src/jobs/index.ts';
import {
  jobOf,
  LONG_MS,
  mustTake,
  type Open,
  type OpenedQueues,
  PATIENCE_MS,
  takeFrom,
} from './job-queue-kit.ts';
import { testSlowLine } from './job-queue-lines.ts';

/** Takes and finishes until nothing waits. */
async function drain({ one, other }: OpenedQueues): Promise<TakenJob[]> {
  const taken: TakenJob[] = [];
  for (;;) {
    const queue = taken.length % 2 === 0 ? one : other;
    const job = await takeFrom(queue);
    if (job === null) return taken;
    expect(await queue.finish(job)).toBe(true);
    taken.push(job);
  }
}

/** What every `JobQueue` promises. @param open a queue with nothing in it. */
export function describeJobQueue(adapter: string, open: Open): void {
  describe(`JobQueue on ${adapter}`, () => {
    testLife(open);
    testTries(open);
    testEnds(open);
    testLocks(open);
    testSlowLine(open);
    testDead(open);
    testOrder(open);
    testFairness(open);
    testManyJobs(open);
  });
}

function testLife(open: Open): void {
  test('a job goes from whoever adds it to one worker, and is forgotten when it is finished', async () => {
    const { one, other } = await open();
    const job = jobOf({ priority: 'express' });
    const before = Date.now();
    await one.add([job]);
    const taken = await mustTake(other);
    expect(taken).toMatchObject({ ...job, attempt: 1 });
    expect(Math.abs(taken.addedAt - before)).toBeLessThan(LONG_MS);
    expect(await takeFrom(one)).toBeNull();
    expect(await other.finish(taken)).toBe(true);
    expect(await other.finish(taken), 'once').toBe(false);
    expect(await one.missing([job.id])).toEqual([job.id]);
    await one.add([job]);
    expect(await mustTake(one), 'the same again').toMatchObject({ ...job, attempt: 1 });
  });

  test.each<[string, (queues: OpenedQueues, job: Job) => Promise<unknown>]>([
    ['waits', async () => {}],
    ['is active', ({ one }) => mustTake(one)],
    ['is dead', async ({ one }) => one.bury(await mustTake(one), 'test/broken')],
    ['waits to be tried again', async ({ one }) => one.retry(await mustTake(one), LONG_MS)],
  ])('adding again what %s changes nothing', async (_, bring) => {
    const queues = await open();
    const { one, other } = queues;
    const job = jobOf();
    await one.add([job, job]);
    await bring(queues, job);
    const before = await other.state();
    await other.add([job]);
    const after = await other.state();
    const counts = ({ waiting, ...rest }: typeof after) => ({ ...rest, waiting: waiting.normal.count });
    expect(counts(after)).toEqual(counts(before));
    expect(await other.missing([job.id, 'o_unknown'])).toEqual(['o_unknown']);
  });
}

function testTries(open: Open): void {
  test('what is delayed waits when its time has come', async () => {
    const { one, other, shortMs, pass } = await open();
    const [late, soon] = [jobOf(), jobOf()];
    await one.add([late], LONG_MS);
    await one.add([soon], shortMs);
    expect((await other.state()).delayed).toBeGreaterThanOrEqual(1);
    await pass();
    expect(await mustTake(other)).toMatchObject(soon);
    expect(await takeFrom(one)).toBeNull();
    expect(await one.missing([late.id])).toEqual([]);
  });

  test('what is tried again is the next attempt; what is handed back is the same one', async () => {
    const { one, other, shortMs, pass } = await open();
    await one.add([jobOf()]);
    const first = await mustTake(one);
    expect(await one.release(first)).toBe(true);
    expect(await one.release(first)).toBe(false);
    const again = await mustTake(other);
    expect(again.attempt).toBe(1);
    expect(await other.retry(again, shortMs)).toBe(true);
    await pass();
    const second = await mustTake(one);
    expect(second).toMatchObject({ id: first.id, attempt: 2, addedAt: first.addedAt });
    expect(await one.retry(second, 0)).toBe(true);
    expect((await mustTake(one)).attempt).toBe(3);
  });
}

function testEnds(open: Open): void {
  test('what is removed is nowhere, wherever it was, and whoever holds it learns so', async () => {
    const { one, other, shortMs, pass } = await open();
    const [active, waiting, delayed, dead] = [jobOf(), jobOf(), jobOf(), jobOf()];
    await one.add([dead]);
    await one.bury(await mustTake(one), 'test/broken');
    await one.add([active]);
    const held = await mustTake(one);
    await one.add([waiting]);
    await one.add([delayed], shortMs);
    const ids = [active, waiting, delayed, dead].map(({ id }) => id);
    for (const id of [...ids, 'o_unknown']) await other.remove(id);
    expect(await one.missing(ids)).toEqual(ids);
    expect(await one.renew(held, LONG_MS)).toBe(false);
    expect(await one.finish(held)).toBe(false);
    await pass();
    expect(await takeFrom(one)).toBeNull();
    expect(await other.state()).toMatchObject({ delayed: 0, active: 0, dead: 0 });
  });

  test('a worker that is told to end stops waiting', async () => {
    const { one } = await open();
    const ending = new AbortController();
    const waiting = one.take({ worker: 'w', lockMs: LONG_MS, waitMs: LONG_MS }, ending.signal);
    ending.abort();
    expect(await waiting).toBeNull();
  });

  test('knows how much all workers can do at a time, for as long as they say so', async () => {
    const { one, other, shortMs, pass } = await open();
    await one.announce({ worker: 'a', slots: 3 }, LONG_MS);
    await other.announce({ worker: 'b', slots: 4 }, LONG_MS);
    await other.announce({ worker: 'b', slots: 4 }, LONG_MS);
    await other.announce({ worker: 'c', slots: 8 }, shortMs);
    await pass();
    expect(await one.state()).toMatchObject({ workers: 2, slots: 7 });
    await one.announce({ worker: 'a', slots: 3 }, 0);
    expect(await other.state()).toMatchObject({ workers: 1, slots: 4 });
  });

  test('says what there is to do, and is ready', async () => {
    const { one, other } = await open();
    await one.add([
      jobOf({ priority: 'express' }),
      jobOf({ priority: 'batch' }),
      jobOf({ priority: 'batch' }),
    ]);
    await one.add([jobOf()], LONG_MS);
    const state = await other.state();
    expect(state).toMatchObject({ delayed: 1, active: 0, dead: 0 });
    expect(PRIORITIES.map((name) => state.waiting[name].count)).toEqual([1, 0, 2]);
    expect(state.waiting.normal.oldestMs).toBeNull();
    expect(state.waiting.express.oldestMs).toBeGreaterThanOrEqual(0);
    await mustTake(one);
    await one.bury(await mustTake(one), 'test/broken');
    expect(await other.state()).toMatchObject({ active: 1, dead: 1, waiting: { batch: { count: 1 } } });
    await expect(one.probe()).resolves.toBeUndefined();
  });
}

function testLocks(open: Open): void {
  test('whoever does not renew loses the job to another one, and can do nothing with it any more', async () => {
    const { one, other, shortMs, pass } = await open();
    const job = jobOf();
    await one.add([job]);
    const lost = await mustTake(one, shortMs);
    await pass();
    const found = await mustTake(other);
    expect(found).toMatchObject({ ...job, attempt: 2, addedAt: lost.addedAt });
    expect(await one.renew(lost, LONG_MS)).toBe(false);
    expect(await one.finish(lost)).toBe(false);
    expect(await one.retry(lost, 0)).toBe(false);
    expect(await one.release(lost)).toBe(false);
    expect(await one.bury(lost, 'test/broken')).toBe(false);
    expect(await other.renew(found, LONG_MS)).toBe(true);
    expect(await other.finish(found)).toBe(true);
  });

  test('whoever renews keeps it', async () => {
    const { one, other, shortMs, pass } = await open();
    await one.add([jobOf()]);
    const held = await mustTake(one, 2 * PATIENCE_MS + shortMs);
    expect(await one.renew(held, LONG_MS)).toBe(true);
    await pass();
    expect(await takeFrom(other)).toBeNull();
    expect(await one.finish(held)).toBe(true);
  });

  test('of many workers each gets a job of its own', async () => {
    const { one, other } = await open();
    const jobs = Array.from({ length: 40 }, () => jobOf());
    await one.add(jobs);
    const all = await Promise.all(Array.from({ length: 50 }, (_, n) => takeFrom(n % 2 === 0 ? one : other)));
    const ids = all.flatMap((job) => (job === null ? [] : [job.id]));
    expect(ids.toSorted()).toEqual(jobs.map(({ id }) => id).toSorted());
  });
}

function testDead(open: Open): void {
  test('what died is listed in order, page by page, and replayed as if it were new', async () => {
    const { one, other } = await open();
    const jobs = ['acme', 'beta', 'acme', 'beta', 'acme'].map((tenant) => jobOf({ tenant }));
    await one.add(jobs);
    for (const _ of jobs) expect(await one.bury(await mustTake(one), 'test/broken')).toBe(true);
    const first = await other.dead({ after: null, limit: 3 });
    const rest = await other.dead({ after: first.at(-1) ?? null, limit: 3 });
    expect([first.length, rest.length]).toEqual([3, 2]);
    const all = [...first, ...rest];
    expect(all.map(({ id }) => id).toSorted()).toEqual(jobs.map(({ id }) => id).toSorted());
    expect(all.map(({ diedAt }) => diedAt)).toEqual(all.map(({ diedAt }) => diedAt).toSorted());
    const [victim] = all;
    expect(victim).toMatchObject({ attempts: 1, reason: 'test/broken', priority: 'normal' });
    const id = victim?.id ?? '';
    expect([await one.replay(id), await one.replay(id), await one.replay('o_unknown')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await mustTake(other)).toMatchObject({ id, attempt: 1, tenant: victim?.tenant });
    expect(await one.dead({ after: null, limit: 100 })).toHaveLength(4);
  });
}

function testOrder(open: Open): void {
  test('the higher priority goes first, and within one what came first', async () => {
    const queues = await open();
    const given: Priority[] = ['batch', 'normal', 'express', 'batch', 'normal', 'express'];
    const jobs = given.map((priority) => jobOf({ priority }));
    for (const job of jobs) await queues.one.add([job]);
    const order = [2, 5, 1, 4, 0, 3].map((n) => jobs[n]?.id);
    expect((await drain(queues)).map(({ id }) => id)).toEqual(order);
  });

  test('of ten jobs one is of a lower priority that waits, so that no work waits for ever', async () => {
    const queues = await open();
    const many = (priority: Priority) => Array.from({ length: 40 }, () => jobOf({ priority }));
    await queues.one.add([...many('batch'), ...many('normal'), ...many('express')]);
    const order = (await drain(queues)).map(({ priority }) => priority);
    const firstTwenty = order.slice(0, 20);
    expect(firstTwenty.filter((one) => one === 'express').length).toBeGreaterThanOrEqual(16);
    expect(firstTwenty).toContain('batch');
    expect(firstTwenty).toContain('normal');
    expect(order.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => 'express'));
  });
}

function testFairness(open: Open): void {
  test('one tenant’s many jobs do not hold up another one’s', async () => {
    const { one } = await open();
    await one.add(Array.from({ length: 300 }, () => jobOf({ tenant: 'large' })));
    for (let n = 0; n < 20; n += 1) await one.finish(await mustTake(one));
    const small = jobOf({ tenant: 'small' });
    await one.add([small]);
    const next = [await mustTake(one), await mustTake(one)];
    expect(next.map(({ id }) => id)).toContain(small.id);
  });

  test('whoever had much that was cancelled is behind nobody for it', async () => {
    const { one } = await open();
    const jobs = Array.from({ length: 30 }, () => jobOf({ tenant: 'ada' }));
    await one.add([...jobs, ...Array.from({ length: 30 }, () => jobOf({ tenant: 'ben' }))]);
    for (const { id } of jobs) await one.remove(id);
    await one.add([jobOf({ tenant: 'ada' })]);
    const next = [await mustTake(one), await mustTake(one)];
    expect(next.map(({ tenant }) => tenant)).toContain('ada');
  });

  test('while tenants wait they take turns, whoever came first with however much', async () => {
    const step = fc.oneof(
      fc.record({
        tenant: fc.constantFrom('ada', 'ben', 'cy'),
        add: fc.integer({ min: 1, max: 12 }),
      }),
      fc.record({ take: fc.integer({ min: 1, max: 8 }) }),
    );
    const law = fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (steps) => {
      const { one } = await open();
      const waiting = new Map<string, number>();
      const turns = new Turns();
      for (const given of steps) {
        if ('add' in given) {
          await one.add(Array.from({ length: given.add }, () => jobOf({ tenant: given.tenant })));
          waiting.set(given.tenant, (waiting.get(given.tenant) ?? 0) + given.add);
          continue;
        }
        for (let n = 0; n < given.take; n += 1) {
          const job = await takeFrom(one);
          if (job === null) break;
          turns.note(job.tenant, waiting);
          waiting.set(job.tenant, (waiting.get(job.tenant) ?? 0) - 1);
          await one.finish(job);
        }
      }
      expect(turns.worst).toBeLessThanOrEqual(2);
    });
    await fc.assert(law, { numRuns: 15 });
  });
}

/** How far apart two tenants get in any window in which both wait all the time. */
class Turns {
  /** By two tenants: how many more turns the first one had, and how far that went down and up within this window. */
  readonly #leads = new Map<string, { lead: number; least: number; most: number }>();
  worst = 0;

  /** @param waiting by tenant, before this turn. */
  note(tenant: string, waiting: ReadonlyMap<string, number>): void {
    const names = ['ada', 'ben', 'cy'];
    for (const one of names) {
      for (const other of names) {
        if (one >= other) continue;
        const key = `${one} ${other}`;
        if ((waiting.get(one) ?? 0) === 0 || (waiting.get(other) ?? 0) === 0) {
          this.#leads.delete(key);
          continue;
        }
        const { lead, least, most } = this.#leads.get(key) ?? { lead: 0, least: 0, most: 0 };
        const now = lead + (tenant === one ? 1 : 0) - (tenant === other ? 1 : 0);
        const window = { lead: now, least: Math.min(least, now), most: Math.max(most, now) };
        this.#leads.set(key, window);
        this.worst = Math.max(this.worst, window.most - window.least);
      }
    }
  }
}

function testManyJobs(open: Open): void {
  test('ten thousand are added at once, and another tenant’s one is next', async () => {
    const { one, other } = await open();
    const jobs = Array.from({ length: 10_000 }, () => jobOf({ tenant: 'large', priority: 'batch' }));
    await one.add(jobs);
    expect((await other.state()).waiting.batch.count).toBe(10_000);
    expect(await other.missing(jobs.map(({ id }) => id))).toEqual([]);
    const small = jobOf({ tenant: 'small', priority: 'batch' });
    await other.add([small]);
    const next = [await mustTake(one), await mustTake(one)];
    expect(next.map(({ id }) => id)).toContain(small.id);
  });
}
