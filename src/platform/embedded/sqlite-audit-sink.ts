import type Database from 'better-sqlite3';
import type { AuditEvent, AuditPage, AuditQuery, RegionalSink, SequenceRange } from '../../audit/index.ts';
import { OutsideError, systemClock } from '../../kit/index.ts';
import type { TenantHolder } from '../shared.ts';
import { emptyLog, openDatabase } from './sqlite-file.ts';

/** The columns by the format that brought them: a file of an older one gets those that it lacks, and keeps what it has. */
const COLUMNS: readonly (readonly [name: keyof AuditEvent, type: string])[][] = [
  [
    ...([
      ['tenant', 'TEXT NOT NULL'],
      ['sequence', 'INTEGER NOT NULL'],
      ['id', 'TEXT NOT NULL'],
    ] as const),
    ...([
      ['at', 'TEXT NOT NULL'],
      ['type', 'TEXT NOT NULL'],
      ['outcome', 'TEXT NOT NULL'],
    ] as const),
    ...([
      ['reason', 'TEXT'],
      ['actorKind', 'TEXT NOT NULL'],
      ['actor', 'TEXT NOT NULL'],
    ] as const),
    ...([
      ['credential', 'TEXT NOT NULL'],
      ['address', 'TEXT'],
      ['requestId', 'TEXT NOT NULL'],
    ] as const),
    ...([
      ['object', 'TEXT'],
      ['document', 'TEXT'],
      ['version', 'INTEGER'],
      ['commit', 'INTEGER'],
      ['details', 'TEXT'],
    ] as const),
    ...([
      ['format', 'INTEGER NOT NULL'],
      ['previous', 'TEXT NOT NULL'],
      ['hash', 'TEXT NOT NULL'],
    ] as const),
  ],
];
const FORMAT = COLUMNS.length;
const NAMES = COLUMNS.flat().map(([name]) => name);
const LISTED = NAMES.map(quoted).join(', ');

const INDEXES = `
  CREATE INDEX IF NOT EXISTS byId ON events (tenant, id);
  CREATE INDEX IF NOT EXISTS byTime ON events (tenant, at);
  CREATE INDEX IF NOT EXISTS byDocument ON events (tenant, document, sequence);
  CREATE INDEX IF NOT EXISTS byActor ON events (tenant, actor, sequence);
  CREATE INDEX IF NOT EXISTS byOutcome ON events (tenant, outcome, sequence) WHERE outcome <> 'done';
`;

/** Conditions that name one column. */
const EQUAL = ['outcome', 'actor', 'credential', 'object', 'document', 'requestId'] as const;

/** Between each event and the one that follows it; none stands before the first and behind the last. */
const GAPS = `
  SELECT at + 1 AS first, next - 1 AS last FROM (
    SELECT at, lead(at, 1, @last + 1) OVER (ORDER BY at) AS next FROM (
      SELECT sequence AS at FROM events WHERE tenant = @tenant AND sequence BETWEEN 1 AND @last
      UNION ALL SELECT 0))
  WHERE next > at + 1 ORDER BY first LIMIT 100
`;

/** One look into the index for each, however many events it has. */
const TENANTS = `
  WITH RECURSIVE each (tenant) AS (
    SELECT min(tenant) FROM events
    UNION ALL SELECT (SELECT min(tenant) FROM events WHERE tenant > each.tenant) FROM each WHERE each.tenant IS NOT NULL)
  SELECT tenant FROM each WHERE tenant IS NOT NULL
`;

/** Rows that are removed at once. */
const ROWS_AT_ONCE = 1000;

/** The events in a file of an embedded database; several processes may use it at once. */
export class SqliteAuditSink implements RegionalSink, TenantHolder {
  readonly #database: Database.Database;

  private constructor(database: Database.Database) {
    this.#database = database;
  }

  /** @param path of the file, or `:memory:`. @throws {OutsideError} `refused` when a newer release wrote it. */
  static open(path: string): SqliteAuditSink {
    // The chains are the truth: what a crash of the machine takes from here is delivered again.
    const database = openDatabase(path, 'NORMAL');
    // What is removed, as its tenant moved to another region, is overwritten.
    database.pragma('secure_delete = ON');
    const sink = new SqliteAuditSink(database);
    sink.#migrate();
    return sink;
  }

  async prepare(): Promise<void> {
    this.#guard(() => this.#migrate());
  }

  async append(events: readonly AuditEvent[]): Promise<void> {
    const marks = NAMES.map(() => '?').join(', ');
    this.#guard(() => {
      const insert = this.#database.prepare(
        `INSERT INTO events (${LISTED}) VALUES (${marks}) ON CONFLICT DO NOTHING`,
      );
      const find = this.#database.prepare<[string, number], { hash: string }>(
        'SELECT hash FROM events WHERE tenant = ? AND sequence = ?',
      );
      const all = this.#database.transaction(() => {
        for (const event of events) {
          if (insert.run(NAMES.map((name) => event[name])).changes > 0) continue;
          if (find.get(event.tenant, event.sequence)?.hash !== event.hash) throw otherEvent(event);
        }
      });
      all.immediate();
    });
  }

  async last(tenant: string): Promise<number> {
    const sql = 'SELECT max(sequence) AS last FROM events WHERE tenant = ?';
    return this.#guard(
      () => this.#database.prepare<[string], { last: number | null }>(sql).get(tenant)?.last ?? 0,
    );
  }

  async known(tenant: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const sql = 'SELECT id FROM events WHERE tenant = ? AND id IN (SELECT value FROM json_each(?))';
    const rows = this.#guard(() =>
      this.#database.prepare<[string, string], { id: string }>(sql).all(tenant, JSON.stringify(ids)),
    );
    return new Set(rows.map(({ id }) => id));
  }

  async gaps(tenant: string, last: number): Promise<readonly SequenceRange[]> {
    return this.#guard(() => {
      const counted = this.#database
        .prepare<[string, number], { there: number }>(
          'SELECT count(*) AS there FROM events WHERE tenant = ? AND sequence BETWEEN 1 AND ?',
        )
        .get(tenant, last);
      if (counted?.there === last) return [];
      return this.#database.prepare<object, SequenceRange>(GAPS).all({ tenant, last });
    });
  }

  async list(query: AuditQuery): Promise<AuditPage> {
    const { tenant, types, addresses, from, before, descending, size, after } = query;
    const conditions: [string, string | number][] = [['tenant = ?', tenant]];
    for (const name of EQUAL) {
      const value = query[name];
      if (value !== undefined) conditions.push([`${quoted(name)} = ?`, value]);
    }
    if (types !== undefined)
      conditions.push(['type IN (SELECT value FROM json_each(?))', JSON.stringify(types)]);
    if (addresses !== undefined)
      conditions.push(['address IN (SELECT value FROM json_each(?))', JSON.stringify(addresses)]);
    if (from !== undefined) conditions.push(['at >= ?', from]);
    if (before !== undefined) conditions.push(['at < ?', before]);
    if (after !== undefined) conditions.push([`sequence ${descending ? '<' : '>'} ?`, after]);
    const where = conditions.map(([sql]) => sql).join(' AND ');
    const sql = `SELECT ${LISTED} FROM events WHERE ${where} ORDER BY sequence ${descending ? 'DESC' : 'ASC'} LIMIT ?`;
    const values = [...conditions.map(([, value]) => value), size + 1];
    const rows = this.#guard(() =>
      this.#database.prepare<(string | number)[], AuditEvent>(sql).all(...values),
    );
    const events = rows.slice(0, size);
    return { events, next: rows.length > size ? (events.at(-1)?.sequence ?? null) : null };
  }

  async tenants(): Promise<readonly string[]> {
    const rows = this.#guard(() => this.#database.prepare<[], { tenant: string }>(TENANTS).all());
    return rows.map(({ tenant }) => tenant);
  }

  async rows(tenant: string): Promise<number> {
    const sql = 'SELECT count(*) AS count FROM events WHERE tenant = ?';
    return this.#guard(
      () => this.#database.prepare<[string], { count: number }>(sql).get(tenant)?.count ?? 0,
    );
  }

  async forget(tenant: string): Promise<void> {
    await this.remove(tenant, Number.POSITIVE_INFINITY);
  }

  async remove(tenant: string, until: number): Promise<boolean> {
    const sql = `DELETE FROM events WHERE tenant = @tenant AND sequence <= (
      SELECT max(sequence) FROM (SELECT sequence FROM events WHERE tenant = @tenant ORDER BY sequence LIMIT ${ROWS_AT_ONCE}))`;
    const removeSome = () => this.#guard(() => this.#database.prepare(sql).run({ tenant }).changes);
    while (systemClock() < until && removeSome() > 0) await new Promise((go) => setImmediate(go));
    this.#guard(() => emptyLog(this.#database));
    return true;
  }

  async probe(): Promise<void> {
    this.#guard(() => this.#database.prepare('SELECT 1 FROM events LIMIT 1').get());
  }

  close(): void {
    this.#database.close();
  }

  #migrate(): void {
    const migrate = this.#database.transaction(() => {
      const format = Number(this.#database.pragma('user_version', { simple: true }));
      if (format === FORMAT) return;
      if (format > FORMAT) {
        const message = `The file of audit events has the format ${format}; this program reads up to ${FORMAT}. Update it.`;
        throw new OutsideError('AuditSink', 'refused', message);
      }
      if (format === 0) {
        const columns = COLUMNS[0]?.map(([name, type]) => `${quoted(name)} ${type}`).join(', ');
        this.#database.exec(`CREATE TABLE events (${columns}, PRIMARY KEY (tenant, sequence)) WITHOUT ROWID`);
      }
      for (const added of COLUMNS.slice(Math.max(1, format)))
        for (const [name, type] of added)
          this.#database.exec(`ALTER TABLE events ADD COLUMN ${quoted(name)} ${type}`);
      this.#database.exec(`${INDEXES} PRAGMA user_version = ${FORMAT}`);
    });
    migrate.immediate();
  }

  #guard<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if (error instanceof OutsideError) throw error;
      throw new OutsideError('AuditSink', 'unavailable', 'The audit events cannot be read or written.', {
        cause: error,
      });
    }
  }
}

/** `commit` and `before` are words of the language. */
function quoted(name: string): string {
  return `"${name}"`;
}

function otherEvent({ tenant, sequence }: AuditEvent): OutsideError {
  const message = `Another event stands in the place of ${sequence} of the tenant ${tenant}.`;
  return new OutsideError('AuditSink', 'damaged', message);
}
