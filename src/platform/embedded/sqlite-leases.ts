import type Database from 'better-sqlite3';
import type { Lease, LeaseAsked, LeaseName, Leases, LeaseTaking } from '../../documents/index.ts';
import { type Clock, OutsideError } from '../../kit/index.ts';
import type { TenantHolder } from '../shared.ts';
import { emptyLog, openDatabase } from './sqlite-file.ts';

/** The format of the file that this program writes. With another one nobody holds anything. */
const FORMAT = 1;
/** Fences are remembered for so long after the last lease; the document remembers those that committed. */
const REMEMBERED_MS = 7 * 24 * 3_600_000;

const TABLES = `
  DROP TABLE IF EXISTS leases;
  DROP TABLE IF EXISTS fences;
  CREATE TABLE leases (
    tenant TEXT NOT NULL, document TEXT NOT NULL, clause TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, owner TEXT NOT NULL,
    fence INTEGER NOT NULL, takenAt INTEGER NOT NULL, expiresAt INTEGER NOT NULL, PRIMARY KEY (tenant, document, clause)
  ) WITHOUT ROWID;
  CREATE TABLE fences (
    tenant TEXT NOT NULL, document TEXT NOT NULL, fence INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (tenant, document)
  ) WITHOUT ROWID;
  PRAGMA user_version = ${FORMAT};
`;

interface Row extends Omit<Lease, 'owner' | 'clause'> {
  /** Empty for the whole document. */
  readonly clause: string;
  readonly kind: string;
  readonly owner: string;
}

/** Leases in a file of an embedded database, which several processes may share. */
export class SqliteLeases implements Leases, TenantHolder {
  readonly #database: Database.Database;
  readonly #clock: Clock;

  private constructor(database: Database.Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** @param path of the file, or `:memory:`. */
  static open(path: string, clock: Clock): SqliteLeases {
    const database = openDatabase(path, 'NORMAL');
    // What is removed is overwritten.
    database.pragma('secure_delete = ON');
    database
      .transaction(() => {
        if (database.pragma('user_version', { simple: true }) !== FORMAT) database.exec(TABLES);
      })
      .immediate();
    return new SqliteLeases(database, clock);
  }

  async take(asked: LeaseAsked): Promise<LeaseTaking> {
    return this.#guard('unclear', (): LeaseTaking => {
      const now = this.#clock();
      this.#database.prepare('DELETE FROM leases WHERE expiresAt <= ?').run(now);
      this.#database.prepare('DELETE FROM fences WHERE at <= ?').run(now - REMEMBERED_MS);
      const there = this.#rows(asked, now);
      const own = there.find(({ id }) => id === asked.id);
      if (own !== undefined) return { outcome: 'taken', lease: leaseOf(own) };
      const clause = asked.clause ?? '';
      const inTheWay = there.find((row) => clause === '' || row.clause === '' || row.clause === clause);
      if (inTheWay !== undefined) return { outcome: 'held', by: leaseOf(inTheWay) };
      const { tenant, document, id, owner, lifetimeMs, above } = asked;
      const last = this.#database
        .prepare<unknown[], { fence: number }>('SELECT fence FROM fences WHERE tenant = ? AND document = ?')
        .get(tenant, document)?.fence;
      const fence = Math.max((last ?? 0) + 1, above + 1, now);
      const row = { tenant, document, clause, id, ...{ kind: owner.kind, owner: owner.id }, fence };
      const times = { takenAt: now, expiresAt: now + lifetimeMs };
      this.#database
        .prepare('REPLACE INTO fences VALUES (@tenant, @document, @fence, @now)')
        .run({ tenant, document, fence, now });
      this.#database
        .prepare(
          'INSERT INTO leases VALUES (@tenant, @document, @clause, @id, @kind, @owner, @fence, @takenAt, @expiresAt)',
        )
        .run({ ...row, ...times });
      return { outcome: 'taken', lease: leaseOf({ ...row, ...times }) };
    });
  }

  async renew(name: LeaseName, lifetimeMs: number): Promise<Lease | null> {
    return this.#guard('unclear', () => {
      const now = this.#clock();
      const row = this.#rows(name, now).find(({ id }) => id === name.id);
      if (row === undefined) return null;
      const expiresAt = now + lifetimeMs;
      this.#database
        .prepare(
          'UPDATE leases SET expiresAt = @expiresAt WHERE tenant = @tenant AND document = @document AND clause = @clause',
        )
        .run({ tenant: row.tenant, document: row.document, clause: row.clause, expiresAt });
      return leaseOf({ ...row, expiresAt });
    });
  }

  async release({ tenant, document, id }: LeaseName): Promise<boolean> {
    const sql = 'DELETE FROM leases WHERE tenant = ? AND document = ? AND id = ? AND expiresAt > ?';
    return this.#guard(
      'unclear',
      () => this.#database.prepare(sql).run(tenant, document, id, this.#clock()).changes > 0,
    );
  }

  async list(tenant: string, document: string): Promise<readonly Lease[]> {
    return this.#guard('unavailable', () => this.#rows({ tenant, document }, this.#clock()).map(leaseOf));
  }

  async tenants(): Promise<readonly string[]> {
    const sql = 'SELECT tenant FROM leases UNION SELECT tenant FROM fences';
    const rows = this.#guard('unavailable', () => this.#database.prepare<[], { tenant: string }>(sql).all());
    return rows.map(({ tenant }) => tenant);
  }

  async forget(tenant: string): Promise<void> {
    this.#guard('unclear', () => {
      this.#database.prepare('DELETE FROM leases WHERE tenant = ?').run(tenant);
      this.#database.prepare('DELETE FROM fences WHERE tenant = ?').run(tenant);
    });
    emptyLog(this.#database);
  }

  async probe(): Promise<void> {
    this.#guard('unavailable', () => this.#database.prepare('SELECT count(*) FROM leases').get());
  }

  close(): void {
    this.#database.close();
  }

  #rows({ tenant, document }: Pick<Lease, 'tenant' | 'document'>, now: number): Row[] {
    return this.#database
      .prepare<unknown[], Row>(
        'SELECT * FROM leases WHERE tenant = ? AND document = ? AND expiresAt > ? ORDER BY fence',
      )
      .all(tenant, document, now);
  }

  /** Runs what reads and writes as one. */
  #guard<Result>(failure: 'unavailable' | 'unclear', work: () => Result): Result {
    try {
      return this.#database.transaction(work).immediate();
    } catch (cause) {
      throw new OutsideError('Leases', failure, 'The leases cannot be read or written.', { cause });
    }
  }
}

function leaseOf({ clause, kind, owner, ...row }: Row): Lease {
  return { ...row, clause: clause === '' ? null : clause, owner: { kind, id: owner } };
}
