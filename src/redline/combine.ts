import type { Codec } from './codec.ts';
import {
  type Combination,
  type Contribution,
  holds,
  join,
  joinProven,
  startWith,
  type Task,
} from './combining.ts';
import { compare } from './compare.ts';
import { RedlineError } from './errors.ts';
import { openPackage } from './ooxml/index.ts';
import { compareOptions, type Limits } from './options.ts';
import {
  authorsOf,
  type Combined,
  type CombineOptions,
  type CombineReport,
  type Conflict,
  type Copy,
  checkCombine,
  copiesOf,
  decideChanges,
  hasRevisions,
  marksOf,
  serialsIn,
  storyParts,
  taggedCopy,
  untaggedCopy,
} from './revisions/index.ts';
import { verify } from './verify/index.ts';

type Options = CombineOptions & { readonly limits: Limits };

/**
 * One redline of a base with the changes of several reviewers, each with its author and date.  A clean copy is
 * compared under its reviewer's name; of a tracked copy the marks are used.  It is proven that rejecting every change
 * gives the base, and that the changes of each copy alone give that copy wherever nothing of them is in conflict.
 *
 * @throws {RedlineError} `combine/base-mismatch`, `combine/conflict` (policy `refuse`), `redline/not-exact`,
 *   `combine/not-exact` where even the first copy's marks cannot be proven, `options/invalid`, `document/*`,
 *   `limits/exceeded`
 */
export function combine(base: Uint8Array, copies: readonly Copy[], options: Options, codec: Codec): Combined {
  checkCombine(copies, options);
  const { limits, prefer = [] } = options;
  const task: Task = { base, options, codec };
  const contributions = copies.map((copy, index) => contribution(copy, index, task));
  const rank = ({ copy }: Contribution): number => {
    const at = prefer.indexOf(copy.reviewer);
    return at < 0 ? prefer.length : at;
  };
  // Whoever comes first stands where others meet them.
  const combination = combined(
    contributions.toSorted((a, b) => rank(a) - rank(b)),
    task,
  );
  const document = untaggedCopy(combination.document, limits, codec);
  const conflicts = conflictsOf(combination, copies);
  const refused = conflicts.filter((c) => c.kind !== 'same');
  if (options.policy === 'refuse' && refused.length > 0)
    throw new RedlineError(
      'combine/conflict',
      `Reviewers edited the same in ${refused.length} places; the policies "keep" and "prefer" combine them all the same.`,
      { conflicts: refused },
    );
  return { document, report: reportOf(combination, contributions, document, conflicts, task) };
}

/** All at once, which mostly holds; else one after the other, each proven. */
function combined(contributions: readonly Contribution[], task: Task): Combination {
  const [first, ...rest] = contributions;
  if (first === undefined) throw new Error('no copy');
  try {
    let all = startWith(first);
    for (const one of rest) all = join(all, one, task).combination;
    if (holds(all, task)) return all;
  } catch (error) {
    if (!(error instanceof RedlineError) || error.code === 'limits/exceeded') throw error;
  }
  let proven = startWith(first);
  if (!holds(proven, task))
    throw new RedlineError(
      'combine/not-exact',
      'The copies could not be combined exactly: the marks of one copy do not give the base and that copy.',
      { copy: first.index },
    );
  for (const one of rest) proven = joinProven(proven, one, task);
  return proven;
}

function contribution(copy: Copy, index: number, { base, options, codec }: Task): Contribution {
  const { document, reviewer } = copy;
  const { limits, date, mismatch = 'refuse' } = options;
  const made = (redline: Uint8Array, source: Contribution['source']): Contribution => {
    const tagged = taggedCopy(redline, index, limits, codec);
    return { copy, index, source, redline: tagged, authors: authorsOf(redline, limits, codec) };
  };
  // A base that holds changes counts with them accepted: as a copy it says nothing new.
  const tracked = isTracked(document, limits, codec) && codec.sha256(document) !== codec.sha256(base);
  if (tracked && verify(base, document, document, codec, limits).differences.length === 0)
    return made(document, 'tracked');
  if (tracked && mismatch === 'refuse')
    throw new RedlineError(
      'combine/base-mismatch',
      `Rejecting the changes of copy ${index + 1} does not give the base; with "mismatch" it is compared instead.`,
      { copy: index },
    );
  const { redline, report } = compare(
    base,
    document,
    compareOptions({ author: reviewer, date, limits }),
    codec,
  );
  // Where there is no difference it is the base, with the changes that the base may hold.
  const settled = report.identical && isTracked(redline, limits, codec);
  const all = { verdict: 'accept', changes: {} } as const;
  return made(settled ? decideChanges(redline, [all], { limits }, codec).document : redline, 'compared');
}

function isTracked(document: Uint8Array, limits: Limits, codec: Codec): boolean {
  const pkg = openPackage(document, codec, limits);
  return storyParts(pkg).some((part) => hasRevisions(pkg.root(part).source));
}

function conflictsOf({ met }: Combination, copies: readonly Copy[]): Conflict[] {
  const found = new Map<string, Conflict>();
  for (const { part, block, kind, mine, theirs, leftOut, by } of met) {
    const meeting = new Set([by.index, ...copiesOf(serialsIn(mine))]);
    const reviewers = copies.flatMap(({ reviewer }, i) => (meeting.has(i) ? [reviewer] : []));
    const conflict = {
      ...{ part, block, kind, reviewers },
      authors: [...new Set([...authorsIn(mine), ...authorsIn(theirs)])],
      leftOut: leftOut ? by.copy.reviewer : null,
    };
    found.set(JSON.stringify(conflict), conflict);
  }
  return [...found.values()];
}

function authorsIn(xml: string): string[] {
  return Array.from(xml.matchAll(/\sw:author="([^"]*)"/g), (m) => m[1] ?? '');
}

function reportOf(
  { document: tagged, met, lost, movesDissolved }: Combination,
  contributions: readonly Contribution[],
  document: Uint8Array,
  conflicts: readonly Conflict[],
  { base, options, codec }: Task,
): CombineReport {
  const marks = marksOf(tagged, options.limits, codec);
  const reviewers = contributions.map(({ copy: { reviewer }, index, source, authors }) => {
    const isOwn = (serial: string): boolean => serial.startsWith(`${index}.`);
    const told = marks.every(
      (m) => m.author !== undefined && authors.includes(m.author) === m.serials.some(isOwn),
    );
    const stands = ![...lost].some(isOwn) && !met.some((m) => m.by.index === index && m.leftOut);
    const exact = told && stands ? true : null;
    return { reviewer, source, authors, exact };
  });
  const verification = verify(base, document, document, codec, options.limits);
  return { reviewers, conflicts, movesDissolved, verification };
}
