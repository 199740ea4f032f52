import type { Lease } from './leases.ts';

/** A lease, as a commit remembers it. */
export type CommitLease = Pick<Lease, 'id' | 'clause' | 'fence'>;

/** The last fence that committed something, by clause; under the empty name that of the whole document. */
export type HeadFences = Readonly<Record<string, number>>;

const WHOLE = '';
/** Clauses whose fences a head remembers. */
const MOST_CLAUSES = 64;

/** The fence below which nothing of a clause, or of all (`null`), can be committed under a lease. */
export function fenceOf(fences: HeadFences, clause: string | null): number {
  if (clause === null) return Math.max(0, ...Object.values(fences));
  return Math.max(fences[WHOLE] ?? 0, fences[clause] ?? 0);
}

/** Remembers what committed. No fence of any clause is ever lower than before. */
export function withFence(
  fences: HeadFences,
  { clause, fence }: Pick<Lease, 'clause' | 'fence'>,
): HeadFences {
  if (clause === null) return { [WHOLE]: fence };
  const all = { ...fences, [clause]: fence };
  const clauses = Object.entries(all).filter(([name]) => name !== WHOLE);
  if (clauses.length <= MOST_CLAUSES) return all;
  // The lowest is remembered as that of all: whoever holds an older lease takes it again.
  const [lowest] = clauses.toSorted(([, one], [, other]) => one - other);
  if (lowest === undefined) return all;
  const { [lowest[0]]: _, ...rest } = all;
  return { ...rest, [WHOLE]: Math.max(all[WHOLE] ?? 0, lowest[1]) };
}
