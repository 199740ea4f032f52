import type { ChangeFilter } from '../changes/change.ts';

export type Verdict = 'accept' | 'reject';

/** Accepts or rejects the changes that a filter takes; a filter that takes none is no error, an unknown id is. */
export interface Decision {
  readonly verdict: Verdict;
  readonly changes: ChangeFilter;
}

/** What came of decisions. */
export interface DecisionReport {
  readonly accepted: readonly string[];
  readonly rejected: readonly string[];
  /** Changes that stood in one that went, and went with it. */
  readonly gone: readonly string[];
  /** How many changes the document still holds. */
  readonly left: number;
}

export interface Decided {
  readonly document: Uint8Array;
  readonly report: DecisionReport;
}
