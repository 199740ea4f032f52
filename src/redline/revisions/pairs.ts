import {
  type Candidate,
  heaviestChain,
  MAX_CELLS,
  pairByVotes,
  pairInOrder,
  similarity,
  type Words,
} from '../diff/index.ts';
import { child, elements, outer, type XmlElement } from '../ooxml/index.ts';
import { type Block, endsSection, isControl, isParagraph, shownText } from './block.ts';
import type { MergeContext } from './context.ts';
import { controlKey } from './items.ts';
import { cellsIn } from './table-units.ts';

/** Least share of common words for two blocks to be versions of one another. */
const PAIR_THRESHOLD = 0.34;
/** Worth of a pair of blocks without words, just above nothing. */
const EMPTY_PAIR = 0.01;
/** Worth of equality beyond the common words: an equal block goes with an equal one. */
const EQUAL_BONUS = 0.5;
/** Worth of being alike throughout: of two blocks with as many common words the shorter is nearer. */
const ALIKE_BONUS = 0.25;
/** Cells of a table below which no search for candidates is needed. */
const SMALL = 1_000;
/** A word is rare where at most this many blocks of a side have it. */
const RARE = 3;
/** The same where a gap between pairs is too large for a table of all pairs. */
const LESS_RARE = 32;
/** Votes for one block's candidates: its first rare words are enough to find them. */
const MOST_VOTES = 300;
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
export function pairBlocks(a: Side, b: Side, ctx: MergeContext): Int32Array {
  const [endsA, endsB] = [a.blocks.map(endsSection), b.blocks.map(endsSection)];
  const score: Score = (i, j) => {
    if (a.ids[i] === b.ids[j]) return (a.words[i]?.length ?? 0) + EQUAL_BONUS;
    return endsA[i] === endsB[j] ? pairScore(a.blocks[i], b.blocks[j], a.words[i], b.words[j]) : 0;
  };
  return pairSides(a, b, score, RARE, ctx);
}

/** @param rare  the words that lead to candidates are in so many blocks of a side at most */
function pairSides(a: Side, b: Side, score: Score, rare: number, ctx: MergeContext): Int32Array {
  const [n, m] = [a.blocks.length, b.blocks.length];
  if (n * m <= SMALL) return pairInOrder(n, m, score);
  const partner = heaviestChain(candidates(a, b, score, rare), n, m);
  let [i0, j0] = [0, 0];
  for (let i = 0; i <= n; i++) {
    const j = i === n ? m : (partner[i] ?? -1);
    if (j < 0) continue;
    const found = pairGap(between(a, i0, i), between(b, j0, j), shifted(score, i0, j0), rare, ctx);
    for (let k = 0; k < found.length; k++) {
      const at = found[k] ?? -1;
      if (at >= 0) partner[i0 + k] = j0 + at;
    }
    [i0, j0] = [i + 1, j + 1];
  }
  return partner;
}

/** What lies between two pairs; where that is much and has no rare words, less rare ones must do. */
function pairGap(a: Side, b: Side, score: Score, rare: number, ctx: MergeContext): Int32Array {
  const [n, m] = [a.blocks.length, b.blocks.length];
  if (n === 0 || m === 0) return NO_WORDS;
  if (n * m > MAX_CELLS && rare < LESS_RARE) return pairSides(a, b, score, LESS_RARE, ctx);
  return pairLists(a.words, b.words, score, ctx);
}

function between({ blocks, ids, words }: Side, from: number, to: number): Side {
  return { blocks: blocks.slice(from, to), ids: ids.slice(from, to), words: words.slice(from, to) };
}

function shifted(score: Score, i0: number, j0: number): Score {
  return i0 === 0 && j0 === 0 ? score : (i, j) => score(i0 + i, j0 + j);
}

/** Pairs two lists in order: by a table of all pairs, or by votes of the words where that would be too large. */
export function pairLists(
  a: readonly Words[],
  b: readonly Words[],
  score: Score,
  ctx: MergeContext,
): Int32Array {
  if (a.length * b.length <= MAX_CELLS) return pairInOrder(a.length, b.length, score);
  ctx.spent('pairing-cells', MAX_CELLS);
  return pairByVotes(a, b, score, ctx.align);
}

/** Pairs that share rare words or are equal: the few worth scoring. */
function candidates(a: Side, b: Side, score: Score, rare: number): Candidate[] {
  const symbols = 1 + Math.max(highest(a.words), highest(b.words));
  const [left, right] = [new Occurrences(a, symbols, rare), new Occurrences(b, symbols, rare)];
  const out: Candidate[] = [];
  const votes = new Int32Array(b.blocks.length);
  const seen = new Int32Array(symbols);
  a.blocks.forEach((_, i) => {
    const found: number[] = [];
    let cast = 0;
    const vote = (j: number): void => {
      if (votes[j] === 0) found.push(j);
      votes[j] = (votes[j] ?? 0) + 1;
      cast++;
    };
    if (left.isRareBlock(i)) right.rareBlocks(a.ids[i] ?? -1).forEach(vote);
    const words = a.words[i] ?? NO_WORDS;
    for (let k = 0; k < words.length && cast < MOST_VOTES; k++) {
      const word = words[k] ?? 0;
      if (seen[word] === i + 1) continue;
      seen[word] = i + 1;
      if (left.isRare(word)) right.eachRare(word, vote);
    }
    for (const j of mostVoted(found, votes)) {
      const weight = score(i, j);
      if (weight > 0) out.push({ i, j, weight });
    }
    for (const j of found) votes[j] = 0;
  });
  return out;
}

/** The few with most votes; of those with as many the first. */
function mostVoted(found: readonly number[], votes: Int32Array): number[] {
  const best: number[] = [];
  const isBetter = (x: number, y: number): boolean => {
    const more = (votes[x] ?? 0) - (votes[y] ?? 0);
    return more > 0 || (more === 0 && x < y);
  };
  for (const j of found) {
    let at = best.length;
    for (let other = best[at - 1]; other !== undefined && isBetter(j, other); other = best[at - 1]) at--;
    if (at < MAX_CANDIDATES) best.splice(at, 0, j);
    if (best.length > MAX_CANDIDATES) best.pop();
  }
  return best;
}

function highest(words: readonly Words[]): number {
  let most = -1;
  for (const list of words) for (let k = 0; k < list.length; k++) most = Math.max(most, list[k] ?? 0);
  return most;
}

const NO_WORDS: Words = new Int32Array();

/** What the blocks of a side can be found by: themselves as wholes, and their words. */
class Occurrences {
  readonly #rare: number;
  /** How many blocks have a word, up to `#rare` + 1. */
  readonly #counts: Uint8Array;
  /** The first `#rare` of them. */
  readonly #places: Int32Array;
  readonly #blocks = new Map<number, number[]>();
  readonly #ids: readonly number[];

  /** @param symbols  above every word */
  constructor(side: Side, symbols: number, rare: number) {
    this.#rare = rare;
    this.#counts = new Uint8Array(symbols);
    this.#places = new Int32Array(symbols * rare);
    this.#ids = side.ids;
    side.words.forEach((words, i) => {
      for (let k = 0; k < words.length; k++) this.#note(words[k] ?? 0, i);
    });
    side.ids.forEach((id, i) => {
      const list = this.#blocks.get(id);
      if (!list) this.#blocks.set(id, [i]);
      else if (list.length <= rare) list.push(i);
    });
  }

  #note(word: number, i: number): void {
    const rare = this.#rare;
    const count = this.#counts[word] ?? 0;
    // Blocks come one after the other: a word of this one that was met before is the last place.
    if (count > rare || (count > 0 && this.#places[word * rare + count - 1] === i)) return;
    if (count < rare) this.#places[word * rare + count] = i;
    this.#counts[word] = count + 1;
  }

  isRare(word: number): boolean {
    return (this.#counts[word] ?? 0) <= this.#rare;
  }

  eachRare(word: number, visit: (i: number) => void): void {
    const count = this.#counts[word] ?? 0;
    if (count <= this.#rare) for (let k = 0; k < count; k++) visit(this.#places[word * this.#rare + k] ?? 0);
  }

  isRareBlock(i: number): boolean {
    return this.rareBlocks(this.#ids[i] ?? -1).length > 0;
  }

  /** The blocks with that symbol; none where they are too many. */
  rareBlocks(id: number): readonly number[] {
    const list = this.#blocks.get(id) ?? [];
    return list.length <= this.#rare ? list : [];
  }
}

/** Tables of the same columns are versions of one another, even where every cell was filled in anew. */
function sameGrid(a: XmlElement, b: XmlElement): boolean {
  const columns = columnsOf(a);
  return columns > 0 && columns === columnsOf(b);
}

/**
 * Columns of a table's grid (§17.4.48), or else cells of its first row.  The table itself need not be
 * read for it: no row stands before the grid.
 */
function columnsOf(table: XmlElement): number {
  const xml = outer(table);
  const [from, to, row] = ['<w:tblGrid', '</w:tblGrid>', '<w:tr'].map((tag) => xml.indexOf(tag));
  if (from === undefined || to === undefined || row === undefined) return 0;
  if (from < 0 || (row >= 0 && row < from)) return cellsIn(elements(table).find(isRow) ?? table).length;
  if (to < 0 || (row >= 0 && row < to)) return child(table, 'w:tblGrid')?.children.length ?? 0;
  return xml.slice(from, to).split('<w:gridCol').length - 1;
}

const isRow = (element: XmlElement): boolean => /^w:(?:tr|sdt|customXml)$/.test(element.name);

/** How many words two blocks have in common, 0 when they are not versions of one another. */
function pairScore(
  a: Block | undefined,
  b: Block | undefined,
  wordsA: Words | undefined,
  wordsB: Words | undefined,
): number {
  if (!a || !b || !wordsA || !wordsB || a.element.name !== b.element.name) return 0;
  if (isControl(a) && controlKey(a.element) !== controlKey(b.element)) return 0;
  if (!isParagraph(a) && !isControl(a) && a.element.name !== 'w:tbl') return 0;
  if (wordsA.length === 0 && wordsB.length === 0)
    return shownText(a.element) === shownText(b.element) ? EQUAL_BONUS : EMPTY_PAIR;
  const share = similarity(wordsA, wordsB);
  if (a.element.name === 'w:tbl' && sameGrid(a.element, b.element))
    return (share * (wordsA.length + wordsB.length)) / 2 + EMPTY_PAIR;
  return share >= PAIR_THRESHOLD ? (share * (wordsA.length + wordsB.length)) / 2 + share * ALIKE_BONUS : 0;
}
