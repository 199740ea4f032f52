/** The smallest value that at least `share` of the values do not pass; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** Three digits that mean something: 0.123, 1.23, 12.3, 123, 1234. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** Runs until the time or the number of runs is up, three times at least; milliseconds of each. */
export function timed(work: () => unknown, runs: number, budgetMs: number): number[] {
  const times: number[] = [];
  const start = performance.now();
  while (times.length < runs && (times.length < 3 || performance.now() - start < budgetMs)) {
    const before = performance.now();
    work();
    times.push(performance.now() - before);
  }
  return times;
}
