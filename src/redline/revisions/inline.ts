import { descendants, outer, withInner, type XmlElement } from '../ooxml/index.ts';
import { isBlankUnit, KEPT } from './asides.ts';
import type { Block } from './block.ts';
import { itemsKey } from './content.ts';
import type { MergeContext } from './context.ts';
import { type Pair, trimEnds } from './ends.ts';
import { type AtomItem, type EndItem, type GroupItem, type Item, readWhole, TEXT_BOX } from './items.ts';
import { matching } from './matching.ts';
import { Merge } from './merge.ts';
import { labelNotes, NOTES } from './note-labels.ts';
import { mergedProperties, paragraphTag } from './paragraph.ts';
import { areTexts, areWordsWhole, mergeTexts } from './plain-words.ts';
import { rangedTag } from './ranges.ts';
import { Alone, cursor, isWhole, writeMarks, writeWord } from './single.ts';
import { isField, toUnits, type Unit, type Word } from './units.ts';
import { findWraps, type Wrap } from './wraps.ts';

/** A stretch of paragraphs; marks between them move into the paragraph behind, which they precede. */
function itemsOf(blocks: readonly Block[], ctx: MergeContext): Item[] {
  const [only] = blocks;
  if (only && blocks.length === 1 && only.marks.length === 0) return readWhole(only.element, ctx.props);
  return blocks.flatMap(({ element, marks }) => [
    ...marks.map((mark): Item => ({ kind: 'mark', element: mark, run: undefined })),
    ...readWhole(element, ctx.props),
  ]);
}

/**
 * Paragraphs of both sides as one stretch: text and marks are aligned together, so that a split, a
 * merge or an addition at the end of a story comes out as such.  Both sides have at least one
 * paragraph, and the last marks are one: it can be neither inserted nor deleted.
 */
export function mergeParagraphs(
  original: readonly Block[],
  modified: readonly Block[],
  ctx: MergeContext,
): string {
  const merge = new Merge(ctx);
  const before = ctx.touches();
  const [all, others] = [itemsOf(original, ctx), itemsOf(modified, ctx)];
  const [lastA, lastB] = [all.pop(), others.pop()];
  const [left, right] = labelNotes(all, others, ctx);
  const { head, a, b, tail } = mayTrim(ctx)
    ? trimEnds(left, right)
    : { head: [], a: left, b: right, tail: [] };
  for (const pair of head) matchedPair(pair, merge);
  if (areWordsWhole(ctx) && areTexts(a) && areTexts(b)) mergeTexts(a, b, merge);
  else mergeUnits(toUnits(a, ctx.symbols, ctx.ignore), toUnits(b, ctx.symbols, ctx.ignore), merge, true);
  for (const pair of tail) matchedPair(pair, merge);
  if (lastA?.kind !== 'end' || lastB?.kind !== 'end') throw new Error('a stretch without a paragraph end');
  matchedWhole(lastA, lastB, merge);
  ctx.marked(ctx.touches() - before);
  return merge.take();
}

/** Are words matched one by one, by all that they say? */
function mayTrim({ rung, ignore }: MergeContext): boolean {
  return rung === 'words' && !(ignore.case || ignore.whitespace || ignore.notes || ignore.fields);
}

function matchedPair([a, b]: Pair, merge: Merge): void {
  if (a.kind === 'text' && b.kind === 'text') merge.writer.text(a.text, merge.run(a.run, b.run), 'keep');
  else if (a.kind !== 'text' && b.kind !== 'text') matchedWhole(a, b, merge);
}

/** @param whole  do the units begin and end with a paragraph, not with a link or a field in it? */
function mergeUnits(a: readonly Unit[], b: readonly Unit[], merge: Merge, whole: boolean): void {
  const wraps = findWraps(a, b, merge.ctx);
  let [i, j] = [0, 0];
  for (const wrap of wraps) {
    mergeSimple(a.slice(i, wrap.a0), b.slice(j, wrap.b0), merge, false);
    mergeWrap(wrap, a.slice(wrap.a0, wrap.a1), b.slice(wrap.b0, wrap.b1), merge);
    [i, j] = [wrap.a1, wrap.b1];
  }
  if (wraps.length === 0) mergeSimple(a, b, merge, whole);
  else mergeSimple(a.slice(i), b.slice(j), merge, false);
}

/** Words that both sides have, in a control of which only the tags are revised. */
function mergeWrap({ left, right }: Wrap, a: readonly Unit[], b: readonly Unit[], merge: Merge): void {
  const { ctx, writer } = merge;
  const { symbols, ignore } = ctx;
  if (left) writer.xml(rangedTag('Del', left.open, ctx));
  if (right) writer.xml(rangedTag('Ins', right.open, ctx));
  const inside = (control: GroupItem | undefined, units: readonly Unit[]): readonly Unit[] =>
    control ? toUnits(control.items, symbols, ignore) : units;
  mergeUnits(inside(left, a), inside(right, b), merge, false);
  if (right) writer.xml(rangedTag('Ins', right.close, ctx));
  if (left) writer.xml(rangedTag('Del', left.close, ctx));
}

function mergeSimple(left: readonly Unit[], right: readonly Unit[], merge: Merge, whole: boolean): void {
  const { a, b, partner, dropped, passed } = matching(left, right, merge.ctx, whole);
  for (const aspect of passed) merge.ctx.passOver(aspect);
  const [gone, come] = [new Alone('original', merge), new Alone('modified', merge)];
  let j = 0;
  for (let i = 0; i <= a.length; i++) {
    const unit = a[i];
    const target = i === a.length ? b.length : (partner[i] ?? -1);
    if (target < 0) {
      if (unit && target !== KEPT) gone.add(unit);
      else if (unit) {
        gone.flush();
        kept(unit, merge);
      }
      continue;
    }
    gone.flush();
    for (; j < target; j++) {
      const fresh = b[j];
      if (fresh && !dropped.has(j)) come.add(fresh);
    }
    come.flush();
    const other = b[j++];
    if (unit && other && unit.kind !== 'mark' && other.kind !== 'mark') matched(unit, other, merge);
  }
}

/** A blank as the original has it; between words whose formatting changed with it, it changes with them. */
function keptBlank(a: Unit, b: Unit, merge: Merge): void {
  if (a.kind === 'word' && isWhole(a) && b.kind === 'word')
    merge.writer.text(a.text, merge.runOfBlank(a.run, b.run), 'keep');
  else kept(a, merge);
}

/** A unit as the original has it. */
function kept(unit: Unit, merge: Merge): void {
  if (unit.kind === 'word' && isWhole(unit)) merge.writer.text(unit.text, merge.runOfBlank(unit.run), 'keep');
  else if (unit.kind === 'word') writeWord(unit, 'original', 'keep', merge);
  else if (unit.item.kind !== 'end') keptItem(unit.item, merge);
}

function keptItem(item: Exclude<Item, EndItem>, merge: Merge): void {
  if (item.kind !== 'group') {
    merge.writer.item(item, 'keep');
    return;
  }
  const parts = item.open === '' ? [...item.head, ...item.items, ...item.tail] : item.items;
  const body = (): void => {
    for (const part of parts) if (part.kind !== 'end') keptItem(part, merge);
  };
  if (item.open === '') body();
  else merge.writer.group(item, body);
}

/** A unit that both sides have: written once, with the change of its formatting if there is one. */
function matched(a: Exclude<Unit, { kind: 'mark' }>, b: Exclude<Unit, { kind: 'mark' }>, merge: Merge): void {
  if (merge.ctx.ignore.whitespace && isBlankUnit(a)) keptBlank(a, b, merge);
  else if (a.kind === 'word' && b.kind === 'word') matchedWord(a, b, merge);
  else if (a.kind === 'whole' && b.kind === 'whole') matchedWhole(a.item, b.item, merge);
}

function matchedWord(a: Word, b: Word, merge: Merge): void {
  if (a.text !== b.text) merge.ctx.passOver('case');
  if (isWhole(a) && isWhole(b)) {
    merge.writer.text(a.text, merge.run(a.run, b.run), 'keep');
    return;
  }
  const former = cursor(a);
  const now = cursor(b);
  // Words that differ in case seldom differ in length, as `ß` and `SS` do.
  const lastB = b.text.length - 1;
  for (let at = 0; at < a.text.length; ) {
    writeMarks(a, at, 'original', 'keep', merge);
    writeMarks(b, at, 'modified', 'keep', merge);
    const [from, to] = [former(at), now(Math.min(at, lastB))];
    const end = at < lastB ? Math.min(from.end, to.end) : from.end;
    merge.writer.text(a.text.slice(at, end), merge.run(from.run, to.run), 'keep');
    at = end;
  }
}

function matchedWhole(
  a: AtomItem | GroupItem | EndItem,
  b: AtomItem | GroupItem | EndItem,
  merge: Merge,
): void {
  const { ignore } = merge.ctx;
  if (a.kind === 'end' && b.kind === 'end')
    merge.end(
      paragraphTag(a.paragraph),
      sameProperties(a, b) ?? mergedProperties(a.paragraph, b.paragraph, merge.ctx),
    );
  else if (a.kind === 'atom' && b.kind === 'atom') matchedAtom(a, b, merge);
  else if (a.kind === 'group' && b.kind === 'group') {
    if (ignore.fields && isField(a)) keptField(a, b, merge);
    else matchedGroup(a, b, merge);
  }
}

/** The properties of both paragraphs where they are known to be the same, without a section that may have to be written anew. */
function sameProperties(a: EndItem, b: EndItem): string | undefined {
  return a.properties === b.properties && !a.properties?.includes('<w:sectPr') ? a.properties : undefined;
}

/** Field characters and codes show nothing themselves: their formatting does not count. */
const UNFORMATTED = new Set(['w:fldChar', 'w:instrText']);

function matchedAtom(a: AtomItem, b: AtomItem, merge: Merge): void {
  const isNote = NOTES.has(a.element.name);
  if (isNote && !merge.ctx.sameNote(a.element, b.element)) {
    merge.writer.atom(a, 'del');
    merge.writer.atom(b, 'ins');
    return;
  }
  const run = a.run && b.run && !UNFORMATTED.has(a.element.name) ? merge.run(a.run, b.run) : a.run;
  const xml = mergedAtom(a.element, b.element, merge.ctx);
  merge.writer.atom(isNote && merge.ctx.ignore.notes ? a : { ...a, run }, 'keep', xml);
}

function mergedAtom(a: XmlElement, b: XmlElement, ctx: MergeContext): string {
  if (NOTES.has(a.name)) return ctx.note(a, 'keep', b);
  return a.name === 'w:tbl' ? ctx.table(a, b) : mergedBoxes(a, b, ctx);
}

/** What a reader shows that does not know the first choice: the same box again (Part 3 §7.5). */
const FALLBACK = new Set(['mc:Fallback']);

/** A drawing or picture whose text boxes (§17.17.1) may differ: each is a story of its own. */
function mergedBoxes(a: XmlElement, b: XmlElement, ctx: MergeContext): string {
  if (outer(a) === outer(b)) return outer(a);
  const [boxesA, boxesB] = [descendants(a, TEXT_BOX), descendants(b, TEXT_BOX)];
  const outermost = (boxes: XmlElement[]): XmlElement[] =>
    boxes.filter((x) => !boxes.some((y) => y !== x && y.start < x.start && y.end > x.end));
  const [outerA, outerB] = [outermost(boxesA), outermost(boxesB)];
  if (outerA.length === 0 || outerA.length !== outerB.length) return outer(a);
  const fallbacks = descendants(a, FALLBACK);
  let text = '';
  let at = a.start;
  outerA.forEach((box, i) => {
    const other = outerB[i];
    if (!other || outer(box) === outer(other)) return;
    const counts = !fallbacks.some((f) => f.start < box.start && f.end > box.end);
    text += a.source.slice(at, box.start) + withInner(box, ctx.blocks(box, other, counts));
    at = box.end;
  });
  return text + a.source.slice(at, a.end);
}

function matchedGroup(a: GroupItem, b: GroupItem, merge: Merge): void {
  const body = (): void => {
    const { symbols, ignore } = merge.ctx;
    mergeUnits(toUnits(a.items, symbols, ignore), toUnits(b.items, symbols, ignore), merge, false);
    for (const m of marksOf([...b.head, ...b.tail])) merge.writer.mark(m, 'modified', 'keep');
  };
  if (a.open !== '') {
    merge.writer.group(a, body);
    return;
  }
  for (const item of a.head) merge.writer.item(item, 'keep');
  body();
  for (const item of a.tail) merge.writer.item(item, 'keep');
}

/** A field that stays as the original has it; marks inside the other side's take no room in it. */
function keptField(a: GroupItem, b: GroupItem, merge: Merge): void {
  if (a.key !== b.key || itemsKey(a.items) !== itemsKey(b.items)) merge.ctx.passOver('fields');
  keptItem(a, merge);
  for (const m of marksOf([...b.head, ...b.items, ...b.tail])) merge.writer.mark(m, 'modified', 'keep');
}

function marksOf(items: readonly Item[]): Extract<Item, { kind: 'mark' }>[] {
  return items.flatMap((i) =>
    i.kind === 'mark' ? [i] : i.kind === 'group' ? marksOf([...i.head, ...i.items, ...i.tail]) : [],
  );
}
