import { anchor, type Interner, type Words } from '../diff/index.ts';
import { outer } from '../ooxml/index.ts';
import { type Block, blockKey, endsSection, isControl, isParagraph, wordsOf } from './block.ts';
import type { MergeContext } from './context.ts';
import { joinNeighbours } from './joins.ts';
import { pairBlocks } from './pairs.ts';

/** What happens to one or more blocks, in the order of the result. */
export type Step =
  | { readonly kind: 'same'; readonly a: Block; readonly b: Block }
  | { readonly kind: 'merge'; readonly a: readonly Block[]; readonly b: readonly Block[] }
  /** A content control that only one side has, or that changed, around blocks that both have. */
  | { readonly kind: 'control'; readonly a: readonly Block[]; readonly b: readonly Block[] }
  | { readonly kind: 'del'; readonly a: Block }
  | { readonly kind: 'ins'; readonly b: Block };

const deleted = (blocks: readonly Block[]): Step[] => blocks.map((a) => ({ kind: 'del', a }));
const inserted = (blocks: readonly Block[]): Step[] => blocks.map((b) => ({ kind: 'ins', b }));

/** What to do with two lists of blocks, so that the left side goes to the right one. */
export function planBlocks(a: readonly Block[], b: readonly Block[], ctx: MergeContext): Step[] {
  const coarse = ctx.rung === 'blocks' || ctx.rung === 'story';
  // A table without rows holds its place even where nothing else does.
  const holds = (i: number): boolean => ctx.rung !== 'story' || isRowless(a[i]);
  const [left, right] = [a[0], b[0]];
  if (left && right && a.length === 1 && b.length === 1 && !coarse) return planPair(left, right, ctx);
  const { symbols } = ctx;
  const keyOf = keysOf(symbols);
  const [idsA, idsB] = [a.map(keyOf), b.map(keyOf)];
  const held = coarse
    ? ctx.align(idsA, idsB).map((j, i) => (holds(i) ? j : -1))
    : equalRuns(idsA, idsB, (i) => symbols.textOf(idsA[i] ?? 0).length);
  const steps: Step[] = [];
  let [i0, j0] = [0, 0];
  for (let i = 0; i <= a.length; i++) {
    const j = i === a.length ? b.length : (held[i] ?? -1);
    if (j < 0) continue;
    planGap(
      { blocks: a.slice(i0, i), ids: idsA.slice(i0, i) },
      { blocks: b.slice(j0, j), ids: idsB.slice(j0, j) },
      ctx,
      steps,
    );
    const [left, right] = [a[i], b[j]];
    if (left && right) steps.push({ kind: 'same', a: left, b: right });
    [i0, j0] = [i + 1, j + 1];
  }
  return steps;
}

/** The same for a block of each side, as most cells hold: symbols are not needed. */
function planPair(a: Block, b: Block, ctx: MergeContext): Step[] {
  if (outer(a.element) === outer(b.element) || blockKey(a.element) === blockKey(b.element))
    return [{ kind: 'same', a, b }];
  const steps: Step[] = [];
  planGap({ blocks: [a], ids: [0] }, { blocks: [b], ids: [1] }, ctx, steps);
  return steps;
}

/** Gives blocks symbols that are equal where they say the same; of blocks with equal sources one is looked at. */
function keysOf(symbols: Interner): (block: Block) => number {
  const known = new Map<number, number>();
  return ({ element }) => {
    const source = symbols.id(outer(element));
    const key = known.get(source) ?? symbols.id(blockKey(element));
    known.set(source, key);
    return key;
  };
}

/** A table that shows nothing: it can be neither inserted nor deleted, for that is said of rows. */
export function isRowless(block: Block | undefined): boolean {
  return block?.element.name === 'w:tbl' && !outer(block.element).includes('<w:tr');
}

/** Equal blocks in a row before what lies between them is looked at: a single one may have moved. */
const LEAST_RUN = 3;

/** How often what lies between equal runs is searched for blocks that occur once in it. */
const MOST_ROUNDS = 6;

/** Equal blocks at both ends, and runs of them in between that occur once and weigh most; so again between these. */
function equalRuns(a: readonly number[], b: readonly number[], weight: (i: number) => number): Int32Array {
  const partner = new Int32Array(a.length).fill(-1);
  let open: Range[] = [[0, a.length, 0, b.length]];
  for (let round = 0; round < MOST_ROUNDS && open.length > 0; round++)
    open = open.flatMap((range) => (holdRuns(a, b, range, weight, partner) ? gapsIn(range, partner) : []));
  return partner;
}

type Range = readonly [a0: number, a1: number, b0: number, b1: number];

/** Gives equal runs of a range their partners. @returns were there any? */
function holdRuns(
  a: readonly number[],
  b: readonly number[],
  [a0, a1, b0, b1]: Range,
  weight: (i: number) => number,
  partner: Int32Array,
): boolean {
  let [from, to] = [a0, a1];
  while (from < a1 && b0 + from - a0 < b1 && a[from] === b[b0 + from - a0]) from++;
  const least = Math.max(from, from + (a1 - a0) - (b1 - b0));
  while (to > least && a[to - 1] === b[b1 - a1 + to - 1]) to--;
  const [fromB, toB] = [b0 + from - a0, b1 - a1 + to];
  const middle = anchor(a.slice(from, to), b.slice(fromB, toB), (i) => weight(from + i));
  const follows = (i: number): boolean => (middle[i] ?? -1) > 0 && middle[i - 1] === (middle[i] ?? 0) - 1;
  let held = from > a0 || to < a1;
  for (let i = 0; i < middle.length; ) {
    let end = i + 1;
    while (end < middle.length && follows(end)) end++;
    for (let k = i; end - i >= LEAST_RUN && k < end; k++) partner[from + k] = fromB + (middle[k] ?? -1);
    held ||= end - i >= LEAST_RUN;
    i = end;
  }
  for (let i = a0; i < from; i++) partner[i] = b0 + i - a0;
  for (let i = to; i < a1; i++) partner[i] = b1 - a1 + i;
  return held;
}

/** What lies between the partners in a range. */
function gapsIn([a0, a1, b0, b1]: Range, partner: Int32Array): Range[] {
  const gaps: Range[] = [];
  let [i0, j0] = [a0, b0];
  for (let i = a0; i <= a1; i++) {
    const j = i === a1 ? b1 : (partner[i] ?? -1);
    if (j < 0) continue;
    if (i > i0 && j > j0) gaps.push([i0, i, j0, j]);
    [i0, j0] = [i + 1, j + 1];
  }
  return gaps;
}

interface Stretch {
  readonly blocks: readonly Block[];
  readonly ids: readonly number[];
}

/** A stretch between equal runs: versions of one another are paired, the rest stands alone. */
function planGap(left: Stretch, right: Stretch, ctx: MergeContext, steps: Step[]): void {
  const [a, b] = [left.blocks, right.blocks];
  if (a.length === 0 || b.length === 0 || ctx.rung === 'blocks' || ctx.rung === 'story') {
    steps.push(...deleted(a), ...inserted(b));
    return;
  }
  const known = new Map<number, Words>();
  const [wordsA, wordsB] = [wordsIn(left, known, ctx), wordsIn(right, known, ctx)];
  const partner = pairBlocks({ ...left, words: wordsA }, { ...right, words: wordsB }, ctx);
  const joins = joinNeighbours(a, b, partner, wordsA, wordsB);
  let j0 = 0;
  for (let i = 0; i < a.length; ) {
    const join = joins.get(i);
    const block = a[i];
    if (!join || !block) {
      if (block) steps.push({ kind: 'del', a: block });
      i++;
      continue;
    }
    steps.push(...inserted(b.slice(j0, join.j0)));
    const other = b[join.j0];
    const single = join.i1 - i === 1 && join.j1 - join.j0 === 1;
    if (single && other && left.ids[i] === right.ids[join.j0])
      steps.push({ kind: 'same', a: block, b: other });
    else steps.push({ kind: 'merge', a: a.slice(i, join.i1), b: b.slice(join.j0, join.j1) });
    [i, j0] = [join.i1, join.j1];
  }
  steps.push(...inserted(b.slice(j0)));
}

/** The words of each block. @param known  words by symbol of the block: equal blocks say the same */
function wordsIn(stretch: Stretch, known: Map<number, Words>, ctx: MergeContext): Words[] {
  return stretch.blocks.map((block, i) => {
    const id = stretch.ids[i] ?? -1;
    const words = known.get(id) ?? wordsOf(block.element, ctx);
    known.set(id, words);
    return words;
  });
}

/** Blocks that hold the last mark of a story where they stand at its end. */
function mayEnd(block: Block | undefined): boolean {
  return isParagraph(block) || isControl(block);
}

/** Where the tables behind the last paragraph or control begin. */
function afterLastEnd(blocks: readonly Block[]): number {
  let at = blocks.length;
  while (at > 0 && !mayEnd(blocks[at - 1])) at--;
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
  if (!tail.some((s) => mayEnd(s.kind === 'del' ? s.a : s.kind === 'ins' ? s.b : undefined))) return steps;
  const last = steps[cut - 1];
  if ((a.length > 0 && b.length > 0) || last === undefined || last.kind === 'del' || last.kind === 'ins') {
    return [...steps.slice(0, cut), ...settleTail(a, b)];
  }
  const [lastA, lastB] = last.kind === 'same' ? [[last.a], [last.b]] : [last.a, last.b];
  return [...steps.slice(0, cut - 1), ...settleTail([...lastA, ...a], [...lastB, ...b])];
}

/** The last mark may lie in a control that goes or comes: then both sides share it inside. */
function endsInControl(a: Block, b: Block): boolean {
  const [hasA, hasB] = [isControl(a), isControl(b)];
  return (hasA || hasB) && (hasA || isParagraph(a)) && (hasB || isParagraph(b));
}

function settleTail(a: readonly Block[], b: readonly Block[]): Step[] {
  const [endA, endB] = [afterLastEnd(a), afterLastEnd(b)];
  const tables: Step[] = [...deleted(a.slice(endA)), ...inserted(b.slice(endB))];
  const [lastA, lastB] = [a[endA - 1], b[endB - 1]];
  // A mark that ends a section is none that does not: in a control both may go and come.
  if (!lastA || !lastB || endsSection(lastA) !== endsSection(lastB))
    return [...deleted(a.slice(0, endA)), ...inserted(b.slice(0, endB)), ...tables];
  if (endsInControl(lastA, lastB)) {
    return [
      ...deleted(a.slice(0, endA - 1)),
      ...inserted(b.slice(0, endB - 1)),
      { kind: 'control', a: [lastA], b: [lastB] },
      ...tables,
    ];
  }
  const [fromA, fromB] = [paragraphsBefore(a, endA), paragraphsBefore(b, endB)];
  return [
    ...deleted(a.slice(0, fromA)),
    ...inserted(b.slice(0, fromB)),
    { kind: 'merge', a: a.slice(fromA, endA), b: b.slice(fromB, endB) },
    ...tables,
  ];
}
