import type { Job, JobQueue, TakenJob } from '../jobs/index.ts';
import type { Outside, Timer } from '../kit/index.ts';
import { takeWithin } from './job-turns.ts';

/** Jobs that are added by one call; more are added by several, so that each has its time. */
const MOST_ADDED = 500;

/** @param timer for the pauses between two looks for a job; the system's by default. */
export function guardedJobQueue(queue: JobQueue, outside: Outside, timer?: Timer): JobQueue {
  const ask = <Result>(name: string, run: () => Promise<Result>): Promise<Result> =>
    outside.call({ name, changes: false }, run);
  const change = <Result>(name: string, run: () => Promise<Result>): Promise<Result> =>
    outside.call({ name, changes: true }, run);
  // A job that came too late for us is nobody's until its lock is over: so it is handed back.
  const discard = (job: TakenJob | null): unknown =>
    job === null ? null : queue.release(job).catch(() => {});
  return {
    add: async (jobs, delayMs) => {
      for (let at = 0; at < jobs.length; at += MOST_ADDED) {
        const some: readonly Job[] = jobs.slice(at, at + MOST_ADDED);
        await change('add', () => queue.add(some, delayMs));
      }
    },
    take: (asked, signal) => {
      const look = () => queue.take({ ...asked, waitMs: 0 }, signal);
      const call = { name: 'take', changes: true, discard };
      return takeWithin(asked, signal, () => outside.call(call, look), timer);
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
