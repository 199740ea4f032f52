import { randomBytes } from 'node:crypto';
import type { Job as BullJob, JobJson, Queue, QueueOptions } from 'bullmq';
import type {
  AfterDead,
  Asked,
  DeadJob,
  Job,
  JobQueue,
  Presence,
  QueueState,
  TakenJob,
} from '../../jobs/index.ts';
import { takeWithin } from '../job-turns.ts';
import { BullTurns } from './bull-turns.ts';
import { ask, type RedisClient } from './connection.ts';

const PORT = 'JobQueue';
/** Keeps all keys in one slot of a cluster, so that scripts can move a job in one step. */
const TAG = '{redline}';
/** Milliseconds that a job is locked before the worker's own length is noted: as long as it takes to lose both. */
const FIRST_LOCK_MS = 15_000;
/** Milliseconds between two looks for locks that are over; BullMQ needs two to be sure. */
const STALLED_EVERY_MS = 2500;
/** Milliseconds between two looks for what is due. */
const DUE_EVERY_MS = 100;
/**
 * BullMQ brings up what is delayed by itself, with the rank that it had when it was added. So it is told a later time, and we bring
 * it up before with the rank of now.
 */
const GRACE_MS = 60_000;
/** Ids that are looked up at once. */
const MOST_LOOKED_UP = 1000;
/** Of BullMQ: the job or its lock is not there, it is in another state, the lock is another's. */
const LOST = new Set([-1, -2, -3, -6]);

export interface BullOptions {
  readonly stalledEveryMs?: number;
  /** See `BullTurns`. */
  readonly range?: number;
  /** Begins the names of keys, with a `{tag}`. */
  readonly prefix?: string;
}

interface Opened {
  readonly queue: Queue;
  /** What BullMQ wants to be told of a job that ends. */
  readonly bullJob: (job: Job) => BullJob;
  readonly turns: BullTurns;
}

/** Jobs in BullMQ, in one Redis or a cluster, shared by all processes that use it. */
export class BullJobQueue implements JobQueue {
  readonly #client: RedisClient;
  readonly #options: Required<BullOptions>;
  #opened: Promise<Opened> | null = null;
  #lookedForStalledAt = 0;
  #lookedForDueAt = 0;

  /** @param client a connection of its own: thousands of jobs at once must not hold up sessions. */
  constructor(client: RedisClient, options: BullOptions = {}) {
    this.#client = client;
    this.#options = { stalledEveryMs: STALLED_EVERY_MS, range: 0, prefix: TAG, ...options };
  }

  async add(jobs: readonly Job[], delayMs = 0): Promise<void> {
    await this.#ask(true, async ({ queue, turns }) => {
      const unknown = await this.#unknown(queue, [...new Map(jobs.map((job) => [job.id, job])).values()]);
      const delay = delayMs > 0 ? delayMs + GRACE_MS : 0;
      // What is delayed gets its rank when it is due.
      const numbers = delay > 0 ? [] : await turns.enter(unknown, Date.now(), 'new');
      await queue.addBulk(
        unknown.map(({ id, tenant, priority }, at) => ({
          name: 'job',
          data: { tenant, priority },
          opts: { jobId: id, priority: numbers[at] ?? 1, delay, removeOnComplete: true, removeOnFail: false },
        })),
      );
    });
  }

  async take(asked: Asked, signal: AbortSignal): Promise<TakenJob | null> {
    return await takeWithin(asked, signal, () => this.#ask(true, (opened) => this.#take(opened, asked)));
  }

  async renew({ id, token }: TakenJob, lockMs: number): Promise<boolean> {
    return await this.#held(async ({ queue }) => {
      return (await queue.getBackend().extendLock(id, token, lockMs)) === 1;
    });
  }

  async finish(job: TakenJob): Promise<boolean> {
    return await this.#held(async ({ queue, bullJob }) => {
      await queue.getBackend().moveToCompleted(bullJob(job), null, true, job.token, false);
      return true;
    });
  }

  async retry({ id, token }: TakenJob, delayMs: number): Promise<boolean> {
    return await this.#held(async ({ queue }) => {
      const delay = Math.max(0, delayMs) + GRACE_MS;
      await queue.getBackend().moveToDelayed(id, Date.now(), delay, token, { skipAttempt: false });
      return true;
    });
  }

  async release(job: TakenJob): Promise<boolean> {
    return await this.#held(async ({ queue, turns }) => {
      const backend = queue.getBackend();
      if ((await backend.extendLock(job.id, job.token, FIRST_LOCK_MS)) !== 1) return false;
      // Its turn was used for nothing: so it goes in front.
      const [number] = await turns.enter([job], Date.now(), 'back');
      await backend.changePriority(job.id, number);
      return (await backend.moveJobFromActiveToWait(job.id, job.token)) >= 0;
    });
  }

  async bury(job: TakenJob, reason: string): Promise<boolean> {
    return await this.#held(async ({ queue, bullJob }) => {
      await queue.getBackend().moveToFailed(bullJob(job), reason, false, job.token, false);
      return true;
    });
  }

  async remove(id: string): Promise<void> {
    await this.#ask(true, async ({ queue, turns }) => {
      const backend = queue.getBackend();
      const json = await backend.getJobData(id);
      if (json === undefined) return;
      // Whoever holds it cannot renew without its lock, and BullMQ removes nothing that is locked.
      await this.#client.del(`${queue.toKey(id)}:lock`);
      await backend.remove(id, false);
      await turns.forget(jobOf(id, json.data));
    });
  }

  async missing(ids: readonly string[]): Promise<readonly string[]> {
    return await this.#ask(false, async ({ queue }) => {
      const unknown = await this.#unknown(
        queue,
        ids.map((id) => ({ id })),
      );
      return unknown.map(({ id }) => id);
    });
  }

  async dead({ after, limit }: { after: AfterDead | null; limit: number }): Promise<readonly DeadJob[]> {
    return await this.#ask(false, async ({ queue }) => {
      const start = after === null ? 0 : await this.#behind(queue.toKey('failed'), after);
      const ids = await this.#client.zrange(queue.toKey('failed'), String(start), String(start + limit - 1));
      const found = await Promise.all(ids.map((id) => queue.getBackend().getJobData(id)));
      return ids.flatMap((id, at) => deadJobOf(id, found[at]) ?? []);
    });
  }

  async replay(id: string): Promise<boolean> {
    return await this.#held(async ({ queue, turns, bullJob }) => {
      const backend = queue.getBackend();
      const json = await backend.getJobData(id);
      if (json === undefined || !(await backend.isJobInState('failed', id))) return false;
      const job = jobOf(id, json.data);
      const [number] = await turns.enter([job], Date.now(), 'new');
      await backend.changePriority(id, number);
      await this.#client.hdel(queue.toKey(id), 'stc');
      await this.#client.hset(queue.toKey(id), 'timestamp', String(Date.now()));
      await backend.retryFinishedJob(bullJob(job), 'failed', { resetAttemptsMade: true });
      return true;
    });
  }

  async announce(presence: Presence, holdsMs: number): Promise<void> {
    await this.#ask(true, ({ turns }) => turns.announce(presence, Date.now() + holdsMs));
  }

  async state(): Promise<QueueState> {
    return await this.#ask(false, async (opened) => {
      await this.#bringUp(opened);
      return await opened.turns.state(Date.now());
    });
  }

  async probe(): Promise<void> {
    await ask(PORT, this.#client, false, () => this.#client.get('redline:probe'));
  }

  async #take(opened: Opened, { worker, lockMs }: Asked): Promise<TakenJob | null> {
    const { queue, turns } = opened;
    await this.#tend(opened);
    const backend = queue.getBackend();
    const token = randomBytes(16).toString('hex');
    const taken = (await backend.moveToActive(token, worker)) as readonly [JobJson | null, string] | [];
    const [json, id] = taken;
    if (json === null || json === undefined || id === undefined) return null;
    const job = jobOf(id, json.data);
    const next = await turns.taken(job, token, lockMs);
    // Where somebody else took that one meanwhile this changes nothing.
    if (next !== null) await backend.changePriority(next, 0, true).catch(ignoreLost);
    return { ...job, token, attempt: 1 + attemptsOf(json), addedAt: json.timestamp };
  }

  /** Looks every now and then for what nobody holds any more and what is due. */
  async #tend(opened: Opened): Promise<void> {
    const now = Date.now();
    if (now - this.#lookedForDueAt >= DUE_EVERY_MS) {
      this.#lookedForDueAt = now;
      await this.#bringUp(opened);
    }
    if (now - this.#lookedForStalledAt < this.#options.stalledEveryMs) return;
    this.#lookedForStalledAt = now;
    const { queue, turns } = opened;
    const backend = queue.getBackend();
    for (const id of await backend.moveStalledJobsToWait()) {
      // BullMQ puts it before all others; it belongs in front of those of its priority.
      const json = await backend.getJobData(id);
      if (json === undefined) continue;
      const [number] = await turns.enter([jobOf(id, json.data)], now, 'back');
      await backend.changePriority(id, number).catch(ignoreLost);
    }
  }

  async #bringUp({ queue, turns }: Opened): Promise<void> {
    const now = Date.now();
    const jobs = (await turns.due(now + GRACE_MS)).map(({ id, data }) => jobOf(id, data));
    if (jobs.length === 0) return;
    const numbers = await turns.enter(jobs, now, 'new');
    const backend = queue.getBackend();
    const moved = jobs.map(async ({ id }, at) => {
      await backend.changePriority(id, numbers[at]);
      await backend.promote(id);
    });
    // Whatever another process brought up at the same time is up.
    await Promise.all(moved.map((one) => one.catch(ignoreLost)));
  }

  async #unknown<Named extends { readonly id: string }>(
    queue: Queue,
    named: readonly Named[],
  ): Promise<readonly Named[]> {
    const unknown: Named[] = [];
    for (let at = 0; at < named.length; at += MOST_LOOKED_UP) {
      const some = named.slice(at, at + MOST_LOOKED_UP);
      const there = await Promise.all(some.map(({ id }) => this.#client.exists(queue.toKey(id))));
      unknown.push(...some.filter((_, n) => there[n] === 0));
    }
    return unknown;
  }

  /** Where a page goes on, also where the job that it ended with is not dead any more. */
  async #behind(failed: string, { id, diedAt }: AfterDead): Promise<number> {
    const before = await this.#client.zcount(failed, '-inf', `(${diedAt}`);
    const together = await this.#client.zrangebyscore(failed, diedAt, diedAt);
    return (
      before + together.filter((other) => Buffer.compare(Buffer.from(other), Buffer.from(id)) <= 0).length
    );
  }

  /** @returns `false` where BullMQ says that the job is not this holder's. */
  async #held(work: (opened: Opened) => Promise<boolean>): Promise<boolean> {
    return await this.#ask(true, async (opened) => {
      try {
        return await work(opened);
      } catch (error) {
        ignoreLost(error);
        return false;
      }
    });
  }

  #ask<Answer>(changes: boolean, work: (opened: Opened) => Promise<Answer>): Promise<Answer> {
    return ask(PORT, this.#client, changes, async () => await work(await this.#open()));
  }

  /** BullMQ asks what server it talks to when it begins; where that fails, the next call begins anew. */
  #open(): Promise<Opened> {
    this.#opened ??= this.#begin().catch((error: unknown) => {
      this.#opened = null;
      throw error;
    });
    return this.#opened;
  }

  async #begin(): Promise<Opened> {
    const { prefix, range, stalledEveryMs } = this.#options;
    const options: QueueOptions & Record<string, unknown> = {
      connection: this.#client,
      prefix,
      skipMetasUpdate: true,
      skipVersionCheck: true,
      ...{ lockDuration: FIRST_LOCK_MS, stalledInterval: stalledEveryMs },
      // How often a job is tried is for whoever works on it to decide.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
    };
    // Only who has a Redis waits for it to be loaded.
    const { Job: BullJob, Queue } = await import('bullmq');
    const queue = new Queue('jobs', options);
    queue.on('error', () => {});
    await queue.waitUntilReady();
    const key = (name: string) => queue.toKey(name);
    const keys = {
      ...{ prioritized: key('prioritized'), wait: key('wait'), active: key('active') },
      ...{ delayed: key('delayed'), failed: key('failed'), jobs: key('') },
    };
    const turns = new BullTurns({
      ...{ client: this.#client, keys, prefix: `${prefix}:turns:` },
      ...(range === 0 ? {} : { range }),
    });
    return { queue, turns, bullJob: (job) => BullJob.fromJSON(queue, jsonOf(job), job.id) };
  }
}

function jsonOf({ id }: Job): JobJson {
  const nothing = { data: 'null', progress: 0, attemptsMade: 0, attemptsStarted: 0, stalledCounter: 0 };
  return { ...nothing, id, name: 'job', opts: {}, timestamp: 0, failedReason: '', returnvalue: '' };
}

function jobOf(id: string, data: string): Job {
  const { tenant, priority } = JSON.parse(data) as Omit<Job, 'id'>;
  return { id, tenant, priority };
}

function deadJobOf(id: string, json: JobJson | undefined): DeadJob | null {
  if (json === undefined) return null;
  const { timestamp, finishedOn = 0, failedReason, data } = json;
  const times = { addedAt: timestamp, diedAt: finishedOn };
  return { ...jobOf(id, data), ...times, attempts: attemptsOf(json), reason: failedReason };
}

/** Those that ended, and those that were lost with their workers. */
function attemptsOf({ attemptsMade, stalledCounter }: JobJson): number {
  return attemptsMade + stalledCounter;
}

function ignoreLost(error: unknown): void {
  const { code } = error as { readonly code?: unknown };
  if (typeof code !== 'number' || !LOST.has(code)) throw error;
}
