import { RedlineError } from '../../errors.ts';
import type { Verification } from '../../report.ts';

/** What becomes of edits of different reviewers at one place. */
export const CONFLICT_POLICIES = [
  /** All stand side by side, as nested marks. */
  'keep',
  /** Only those of the reviewer who is preferred stand there. */
  'prefer',
  /** The whole is refused. */
  'refuse',
] as const;
export type ConflictPolicy = (typeof CONFLICT_POLICIES)[number];

/** A reviewer's copy of the base. */
export interface Copy {
  readonly document: Uint8Array;
  /** Whose changes they are where the copy is clean and has to be compared. */
  readonly reviewer: string;
}

export interface CombineOptions {
  readonly policy: ConflictPolicy;
  /** Whose edits stand at a conflict, with the policy `prefer`: reviewers of the copies, the first before all others. */
  readonly prefer?: readonly string[];
  /** A tracked copy whose rejection is not the base: refused, or what it says compared under its reviewer's name. */
  readonly mismatch?: 'refuse' | 'compare';
  /** `w:date` of the changes of clean copies. */
  readonly date: string | null;
}

export type ConflictKind =
  /** All do the same: it stands once, under the name of the first. This is never refused. */
  | 'same'
  /** Both put something in at one place. */
  | 'insertion'
  /** Both take the same away, or one changes what the other takes away. */
  | 'deletion'
  | 'formatting'
  /** One splits, joins, moves or changes a table where the other edits. */
  | 'structure';

export interface Conflict {
  readonly part: string;
  /** 0-based place of the block in the story or cell of the base that holds it. */
  readonly block: number;
  readonly kind: ConflictKind;
  /** Reviewers whose edits meet, in the order of the copies. */
  readonly reviewers: readonly string[];
  /** Authors of the marks that meet. */
  readonly authors: readonly string[];
  /** Reviewer of whose edits there some or all are not in the result; `null` where all are. */
  readonly leftOut: string | null;
}

export interface CombineReport {
  readonly reviewers: readonly {
    readonly reviewer: string;
    /** How the copy was read. */
    readonly source: 'compared' | 'tracked';
    /** Authors of the copy's marks. */
    readonly authors: readonly string[];
    /**
     * Accepting the changes by these authors and rejecting all others gives the copy. `null` where it gives the copy but
     * for what is in conflict, or where authors are not enough to tell copies apart. Either is proven.
     */
    readonly exact: boolean | null;
  }[];
  readonly conflicts: readonly Conflict[];
  /** Moves of which one place was lost to a conflict: all moves are marked as deletions and insertions. */
  readonly movesDissolved: boolean;
  /** That rejecting every change gives the base. */
  readonly verification: Verification;
}

export interface Combined {
  readonly document: Uint8Array;
  readonly report: CombineReport;
}

const MOST_COPIES = 50;

/** @throws {RedlineError} `options/invalid` */
export function checkCombine(copies: readonly Copy[], { policy, prefer }: CombineOptions): void {
  const invalid = (why: string): RedlineError =>
    new RedlineError('options/invalid', `The options cannot be used: ${why}.`);
  if (copies.length < 1 || copies.length > MOST_COPIES) throw invalid(`there are 1 to ${MOST_COPIES} copies`);
  if (!CONFLICT_POLICIES.includes(policy)) throw invalid(`policy is one of ${CONFLICT_POLICIES.join(', ')}`);
  if (new Set(copies.map((c) => c.reviewer)).size < copies.length)
    throw invalid('each copy has a reviewer of its own');
  if ((policy === 'prefer') !== (prefer !== undefined && prefer.length > 0))
    throw invalid('prefer goes with the policy prefer');
  if (prefer?.some((name) => !copies.some((c) => c.reviewer === name)) === true)
    throw invalid('prefer names reviewers of the copies');
}
