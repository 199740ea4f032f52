import Database from 'better-sqlite3';
import type {
  Catalogue,
  CatalogueEntry,
  CataloguePage,
  CatalogueQuery,
  CatalogueSort,
} from '../../documents/index.ts';
import { OutsideError } from '../../kit/index.ts';

/** The format of the file that this program writes. An older one is thrown away: all of it can be made again. */
const FORMAT = 2;

const TABLES = `
  CREATE TABLE documents (
    tenant TEXT NOT NULL, id TEXT NOT NULL, parent TEXT NOT NULL, state TEXT NOT NULL, name TEXT NOT NULL, folded TEXT NOT NULL,
    owner TEXT NOT NULL, type TEXT NOT NULL, createdAt TEXT NOT NULL, updatedAt TEXT NOT NULL,
    sequence INTEGER NOT NULL, entry TEXT NOT NULL, PRIMARY KEY (tenant, id)
  ) WITHOUT ROWID;
  CREATE INDEX byName ON documents (tenant, parent, state, folded, id);
  CREATE INDEX byCreation ON documents (tenant, parent, state, createdAt, id);
  CREATE INDEX byUpdate ON documents (tenant, parent, state, updatedAt, id);
  CREATE INDEX byOwner ON documents (tenant, parent, state, owner, updatedAt, id);
  CREATE INDEX byType ON documents (tenant, parent, state, type, updatedAt, id);
  CREATE TABLE labels (
    tenant TEXT NOT NULL, label TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (tenant, label, id)
  ) WITHOUT ROWID;
  CREATE INDEX labelsOf ON labels (tenant, id);
  CREATE TABLE positions (region TEXT PRIMARY KEY, position TEXT NOT NULL) WITHOUT ROWID;
  PRAGMA user_version = ${FORMAT};
`;

const COLUMNS: Readonly<Record<CatalogueSort, string>> = {
  name: 'folded',
  createdAt: 'createdAt',
  updatedAt: 'updatedAt',
};

/** Of documents. */
const NO_PARENT = '';

/** A condition of a query and the values in it. */
type Condition = readonly [sql: string, ...values: string[]];

/** The catalogue as a file of an embedded database; several processes may use it at once. */
export class SqliteCatalogue implements Catalogue {
  readonly #database: Database.Database;

  private constructor(database: Database.Database) {
    this.#database = database;
  }

  /** @param path of the file, or `:memory:`. */
  static open(path: string): SqliteCatalogue {
    const database = new Database(path);
    database.pragma('journal_mode = WAL');
    // The truth lives in heads: what a crash of the machine takes from here is followed again.
    database.pragma('synchronous = NORMAL');
    database.pragma('busy_timeout = 5000');
    database
      .transaction(() => {
        const format = database.pragma('user_version', { simple: true });
        if (format === FORMAT) return;
        for (const table of ['documents', 'labels', 'positions'])
          database.exec(`DROP TABLE IF EXISTS ${table}`);
        database.exec(TABLES);
      })
      .immediate();
    return new SqliteCatalogue(database);
  }

  async put(entry: CatalogueEntry): Promise<void> {
    this.#guard(() => this.#database.transaction(() => this.#put(entry)).immediate());
  }

  async list(query: CatalogueQuery): Promise<CataloguePage> {
    const column = COLUMNS[query.sort];
    const direction = query.descending ? 'DESC' : 'ASC';
    const conditions = conditionsOf(query, column);
    const where = conditions.map(([sql]) => sql).join(' AND ');
    const values = conditions.flatMap(([, ...of]) => of);
    const rows = this.#guard(() =>
      this.#database
        .prepare<unknown[], { entry: string; value: string }>(
          `SELECT entry, ${column} AS value FROM documents WHERE ${where} ORDER BY ${column} ${direction}, id ${direction} LIMIT ?`,
        )
        .all(...values, query.size + 1),
    );
    const entries = rows.slice(0, query.size).map(({ entry }) => JSON.parse(entry) as CatalogueEntry);
    const last = entries.at(-1);
    const value = rows[entries.length - 1]?.value;
    const next =
      rows.length > query.size && last !== undefined && value !== undefined ? { value, id: last.id } : null;
    return { entries, next };
  }

  async position(region: string): Promise<string | null> {
    const sql = 'SELECT position FROM positions WHERE region = ?';
    return this.#guard(
      () => this.#database.prepare<[string], { position: string }>(sql).get(region)?.position ?? null,
    );
  }

  async setPosition(region: string, position: string): Promise<void> {
    const sql = 'INSERT INTO positions VALUES (?, ?) ON CONFLICT DO UPDATE SET position = excluded.position';
    this.#guard(() => this.#database.prepare(sql).run(region, position));
  }

  async probe(): Promise<void> {
    this.#guard(() => this.#database.prepare('SELECT count(*) FROM positions').get());
  }

  close(): void {
    this.#database.close();
  }

  #put(entry: CatalogueEntry): void {
    const { tenant, id, redline, state, name, owner, type, createdAt, updatedAt, sequence } = entry;
    const place = [tenant, id, redline?.document ?? NO_PARENT, state];
    const facts = [...place, name, fold(name), owner, type, createdAt, updatedAt, sequence];
    const { changes } = this.#database
      .prepare(
        `INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
         state = excluded.state, name = excluded.name, folded = excluded.folded, owner = excluded.owner,
         type = excluded.type, createdAt = excluded.createdAt, updatedAt = excluded.updatedAt,
         sequence = excluded.sequence, entry = excluded.entry WHERE excluded.sequence > documents.sequence`,
      )
      .run(...facts, JSON.stringify(entry));
    if (changes === 0) return;
    this.#database.prepare('DELETE FROM labels WHERE tenant = ? AND id = ?').run(tenant, id);
    const add = this.#database.prepare('INSERT INTO labels VALUES (?, ?, ?)');
    for (const label of entry.labels) add.run(tenant, label, id);
  }

  #guard<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw new OutsideError('Catalogue', 'unavailable', 'The catalogue cannot be read or written.', {
        cause: error,
      });
    }
  }
}

function conditionsOf(query: CatalogueQuery, column: string): Condition[] {
  const { type, owner, label, name, createdFrom, createdBefore, updatedFrom, updatedBefore, after } = query;
  const optional: readonly (readonly [string, string | undefined])[] = [
    ['type = ?', type],
    ['owner = ?', owner],
    ['id IN (SELECT id FROM labels WHERE labels.tenant = documents.tenant AND label = ?)', label],
    ['instr(folded, ?) > 0', name === undefined ? undefined : fold(name)],
    ['createdAt >= ?', createdFrom],
    ['createdAt < ?', createdBefore],
    ['updatedAt >= ?', updatedFrom],
    ['updatedAt < ?', updatedBefore],
  ];
  return [
    ['tenant = ?', query.tenant],
    ['parent = ?', query.parent ?? NO_PARENT],
    ['state = ?', query.state],
    ...optional.flatMap(([sql, value]): Condition[] => (value === undefined ? [] : [[sql, value]])),
    ...(after === undefined
      ? []
      : [[`(${column}, id) ${query.descending ? '<' : '>'} (?, ?)`, after.value, after.id] as const]),
  ];
}

/** The same for names that differ in case or in how letters are composed. */
function fold(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
