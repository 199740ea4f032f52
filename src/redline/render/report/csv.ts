import type { ChangeReport, ReportedClause } from './model.ts';

const HEADER = [
  'section',
  'story',
  'clause',
  'heading',
  'change',
  'kind',
  'author',
  'date',
  'before',
  'after',
  'format before',
  'format after',
];

/** How a spreadsheet knows a formula (also in full-width characters); blanks and quotes before it do not help. */
const FORMULA = /^[\s"']*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

/**
 * The changes of a report as CSV (RFC 4180: CRLF, every field in quotes), one a row. A field that a spreadsheet would
 * take for a formula begins with an apostrophe.
 */
export function reportCsv({ substance, formatting }: ChangeReport): string {
  const rows = [...rowsOf('substance', substance), ...rowsOf('formatting', formatting)];
  return [HEADER, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

function rowsOf(section: string, clauses: readonly ReportedClause[]): string[][] {
  return clauses.flatMap(({ story, clause, heading, changes }) =>
    changes.map(({ id, kind, author, date, before, after, format }) => [
      ...[section, story, clause, heading, id, kind, author, date ?? ''],
      ...[before, after, format?.before ?? '', format?.after ?? ''],
    ]),
  );
}

function field(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
