import { pairInOrder, similarity } from '../diff/index.ts';
import { elements } from '../ooxml/index.ts';
import { type Block, isControl, wordsOf } from './block.ts';
import type { MergeContext } from './context.ts';
import type { Step } from './plan.ts';
import { controlIn } from './ranges.ts';

const BLOCK = /^w:(p|tbl|sdt|customXml)$/;
/** Least share of common words for a block inside a control to be a version of one outside. */
const INSIDE_THRESHOLD = 0.5;

/**
 * Finds block content controls (§17.5.2.29) that were put around blocks, taken off them or changed
 * in their properties: only their tags are revised then, and what they hold is compared.
 */
export function pairControls(steps: readonly Step[], ctx: MergeContext): Step[] {
  const out: Step[] = [];
  for (let at = 0; at < steps.length; ) {
    let end = at;
    while (steps[end]?.kind === 'del' || steps[end]?.kind === 'ins') end++;
    const run = steps.slice(at, end);
    out.push(...(run.some(isControlStep) ? pairRun(run, ctx) : run));
    const next = steps[end];
    if (next) out.push(next);
    at = end + 1;
  }
  return out;
}

function isControlStep(step: Step): boolean {
  const block = step.kind === 'del' ? step.a : step.kind === 'ins' ? step.b : undefined;
  return block !== undefined && isControl(block);
}

const deleted = (blocks: readonly Block[]): Step[] => blocks.map((a) => ({ kind: 'del', a }));
const inserted = (blocks: readonly Block[]): Step[] => blocks.map((b) => ({ kind: 'ins', b }));

/** A run of blocks that either side has alone: the first control that finds its content parts it. */
function pairRun(run: readonly Step[], ctx: MergeContext): Step[] {
  const a = run.flatMap((s) => (s.kind === 'del' ? [s.a] : []));
  const b = run.flatMap((s) => (s.kind === 'ins' ? [s.b] : []));
  const found = findControl(a, b, ctx) ?? flipped(findControl(b, a, ctx));
  if (!found) return [...run];
  const { i0, i1, j0, j1 } = found;
  const rest = [...deleted(a.slice(i1)), ...inserted(b.slice(j1))];
  return [
    ...deleted(a.slice(0, i0)),
    ...inserted(b.slice(0, j0)),
    { kind: 'control', a: a.slice(i0, i1), b: b.slice(j0, j1) },
    ...pairRun(rest, ctx),
  ];
}

interface Found {
  readonly i0: number;
  readonly i1: number;
  readonly j0: number;
  readonly j1: number;
}

function flipped(found: Found | undefined): Found | undefined {
  return found && { i0: found.j0, i1: found.j1, j0: found.i0, j1: found.i1 };
}

/** A control of one side, and the blocks of the other that are versions of what it holds. */
function findControl(
  holders: readonly Block[],
  others: readonly Block[],
  ctx: MergeContext,
): Found | undefined {
  for (const [i, holder] of holders.entries()) {
    if (!isControl(holder)) continue;
    const inside = elements(controlIn(holder.element)?.content ?? holder.element).filter((e) =>
      BLOCK.test(e.name),
    );
    const controls = others.findIndex(
      (o) =>
        isControl(o) && similarity(wordsOf(holder.element, ctx), wordsOf(o.element, ctx)) >= INSIDE_THRESHOLD,
    );
    if (controls >= 0) return { i0: i, i1: i + 1, j0: controls, j1: controls + 1 };
    const [mine, theirs] = [inside.map((e) => wordsOf(e, ctx)), others.map((o) => wordsOf(o.element, ctx))];
    const partner = pairInOrder(inside.length, others.length, (x, y) => {
      const [words, other] = [mine[x], theirs[y]];
      if (!words || !other || words.length === 0 || inside[x]?.name !== others[y]?.element.name) return 0;
      const share = similarity(words, other);
      return share >= INSIDE_THRESHOLD ? share * words.length : 0;
    });
    const hits = [...partner].filter((j) => j >= 0);
    const [first, last] = [hits[0], hits[hits.length - 1]];
    if (first !== undefined && last !== undefined) return { i0: i, i1: i + 1, j0: first, j1: last + 1 };
  }
  return undefined;
}
