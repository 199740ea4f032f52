import { attribute, child, elements, isElement, type XmlElement } from '../../ooxml/index.ts';
import { CELL_MARKS } from '../decide/names.ts';
import { markersOf } from '../decide/properties.ts';
import { type Cursor, structureOf, type Table } from './cursor.ts';
import type { Formats } from './formats.ts';
import type { Group, Side } from './group.ts';
import { SIDES } from './group.ts';
import { absorber } from './ledger.ts';
import { plainText } from './scan.ts';

/** Characters of the first cell that tell a row apart. */
const ROW_LABEL = 24;

/** How a table's content is read. */
export interface TableContent {
  readonly walk: (element: XmlElement) => void;
  readonly blocks: (children: readonly XmlElement[]) => void;
  /** For the backlog: what stands in an element without revisions. */
  readonly scan: (element: XmlElement, structure: () => string) => void;
}

/** Reads what was changed in tables: rows, cells, merges and properties. */
export class Tables {
  readonly #at: Cursor;
  readonly #formats: Formats;
  readonly #walk: TableContent['walk'];
  readonly #blocks: TableContent['blocks'];
  readonly #scan: TableContent['scan'];
  /** The first change of the properties of each table. */
  readonly #tableChanges = new Map<number, Group>();

  constructor(at: Cursor, formats: Formats, content: TableContent) {
    this.#at = at;
    this.#formats = formats;
    this.#walk = content.walk;
    this.#blocks = content.blocks;
    this.#scan = content.scan;
  }

  readTable(element: XmlElement): void {
    const outside = this.#at.table;
    const table: Table = { id: this.#at.tables++, number: 0, row: '', column: 0, paragraph: 0 };
    this.#at.table = table;
    this.#at.backlog.add(() => {
      table.number = this.#at.order.tables++;
    });
    const properties = child(element, 'w:tblPr');
    if (properties) this.#tableFormat(properties);
    for (const c of element.children) if (isElement(c) && !/^w:tbl(?:Pr|Grid)$/.test(c.name)) this.#walk(c);
    const grid = child(child(element, 'w:tblGrid'), 'w:tblGridChange');
    Object.assign(table, { row: '', column: 0, paragraph: 0 });
    if (grid) this.#gridChange(grid);
    this.#at.table = outside;
  }

  /** A change of a table's grid says no author: it belongs to what else changed the table's shape. */
  #gridChange(change: XmlElement): void {
    const host = this.#tableChanges.get(this.#at.table?.id ?? -1);
    if (host) host.elements.push(change);
    else this.#at.ledger.create('table', change, this.#at.place());
  }

  #tableFormat(holder: XmlElement): void {
    const id = this.#at.table?.id ?? -1;
    const group = this.#formats.former(holder, 'table', `table ${id}`);
    if (group && !this.#tableChanges.has(id)) this.#tableChanges.set(id, group);
  }

  row(element: XmlElement): void {
    const { table } = this.#at;
    if (table && !this.#at.isInside && !this.#at.reading.holds(element))
      this.#at.backlog.add(() => this.#scanRow(element, table));
    else this.#readRow(element);
  }

  /** For the backlog: a row in which nothing was changed. */
  #scanRow(element: XmlElement, table: Table): void {
    const row = labelOf(element);
    let column = 0;
    for (const cell of cellsOf(element)) {
      const structure = structureOf(table, row, column, 0);
      this.#scan(cell, () => structure);
      column += spanOf(child(cell, 'w:tcPr'));
    }
  }

  #readRow(element: XmlElement): void {
    const properties = child(element, 'w:trPr');
    const exceptions = child(element, 'w:tblPrEx');
    if (this.#at.table) {
      this.#at.table.row = labelOf(element);
      this.#at.table.column = 0;
    }
    if (properties) this.#tableFormat(properties);
    if (exceptions) this.#tableFormat(exceptions);
    const outside = this.#at.around;
    this.#at.around = [...outside];
    for (const mark of markersOf(properties)) {
      const side = SIDES[mark.name] ?? 'ins';
      const group = this.#rowGroup(mark, side);
      if (!this.#at.around.some((a) => a.group === group)) this.#at.around.push({ group, side });
    }
    for (const c of element.children) if (isElement(c) && c !== properties && c !== exceptions) this.#walk(c);
    this.#at.around = outside;
  }

  #rowGroup(mark: XmlElement, side: Side): Group {
    const known = absorber(this.#at.around, mark, side);
    if (known) {
      known.elements.push(mark);
      return known;
    }
    const toward = side === 'ins' ? 'to' : 'from';
    const move = this.#at.ranges.move(toward);
    return move === undefined
      ? this.#at.ledger.create('row', mark, this.#at.place(), side)
      : this.#at.ledger.named('move', move, mark, this.#at.place(), toward);
  }

  cell(element: XmlElement): void {
    const properties = child(element, 'w:tcPr');
    const outside = this.#at.around;
    if (properties) {
      this.#tableFormat(properties);
      for (const c of elements(properties)) if (CELL_MARKS.has(c.name)) this.#cellMark(c);
    }
    if (this.#at.table) this.#at.table.paragraph = 0;
    this.#blocks(elements(element).filter((c) => c !== properties));
    this.#at.separate('\t');
    this.#at.around = outside;
    if (this.#at.table) this.#at.table.column += spanOf(properties);
  }

  #cellMark(mark: XmlElement): void {
    const side = SIDES[mark.name];
    const known = side && absorber(this.#at.around, mark, side);
    if (known) {
      known.elements.push(mark);
      return;
    }
    const { id, column } = this.#at.table ?? { id: -1, column: 0 };
    const author = `${attribute(mark, 'w:author')} ${attribute(mark, 'w:date')}`;
    const group = this.#at.ledger.named(
      side === undefined ? 'merge' : 'cells',
      `${id} ${column} ${mark.name} ${author}`,
      mark,
      this.#at.place(),
      side,
    );
    if (side !== undefined) this.#at.around = [...this.#at.around, { group, side }];
  }
}

/** The cells of a row, also those in content controls. */
function* cellsOf(row: XmlElement): Generator<XmlElement> {
  for (const c of elements(row)) {
    if (c.name === 'w:tc') yield c;
    else yield* cellsOf(c);
  }
}

function labelOf(row: XmlElement): string {
  const first = child(row, 'w:tc');
  return first ? plainText(first, ROW_LABEL) : '';
}

/** Columns of the grid that a cell covers. */
function spanOf(properties: XmlElement | undefined): number {
  const span = Number(attribute(child(properties, 'w:gridSpan'), 'w:val') ?? 1);
  return Number.isFinite(span) ? span : 1;
}
