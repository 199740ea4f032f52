import type { XmlElement } from '../../ooxml/index.ts';
import type { Place } from './anchors.ts';
import type { ParagraphChange } from './change.ts';
import type { Plan } from './plan.ts';
import { isMarkGone } from './record.ts';
import { visibleText } from './spot.ts';
import { type Path, paragraphOf } from './story.ts';
import type { Side } from './types.ts';

const BLOCKS = new Set(['w:p', 'w:tbl', 'w:sdt', 'w:customXml', 'w:altChunk', 'w:ins', 'w:del']);

/** The blocks of the cell, note or story in which a paragraph stands, and its place among them. */
export function siblings(path: Path): { blocks: readonly XmlElement[]; at: number } {
  const parent = path[path.length - 2];
  const blocks =
    parent?.children.filter((c): c is XmlElement => c.kind === 'element' && BLOCKS.has(c.name)) ?? [];
  return { blocks, at: blocks.indexOf(paragraphOf(path)) };
}

/** Did an earlier change take the mark of a paragraph, so that it shows as one with the next? */
function isJoined(block: XmlElement | undefined): boolean {
  return block?.name === 'w:p' && isMarkGone(block);
}

/**
 * Where a new block goes so that it stands beside all that shows as one paragraph with the one at a place, which is several
 * where earlier changes took the marks between them.
 */
export function edgeOf(
  plan: Plan,
  place: Pick<Place, 'story' | 'path'>,
  side: Side,
): { change: ParagraphChange; path: Path } {
  const { blocks, at } = siblings(place.path);
  let edge = at;
  if (side === 'before') while (isJoined(blocks[edge - 1])) edge--;
  else while (isJoined(blocks[edge]) && blocks[edge + 1]?.name === 'w:p') edge++;
  const path = beside(place.path, blocks[edge] ?? paragraphOf(place.path));
  return { change: plan.change(place.story.part, path), path };
}

/** The paragraph with whose properties the one at a place shows. */
export function shownAs(plan: Plan, place: Pick<Place, 'story' | 'path'>): ParagraphChange {
  return edgeOf(plan, place, 'after').change;
}

/** Does a paragraph show as one with words before it? */
export function continues(path: Path): boolean {
  const { blocks, at } = siblings(path);
  for (let before = at - 1; isJoined(blocks[before]); before--) {
    const block = blocks[before];
    if (block && visibleText(block) !== '') return true;
  }
  return false;
}

/** Does what shows as one with a paragraph, behind it, hold no words? */
export function isBlankBehind(path: Path): boolean {
  const { blocks, at } = siblings(path);
  for (let end = at; isJoined(blocks[end]); end++) {
    const next = blocks[end + 1];
    if (next?.name === 'w:p' && visibleText(next) !== '') return false;
  }
  return true;
}

/** The path of a paragraph beside another. */
export function beside(path: Path, paragraph: XmlElement): Path {
  return [...path.slice(0, -1), paragraph];
}

/** Is it the last block where it stands? Its mark can neither be inserted nor deleted. */
export function isLast(path: Path): boolean {
  const { blocks, at } = siblings(path);
  return at === blocks.length - 1;
}
