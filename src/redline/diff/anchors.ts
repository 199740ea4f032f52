/** A pair of positions that hold the same symbol, and what it is worth to keep it. */
interface Anchor {
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
  const partner = new Int32Array(a.length).fill(-1);
  const anchors = uniquePairs(a, b, weight);
  const best = new Float64Array(anchors.length);
  const before = new Int32Array(anchors.length).fill(-1);
  // A Fenwick tree over positions of b holds the best chain that ends at or before each.
  const tree = new Int32Array(b.length + 1).fill(-1);
  const at = (n: number): number => (n < 0 ? 0 : (best[n] ?? 0));
  let last = -1;
  anchors.forEach(({ j, weight: w }, n) => {
    let chain = -1;
    for (let k = j; k > 0; k -= k & -k) if (at(tree[k] ?? -1) > at(chain)) chain = tree[k] ?? -1;
    best[n] = at(chain) + w;
    before[n] = chain;
    for (let k = j + 1; k <= b.length; k += k & -k) if (at(tree[k] ?? -1) < at(n)) tree[k] = n;
    if (at(n) > at(last)) last = n;
  });
  for (let n = last; n >= 0; n = before[n] ?? -1) {
    const found = anchors[n];
    if (found) partner[found.i] = found.j;
  }
  return partner;
}

function uniquePairs(a: ArrayLike<number>, b: ArrayLike<number>, weight: (i: number) => number): Anchor[] {
  const once = (list: ArrayLike<number>): Map<number, number> => {
    const seen = new Map<number, number>();
    for (let i = 0; i < list.length; i++) seen.set(list[i] ?? -1, seen.has(list[i] ?? -1) ? -1 : i);
    return seen;
  };
  const right = once(b);
  const out: Anchor[] = [];
  for (const [symbol, i] of once(a)) {
    const j = right.get(symbol) ?? -1;
    if (i >= 0 && j >= 0) out.push({ i, j, weight: weight(i) });
  }
  return out.sort((x, y) => x.i - y.i);
}
