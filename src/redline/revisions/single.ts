import { outer, type XmlElement } from '../ooxml/index.ts';
import type { MergeContext, Side, State } from './context.ts';
import { type Item, type Run, readItems } from './items.ts';
import { Merge } from './merge.ts';
import { paragraphTag, singleProperties } from './paragraph.ts';
import { toUnits, type Unit, type Word } from './units.ts';

/**
 * Paragraphs that only one side has, with their marks.
 *
 * @param keepLast  leave the last mark untracked, as at the end of a cell or a note
 * @param mayMove  is what they say shown as moved where it is found elsewhere?
 */
export function singleParagraphs(
  paragraphs: readonly XmlElement[],
  state: Exclude<State, 'keep'>,
  ctx: MergeContext,
  keepLast = false,
  mayMove = false,
): string {
  const merge = new Merge(ctx);
  paragraphs.forEach((p, i) => {
    const items = readItems(p, ctx.props);
    if (!(mayMove && keptBack(p, items, state, merge))) for (const item of items) single(item, state, merge);
    merge.end(paragraphTag(p), singleProperties(p, state, ctx, !(keepLast && i === paragraphs.length - 1)));
  });
  return merge.take();
}

/** Leaves what a paragraph says for later; its bookmarks are settled with the row that it stands in. */
function keptBack(
  paragraph: XmlElement,
  items: readonly Item[],
  state: Exclude<State, 'keep'>,
  merge: Merge,
): boolean {
  const { symbols, ignore } = merge.ctx;
  if (outer(paragraph).includes('<w:bookmark')) return false;
  const alone = new Alone(state === 'del' ? 'original' : 'modified', merge);
  for (const unit of toUnits(items, symbols, ignore)) alone.add(unit);
  alone.flush();
  return true;
}

/** Gathers neighbouring units that only one side has: written at once, unless they may have moved. */
export class Alone {
  readonly #side: Side;
  readonly #merge: Merge;
  #units: Unit[] = [];

  constructor(side: Side, merge: Merge) {
    this.#side = side;
    this.#merge = merge;
  }

  add(unit: Unit): void {
    if (unit.kind !== 'whole' || unit.item.kind !== 'end') this.#units.push(unit);
    else {
      this.flush();
      one(unit, this.#side, this.#merge);
    }
  }

  flush(): void {
    if (this.#units.length === 0) return;
    const { rung, moves, keepBack } = this.#merge.ctx;
    const units = this.#units;
    this.#units = [];
    if (moves.enabled && rung === 'words' && units.length >= moves.leastWords)
      this.#merge.writer.xml(keepBack({ kind: 'stretch', side: this.#side, units }));
    else for (const unit of units) one(unit, this.#side, this.#merge);
  }
}

/** A unit that only one side has. */
export function one(unit: Unit, side: Side, merge: Merge): void {
  const state = side === 'original' ? 'del' : 'ins';
  // A comment is no change: its reference stays, whatever becomes of the words it is about.
  if (unit.kind === 'mark') merge.writer.mark(unit.item, side, 'keep');
  else if (unit.kind === 'whole') single(unit.item, state, merge);
  else singleWord(unit, side, state, merge);
}

export function single(item: Item, state: Exclude<State, 'keep'>, merge: Merge): void {
  if (item.kind === 'end')
    merge.end(paragraphTag(item.paragraph), singleProperties(item.paragraph, state, merge.ctx));
  else merge.writer.item(item, state);
  countWords(wordsIn(item), state, merge.ctx);
}

function wordsIn(item: Item): number {
  if (item.kind === 'text') return item.text.split(/\s+/).filter(Boolean).length;
  return item.kind === 'group' ? item.items.reduce((sum, inner) => sum + wordsIn(inner), 0) : 0;
}

function countWords(n: number, state: State, ctx: MergeContext): void {
  if (state === 'del') ctx.tally.wordsDeleted += n;
  else if (state === 'ins') ctx.tally.wordsInserted += n;
  else if (state === 'from') ctx.tally.wordsMoved += n;
}

/** A word that is written from one side. */
export function singleWord(word: Word, side: Side, state: Exclude<State, 'keep'>, merge: Merge): void {
  writeWord(word, side, state, merge);
  if (word.blank || word.whole?.counted.has(state)) return;
  word.whole?.counted.add(state);
  countWords(1, state, merge.ctx);
}

export function writeWord(word: Word, side: Side, state: State, merge: Merge): void {
  if (isWhole(word)) {
    merge.writer.text(word.text, word.run, state);
    return;
  }
  const next = cursor(word);
  for (let at = 0; at < word.text.length; ) {
    writeMarks(word, at, side, state, merge);
    const { run, end } = next(at);
    merge.writer.text(word.text.slice(at, end), run, state);
    at = end;
  }
}

/** Does the word stand in one run without a mark inside? Most do. */
export function isWhole(word: Word): boolean {
  return word.pieces === undefined && word.marks === undefined;
}

export function writeMarks(word: Word, at: number, side: Side, state: State, merge: Merge): void {
  for (const mark of word.marks ?? []) if (mark.at === at) merge.writer.mark(mark.item, side, state);
}

/** The run at a place in a word, and how far it reaches: to the end of its piece or to the next mark. */
export function cursor(word: Word): (at: number) => { run: Run; end: number } {
  const pieces = word.pieces ?? [word];
  let [index, start] = [0, 0];
  return (at) => {
    let piece = pieces[index];
    while (piece && start + piece.text.length <= at) {
      start += piece.text.length;
      piece = pieces[++index];
    }
    if (!piece) throw new Error('a place behind the end of a word');
    const mark = word.marks?.find((m) => m.at > at);
    return { run: piece.run, end: Math.min(start + piece.text.length, mark?.at ?? Number.POSITIVE_INFINITY) };
  };
}
