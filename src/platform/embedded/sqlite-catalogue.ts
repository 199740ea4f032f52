import type Database from 'better-sqlite3';
import type {
  Catalogue,
  CatalogueEntry,
  CataloguePage,
  CatalogueQuery,
  CatalogueSort,
  CatalogueUsage,
} from '../../documents/index.ts';
import { OutsideError } from '../../kit/index.ts';
import { openDatabase } from './sqlite-file.ts';

/** The format of the file that this program writes. Another one is thrown away: all of it can be made again. */
const FORMAT = 4;

/**
 * One index for each order, with all that a condition can be about in it: a list reads the entries of its page and
 * nothing else of the table, and where few fit, it walks one index. Out of 100,000 documents that takes some 20 ms.
 */
const TABLES = `
  CREATE TABLE documents (
    tenant TEXT NOT NULL, id TEXT NOT NULL, parent TEXT NOT NULL, state TEXT NOT NULL,
    folded TEXT NOT NULL, owner TEXT NOT NULL, type TEXT NOT NULL, labels TEXT NOT NULL,
    createdAt TEXT NOT NULL, updatedAt TEXT NOT NULL, bytes INTEGER NOT NULL, sequence INTEGER NOT NULL,
    entry TEXT NOT NULL, UNIQUE (tenant, id)
  );
  CREATE INDEX byName ON documents (tenant, parent, state, folded, id, owner, type, labels, createdAt, updatedAt);
  CREATE INDEX byCreation ON documents (tenant, parent, state, createdAt, id, owner, type, labels, updatedAt, folded);
  CREATE INDEX byUpdate ON documents (tenant, parent, state, updatedAt, id, owner, type, labels, createdAt, folded);
  CREATE TABLE usage (tenant TEXT PRIMARY KEY, documents INTEGER NOT NULL, bytes INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TRIGGER added AFTER INSERT ON documents BEGIN
    INSERT INTO usage VALUES (NEW.tenant, NEW.parent = '', NEW.bytes)
    ON CONFLICT DO UPDATE SET documents = documents + excluded.documents, bytes = bytes + excluded.bytes;
  END;
  CREATE TRIGGER changed AFTER UPDATE OF bytes ON documents BEGIN
    UPDATE usage SET bytes = bytes + NEW.bytes - OLD.bytes WHERE tenant = NEW.tenant;
  END;
  CREATE TRIGGER removed AFTER DELETE ON documents BEGIN
    UPDATE usage SET documents = documents - (OLD.parent = ''), bytes = bytes - OLD.bytes WHERE tenant = OLD.tenant;
  END;
  CREATE TABLE positions (region TEXT PRIMARY KEY, position TEXT NOT NULL) WITHOUT ROWID;
  PRAGMA user_version = ${FORMAT};
`;

const PUT = `
  INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  state = excluded.state, folded = excluded.folded, owner = excluded.owner, type = excluded.type,
  labels = excluded.labels, createdAt = excluded.createdAt, updatedAt = excluded.updatedAt, bytes = excluded.bytes,
  sequence = excluded.sequence, entry = excluded.entry WHERE excluded.sequence > documents.sequence
`;

const ORDERS: Readonly<Record<CatalogueSort, { readonly column: string; readonly index: string }>> = {
  name: { column: 'folded', index: 'byName' },
  createdAt: { column: 'createdAt', index: 'byCreation' },
  updatedAt: { column: 'updatedAt', index: 'byUpdate' },
};

/** Of documents. */
const NO_PARENT = '';

/** Ways of asking that are kept prepared. */
const MOST_PREPARED = 200;

/** A condition of a query and the values in it. */
type Condition = readonly [sql: string, ...values: string[]];

/** The catalogue as a file of an embedded database; several processes may use it at once. */
export class SqliteCatalogue implements Catalogue {
  readonly #database: Database.Database;
  /** By their text. Each holds memory that the collector of garbage does not see. */
  readonly #prepared = new Map<string, Database.Statement<unknown[]>>();

  private constructor(database: Database.Database) {
    this.#database = database;
  }

  /** @param path of the file, or `:memory:`. */
  static open(path: string): SqliteCatalogue {
    // The truth lives in heads: what a crash of the machine takes from here is followed again.
    const database = openDatabase(path, 'NORMAL');
    database
      .transaction(() => {
        const format = database.pragma('user_version', { simple: true });
        if (format === FORMAT) return;
        for (const table of ['documents', 'labels', 'positions', 'usage'])
          database.exec(`DROP TABLE IF EXISTS ${table}`);
        database.exec(TABLES);
      })
      .immediate();
    return new SqliteCatalogue(database);
  }

  async put(entry: CatalogueEntry): Promise<void> {
    this.#guard(() => this.#put(entry));
  }

  async list(query: CatalogueQuery): Promise<CataloguePage> {
    const { column, index } = ORDERS[query.sort];
    const direction = query.descending ? 'DESC' : 'ASC';
    const conditions = conditionsOf(query, column);
    const where = conditions.map(([sql]) => sql).join(' AND ');
    const values = conditions.flatMap(([, ...of]) => of);
    const sql = `SELECT entry, ${column} AS value FROM documents INDEXED BY ${index} WHERE ${where} ORDER BY ${column} ${direction}, id ${direction} LIMIT ?`;
    const rows = this.#guard(
      () => this.#prepare(sql).all(...values, query.size + 1) as { entry: string; value: string }[],
    );
    const entries = rows.slice(0, query.size).map(({ entry }) => JSON.parse(entry) as CatalogueEntry);
    const last = entries.at(-1);
    const value = rows[entries.length - 1]?.value;
    const next =
      rows.length > query.size && last !== undefined && value !== undefined ? { value, id: last.id } : null;
    return { entries, next };
  }

  async usage(tenant: string): Promise<CatalogueUsage> {
    const sql = 'SELECT documents, bytes FROM usage WHERE tenant = ?';
    return this.#guard(
      () => (this.#prepare(sql).get(tenant) as CatalogueUsage | undefined) ?? { documents: 0, bytes: 0 },
    );
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
    const { tenant, id, redline, state, name, owner, type, labels, createdAt, updatedAt, sequence } = entry;
    const place = [tenant, id, redline?.document ?? NO_PARENT, state];
    const facts = [fold(name), owner, type, labelLines(labels), createdAt, updatedAt, entry.bytes];
    this.#prepare(PUT).run(...place, ...facts, sequence, JSON.stringify(entry));
  }

  #prepare(sql: string): Database.Statement<unknown[]> {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    if (this.#prepared.size >= MOST_PREPARED) this.#prepared.clear();
    const statement = this.#database.prepare<unknown[]>(sql);
    this.#prepared.set(sql, statement);
    return statement;
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
    ['instr(labels, ?) > 0', label === undefined ? undefined : labelLines([label])],
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

/** Every label between two line ends, which none has in it. */
function labelLines(labels: readonly string[]): string {
  return labels.length === 0 ? '' : `\n${labels.join('\n')}\n`;
}

/** The same for names that differ in case or in how letters are composed. */
function fold(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
