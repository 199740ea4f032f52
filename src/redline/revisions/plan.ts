import { align, anchor, MAX_CELLS, pairByVotes, pairInOrder, similarity, type Words } from '../diff/index.ts';
import { child, rawKey, type XmlElement } from '../ooxml/index.ts';
import type { MergeContext } from './context.ts';
import { controlKey } from './items.ts';

/** A block and the marks that stand in front of it. */
export interface Block {
  readonly element: XmlElement;
  readonly marks: readonly XmlElement[];
}

/** What happens to one or more blocks, in the order of the result. */
export type Step =
  | { readonly kind: 'same'; readonly a: Block; readonly b: Block }
  | { readonly kind: 'merge'; readonly a: readonly Block[]; readonly b: readonly Block[] }
  | { readonly kind: 'del'; readonly a: Block }
  | { readonly kind: 'ins'; readonly b: Block };

/** Least share of common words for two blocks to be versions of one another. */
const PAIR_THRESHOLD = 0.34;
/** Worth of equality beyond the common words: an equal block goes with an equal one. */
const EQUAL_PAIR = 0.5;
/** Worth of a pair of blocks without words, just above nothing. */
const EMPTY_PAIR = 0.01;
const NOTE_ID = /(<w:(?:foot|end)noteReference\b[^>]*?) w:id="[^"]*"/g;
const SECTION_REFERENCE = /<w:(?:header|footer)Reference\b[^>]*\/>/g;

/** Equal for blocks that say the same, whatever the ids of their notes and headers are. */
function blockKey(element: XmlElement): string {
  const key = rawKey(element);
  return key.includes('Reference') ? key.replace(NOTE_ID, '$1').replace(SECTION_REFERENCE, '') : key;
}

/** Text, or the end of a paragraph: words of two cells are not one. */
const TEXT = /<w:t(?:\s[^>]*)?>([^<]*)<\/w:t>|<\/w:p>/g;
const WORD = /[\p{L}\p{N}]+/gu;

/** The words that a block shows, as sorted symbols. */
export function wordsOf(element: XmlElement, ctx: MergeContext): Words {
  let text = '';
  TEXT.lastIndex = 0;
  const source = element.source.slice(element.start, element.end);
  for (const m of source.matchAll(TEXT)) text += m[1] ?? ' ';
  const words = text.match(WORD) ?? [];
  return Int32Array.from(words, (w) => ctx.symbols.id(w)).sort();
}

/** What to do with two lists of blocks, so that the left side goes to the right one. */
export function planBlocks(a: readonly Block[], b: readonly Block[], ctx: MergeContext): Step[] {
  const steps: Step[] = [];
  if (ctx.rung === 'story') {
    planGap(a, b, ctx, steps);
    return steps;
  }
  const keys = (blocks: readonly Block[]): string[] => blocks.map((x) => blockKey(x.element));
  const [keysA, keysB] = [keys(a), keys(b)];
  const [idsA, idsB] = [keysA.map((k) => ctx.symbols.id(k)), keysB.map((k) => ctx.symbols.id(k))];
  let [i0, j0] = [0, 0];
  let [i1, j1] = [a.length, b.length];
  while (i0 < i1 && j0 < j1 && idsA[i0] === idsB[j0]) same(a[i0++], b[j0++], steps);
  while (i1 > i0 && j1 > j0 && idsA[i1 - 1] === idsB[j1 - 1]) [i1, j1] = [i1 - 1, j1 - 1];
  const [midA, midB] = [idsA.slice(i0, i1), idsB.slice(j0, j1)];
  const held = anchor(midA, midB, (i) => keysA[i0 + i]?.length ?? 1);
  eachGap(held, midA.length, midB.length, (from, to, start, end, kept) => {
    planStretch(
      a.slice(i0 + from, i0 + to),
      b.slice(j0 + start, j0 + end),
      midA.slice(from, to),
      midB.slice(start, end),
      ctx,
      steps,
    );
    if (kept) same(a[i0 + to], b[j0 + end], steps);
  });
  for (; i1 < a.length; i1++, j1++) same(a[i1], b[j1], steps);
  return steps;
}

function same(a: Block | undefined, b: Block | undefined, steps: Step[]): void {
  if (a && b) steps.push({ kind: 'same', a, b });
}

/** Visits the gaps between the pairs of an alignment; `kept` says that a pair stands behind the gap. */
function eachGap(
  partner: Int32Array,
  n: number,
  m: number,
  visit: (i0: number, i1: number, j0: number, j1: number, kept: boolean) => void,
): void {
  let [i0, j0] = [0, 0];
  for (let i = 0; i <= n; i++) {
    const j = i === n ? m : (partner[i] ?? -1);
    if (j < 0) continue;
    visit(i0, i, j0, j, i < n);
    [i0, j0] = [i + 1, j + 1];
  }
}

/** A stretch between anchors: one table of pairs where it is small, equal blocks first where it is not. */
function planStretch(
  a: readonly Block[],
  b: readonly Block[],
  idsA: readonly number[],
  idsB: readonly number[],
  ctx: MergeContext,
  steps: Step[],
): void {
  if (ctx.rung !== 'blocks' && a.length * b.length <= MAX_CELLS) {
    planGap(a, b, ctx, steps, (i, j) => idsA[i] === idsB[j]);
    return;
  }
  eachGap(align(idsA, idsB).partner, a.length, b.length, (i0, i1, j0, j1, kept) => {
    planGap(a.slice(i0, i1), b.slice(j0, j1), ctx, steps);
    if (kept) same(a[i1], b[j1], steps);
  });
}

/** A stretch without anchors: versions of one another are paired, the rest stands alone. */
function planGap(
  a: readonly Block[],
  b: readonly Block[],
  ctx: MergeContext,
  steps: Step[],
  equal: (i: number, j: number) => boolean = () => false,
): void {
  const del = (x: Block): void => void steps.push({ kind: 'del', a: x });
  const ins = (x: Block): void => void steps.push({ kind: 'ins', b: x });
  const coarse = ctx.rung === 'blocks' || ctx.rung === 'story';
  if (a.length === 0 || b.length === 0 || coarse) {
    a.forEach(del);
    b.forEach(ins);
    return;
  }
  const wordsA = a.map((x) => wordsOf(x.element, ctx));
  const wordsB = b.map((x) => wordsOf(x.element, ctx));
  const score = (i: number, j: number): number =>
    equal(i, j) ? (wordsA[i]?.length ?? 0) + EQUAL_PAIR : pairScore(a[i], b[j], wordsA[i], wordsB[j]);
  const partner =
    a.length * b.length <= MAX_CELLS
      ? pairInOrder(a.length, b.length, score)
      : pairByVotes(wordsA, wordsB, score);
  const gap = joinNeighbours(a, b, partner, wordsA, wordsB);
  let j0 = 0;
  for (let i = 0; i < a.length; ) {
    const run = gap.get(i);
    const left = a[i];
    const right = b[run?.j0 ?? -1];
    if (!run || !left) {
      if (left) del(left);
      i++;
      continue;
    }
    b.slice(j0, run.j0).forEach(ins);
    if (run.i1 - i === 1 && run.j1 - run.j0 === 1 && equal(i, run.j0)) same(left, right, steps);
    else steps.push({ kind: 'merge', a: a.slice(i, run.i1), b: b.slice(run.j0, run.j1) });
    [i, j0] = [run.i1, run.j1];
  }
  b.slice(j0).forEach(ins);
}

/** Does the paragraph's mark end a section? Such a mark is never one with a mark that does not. */
function endsSection(block: Block): boolean {
  return block.element.name === 'w:p' && child(child(block.element, 'w:pPr'), 'w:sectPr') !== undefined;
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
  if (wordsA.length === 0 && wordsB.length === 0) return EMPTY_PAIR;
  const share = similarity(wordsA, wordsB);
  if (a.element.name === 'w:tbl' && sameGrid(a.element, b.element))
    return (share * (wordsA.length + wordsB.length)) / 2 + EMPTY_PAIR;
  return share >= PAIR_THRESHOLD ? (share * (wordsA.length + wordsB.length)) / 2 : 0;
}

interface Join {
  readonly i1: number;
  readonly j0: number;
  readonly j1: number;
}

/** Least share of a neighbour's words that a merge or split must account for. */
const JOIN_SHARE = 0.6;

/**
 * Widens pairs of paragraphs by a neighbour that was split off or merged in: most of its words are
 * found on the other side of the pair and nowhere else.
 */
function joinNeighbours(
  a: readonly Block[],
  b: readonly Block[],
  partner: Int32Array,
  wordsA: readonly Words[],
  wordsB: readonly Words[],
): Map<number, Join> {
  const takenB = new Set(partner);
  const joins = new Map<number, Join>();
  let freeA = 0;
  let freeB = 0;
  partner.forEach((j, i) => {
    if (j < 0 || i < freeA) return;
    let [i0, i1, j0, j1] = [i, i + 1, j, j + 1];
    const isP = (x: Block | undefined): boolean => x?.element.name === 'w:p' && !endsSection(x);
    if (isP(a[i]) && isP(b[j])) {
      const gains = (words: Words | undefined, mine: readonly Words[], theirs: readonly Words[]): boolean =>
        gainOf(words, mine, theirs) >= JOIN_SHARE;
      while (
        i1 < a.length &&
        (partner[i1] ?? -1) < 0 &&
        isP(a[i1]) &&
        gains(wordsA[i1], wordsA.slice(i0, i1), wordsB.slice(j0, j1))
      )
        i1++;
      while (
        i0 > freeA &&
        (partner[i0 - 1] ?? -1) < 0 &&
        isP(a[i0 - 1]) &&
        gains(wordsA[i0 - 1], wordsA.slice(i0, i1), wordsB.slice(j0, j1))
      )
        i0--;
      while (
        j1 < b.length &&
        !takenB.has(j1) &&
        isP(b[j1]) &&
        gains(wordsB[j1], wordsB.slice(j0, j1), wordsA.slice(i0, i1))
      )
        j1++;
      while (
        j0 > freeB &&
        !takenB.has(j0 - 1) &&
        isP(b[j0 - 1]) &&
        gains(wordsB[j0 - 1], wordsB.slice(j0, j1), wordsA.slice(i0, i1))
      )
        j0--;
    }
    joins.set(i0, { i1, j0, j1 });
    [freeA, freeB] = [i1, j1];
  });
  return joins;
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

const isParagraph = (block: Block | undefined): boolean => block?.element.name === 'w:p';
const deleted = (blocks: readonly Block[]): Step[] => blocks.map((a) => ({ kind: 'del', a }));
const inserted = (blocks: readonly Block[]): Step[] => blocks.map((b) => ({ kind: 'ins', b }));

/** Where the tables behind the last paragraph begin. */
function afterLastParagraph(blocks: readonly Block[]): number {
  let at = blocks.length;
  while (at > 0 && !isParagraph(blocks[at - 1])) at--;
  return at;
}

/** Where the paragraphs that end at `end` begin. */
function paragraphsBefore(blocks: readonly Block[], end: number): number {
  let at = end;
  while (at > 0 && isParagraph(blocks[at - 1])) at--;
  return at;
}

/**
 * Makes the end of a story fit what tracked changes can say.  Its last paragraph mark can be neither
 * inserted nor deleted, so a paragraph that vanishes must be followed by something that stays: the
 * last paragraphs of both sides become one stretch, and of tables at the end the paragraphs in front
 * of them come before what the other side ends with.
 */
export function settleEnd(steps: Step[]): Step[] {
  let cut = steps.length;
  while (cut > 0 && (steps[cut - 1]?.kind === 'del' || steps[cut - 1]?.kind === 'ins')) cut--;
  const tail = steps.slice(cut);
  const a = tail.flatMap((s) => (s.kind === 'del' ? [s.a] : []));
  const b = tail.flatMap((s) => (s.kind === 'ins' ? [s.b] : []));
  if (!tail.some((s) => isParagraph(s.kind === 'del' ? s.a : s.kind === 'ins' ? s.b : undefined)))
    return steps;
  const last = steps[cut - 1];
  if ((a.length > 0 && b.length > 0) || last === undefined || last.kind === 'del' || last.kind === 'ins') {
    return [...steps.slice(0, cut), ...settleTail(a, b)];
  }
  const [lastA, lastB] = last.kind === 'same' ? [[last.a], [last.b]] : [last.a, last.b];
  return [...steps.slice(0, cut - 1), ...settleTail([...lastA, ...a], [...lastB, ...b])];
}

function settleTail(a: readonly Block[], b: readonly Block[]): Step[] {
  const [endA, endB] = [afterLastParagraph(a), afterLastParagraph(b)];
  const tables: Step[] = [...deleted(a.slice(endA)), ...inserted(b.slice(endB))];
  if (endA === 0 || endB === 0)
    return [...deleted(a.slice(0, endA)), ...inserted(b.slice(0, endB)), ...tables];
  const [fromA, fromB] = [paragraphsBefore(a, endA), paragraphsBefore(b, endB)];
  return [
    ...deleted(a.slice(0, fromA)),
    ...inserted(b.slice(0, fromB)),
    { kind: 'merge', a: a.slice(fromA, endA), b: b.slice(fromB, endB) },
    ...tables,
  ];
}
