import { child, elements, outer, startTag, withInner, type XmlElement } from '../../ooxml/index.ts';
import { hasRevisions } from '../decide/names.ts';

/** What stands in a cell of both; nothing where it stays as it is in the first. */
export type CellMerge = (a: XmlElement, b: XmlElement) => string | undefined;

/** A table in whose cells both edited; nothing where one changed its rows, columns or properties. */
export function mergedTable(a: XmlElement, b: XmlElement, merge: CellMerge): string | undefined {
  return mergedChildren(a, b, (x, y) => (x.name === 'w:tr' ? mergedRow(x, y, merge) : unchanged(x, y)));
}

function mergedRow(a: XmlElement, b: XmlElement, merge: CellMerge): string | undefined {
  return mergedChildren(a, b, (x, y) => (x.name === 'w:tc' ? mergedCell(x, y, merge) : unchanged(x, y)));
}

function mergedCell(a: XmlElement, b: XmlElement, merge: CellMerge): string | undefined {
  if ([a, b].some((cell) => hasRevisions(textOf(child(cell, 'w:tcPr'))))) return undefined;
  const content = merge(a, b);
  return content === undefined ? outer(a) : `${startTag(a)}${content}</w:tc>`;
}

/** A holder with its children merged one by one, where both have the same. */
function mergedChildren(
  a: XmlElement,
  b: XmlElement,
  merge: (x: XmlElement, y: XmlElement) => string | undefined,
): string | undefined {
  const [mine, theirs] = [elements(a), elements(b)];
  if (mine.length !== theirs.length) return undefined;
  let content = '';
  for (const [i, x] of mine.entries()) {
    const y = theirs[i];
    const merged = y?.name === x.name ? merge(x, y) : undefined;
    if (merged === undefined) return undefined;
    content += merged;
  }
  return withInner(a, content);
}

function unchanged(a: XmlElement, b: XmlElement): string | undefined {
  return hasRevisions(outer(a)) || hasRevisions(outer(b)) ? undefined : outer(a);
}

function textOf(element: XmlElement | undefined): string {
  return element ? outer(element) : '';
}
