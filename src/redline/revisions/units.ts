import { align, type Interner, isBlank, tokenIds } from '../diff/index.ts';
import { child } from '../ooxml/index.ts';
import { type Ignore, NOTHING_IGNORED } from '../options.ts';
import type { AtomItem, EndItem, GroupItem, Item, MarkItem, Run, TextItem } from './items.ts';
import { matchShapes, Shapes } from './shapes.ts';

/** A piece of a word that stands in one run. */
export interface Piece {
  readonly text: string;
  readonly run: Run;
}

/** A mark inside a word, `at` so many UTF-16 units from its start. */
export interface InnerMark {
  readonly at: number;
  readonly item: MarkItem;
}

export interface Word {
  readonly kind: 'word';
  readonly id: number;
  readonly blank: boolean;
  readonly text: string;
  /** The run that it begins in. */
  readonly run: Run;
  /** Its pieces, where it goes on in other runs. */
  readonly pieces: readonly Piece[] | undefined;
  readonly marks: readonly InnerMark[] | undefined;
  /** Of a grapheme: the word that it is of, and how that was counted already. */
  readonly whole?: { readonly counted: Set<string> };
}

interface Whole {
  readonly kind: 'whole';
  readonly id: number;
  readonly item: AtomItem | GroupItem | EndItem;
}

interface Mark {
  readonly kind: 'mark';
  readonly item: MarkItem;
}

/** What alignment sees of inline content: words, wholes, and marks that it passes over. */
export type Unit = Word | Whole | Mark;

/** Cuts inline content into units; the words do not depend on how runs are split or where marks stand. */
export function toUnits(items: readonly Item[], symbols: Interner, ignore: Ignore = NOTHING_IGNORED): Unit[] {
  const units: Unit[] = [];
  let texts: (TextItem | MarkItem)[] = [];
  const flush = (): void => {
    pushWords(texts, symbols, ignore, units);
    texts = [];
  };
  for (const item of items) {
    if (item.kind === 'text' || item.kind === 'mark') texts.push(item);
    else {
      flush();
      units.push({ kind: 'whole', id: wholeId(item, symbols, ignore), item });
    }
  }
  flush();
  return units;
}

/** The same units, equal only where nothing is ignored. */
export function exactUnits(units: readonly Unit[], symbols: Interner): readonly Unit[] {
  return units.map((unit) => {
    if (unit.kind === 'mark') return unit;
    if (unit.kind === 'word') return { ...unit, id: symbols.id(unit.text) };
    return { ...unit, id: wholeId(unit.item, symbols, NOTHING_IGNORED) };
  });
}

function wholeId(item: AtomItem | GroupItem | EndItem, symbols: Interner, ignore: Ignore): number {
  if (ignore.fields && isField(item)) return symbols.id('\u0001field');
  if (item.kind !== 'end') return symbols.id(`\u0001${item.key}`);
  const section = child(child(item.paragraph, 'w:pPr'), 'w:sectPr');
  return symbols.id(section ? '\u0001end of section' : '\u0001end');
}

/** Words of a stretch of text; marks between words are units, marks inside a word stay with it. */
function pushWords(
  stretch: readonly (TextItem | MarkItem)[],
  symbols: Interner,
  ignore: Ignore,
  out: Unit[],
): void {
  const texts: TextItem[] = [];
  const marks: InnerMark[] = [];
  let whole = '';
  for (const item of stretch) {
    if (item.kind === 'mark') marks.push({ at: whole.length, item });
    else {
      texts.push(item);
      whole += item.text;
    }
  }
  const place = new Place(texts);
  const { count, ids, ends } = tokenIds(whole, symbols);
  let at = 0;
  let nextMark = 0;
  // Blanks of one run are one and the same: they are half of all units.
  let blank: Word | undefined;
  for (let k = 0; k < count; k++) {
    const id = ids[k] ?? 0;
    const end = ends[k] ?? 0;
    for (let m = marks[nextMark]; m && m.at <= at; m = marks[++nextMark])
      out.push({ kind: 'mark', item: m.item });
    let inside: InnerMark[] | undefined;
    for (let m = marks[nextMark]; m && m.at < end; m = marks[++nextMark]) {
      inside ??= [];
      inside.push({ at: m.at - at, item: m.item });
    }
    const pieces = place.pass(end - at);
    const run = place.run;
    at = end;
    const alone = pieces === undefined && inside === undefined;
    if (alone && blank?.run === run && blank.id === id) {
      out.push(blank);
      continue;
    }
    const text = symbols.textOf(id);
    const key = ignore.case ? symbols.id(fold(text)) : id;
    const word: Word = { kind: 'word', id: key, blank: isBlank(text), text, run, pieces, marks: inside };
    out.push(word);
    if (alone && word.blank) blank = word;
  }
  for (let m = marks[nextMark]; m; m = marks[++nextMark]) out.push({ kind: 'mark', item: m.item });
}

/** Equal for words that differ only in case. */
export function fold(text: string): string {
  return text.toUpperCase();
}

/** A field that begins and ends in its paragraph (§17.16). */
export function isField(item: Item): item is GroupItem {
  return item.kind === 'group' && item.key.startsWith('field ');
}

export function isTab(unit: Unit | undefined): boolean {
  return unit?.kind === 'whole' && unit.item.kind === 'atom' && unit.item.element.name === 'w:tab';
}

/** A place in texts of runs, which passes over one word after the other. */
class Place {
  readonly #texts: readonly TextItem[];
  #index = 0;
  #offset = 0;
  #run: Run | undefined;

  constructor(texts: readonly TextItem[]) {
    this.#texts = texts;
  }

  /** The run that the last word began in. */
  get run(): Run {
    if (this.#run === undefined) throw new Error('a word behind the end of its texts');
    return this.#run;
  }

  /** Passes over a word; its pieces, where it stands in more than one run. */
  pass(length: number): readonly Piece[] | undefined {
    const item = this.#texts[this.#index];
    this.#run = item?.run;
    if (item && this.#offset + length <= item.text.length) {
      this.#advance(item, length);
      return undefined;
    }
    const pieces: Piece[] = [];
    for (let left = length; left > 0; ) {
      const next = this.#texts[this.#index];
      if (!next) break;
      const text = next.text.slice(this.#offset, this.#offset + left);
      pieces.push({ text, run: next.run });
      this.#advance(next, text.length);
      left -= text.length;
    }
    return pieces;
  }

  #advance(item: TextItem, length: number): void {
    this.#offset += length;
    if (this.#offset < item.text.length) return;
    this.#index++;
    this.#offset = 0;
  }
}

interface MatchOptions {
  readonly ignore: Ignore;
  readonly align: (a: ArrayLike<number>, b: ArrayLike<number>) => Int32Array;
}
const MATCHING: MatchOptions = { ignore: NOTHING_IGNORED, align: (a, b) => align(a, b).partner };

/** For each unit of `a` its partner in `b`, or -1 (see `matchShapes`). */
export function matchUnits(
  a: readonly Unit[],
  b: readonly Unit[],
  { ignore, align }: MatchOptions = MATCHING,
): Int32Array {
  return matchShapes(shapesOf(a, ignore, 0), shapesOf(b, ignore, 1), align, !ignore.whitespace);
}

/** A tab is a blank where blanks are ignored. */
function shapesOf(units: readonly Unit[], ignore: Ignore, side: 0 | 1): Shapes {
  const shapes = new Shapes(units.length, side);
  for (const u of units) {
    if (u.kind === 'mark') shapes.mark();
    else if (u.kind === 'word' && u.blank) shapes.blank(u.id);
    else if (ignore.whitespace && isTab(u)) shapes.none();
    else shapes.solid(u.id, u.kind === 'word' ? u.text.length : 0);
  }
  return shapes;
}

/** Only what both sides have in common at their ends. */
export function matchEnds(a: readonly Unit[], b: readonly Unit[]): Int32Array {
  const partner = new Int32Array(a.length).fill(-1);
  const visible = (units: readonly Unit[]): number[] =>
    units.flatMap((u, i) => (u.kind === 'mark' ? [] : [i]));
  const [left, right] = [visible(a), visible(b)];
  const same = (i: number | undefined, j: number | undefined): boolean => {
    const [u, v] = [a[i ?? -1], b[j ?? -1]];
    return u !== undefined && v !== undefined && u.kind !== 'mark' && v.kind !== 'mark' && u.id === v.id;
  };
  let n = 0;
  while (same(left[n], right[n])) partner[left[n] ?? 0] = right[n++] ?? -1;
  for (
    let k = 1;
    left.length - k >= n && right.length - k >= n && same(left[left.length - k], right[right.length - k]);
    k++
  ) {
    partner[left[left.length - k] ?? 0] = right[right.length - k] ?? -1;
  }
  return partner;
}
