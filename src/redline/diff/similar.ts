/** The words of a block as symbols, in no particular order. */
export type Words = Int32Array;

/** Cells of the pairing table above which words vote instead. Measured: about 0.3 µs a cell. */
export const MAX_CELLS = 250_000;

/** How often each symbol was met in a list that is being compared, else 0. */
let counts = new Int32Array(1 << 12);

/** Share of common words, 0 to 1 (Dice), of two lists of symbols in any order. */
export function similarity(a: Words, b: Words): number {
  const [n, m] = [a.length, b.length];
  if (n === 0 && m === 0) return 1;
  for (let i = 0; i < n; i++) {
    const word = a[i] ?? 0;
    if (word >= counts.length) grow(word);
    counts[word] = (counts[word] ?? 0) + 1;
  }
  const left = counts;
  let common = 0;
  for (let j = 0; j < m; j++) {
    const word = b[j] ?? 0;
    const more = left[word] ?? 0;
    if (more > 0) {
      left[word] = more - 1;
      common++;
    }
  }
  for (let i = 0; i < n; i++) left[a[i] ?? 0] = 0;
  return (2 * common) / (n + m);
}

function grow(least: number): void {
  const wide = new Int32Array(2 * (least + 1));
  wide.set(counts);
  counts = wide;
}

/**
 * Pairs two lists of blocks in order so that the sum of common words is greatest.
 *
 * @param score  what a pair is worth, 0 for a pair that must not be
 * @returns for each block of the left list its partner, or -1
 */
export function pairInOrder(n: number, m: number, score: (i: number, j: number) => number): Int32Array {
  const width = m + 1;
  const best = new Float64Array((n + 1) * width);
  const worth = new Float64Array(n * m);
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      const s = score(i, j);
      worth[i * m + j] = s;
      const skip = Math.max(best[(i + 1) * width + j] ?? 0, best[i * width + j + 1] ?? 0);
      best[i * width + j] = s > 0 ? Math.max(skip, s + (best[(i + 1) * width + j + 1] ?? 0)) : skip;
    }
  }
  const partner = new Int32Array(n).fill(-1);
  for (let i = 0, j = 0; i < n && j < m; ) {
    const here = best[i * width + j] ?? 0;
    const s = worth[i * m + j] ?? 0;
    if (s > 0 && here === s + (best[(i + 1) * width + j + 1] ?? 0)) partner[i++] = j++;
    else if (here === best[(i + 1) * width + j]) i++;
    else j++;
  }
  return partner;
}

/**
 * The same for lists too long for a table: the sorted words of both lists are aligned, and each block
 * goes with the one that most of its words went to.
 *
 * @param align  partners of the left words among the right ones, or -1
 */
export function pairByVotes(
  left: readonly Words[],
  right: readonly Words[],
  score: (i: number, j: number) => number,
  align: (a: Int32Array, b: Int32Array) => Int32Array,
): Int32Array {
  const owner = (list: readonly Words[]): { words: Int32Array; of: Int32Array } => {
    const total = list.reduce((sum, w) => sum + w.length, 0);
    const [words, of] = [new Int32Array(total), new Int32Array(total)];
    let at = 0;
    list.forEach((w, i) => {
      words.set(w.toSorted(), at);
      of.fill(i, at, at + w.length);
      at += w.length;
    });
    return { words, of };
  };
  const [a, b] = [owner(left), owner(right)];
  const votes = new Map<number, Map<number, number>>();
  align(a.words, b.words).forEach((at, i) => {
    if (at < 0) return;
    const row = votes.get(a.of[i] ?? 0) ?? new Map<number, number>();
    votes.set(a.of[i] ?? 0, row);
    row.set(b.of[at] ?? 0, (row.get(b.of[at] ?? 0) ?? 0) + 1);
  });
  const partner = new Int32Array(left.length).fill(-1);
  let reached = -1;
  for (let i = 0; i < left.length; i++) {
    const ranked = [...(votes.get(i) ?? [])]
      .filter(([j]) => j > reached && score(i, j) > 0)
      .sort((x, y) => y[1] - x[1] || x[0] - y[0]);
    const winner = ranked[0]?.[0];
    if (winner !== undefined) partner[i] = reached = winner;
  }
  return partner;
}
