import { isBlank, tokenIds } from '../diff/index.ts';
import type { MergeContext, Side, State } from './context.ts';
import type { Item, Run, TextItem } from './items.ts';
import type { Merge } from './merge.ts';
import { matchShapes, Shapes } from './shapes.ts';
import type { Word } from './units.ts';

/** Does inline content consist of nothing but text? */
export function areTexts(items: readonly Item[]): items is readonly TextItem[] {
  for (const item of items) if (item.kind !== 'text') return false;
  return true;
}

/** Are words told apart by all that they say, and nothing looked at inside of them? */
export function areWordsWhole({ rung, granularity, ignore }: MergeContext): boolean {
  return (
    rung === 'words' &&
    granularity === 'word' &&
    !(ignore.case || ignore.whitespace || ignore.notes || ignore.fields)
  );
}

/** The words of the texts of one side, as numbers, and how far they were written. */
class PlainWords {
  readonly side: Side;
  readonly text: string;
  readonly count: number;
  readonly shapes: Shapes;
  readonly #ids: Int32Array;
  readonly #ends: Int32Array;
  readonly #texts: readonly TextItem[];
  /** The text that is being written, and where it ends. */
  #item = 0;
  #itemEnd: number;

  constructor(side: Side, texts: readonly TextItem[], { symbols }: MergeContext) {
    this.side = side;
    let text = '';
    for (const item of texts) text += item.text;
    const half = side === 'original' ? 0 : 1;
    const { count, ids, ends } = tokenIds(text, symbols, half);
    this.text = text;
    this.count = count;
    this.#ids = ids;
    this.#ends = ends;
    this.#texts = texts;
    this.#itemEnd = texts[0]?.text.length ?? 0;
    this.shapes = new Shapes(count, half);
    for (let i = 0; i < count; i++) {
      if (this.isBlank(i)) this.shapes.blank(ids[i] ?? 0);
      else this.shapes.solid(ids[i] ?? 0, this.start(i + 1) - this.start(i));
    }
  }

  /** Where a word begins; of the number of words, where the last one ends. */
  start(i: number): number {
    return i === 0 ? 0 : (this.#ends[i - 1] ?? 0);
  }

  isBlank(i: number): boolean {
    const at = this.start(i);
    const first = this.text.charCodeAt(at);
    if (first > SPACE && first < DELETE) return false;
    return first === SPACE || isBlank(this.text.slice(at, this.#ends[i]));
  }

  /** The run at a place that was not written yet. */
  runAt(at: number): Run {
    for (let item = this.#texts[this.#item]; item; item = this.#texts[this.#item]) {
      if (at < this.#itemEnd) return item.run;
      this.#item++;
      this.#itemEnd += this.#texts[this.#item]?.text.length ?? 0;
    }
    throw new Error('a place behind the end of its texts');
  }

  /** Where the text ends that `runAt` was asked for last. */
  get runEnd(): number {
    return this.#itemEnd;
  }

  /** Words as units of their own, for what outlives this comparison. */
  units(from: number, to: number): Word[] {
    const units: Word[] = [];
    for (let i = from; i < to; i++) units.push(this.#unit(i));
    return units;
  }

  #unit(i: number): Word {
    const [start, end] = [this.start(i), this.start(i + 1)];
    const text = this.text.slice(start, end);
    const word = {
      kind: 'word',
      id: this.#ids[i] ?? 0,
      blank: this.isBlank(i),
      text,
      marks: undefined,
    } as const;
    const run = this.runAt(start);
    if (end <= this.runEnd) return { ...word, run, pieces: undefined };
    const pieces = [];
    for (let at = start; at < end; at = this.runEnd) {
      const piece = this.runAt(at);
      pieces.push({ text: this.text.slice(at, Math.min(end, this.runEnd)), run: piece });
    }
    return { ...word, run, pieces };
  }
}

const [SPACE, DELETE] = [0x20, 0x7f];

/**
 * The changes from texts to texts, marked word by word: the same as of units (see `matchUnits`), but without an object
 * for each word.
 */
export function mergeTexts(original: readonly TextItem[], modified: readonly TextItem[], merge: Merge): void {
  const { ctx } = merge;
  const a = new PlainWords('original', original, ctx);
  const b = new PlainWords('modified', modified, ctx);
  const isFine = ctx.mayMark();
  const partner = isFine
    ? matchShapes(a.shapes, b.shapes, ctx.align, true)
    : new Int32Array(a.count).fill(-1);
  let i = 0;
  let j = 0;
  while (i < a.count || j < b.count) {
    let i1 = i;
    while (i1 < a.count && (partner[i1] ?? -1) < 0) i1++;
    const j1 = i1 === a.count ? b.count : (partner[i1] ?? -1);
    alone(a, i, i1, merge, isFine);
    alone(b, j, j1, merge, isFine);
    i = i1;
    j = j1;
    while (i < a.count && partner[i] === j) {
      i++;
      j++;
    }
    common(a, b, a.start(i1), b.start(j1), a.start(i), merge);
  }
}

/** Words that both sides have. */
function common(a: PlainWords, b: PlainWords, from: number, fromB: number, to: number, merge: Merge): void {
  const shift = fromB - from;
  for (let at = from; at < to; ) {
    const run = merge.run(a.runAt(at), b.runAt(at + shift));
    const end = Math.min(to, a.runEnd, b.runEnd - shift);
    merge.writer.text(a.text.slice(at, end), run, 'keep');
    at = end;
  }
}

/** Words that only one side has: written at once, unless they may have moved. */
function alone(words: PlainWords, from: number, to: number, merge: Merge, mayMove: boolean): void {
  if (from === to) return;
  const { moves, keepBack, tally } = merge.ctx;
  const { side } = words;
  if (mayMove && moves.enabled && to - from >= moves.leastWords) {
    merge.writer.xml(keepBack({ kind: 'stretch', side, units: words.units(from, to) }));
    return;
  }
  const state: State = side === 'original' ? 'del' : 'ins';
  const last = words.start(to);
  for (let at = words.start(from); at < last; ) {
    const run = words.runAt(at);
    const end = Math.min(last, words.runEnd);
    merge.writer.text(words.text.slice(at, end), run, state);
    at = end;
  }
  let shown = 0;
  for (let i = from; i < to; i++) if (!words.isBlank(i)) shown++;
  if (side === 'original') tally.wordsDeleted += shown;
  else tally.wordsInserted += shown;
}
