import type { Dataset, TableField, TableMetadata } from '@google-cloud/bigquery';
import type { AuditEvent } from '../../audit/index.ts';
import { OutsideError } from '../../kit/index.ts';
import type { WarehouseCalls } from './warehouse-calls.ts';

/** The rows as they were delivered, some of them perhaps twice, and the view that has each event once. */
export const TABLES = { rows: 'event_rows', view: 'events' } as const;

export interface Column {
  readonly name: keyof AuditEvent;
  readonly type: 'STRING' | 'INTEGER' | 'TIMESTAMP';
  readonly mode: 'REQUIRED' | 'NULLABLE';
}

const required = (type: Column['type'], ...names: (keyof AuditEvent)[]): Column[] =>
  names.map((name) => ({ name, type, mode: 'REQUIRED' }));
const optional = (type: Column['type'], ...names: (keyof AuditEvent)[]): Column[] =>
  names.map((name) => ({ name, type, mode: 'NULLABLE' }));

/** One for each field of an event. What a later release adds must be `NULLABLE`: rows of before do not have it. */
export const COLUMNS: readonly Column[] = [
  ...required('STRING', 'tenant'),
  ...required('INTEGER', 'sequence'),
  ...required('STRING', 'id'),
  ...required('TIMESTAMP', 'at'),
  ...required('STRING', 'type', 'outcome'),
  ...optional('STRING', 'reason'),
  ...required('STRING', 'actorKind', 'actor', 'credential'),
  ...optional('STRING', 'address'),
  ...required('STRING', 'requestId'),
  ...optional('STRING', 'object', 'document'),
  ...optional('INTEGER', 'version', 'commit'),
  ...optional('STRING', 'details'),
  ...required('INTEGER', 'format'),
  ...required('STRING', 'previous', 'hash'),
];

/** Makes the table and the view, or adds to them what they lack; what a newer release added stays. @throws {OutsideError} */
export async function prepareTables(
  calls: WarehouseCalls,
  dataset: Dataset,
  columns: readonly Column[] = COLUMNS,
): Promise<void> {
  const fields = await prepareRows(calls, dataset, columns);
  await prepareView(calls, dataset, fields);
}

/** @returns the columns that are there now. */
async function prepareRows(
  calls: WarehouseCalls,
  dataset: Dataset,
  columns: readonly Column[],
): Promise<readonly TableField[]> {
  const table = dataset.table(TABLES.rows);
  const wanted = {
    schema: { fields: columns.map((column) => ({ ...column })) },
    timePartitioning: { type: 'DAY', field: 'at' },
    clustering: { fields: ['tenant', 'document', 'actor'] },
    description: 'Events of the audit trail as they were delivered. Ask the view beside it.',
  };
  const found = await metadataOf(calls, dataset, TABLES.rows);
  if (found === null) {
    await createdByAnybody(() => calls.ask(() => dataset.createTable(TABLES.rows, wanted)));
    return wanted.schema.fields;
  }
  assertUsable(found, columns);
  const there = fieldsOf(found);
  const missing = columns.filter(({ name }) => !there.some((field) => field.name === name));
  if (missing.length === 0) return there;
  const fields = [...there, ...missing.map((column) => ({ ...column, mode: 'NULLABLE' }))];
  await calls.ask(() => table.setMetadata({ schema: { fields } }));
  return fields;
}

async function prepareView(
  calls: WarehouseCalls,
  dataset: Dataset,
  fields: readonly TableField[],
): Promise<void> {
  const names = fields.map(({ name }) => `\`${name}\``).join(', ');
  // Of all columns: so every condition on the view reaches the rows, and their partitions and clusters count.
  const query = `SELECT DISTINCT ${names} FROM \`${dataset.projectId}.${dataset.id}.${TABLES.rows}\``;
  const view = { query, useLegacySql: false };
  const found = await metadataOf(calls, dataset, TABLES.view);
  if (found === null) {
    const description = 'Events of the audit trail, each once.';
    await createdByAnybody(() => calls.ask(() => dataset.createTable(TABLES.view, { view, description })));
  } else if (found.view?.query !== query) {
    await calls.ask(() => dataset.table(TABLES.view).setMetadata({ view }));
  }
}

async function metadataOf(
  calls: WarehouseCalls,
  dataset: Dataset,
  name: string,
): Promise<TableMetadata | null> {
  const found = await calls.find(() => dataset.table(name).getMetadata());
  return found === null ? null : (found[0] as TableMetadata);
}

/** Another process may have been first. */
async function createdByAnybody(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof OutsideError) || !/\(409\b/.test(error.message)) throw error;
  }
}

function fieldsOf({ schema }: TableMetadata): readonly TableField[] {
  return typeof schema === 'object' && 'fields' in schema ? (schema.fields ?? []) : [];
}

/** What a table must not be that somebody else made. */
function assertUsable(table: TableMetadata, columns: readonly Column[]): void {
  const { timePartitioning, clustering, expirationTime, requirePartitionFilter } = table;
  const types = new Map(fieldsOf(table).map(({ name, type }) => [name, type]));
  const others = columns.filter(({ name, type }) => types.has(name) && !isType(types.get(name), type));
  const wrong: [boolean, string][] = [
    [
      timePartitioning?.type !== 'DAY' || timePartitioning.field !== 'at',
      'is not partitioned by the day of `at`',
    ],
    [clustering?.fields?.[0] !== 'tenant', 'is not clustered by tenant'],
    [
      expirationTime !== undefined || timePartitioning?.expirationMs !== undefined,
      'forgets events by itself',
    ],
    [requirePartitionFilter === true, 'wants a condition on the day in every query'],
    [others.length > 0, `has columns of another type: ${others.map(({ name }) => name).join(', ')}`],
  ];
  const said = wrong.flatMap(([is, what]) => (is ? [what] : []));
  if (said.length === 0) return;
  throw new OutsideError(
    'AuditSink',
    'refused',
    `The table ${TABLES.rows} cannot be used: it ${said.join('; it ')}.`,
  );
}

/** The API has two names for some types. */
function isType(given: string | undefined, wanted: Column['type']): boolean {
  return given === wanted || (wanted === 'INTEGER' && given === 'INT64');
}
