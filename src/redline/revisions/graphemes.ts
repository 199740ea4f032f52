import { eachGap } from './asides.ts';
import type { MergeContext } from './context.ts';
import { fold, type Piece, type Unit, type Word } from './units.ts';

/** Made by the first who needs it: it takes as long as a small comparison. */
let segmenter: Intl.Segmenter | undefined;

/** Two lists of units and, for each of the first, its partner in the second, or -1. */
export interface Aligned {
  readonly a: readonly Unit[];
  readonly b: readonly Unit[];
  readonly partner: Int32Array;
}

/** Looks into the words that changed: their grapheme clusters (UAX #29) are units of their own. */
export function alignGraphemes(
  { a, b, partner }: Aligned,
  { symbols, ignore, align }: MergeContext,
): Aligned {
  const key = (text: string): number => symbols.id(ignore.case ? fold(text) : text);
  const [left, right] = [cutter(a, key), cutter(b, key)];
  eachGap(a, b, partner, (gap) => {
    const hasWord = (units: readonly Unit[], at: readonly number[]): boolean =>
      at.some((i) => isWord(units[i]));
    if (!hasWord(a, gap.left) || !hasWord(b, gap.right)) return;
    left.cut(gap.left);
    right.cut(gap.right);
  });
  if (!left.any) return { a, b, partner };
  const [cutA, cutB] = [left.list(), right.list()];
  const fresh = new Int32Array(cutA.units.length).fill(-1);
  partner.forEach((j, i) => {
    if (j >= 0) fresh[cutA.at[i] ?? 0] = cutB.at[j] ?? -1;
  });
  const gaps: [number[], number[]][] = [];
  eachGap(cutA.units, cutB.units, fresh, (gap) => gaps.push([gap.left, gap.right]));
  for (const [x, y] of gaps) {
    align(x.map(idOf(cutA.units)), y.map(idOf(cutB.units))).forEach((j, i) => {
      if (j >= 0) fresh[x[i] ?? 0] = y[j] ?? -1;
    });
  }
  return { a: cutA.units, b: cutB.units, partner: fresh };
}

function isWord(unit: Unit | undefined): boolean {
  return unit?.kind === 'word' && !unit.blank;
}

function idOf(units: readonly Unit[]): (i: number) => number {
  return (i) => {
    const unit = units[i];
    return unit === undefined || unit.kind === 'mark' ? -1 : unit.id;
  };
}

interface Cutter {
  readonly any: boolean;
  readonly cut: (at: readonly number[]) => void;
  /** The units with those that were cut in pieces, and where each former one begins. */
  readonly list: () => { readonly units: Unit[]; readonly at: number[] };
}

function cutter(units: readonly Unit[], key: (text: string) => number): Cutter {
  const chosen = new Set<number>();
  return {
    get any() {
      return chosen.size > 0;
    },
    cut: (at) => {
      for (const i of at) if (isWord(units[i])) chosen.add(i);
    },
    list: () => {
      const at: number[] = [];
      const out: Unit[] = [];
      units.forEach((unit, i) => {
        at.push(out.length);
        if (chosen.has(i) && unit.kind === 'word') out.push(...graphemes(unit, key));
        else out.push(unit);
      });
      return { units: out, at };
    },
  };
}

/** A word as its grapheme clusters, each with its part of the runs and marks. */
function graphemes(word: Word, key: (text: string) => number): Word[] {
  const whole = { counted: new Set<string>() };
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(word.text), ({ segment, index }) => {
    const end = index + segment.length;
    const [first, ...more] = piecesBetween(word, index, end);
    const marks = word.marks?.filter((m) => m.at >= index && m.at < end);
    return {
      kind: 'word',
      id: key(segment),
      blank: false,
      text: segment,
      run: first?.run ?? word.run,
      pieces: first && more.length > 0 ? [first, ...more] : undefined,
      marks: marks?.map((m) => ({ ...m, at: m.at - index })),
      whole,
    };
  });
}

function piecesBetween(word: Word, from: number, to: number): readonly Piece[] {
  let start = 0;
  return (word.pieces ?? [word]).flatMap((piece) => {
    const [first, last] = [Math.max(from - start, 0), Math.min(to - start, piece.text.length)];
    start += piece.text.length;
    return first < last ? [{ text: piece.text.slice(first, last), run: piece.run }] : [];
  });
}
