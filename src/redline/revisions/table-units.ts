import { elements, outer, rawKey, type XmlElement } from '../ooxml/index.ts';
import type { MergeContext, Side } from './context.ts';
import { controlKey } from './items.ts';
import { type Control, controlIn, controlRange, controlTags } from './ranges.ts';

/** Marks that stand between rows or cells. */
export const MARK = /^w:(bookmark|commentRange|perm)/;
/** What is no row or cell and stands where they stand. */
const BESIDE = /^w:(tblPr|tblGrid|trPr|tblPrEx|customXmlPr|proofErr)$/;

/** Rows of a table or cells of a row, and controls around them; undefined when something else is among them. */
export function unitsOf(parent: XmlElement, name: 'w:tr' | 'w:tc'): XmlElement[] | undefined {
  const units = elements(parent).filter((e) => !BESIDE.test(e.name) && !MARK.test(e.name));
  const fits = (unit: XmlElement): boolean => {
    if (unit.name === name) return true;
    const control = controlIn(unit);
    return control !== undefined && unitsOf(control.content, name) !== undefined;
  };
  return units.every(fits) ? units : undefined;
}

/** How rows, or cells, are paired and written. */
export interface Writing {
  readonly name: 'w:tr' | 'w:tc';
  readonly pair: (a: readonly XmlElement[], b: readonly XmlElement[]) => Int32Array;
  readonly one: (unit: XmlElement, state: 'del' | 'ins') => string;
  readonly both: (a: XmlElement, b: XmlElement) => string;
  /** Names of the moves of those that went from one place to another. */
  readonly moves: (
    gone: readonly XmlElement[],
    come: readonly XmlElement[],
  ) => ReadonlyMap<XmlElement, string>;
  /** One of the two places of a move. */
  readonly moved: (unit: XmlElement, state: 'from' | 'to', name: string) => string;
}

/** Rows, or cells, of both sides in order: what is paired once, the rest from its side. */
export function mergeUnits(
  a: readonly XmlElement[],
  b: readonly XmlElement[],
  writing: Writing,
  ctx: MergeContext,
): string {
  const partner = writing.pair(a, b);
  const taken = new Set(partner);
  const moves = writing.moves(
    a.filter((_, i) => (partner[i] ?? -1) < 0),
    b.filter((_, i) => !taken.has(i)),
  );
  const single = (unit: XmlElement, state: 'del' | 'ins'): string => {
    const name = moves.get(unit);
    if (name === undefined) return singleUnit(unit, state, writing, ctx);
    return writing.moved(unit, state === 'del' ? 'from' : 'to', name);
  };
  let j = 0;
  let body = '';
  for (let i = 0; i <= a.length; i++) {
    const target = i === a.length ? b.length : (partner[i] ?? -1);
    const unit = a[i];
    if (target < 0) {
      if (unit) body += single(unit, 'del');
      continue;
    }
    for (const fresh of b.slice(j, target)) body += single(fresh, 'ins');
    const other = b[target];
    j = target + 1;
    if (unit && other) body += pairedUnits(unit, other, writing, ctx);
  }
  return body;
}

/** A row or cell that only one side has; of a control around it the tags are revised as well. */
function singleUnit(unit: XmlElement, state: 'del' | 'ins', writing: Writing, ctx: MergeContext): string {
  const control = controlIn(unit);
  if (!control) return writing.one(unit, state);
  const side = state === 'del' ? 'original' : 'modified';
  const body = elements(control.content)
    .map((e) =>
      MARK.test(e.name) ? ctx.mark(e, side) : BESIDE.test(e.name) ? '' : singleUnit(e, state, writing, ctx),
    )
    .join('');
  return ctx.withoutShared(controlRange(state === 'del' ? 'Del' : 'Ins', control, body, ctx), side);
}

/** A row or cell that both sides have, either of them in a control of its own or in one that both have. */
function pairedUnits(a: XmlElement, b: XmlElement, writing: Writing, ctx: MergeContext): string {
  const [left, right] = [controlIn(a), controlIn(b)];
  if (!left && !right) return writing.both(a, b);
  if (rawKey(a) === rawKey(b) && !outer(a).includes('noteReference')) return outer(a);
  const inside = (control: Control | undefined, unit: XmlElement): readonly XmlElement[] =>
    control ? (unitsOf(control.content, writing.name) ?? []) : [unit];
  const merged = mergeUnits(inside(left, a), inside(right, b), writing, ctx);
  const marks = (control: Control | undefined, side: Side): string =>
    control
      ? elements(control.content)
          .map((e) => (MARK.test(e.name) ? ctx.mark(e, side) : ''))
          .join('')
      : '';
  const body = marks(left, 'original') + marks(right, 'modified') + merged;
  if (left && right && controlKey(a) === controlKey(b)) {
    const [head, tail] = controlTags(left);
    return head + body + tail;
  }
  const within = right ? controlRange('Ins', right, body, ctx) : body;
  return left ? controlRange('Del', left, within, ctx) : within;
}

/** Cells of a row, or of the rows in a control. */
export function cellsIn(unit: XmlElement): XmlElement[] {
  if (unit.name === 'w:tc') return [unit];
  const parent = unit.name === 'w:tr' ? unit : controlIn(unit)?.content;
  return parent ? elements(parent).flatMap(cellsIn) : [];
}
