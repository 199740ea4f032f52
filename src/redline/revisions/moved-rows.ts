import { outer, rawKey, type XmlElement } from '../ooxml/index.ts';
import { wordsOf } from './block.ts';
import type { MergeContext } from './context.ts';

export const NO_MOVES: ReadonlyMap<XmlElement, string> = new Map();
/** What is tied to other places, or has rows of its own. */
const TIED = /<w:(?:tbl[\s>]|sdt\b|customXml|bookmark|comment|perm|(?:foot|end)noteReference|\w*txbxContent)/;

/** Rows that went to another place of their table as they are, and what their moves are called. */
export function movedRows(
  gone: readonly XmlElement[],
  come: readonly XmlElement[],
  ctx: MergeContext,
): ReadonlyMap<XmlElement, string> {
  const { enabled, leastWords } = ctx.moves;
  if (!enabled || ctx.rung !== 'words' || gone.length === 0 || come.length === 0) return NO_MOVES;
  const mayMove = (row: XmlElement): boolean =>
    row.name === 'w:tr' && !TIED.test(outer(row)) && wordsOf(row, ctx).length >= leastWords;
  const sources = new Map<string, XmlElement[]>();
  for (const row of gone) {
    if (!mayMove(row)) continue;
    const alike = sources.get(rawKey(row));
    if (alike) alike.push(row);
    else sources.set(rawKey(row), [row]);
  }
  const names = new Map<XmlElement, string>();
  for (const row of come) {
    const source = sources.get(rawKey(row))?.shift();
    if (!source) continue;
    const name = `move${ctx.freshId()}`;
    names.set(source, name).set(row, name);
    ctx.tally.moves++;
  }
  return names;
}
