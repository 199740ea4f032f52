/** A value in a table; numbers stand right, text stands left. */
export type Cell = string | number;

/** Rows under a header as aligned plain text, columns two spaces apart, no line end after the last. */
export function textTable(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const widths = header.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => String(row[at] ?? '').length)),
  );
  const isNumeric = header.map(
    (_, at) => rows.length > 0 && rows.every((row) => typeof row[at] !== 'string'),
  );
  const line = (row: readonly Cell[]): string =>
    widths
      .map((width, at) => pad(String(row[at] ?? ''), width, isNumeric[at] === true))
      .join('  ')
      .trimEnd();
  return [header, ...rows].map(line).join('\n');
}

function pad(text: string, width: number, right: boolean): string {
  return right ? text.padStart(width) : text.padEnd(width);
}
