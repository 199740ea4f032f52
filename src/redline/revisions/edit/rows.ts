import { child, childValue, descendants, elements, outer, type XmlElement } from '../../ooxml/index.ts';
import type { Place } from './anchors.ts';
import type { Draft } from './draft.ts';
import { isLast } from './edges.ts';
import { editFault } from './faults.ts';
import { insertedRuns } from './paragraph.ts';
import { type Plan, twinPath } from './plan.ts';
import { markProperties, ownProperties } from './record.ts';
import { type Path, paragraphOf, paragraphsOf } from './story.ts';
import { readTape } from './tape.ts';
import type { Edit } from './types.ts';
import { plainProperties, runXml, textXml } from './weave.ts';

const ROW: ReadonlySet<string> = new Set(['w:tr']);
const ROW_REVISIONS = new Set(['w:ins', 'w:del', 'w:trPrChange']);
const CELL_REVISIONS = new Set([
  'w:cellIns',
  'w:cellDel',
  'w:cellMerge',
  'w:tcPrChange',
  'w:vMerge',
  'w:hMerge',
]);

interface RowPlace {
  readonly row: XmlElement;
  /** What holds the row, outermost first. */
  readonly above: Path;
  /** The rows before and behind it. */
  readonly previous: XmlElement | undefined;
  readonly next: XmlElement | undefined;
}

/** The row of a place, and the same row in the second copy of a text box. */
function rowsOf({ path }: Place): RowPlace[] {
  const twin = twinPath(path);
  return [rowOf(path), ...(twin ? [rowOf(twin)] : [])];
}

function rowOf(path: Path): RowPlace {
  const at = path.findLastIndex((e) => e.name === 'w:tr');
  const row = path[at];
  const table = path.slice(0, at).findLast((e) => e.name === 'w:tbl');
  if (!row || !table) throw editFault('edit/invalid', 'The place is in no table.');
  const rows = outermostRows(table);
  const index = rows.indexOf(row);
  return { row, above: path.slice(0, at), previous: rows[index - 1], next: rows[index + 1] };
}

/** Rows of a table, through controls, without those of tables in it. */
function outermostRows(table: XmlElement): XmlElement[] {
  return elements(table).flatMap((e) =>
    e.name === 'w:tr' ? [e] : e.name === 'w:tc' ? [] : outermostRows(e),
  );
}

function cellsOf(row: XmlElement): XmlElement[] {
  return elements(row).flatMap((e) => (e.name === 'w:tc' ? [e] : e.name === 'w:trPr' ? [] : cellsOf(e)));
}

/** A new row beside one, of its shape and formatting (§17.13.5.16). */
export function insertRow(plan: Plan, place: Place, edit: Extract<Edit, { op: 'insertRow' }>): undefined {
  for (const found of rowsOf(place)) {
    const at = edit.side === 'before' ? found.row.start : found.row.end;
    plan.draft.splice(place.story.part, at, at, newRow(found, edit, plan.draft));
  }
}

function newRow({ row, next }: RowPlace, edit: Extract<Edit, { op: 'insertRow' }>, draft: Draft): string {
  const cells = cellsOf(row);
  const texts = edit.cells ?? [];
  if (texts.length > cells.length)
    throw editFault(
      'edit/invalid',
      `The row has ${cells.length} cells, and there are ${texts.length} texts.`,
    );
  const below = edit.side === 'before' ? row : next;
  const exceptions = child(row, 'w:tblPrEx');
  const kept = elementsOf(child(row, 'w:trPr')).filter((c) => !ROW_REVISIONS.has(c.name));
  const trPr = `<w:trPr>${kept.map(outer).join('')}<w:ins${draft.stamp()}/></w:trPr>`;
  const content = cells.map((cell, i) => newCell(cell, below && cellsOf(below)[i], texts[i] ?? '', draft));
  return `<w:tr>${exceptions ? outer(exceptions) : ''}${trPr}${content.join('')}</w:tr>`;
}

function elementsOf(element: XmlElement | undefined): XmlElement[] {
  return element ? elements(element) : [];
}

/** @param below  the cell in the row below, which may go on with a vertical merge */
function newCell(cell: XmlElement, below: XmlElement | undefined, text: string, draft: Draft): string {
  const continues = isContinued(below);
  const properties = elementsOf(child(cell, 'w:tcPr')).filter((c) => !CELL_REVISIONS.has(c.name));
  const at = properties.findIndex((c) => !/^w:(?:cnfStyle|tcW|gridSpan|hMerge)$/.test(c.name));
  const merge = continues ? '<w:vMerge/>' : '';
  const split = at < 0 ? properties.length : at;
  const tcPr = `${properties.slice(0, split).map(outer).join('')}${merge}${properties.slice(split).map(outer).join('')}`;
  const paragraph = descendants(cell, new Set(['w:p']))[0];
  const own = paragraph ? ownProperties(paragraph).map(outer).join('') : '';
  const mark = paragraph ? markProperties(paragraph) : '';
  const rPr = mark === '' ? '' : `<w:rPr>${mark}</w:rPr>`;
  const pPr = own + rPr === '' ? '' : `<w:pPr>${own}${rPr}</w:pPr>`;
  const runs = text === '' ? '' : insertedRuns(runXml(lookOf(paragraph), textXml(text)), draft);
  return `<w:tc>${tcPr === '' ? '' : `<w:tcPr>${tcPr}</w:tcPr>`}<w:p>${pPr}${runs}</w:p></w:tc>`;
}

function lookOf(paragraph: XmlElement | undefined): string {
  if (!paragraph) return '';
  const first = readTape(paragraph).cells.find((c) => !c.hidden && c.to > c.from && c.run);
  return first ? plainProperties(first.run) : markProperties(paragraph);
}

/** Does a cell go on with the one above it (§17.4.84)? */
function isContinued(cell: XmlElement | undefined): boolean {
  const merge = child(cell && child(cell, 'w:tcPr'), 'w:vMerge');
  return merge !== undefined && childValue(child(cell, 'w:tcPr'), 'w:vMerge') !== 'restart';
}

/** A row goes, and all that stands in it (§17.13.5.12). */
export function deleteRow(plan: Plan, place: Place): () => void {
  const { row, above, next } = rowOf(place.path);
  const heads = cellsOf(row).map((c) => childValue(child(c, 'w:tcPr'), 'w:vMerge') === 'restart');
  if (next && cellsOf(next).some((c, i) => heads[i] === true && isContinued(c)))
    throw editFault('edit/not-editable', 'A merged cell begins in the row and goes on below it.');
  if (isRevised(row, 'w:del')) throw editFault('edit/not-editable', 'The row is deleted already.');
  for (const path of paragraphsOf(row, above)) {
    const change = plan.change(place.story.part, path);
    if (change.tape.cells.some((c) => c.holders.some((h) => h.locked)))
      throw editFault('edit/not-editable', 'The row holds a control whose content is locked.');
    change.deleteWhole();
    if (!isLast(path)) change.deleteMark();
    for (const box of boxesIn(paragraphOf(path)))
      if (box) throw editFault('edit/not-editable', 'The row holds a text box.');
  }
  for (const found of rowsOf(place))
    for (const each of [found.row, ...descendants(found.row, ROW)])
      markRow(each, place.story.part, plan.draft);
  return () => {
    for (const path of paragraphsOf(row, above)) {
      const { before, behind, appended } = plan.change(place.story.part, path);
      if (before.length + behind.length + appended.length > 0)
        throw editFault('edit/overlap', 'A row goes, and another edit puts a paragraph into it.');
    }
  };
}

function boxesIn(paragraph: XmlElement): XmlElement[] {
  return descendants(paragraph, new Set(['w:txbxContent', 'wne:txbxContent']));
}

function isRevised(row: XmlElement, name: string): boolean {
  return child(child(row, 'w:trPr'), name) !== undefined;
}

function markRow(row: XmlElement, part: string, draft: Draft): void {
  if (isRevised(row, 'w:del')) return;
  const trPr = child(row, 'w:trPr');
  const mark = `<w:del${draft.stamp()}/>`;
  if (trPr) {
    const change = child(trPr, 'w:trPrChange');
    const kept = elements(trPr).filter((c) => c !== change);
    const xml = `<w:trPr>${kept.map(outer).join('')}${mark}${change ? outer(change) : ''}</w:trPr>`;
    draft.splice(part, trPr.start, trPr.end, xml);
    return;
  }
  const at = child(row, 'w:tblPrEx')?.end ?? row.innerStart;
  draft.splice(part, at, at, `<w:trPr>${mark}</w:trPr>`);
}
