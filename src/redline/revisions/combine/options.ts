import { RedlineError } from '../../errors.ts';
import type { Verification } from '../../report.ts';

/** What becomes of edits of different reviewers at one place. */
export const CONFLICT_POLICIES = [
  /** All stand side by side, as nested marks. */
  'keep',
  /** Only those of one reviewer stand there. */
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
  /** Whose edits stand at a conflict, with the policy `prefer`: a reviewer of one of the copies. */
  readonly prefer?: string;
  /** A tracked copy whose rejection is not the base: refused, or what it says compared under its reviewer's name. */
  readonly mismatch?: 'refuse' | 'compare';
  /** `w:date` of the changes of clean copies. */
  readonly date: string | null;
}

export type ConflictKind =
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
  /** Authors of the marks that meet, those of earlier copies first. */
  readonly authors: readonly string[];
  /** Reviewer whose edits alone stand there now; `null` where all do. */
  readonly kept: string | null;
}

export interface CombineReport {
  readonly reviewers: readonly {
    readonly reviewer: string;
    /** How the copy was read. */
    readonly source: 'compared' | 'tracked';
    /** Accepting these changes alone was proven to give the copy; `null` where conflicts leave nothing to prove. */
    readonly exact: boolean | null;
  }[];
  readonly conflicts: readonly Conflict[];
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
  if ((policy === 'prefer') !== (prefer !== undefined)) throw invalid('prefer goes with the policy prefer');
  if (prefer !== undefined && !copies.some((c) => c.reviewer === prefer))
    throw invalid('prefer names a reviewer of one of the copies');
}
