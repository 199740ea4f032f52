import type { Ignorable } from '../options.ts';
import { isBlankUnit, settleAsides } from './asides.ts';
import type { MergeContext } from './context.ts';
import { type Aligned, alignGraphemes } from './graphemes.ts';
import type { Item } from './items.ts';
import { cursor } from './single.ts';
import { exactUnits, isField, matchEnds, matchUnits, toUnits, type Unit, type Word } from './units.ts';

/** Units of both sides, their partners, and what of the second side is left out because it is ignored. */
export interface Matching extends Aligned {
  readonly dropped: ReadonlySet<number>;
  /** Differences that are ignored. */
  readonly passed: readonly Ignorable[];
}

/**
 * Aligns inline content as the rung and the options say.
 *
 * Where something is ignored, more is equal, and an alignment of what is equal now may mark other words
 * than that of what is equal in any case.  So both are made, and the one that marks least is taken:
 * ignoring only takes marks away.
 *
 * @param whole  do the units begin and end with a paragraph?
 */
export function matching(
  a: readonly Unit[],
  b: readonly Unit[],
  ctx: MergeContext,
  whole: boolean,
): Matching {
  const { rung, ignore } = ctx;
  if (rung !== 'words' || !ctx.mayMark()) {
    const partner =
      rung === 'coarse-words' || rung === 'words' ? matchEnds(a, b) : new Int32Array(a.length).fill(-1);
    return settled({ a, b, partner }, ctx, whole);
  }
  const loose = settled(cut({ a, b, partner: matchUnits(a, b, ctx) }, ctx), ctx, whole);
  if (!ignore.case && !ignore.whitespace && !ignore.fields) return loose;
  const least = marked(loose, ctx);
  if (least === 0) return loose;
  const [x, y] = [exactUnits(a, ctx.symbols), exactUnits(b, ctx.symbols)];
  const exact = matchUnits(x, y, { ...ctx, ignore: { ...ignore, whitespace: false } });
  const others = [filled(a, b, exact, ctx, whole), settled(cut({ a, b, partner: exact }, ctx), ctx, whole)];
  return others.reduce((best, other) => (marked(other, ctx) < marked(best, ctx) ? other : best), loose);
}

function cut(aligned: Aligned, ctx: MergeContext): Aligned {
  return ctx.granularity === 'word' ? aligned : alignGraphemes(aligned, ctx);
}

function settled({ a, b, partner }: Aligned, { ignore }: MergeContext, whole: boolean): Matching {
  const passed: Ignorable[] = [];
  const dropped = settleAsides(a, b, partner, { ignore, passOver: (aspect) => passed.push(aspect) }, whole);
  return { a, b, partner, dropped, passed };
}

/** What is equal in any case, and between it what is equal where the rest is ignored. */
function filled(
  a: readonly Unit[],
  b: readonly Unit[],
  exact: Int32Array,
  ctx: MergeContext,
  whole: boolean,
): Matching {
  const partner = exact.slice();
  if (ctx.ignore.whitespace) for (const [i, unit] of a.entries()) if (isBlankUnit(unit)) partner[i] = -1;
  let [i0, j0] = [0, 0];
  for (let i = 0; i <= a.length; i++) {
    const j = i === a.length ? b.length : (partner[i] ?? -1);
    if (j < 0) continue;
    if (i > i0 && j > j0)
      matchUnits(a.slice(i0, i), b.slice(j0, j), ctx).forEach((to, from) => {
        if (to >= 0) partner[i0 + from] = j0 + to;
      });
    [i0, j0] = [i + 1, j + 1];
  }
  const found = settled(cut({ a, b, partner }, ctx), ctx, whole);
  if (ctx.granularity === 'word') restoreBlanks(found, exact);
  return found;
}

/** Blanks that are equal in any case stay so where they are not settled with those beside them. */
function restoreBlanks({ a, partner, dropped }: Matching, exact: Int32Array): void {
  const taken = new Set(partner);
  exact.forEach((j, i) => {
    if (j >= 0 && partner[i] === -1 && isBlankUnit(a[i]) && !dropped.has(j) && !taken.has(j)) partner[i] = j;
  });
}

/** Characters of both sides that are marked; what is no text counts as one. */
function marked({ a, b, partner, dropped }: Matching, ctx: MergeContext): number {
  const matched = new Set(partner);
  let sum = 0;
  a.forEach((unit, i) => {
    const j = partner[i] ?? -1;
    const other = b[j];
    if (j === -1) sum += lengthOf(unit);
    else if (other) sum += between(unit, other, ctx);
  });
  b.forEach((unit, j) => {
    if (!matched.has(j) && !dropped.has(j)) sum += lengthOf(unit);
  });
  return sum;
}

function lengthOf(unit: Unit): number {
  if (unit.kind === 'mark') return 0;
  return unit.kind === 'word' ? unit.text.length : itemLength(unit.item);
}

function itemLength(item: Item): number {
  if (item.kind === 'text') return item.text.length;
  if (item.kind !== 'group') return item.kind === 'mark' ? 0 : 1;
  return [...item.head, ...item.items, ...item.tail].reduce((sum, inner) => sum + itemLength(inner), 0);
}

/** Characters that are marked though the two units are one: their formatting, or what they hold, may differ. */
function between(a: Unit, b: Unit, ctx: MergeContext): number {
  const { ignore, symbols } = ctx;
  if (a.kind === 'word' && b.kind === 'word')
    return ignore.formatting || (ignore.whitespace && a.blank) ? 0 : reformatted(a, b);
  if (a.kind !== 'whole' || b.kind !== 'whole') return 0;
  const [left, right] = [a.item, b.item];
  if (left.kind === 'group' && right.kind === 'group') {
    if (ignore.fields && isField(left)) return 0;
    const [x, y] = [toUnits(left.items, symbols, ignore), toUnits(right.items, symbols, ignore)];
    return marked(matching(x, y, ctx, false), ctx);
  }
  if (left.kind !== 'atom' || right.kind !== 'atom' || ignore.formatting) return 0;
  return left.run?.props.key === right.run?.props.key ? 0 : 1;
}

function reformatted(a: Word, b: Word): number {
  const [former, now] = [cursor(a), cursor(b)];
  let sum = 0;
  for (let at = 0; at < a.text.length; at++) {
    const to = now(Math.min(at, b.text.length - 1));
    if (former(at).run.props.key !== to.run.props.key) sum++;
  }
  return sum;
}
