/**
 * Longest-common-subsequence alignment of two integer sequences: the linear-space algorithm of
 * Myers (1986), over the symbols that both sides have, under a budget.
 */

/**
 * Steps of the search after which a range is left as one replacement: some for any two sequences and
 * some for each symbol, so that no pair costs much more than others of its length. Measured: about 4 ns each.
 */
const LEAST_STEPS = 1_000_000;
const STEPS_PER_SYMBOL = 4;

/** The budget of an alignment of so many symbols. */
export function alignmentSteps(symbols: number): number {
  return LEAST_STEPS + STEPS_PER_SYMBOL * symbols;
}

export interface Alignment {
  /** For each element of `a`, its partner in `b`, or -1; partners rise. */
  readonly partner: Int32Array;
  /** The budget was used up: the alignment is valid, but coarser than it could be. */
  readonly exhausted: boolean;
}

/** Memory of one alignment after the other: most are of a few words. */
interface Room {
  /** So many symbols on both sides together. */
  readonly size: number;
  readonly slots: readonly [Int32Array, Int32Array];
  /** Places of common symbols, and these. */
  readonly at: readonly [Int32Array, Int32Array];
  readonly symbols: readonly [Int32Array, Int32Array];
  readonly forward: Int32Array;
  readonly backward: Int32Array;
}

function roomFor(size: number): Room {
  const two = (length: number): [Int32Array, Int32Array] => [new Int32Array(length), new Int32Array(length)];
  const [forward, backward] = two(2 * (size + 3));
  return { size, slots: two(2 ** bitsFor(size)), at: two(size), symbols: two(size), forward, backward };
}

/** Room for more symbols is not kept. */
const MOST_KEPT = 1 << 14;
let kept = roomFor(1 << 10);

function room(size: number): Room {
  if (size <= kept.size) return kept;
  const wide = roomFor(size > MOST_KEPT ? size : Math.min(2 * size, MOST_KEPT));
  if (size <= MOST_KEPT) kept = wide;
  return wide;
}

interface Search {
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly forward: Int32Array;
  readonly backward: Int32Array;
  readonly match: (i: number, j: number) => void;
  budget: number;
}

/** Aligns two sequences of symbols (non-negative integers). */
export function align(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  budget = alignmentSteps(a.length + b.length),
): Alignment {
  const partner = new Int32Array(a.length).fill(-1);
  let from = 0;
  let endA = a.length;
  let endB = b.length;
  while (from < endA && from < endB && a[from] === b[from]) {
    partner[from] = from;
    from++;
  }
  while (endA > from && endB > from && a[endA - 1] === b[endB - 1]) partner[--endA] = --endB;
  // One symbol on either side is another one.
  if (from === endA || from === endB || endA + endB - 2 * from === 2)
    return { partner, exhausted: budget <= 0 };
  const memory = room(endA + endB - 2 * from);
  const [n, m] = commonPositions(a, b, from, endA, endB, memory);
  const [atA, atB] = memory.at;
  const search: Search = {
    a: symbolsAt(a, atA, n, memory.symbols[0]),
    b: symbolsAt(b, atB, m, memory.symbols[1]),
    forward: memory.forward,
    backward: memory.backward,
    match: (i, j) => {
      partner[atA[i] ?? 0] = atB[j] ?? -1;
    },
    budget,
  };
  divide(search, n, m);
  return { partner, exhausted: search.budget <= 0 };
}

function symbolsAt(list: ArrayLike<number>, at: Int32Array, count: number, symbols: Int32Array): Int32Array {
  for (let k = 0; k < count; k++) symbols[k] = list[at[k] ?? 0] ?? -1;
  return symbols;
}

/** Positions whose symbol occurs on the other side: the rest can have no partner. @returns how many on each side */
function commonPositions(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  from: number,
  endA: number,
  endB: number,
  { slots, at }: Room,
): [n: number, m: number] {
  const [inA, inB] = [new Symbols(endA - from, slots[0]), new Symbols(endB - from, slots[1])];
  for (let i = from; i < endA; i++) inA.add(a[i] ?? -1);
  for (let j = from; j < endB; j++) inB.add(b[j] ?? -1);
  const [left, right] = at;
  let n = 0;
  let m = 0;
  for (let i = from; i < endA; i++) if (inB.has(a[i] ?? -1)) left[n++] = i;
  for (let j = from; j < endB; j++) if (inA.has(b[j] ?? -1)) right[m++] = j;
  return [n, m];
}

function bitsFor(most: number): number {
  return 33 - Math.clz32(2 * most + 1);
}

/** A set of so many symbols at most, by open addressing. */
class Symbols {
  /** Symbol + 1, 0 for a free slot; at least half of them are free. */
  readonly #slots: Int32Array;
  readonly #shift: number;
  readonly #mask: number;

  constructor(most: number, slots: Int32Array) {
    const bits = bitsFor(most);
    this.#slots = slots.fill(0, 0, 2 ** bits);
    this.#mask = 2 ** bits - 1;
    this.#shift = 32 - bits;
  }

  add(symbol: number): void {
    this.#slots[this.#slotOf(symbol)] = symbol + 1;
  }

  has(symbol: number): boolean {
    return this.#slots[this.#slotOf(symbol)] !== 0;
  }

  /** Where the symbol is, or would be. Symbols are given in the order of the first meeting: they spread. */
  #slotOf(symbol: number): number {
    const slots = this.#slots;
    let slot = Math.imul(symbol, 0x9e3779b1) >>> this.#shift;
    for (let held = slots[slot]; held !== 0 && held !== symbol + 1; held = slots[slot])
      slot = (slot + 1) & this.#mask;
    return slot;
  }
}

function divide(search: Search, n: number, m: number): void {
  const { a, b } = search;
  const stack: Stretch[] = [{ a0: 0, a1: n, b0: 0, b1: m }];
  for (let range = stack.pop(); range; range = stack.pop()) {
    let { a0, a1, b0, b1 } = range;
    while (a0 < a1 && b0 < b1 && a[a0] === b[b0]) search.match(a0++, b0++);
    while (a1 > a0 && b1 > b0 && a[a1 - 1] === b[b1 - 1]) search.match(--a1, --b1);
    if (a0 === a1 || b0 === b1 || search.budget <= 0) continue;
    const middle = middleSnake(search, a0, a1, b0, b1);
    if (middle === undefined) continue;
    const { x, y } = middle;
    stack.push({ a0: x, a1, b0: y, b1 }, { a0, a1: x, b0, b1: y });
  }
}

/** Symbols of both sides, from `a0` and `b0` to before `a1` and `b1`. */
interface Stretch {
  readonly a0: number;
  readonly a1: number;
  readonly b0: number;
  readonly b1: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A point that an optimal path passes, or undefined when the budget ends first. */
function middleSnake(search: Search, a0: number, a1: number, b0: number, b1: number): Point | undefined {
  const { a, b, forward, backward } = search;
  const n = a1 - a0;
  const m = b1 - b0;
  const delta = n - m;
  const odd = (delta & 1) !== 0;
  const max = (n + m + 1) >> 1;
  const mid = (forward.length >> 1) - 1;
  forward[mid + 1] = 0;
  backward[mid + 1] = 0;
  for (let d = 0; d <= max; d++) {
    search.budget -= 2 * d + 1;
    if (search.budget <= 0) return undefined;
    // Nothing is negated here: −0 is no integer, and would make the search twice as slow.
    const low = 2 * Math.max(0, d - m) - d;
    const high = d - 2 * Math.max(0, d - n);
    for (let k = low; k <= high; k += 2) {
      const left = forward[mid + k - 1] ?? 0;
      const right = forward[mid + k + 1] ?? 0;
      let x = k + d === 0 || (k !== d && left < right) ? right : left + 1;
      const start = x;
      while (x < n && x - k < m && a[a0 + x] === b[b0 + x - k]) x++;
      forward[mid + k] = x;
      const back = delta - k;
      if (odd && back + d > 0 && back < d && x + (backward[mid + back] ?? 0) >= n)
        return point(a0, b0, start, x, k, n, m);
    }
    for (let k = low; k <= high; k += 2) {
      const left = backward[mid + k - 1] ?? 0;
      const right = backward[mid + k + 1] ?? 0;
      let x = k + d === 0 || (k !== d && left < right) ? right : left + 1;
      const start = x;
      while (x < n && x - k < m && a[a1 - 1 - x] === b[b1 - 1 - x + k]) x++;
      backward[mid + k] = x;
      const ahead = delta - k;
      if (!odd && ahead + d >= 0 && ahead <= d && x + (forward[mid + ahead] ?? 0) >= n) {
        const px = n - x;
        const py = m - (x - k);
        return point(a0, b0, px, n - start, px - py, n, m);
      }
    }
  }
  return undefined;
}

/** A split point on the snake from `start` to `end` on diagonal `k` that makes both halves smaller. */
function point(
  a0: number,
  b0: number,
  start: number,
  end: number,
  k: number,
  n: number,
  m: number,
): Point | undefined {
  const inside = (x: number): boolean => !(x === 0 && x - k === 0) && !(x === n && x - k === m);
  const x = inside(start) ? start : end;
  return inside(x) ? { x: a0 + x, y: b0 + x - k } : undefined;
}
