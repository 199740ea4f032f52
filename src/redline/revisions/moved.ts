import type { XmlElement } from '../ooxml/index.ts';
import type { MergeContext, Side } from './context.ts';
import { endItem, readItems } from './items.ts';
import { Merge } from './merge.ts';
import { paragraphTag, singleProperties } from './paragraph.ts';
import { one, single, singleParagraphs, singleWord } from './single.ts';
import { matchUnits, toUnits, type Unit } from './units.ts';

/** A stretch of units that went from one place to another, with what was edited on the way. */
export interface MovedRange {
  /** Units from `from` to before `to`. */
  readonly from: number;
  readonly to: number;
  readonly name: string;
  readonly isMoved: (unit: number) => boolean;
}

/** Units that only one side has, and the ranges of them that moved (§17.13.5.21–28). */
export function stretchOf(
  units: readonly Unit[],
  side: Side,
  ranges: readonly MovedRange[],
  ctx: MergeContext,
): string {
  const merge = new Merge(ctx);
  singleUnits(units, side, ranges, merge);
  return merge.writer.take();
}

/** The same for a paragraph, whose own mark did not move. */
export function paragraphOf(
  paragraph: XmlElement,
  units: readonly Unit[],
  side: Side,
  ranges: readonly MovedRange[],
  ctx: MergeContext,
): string {
  const merge = new Merge(ctx);
  singleUnits(units, side, ranges, merge);
  single(endItem(paragraph), side === 'original' ? 'del' : 'ins', merge);
  return merge.take();
}

function singleUnits(units: readonly Unit[], side: Side, ranges: readonly MovedRange[], merge: Merge): void {
  let at = 0;
  for (const { from, to, name, isMoved } of ranges) {
    unmoved(units, at, from, side, merge);
    const [before, behind] = moveRange(side === 'original' ? 'from' : 'to', name, merge.ctx);
    merge.writer.xml(before);
    for (let i = from; i < to; i++) partOfMove(units[i], isMoved(i), side, merge);
    merge.writer.xml(behind);
    at = to;
  }
  unmoved(units, at, units.length, side, merge);
}

function unmoved(units: readonly Unit[], from: number, to: number, side: Side, merge: Merge): void {
  for (let i = from; i < to; i++) {
    const unit = units[i];
    if (unit) one(unit, side, merge);
  }
}

/** What was not on the way is deleted where the rest left, or inserted where it went: nothing is nested. */
function partOfMove(unit: Unit | undefined, isMoved: boolean, side: Side, merge: Merge): void {
  if (!unit) return;
  const state = side === 'original' ? 'from' : 'to';
  if (unit.kind === 'mark' || !isMoved) one(unit, side, merge);
  else if (unit.kind === 'whole') single(unit.item, state, merge);
  else singleWord(unit, side, state, merge);
}

/** The two ends of the range around one place of a move. */
export function moveRange(
  state: 'from' | 'to',
  name: string,
  ctx: MergeContext,
): [start: string, end: string] {
  const kind = state === 'from' ? 'moveFrom' : 'moveTo';
  const stamp = ctx.stamp();
  const id = /w:id="[^"]*"/.exec(stamp)?.[0] ?? '';
  return [`<w:${kind}RangeStart${stamp} w:name="${name}"/>`, `<w:${kind}RangeEnd ${id}/>`];
}

/** One of the two places of a paragraph that moved as a whole. */
export function movedParagraph(
  paragraph: XmlElement,
  state: 'from' | 'to',
  name: string,
  ctx: MergeContext,
): string {
  const [before, behind] = moveRange(state, name, ctx);
  return before + singleParagraphs([paragraph], state, ctx) + behind;
}

/** The same of one that was edited on the way. */
export function editedMove(
  original: XmlElement,
  modified: XmlElement,
  state: 'from' | 'to',
  name: string,
  ctx: MergeContext,
): string {
  const merge = new Merge(ctx);
  const [a, b] = [unitsOf(original, ctx), unitsOf(modified, ctx)];
  const partner = matchUnits(a, b, ctx);
  const moved = new Set(partner);
  const [units, side, paragraph] =
    state === 'from' ? [a, 'original' as const, original] : [b, 'modified' as const, modified];
  const [before, behind] = moveRange(state, name, ctx);
  units.forEach((unit, i) => {
    partOfMove(unit, state === 'from' ? (partner[i] ?? -1) >= 0 : moved.has(i), side, merge);
  });
  merge.end(paragraphTag(paragraph), singleProperties(paragraph, state, ctx));
  return before + merge.take() + behind;
}

/** What alignment sees of a paragraph, without its mark. */
export function unitsOf(paragraph: XmlElement, ctx: MergeContext): Unit[] {
  return toUnits(readItems(paragraph, ctx.props), ctx.symbols, ctx.ignore);
}
