/** A run of equal symbols: `length` of them from `i` in the left list and from `j` in the right one. */
export interface CommonRun {
  readonly i: number;
  readonly j: number;
  readonly length: number;
}

/** Places of the right side that are tried for one of the left; more say that the words are commonplace. */
const MAX_PLACES = 8;

/**
 * Runs of at least `least` symbols that both lists have, in whatever order: the longest first, and no
 * symbol in two of them.  Negative symbols equal nothing.  Linear in the lengths.
 */
export function commonRuns(a: Int32Array, b: Int32Array, least: number): CommonRun[] {
  const places = new Places(b.length);
  eachGram(b, least, (hash, j) => places.add(hash, j));
  const found: CommonRun[] = [];
  let reached = 0;
  eachGram(a, least, (hash, i) => {
    if (i < reached) return;
    let best: CommonRun = { i, j: 0, length: 0 };
    places.each(hash, (j) => {
      const length = runLength(a, b, i, j);
      if (length > best.length) best = { i, j, length };
    });
    if (best.length < least) return;
    found.push(best);
    reached = i + best.length;
  });
  return withoutOverlap(found, b.length, least);
}

/** The first places of each hash in a list, in their order: chains of what falls into one slot. */
class Places {
  /** Place + 1 of the first of each chain, and of the next behind each place; 0 for none. */
  readonly #first: Int32Array;
  readonly #next: Int32Array;
  readonly #hashes: Int32Array;
  readonly #shift: number;

  constructor(length: number) {
    const bits = Math.max(1, 32 - Math.clz32(length));
    this.#first = new Int32Array(2 ** bits);
    this.#next = new Int32Array(length);
    this.#hashes = new Int32Array(length);
    this.#shift = 32 - bits;
  }

  /** Places are added in their order. */
  add(hash: number, place: number): void {
    this.#hashes[place] = hash;
    const slot = this.#slotOf(hash);
    let same = 0;
    let last = 0;
    for (let at = this.#first[slot] ?? 0; at > 0; at = this.#next[at - 1] ?? 0) {
      if (this.#hashes[at - 1] === hash && ++same === MAX_PLACES) return;
      last = at;
    }
    if (last === 0) this.#first[slot] = place + 1;
    else this.#next[last - 1] = place + 1;
  }

  each(hash: number, visit: (place: number) => void): void {
    for (let at = this.#first[this.#slotOf(hash)] ?? 0; at > 0; at = this.#next[at - 1] ?? 0)
      if (this.#hashes[at - 1] === hash) visit(at - 1);
  }

  #slotOf(hash: number): number {
    return Math.imul(hash, 0x9e3779b1) >>> this.#shift;
  }
}

/** Calls for each stretch of `size` symbols, none negative, with its hash and place. */
function eachGram(list: Int32Array, size: number, visit: (hash: number, at: number) => void): void {
  // What the first symbol of a stretch adds to its hash.
  let first = 1;
  for (let k = 1; k < size; k++) first = Math.imul(first, 31);
  let clean = 0;
  let hash = 0;
  for (let end = 0; end < list.length; end++) {
    const symbol = list[end] ?? -1;
    if (symbol < 0) {
      clean = 0;
      hash = 0;
      continue;
    }
    if (clean >= size) hash = (hash - Math.imul(list[end - size] ?? 0, first)) | 0;
    hash = (Math.imul(hash, 31) + symbol) | 0;
    clean++;
    if (clean >= size) visit(hash, end - size + 1);
  }
}

function runLength(a: Int32Array, b: Int32Array, i: number, j: number): number {
  let n = 0;
  while (i + n < a.length && j + n < b.length && (a[i + n] ?? -1) >= 0 && a[i + n] === b[j + n]) n++;
  return n;
}

/** The longer of two runs that want the same place of the right side has it; the other keeps what is left in front or behind. */
function withoutOverlap(runs: readonly CommonRun[], width: number, least: number): CommonRun[] {
  const taken = new Uint8Array(width);
  const out: CommonRun[] = [];
  for (const { i, j, length } of [...runs].sort((x, y) => y.length - x.length || x.i - y.i)) {
    let [from, to] = [0, length];
    while (from < to && taken[j + from] === 1) from++;
    while (to > from && taken[j + to - 1] === 1) to--;
    if (to - from < least || taken.subarray(j + from, j + to).includes(1)) continue;
    taken.fill(1, j + from, j + to);
    out.push({ i: i + from, j: j + from, length: to - from });
  }
  return out;
}
