import type { Job, JobQueue, TakenJob } from '../../src/jobs/index.ts';
import { hex } from './sessions.ts';

/** The same queue as two processes have it, empty, and what lets locks and delays end. */
export interface OpenedQueues {
  readonly one: JobQueue;
  readonly other: JobQueue;
  /** Milliseconds that a short lock or delay lasts here; see `pass`. */
  readonly shortMs: number;
  /** When short locks and delays are over. */
  pass(): Promise<void>;
  /** Holds up each piece that goes over the line to the queue by so many milliseconds, where there is one. */
  slow(ms: number): void;
}

export type Open = () => Promise<OpenedQueues>;

export const LONG_MS = 600_000;
/** Milliseconds to wait for what must come. */
export const PATIENCE_MS = 30_000;
const ON = new AbortController().signal;

export const jobOf = (facts: Partial<Job> = {}): Job => ({
  id: `o_${hex(8)}`,
  tenant: 'acme',
  priority: 'normal',
  ...facts,
});

export const takeFrom = (queue: JobQueue, lockMs = LONG_MS, waitMs = 0): Promise<TakenJob | null> =>
  queue.take({ worker: 'w', lockMs, waitMs }, ON);

/** One that must be there. */
export async function mustTake(queue: JobQueue, lockMs = LONG_MS, waitMs = PATIENCE_MS): Promise<TakenJob> {
  const job = await takeFrom(queue, lockMs, waitMs);
  if (job === null) throw new Error('There was nothing to take.');
  return job;
}
