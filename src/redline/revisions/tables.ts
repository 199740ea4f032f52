import { similarity, type Words } from '../diff/index.ts';
import {
  canonical,
  canonicalChildren,
  child,
  elements,
  isElement,
  outer,
  rawKey,
  startTag,
  type XmlElement,
} from '../ooxml/index.ts';
import { wordsOf } from './block.ts';
import type { MergeContext, Side, State } from './context.ts';
import { moveRange } from './moved.ts';
import { movedRows, NO_MOVES } from './moved-rows.ts';
import { pairLists } from './pairs.ts';
import { innerOf } from './paragraph.ts';
import { cellsIn, MARK, mergeUnits, unitsOf, type Writing } from './table-units.ts';

/** How the content of cells is written: they are stories of their own. */
export interface CellWriter {
  readonly mergeCell: (a: XmlElement, b: XmlElement, ctx: MergeContext) => string;
  readonly singleCell: (
    cell: XmlElement,
    state: Exclude<State, 'keep'>,
    ctx: MergeContext,
    keepLast: boolean,
  ) => string;
}

const NONE: ReadonlySet<string> = new Set();
const ROW_REVISIONS: ReadonlySet<string> = new Set(['w:ins', 'w:del', 'w:trPrChange']);
const ROW_SIMILARITY = 0.3;
/** The same for rows that have a cell in common. */
const SHARED_CELL_SIMILARITY = 0.1;
/** Worth of a pair that nothing speaks against, just above nothing. */
const LEAST_WORTH = 0.01;
/** Worth of the same width, in words: columns that were added or removed leave the others as wide. */
const SAME_WIDTH = 0.5;

/** A table (§17.4.37) that both sides have: rows are paired, then cells. */
export function mergeTables(a: XmlElement, b: XmlElement, ctx: MergeContext, cells: CellWriter): string {
  const [rowsA, rowsB] = [unitsOf(a, 'w:tr'), unitsOf(b, 'w:tr')];
  if (!rowsA || !rowsB || ctx.rung === 'blocks' || ctx.rung === 'story') {
    return rowsA && rowsB && rawKey(a) === rawKey(b)
      ? outer(a)
      : singleTable(a, 'del', ctx, cells) + singleTable(b, 'ins', ctx, cells);
  }
  const body = mergeRowLists(rowsA, rowsB, ctx, cells);
  const marks = marksAmong(a, b, ctx);
  return `${startTag(a)}${marks.before}${tableProperties(a, b, ctx)}${tableGrid(a, b, ctx)}${body}${marks.behind}</w:tbl>`;
}

function mergeRowLists(
  a: readonly XmlElement[],
  b: readonly XmlElement[],
  ctx: MergeContext,
  cells: CellWriter,
): string {
  const rows: Writing = {
    name: 'w:tr',
    pair: (x, y) => pairRows(x, y, ctx),
    one: (row, state) => singleRow(row, state, ctx, cells),
    both: (x, y) => mergeRows(x, y, ctx, cells),
    moves: (gone, come) => movedRows(gone, come, ctx),
    moved: (row, state, name) => movedRow(row, state, name, ctx, cells),
  };
  return mergeUnits(a, b, rows, ctx);
}

/** Marks between the rows of a table, or the cells of a row: starts are gathered in front, ends behind. */
function marksAmong(a: XmlElement, b: XmlElement, ctx: MergeContext): { before: string; behind: string } {
  const marks = { before: '', behind: '' };
  const gather = (parent: XmlElement, side: Side): void => {
    for (const e of elements(parent))
      if (MARK.test(e.name)) marks[e.name.endsWith('End') ? 'behind' : 'before'] += ctx.mark(e, side);
  };
  gather(a, 'original');
  gather(b, 'modified');
  return marks;
}

function tableProperties(a: XmlElement, b: XmlElement, ctx: MergeContext): string {
  const [pA, pB] = [child(a, 'w:tblPr'), child(b, 'w:tblPr')];
  if (canonicalChildren(pA, NONE) === canonicalChildren(pB, NONE)) return pA ? outer(pA) : '';
  if (ctx.ignore.formatting) {
    ctx.passOver('formatting');
    return pA ? outer(pA) : '';
  }
  ctx.tally.tableProperties++;
  return `<w:tblPr>${innerOf(pB)}<w:tblPrChange${ctx.stamp()}><w:tblPr>${innerOf(pA)}</w:tblPr></w:tblPrChange></w:tblPr>`;
}

function tableGrid(a: XmlElement, b: XmlElement, ctx: MergeContext): string {
  const [gA, gB] = [child(a, 'w:tblGrid'), child(b, 'w:tblGrid')];
  if (!gB || canonicalGrid(gA) === canonicalGrid(gB)) return gA ? outer(gA) : '';
  if (ctx.ignore.formatting && gA?.children.length === gB.children.length) {
    ctx.passOver('formatting');
    return outer(gA);
  }
  ctx.tally.tableProperties++;
  return `<w:tblGrid>${innerOf(gB)}<w:tblGridChange w:id="${ctx.freshId()}"><w:tblGrid>${innerOf(gA)}</w:tblGrid></w:tblGridChange></w:tblGrid>`;
}

function canonicalGrid(grid: XmlElement | undefined): string {
  return grid
    ? elements(grid)
        .map((column) => canonical(column))
        .join('')
    : '';
}

function pairRows(a: readonly XmlElement[], b: readonly XmlElement[], ctx: MergeContext): Int32Array {
  const ids = (rows: readonly XmlElement[]): number[] => rows.map((r) => ctx.symbols.id(rawKey(r)));
  const partner = ctx.align(ids(a), ids(b));
  let [i0, j0] = [0, 0];
  for (let i = 0; i <= a.length; i++) {
    const j = i === a.length ? b.length : (partner[i] ?? -1);
    if (j < 0) continue;
    pairSimilar(a.slice(i0, i), b.slice(j0, j), ctx).forEach((to, from) => {
      if (to >= 0) partner[i0 + from] = j0 + to;
    });
    [i0, j0] = [i + 1, j + 1];
  }
  return partner;
}

function pairSimilar(a: readonly XmlElement[], b: readonly XmlElement[], ctx: MergeContext): Int32Array {
  const cellsOf = (rows: readonly XmlElement[]): Words[][] =>
    rows.map((r) => cellsIn(r).map((cell) => wordsOf(cell, ctx)));
  const [wordsA, wordsB] = [a.map((r) => wordsOf(r, ctx)), b.map((r) => wordsOf(r, ctx))];
  const [cellsA, cellsB] = [cellsOf(a), cellsOf(b)];
  // As many rows of the same shape on both sides are versions of one another, whatever they say.
  const asMany = a.length === b.length;
  const score = (i: number, j: number): number => {
    const [left, right] = [cellsA[i] ?? [], cellsB[j] ?? []];
    const share = worth(
      wordsA[i],
      wordsB[j],
      sharesCell(left, right) ? SHARED_CELL_SIMILARITY : ROW_SIMILARITY,
    );
    return share > 0 || !asMany || left.length !== right.length ? share : LEAST_WORTH;
  };
  return pairLists(wordsA, wordsB, score, ctx);
}

/** Do two rows have a cell with the same words, such as the label of what they set? One may say more besides. */
function sharesCell(a: readonly Words[], b: readonly Words[]): boolean {
  return a.some((x) => x.length > 0 && b.some((y) => y.length > 0 && holdsAll(x, y)));
}

/** Does the longer list have every word of the shorter one? */
function holdsAll(a: Words, b: Words): boolean {
  const common = (similarity(a, b) * (a.length + b.length)) / 2;
  return Math.round(common) === Math.min(a.length, b.length);
}

function worth(a: Words | undefined, b: Words | undefined, threshold: number): number {
  if (!a || !b) return 0;
  if (a.length === 0 && b.length === 0) return LEAST_WORTH;
  const share = similarity(a, b);
  return share >= threshold ? share * (a.length + b.length) : 0;
}

/** A table that only one side has: every row is marked, and the runs in it. */
export function singleTable(
  table: XmlElement,
  state: Exclude<State, 'keep'>,
  ctx: MergeContext,
  cells: CellWriter,
): string {
  const side = state === 'del' || state === 'from' ? 'original' : 'modified';
  const body = table.children
    .map((c) => (isElement(c) ? singleTableChild(c, state, ctx, cells) : ''))
    .join('');
  return ctx.withoutShared(`${startTag(table)}${body}</w:tbl>`, side);
}

function singleTableChild(
  element: XmlElement,
  state: Exclude<State, 'keep'>,
  ctx: MergeContext,
  cells: CellWriter,
): string {
  if (element.name === 'w:tr') return markedRow(element, state, ctx, cells);
  if (MARK.test(element.name))
    return ctx.mark(element, state === 'del' || state === 'from' ? 'original' : 'modified');
  if (element.name !== 'w:sdt' && element.name !== 'w:customXml') return outer(element);
  const body = element.children
    .map((c) =>
      isElement(c)
        ? c.name === 'w:sdtContent'
          ? `${startTag(c)}${c.children.map((x) => (isElement(x) ? singleTableChild(x, state, ctx, cells) : '')).join('')}</w:sdtContent>`
          : singleTableChild(c, state, ctx, cells)
        : '',
    )
    .join('');
  return `${startTag(element)}${body}</${element.name}>`;
}

function singleRow(
  row: XmlElement,
  state: Exclude<State, 'keep'>,
  ctx: MergeContext,
  cells: CellWriter,
): string {
  const side = state === 'del' ? 'original' : 'modified';
  ctx.noteBlock(side, row, state === 'del' ? 'deleted' : 'inserted');
  return ctx.withoutShared(markedRow(row, state, ctx, cells), side);
}

/** A row cannot be moved as such (§17.13.5): it goes and comes, and what its cells say is moved. */
function movedRow(
  row: XmlElement,
  state: 'from' | 'to',
  name: string,
  ctx: MergeContext,
  cells: CellWriter,
): string {
  if (state === 'to') ctx.noteBlock('modified', row, 'moved');
  return markedRow(row, state, ctx, cells, moveRange(state, name, ctx));
}

/** @param range  the ends of the range of a move, in a row whose words are moved and not only the row itself */
function markedRow(
  row: XmlElement,
  state: Exclude<State, 'keep'>,
  ctx: MergeContext,
  cells: CellWriter,
  range?: readonly [before: string, behind: string],
): string {
  if (!range) ctx.tally.tableRows++;
  const mark = state === 'del' || state === 'from' ? 'w:del' : 'w:ins';
  const whole = mark === 'w:del' ? 'del' : 'ins';
  const tracked = range ? state : whole;
  const properties = child(row, 'w:trPr');
  const trPr = `<w:trPr>${innerOf(properties)}<${mark}${ctx.stamp()}/></w:trPr>`;
  const exception = child(row, 'w:tblPrEx');
  const rest = row.children
    .map((c) =>
      isElement(c) && c.name !== 'w:trPr' && c.name !== 'w:tblPrEx'
        ? singleRowChild(c, tracked, ctx, cells)
        : '',
    )
    .join('');
  return `${startTag(row)}${exception ? outer(exception) : ''}${trPr}${range?.[0] ?? ''}${rest}${range?.[1] ?? ''}</w:tr>`;
}

function singleRowChild(
  element: XmlElement,
  state: Exclude<State, 'keep'>,
  ctx: MergeContext,
  cells: CellWriter,
): string {
  if (element.name === 'w:tc') return markedCell(element, state, ctx, cells, '');
  if (MARK.test(element.name)) return ctx.mark(element, state === 'del' ? 'original' : 'modified');
  if (element.name === 'w:sdt' || element.name === 'w:sdtContent' || element.name === 'w:customXml') {
    return `${startTag(element)}${element.children.map((c) => (isElement(c) ? singleRowChild(c, state, ctx, cells) : '')).join('')}</${element.name}>`;
  }
  return outer(element);
}

function markedCell(
  cell: XmlElement,
  state: Exclude<State, 'keep'>,
  ctx: MergeContext,
  cells: CellWriter,
  mark: string,
): string {
  const properties = child(cell, 'w:tcPr');
  const tcPr =
    mark === '' ? (properties ? outer(properties) : '') : `<w:tcPr>${innerOf(properties)}${mark}</w:tcPr>`;
  return `${startTag(cell)}${tcPr}${cells.singleCell(cell, state, ctx, true)}</w:tc>`;
}

function mergeRows(a: XmlElement, b: XmlElement, ctx: MergeContext, cells: CellWriter): string {
  const same = outer(a) === outer(b) || rawKey(a) === rawKey(b);
  if (same && !outer(a).includes('noteReference')) return outer(a);
  const [cellsA, cellsB] = [unitsOf(a, 'w:tc'), unitsOf(b, 'w:tc')];
  if (!cellsA || !cellsB) return singleRow(a, 'del', ctx, cells) + singleRow(b, 'ins', ctx, cells);
  const writing: Writing = {
    name: 'w:tc',
    pair: (x, y) => pairCells(x, y, ctx),
    one: (cell, state) => revisedCell(cell, state, ctx, cells),
    both: (x, y) => mergedCell(x, y, ctx, cells),
    moves: () => NO_MOVES,
    moved: (cell, state) => revisedCell(cell, state === 'from' ? 'del' : 'ins', ctx, cells),
  };
  const body = mergeUnits(cellsA, cellsB, writing, ctx);
  const marks = marksAmong(a, b, ctx);
  return `${startTag(a)}${rowExceptions(a, b, ctx)}${rowProperties(a, b, ctx)}${marks.before}${body}${marks.behind}</w:tr>`;
}

/** Cells in order; as many on both sides are paired by position, others by what they say and how wide they are. */
function pairCells(a: readonly XmlElement[], b: readonly XmlElement[], ctx: MergeContext): Int32Array {
  if (a.length === b.length) return Int32Array.from(a, (_, i) => i);
  const [wordsA, wordsB] = [a.map((c) => wordsOf(c, ctx)), b.map((c) => wordsOf(c, ctx))];
  const width = (unit: XmlElement | undefined): string => {
    const cell = unit && cellsIn(unit)[0];
    const tcW = cell && child(child(cell, 'w:tcPr'), 'w:tcW');
    return tcW ? outer(tcW) : '';
  };
  const score = (i: number, j: number): number => {
    const same = width(a[i]) !== '' && width(a[i]) === width(b[j]) ? SAME_WIDTH : LEAST_WORTH;
    return worth(wordsA[i], wordsB[j], ROW_SIMILARITY) + same;
  };
  return pairLists(wordsA, wordsB, score, ctx);
}

/** A cell that only one side has (§17.13.5.1–2). */
function revisedCell(cell: XmlElement, state: 'del' | 'ins', ctx: MergeContext, cells: CellWriter): string {
  const mark = `<w:${state === 'del' ? 'cellDel' : 'cellIns'}${ctx.stamp()}/>`;
  ctx.noteBlock(state === 'del' ? 'original' : 'modified', cell, 'changed');
  return ctx.withoutShared(
    markedCell(cell, state, ctx, cells, mark),
    state === 'del' ? 'original' : 'modified',
  );
}

function mergedCell(a: XmlElement, b: XmlElement, ctx: MergeContext, cells: CellWriter): string {
  if (sameSource(a, b) && !outer(a).includes('noteReference')) return outer(a);
  const properties = changedProperties(
    'w:tcPr',
    'w:tcPrChange',
    child(a, 'w:tcPr'),
    child(b, 'w:tcPr'),
    NONE,
    ctx,
  );
  return `${startTag(a)}${properties}${cells.mergeCell(a, b, ctx)}</w:tc>`;
}

function rowProperties(a: XmlElement, b: XmlElement, ctx: MergeContext): string {
  return changedProperties(
    'w:trPr',
    'w:trPrChange',
    child(a, 'w:trPr'),
    child(b, 'w:trPr'),
    ROW_REVISIONS,
    ctx,
  );
}

function rowExceptions(a: XmlElement, b: XmlElement, ctx: MergeContext): string {
  return changedProperties(
    'w:tblPrEx',
    'w:tblPrExChange',
    child(a, 'w:tblPrEx'),
    child(b, 'w:tblPrEx'),
    NONE,
    ctx,
  );
}

/** What makes the grid of a table rather than its looks. */
const SPANS = /^w:(gridSpan|vMerge|hMerge|gridBefore|gridAfter)$/;

function spans(properties: XmlElement | undefined): string {
  const found = properties ? elements(properties).filter((e) => SPANS.test(e.name)) : [];
  return found.map((e) => canonical(e)).join('');
}

function sameSource(a: XmlElement | undefined, b: XmlElement | undefined): boolean {
  return a === undefined || b === undefined ? a === b : outer(a) === outer(b);
}

function changedProperties(
  name: string,
  change: string,
  a: XmlElement | undefined,
  b: XmlElement | undefined,
  skip: ReadonlySet<string>,
  ctx: MergeContext,
): string {
  if (sameSource(a, b) || canonicalChildren(a, skip) === canonicalChildren(b, skip)) return a ? outer(a) : '';
  if (ctx.ignore.formatting && spans(a) === spans(b)) {
    ctx.passOver('formatting');
    return a ? outer(a) : '';
  }
  ctx.tally.tableProperties++;
  return `<${name}>${innerOf(b)}<${change}${ctx.stamp()}><${name}>${innerOf(a)}</${name}></${change}></${name}>`;
}
