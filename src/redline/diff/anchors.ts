/** A pair of positions, and what it is worth to keep it. */
export interface Candidate {
  readonly i: number;
  readonly j: number;
  readonly weight: number;
}

/**
 * The heaviest set of unique symbols in the same order on both sides: what occurs once on either
 * side and weighs much is what a reader would hold on to; repeated short lines are not.
 *
 * @param weight  of an element of `a`, positive
 * @returns for each element of `a` its partner in `b`, or -1
 */
export function anchor(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  weight: (i: number) => number,
): Int32Array {
  return heaviestChain(uniquePairs(a, b, weight), a.length, b.length);
}

/**
 * The heaviest set of candidates that rise on both sides.
 *
 * @param n  length of the left side, @param m  of the right one
 * @returns for each element of the left side its partner, or -1
 */
export function heaviestChain(candidates: readonly Candidate[], n: number, m: number): Int32Array {
  const partner = new Int32Array(n).fill(-1);
  // Falling j for equal i: a chain takes at most one candidate of an element.
  const anchors = [...candidates].sort((x, y) => x.i - y.i || y.j - x.j);
  const best = new Float64Array(anchors.length);
  const before = new Int32Array(anchors.length).fill(-1);
  // A Fenwick tree over positions of b holds the best chain that ends at or before each.
  const tree = new Int32Array(m + 1).fill(-1);
  const at = (x: number): number => (x < 0 ? 0 : (best[x] ?? 0));
  let last = -1;
  anchors.forEach(({ j, weight: w }, x) => {
    let chain = -1;
    for (let k = j; k > 0; k -= k & -k) if (at(tree[k] ?? -1) > at(chain)) chain = tree[k] ?? -1;
    best[x] = at(chain) + w;
    before[x] = chain;
    for (let k = j + 1; k <= m; k += k & -k) if (at(tree[k] ?? -1) < at(x)) tree[k] = x;
    if (at(x) > at(last)) last = x;
  });
  for (let x = last; x >= 0; x = before[x] ?? -1) {
    const found = anchors[x];
    if (found) partner[found.i] = found.j;
  }
  return partner;
}

function uniquePairs(a: ArrayLike<number>, b: ArrayLike<number>, weight: (i: number) => number): Candidate[] {
  const once = (list: ArrayLike<number>): Map<number, number> => {
    const seen = new Map<number, number>();
    for (let i = 0; i < list.length; i++) seen.set(list[i] ?? -1, seen.has(list[i] ?? -1) ? -1 : i);
    return seen;
  };
  const right = once(b);
  const out: Candidate[] = [];
  for (const [symbol, i] of once(a)) {
    const j = right.get(symbol) ?? -1;
    if (i >= 0 && j >= 0) out.push({ i, j, weight: weight(i) });
  }
  return out;
}
