/** Names of revision elements (ECMA-376 Part 1 §17.13.5), as every reader and decider of changes needs them. */

const set = (names: string): ReadonlySet<string> => new Set(names.split(' ').map((name) => `w:${name}`));

/** Around content, or as markers of a paragraph mark, a row, numbering or a math control character. */
export const TRACK = set('ins del moveFrom moveTo');
export const CELL_MARKS = set('cellIns cellDel cellMerge');
/** Former properties; each lies in the holder of the current ones. */
export const FORMER = set(
  'rPrChange pPrChange sectPrChange tblPrChange tblGridChange trPrChange tcPrChange tblPrExChange',
);
/** Ends of ranges around what moved and around tags of controls. */
export const RANGE_OF_REVISION =
  /^w:(?:move(?:From|To)|customXml(?:Ins|Del|MoveFrom|MoveTo))Range(?:Start|End)$/;
/** Does a move begin there? */
export function isMoveStart({ name }: { readonly name: string }): boolean {
  return name === 'w:moveFromRangeStart' || name === 'w:moveToRangeStart';
}

/** Controls and markup whose tags can be tracked apart from their content. */
export const WRAPPERS = set('sdt customXml smartTag');

const REVISION_TAG =
  /<w:(?:ins|del|moveFrom|moveTo|cellIns|cellDel|cellMerge|\w+Change|(?:move|customXml)\w+Range(?:Start|End))[\s/>]/g;

/** Does a text hold revisions? */
export function hasRevisions(xml: string): boolean {
  return xml.search(REVISION_TAG) >= 0;
}

/** Offsets of the tags of all revisions of a text, rising. */
export function revisionOffsets(xml: string): number[] {
  return Array.from(xml.matchAll(REVISION_TAG), (m) => m.index);
}
