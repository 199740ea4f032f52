import type { Job, Presence, QueueState, Waiting } from '../../jobs/index.ts';
import { CLASSES, MOST_PASSES } from '../job-turns.ts';
import {
  DEAD,
  ENTER,
  RELEASE,
  REMOVE,
  REPLAY,
  RISE,
  SORT_IN,
  STATE,
  TAKEN,
  UNKNOWN,
} from './bull-scripts.ts';
import { type RedisClient, runScript, type Script } from './connection.ts';

/** Ranks of one priority that BullMQ's own number of a job has room for; three times that is below its limit of 2^21. */
const RANGE = 600_000;
/** Milliseconds after which whatever is noted of a job, and is not in the queue, was left behind by a process that ended. */
const LEFT_BEHIND_MS = 60_000;
/** Due jobs that are looked at in one step. */
const MOST_DUE = 500;
/** What is told of a dead job. */
const DEAD_FIELDS = 7;

export interface TurnsOptions {
  readonly client: RedisClient;
  /** Begins the names of our own keys, with the same `{tag}` as BullMQ's. */
  readonly prefix: string;
  /** Begins the names of BullMQ's. */
  readonly bulls: string;
  /** Ranks of one priority; fewer only where a test wants to see the end of them. */
  readonly range?: number;
}

/** A dead job as it is kept: numbers are text, what is not there is empty. */
export interface KeptDead {
  readonly id: string;
  readonly data: string;
  readonly addedAt: string;
  readonly diedAt: string;
  readonly reason: string;
  /** Attempts that ended, and those that were lost with their workers. */
  readonly made: string;
  readonly lost: string;
}

/**
 * Whose turn it is, kept beside BullMQ's own structures, and what moves jobs by it. What is lost of it costs fairness for a moment,
 * and no job. Each method is one command.
 */
export class BullTurns {
  readonly #client: RedisClient;
  readonly #prefix: string;
  readonly #bulls: string;
  readonly #range: number;

  constructor({ client, prefix, bulls, range = RANGE }: TurnsOptions) {
    this.#client = client;
    this.#prefix = prefix;
    this.#bulls = bulls;
    this.#range = range;
  }

  /** @returns BullMQ's number for each of these, which are new. */
  async enter(jobs: readonly Job[], now: number): Promise<readonly number[]> {
    if (jobs.length === 0) return [];
    const given = jobs.flatMap(({ id, tenant, priority }) => [CLASSES[priority], tenant, id]);
    return (await this.#run(ENTER, [now, LEFT_BEHIND_MS, ...given])) as readonly number[];
  }

  /** @param token of whoever took it. */
  async taken({ id, tenant, priority }: Job, token: string, lockMs: number): Promise<void> {
    await this.#run(TAKEN, [CLASSES[priority], tenant, id, token, lockMs, MOST_PASSES]);
  }

  /** What is delayed until then waits from now on. @param until milliseconds since 1970. */
  async rise(now: number, until: number): Promise<void> {
    // As BullMQ keeps it: milliseconds times 4096, and a counter.
    await this.#run(RISE, [now, LEFT_BEHIND_MS, (until + 1) * 4096 - 1, MOST_DUE]);
  }

  /** What BullMQ put before all others waits in front of those of its priority. */
  async sortIn(ids: readonly string[], now: number): Promise<void> {
    if (ids.length > 0) await this.#run(SORT_IN, [now, LEFT_BEHIND_MS, ...ids]);
  }

  /** @returns whether the token held it. */
  async release(id: string, token: string, now: number): Promise<boolean> {
    return (await this.#run(RELEASE, [now, LEFT_BEHIND_MS, id, token])) === 1;
  }

  /** @returns whether it was dead. */
  async replay(id: string, now: number): Promise<boolean> {
    return (await this.#run(REPLAY, [now, LEFT_BEHIND_MS, id])) === 1;
  }

  async remove(id: string): Promise<void> {
    await this.#run(REMOVE, [id]);
  }

  async unknown(ids: readonly string[]): Promise<readonly string[]> {
    return (await this.#run(UNKNOWN, ids)) as readonly string[];
  }

  /** @param from its place in the list of dead jobs. */
  async dead(from: number, limit: number): Promise<readonly KeptDead[]> {
    const values = (await this.#run(DEAD, [from, from + limit - 1])) as readonly string[];
    return Array.from({ length: values.length / DEAD_FIELDS }, (_, n) => {
      const given = values.slice(n * DEAD_FIELDS, (n + 1) * DEAD_FIELDS);
      const [id = '', data = '', addedAt = '', diedAt = '', reason = '', made = '', lost = ''] = given;
      return { id, data, addedAt, diedAt, reason, made, lost };
    });
  }

  /** A worker is there until then. */
  async announce({ worker, slots }: Presence, until: number): Promise<void> {
    await this.#client.zadd(`${this.#prefix}workers`, until, `${slots} ${worker}`);
  }

  async state(now: number): Promise<QueueState> {
    const answer = await this.#run(STATE, [now, LEFT_BEHIND_MS]);
    const numbers = (answer as readonly (number | string)[]).map(Number);
    const waiting = (priority: number): Waiting => {
      const [count = 0, oldest = -1] = numbers.slice(2 * priority);
      return { count, oldestMs: count === 0 || oldest < 0 ? null : oldest };
    };
    return {
      waiting: {
        express: waiting(CLASSES.express),
        normal: waiting(CLASSES.normal),
        batch: waiting(CLASSES.batch),
      },
      delayed: numbers[6] ?? 0,
      active: numbers[7] ?? 0,
      dead: numbers[8] ?? 0,
      workers: numbers[9] ?? 0,
      slots: numbers[10] ?? 0,
    };
  }

  #run(which: Script, values: readonly (string | number)[]): Promise<unknown> {
    const keys = [`${this.#prefix}turns`, `${this.#bulls}prioritized`];
    return runScript(this.#client, which, keys, [this.#prefix, this.#bulls, this.#range, ...values]);
  }
}
