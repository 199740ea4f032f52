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
import { BullTurns, type KeptDead } from './bull-turns.ts';
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
  #lookedForLostAt = 0;
  #roseAt = 0;

  /** @param client a connection of its own: thousands of jobs at once must not hold up sessions. */
  constructor(client: RedisClient, options: BullOptions = {}) {
    this.#client = client;
    this.#options = { stalledEveryMs: STALLED_EVERY_MS, range: 0, prefix: TAG, ...options };
  }

  async add(jobs: readonly Job[], delayMs = 0): Promise<void> {
    await this.#ask(true, async ({ queue, turns }) => {
      const given = new Map(jobs.map((job) => [job.id, job]));
      const unknown = (await this.#unknown(turns, [...given.keys()])).flatMap((id) => given.get(id) ?? []);
      const delay = delayMs > 0 ? delayMs + GRACE_MS : 0;
      // What is delayed gets its rank when it is due.
      const numbers = delay > 0 ? [] : await turns.enter(unknown, Date.now());
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

  async release({ id, token }: TakenJob): Promise<boolean> {
    return await this.#ask(true, ({ turns }) => turns.release(id, token, Date.now()));
  }

  async bury(job: TakenJob, reason: string): Promise<boolean> {
    return await this.#held(async ({ queue, bullJob }) => {
      await queue.getBackend().moveToFailed(bullJob(job), reason, false, job.token, false);
      return true;
    });
  }

  async remove(id: string): Promise<void> {
    await this.#ask(true, ({ turns }) => turns.remove(id));
  }

  async missing(ids: readonly string[]): Promise<readonly string[]> {
    return await this.#ask(false, ({ turns }) => this.#unknown(turns, ids));
  }

  async dead({ after, limit }: { after: AfterDead | null; limit: number }): Promise<readonly DeadJob[]> {
    return await this.#ask(false, async ({ queue, turns }) => {
      const start = after === null ? 0 : await this.#behind(queue.toKey('failed'), after);
      return (await turns.dead(start, limit)).flatMap((kept) => deadJobOf(kept) ?? []);
    });
  }

  async replay(id: string): Promise<boolean> {
    return await this.#ask(true, ({ turns }) => turns.replay(id, Date.now()));
  }

  async announce(presence: Presence, holdsMs: number): Promise<void> {
    await this.#ask(true, ({ turns }) => turns.announce(presence, Date.now() + holdsMs));
  }

  async state(): Promise<QueueState> {
    return await this.#ask(false, async ({ turns }) => {
      const now = Date.now();
      const [, state] = await Promise.all([turns.rise(now, now + GRACE_MS), turns.state(now)]);
      return state;
    });
  }

  async probe(): Promise<void> {
    await ask(PORT, this.#client, false, () => this.#client.get('redline:probe'));
  }

  async #take(opened: Opened, { worker, lockMs }: Asked): Promise<TakenJob | null> {
    const { queue, turns } = opened;
    await this.#findLost(opened);
    const token = randomBytes(16).toString('hex');
    // One connection keeps their order: what is due now can be taken now.
    const [, taken] = await Promise.all([this.#rise(turns), queue.getBackend().moveToActive(token, worker)]);
    const [json, id] = taken as readonly [JobJson | null, string] | [];
    if (json === null || json === undefined || id === undefined) return null;
    const job = jobOf(id, json.data);
    if (job === null) {
      // Redis threw its data away: the sweep brings it back.
      await turns.remove(id);
      return null;
    }
    // A turn that is not noted costs less than a job that nobody looks at until its lock is over.
    await turns.taken(job, token, lockMs).catch(() => {});
    return { ...job, token, attempt: 1 + attemptsOf(json), addedAt: json.timestamp };
  }

  /** Looks every now and then for what nobody holds any more. */
  async #findLost({ queue, turns }: Opened): Promise<void> {
    const now = Date.now();
    if (now - this.#lookedForLostAt < this.#options.stalledEveryMs) return;
    this.#lookedForLostAt = now;
    await turns.sortIn(await queue.getBackend().moveStalledJobsToWait(), now);
  }

  /** Brings up every now and then what is due. */
  async #rise(turns: BullTurns): Promise<void> {
    const now = Date.now();
    if (now - this.#roseAt < DUE_EVERY_MS) return;
    this.#roseAt = now;
    await turns.rise(now, now + GRACE_MS);
  }

  /** One command for many: as many commands as jobs fill up a slow line, and whoever wants a job waits behind them. */
  async #unknown(turns: BullTurns, ids: readonly string[]): Promise<readonly string[]> {
    const unknown: string[] = [];
    for (let at = 0; at < ids.length; at += MOST_LOOKED_UP) {
      unknown.push(...(await turns.unknown(ids.slice(at, at + MOST_LOOKED_UP))));
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
    const turns = new BullTurns({
      ...{ client: this.#client, prefix: `${prefix}:turns:`, bulls: queue.toKey('') },
      ...(range === 0 ? {} : { range }),
    });
    return { queue, turns, bullJob: (job) => BullJob.fromJSON(queue, jsonOf(job), job.id) };
  }
}

function jsonOf({ id }: Job): JobJson {
  const nothing = { data: 'null', progress: 0, attemptsMade: 0, attemptsStarted: 0, stalledCounter: 0 };
  return { ...nothing, id, name: 'job', opts: {}, timestamp: 0, failedReason: '', returnvalue: '' };
}

/** @returns `null` where the data are not ours, or not there. */
function jobOf(id: string, data: string): Job | null {
  const { tenant, priority } = JSON.parse(data === '' ? '{}' : data) as Partial<Omit<Job, 'id'>>;
  return tenant === undefined || priority === undefined ? null : { id, tenant, priority };
}

function deadJobOf({ id, data, addedAt, diedAt, reason, made, lost }: KeptDead): DeadJob | null {
  const job = jobOf(id, data);
  if (job === null) return null;
  const times = { addedAt: Number(addedAt), diedAt: Number(diedAt) };
  return { ...job, ...times, attempts: Number(made) + Number(lost), reason };
}

/** Those that ended, and those that were lost with their workers. */
function attemptsOf({ attemptsMade, stalledCounter }: JobJson): number {
  return attemptsMade + stalledCounter;
}

function ignoreLost(error: unknown): void {
  const { code } = error as { readonly code?: unknown };
  if (typeof code !== 'number' || !LOST.has(code)) throw error;
}
