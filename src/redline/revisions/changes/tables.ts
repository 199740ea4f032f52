import { attribute, child, elements, isElement, type XmlElement } from '../../ooxml/index.ts';
import { CELL_MARKS } from '../decide/names.ts';
import { markersOf } from '../decide/properties.ts';
import type { Cursor } from './cursor.ts';
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
}

/** Reads what was changed in tables: rows, cells, merges and properties. */
export class Tables {
  readonly #at: Cursor;
  readonly #formats: Formats;
  readonly #walk: TableContent['walk'];
  readonly #blocks: TableContent['blocks'];
  /** The first change of the properties of each table. */
  readonly #tableChanges = new Map<number, Group>();

  constructor(at: Cursor, formats: Formats, content: TableContent) {
    this.#at = at;
    this.#formats = formats;
    this.#walk = content.walk;
    this.#blocks = content.blocks;
  }

  readTable(element: XmlElement): void {
    const outside = this.#at.table;
    this.#at.table = { number: this.#at.tables++, row: '', column: 0, paragraph: 0 };
    const properties = child(element, 'w:tblPr');
    if (properties) this.#tableFormat(properties);
    for (const c of element.children) if (isElement(c) && !/^w:tbl(?:Pr|Grid)$/.test(c.name)) this.#walk(c);
    const grid = child(child(element, 'w:tblGrid'), 'w:tblGridChange');
    if (grid) this.#gridChange(grid);
    this.#at.table = outside;
  }

  /** A change of a table's grid says no author: it belongs to what else changed the table's shape. */
  #gridChange(change: XmlElement): void {
    const host = this.#tableChanges.get(this.#at.table?.number ?? -1);
    if (host) host.elements.push(change);
    else this.#at.ledger.create('table', change, this.#at.place());
  }

  #tableFormat(holder: XmlElement): void {
    const number = this.#at.table?.number ?? -1;
    const group = this.#formats.former(holder, 'table', `table ${number}`);
    if (group && !this.#tableChanges.has(number)) this.#tableChanges.set(number, group);
  }

  row(element: XmlElement): void {
    const properties = child(element, 'w:trPr');
    const exceptions = child(element, 'w:tblPrEx');
    const first = elements(element).find((c) => c.name === 'w:tc');
    if (this.#at.table) {
      this.#at.table.row = first ? plainText(first, ROW_LABEL) : '';
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
    const span = Number(attribute(child(properties, 'w:gridSpan'), 'w:val') ?? 1);
    if (this.#at.table) this.#at.table.column += Number.isFinite(span) ? span : 1;
  }

  #cellMark(mark: XmlElement): void {
    const side = SIDES[mark.name];
    const known = side && absorber(this.#at.around, mark, side);
    if (known) {
      known.elements.push(mark);
      return;
    }
    const { number, column } = this.#at.table ?? { number: -1, column: 0 };
    const author = `${attribute(mark, 'w:author')} ${attribute(mark, 'w:date')}`;
    const group = this.#at.ledger.named(
      side === undefined ? 'merge' : 'cells',
      `${number} ${column} ${mark.name} ${author}`,
      mark,
      this.#at.place(),
      side,
    );
    if (side !== undefined) this.#at.around = [...this.#at.around, { group, side }];
  }
}
