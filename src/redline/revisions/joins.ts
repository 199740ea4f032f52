import type { Words } from '../diff/index.ts';
import { type Block, endsSection, isParagraph } from './block.ts';

/** Ranges of blocks that are one stretch: the left one begins at the key. */
export interface Join {
  readonly i1: number;
  readonly j0: number;
  readonly j1: number;
}

/** Least share of a neighbour's words that a merge or split must account for. */
const JOIN_SHARE = 0.6;
/** How many neighbours that were simply added or removed may lie in between. */
const REACH = 3;
/** Fewest words that speak for a neighbour further away. */
const FAR_WORDS = 4;

/** One side of a pair that may grow: its blocks, their words, and which of them are free. */
interface Growing {
  readonly blocks: readonly Block[];
  readonly words: readonly Words[];
  readonly isFree: (i: number) => boolean;
  from: number;
  to: number;
}

/**
 * Widens pairs of paragraphs by neighbours that were split off or merged in: most of their words are
 * found on the other side of the pair and nowhere else.
 */
export function joinNeighbours(
  a: readonly Block[],
  b: readonly Block[],
  partner: Int32Array,
  wordsA: readonly Words[],
  wordsB: readonly Words[],
): Map<number, Join> {
  const takenB = new Set(partner);
  const joins = new Map<number, Join>();
  let [freeA, freeB] = [0, 0];
  partner.forEach((j, i) => {
    if (j < 0 || i < freeA) return;
    const left: Growing = {
      blocks: a,
      words: wordsA,
      from: i,
      to: i + 1,
      isFree: (x) => x >= freeA && (partner[x] ?? -1) < 0,
    };
    const right: Growing = {
      blocks: b,
      words: wordsB,
      from: j,
      to: j + 1,
      isFree: (x) => x >= freeB && !takenB.has(x),
    };
    if (isParagraph(a[i]) && isParagraph(b[j])) {
      grow(left, right);
      grow(right, left);
    }
    joins.set(left.from, { i1: left.to, j0: right.from, j1: right.to });
    [freeA, freeB] = [left.to, right.to];
  });
  return joins;
}

function grow(side: Growing, other: Growing): void {
  for (let step = reach(side, other, 1); step > 0; step = reach(side, other, 1)) side.to += step;
  for (let step = reach(side, other, -1); step > 0; step = reach(side, other, -1)) side.from -= step;
}

/** How many blocks further the side grows in a direction: up to the next that the other side accounts for. */
function reach(side: Growing, other: Growing, direction: 1 | -1): number {
  const last = side.blocks[side.to - 1];
  if (direction > 0 && last && endsSection(last)) return 0;
  for (let step = 1; step <= REACH; step++) {
    const at = direction > 0 ? side.to + step - 1 : side.from - step;
    const block = side.blocks[at];
    if (!block || !side.isFree(at) || !isParagraph(block) || endsSection(block)) return 0;
    const words = side.words[at];
    if (step > 1 && (words?.length ?? 0) < FAR_WORDS) continue;
    const mine = side.words.slice(side.from, side.to);
    const theirs = other.words.slice(other.from, other.to);
    if (gainOf(words, mine, theirs) >= JOIN_SHARE) return step;
  }
  return 0;
}

/** Share of `words` that `theirs` has beyond what `mine` accounts for. */
function gainOf(words: Words | undefined, mine: readonly Words[], theirs: readonly Words[]): number {
  if (!words || words.length === 0) return 0;
  const left = new Map<number, number>();
  for (const list of theirs) for (const w of list) left.set(w, (left.get(w) ?? 0) + 1);
  for (const list of mine) for (const w of list) left.set(w, (left.get(w) ?? 0) - 1);
  let found = 0;
  for (const w of words) {
    const n = left.get(w) ?? 0;
    if (n > 0) {
      found++;
      left.set(w, n - 1);
    }
  }
  return found / words.length;
}
