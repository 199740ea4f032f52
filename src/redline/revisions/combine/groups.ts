import { child, elements, outer, type XmlElement } from '../../ooxml/index.ts';
import { hasRevisions } from '../decide/names.ts';
import { markRevisions } from '../edit/record.ts';

/** A block of the base with what stands in front of it: inserted blocks and marks, which rejecting takes away. */
export interface Group {
  readonly before: readonly XmlElement[];
  readonly block: XmlElement;
}

export interface Groups {
  readonly groups: readonly Group[];
  /** Behind the last block. */
  readonly behind: readonly XmlElement[];
}

const BLOCKS = new Set(['w:p', 'w:tbl', 'w:sdt', 'w:customXml', 'w:altChunk']);
const FRESH = new Set(['w:ins', 'w:moveTo']);

/** The blocks of a story, cell or control by the block of the base that they come to when everything is rejected. */
export function groupsOf(holder: XmlElement): Groups {
  const groups: Group[] = [];
  let before: XmlElement[] = [];
  for (const block of elements(holder)) {
    if (isHead(block)) continue;
    if (!BLOCKS.has(block.name) || isFresh(block)) before.push(block);
    else {
      groups.push({ before, block });
      before = [];
    }
  }
  return { groups, behind: before };
}

/** Properties of what holds the blocks. */
export function isHead({ name }: XmlElement): boolean {
  return name === 'w:tcPr' || name === 'w:sectPr' || name === 'w:proofErr';
}

/** Does it vanish, or join what follows, when everything is rejected? */
function isFresh(block: XmlElement): boolean {
  if (block.name === 'w:p') return markRevisions(block).some((m) => FRESH.has(m.name));
  if (block.name !== 'w:tbl') return false;
  const rows = elements(block).filter((e) => e.name === 'w:tr');
  return rows.length > 0 && rows.every((row) => child(child(row, 'w:trPr'), 'w:ins') !== undefined);
}

/** Did nobody change anything here? @param isNews  marks that are no revisions but new, such as those of comments */
export function isUntouched({ before, block }: Group, isNews: (xml: string) => boolean): boolean {
  return before.length === 0 && !hasRevisions(outer(block)) && !isNews(outer(block));
}
