import { NOTHING_IGNORED } from '../options.ts';
import type { MergeContext } from './context.ts';
import type { GroupItem } from './items.ts';
import { exactUnits, matchUnits, toUnits, type Unit } from './units.ts';

/** Least share of a control's words that the other side must have beside it, or in a control of its own. */
const INSIDE_THRESHOLD = 0.5;

/**
 * A control in a line (§17.5.2), custom XML or a smart tag, that one side lacks or has with other
 * properties, around words that both sides have: only its tags are revised.
 */
export interface Wrap {
  readonly left: GroupItem | undefined;
  readonly right: GroupItem | undefined;
  /** What it is around: units of either side from `a0` and `b0` to before `a1` and `b1`. */
  readonly a0: number;
  readonly a1: number;
  readonly b0: number;
  readonly b1: number;
}

/** The controls that were put around words of both sides, taken off them or changed, in order. */
export function findWraps(a: readonly Unit[], b: readonly Unit[], ctx: MergeContext): Wrap[] {
  if (ctx.rung !== 'words' || sameControls(a, b)) return [];
  const partner = exactly(a, b, ctx);
  const wraps: Wrap[] = [];
  let [i0, j0] = [0, 0];
  for (let i = 0; i <= a.length; i++) {
    const j = i === a.length ? b.length : (partner[i] ?? -1);
    if (j < 0) continue;
    if (i > i0 && j > j0) wrapsInGap({ a, b, i0, i1: i, j0, j1: j }, wraps, ctx);
    [i0, j0] = [i + 1, j + 1];
  }
  return wraps;
}

function sameControls(a: readonly Unit[], b: readonly Unit[]): boolean {
  let [i, j] = [nextControl(a, 0), nextControl(b, 0)];
  while (i < a.length && j < b.length) {
    if (idOf(a[i]) !== idOf(b[j])) return false;
    i = nextControl(a, i + 1);
    j = nextControl(b, j + 1);
  }
  return i >= a.length && j >= b.length;
}

function nextControl(units: readonly Unit[], from: number): number {
  let at = from;
  while (at < units.length && controlOf(units[at]) === undefined) at++;
  return at;
}

function idOf(unit: Unit | undefined): number {
  return unit?.kind === 'whole' ? unit.id : -1;
}

function controlOf(unit: Unit | undefined): GroupItem | undefined {
  if (unit?.kind !== 'whole' || unit.item.kind !== 'group') return undefined;
  return /^<w:(?:sdt|customXml|smartTag)\b/.test(unit.item.open) ? unit.item : undefined;
}

/** Units of both sides between two matches. */
interface Gap {
  readonly a: readonly Unit[];
  readonly b: readonly Unit[];
  readonly i0: number;
  readonly i1: number;
  readonly j0: number;
  readonly j1: number;
}

function wrapsInGap(gap: Gap, wraps: Wrap[], ctx: MergeContext): void {
  let { i0, j0 } = gap;
  for (;;) {
    const rest = { ...gap, i0, j0 };
    const found = firstWrap(rest, ctx) ?? flipped(firstWrap(flippedGap(rest), ctx));
    if (!found) return;
    wraps.push(found);
    [i0, j0] = [found.a1, found.b1];
  }
}

const flippedGap = ({ a, b, i0, i1, j0, j1 }: Gap): Gap => ({ a: b, b: a, i0: j0, i1: j1, j0: i0, j1: i1 });

function flipped(wrap: Wrap | undefined): Wrap | undefined {
  if (!wrap) return undefined;
  const { left, right, a0, a1, b0, b1 } = wrap;
  return { left: right, right: left, a0: b0, a1: b1, b0: a0, b1: a1 };
}

/** The first control of the left side that finds its words on the other. */
function firstWrap({ a, b, i0, i1, j0, j1 }: Gap, ctx: MergeContext): Wrap | undefined {
  for (let i = i0; i < i1; i++) {
    const left = controlOf(a[i]);
    if (!left) continue;
    const inside = toUnits(left.items, ctx.symbols, ctx.ignore);
    for (let j = j0; j < j1; j++) {
      const right = controlOf(b[j]);
      if (
        right &&
        shareOf(inside, toUnits(right.items, ctx.symbols, ctx.ignore), ctx).share >= INSIDE_THRESHOLD
      )
        return { left, right, a0: i, a1: i + 1, b0: j, b1: j + 1 };
    }
    const { share, first, last } = shareOf(inside, b.slice(j0, j1), ctx);
    if (share < INSIDE_THRESHOLD || b.slice(j0 + first, j0 + last + 1).some(isEnd)) continue;
    return { left, right: undefined, a0: i, a1: i + 1, b0: j0 + first, b1: j0 + last + 1 };
  }
  return undefined;
}

/** Controls are found as if nothing were ignored: ignoring only takes marks away. */
function exactly(
  a: readonly Unit[],
  b: readonly Unit[],
  { ignore, symbols, align }: MergeContext,
): Int32Array {
  const [x, y] = ignore.case || ignore.fields ? [exactUnits(a, symbols), exactUnits(b, symbols)] : [a, b];
  return matchUnits(x, y, { align, ignore: NOTHING_IGNORED });
}

const isEnd = (unit: Unit): boolean => unit.kind === 'whole' && unit.item.kind === 'end';

interface Share {
  /** Of the letters of the first list that have a partner in the second, 0 to 1. */
  readonly share: number;
  /** The first and the last of these partners. */
  readonly first: number;
  readonly last: number;
}

function shareOf(a: readonly Unit[], b: readonly Unit[], ctx: MergeContext): Share {
  const partner = exactly(a, b, ctx);
  let [all, found, first, last] = [0, 0, -1, -1];
  a.forEach((unit, i) => {
    if (unit.kind !== 'word' || unit.blank) return;
    all += unit.text.length;
    const j = partner[i] ?? -1;
    if (j < 0) return;
    found += unit.text.length;
    if (first < 0) first = j;
    last = j;
  });
  return { share: all === 0 ? 0 : found / all, first, last };
}
