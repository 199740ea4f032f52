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
  let [endA, endB] = [a.length, b.length];
  while (from < endA && from < endB && a[from] === b[from]) partner[from] = from++;
  while (endA > from && endB > from && a[endA - 1] === b[endB - 1]) partner[--endA] = --endB;
  const common = commonPositions(a, b, from, endA, endB);
  const size = common.a.length + common.b.length + 3;
  const search: Search = {
    a: symbolsAt(a, common.a),
    b: symbolsAt(b, common.b),
    forward: new Int32Array(2 * size),
    backward: new Int32Array(2 * size),
    match: (i, j) => {
      partner[common.a[i] ?? 0] = common.b[j] ?? -1;
    },
    budget,
  };
  divide(search);
  return { partner, exhausted: search.budget <= 0 };
}

function symbolsAt(list: ArrayLike<number>, at: readonly number[]): Int32Array {
  const symbols = new Int32Array(at.length);
  for (let k = 0; k < at.length; k++) symbols[k] = list[at[k] ?? 0] ?? -1;
  return symbols;
}

/** Positions whose symbol occurs on the other side: the rest can have no partner. */
function commonPositions(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  from: number,
  endA: number,
  endB: number,
): { a: number[]; b: number[] } {
  const [inA, inB] = [new Symbols(endA - from), new Symbols(endB - from)];
  for (let i = from; i < endA; i++) inA.add(a[i] ?? -1);
  for (let j = from; j < endB; j++) inB.add(b[j] ?? -1);
  const left: number[] = [];
  const right: number[] = [];
  for (let i = from; i < endA; i++) if (inB.has(a[i] ?? -1)) left.push(i);
  for (let j = from; j < endB; j++) if (inA.has(b[j] ?? -1)) right.push(j);
  return { a: left, b: right };
}

/** A set of so many symbols at most, by open addressing. */
class Symbols {
  /** Symbol + 1, 0 for a free slot; at least half of them are free. */
  readonly #slots: Int32Array;
  readonly #shift: number;

  constructor(most: number) {
    const bits = 33 - Math.clz32(2 * most + 1);
    this.#slots = new Int32Array(2 ** bits);
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
    const mask = this.#slots.length - 1;
    let slot = Math.imul(symbol, 0x9e3779b1) >>> this.#shift;
    for (let held = this.#slots[slot]; held !== 0 && held !== symbol + 1; held = this.#slots[slot])
      slot = (slot + 1) & mask;
    return slot;
  }
}

function divide(search: Search): void {
  const { a, b } = search;
  const stack: [number, number, number, number][] = [[0, a.length, 0, b.length]];
  for (let range = stack.pop(); range; range = stack.pop()) {
    let [a0, a1, b0, b1] = range;
    while (a0 < a1 && b0 < b1 && a[a0] === b[b0]) search.match(a0++, b0++);
    while (a1 > a0 && b1 > b0 && a[a1 - 1] === b[b1 - 1]) search.match(--a1, --b1);
    if (a0 === a1 || b0 === b1 || search.budget <= 0) continue;
    const middle = middleSnake(search, a0, a1, b0, b1);
    if (middle === undefined) continue;
    const [x, y] = middle;
    stack.push([x, a1, y, b1], [a0, x, b0, y]);
  }
}

/** A point that an optimal path passes, or undefined when the budget ends first. */
function middleSnake(
  search: Search,
  a0: number,
  a1: number,
  b0: number,
  b1: number,
): [number, number] | undefined {
  const { a, b, forward, backward } = search;
  const [n, m] = [a1 - a0, b1 - b0];
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
      const [left, right] = [forward[mid + k - 1] ?? 0, forward[mid + k + 1] ?? 0];
      let x = k + d === 0 || (k !== d && left < right) ? right : left + 1;
      const start = x;
      while (x < n && x - k < m && a[a0 + x] === b[b0 + x - k]) x++;
      forward[mid + k] = x;
      const back = delta - k;
      if (odd && back + d > 0 && back < d && x + (backward[mid + back] ?? 0) >= n)
        return point(a0, b0, start, x, k, n, m);
    }
    for (let k = low; k <= high; k += 2) {
      const [left, right] = [backward[mid + k - 1] ?? 0, backward[mid + k + 1] ?? 0];
      let x = k + d === 0 || (k !== d && left < right) ? right : left + 1;
      const start = x;
      while (x < n && x - k < m && a[a1 - 1 - x] === b[b1 - 1 - x + k]) x++;
      backward[mid + k] = x;
      const ahead = delta - k;
      if (!odd && ahead + d >= 0 && ahead <= d && x + (forward[mid + ahead] ?? 0) >= n) {
        const [px, py] = [n - x, m - (x - k)];
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
): [number, number] | undefined {
  const inside = (x: number): boolean => !(x === 0 && x - k === 0) && !(x === n && x - k === m);
  const x = inside(start) ? start : end;
  return inside(x) ? [a0 + x, b0 + x - k] : undefined;
}
