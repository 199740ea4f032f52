import {
  type Candidate,
  heaviestChain,
  MAX_CELLS,
  pairByVotes,
  pairInOrder,
  similarity,
  type Words,
} from '../diff/index.ts';
import { child, type XmlElement } from '../ooxml/index.ts';
import { type Block, endsSection, shownText } from './block.ts';
import { controlKey } from './items.ts';

/** Least share of common words for two blocks to be versions of one another. */
const PAIR_THRESHOLD = 0.34;
/** Worth of a pair of blocks without words, just above nothing. */
const EMPTY_PAIR = 0.01;
/** Worth of equality beyond the common words: an equal block goes with an equal one. */
const EQUAL_BONUS = 0.5;
/** Cells of a table below which no search for candidates is needed. */
const SMALL = 1_000;
/** A word is rare where at most this many blocks of a side have it. */
const RARE = 3;
/** Candidates looked at for one block. */
const MAX_CANDIDATES = 4;

/** A stretch of blocks of one side. */
export interface Side {
  readonly blocks: readonly Block[];
  /** Equal symbols for equal blocks. */
  readonly ids: readonly number[];
  readonly words: readonly Words[];
}

type Score = (i: number, j: number) => number;

/** Pairs the blocks of two stretches in order: for each of `a` its partner in `b`, or -1. */
export function pairBlocks(a: Side, b: Side): Int32Array {
  const score: Score = (i, j) =>
    a.ids[i] === b.ids[j]
      ? (a.words[i]?.length ?? 0) + EQUAL_BONUS
      : pairScore(a.blocks[i], b.blocks[j], a.words[i], b.words[j]);
  const [n, m] = [a.blocks.length, b.blocks.length];
  if (n * m <= SMALL) return pairInOrder(n, m, score);
  const partner = heaviestChain(candidates(a, b, score), n, m);
  let [i0, j0] = [0, 0];
  for (let i = 0; i <= n; i++) {
    const j = i === n ? m : (partner[i] ?? -1);
    if (j < 0) continue;
    pairGap(a, b, [i0, i, j0, j], score, partner);
    [i0, j0] = [i + 1, j + 1];
  }
  return partner;
}

function pairGap(
  a: Side,
  b: Side,
  [i0, i1, j0, j1]: readonly [number, number, number, number],
  score: Score,
  partner: Int32Array,
): void {
  const [n, m] = [i1 - i0, j1 - j0];
  if (n === 0 || m === 0) return;
  const shifted: Score = (i, j) => score(i0 + i, j0 + j);
  const found =
    n * m <= MAX_CELLS
      ? pairInOrder(n, m, shifted)
      : pairByVotes(a.words.slice(i0, i1), b.words.slice(j0, j1), shifted);
  found.forEach((j, i) => {
    if (j >= 0) partner[i0 + i] = j0 + j;
  });
}

/** Pairs that share rare words or are equal: the few worth scoring. */
function candidates(a: Side, b: Side, score: Score): Candidate[] {
  const [left, right] = [occurrences(a), occurrences(b)];
  const out: Candidate[] = [];
  a.blocks.forEach((_, i) => {
    const votes = new Map<number, number>();
    for (const key of keysOf(a, i)) {
      const [mine, theirs] = [left.get(key), right.get(key)];
      if (!mine || !theirs || mine.length > RARE || theirs.length > RARE) continue;
      for (const j of theirs) votes.set(j, (votes.get(j) ?? 0) + 1);
    }
    const ranked = [...votes].sort((x, y) => y[1] - x[1] || x[0] - y[0]).slice(0, MAX_CANDIDATES);
    for (const [j] of ranked) {
      const weight = score(i, j);
      if (weight > 0) out.push({ i, j, weight });
    }
  });
  return out;
}

/** What a block can be found by: itself as a whole, and its words. */
function keysOf(side: Side, i: number): Set<number> {
  return new Set([-1 - (side.ids[i] ?? 0), ...(side.words[i] ?? [])]);
}

function occurrences(side: Side): Map<number, number[]> {
  const found = new Map<number, number[]>();
  side.blocks.forEach((_, i) => {
    for (const key of keysOf(side, i)) {
      const list = found.get(key);
      if (!list) found.set(key, [i]);
      else if (list.length <= RARE) list.push(i);
    }
  });
  return found;
}

/** Tables of the same columns are versions of one another, even where every cell was filled in anew. */
function sameGrid(a: XmlElement, b: XmlElement): boolean {
  const columns = (table: XmlElement): number => child(table, 'w:tblGrid')?.children.length ?? 0;
  return columns(a) > 0 && columns(a) === columns(b);
}

/** How many words two blocks have in common, 0 when they are not versions of one another. */
function pairScore(
  a: Block | undefined,
  b: Block | undefined,
  wordsA: Words | undefined,
  wordsB: Words | undefined,
): number {
  if (!a || !b || !wordsA || !wordsB || a.element.name !== b.element.name) return 0;
  if (a.element.name === 'w:sdt' && controlKey(a.element) !== controlKey(b.element)) return 0;
  if (a.element.name !== 'w:p' && a.element.name !== 'w:tbl' && a.element.name !== 'w:sdt') return 0;
  if (endsSection(a) !== endsSection(b)) return 0;
  if (wordsA.length === 0 && wordsB.length === 0)
    return shownText(a.element) === shownText(b.element) ? EQUAL_BONUS : EMPTY_PAIR;
  const share = similarity(wordsA, wordsB);
  if (a.element.name === 'w:tbl' && sameGrid(a.element, b.element))
    return (share * (wordsA.length + wordsB.length)) / 2 + EMPTY_PAIR;
  return share >= PAIR_THRESHOLD ? (share * (wordsA.length + wordsB.length)) / 2 : 0;
}
