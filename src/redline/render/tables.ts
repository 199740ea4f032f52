import { attribute, child, childValue, isOn, type XmlElement } from '../ooxml/index.ts';
import { changeAttributes, isHidden, type Mark, sideOf, sideWithin } from './changes.ts';
import { contents, through } from './content.ts';
import type { Context } from './context.ts';
import { htmlAttribute } from './markup.ts';
import { propertyNote } from './paragraphs.ts';

interface Cell {
  readonly element: XmlElement;
  readonly column: number;
  readonly columns: number;
  /** Goes on with the cell above it (`w:vMerge` without `restart`). */
  readonly continues: boolean;
  rows: number;
}

/** Columns that a table may have (Word's own limit is 63). */
const MAX_COLUMNS = 1000;

/** A table; merged cells are one cell over several rows and columns. */
export function renderTable(table: XmlElement, context: Context): string {
  const rows = through(table, 'w:tr');
  const grid = gridOf(rows);
  const properties = child(table, 'w:tblPr');
  const columns = child(table, 'w:tblGrid');
  const notes =
    propertyNote(child(properties, 'w:tblPrChange'), properties, context) +
    propertyNote(child(columns, 'w:tblGridChange'), undefined, context);
  const headers = headerRows(rows);
  const html = rows.map((row, at) => renderRow(row, grid[at] ?? [], at < headers, context));
  context.ledger.rest();
  if (rows.length > 0 && html.every((row) => row === '')) return '';
  return `<div class="table">${notes}<table><tbody>${html.join('')}</tbody></table></div>`;
}

function headerRows(rows: readonly XmlElement[]): number {
  const first = rows.findIndex((row) => {
    const header = child(child(row, 'w:trPr'), 'w:tblHeader');
    return header === undefined || !isOn(attribute(header, 'w:val'));
  });
  return Math.max(first, 0);
}

function count(text: string | undefined, least: number): number {
  const n = Number.parseInt(text ?? '', 10);
  return Number.isSafeInteger(n) ? Math.min(Math.max(n, least), MAX_COLUMNS) : least;
}

/** Where every cell stands and how many rows it covers. */
function gridOf(rows: readonly XmlElement[]): Cell[][] {
  let above = new Map<number, Cell>();
  return rows.map((row) => {
    const here = new Map<number, Cell>();
    let column = count(childValue(child(row, 'w:trPr'), 'w:gridBefore'), 0);
    const cells = through(row, 'w:tc').map((element) => {
      const cell = readCell(element, column);
      column += cell.columns;
      const merged = cell.continues ? above.get(cell.column) : undefined;
      if (merged?.columns === cell.columns) merged.rows++;
      here.set(cell.column, merged?.columns === cell.columns ? merged : cell);
      return merged?.columns === cell.columns ? undefined : cell;
    });
    above = here;
    return cells.filter((cell) => cell !== undefined);
  });
}

function readCell(element: XmlElement, column: number): Cell {
  const properties = child(element, 'w:tcPr');
  const merge = child(properties, 'w:vMerge');
  return {
    element,
    column,
    columns: count(childValue(properties, 'w:gridSpan'), 1),
    continues: merge !== undefined && attribute(merge, 'w:val') !== 'restart',
    rows: 1,
  };
}

function renderRow(row: XmlElement, cells: readonly Cell[], header: boolean, context: Context): string {
  const properties = child(row, 'w:trPr');
  const mark = markOf(properties, context);
  if (mark === undefined) context.ledger.rest();
  const note = propertyNote(child(properties, 'w:trPrChange'), properties, context, true);
  const before = count(childValue(properties, 'w:gridBefore'), 0);
  const gap = before > 0 ? `<td${htmlAttribute('colspan', String(before))}></td>` : '';
  const html = context.ledger.hold(mark, () =>
    cells.map((cell, at) => renderCell(cell, header, at === 0 ? note : '', context)).join(''),
  );
  if (isHidden(mark?.side, context.reading)) return '';
  return `<tr${mark === undefined ? '' : changeAttributes(mark, `row-${mark.side}`)}>${gap}${html}</tr>`;
}

function markOf(properties: XmlElement | undefined, context: Context): Mark | undefined {
  const element = sideWithin(properties);
  const side = element === undefined ? undefined : sideOf(element);
  return element === undefined || side === undefined ? undefined : context.ledger.mark(element, side);
}

function renderCell(cell: Cell, header: boolean, rowNote: string, context: Context): string {
  const properties = child(cell.element, 'w:tcPr');
  const mark = markOf(properties, context);
  const own = propertyNote(child(properties, 'w:tcPrChange'), properties, context, true);
  const note = own === '' ? rowNote : own;
  const html = context.ledger.hold(mark, () => context.blocks(contents(cell.element), context).join(''));
  if (isHidden(mark?.side, context.reading)) return '';
  const tag = header ? 'th' : 'td';
  const span = (name: string, n: number): string => htmlAttribute(name, n > 1 ? String(n) : undefined);
  const attributes = [
    header ? ' scope="col"' : '',
    span('colspan', cell.columns),
    span('rowspan', cell.rows),
    mark === undefined ? '' : changeAttributes(mark, `cell-${mark.side}`),
  ].join('');
  return `<${tag}${attributes}>${note}${html}</${tag}>`;
}
