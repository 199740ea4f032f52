import type { Ignorable } from '../options.ts';
import type { MergeContext } from './context.ts';
import { isTab, type Unit } from './units.ts';

/** Stands in the place of a partner: the original's unit stays, unmarked, though the other side has none for it. */
export const KEPT = -2;

interface Settling {
  readonly a: readonly Unit[];
  readonly b: readonly Unit[];
  readonly partner: Int32Array;
  readonly dropped: Set<number>;
  readonly whole: boolean;
  readonly passOver: (aspect: Ignorable) => void;
}

/**
 * Lets the original's blanks and notes stand where they are ignored: between what both sides have
 * they are no change.
 *
 * @param partner  of each unit of `a`, or -1; what stays without a partner becomes `KEPT`
 * @param whole  do the units begin and end with a paragraph?
 * @returns the units of `b` that are left out
 */
export function settleAsides(
  a: readonly Unit[],
  b: readonly Unit[],
  partner: Int32Array,
  { ignore, passOver }: Pick<MergeContext, 'ignore' | 'passOver'>,
  whole: boolean,
): ReadonlySet<number> {
  const dropped = new Set<number>();
  const settling = { a, b, partner, dropped, whole, passOver };
  if (ignore.whitespace) eachGap(a, b, partner, (gap) => settleBlanks(gap, settling));
  if (ignore.notes) settleNotes(settling);
  return dropped;
}

/** A stretch between two matches: the units that show something, by index. */
export interface Gap {
  readonly left: number[];
  readonly right: number[];
  /** Is there a match in front of it, and behind? */
  readonly begins: number;
  readonly ends: number;
}

/** Every stretch of units without partners, from the first to the last. */
export function eachGap(
  a: readonly Unit[],
  b: readonly Unit[],
  partner: Int32Array,
  look: (gap: Gap) => void,
): void {
  let [i0, j0] = [0, 0];
  const shown = (units: readonly Unit[], from: number, to: number): number[] => {
    const found: number[] = [];
    for (let i = from; i < to; i++) if (units[i]?.kind !== 'mark') found.push(i);
    return found;
  };
  for (let i = 0; i <= a.length; i++) {
    const j = i === a.length ? b.length : (partner[i] ?? -1);
    if (j < 0) continue;
    if (i > i0 || j > j0) look({ left: shown(a, i0, i), right: shown(b, j0, j), begins: i0 - 1, ends: i });
    [i0, j0] = [i + 1, j + 1];
  }
}

/** What shows nothing but room: blanks and tabs. */
export function isBlankUnit(unit: Unit | undefined): boolean {
  return (unit?.kind === 'word' && unit.blank) || isTab(unit);
}

function settleBlanks({ left, right, begins, ends }: Gap, settling: Settling): void {
  const { a, b, whole } = settling;
  const [frontA, frontB] = [blanksAtFront(a, left), blanksAtFront(b, right)];
  const [restA, restB] = frontA && frontB ? [left.slice(frontA), right.slice(frontB)] : [left, right];
  const [backA, backB] = [blanksAtFront(a, restA.toReversed()), blanksAtFront(b, restB.toReversed())];
  if (frontA && frontB) pairRun(left.slice(0, frontA), right.slice(0, frontB), settling);
  if (backA && backB) pairRun(restA.slice(-backA), restB.slice(-backB), settling);
  // At either end of a paragraph blanks show nothing.
  const starts = begins < 0 ? whole : isEnd(a[begins]);
  const closes = ends === a.length ? whole : isEnd(a[ends]);
  if (right.length === 0 && starts && frontA) pairRun(left.slice(0, frontA), [], settling);
  else if (right.length === 0 && closes && backA) pairRun(left.slice(-backA), [], settling);
  if (left.length === 0 && starts && frontB) pairRun([], right.slice(0, frontB), settling);
  else if (left.length === 0 && closes && backB) pairRun([], right.slice(-backB), settling);
}

/** Two runs of blanks are one: the original's stays, the other's goes without a mark. */
function pairRun(mine: readonly number[], theirs: readonly number[], settling: Settling): void {
  const { a, b, partner, dropped, passOver } = settling;
  const text = (units: readonly Unit[], run: readonly number[]): string =>
    run.map((i) => blankText(units[i])).join('');
  if (text(a, mine) !== text(b, theirs)) passOver('whitespace');
  mine.forEach((i, n) => {
    partner[i] = n === 0 ? (theirs[0] ?? KEPT) : KEPT;
  });
  for (const j of theirs.slice(mine.length > 0 ? 1 : 0)) dropped.add(j);
}

function blanksAtFront(units: readonly Unit[], order: readonly number[]): number {
  const end = order.findIndex((i) => !isBlankUnit(units[i]));
  return end < 0 ? order.length : end;
}

function blankText(unit: Unit | undefined): string {
  return unit?.kind === 'word' ? unit.text : '\t';
}

function isEnd(unit: Unit | undefined): boolean {
  return unit?.kind === 'whole' && unit.item.kind === 'end';
}

const NOTES = new Set(['w:footnoteReference', 'w:endnoteReference']);

function isNote(unit: Unit | undefined): boolean {
  return unit?.kind === 'whole' && unit.item.kind === 'atom' && NOTES.has(unit.item.element.name);
}

/** A reference that one side lacks goes with the words around it only where these go themselves. */
function settleNotes({ a, b, partner, dropped, passOver }: Settling): void {
  const matched = new Set(partner);
  const beside = (units: readonly Unit[], at: number, stays: (i: number) => boolean): boolean => {
    const next = (step: number): boolean => {
      let i = at + step;
      while (units[i]?.kind === 'mark') i += step;
      return units[i] === undefined || stays(i);
    };
    return next(-1) || next(1);
  };
  a.forEach((unit, i) => {
    if (partner[i] !== -1 || !isNote(unit) || !beside(a, i, (n) => partner[n] !== -1)) return;
    partner[i] = KEPT;
    passOver('notes');
  });
  b.forEach((unit, j) => {
    if (matched.has(j) || !isNote(unit) || !beside(b, j, (n) => matched.has(n) || dropped.has(n))) return;
    dropped.add(j);
    passOver('notes');
  });
}
