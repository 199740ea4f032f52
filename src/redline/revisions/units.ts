import { align, type Interner, isBlank, tokenIds } from '../diff/index.ts';
import { child } from '../ooxml/index.ts';
import { type Ignore, NOTHING_IGNORED } from '../options.ts';
import type { AtomItem, EndItem, GroupItem, Item, MarkItem, Run, TextItem } from './items.ts';

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

/**
 * For each unit of `a` its partner in `b`, or -1.  Words and wholes are aligned first; blanks join
 * where what is beside them did, so that they never hold two changes apart.
 */
export function matchUnits(
  a: readonly Unit[],
  b: readonly Unit[],
  { ignore, align }: MatchOptions = MATCHING,
): Int32Array {
  const [left, right] = [solidUnits(a, ignore), solidUnits(b, ignore)];
  const found = align(left.ids, right.ids);
  const partner = new Int32Array(a.length).fill(-1);
  for (let k = 0; k < found.length; k++) {
    const j = found[k] ?? -1;
    if (j >= 0) partner[left.at[k] ?? 0] = right.at[j] ?? -1;
  }
  absorbIslands(a, b, partner);
  if (!ignore.whitespace) matchBlanks(a, b, partner);
  return partner;
}

interface Solid {
  /** Places of the units. */
  readonly at: Int32Array;
  readonly ids: Int32Array;
}

/** What is neither blank nor mark; a tab is a blank where blanks are ignored. */
function solidUnits(units: readonly Unit[], ignore: Ignore): Solid {
  const at = new Int32Array(units.length);
  const ids = new Int32Array(units.length);
  let count = 0;
  for (let i = 0; i < units.length; i++) {
    const u = units[i];
    if (u === undefined || u.kind === 'mark' || (u.kind === 'word' && u.blank)) continue;
    if (ignore.whitespace && isTab(u)) continue;
    at[count] = i;
    ids[count++] = u.id;
  }
  return { at, ids: ids.subarray(0, count) };
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

function matchBlanks(a: readonly Unit[], b: readonly Unit[], partner: Int32Array): void {
  let i0 = 0;
  let j0 = 0;
  for (let i = 0; i <= a.length; i++) {
    const j = i === a.length ? b.length : (partner[i] ?? -1);
    if (j < 0) continue;
    if (i > i0 && j > j0) matchGapBlanks(a, b, partner, { i0, i1: i, j0, j1: j });
    i0 = i + 1;
    j0 = j + 1;
  }
}

/** Units without partners, from `i0` and `j0` to before `i1` and `j1`. */
interface Gap {
  readonly i0: number;
  readonly i1: number;
  readonly j0: number;
  readonly j1: number;
}

/** Blanks at both ends of a gap between two matches. */
function matchGapBlanks(a: readonly Unit[], b: readonly Unit[], partner: Int32Array, gap: Gap): void {
  let { i0, i1, j0, j1 } = gap;
  for (;;) {
    while (i0 < i1 && a[i0]?.kind === 'mark') i0++;
    while (j0 < j1 && b[j0]?.kind === 'mark') j0++;
    if (i0 >= i1 || j0 >= j1 || !areEqualBlanks(a[i0], b[j0])) break;
    partner[i0++] = j0++;
  }
  for (;;) {
    while (i1 > i0 && a[i1 - 1]?.kind === 'mark') i1--;
    while (j1 > j0 && b[j1 - 1]?.kind === 'mark') j1--;
    if (i1 <= i0 || j1 <= j0 || !areEqualBlanks(a[i1 - 1], b[j1 - 1])) break;
    partner[--i1] = --j1;
  }
}

function areEqualBlanks(u: Unit | undefined, v: Unit | undefined): boolean {
  return u?.kind === 'word' && v?.kind === 'word' && u.blank && u.id === v.id;
}

/** An island of common words has at most this many letters before it is worth keeping apart. */
const ISLAND_LETTERS = 3;
/** Letters replaced on either side of an island before it disturbs the reader. */
const REPLACED_LETTERS = 12;

/** Gives up common words that only separate two replaced phrases: one change reads better than confetti. */
function absorbIslands(a: readonly Unit[], b: readonly Unit[], partner: Int32Array): void {
  let pi = -1;
  let pj = -1;
  let i = nextAnchor(partner, 0);
  while (i < a.length) {
    const j = partner[i] ?? -1;
    const ni = nextAnchor(partner, i + 1);
    const nj = ni < a.length ? (partner[ni] ?? -1) : b.length;
    const unit = a[i];
    const absorbed =
      unit?.kind === 'word' &&
      unit.text.length <= ISLAND_LETTERS &&
      isReplaced(a, pi + 1, i) &&
      isReplaced(b, pj + 1, j) &&
      isReplaced(a, i + 1, ni) &&
      isReplaced(b, j + 1, nj);
    if (absorbed) partner[i] = -1;
    else {
      pi = i;
      pj = j;
    }
    i = ni;
  }
}

function nextAnchor(partner: Int32Array, from: number): number {
  let i = from;
  while (i < partner.length && (partner[i] ?? -1) < 0) i++;
  return i;
}

/** Do the units hold so many letters that a reader is disturbed? */
function isReplaced(units: readonly Unit[], from: number, to: number): boolean {
  let letters = 0;
  for (let i = from; i < to && letters < REPLACED_LETTERS; i++) {
    const u = units[i];
    if (u?.kind === 'word' && !u.blank) letters += u.text.length;
  }
  return letters >= REPLACED_LETTERS;
}
