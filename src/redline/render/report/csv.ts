import type { Change } from '../../revisions/index.ts';
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

/**
 * How a spreadsheet knows a formula (also in full-width and small characters, and as a mathematical minus); blanks, quotes
 * and what does not show before it do not help.
 */
const FORMULA =
  /^[\s"'\p{Cf}\p{Cc}]*[=+\-@|\u2212\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]|^[\p{Cc}\u2028\u2029]/u;

/**
 * The changes of a report as CSV (RFC 4180: CRLF, every field in quotes), one a row. A field that a spreadsheet would
 * take for a formula begins with an apostrophe.
 */
export function reportCsv({ substance, formatting }: ChangeReport): string {
  const rows = [...rowsOf('substance', substance), ...rowsOf('formatting', formatting)];
  return table([HEADER, ...rows]);
}

const LIST_HEADER = [
  ...[
    'change',
    'kind',
    'author',
    'date',
    'story',
    'clause',
    'heading',
    'before',
    'after',
    'format before',
    'format after',
  ],
  ...['part', 'paragraph', 'offset', 'within'],
];

/** Changes as CSV in the same manner, with where they stand. */
export function changesCsv(changes: readonly Change[]): string {
  const rows = changes.map(
    ({ id, kind, author, date, story, clause, heading, before, after, format, ...rest }) => [
      ...[id, kind, author, date ?? '', story, clause, heading, before, after],
      ...[format?.before ?? '', format?.after ?? ''],
      ...[
        rest.position.part,
        String(rest.position.paragraph),
        String(rest.position.offset),
        rest.within ?? '',
      ],
    ],
  );
  return table([LIST_HEADER, ...rows]);
}

function table(rows: readonly (readonly string[])[]): string {
  return rows.map(csvLine).join('');
}

/** A line of CSV (RFC 4180) in this manner, with its end. */
export function csvLine(fields: readonly string[]): string {
  return `${fields.map(field).join(',')}\r\n`;
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
