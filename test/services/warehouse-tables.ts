import Database from 'better-sqlite3';

/** A JSON resource of the API. */
export type Resource = Readonly<Record<string, unknown>>;

export interface SentRow {
  readonly insertId?: string;
  readonly json: Readonly<Record<string, unknown>>;
}

interface Field {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
}

interface Parameter {
  readonly name: string;
  readonly parameterType: { readonly type: string };
  readonly parameterValue: {
    readonly value?: string;
    readonly arrayValues?: readonly { readonly value: string }[];
  };
}

/** How long the service remembers an `insertId`, as far as it says ("best effort"). */
const REMEMBERED_MS = 60_000;
/** How long rows that were streamed cannot be changed: https://cloud.google.com/bigquery/docs/data-manipulation-language#limitations */
const STREAMED_MS = 30 * 60_000;
const FIELD_TYPES: Readonly<Record<string, string>> = { number: 'INTEGER', bigint: 'INTEGER' };

export class ApiFailure extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string = reason) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** Datasets in memory. What queries they get is the SQL that BigQuery and SQLite have in common, but for a few words. */
export class Warehouse {
  /** Milliseconds. */
  now = 0;
  /** What `CURRENT_TIMESTAMP()` says, in milliseconds. */
  clock: () => number = Date.now;
  readonly #database = new Database(':memory:');
  readonly #datasets = new Map<string, { facts: Resource; tables: Map<string, Resource> }>();
  readonly #inserted = new Map<string, number>();

  constructor() {
    // Moments are microseconds.
    this.#database.function('TIMESTAMP', (text) => Date.parse(String(text)) * 1000);
    this.#database.function('MOMENT', { deterministic: false }, () => this.clock() * 1000);
  }

  close(): void {
    this.#database.close();
  }

  add(name: string, facts: Resource = {}): void {
    this.#datasets.set(name, { facts: { location: 'US', ...facts }, tables: new Map() });
  }

  dataset(name: string): Resource {
    return { ...this.#dataset(name).facts, datasetReference: { datasetId: name } };
  }

  table(dataset: string, name: string): Resource {
    const found = this.#dataset(dataset).tables.get(name);
    if (found === undefined) throw new ApiFailure(404, 'notFound', `Not found: Table ${dataset}.${name}`);
    return found;
  }

  create(dataset: string, resource: Resource): Resource {
    const { tableId } = resource.tableReference as { tableId: string };
    const { tables } = this.#dataset(dataset);
    if (tables.has(tableId)) throw new ApiFailure(409, 'duplicate', 'Already Exists');
    const columns = fieldsOf(resource).map(({ name }) => `"${name}"`);
    if (resource.view === undefined)
      this.#database.exec(`CREATE TABLE "${dataset}.${tableId}" (${columns.join(', ')}, "_streamed")`);
    else this.#createView(dataset, tableId, resource);
    tables.set(tableId, resource);
    return resource;
  }

  /** Columns may be added, if rows of before need not have them. */
  change(dataset: string, name: string, patch: Resource): Resource {
    const before = this.table(dataset, name);
    if (patch.view !== undefined) {
      this.#database.exec(`DROP VIEW "${dataset}.${name}"`);
      this.#createView(dataset, name, patch);
    } else {
      const [there, wanted] = [fieldsOf(before), fieldsOf(patch)];
      if (there.some((field) => !wanted.some((one) => one.name === field.name && one.type === field.type)))
        throw new ApiFailure(400, 'invalid', 'Provided Schema does not match Table.');
      for (const { name: column, mode } of wanted.slice(there.length)) {
        if (mode === 'REQUIRED') throw new ApiFailure(400, 'invalid', 'Cannot add required fields.');
        this.#database.exec(`ALTER TABLE "${dataset}.${name}" ADD COLUMN "${column}"`);
      }
    }
    const after = { ...before, ...patch };
    this.#dataset(dataset).tables.set(name, after);
    return after;
  }

  /** @param fault rows that a part of the service does not take. */
  insert(
    dataset: string,
    name: string,
    rows: readonly SentRow[],
    skipInvalidRows: boolean,
    fault: { readonly rows: readonly number[]; readonly reason: string; readonly message?: string } | null,
  ): object {
    const fields = fieldsOf(this.table(dataset, name));
    const faults = new Map(rows.map(({ json }, at) => [at, faultOf(json, fields)]));
    const isRefused = [...faults.values()].some((one) => one !== null);
    const insertErrors: object[] = [];
    for (const [at, row] of rows.entries()) {
      const own = fault?.rows.includes(at) === true ? { message: '', ...fault } : faults.get(at);
      const stopped = isRefused && !skipInvalidRows ? { reason: 'stopped', message: '' } : null;
      const error = own ?? stopped;
      if (error === null) this.#add(dataset, name, row);
      else insertErrors.push({ index: at, errors: [{ reason: error.reason, message: error.message }] });
    }
    return insertErrors.length === 0 ? {} : { insertErrors };
  }

  /** How many rows there are, those that are there twice twice. */
  count(dataset: string, name: string): number {
    return this.#database.prepare(`SELECT count(*) FROM "${dataset}.${name}"`).pluck().get() as number;
  }

  /** What no client would do. */
  tamper(sql: string): void {
    this.#database.exec(sql);
  }

  query(request: Resource): object {
    const parameters = (request.queryParameters ?? []) as readonly Parameter[];
    const values = Object.fromEntries(parameters.map((one) => [one.name, given(one)]));
    const sql = translated(String(request.query));
    const deletion = /^DELETE FROM ("[^"]+")\s+WHERE (.+)$/s.exec(sql);
    if (deletion !== null) return this.#remove(deletion[1] ?? '', deletion[2] ?? '', values);
    const statement = this.#database.prepare(sql);
    const rows = statement.all(values) as Record<string, string | number | null>[];
    const declared = new Map(
      [...this.#datasets.values()].flatMap(({ tables }) =>
        [...tables.values()].flatMap(fieldsOf).map(({ name, type }) => [name, type] as const),
      ),
    );
    const fields = statement.columns().map(({ name }) => ({
      name,
      type:
        declared.get(name) ?? FIELD_TYPES[typeof rows.find((row) => row[name] !== null)?.[name]] ?? 'STRING',
    }));
    return {
      jobComplete: true,
      jobReference: { projectId: 'test', jobId: 'job', location: 'US' },
      schema: { fields },
      totalRows: String(rows.length),
      rows: rows.map((row) => ({
        f: fields.map(({ name }) => ({ v: row[name] === null ? null : String(row[name]) })),
      })),
    };
  }

  #remove(table: string, condition: string, values: object): object {
    const where = `${table} WHERE (${condition})`;
    const streamed = `SELECT count(*) FROM ${where} AND _streamed > ${this.now - STREAMED_MS}`;
    if (this.#database.prepare(streamed).pluck().get(values) !== 0) {
      const message = `UPDATE or DELETE statement over table ${table} would affect rows in the streaming buffer, which is not supported`;
      throw new ApiFailure(400, 'invalidQuery', message);
    }
    const { changes } = this.#database.prepare(`DELETE FROM ${where}`).run(values);
    const jobReference = { projectId: 'test', jobId: 'job', location: 'US' };
    return { jobComplete: true, jobReference, totalRows: '0', numDmlAffectedRows: String(changes) };
  }

  #dataset(name: string) {
    const found = this.#datasets.get(name);
    if (found === undefined) throw new ApiFailure(404, 'notFound', `Not found: Dataset ${name}`);
    return found;
  }

  #createView(dataset: string, name: string, { view }: Resource): void {
    const { query } = view as { query: string };
    this.#database.exec(`CREATE VIEW "${dataset}.${name}" AS ${translated(query)}`);
  }

  #add(dataset: string, name: string, { insertId, json }: SentRow): void {
    const key = `${dataset}.${name} ${insertId}`;
    const last = insertId === undefined ? undefined : this.#inserted.get(key);
    if (insertId !== undefined) this.#inserted.set(key, this.now);
    if (last !== undefined && this.now - last < REMEMBERED_MS) return;
    const types = new Map(fieldsOf(this.table(dataset, name)).map((field) => [field.name, field.type]));
    const names = Object.keys(json);
    const values = names.map((one) =>
      types.get(one) === 'TIMESTAMP' ? Date.parse(String(json[one])) * 1000 : json[one],
    );
    const marks = names.map(() => '?').join(', ');
    const listed = names.map((one) => `"${one}"`).join(', ');
    this.#database
      .prepare(`INSERT INTO "${dataset}.${name}" (${listed}, "_streamed") VALUES (${marks}, ?)`)
      .run(values, this.now);
  }
}

/** Names of tables without their project, lists as JSON. */
function translated(query: string): string {
  return query
    .replaceAll(/`[^`.]+\.([^`.]+)\.([^`.]+)`/g, '"$1.$2"')
    .replaceAll('`', '"')
    .replaceAll('CURRENT_TIMESTAMP()', 'MOMENT()')
    .replaceAll(/IN UNNEST\(@(\w+)\)/g, 'IN (SELECT value FROM json_each(@$1))');
}

function given({ parameterType, parameterValue }: Parameter): string | number {
  if (parameterType.type === 'ARRAY')
    return JSON.stringify((parameterValue.arrayValues ?? []).map(({ value }) => value));
  const { value = '' } = parameterValue;
  return parameterType.type === 'STRING' ? value : Number(value);
}

function fieldsOf({ schema }: Resource): readonly Field[] {
  return (schema as { fields?: readonly Field[] } | undefined)?.fields ?? [];
}

function faultOf(row: SentRow['json'], fields: readonly Field[]): { reason: string; message: string } | null {
  for (const name of Object.keys(row)) {
    if (!fields.some((field) => field.name === name))
      return { reason: 'invalid', message: `no such field: ${name}.` };
  }
  for (const { name, type, mode } of fields) {
    const value = row[name] ?? null;
    if (value === null && mode === 'REQUIRED')
      return { reason: 'invalid', message: `Missing required field: ${name}.` };
    if (value !== null && type === 'INTEGER' && !Number.isSafeInteger(value))
      return { reason: 'invalid', message: `Cannot convert value to integer: ${name}` };
    if (value !== null && type === 'TIMESTAMP' && Number.isNaN(Date.parse(String(value))))
      return { reason: 'invalid', message: `Invalid timestamp: ${name}` };
  }
  return null;
}
