import { randomBytes } from 'node:crypto';
import type Database from 'better-sqlite3';
import type {
  AfterDead,
  Asked,
  DeadJob,
  Job,
  JobQueue,
  Presence,
  QueueState,
  TakenJob,
  Waiting,
} from '../../jobs/index.ts';
import { type Clock, OutsideError } from '../../kit/index.ts';
import { CLASSES, PRIORITY_OF, takeWithin } from '../job-turns.ts';
import { openDatabase } from './sqlite-file.ts';
import { TABLES, Turns } from './sqlite-turns.ts';

/** The format of the file that this program writes. With another one it begins empty, and the sweep fills it. */
const FORMAT = 2;

type Row = { readonly id: string; readonly tenant: string; readonly priority: number } & {
  readonly attempts: number;
  readonly addedAt: number;
};

/** What is to be added with the next transaction. */
interface Added {
  readonly jobs: readonly Job[];
  readonly delayMs: number;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

const HELD = "id = @id AND token = @token AND state = 'active'";

/** Jobs in a file of an embedded database: several processes may share them. */
export class SqliteJobQueue implements JobQueue {
  readonly #database: Database.Database;
  readonly #clock: Clock;
  readonly #turns: Turns;
  readonly #known: Database.Statement<[string]>;
  readonly #insert: Database.Statement;
  #added: Added[] = [];

  private constructor(database: Database.Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#turns = new Turns(database);
    this.#known = database.prepare('SELECT 1 FROM jobs WHERE id = ?');
    this.#insert = database.prepare(
      `INSERT INTO jobs (id, tenant, priority, state, rank, at, addedAt) VALUES (@id, @tenant, @priority, @state, @rank, @at, @now)
       ON CONFLICT (id) DO NOTHING`,
    );
  }

  /** @param path of the file, or `:memory:`. */
  static open(path: string, clock: Clock): SqliteJobQueue {
    // What a crash of the machine takes back, the sweep puts back.
    const database = openDatabase(path, 'NORMAL');
    // What is over is overwritten: it names tenants of all regions.
    database.pragma('secure_delete = ON');
    database
      .transaction(() => {
        if (database.pragma('user_version', { simple: true }) === FORMAT) return;
        database.exec(TABLES);
        database.pragma(`user_version = ${FORMAT}`);
      })
      .immediate();
    return new SqliteJobQueue(database, clock);
  }

  add(jobs: readonly Job[], delayMs = 0): Promise<void> {
    return new Promise((done, failed) => {
      // What many add in one turn of the event loop is one transaction.
      if (this.#added.push({ jobs, delayMs, done, failed }) === 1) setImmediate(() => this.#addAll());
    });
  }

  async take(asked: Asked, signal: AbortSignal): Promise<TakenJob | null> {
    return await takeWithin(asked, signal, async () => this.#take(asked));
  }

  async renew({ id, token }: TakenJob, lockMs: number): Promise<boolean> {
    return this.#held(`UPDATE jobs SET at = @until WHERE ${HELD}`, id, token, { lockMs });
  }

  async finish({ id, token }: TakenJob): Promise<boolean> {
    return this.#held(`DELETE FROM jobs WHERE ${HELD}`, id, token);
  }

  async retry({ id, token }: TakenJob, delayMs: number): Promise<boolean> {
    const sql = `UPDATE jobs SET state = 'delayed', at = @until, attempts = attempts + 1, token = NULL WHERE ${HELD}`;
    return this.#held(sql, id, token, { lockMs: Math.max(0, delayMs) });
  }

  async release({ id, token }: TakenJob): Promise<boolean> {
    // With its old rank: its tenant's turn was used for nothing.
    const sql = `UPDATE jobs SET state = 'waiting', at = @now, token = NULL WHERE ${HELD}`;
    return this.#held(sql, id, token);
  }

  async bury({ id, token }: TakenJob, reason: string): Promise<boolean> {
    const sql = `UPDATE jobs SET state = 'dead', at = @now, attempts = attempts + 1, reason = @reason, token = NULL WHERE ${HELD}`;
    return this.#held(sql, id, token, { reason });
  }

  async remove(id: string): Promise<void> {
    this.#change(() => this.#database.prepare('DELETE FROM jobs WHERE id = ?').run(id));
  }

  async missing(ids: readonly string[]): Promise<readonly string[]> {
    return this.#ask(() => ids.filter((id) => this.#known.get(id) === undefined));
  }

  async dead({ after, limit }: { after: AfterDead | null; limit: number }): Promise<readonly DeadJob[]> {
    const sql = `SELECT id, tenant, priority, attempts, addedAt, at AS diedAt, reason FROM jobs
      WHERE state = 'dead' AND (at, id) > (@diedAt, @id) ORDER BY at, id LIMIT @limit`;
    type DeadRow = Row & { readonly diedAt: number; readonly reason: string };
    const { diedAt, id } = after ?? { diedAt: 0, id: '' };
    return this.#ask(() =>
      this.#database
        .prepare<object, DeadRow>(sql)
        .all({ diedAt, id, limit })
        .map(({ attempts, diedAt, reason, ...row }) => ({ ...jobOf(row), attempts, diedAt, reason })),
    );
  }

  async replay(id: string): Promise<boolean> {
    return this.#change((now) => {
      const row = this.#database
        .prepare<[string], Row>("SELECT tenant, priority FROM jobs WHERE id = ? AND state = 'dead'")
        .get(id);
      if (row === undefined) return false;
      const rank = this.#turns.rankFor(row.tenant, row.priority);
      this.#database
        .prepare(
          `UPDATE jobs SET state = 'waiting', rank = @rank, at = @now, addedAt = @now, attempts = 0, reason = NULL
           WHERE id = @id`,
        )
        .run({ id, rank, now });
      return true;
    });
  }

  async announce({ worker, slots }: Presence, holdsMs: number): Promise<void> {
    this.#change((now) => {
      this.#database.prepare('DELETE FROM workers WHERE until <= ? OR worker = ?').run(now, worker);
      const insert = this.#database.prepare('INSERT INTO workers VALUES (?, ?, ?)');
      if (holdsMs > 0) insert.run(worker, slots, now + holdsMs);
    });
  }

  async state(): Promise<QueueState> {
    return this.#change((now) => {
      this.#turns.bringUp(now);
      const count = this.#database.prepare<[string], { n: number }>(
        'SELECT count(*) AS n FROM jobs WHERE state = ?',
      );
      const of = (state: string): number => count.get(state)?.n ?? 0;
      return {
        waiting: {
          express: this.#waiting(CLASSES.express, now),
          normal: this.#waiting(CLASSES.normal, now),
          batch: this.#waiting(CLASSES.batch, now),
        },
        delayed: of('delayed'),
        active: of('active'),
        dead: of('dead'),
        ...this.#workers(now),
      };
    });
  }

  async probe(): Promise<void> {
    this.#ask(() => this.#database.prepare('SELECT 1 FROM jobs LIMIT 1').get());
  }

  close(): void {
    this.#database.close();
  }

  #addAll(): void {
    const added = this.#added;
    this.#added = [];
    try {
      this.#change((now) => {
        for (const { jobs, delayMs } of added) for (const job of jobs) this.#add(job, delayMs, now);
      });
    } catch (error) {
      for (const { failed } of added) failed(error);
      return;
    }
    for (const { done } of added) done();
  }

  #add({ id, tenant, priority: name }: Job, delayMs: number, now: number): void {
    // A job that is there already takes nobody's turn.
    if (this.#known.get(id) !== undefined) return;
    const priority = CLASSES[name];
    const [state, rank] = delayMs > 0 ? ['delayed', 0] : ['waiting', this.#turns.rankFor(tenant, priority)];
    this.#insert.run({ id, tenant, priority, state, rank, at: now + Math.max(0, delayMs), now });
  }

  #workers(now: number): { workers: number; slots: number } {
    const sql = 'SELECT count(*) AS workers, coalesce(sum(slots), 0) AS slots FROM workers WHERE until > ?';
    const row = this.#database.prepare<[number], { workers: number; slots: number }>(sql).get(now);
    return row ?? { workers: 0, slots: 0 };
  }

  #waiting(priority: number, now: number): Waiting {
    const row = this.#database
      .prepare<[number], { count: number; oldest: number | null }>(
        "SELECT count(*) AS count, min(at) AS oldest FROM jobs WHERE state = 'waiting' AND priority = ?",
      )
      .get(priority);
    const { count, oldest } = row ?? { count: 0, oldest: null };
    return { count, oldestMs: oldest === null ? null : Math.max(0, now - oldest) };
  }

  #take({ worker, lockMs }: Asked): TakenJob | null {
    // Looking for nothing must not keep others from writing.
    if (!this.#ask(() => this.#turns.hasWork(this.#clock()))) return null;
    return this.#change((now) => {
      this.#turns.bringUp(now);
      const id = this.#turns.next();
      if (id === null) return null;
      const token = randomBytes(16).toString('hex');
      const row = this.#database
        .prepare<object, Row>(
          `UPDATE jobs SET state = 'active', token = @token, worker = @worker, at = @until WHERE id = @id
           RETURNING id, tenant, priority, attempts, addedAt`,
        )
        .get({ id, token, worker, until: now + lockMs });
      return row === undefined ? null : { ...jobOf(row), token, attempt: row.attempts + 1 };
    });
  }

  /** Changes a job that this token holds. A lock that is over holds as long as nobody else got the job. @returns whether it does. */
  #held(sql: string, id: string, token: string, { lockMs = 0, reason = '' } = {}): boolean {
    return this.#change((now) => {
      const values = { id, token, now, until: now + lockMs, reason };
      return this.#database.prepare(sql).run(values).changes > 0;
    });
  }

  #change<Result>(work: (now: number) => Result): Result {
    return this.#guard('unclear', () => this.#database.transaction(() => work(this.#clock())).immediate());
  }

  #ask<Result>(work: () => Result): Result {
    return this.#guard('unavailable', work);
  }

  #guard<Result>(failure: 'unavailable' | 'unclear', work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw new OutsideError('JobQueue', failure, 'The queue cannot be read or written.', { cause: error });
    }
  }
}

function jobOf({ id, tenant, priority, addedAt }: Omit<Row, 'attempts'>): Job & { addedAt: number } {
  return { id, tenant, priority: PRIORITY_OF[priority] ?? 'batch', addedAt };
}
