import { canonicalChildren, child } from '../ooxml/index.ts';
import type { Block } from './block.ts';
import type { MergeContext } from './context.ts';
import { singleParagraphs } from './inline.ts';
import { type Item, readItems } from './items.ts';
import type { Step } from './plan.ts';

/** Fewest words of a paragraph that is shown as moved: shorter ones recur by chance. */
const LEAST_WORDS = 5;

/** The blocks that moved, ready to be written at either place. */
export interface Moves {
  readonly from: (block: Block) => string | undefined;
  readonly to: (block: Block) => string | undefined;
}

/** Finds paragraphs that were taken out at one place and put in unchanged at another (§17.13.5.21–28). */
export function pairMoves(steps: readonly Step[], ctx: MergeContext): Moves {
  const left = new Map<string, Block[]>();
  for (const step of steps) {
    const key = step.kind === 'del' ? moveKey(step.a, ctx) : undefined;
    if (key !== undefined && step.kind === 'del') left.set(key, [...(left.get(key) ?? []), step.a]);
  }
  const names = new Map<Block, string>();
  for (const step of steps) {
    const source =
      step.kind === 'ins' && left.size > 0 ? left.get(moveKey(step.b, ctx) ?? '')?.shift() : undefined;
    if (!source || step.kind !== 'ins') continue;
    const name = `move${ctx.freshId()}`;
    names.set(source, name);
    names.set(step.b, name);
    ctx.tally.moves++;
  }
  const write = (block: Block, state: 'from' | 'to'): string | undefined => {
    const name = names.get(block);
    if (name === undefined) return undefined;
    const kind = state === 'from' ? 'moveFrom' : 'moveTo';
    const stamp = ctx.stamp();
    const id = /w:id="[^"]*"/.exec(stamp)?.[0] ?? '';
    return `<w:${kind}RangeStart${stamp} w:name="${name}"/>${singleParagraphs([block.element], state, ctx)}<w:${kind}RangeEnd ${id}/>`;
  };
  return { from: (block) => write(block, 'from'), to: (block) => write(block, 'to') };
}

/** Equal for paragraphs with the same content and formatting; none for what is not shown as moved. */
function moveKey(block: Block, ctx: MergeContext): string | undefined {
  const { element } = block;
  const pPr = child(element, 'w:pPr');
  if (element.name !== 'w:p' || child(pPr, 'w:sectPr')) return undefined;
  const items = readItems(element, ctx.props);
  const key = itemsKey(items);
  return key.split(/\s+/).length >= LEAST_WORDS
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
