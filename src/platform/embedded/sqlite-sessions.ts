import type Database from 'better-sqlite3';
import type { Rotation, Session, SessionName, Sessions } from '../../access/index.ts';
import { OutsideError } from '../../kit/index.ts';
import type { TenantHolder } from '../shared.ts';
import { emptyLog, openDatabase } from './sqlite-file.ts';

/** The format of the file that this program writes. With another one everybody signs in again. */
const FORMAT = 1;

const TABLES = `
  DROP TABLE IF EXISTS sessions;
  CREATE TABLE sessions (
    tenant TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, method TEXT NOT NULL,
    createdAt INTEGER NOT NULL, usedAt INTEGER NOT NULL, expiresAt INTEGER NOT NULL, idleMs INTEGER NOT NULL,
    device TEXT NOT NULL, address TEXT, token TEXT NOT NULL, PRIMARY KEY (tenant, id)
  ) WITHOUT ROWID;
  CREATE INDEX byPerson ON sessions (tenant, person);
  PRAGMA user_version = ${FORMAT};
`;

const ALIVE = 'expiresAt > @now AND usedAt + idleMs > @now';

type Row = Session & { readonly token: string };

/** Sessions in a file of an embedded database: they outlive the process, and several processes may share them. */
export class SqliteSessions implements Sessions, TenantHolder {
  readonly #database: Database.Database;

  private constructor(database: Database.Database) {
    this.#database = database;
  }

  /** @param path of the file, or `:memory:`. */
  static open(path: string): SqliteSessions {
    // A session that was ended must not come back after a crash of the machine.
    const database = openDatabase(path, 'FULL');
    // What is removed is overwritten: from where somebody came, and with what.
    database.pragma('secure_delete = ON');
    database
      .transaction(() => {
        if (database.pragma('user_version', { simple: true }) !== FORMAT) database.exec(TABLES);
      })
      .immediate();
    return new SqliteSessions(database);
  }

  async open(session: Session, token: string): Promise<void> {
    this.#guard('unclear', () => {
      this.#database.prepare(`DELETE FROM sessions WHERE NOT (${ALIVE})`).run({ now: session.createdAt });
      this.#database
        .prepare(
          `INSERT INTO sessions VALUES (@tenant, @id, @person, @method, @createdAt, @usedAt, @expiresAt, @idleMs, @device,
           @address, @token)`,
        )
        .run({ ...session, token });
    });
  }

  async find(name: SessionName, now: number): Promise<Session | null> {
    return this.#guard('unavailable', () => sessionOf(this.#alive(name, now)));
  }

  async rotate(name: SessionName, presented: string, next: string, now: number): Promise<Rotation> {
    return this.#guard('unclear', (): Rotation => {
      const row = this.#alive(name, now);
      const session = sessionOf(row);
      if (row === undefined || session === null) return { outcome: 'unknown' };
      if (row.token !== presented) {
        this.#remove(name);
        return { outcome: 'reused', session };
      }
      this.#database
        .prepare(
          'UPDATE sessions SET token = @next, usedAt = max(usedAt, @now) WHERE tenant = @tenant AND id = @id',
        )
        .run({ ...name, next, now });
      return { outcome: 'rotated', session: { ...session, usedAt: Math.max(session.usedAt, now) } };
    });
  }

  async list(tenant: string, person: string | null, now: number): Promise<readonly Session[]> {
    const sql = `SELECT * FROM sessions WHERE tenant = @tenant AND (@person IS NULL OR person = @person) AND ${ALIVE} ORDER BY createdAt DESC, id`;
    const rows = this.#guard('unavailable', () =>
      this.#database.prepare<object, Row>(sql).all({ tenant, person, now }),
    );
    return rows.flatMap((row) => sessionOf(row) ?? []);
  }

  async end(name: SessionName): Promise<boolean> {
    return this.#guard('unclear', () => this.#remove(name));
  }

  async endAll(tenant: string, person: string): Promise<number> {
    const sql = 'DELETE FROM sessions WHERE tenant = ? AND person = ?';
    const { changes } = this.#guard('unclear', () => this.#database.prepare(sql).run(tenant, person));
    try {
      emptyLog(this.#database);
    } catch (cause) {
      throw new OutsideError('Sessions', 'unclear', 'The log of sessions cannot be emptied.', { cause });
    }
    return changes;
  }

  async tenants(): Promise<readonly string[]> {
    const sql = 'SELECT DISTINCT tenant FROM sessions';
    const rows = this.#guard('unavailable', () => this.#database.prepare<[], { tenant: string }>(sql).all());
    return rows.map(({ tenant }) => tenant);
  }

  async forget(tenant: string): Promise<void> {
    this.#guard('unclear', () => this.#database.prepare('DELETE FROM sessions WHERE tenant = ?').run(tenant));
    emptyLog(this.#database);
  }

  async probe(): Promise<void> {
    this.#guard('unavailable', () => this.#database.prepare('SELECT count(*) FROM sessions').get());
  }

  close(): void {
    this.#database.close();
  }

  #alive({ tenant, id }: SessionName, now: number): Row | undefined {
    const sql = `SELECT * FROM sessions WHERE tenant = @tenant AND id = @id AND ${ALIVE}`;
    return this.#database.prepare<object, Row>(sql).get({ tenant, id, now });
  }

  #remove({ tenant, id }: SessionName): boolean {
    const sql = 'DELETE FROM sessions WHERE tenant = ? AND id = ?';
    return this.#database.prepare(sql).run(tenant, id).changes > 0;
  }

  /** Runs what reads and writes as one. */
  #guard<Result>(failure: 'unavailable' | 'unclear', work: () => Result): Result {
    try {
      return this.#database.transaction(work).immediate();
    } catch (error) {
      throw new OutsideError('Sessions', failure, 'The sessions cannot be read or written.', {
        cause: error,
      });
    }
  }
}

function sessionOf(row: Row | undefined): Session | null {
  if (row === undefined) return null;
  const { token: _, ...session } = row;
  return session;
}
