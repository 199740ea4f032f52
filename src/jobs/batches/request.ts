import type { Operation } from '../../documents/index.ts';
import type { GivenOptions } from '../../redline/index.ts';
import type { AskedSide } from '../work/sides.ts';

// What an operation of the kind `batch` is asked, and what came of it.

export const BATCH = 'batch';

/** Two documents of a batch. */
export interface BatchPair {
  /** What it is called in the report and the archive. */
  readonly name: string;
  /** What was sent stands with the batch. */
  readonly original: AskedSide;
  readonly modified: AskedSide;
  readonly options: GivenOptions;
  /** The document that the redline is kept with; `null`: it is a result, for some time. */
  readonly keep: string | null;
}

export interface BatchRequest {
  readonly name: string | null;
  /** How soon its pairs are wanted. */
  readonly priority: Operation['priority'];
  readonly pairs: readonly BatchPair[];
}

/** How many of its pairs are in which state. */
export type BatchCounts = Readonly<Record<Operation['state'], number>>;

export interface BatchResult {
  readonly counts: BatchCounts;
}

/** @param states of all pairs; `undefined` for one that is not begun. */
export function countsOf(states: readonly (Operation['state'] | undefined)[]): BatchCounts {
  const counts = { queued: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0 };
  for (const state of states) counts[state ?? 'queued'] += 1;
  return counts;
}

/** From 0 to 100: how many of all have ended. */
export function percentOf(counts: BatchCounts): number {
  const ended = counts.succeeded + counts.failed + counts.cancelled;
  return Math.floor((100 * ended) / Math.max(1, ended + counts.queued + counts.running));
}

/** What was asked of one. */
export function requestOf({ request }: Operation): BatchRequest {
  // Nothing but what takes operations of this kind writes there.
  return request as BatchRequest;
}

/** Whether some of its pairs can be begun again: what was sent has to stay then. */
export function canRetry({ kind, state, result }: Operation): boolean {
  if (kind !== BATCH || state === 'failed' || state === 'cancelled') return kind === BATCH;
  const counts = (result as BatchResult | null)?.counts;
  return counts !== undefined && counts.failed + counts.cancelled > 0;
}
