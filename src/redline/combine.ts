import type { Codec } from './codec.ts';
import { compare } from './compare.ts';
import { RedlineError } from './errors.ts';
import { openPackage } from './ooxml/index.ts';
import { compareOptions, type Limits } from './options.ts';
import {
  type Combined,
  type CombineOptions,
  type CombineReport,
  type Conflict,
  type Copy,
  checkCombine,
  decideChanges,
  foldIn,
  hasRevisions,
  listChanges,
  storyParts,
} from './revisions/index.ts';
import { verify } from './verify/index.ts';

/** One reviewer's copy as a redline of the base. */
interface Contribution {
  readonly copy: Copy;
  readonly source: 'compared' | 'tracked';
  readonly redline: Uint8Array;
  readonly authors: readonly string[];
}

type Options = CombineOptions & { readonly limits: Limits };

/**
 * One redline of a base with the changes of several reviewers, each with its author and date.  A clean copy is
 * compared under its reviewer's name; of a tracked copy the marks are used.  It is proven that rejecting every change
 * gives the base, and, for reviewers without conflicts, that accepting theirs alone gives their copy.
 *
 * @throws {RedlineError} `combine/base-mismatch`, `combine/conflict` (policy `refuse`), `combine/not-exact`,
 *   `redline/not-exact`, `options/invalid`, `document/*`, `limits/exceeded`
 */
export function combine(base: Uint8Array, copies: readonly Copy[], options: Options, codec: Codec): Combined {
  checkCombine(copies, options);
  const contributions = copies.map((copy, i) => contribution(base, copy, i, options, codec));
  const { limits, policy, prefer, date } = options;
  const conflicts: Conflict[] = [];
  const [first, ...rest] = contributions;
  let document = first?.redline ?? base;
  for (const { copy, redline } of rest) {
    const asked = { reviewer: copy.reviewer, policy, prefer, date, limits };
    const open = (data: Uint8Array) => openPackage(data, codec, limits);
    const folded = foldIn(open(document), open(redline), asked, codec);
    document = folded.bytes;
    conflicts.push(...folded.conflicts);
  }
  if (policy === 'refuse' && conflicts.length > 0)
    throw new RedlineError(
      'combine/conflict',
      `Reviewers edited the same in ${conflicts.length} places; the policies "keep" and "prefer" combine them all the same.`,
      { conflicts },
    );
  return { document, report: proven(base, document, contributions, conflicts, limits, codec) };
}

function contribution(
  base: Uint8Array,
  copy: Copy,
  index: number,
  { limits, date, mismatch = 'refuse' }: Options,
  codec: Codec,
): Contribution {
  const { document, reviewer } = copy;
  const pkg = openPackage(document, codec, limits);
  const tracked = storyParts(pkg).some((part) => hasRevisions(pkg.root(part).source));
  if (tracked && verify(base, document, document, codec, limits).differences.length === 0)
    return { copy, source: 'tracked', redline: document, authors: authorsOf(document, limits, codec) };
  if (tracked && mismatch === 'refuse')
    throw new RedlineError(
      'combine/base-mismatch',
      `Rejecting the changes of copy ${index + 1} does not give the base; with "mismatch" it is compared instead.`,
      { copy: index },
    );
  const { redline } = compare(base, document, compareOptions({ author: reviewer, date, limits }), codec);
  return { copy, source: 'compared', redline, authors: authorsOf(redline, limits, codec) };
}

function authorsOf(document: Uint8Array, limits: Limits, codec: Codec): readonly string[] {
  return listChanges(document, { limits }, codec).authors;
}

/** Proves what can be proven, and refuses what is not exact. */
function proven(
  base: Uint8Array,
  document: Uint8Array,
  contributions: readonly Contribution[],
  conflicts: readonly Conflict[],
  limits: Limits,
  codec: Codec,
): CombineReport {
  const verification = verify(base, document, document, codec, limits);
  const { faults } = verify(base, base, document, codec, limits);
  const inherited = contributions.some((c) => c.source === 'tracked');
  if (verification.differences.length > 0 || (faults.length > 0 && !inherited))
    throw notExact('rejecting every change does not give the base');
  const reviewers = contributions.map((one) => {
    const exact = standsAlone(base, document, one, contributions, conflicts, limits, codec);
    if (exact === false) throw notExact('accepting the changes of one reviewer does not give their copy');
    return { reviewer: one.copy.reviewer, source: one.source, exact };
  });
  return { reviewers, conflicts, verification };
}

function notExact(why: string): RedlineError {
  return new RedlineError('combine/not-exact', `The copies could not be combined exactly: ${why}.`);
}

/** Do the changes of one reviewer alone give their copy? Nothing is known where they meet those of others. */
function standsAlone(
  base: Uint8Array,
  document: Uint8Array,
  one: Contribution,
  all: readonly Contribution[],
  conflicts: readonly Conflict[],
  limits: Limits,
  codec: Codec,
): boolean | null {
  const own = new Set(one.authors);
  const others = [...new Set(all.filter((c) => c !== one).flatMap((c) => c.authors))];
  if (conflicts.some((c) => c.authors.some((author) => own.has(author)))) return null;
  if (others.some((author) => own.has(author))) return null;
  const alone =
    others.length === 0
      ? document
      : decideChanges(document, [{ verdict: 'reject', changes: { authors: others } }], { limits }, codec)
          .document;
  return verify(base, one.copy.document, alone, codec, limits).differences.length === 0;
}
