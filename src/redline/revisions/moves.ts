import { similarity } from '../diff/index.ts';
import { canonicalChildren, child } from '../ooxml/index.ts';
import { type Block, endsSection, isParagraph, wordsOf } from './block.ts';
import type { MergeContext } from './context.ts';
import { editedMove, singleParagraphs } from './inline.ts';
import { type Item, readItems } from './items.ts';
import type { Step } from './plan.ts';

/** Fewest words of a paragraph that was moved and edited, and the least share of its words that came along. */
const LEAST_EDITED_WORDS = 8;
const EDITED_SIMILARITY = 0.6;
/** Pairs looked at in search of edited moves; beyond it only unchanged ones are found. */
const MAX_PAIRS = 40_000;

/** The blocks that moved, ready to be written at either place. */
export interface Moves {
  readonly from: (block: Block) => string | undefined;
  readonly to: (block: Block) => string | undefined;
}

interface Move {
  readonly name: string;
  /** Both places, when it was edited on the way. */
  readonly edited: { readonly source: Block; readonly target: Block } | undefined;
}

/** Finds paragraphs that were taken out at one place and put in at another (§17.13.5.21–28). */
export function pairMoves(steps: readonly Step[], ctx: MergeContext): Moves {
  const gone = steps.flatMap((s) => (s.kind === 'del' && mayMove(s.a) ? [s.a] : []));
  const come = steps.flatMap((s) => (s.kind === 'ins' && mayMove(s.b) ? [s.b] : []));
  const moves = new Map<Block, Move>();
  const pair = (source: Block, target: Block, edited: boolean): void => {
    const name = `move${ctx.freshId()}`;
    const move = { name, edited: edited ? { source, target } : undefined };
    moves.set(source, move);
    moves.set(target, move);
    ctx.tally.moves++;
  };
  if (ctx.moves.enabled && gone.length > 0 && come.length > 0) {
    pairUnchanged(gone, come, pair, ctx);
    const rest = (blocks: readonly Block[]): Block[] => blocks.filter((x) => !moves.has(x));
    if (ctx.rung === 'words') pairEdited(rest(gone), rest(come), pair, ctx);
  }
  const write = (block: Block, state: 'from' | 'to'): string | undefined => {
    const move = moves.get(block);
    if (move === undefined) return undefined;
    const kind = state === 'from' ? 'moveFrom' : 'moveTo';
    const stamp = ctx.stamp();
    const id = /w:id="[^"]*"/.exec(stamp)?.[0] ?? '';
    const { edited } = move;
    const content = edited
      ? editedMove(edited.source.element, edited.target.element, state, ctx)
      : singleParagraphs([block.element], state, ctx);
    return `<w:${kind}RangeStart${stamp} w:name="${move.name}"/>${content}<w:${kind}RangeEnd ${id}/>`;
  };
  return { from: (block) => write(block, 'from'), to: (block) => write(block, 'to') };
}

function mayMove(block: Block): boolean {
  return isParagraph(block) && !endsSection(block);
}

type Pair = (source: Block, target: Block, edited: boolean) => void;

function pairUnchanged(gone: readonly Block[], come: readonly Block[], pair: Pair, ctx: MergeContext): void {
  const left = new Map<string, Block[]>();
  for (const block of gone) {
    const key = moveKey(block, ctx);
    if (key !== undefined) left.set(key, [...(left.get(key) ?? []), block]);
  }
  if (left.size === 0) return;
  for (const block of come) {
    const source = left.get(moveKey(block, ctx) ?? '')?.shift();
    if (source) pair(source, block, false);
  }
}

/** Paragraphs that moved and were edited on the way: the most alike first. */
function pairEdited(gone: readonly Block[], come: readonly Block[], pair: Pair, ctx: MergeContext): void {
  if (gone.length * come.length > MAX_PAIRS) {
    ctx.spent('move-pairs', MAX_PAIRS);
    return;
  }
  const words = (blocks: readonly Block[]) =>
    blocks
      .map((block) => ({ block, words: wordsOf(block.element, ctx) }))
      .filter((x) => x.words.length >= Math.max(LEAST_EDITED_WORDS, ctx.moves.leastWords));
  const [left, right] = [words(gone), words(come)];
  const found = left.flatMap((x) =>
    right
      .map((y) => ({ x, y, share: similarity(x.words, y.words) }))
      .filter((z) => z.share >= EDITED_SIMILARITY),
  );
  const taken = new Set<Block>();
  for (const { x, y } of found.sort((p, q) => q.share - p.share)) {
    if (taken.has(x.block) || taken.has(y.block)) continue;
    taken.add(x.block).add(y.block);
    pair(x.block, y.block, true);
  }
}

/** Equal for paragraphs with the same content and formatting; none for what is too short to be shown as moved. */
function moveKey(block: Block, ctx: MergeContext): string | undefined {
  const { element } = block;
  const pPr = child(element, 'w:pPr');
  const items = readItems(element, ctx.props);
  const key = itemsKey(items);
  return key.split(/\s+/).length >= ctx.moves.leastWords
    ? `${canonicalChildren(pPr, new Set(['w:rPr']))}|${key}`
    : undefined;
}

function itemsKey(items: readonly Item[]): string {
  let text = '';
  let props: string | undefined;
  for (const item of items) {
    if (item.kind === 'text') {
      if (item.run.props.key !== props) text += `\u0001${item.run.props.key}\u0001`;
      props = item.run.props.key;
      text += item.text;
    } else if (item.kind === 'atom') text += `\u0002${item.key}\u0002`;
    else if (item.kind === 'group') text += `\u0003${item.key}\u0003${itemsKey(item.items)}\u0003`;
  }
  return text;
}
