import { expect, test } from 'vitest';
import type { TakenJob } from '../../src/jobs/index.ts';
import { Outside } from '../../src/kit/index.ts';
import { guardedJobQueue, QUEUE_LIMITS } from '../../src/platform/index.ts';
import { jobOf, mustTake, type Open, takeFrom } from './job-queue-kit.ts';

export function testSlowLine(open: Open): void {
  test('on a slow line what a worker lost is another’s, while all that waits is asked for again and again', async () => {
    const { one, other, shortMs, pass, slow } = await open();
    const jobs = Array.from({ length: 1500 }, () => jobOf());
    const ids = jobs.map(({ id }) => id);
    await one.add(jobs);
    const { id } = await mustTake(one, shortMs);
    await pass();
    const guarded = guardedJobQueue(other, new Outside('JobQueue', QUEUE_LIMITS));
    const given: TakenJob[] = [];
    const isFound = () => given.some((job) => job.id === id);
    const sweep = async (): Promise<void> => {
      while (!isFound()) {
        for (let at = 0; at < ids.length; at += 500) {
          await guarded.missing(ids.slice(at, at + 500)).catch(() => {});
        }
      }
    };
    slow(50);
    try {
      const sweeping = sweep();
      while (!isFound()) {
        const job = await takeFrom(guarded).catch(() => null);
        if (job !== null) given.push(job);
        else await new Promise((next) => setTimeout(next, shortMs));
      }
      await sweeping;
    } finally {
      slow(0);
    }
    expect(given.find((job) => job.id === id)).toMatchObject({ attempt: 2 });
    // In front of those of its priority, and not behind all of them.
    expect(given.length).toBeLessThan(20);
  });
}
