import type { Dataset, Table } from '@google-cloud/bigquery';
import type { AuditEvent, AuditPage, AuditQuery, RegionalSink, SequenceRange } from '../../audit/index.ts';
import { OutsideError } from '../../kit/index.ts';
import { assertDataset } from './dataset-check.ts';
import { refusalOf } from './storage-errors.ts';
import { type Parameter, type WarehouseCalls, warehouseError } from './warehouse-calls.ts';
import { COLUMNS, type Column, prepareTables, TABLES } from './warehouse-tables.ts';

/** Rows and characters of one call: the service takes 10 MB, and recommends 500 rows. */
const CALL_ROWS = 500;
const CALL_CHARACTERS = 4_000_000;
/** Ids that one query asks for. */
const QUERY_IDS = 5000;
/** Gaps that one query tells of. */
const MOST_GAPS = 100;
/** Reasons of rows that will not be taken however often they are sent. */
const HOPELESS = new Set(['invalid', 'invalidQuery', 'tooLarge']);

/** Conditions that name one column. */
const EQUAL = ['outcome', 'actor', 'credential', 'object', 'document', 'requestId'] as const;

export interface WarehousePlace {
  /** `null`: the client's own. */
  readonly project: string | null;
  readonly dataset: string;
  readonly residency: 'us' | 'eu';
}

interface RowError {
  readonly reason?: string;
  readonly message?: string;
}

/**
 * The events in a dataset of BigQuery. A row that is added again has the `insertId` of before, which the service knows for about a
 * minute; whatever stands there twice all the same, the view has once. Another event in the place of one is found when it is read.
 */
export class BigQueryAuditSink implements RegionalSink {
  readonly #calls: WarehouseCalls;
  readonly #place: WarehousePlace;
  readonly #dataset: Dataset;
  readonly #rows: Table;
  readonly #columns: readonly Column[];
  #location: string | null = null;

  /** @param columns those of this release. */
  constructor(calls: WarehouseCalls, place: WarehousePlace, columns: readonly Column[] = COLUMNS) {
    const { project, dataset } = place;
    this.#calls = calls;
    this.#place = place;
    this.#columns = columns;
    this.#dataset = calls.client.dataset(dataset, project === null ? {} : { projectId: project });
    this.#rows = this.#dataset.table(TABLES.rows);
  }

  async prepare(): Promise<void> {
    await this.#where();
    await prepareTables(this.#calls, this.#dataset, this.#columns);
  }

  async append(events: readonly AuditEvent[]): Promise<void> {
    let call: object[] = [];
    let characters = 0;
    for (const event of events) {
      const json = Object.fromEntries(this.#columns.map(({ name }) => [name, event[name]]));
      const row = { insertId: event.hash, json };
      const length = JSON.stringify(row).length;
      if (call.length === CALL_ROWS || characters + length > CALL_CHARACTERS) {
        await this.#insert(call);
        call = [];
        characters = 0;
      }
      call.push(row);
      characters += length;
    }
    if (call.length > 0) await this.#insert(call);
  }

  async last(tenant: string): Promise<number> {
    const [row] = await this.#ask<{ last: number | null }>(
      `SELECT MAX(sequence) AS last FROM ${this.#name('rows')} WHERE tenant = @tenant`,
      { tenant },
    );
    return row?.last ?? 0;
  }

  async known(tenant: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (let at = 0; at < ids.length; at += QUERY_IDS) {
      const rows = await this.#ask<{ id: string }>(
        `SELECT DISTINCT id FROM ${this.#name('rows')} WHERE tenant = @tenant AND id IN UNNEST(@ids)`,
        { tenant, ids: ids.slice(at, at + QUERY_IDS) },
      );
      for (const { id } of rows) found.add(id);
    }
    return found;
  }

  async gaps(tenant: string, last: number): Promise<readonly SequenceRange[]> {
    const rows = await this.#ask<{ before: number; next: number }>(
      `SELECT * FROM (
        SELECT sequence AS before, LEAD(sequence, 1, @last + 1) OVER (ORDER BY sequence) AS next FROM (
          SELECT DISTINCT sequence FROM ${this.#name('rows')} WHERE tenant = @tenant AND sequence <= @last
          UNION ALL SELECT 0))
      WHERE next > before + 1 ORDER BY before LIMIT ${MOST_GAPS}`,
      { tenant, last },
    );
    return rows.map(({ before, next }) => ({ first: before + 1, last: next - 1 }));
  }

  async list(query: AuditQuery): Promise<AuditPage> {
    const { descending, size } = query;
    const { where, params } = conditionsOf(query);
    const names = this.#columns.map(({ name }) => `\`${name}\``).join(', ');
    const rows = await this.#ask<Row>(
      `SELECT ${names} FROM ${this.#name('view')} WHERE ${where}
      ORDER BY sequence ${descending ? 'DESC' : 'ASC'} LIMIT ${size + 1}`,
      params,
    );
    const found = rows.map((row) => eventOf(row));
    for (const [at, { tenant, sequence }] of found.entries()) {
      if (found[at - 1]?.sequence === sequence) throw otherEvent(tenant, sequence);
    }
    const events = found.slice(0, size);
    return { events, next: found.length > size ? (events.at(-1)?.sequence ?? null) : null };
  }

  async rows(tenant: string): Promise<number> {
    const [row] = await this.#ask<{ count: number }>(
      `SELECT COUNT(*) AS count FROM ${this.#name('rows')} WHERE tenant = @tenant`,
      { tenant },
    );
    return row?.count ?? 0;
  }

  async remove(tenant: string, until: number): Promise<boolean> {
    // Nobody can take back a statement that waits for its turn: so it says by itself until when it holds.
    const query = `DELETE FROM ${this.#name('rows')}
      WHERE tenant = @tenant AND CURRENT_TIMESTAMP() < TIMESTAMP(@until)`;
    const params = { tenant, until: new Date(until).toISOString() };
    return await this.#calls.change(query, params, await this.#where());
  }

  async probe(): Promise<void> {
    await this.#calls.ask(() => this.#rows.getMetadata());
  }

  #ask<Found>(query: string, params: Readonly<Record<string, Parameter>>): Promise<Found[]> {
    return this.#where().then((location) => this.#calls.rows<Found>(query, params, location));
  }

  /** Where queries run: the dataset says it. */
  async #where(): Promise<string> {
    this.#location ??= await assertDataset(this.#calls, this.#dataset, this.#place.residency);
    return this.#location;
  }

  #name(table: keyof typeof TABLES): string {
    return `\`${this.#dataset.projectId}.${this.#dataset.id}.${TABLES[table]}\``;
  }

  /** All rows of a call or none, but for those that a part of the service that failed did not take. */
  async #insert(rows: readonly object[]): Promise<void> {
    try {
      await this.#rows.insert([...rows], { raw: true, skipInvalidRows: false, partialRetries: 0 });
    } catch (error) {
      throw insertError(error, new Set(this.#columns.map(({ name }) => name)));
    }
  }
}

/** A row as the client reads it: moments are objects. */
type Row = Omit<AuditEvent, 'at'> & { readonly at: { readonly value: string } };

function eventOf({ at, ...row }: Row): AuditEvent {
  return { ...row, at: new Date(at.value).toISOString() };
}

function conditionsOf(query: AuditQuery): { where: string; params: Record<string, Parameter> } {
  const { tenant, types, addresses, from, before, descending, after } = query;
  const conditions = ['tenant = @tenant'];
  const params: Record<string, Parameter> = { tenant };
  const add = (name: string, sql: string, value: Parameter | undefined): void => {
    if (value === undefined) return;
    conditions.push(sql);
    params[name] = value;
  };
  for (const name of EQUAL) add(name, `\`${name}\` = @${name}`, query[name]);
  add('types', 'type IN UNNEST(@types)', types);
  add('addresses', 'address IN UNNEST(@addresses)', addresses);
  add('since', '`at` >= TIMESTAMP(@since)', from);
  add('until', '`at` < TIMESTAMP(@until)', before);
  add('after', `sequence ${descending ? '<' : '>'} @after`, after);
  return { where: conditions.join(' AND '), params };
}

/**
 * The service answers 200 where it took some rows or none, and says why. A table that was just made, and a column that was just
 * added, it may not know for some minutes.
 */
function insertError(error: unknown, columns: ReadonlySet<string>): OutsideError {
  const perRow = rowErrorsOf(error);
  if (perRow.length === 0) {
    const refusal = refusalOf(error);
    if (refusal.status !== 404) return warehouseError(refusal);
    return new OutsideError('AuditSink', 'unavailable', 'BigQuery does not know the table of events yet.');
  }
  const hopeless = perRow.filter(({ reason = '', message = '' }) => {
    const unknown = /no such field: ([\w.]+)/i.exec(message)?.[1];
    return HOPELESS.has(reason) && (unknown === undefined || !columns.has(unknown.replace(/\.$/, '')));
  });
  if (hopeless.length > 0) {
    const message = `BigQuery does not take ${hopeless.length} events for what the table holds.`;
    return new OutsideError('AuditSink', 'refused', message);
  }
  return new OutsideError('AuditSink', 'unavailable', `BigQuery did not take ${perRow.length} events.`);
}

function rowErrorsOf(error: unknown): readonly RowError[] {
  const { name, errors = [] } = error as { name?: string; errors?: { errors?: RowError[] }[] };
  return name === 'PartialFailureError' ? errors.map((one) => one.errors?.[0] ?? {}) : [];
}

function otherEvent(tenant: string, sequence: number): OutsideError {
  const message = `Two events stand in the place ${sequence} of the tenant ${tenant}.`;
  return new OutsideError('AuditSink', 'damaged', message);
}
