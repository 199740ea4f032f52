import { outer, type XmlElement } from '../ooxml/index.ts';
import type { Block } from './block.ts';
import type { MergeContext, Side, State } from './context.ts';
import { pairControls } from './controls.ts';
import { mergeParagraphs } from './inline.ts';
import { placeholdersIn } from './marks.ts';
import { mayMove } from './moves.ts';
import { isRowless, planBlocks, type Step, settleEnd } from './plan.ts';
import { virtual } from './props.ts';
import { type Control, controlIn, controlRange, controlTags } from './ranges.ts';
import { singleParagraphs } from './single.ts';
import { type CellWriter, mergeTables, singleTable } from './tables.ts';

const MARKS = new Set(
  'w:bookmarkStart w:bookmarkEnd w:commentRangeStart w:commentRangeEnd w:permStart w:permEnd'.split(' '),
);

/** What stands among blocks and is none. */
const SKIPPED = new Set(['w:proofErr', 'w:tcPr', 'w:customXmlPr']);

/** The blocks of a story or cell, and the marks behind the last one. */
interface BlockList {
  readonly blocks: readonly Block[];
  readonly trailing: readonly XmlElement[];
}

function readBlocks(parent: XmlElement): BlockList {
  const blocks: Block[] = [];
  let marks: XmlElement[] = [];
  for (const c of parent.children) {
    if (c.kind !== 'element' || SKIPPED.has(c.name)) continue;
    if (MARKS.has(c.name)) marks.push(c);
    else if (c.name !== 'w:sectPr' || parent.name !== 'w:body') {
      blocks.push({ element: c, marks });
      marks = [];
    }
  }
  return { blocks, trailing: marks };
}

/** The content of a story, cell, text box or block content control, with the changes from one side to the other. */
export function mergeStory(original: XmlElement, modified: XmlElement, ctx: MergeContext): string {
  return mergePieces(original, modified, ctx).join('');
}

/** The same in pieces, which together are long. */
export function mergePieces(original: XmlElement, modified: XmlElement, ctx: MergeContext): string[] {
  const [a, b] = [readBlocks(original), readBlocks(modified)];
  return mergeLists(orEmpty(a, original, b), orEmpty(b, modified, a), ctx);
}

const PARTS = new Set(['w:body', 'w:hdr', 'w:ftr']);

/** A story without any block shows an empty paragraph: of what the other side says, the last mark stays as this one. */
function orEmpty(list: BlockList, { name }: XmlElement, other: BlockList): BlockList {
  if (list.blocks.length > 0 || other.blocks.length === 0 || !PARTS.has(name)) return list;
  return { blocks: [{ element: virtual('<w:p/>'), marks: list.trailing }], trailing: [] };
}

function mergeLists(a: BlockList, b: BlockList, ctx: MergeContext): string[] {
  const plan = planBlocks(a.blocks, b.blocks, ctx);
  const coarse = ctx.rung === 'blocks' || ctx.rung === 'story';
  const steps = settleEnd(coarse ? plan : pairControls(plan, ctx));
  const out = steps.map((step) => writeStep(step, ctx));
  out.push(marksOf(a.trailing, 'original', ctx), marksOf(b.trailing, 'modified', ctx));
  return out;
}

function marksOf(marks: readonly XmlElement[], side: Side, ctx: MergeContext): string {
  return marks.map((m) => ctx.mark(m, side)).join('');
}

/** Has an equal block to be written anew because ids in it stand for something else? */
function mustRewrite(xml: string, ctx: MergeContext): boolean {
  return xml.includes('noteReference') || (ctx.rewriteSections && xml.includes('<w:sectPr'));
}

function writeStep(step: Step, ctx: MergeContext): string {
  switch (step.kind) {
    case 'same': {
      const marks = marksOf(step.a.marks, 'original', ctx) + marksOf(step.b.marks, 'modified', ctx);
      const xml = outer(step.a.element);
      return mustRewrite(xml, ctx) ? mergeBlock([step.a], [step.b], ctx) : marks + xml;
    }
    case 'merge':
      return mergeBlock(step.a, step.b, ctx);
    case 'control':
      return revisedControl(step.a, step.b, ctx);
    case 'del':
      return marksOf(step.a.marks, 'original', ctx) + looseBlock(step.a, 'original', ctx);
    case 'ins':
      return marksOf(step.b.marks, 'modified', ctx) + looseBlock(step.b, 'modified', ctx);
  }
}

/** A block that only one side has: written at once, unless it may have moved. */
function looseBlock(block: Block, side: Side, ctx: MergeContext): string {
  if (isRowless(block)) {
    ctx.leaveAsIs();
    return side === 'original' ? outer(block.element) : '';
  }
  if (mayMove(block, ctx)) return ctx.keepBack({ kind: 'paragraph', side, element: block.element });
  ctx.noteBlock(side, block.element, side === 'original' ? 'deleted' : 'inserted');
  return singleBlock(block.element, side === 'original' ? 'del' : 'ins', ctx);
}

/** Blocks that both sides have; as they stand in the original where nothing had to be marked. */
function mergeBlock(a: readonly Block[], b: readonly Block[], ctx: MergeContext): string {
  const before = ctx.touches();
  const merged = mergedBlock(a, b, ctx);
  const [only, ...more] = a;
  if (ctx.touches() !== before)
    for (const { element } of a) if (element.name === 'w:p') ctx.noteBlock('original', element, 'changed');
  return only && more.length === 0 && ctx.touches() === before
    ? marksOf(only.marks, 'original', ctx) + placeholdersIn(merged) + outer(only.element)
    : merged;
}

function mergedBlock(a: readonly Block[], b: readonly Block[], ctx: MergeContext): string {
  const [first, second] = [a[0]?.element, b[0]?.element];
  if (!first || !second) throw new Error('a stretch without blocks');
  const marks = marksOf(a[0]?.marks ?? [], 'original', ctx) + marksOf(b[0]?.marks ?? [], 'modified', ctx);
  switch (first.name) {
    case 'w:p':
      return mergeParagraphs(a, b, ctx);
    case 'w:tbl':
      return marks + mergeTable(first, second, ctx);
    case 'w:sdt':
    case 'w:customXml':
      return marks + mergeControl(first, second, ctx);
    default:
      return marks + outer(first);
  }
}

/** A block content control (§17.5.2.29), or custom XML, that both sides have. */
function mergeControl(a: XmlElement, b: XmlElement, ctx: MergeContext): string {
  const [left, right] = [controlIn(a), controlIn(b)];
  if (!left || !right) return outer(a);
  const [head, tail] = controlTags(left);
  return head + mergeStory(left.content, right.content, ctx) + tail;
}

/** A control around blocks that both sides have, which one side lacks or has with other properties. */
function revisedControl(a: readonly Block[], b: readonly Block[], ctx: MergeContext): string {
  const [left, right] = [controlOf(a), controlOf(b)];
  const body = mergeLists(
    left ? readBlocks(left.content) : { blocks: a, trailing: [] },
    right ? readBlocks(right.content) : { blocks: b, trailing: [] },
    ctx,
  ).join('');
  const inside = right ? controlRange('Ins', right, body, ctx) : body;
  const marks =
    (left ? marksOf(a[0]?.marks ?? [], 'original', ctx) : '') +
    (right ? marksOf(b[0]?.marks ?? [], 'modified', ctx) : '');
  return marks + (left ? controlRange('Del', left, inside, ctx) : inside);
}

function controlOf(blocks: readonly Block[]): Control | undefined {
  return blocks.length === 1 ? controlIn(blocks[0]?.element) : undefined;
}

/** A table that both sides have. */
export function mergeTable(a: XmlElement, b: XmlElement, ctx: MergeContext): string {
  return mergeTables(a, b, ctx, CELLS);
}

/** Cells are stories of their own; what goes or comes with a row may have moved. */
const CELLS: CellWriter = {
  mergeCell: (a, b, ctx) => mergeStory(a, b, ctx),
  singleCell: (cell, state, ctx, keepLast) =>
    singleStory(cell, state, ctx, keepLast, state === 'del' || state === 'ins'),
};

/** The blocks of a story that only one side has. */
export function singleStory(
  parent: XmlElement,
  state: Exclude<State, 'keep'>,
  ctx: MergeContext,
  keepLast: boolean,
  mayMove = false,
): string {
  const { blocks, trailing } = readBlocks(parent);
  const side = state === 'del' || state === 'from' ? 'original' : 'modified';
  const out = blocks.map((block, i) => {
    const last = keepLast && i === blocks.length - 1;
    return marksOf(block.marks, side, ctx) + singleBlock(block.element, state, ctx, last, mayMove);
  });
  return out.join('') + marksOf(trailing, side, ctx);
}

/** A block that only one side has. */
export function singleBlock(
  element: XmlElement,
  state: Exclude<State, 'keep'>,
  ctx: MergeContext,
  keepLast = false,
  mayMove = false,
): string {
  switch (element.name) {
    case 'w:p':
      return singleParagraphs([element], state, ctx, keepLast, mayMove);
    case 'w:tbl':
      return singleTable(element, state, ctx, CELLS);
    case 'w:sdt':
    case 'w:customXml':
      return singleControl(element, state, ctx, keepLast);
    default:
      return outer(element);
  }
}

/** A block content control, or custom XML, that only one side has: its tags are revised by a range (§17.13.5.4). */
function singleControl(
  element: XmlElement,
  state: Exclude<State, 'keep'>,
  ctx: MergeContext,
  keepLast: boolean,
): string {
  const control = controlIn(element);
  if (!control) return outer(element);
  const kind = state === 'del' || state === 'from' ? 'Del' : 'Ins';
  return controlRange(kind, control, singleStory(control.content, state, ctx, keepLast), ctx);
}
