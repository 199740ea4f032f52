import type Database from 'better-sqlite3';
import { MOST_PASSES } from '../job-turns.ts';

/**
 * `at`: since when it waits, when it is due, until when its lock lasts, when it died. `rank` orders what waits within its
 * priority. `turns`: for each priority the rank that was begun last, and how many jobs passed over those that wait in it.
 */
export const TABLES = `
  DROP TABLE IF EXISTS jobs;
  DROP TABLE IF EXISTS turns;
  DROP TABLE IF EXISTS workers;
  CREATE TABLE jobs (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, tenant TEXT NOT NULL, priority INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'delayed', 'active', 'dead')), rank INTEGER NOT NULL,
    at INTEGER NOT NULL, addedAt INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    worker TEXT, token TEXT, reason TEXT
  );
  CREATE INDEX byTime ON jobs (state, at, id);
  CREATE INDEX byRank ON jobs (priority, rank, number) WHERE state = 'waiting';
  CREATE INDEX byTenant ON jobs (priority, tenant, rank) WHERE state = 'waiting';
  CREATE INDEX byAge ON jobs (priority, at) WHERE state = 'waiting';
  CREATE TABLE turns (priority INTEGER PRIMARY KEY, begun INTEGER NOT NULL, passes INTEGER NOT NULL);
  CREATE TABLE workers (worker TEXT PRIMARY KEY, slots INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO turns VALUES (0, 0, 0), (1, 0, 0), (2, 0, 0);
`;

interface Candidate {
  readonly id: string;
  readonly rank: number;
  readonly priority: number;
  readonly passes: number;
}

/** Whose turn it is. To be used within a transaction, but for `hasWork`. */
export class Turns {
  readonly #database: Database.Database;
  readonly #rank: Database.Statement<object, { rank: number }>;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#rank = database.prepare(
      `SELECT 1 + max(begun, coalesce(
         (SELECT max(rank) FROM jobs WHERE state = 'waiting' AND priority = @priority AND tenant = @tenant), 0
       )) AS rank FROM turns WHERE priority = @priority`,
    );
  }

  /** Behind what its tenant has waiting, and behind what was begun last: start-time fair queuing with equal weights. */
  rankFor(tenant: string, priority: number): number {
    return this.#rank.get({ tenant, priority })?.rank ?? 1;
  }

  /** Whether something waits, is due, or has a lock that is over. */
  hasWork(now: number): boolean {
    const sql = `SELECT 1 FROM jobs WHERE state = 'waiting' UNION ALL
      SELECT 1 FROM jobs WHERE state IN ('delayed', 'active') AND at <= ? LIMIT 1`;
    return this.#database.prepare(sql).get(now) !== undefined;
  }

  /** What is due waits, in its tenant's order of now; so does what a worker lost, which had its turn already. */
  bringUp(now: number): void {
    const due = this.#database
      .prepare<[number], { id: string; tenant: string; priority: number }>(
        "SELECT id, tenant, priority FROM jobs WHERE state = 'delayed' AND at <= ? ORDER BY at, id",
      )
      .all(now);
    const wait = this.#database.prepare("UPDATE jobs SET state = 'waiting', rank = @rank WHERE id = @id");
    for (const { id, tenant, priority } of due) wait.run({ id, rank: this.rankFor(tenant, priority) });
    this.#database
      .prepare(
        `UPDATE jobs SET state = 'waiting', attempts = attempts + 1, token = NULL
         WHERE state = 'active' AND at <= ?`,
      )
      .run(now);
  }

  /** The id of the next one, whose turn is used. */
  next(): string | null {
    const sql = `SELECT id, rank, turns.priority AS priority, passes FROM turns JOIN jobs ON number = (
        SELECT number FROM jobs WHERE state = 'waiting' AND priority = turns.priority ORDER BY rank, number LIMIT 1
      ) ORDER BY turns.priority`;
    const candidates = this.#database.prepare<[], Candidate>(sql).all();
    const next = candidates.find(({ passes }) => passes >= MOST_PASSES) ?? candidates[0];
    if (next === undefined) return null;
    const note = this.#database.prepare(
      'UPDATE turns SET begun = max(begun, @rank), passes = @passes WHERE priority = @priority',
    );
    for (const { priority, passes } of candidates) {
      if (priority > next.priority) note.run({ priority, rank: 0, passes: passes + 1 });
    }
    note.run({ priority: next.priority, rank: next.rank, passes: 0 });
    return next.id;
  }
}
