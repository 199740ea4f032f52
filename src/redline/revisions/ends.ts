import { isBlank } from '../diff/index.ts';
import type { AtomItem, GroupItem, Item, TextItem } from './items.ts';

type Whole = AtomItem | GroupItem;

/** Items that say the same: texts of one length, or wholes with one key. */
export type Pair = readonly [a: TextItem, b: TextItem] | readonly [a: Whole, b: Whole];

/** Inline content of both sides without what they begin and end with alike. */
export interface Trimmed {
  readonly head: readonly Pair[];
  readonly a: readonly Item[];
  readonly b: readonly Item[];
  readonly tail: readonly Pair[];
}

/** A place in items: so many UTF-16 units into one of them. */
interface Place {
  readonly item: number;
  readonly at: number;
}

/** The same place on both sides. */
interface Cut {
  readonly a: Place;
  readonly b: Place;
}

const START: Place = { item: 0, at: 0 };

/**
 * Sets aside what both sides begin and end with, so that only what lies between is cut into words.
 *
 * Aligning everything would match it all the same: an alignment begins with what is common at both ends.  Both cuts
 * lie behind a blank or beside a whole, where no word goes on; and there is a tail only behind a first difference that is
 * not one of blanks, for the words in front of it are matched from the front.
 */
export function trimEnds(a: readonly Item[], b: readonly Item[]): Trimmed {
  const { cut, differs } = commonHead(a, b);
  const ends = { a: { item: a.length, at: 0 }, b: { item: b.length, at: 0 } };
  const tail = differs ? commonTail(a, b, differs) : ends;
  return {
    head: pairs(between(a, START, cut.a), between(b, START, cut.b)),
    a: between(a, cut.a, tail.a),
    b: between(b, cut.b, tail.b),
    tail: pairs(between(a, tail.a, ends.a), between(b, tail.b, ends.b)),
  };
}

/** How far both sides are the same, and where they differ if the words behind differ, too. */
function commonHead(
  a: readonly Item[],
  b: readonly Item[],
): { readonly cut: Cut; readonly differs: Cut | undefined } {
  let i = 0;
  let x = 0;
  let j = 0;
  let y = 0;
  let cut: Cut = { a: START, b: START };
  for (;;) {
    const p = a[i];
    const q = b[j];
    if (p?.kind === 'text' && q?.kind === 'text') {
      const most = Math.min(p.text.length - x, q.text.length - y);
      const same = commonStart(p.text, x, q.text, y, most);
      const blank = same === 0 ? -1 : p.text.lastIndexOf(' ', x + same - 1);
      if (blank >= x) cut = { a: { item: i, at: blank + 1 }, b: { item: j, at: y + blank + 1 - x } };
      x += same;
      y += same;
      if (same < most) {
        const [nextA, nextB] = [shownAt(p.text, x), shownAt(q.text, y)];
        const differs = nextA !== nextB && nextA !== '' && nextB !== '';
        return { cut, differs: differs ? { a: { item: i, at: x }, b: { item: j, at: y } } : undefined };
      }
      if (x === p.text.length) {
        i++;
        x = 0;
      }
      if (y === q.text.length) {
        j++;
        y = 0;
      }
    } else if (x === 0 && y === 0 && sameWhole(p, q)) {
      i++;
      j++;
      cut = { a: { item: i, at: 0 }, b: { item: j, at: 0 } };
    } else return { cut, differs: undefined };
  }
}

/** Where what both sides end with begins, behind the places where they differ first. */
function commonTail(a: readonly Item[], b: readonly Item[], { a: lowA, b: lowB }: Cut): Cut {
  let cut: Cut = { a: { item: a.length, at: 0 }, b: { item: b.length, at: 0 } };
  let i = a.length - 1;
  let j = b.length - 1;
  let x = lengthOf(a[i]);
  let y = lengthOf(b[j]);
  while (i >= lowA.item && j >= lowB.item) {
    const p = a[i];
    const q = b[j];
    if (p?.kind === 'text' && q?.kind === 'text') {
      const leastX = i === lowA.item ? lowA.at : 0;
      const leastY = j === lowB.item ? lowB.at : 0;
      const most = Math.min(x - leastX, y - leastY);
      const same = commonEnd(p.text, x, q.text, y, most);
      const word = firstWord(p.text, x - same, x);
      if (word >= 0) cut = { a: { item: i, at: word }, b: { item: j, at: y - x + word } };
      x -= same;
      y -= same;
      if (same < most || (leastX > 0 && x === leastX) || (leastY > 0 && y === leastY)) return cut;
    } else if (x === lengthOf(p) && y === lengthOf(q) && sameWhole(p, q)) {
      cut = { a: { item: i, at: 0 }, b: { item: j, at: 0 } };
      x = 0;
      y = 0;
    } else return cut;
    if (x === 0) x = lengthOf(a[--i]);
    if (y === 0) y = lengthOf(b[--j]);
  }
  return cut;
}

function sameWhole(p: Item | undefined, q: Item | undefined): boolean {
  return isWhole(p) && isWhole(q) && p.kind === q.kind && p.key === q.key;
}

function isWhole(item: Item | undefined): item is Whole {
  return item?.kind === 'atom' || item?.kind === 'group';
}

function lengthOf(item: Item | undefined): number {
  return item?.kind === 'text' ? item.text.length : 1;
}

function commonStart(s: string, x: number, t: string, y: number, most: number): number {
  let n = 0;
  while (n < most && s.charCodeAt(x + n) === t.charCodeAt(y + n)) n++;
  return n;
}

function commonEnd(s: string, x: number, t: string, y: number, most: number): number {
  let n = 0;
  while (n < most && s.charCodeAt(x - n - 1) === t.charCodeAt(y - n - 1)) n++;
  return n;
}

/** The first character from `at` that is no blank; '' where there is none. */
function shownAt(text: string, at: number): string {
  let i = at;
  while (i < text.length && isBlank(text.charAt(i))) i++;
  return text.charAt(i);
}

/** Where the first word begins that stands behind a blank, from `from` on and before `to`; -1 where there is none. */
function firstWord(text: string, from: number, to: number): number {
  let at = text.indexOf(' ', from) + 1;
  if (at === 0) return -1;
  while (at < to && isBlank(text.charAt(at))) at++;
  return at < to ? at : -1;
}

function between(items: readonly Item[], from: Place, to: Place): Item[] {
  const found: Item[] = [];
  for (let i = from.item; i <= to.item; i++) {
    const item = items[i];
    const [start, end] = [i === from.item ? from.at : 0, i === to.item ? to.at : lengthOf(item)];
    if (item === undefined || start >= end) continue;
    if (item.kind !== 'text' || (start === 0 && end === item.text.length)) found.push(item);
    else found.push({ kind: 'text', text: item.text.slice(start, end), run: item.run });
  }
  return found;
}

/** Both sides item by item, texts cut where either of them is. */
function pairs(a: readonly Item[], b: readonly Item[]): Pair[] {
  const found: Pair[] = [];
  let [i, x, j, y] = [0, 0, 0, 0];
  for (let [p, q] = [a[0], b[0]]; p && q; [p, q] = [a[i], b[j]]) {
    if (p.kind === 'text' && q.kind === 'text') {
      const length = Math.min(p.text.length - x, q.text.length - y);
      found.push([
        { kind: 'text', text: p.text.slice(x, x + length), run: p.run },
        { kind: 'text', text: q.text.slice(y, y + length), run: q.run },
      ]);
      [x, y] = [x + length, y + length];
    } else if (isWhole(p) && isWhole(q)) {
      found.push([p, q]);
      [x, y] = [1, 1];
    }
    if (x === lengthOf(p)) [i, x] = [i + 1, 0];
    if (y === lengthOf(q)) [j, y] = [j + 1, 0];
  }
  return found;
}
