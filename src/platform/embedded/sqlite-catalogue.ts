import type Database from 'better-sqlite3';
import type {
  CatalogueEntry,
  CataloguePage,
  CatalogueQuery,
  CatalogueRow,
  CatalogueSort,
  CatalogueUsage,
  RegionalCatalogue,
} from '../../documents/index.ts';
import { OutsideError } from '../../kit/index.ts';
import { emptyLog, openDatabase } from './sqlite-file.ts';

/** The format of the file that this program writes. Another one is thrown away: all of it can be made again. */
const FORMAT = 6;

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
  CREATE TABLE readers (
    tenant TEXT NOT NULL, subject TEXT NOT NULL, readable TEXT NOT NULL, until TEXT NOT NULL,
    PRIMARY KEY (tenant, subject, readable)
  ) WITHOUT ROWID;
  CREATE INDEX byReadable ON readers (tenant, readable, subject, until);
  CREATE TABLE positions (region TEXT PRIMARY KEY, position TEXT NOT NULL) WITHOUT ROWID;
  PRAGMA user_version = ${FORMAT};
`;

const PUT = `
  INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
  state = excluded.state, folded = excluded.folded, owner = excluded.owner, type = excluded.type,
  labels = excluded.labels, createdAt = excluded.createdAt, updatedAt = excluded.updatedAt, bytes = excluded.bytes,
  sequence = excluded.sequence, entry = excluded.entry WHERE excluded.sequence > documents.sequence
`;

/**
 * What somebody may read, found by each of their subjects, and whether they may read one document. The subjects are one
 * value, so that the statement is the same for all.
 */
const READABLE = `
  FROM json_each(?) AS given CROSS JOIN readers ON readers.subject = given.value AND readers.tenant = ? AND until > ?
`;
const IS_READABLE = `
  EXISTS (SELECT 1 FROM readers WHERE tenant = documents.tenant AND readable = documents.id
  AND subject IN (SELECT value FROM json_each(?)) AND until > ?)
`;
/**
 * Documents that somebody may read up to which these are sorted; who may read more finds a page by walking the order.
 * Out of 100,000 both take less than 100 ms there, wherever in the order those stand that may be read.
 */
const FEW = 30_000;
/** After every time that there is. */
const NEVER = '~';

const ORDERS: Readonly<Record<CatalogueSort, { readonly column: string; readonly index: string }>> = {
  name: { column: 'folded', index: 'byName' },
  createdAt: { column: 'createdAt', index: 'byCreation' },
  updatedAt: { column: 'updatedAt', index: 'byUpdate' },
};

/** Of documents. */
const NO_PARENT = '';
/** In the place of a state, and of a parent that no document has. */
const ERASED = 'erased';

/** Rows that are handed over, or forgotten, at once: nobody waits long for them. */
const ROWS_AT_ONCE = 200;

/** Ways of asking that are kept prepared. */
const MOST_PREPARED = 200;

/** A condition of a query and the values in it. */
type Condition = readonly [sql: string, ...values: string[]];

/** The catalogue as a file of an embedded database; several processes may use it at once. */
export class SqliteCatalogue implements RegionalCatalogue {
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
    // What is removed is overwritten.
    database.pragma('secure_delete = ON');
    database
      .transaction(() => {
        const format = database.pragma('user_version', { simple: true });
        if (format === FORMAT) return;
        for (const table of ['documents', 'labels', 'readers', 'positions', 'usage'])
          database.exec(`DROP TABLE IF EXISTS ${table}`);
        database.exec(TABLES);
      })
      .immediate();
    return new SqliteCatalogue(database);
  }

  async put(entry: CatalogueEntry): Promise<void> {
    this.#guard(() => this.#database.transaction(() => this.#put(entry)).immediate());
  }

  async erase({ tenant, id, sequence }: Pick<CatalogueEntry, 'tenant' | 'id' | 'sequence'>): Promise<void> {
    this.#guard(() => {
      this.#database.transaction(() => this.#erase(tenant, id, sequence)).immediate();
      emptyLog(this.#database);
    });
  }

  async tenants(): Promise<readonly string[]> {
    const rows = this.#guard(() => this.#prepare('SELECT tenant FROM usage ORDER BY tenant').all());
    return (rows as { tenant: string }[]).map(({ tenant }) => tenant);
  }

  async rows(tenant: string, after: string): Promise<readonly CatalogueRow[]> {
    const sql = `SELECT id, state, sequence, entry FROM documents WHERE tenant = ? AND id > ? ORDER BY id LIMIT ${ROWS_AT_ONCE}`;
    const rows = this.#guard(() => this.#prepare(sql).all(tenant, after));
    return (rows as { id: string; state: string; sequence: number; entry: string }[]).map(
      ({ id, state, sequence, entry }) => ({
        ...{ id, sequence },
        entry: state === ERASED ? null : (JSON.parse(entry) as CatalogueEntry),
      }),
    );
  }

  async forget(tenant: string): Promise<void> {
    const some = `DELETE FROM documents WHERE rowid IN (SELECT rowid FROM documents WHERE tenant = ? LIMIT ${ROWS_AT_ONCE})`;
    for (;;) {
      if (this.#guard(() => this.#prepare(some).run(tenant).changes) === 0) break;
      await new Promise((go) => setImmediate(go));
    }
    this.#guard(() => {
      this.#prepare('DELETE FROM readers WHERE tenant = ?').run(tenant);
      this.#prepare('DELETE FROM usage WHERE tenant = ?').run(tenant);
      const named = ` ${tenant}`;
      this.#prepare('DELETE FROM positions WHERE substr(region, -length(?)) = ?').run(named, named);
      emptyLog(this.#database);
    });
  }

  #erase(tenant: string, id: string, sequence: number): void {
    const own = [tenant, id] as const;
    this.#prepare('DELETE FROM readers WHERE tenant = ? AND readable = ?').run(...own);
    const sql = 'SELECT state FROM documents WHERE tenant = ? AND id = ?';
    const found = this.#prepare(sql).get(...own) as { state: string } | undefined;
    if (found?.state !== ERASED) {
      this.#prepare('DELETE FROM documents WHERE tenant = ? AND id = ?').run(...own);
    }
    this.#prepare(PUT).run(...own, ERASED, ERASED, ...['', '', '', '', '', '', 0], sequence, '{}');
  }

  async list(query: CatalogueQuery): Promise<CataloguePage> {
    const { column } = ORDERS[query.sort];
    const direction = query.descending ? 'DESC' : 'ASC';
    const conditions = conditionsOf(query, column);
    const rows = this.#guard(() => {
      const [[from, ...first], ...last] = this.#sourceOf(query);
      const all = [...conditions, ...last];
      const where = all.map(([sql]) => sql).join(' AND ');
      const values = [...first, ...all.flatMap(([, ...of]) => of)];
      const sql = `SELECT entry, ${column} AS value FROM ${from} WHERE ${where} ORDER BY ${column} ${direction}, id ${direction} LIMIT ?`;
      return this.#prepare(sql).all(...values, query.size + 1) as { entry: string; value: string }[];
    });
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

  /** What is walked, and the condition that is left: the few that somebody may read, or all in their order. */
  #sourceOf({ tenant, sort, readers }: CatalogueQuery): [from: Condition, ...conditions: Condition[]] {
    const ordered: Condition = [`documents INDEXED BY ${ORDERS[sort].index}`];
    if (readers === null) return [ordered];
    const [subjects, at] = [JSON.stringify(readers.subjects), readers.at];
    const given = [subjects, tenant, at] as const;
    const few = `SELECT count(*) AS count FROM (SELECT 1 ${READABLE} LIMIT ${FEW + 1})`;
    const { count } = this.#prepare(few).get(...given) as { count: number };
    if (count > FEW) return [ordered, [IS_READABLE, subjects, at]];
    const found = `SELECT DISTINCT readable ${READABLE}`;
    return [[`(${found}) CROSS JOIN documents ON documents.id = readable`, ...given]];
  }

  #put(entry: CatalogueEntry): void {
    const { tenant, id, redline, state, name, owner, type, labels, createdAt, updatedAt, sequence } = entry;
    const place = [tenant, id, redline?.document ?? NO_PARENT, state];
    const facts = [fold(name), owner, type, labelLines(labels), createdAt, updatedAt, entry.bytes];
    const { changes } = this.#prepare(PUT).run(...place, ...facts, sequence, JSON.stringify(entry));
    if (changes > 0) this.#putReaders(entry);
  }

  /** Seldom are they others than before. */
  #putReaders({ tenant, id, readers }: CatalogueEntry): void {
    const wanted = readers.map(({ subject, expiresAt }) => [subject, expiresAt ?? NEVER] as const);
    const there = 'SELECT subject, until FROM readers WHERE tenant = ? AND readable = ?';
    const found = this.#prepare(there).all(tenant, id) as { subject: string; until: string }[];
    const known = new Set(found.map(({ subject, until }) => `${subject}\n${until}`));
    const isSame =
      known.size === wanted.length && wanted.every(([subject, until]) => known.has(`${subject}\n${until}`));
    if (isSame) return;
    this.#prepare('DELETE FROM readers WHERE tenant = ? AND readable = ?').run(tenant, id);
    for (const [subject, until] of wanted) {
      this.#prepare('INSERT INTO readers VALUES (?, ?, ?, ?)').run(tenant, subject, id, until);
    }
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
