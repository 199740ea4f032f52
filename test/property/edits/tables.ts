import { type Edits, isWhole, noAdjacentTables, outsideBoxes, tables, withoutIdentity } from '../places.ts';
import {
  all,
  child,
  clone,
  elements,
  ensureFirst,
  insertOrdered,
  make,
  type Node,
  setAttribute,
} from '../tree.ts';

const CELL =
  'w:tcW w:gridSpan w:hMerge w:vMerge w:tcBorders w:shd w:noWrap w:tcMar w:vAlign w:tcPrChange'.split(' ');
const ROW = 'w:gridBefore w:gridAfter w:cantSplit w:trHeight w:tblHeader w:jc w:trPrChange'.split(' ');
const TABLE = 'w:tblStyle w:tblW w:jc w:tblInd w:tblBorders w:shd w:tblLayout w:tblLook w:tblPrChange'.split(
  ' ',
);

const rows = (table: Node): Node[] => elements(table).filter((c) => c.name === 'w:tr');
const cells = (row: Node): Node[] => elements(row).filter((c) => c.name === 'w:tc');

/** Tables whose rows all have as many cells, none merged. */
function isRegular(table: Node): boolean {
  const list = rows(table);
  const plain = (cell: Node): boolean => {
    const properties = child(cell, 'w:tcPr');
    return !properties || !elements(properties).some((c) => /^w:(gridSpan|[hv]Merge)$/.test(c.name));
  };
  return (
    list.length > 0 &&
    elements(table).every((c) => /^w:(tblPr|tblGrid|tr)$/.test(c.name)) &&
    list.every((r) => cells(r).length === cells(list[0] ?? r).length && cells(r).every(plain)) &&
    list.every((r) => elements(r).every((c) => /^w:(trPr|tblPrEx|tc)$/.test(c.name)))
  );
}

function emptied(cell: Node, words: string): Node {
  const properties = child(cell, 'w:tcPr');
  const fresh = make(`<w:tc><w:p><w:r><w:t xml:space="preserve">${words}</w:t></w:r></w:p></w:tc>`);
  if (properties) fresh.children.unshift(clone(properties));
  return fresh;
}

export const TABLES: Edits = {
  'insert a row': (doc, dice) => {
    const table = dice.pick(tables(doc))?.node;
    const model = table && dice.pick(rows(table));
    if (!table || !model) return false;
    const fresh = clone(model);
    fresh.children = fresh.children.map((c) =>
      typeof c !== 'string' && c.name === 'w:tc' ? emptied(c, `new ${dice.int(9)}`) : c,
    );
    table.children.splice(table.children.indexOf(model) + dice.int(2), 0, withoutIdentity(fresh));
    return true;
  },
  'delete a row': (doc, dice) => {
    const table = dice.pick(tables(doc).filter(({ node }) => rows(node).length > 1))?.node;
    const row = table && dice.pick(rows(table));
    if (!table || !row || !isWhole([row])) return false;
    table.children.splice(table.children.indexOf(row), 1);
    return true;
  },
  'move a row': (doc, dice) => {
    const table = dice.pick(tables(doc).filter(({ node }) => rows(node).length > 2))?.node;
    const row = table && dice.pick(rows(table));
    if (!table || !row || !isWhole([row])) return false;
    table.children.splice(table.children.indexOf(row), 1);
    const anchor = dice.pick(rows(table));
    table.children.splice(anchor ? table.children.indexOf(anchor) + dice.int(2) : 0, 0, row);
    return true;
  },
  'insert a column': (doc, dice) => {
    const table = dice.pick(tables(doc).filter(({ node }) => isRegular(node)))?.node;
    if (!table) return false;
    const at = dice.int(cells(rows(table)[0] ?? table).length);
    for (const row of rows(table)) {
      const model = cells(row)[at];
      if (model) row.children.splice(row.children.indexOf(model), 0, emptied(model, `col ${dice.int(5)}`));
    }
    child(table, 'w:tblGrid')?.children.splice(at, 0, make('<w:gridCol w:w="700"/>'));
    return true;
  },
  'delete a column': (doc, dice) => {
    const wide = tables(doc).filter(({ node }) => isRegular(node) && cells(rows(node)[0] ?? node).length > 1);
    const table = dice.pick(wide)?.node;
    if (!table) return false;
    const at = dice.int(cells(rows(table)[0] ?? table).length);
    const gone = rows(table).flatMap((row) => cells(row)[at] ?? []);
    if (!isWhole(gone)) return false;
    for (const row of rows(table))
      row.children = row.children.filter((c) => typeof c === 'string' || !gone.includes(c));
    const grid = child(table, 'w:tblGrid');
    const column = grid && elements(grid)[at];
    if (grid && column) grid.children.splice(grid.children.indexOf(column), 1);
    return true;
  },
  'merge cells of a row': (doc, dice) => {
    const wide = tables(doc).filter(({ node }) => isRegular(node) && cells(rows(node)[0] ?? node).length > 1);
    const row = dice.pick(wide.flatMap(({ node }) => rows(node)));
    const at = row ? dice.int(cells(row).length - 1) : 0;
    const [left, right] = row ? [cells(row)[at], cells(row)[at + 1]] : [];
    if (!row || !left || !right || !isWhole([right])) return false;
    insertOrdered(ensureFirst(left, 'w:tcPr'), make('<w:gridSpan w:val="2"/>'), CELL);
    row.children = row.children.filter((c) => c !== right);
    return true;
  },
  'merge cells of a column': (doc, dice) => {
    const table = dice.pick(tables(doc).filter(({ node }) => isRegular(node) && rows(node).length > 1))?.node;
    if (!table) return false;
    const first = dice.int(rows(table).length - 1);
    const at = dice.int(cells(rows(table)[0] ?? table).length);
    rows(table)
      .slice(first, first + 2)
      .forEach((row, i) => {
        const cell = cells(row)[at];
        const merge = i === 0 ? '<w:vMerge w:val="restart"/>' : '<w:vMerge/>';
        if (cell) insertOrdered(ensureFirst(cell, 'w:tcPr'), make(merge), CELL);
      });
    return true;
  },
  'insert a cell': (doc, dice) => {
    const row = dice.pick(tables(doc).flatMap(({ node }) => rows(node)));
    const model = row && dice.pick(cells(row));
    if (!row || !model) return false;
    row.children.splice(row.children.indexOf(model), 0, emptied(model, `cell ${dice.int(5)}`));
    return true;
  },
  'delete a cell': (doc, dice) => {
    const row = dice.pick(
      tables(doc)
        .flatMap(({ node }) => rows(node))
        .filter((r) => cells(r).length > 1),
    );
    const gone = row && dice.pick(cells(row));
    if (!row || !gone || !isWhole([gone])) return false;
    row.children = row.children.filter((c) => c !== gone);
    return true;
  },
  'part merged cells': (doc, dice) => {
    const merged = tables(doc)
      .flatMap(({ node }) => rows(node).flatMap(cells))
      .flatMap((cell) => child(cell, 'w:tcPr') ?? [])
      .filter((p) => child(p, 'w:gridSpan') || child(p, 'w:vMerge'));
    const properties = dice.pick(merged);
    if (!properties) return false;
    properties.children = properties.children.filter(
      (c) => typeof c === 'string' || !/^w:(gridSpan|vMerge)$/.test(c.name),
    );
    return true;
  },
  'put a table into a cell': (doc, dice) => {
    const cell = dice.pick(tables(doc).flatMap(({ node }) => rows(node).flatMap(cells)));
    const at = cell?.children.findIndex((c) => typeof c !== 'string' && c.name === 'w:p') ?? -1;
    const before = cell?.children[at - 1];
    if (!cell || at < 0 || (typeof before === 'object' && before.name === 'w:tbl')) return false;
    cell.children.splice(
      at,
      0,
      make(
        `<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid><w:gridCol w:w="500"/></w:tblGrid><w:tr><w:tc><w:p><w:r><w:t>inner ${dice.int(9)}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>`,
      ),
    );
    return true;
  },
  'widen a column': (doc, dice) => {
    const table = dice.pick(tables(doc))?.node;
    const column = dice.pick(elements(child(table ?? make('<x/>'), 'w:tblGrid') ?? make('<x/>')));
    if (!column) return false;
    setAttribute(column, 'w:w', String(500 + dice.int(3000)));
    return true;
  },
  'except a row from the table': (doc, dice) => {
    const row = dice.pick(tables(doc).flatMap(({ node }) => rows(node)));
    if (!row || child(row, 'w:tblPrEx')) return false;
    row.children.unshift(make('<w:tblPrEx><w:jc w:val="right"/></w:tblPrEx>'));
    return true;
  },
  'delete a table': (doc, dice) => {
    const place = dice.pick(tables(doc));
    // One without rows cannot be deleted as a change: nothing in it could be marked.
    if (!place || !isWhole([place.node]) || all(place.node, 'w:tr').length === 0) return false;
    const rest = place.parent.children.filter((c) => c !== place.node);
    if (!noAdjacentTables(rest.filter((c) => typeof c !== 'string'))) return false;
    place.parent.children = rest;
    return true;
  },
  'insert a table': (doc, dice) => {
    const holder = dice.pick(outsideBoxes(doc));
    const before = holder && dice.pick(elements(holder).filter((c) => c.name === 'w:p'));
    if (!holder || !before) return false;
    const cell = (n: number): string => `<w:tc><w:p><w:r><w:t>cell ${n}</w:t></w:r></w:p></w:tc>`;
    const row = (n: number): string => `<w:tr>${cell(n)}${cell(n + 1)}</w:tr>`;
    const fresh = make(
      `<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid><w:gridCol w:w="1000"/><w:gridCol w:w="1000"/></w:tblGrid>${row(dice.int(9))}${row(dice.int(9))}</w:tbl>`,
    );
    const children = [...holder.children];
    children.splice(children.indexOf(before), 0, fresh);
    if (!noAdjacentTables(children.filter((c) => typeof c !== 'string'))) return false;
    holder.children = children;
    return true;
  },
  'change cell properties': (doc, dice) => {
    const row = dice.pick(tables(doc).flatMap(({ node }) => rows(node)));
    const cell = row && dice.pick(cells(row));
    if (!cell) return false;
    const fresh = dice.pick([
      '<w:shd w:val="clear" w:color="auto" w:fill="FFFF00"/>',
      '<w:vAlign w:val="center"/>',
      '<w:tcW w:w="1234" w:type="dxa"/>',
    ]);
    insertOrdered(ensureFirst(cell, 'w:tcPr'), make(fresh ?? ''), CELL);
    return true;
  },
  'change row properties': (doc, dice) => {
    const row = dice.pick(tables(doc).flatMap(({ node }) => rows(node)));
    if (!row || child(row, 'w:tblPrEx')) return false;
    const fresh = dice.pick(['<w:cantSplit/>', '<w:tblHeader/>', '<w:trHeight w:val="600"/>']);
    insertOrdered(ensureFirst(row, 'w:trPr'), make(fresh ?? ''), ROW);
    return true;
  },
  'change table properties': (doc, dice) => {
    const table = dice.pick(tables(doc))?.node;
    if (!table) return false;
    const fresh = dice.pick([
      '<w:jc w:val="center"/>',
      '<w:tblW w:w="5000" w:type="pct"/>',
      '<w:tblLayout w:type="fixed"/>',
    ]);
    insertOrdered(ensureFirst(table, 'w:tblPr'), make(fresh ?? ''), TABLE);
    return true;
  },
};
