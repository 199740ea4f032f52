import type { Asked, Job, JobQueue, TakenJob } from '../jobs/index.ts';
import { type Clock, type Outside, systemClock, type Timer } from '../kit/index.ts';
import { takeWithin } from './job-turns.ts';

/** Jobs that are added by one call; more are added by several, so that each has its time. */
const MOST_ADDED = 500;

/** @param parts the timer is for the pauses between two looks for a job; both are the system's by default. */
export function guardedJobQueue(
  queue: JobQueue,
  outside: Outside,
  { timer, clock = systemClock }: { timer?: Timer | undefined; clock?: Clock | undefined } = {},
): JobQueue {
  const ask = <Result>(name: string, run: () => Promise<Result>): Promise<Result> =>
    outside.call({ name, changes: false }, run);
  const change = <Result>(name: string, run: () => Promise<Result>): Promise<Result> =>
    outside.call({ name, changes: true }, run);
  const late = new LateJobs(queue, clock);
  return {
    add: async (jobs, delayMs) => {
      for (let at = 0; at < jobs.length; at += MOST_ADDED) {
        const some: readonly Job[] = jobs.slice(at, at + MOST_ADDED);
        await change('add', () => queue.add(some, delayMs));
      }
    },
    take: async (asked, signal) => {
      const look = () => queue.take({ ...asked, waitMs: 0 }, signal);
      const lookOnce = async (): Promise<TakenJob | null> =>
        late.next() ??
        (await outside.call({ name: 'take', changes: true, discard: late.keeper(asked, signal) }, look));
      const job = await takeWithin(asked, signal, lookOnce, timer);
      if (signal.aborted) late.release();
      return job;
    },
    renew: (job, lockMs) => change('renew', () => queue.renew(job, lockMs)),
    finish: (job) => change('finish', () => queue.finish(job)),
    retry: (job, delayMs) => change('retry', () => queue.retry(job, delayMs)),
    release: (job) => change('release', () => queue.release(job)),
    bury: (job, reason) => change('bury', () => queue.bury(job, reason)),
    remove: (id) => change('remove', () => queue.remove(id)),
    missing: (ids) => ask('missing', () => queue.missing(ids)),
    dead: (page) => ask('dead', () => queue.dead(page)),
    replay: (id) => change('replay', () => queue.replay(id)),
    announce: (presence, holdsMs) => change('announce', () => queue.announce(presence, holdsMs)),
    state: () => ask('state', () => queue.state()),
    probe: () => outside.call({ name: 'probe', changes: false, repeatable: false }, () => queue.probe()),
  };
}

interface LateJob {
  readonly job: TakenJob;
  /** Milliseconds since 1970: until then its lock lasts at least. */
  readonly until: number;
}

/**
 * Jobs that came when whoever asked for them had given up. The next who asks gets them: on a line that is always too slow everything
 * would be handed back for ever.
 */
class LateJobs {
  readonly #queue: JobQueue;
  readonly #clock: Clock;
  #jobs: LateJob[] = [];

  constructor(queue: JobQueue, clock: Clock) {
    this.#queue = queue;
    this.#clock = clock;
  }

  /** @param signal of who asks: once it says so nobody will ask again. */
  keeper({ lockMs }: Asked, signal: AbortSignal): (job: TakenJob | null) => void {
    const until = this.#clock() + lockMs;
    return (job) => {
      if (job === null) return;
      this.#jobs.push({ job, until });
      if (signal.aborted) this.release();
    };
  }

  next(): TakenJob | null {
    const next = this.#jobs.shift();
    if (next === undefined || next.until > this.#clock()) return next?.job ?? null;
    // It may be another's by now.
    this.#handBack(next);
    return this.next();
  }

  release(): void {
    for (const one of this.#jobs.splice(0)) this.#handBack(one);
  }

  #handBack({ job }: LateJob): void {
    this.#queue.release(job).catch(() => {});
  }
}
