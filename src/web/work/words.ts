import type { BatchEntry, BatchItem } from '../../client/index.ts';

const STATES = {
  queued: 'Waiting',
  running: 'Comparing',
  succeeded: 'Done',
  partial: 'Done in part',
  failed: 'Failed',
  cancelled: 'Cancelled',
} as const satisfies Record<BatchEntry['state'], string>;

export function stateWords(state: BatchEntry['state']): string {
  return STATES[state];
}

export function isOpen({ state }: Pick<BatchEntry, 'state'>): boolean {
  return state === 'queued' || state === 'running';
}

export function canRetry({ state }: Pick<BatchEntry, 'state'>): boolean {
  return state === 'partial' || state === 'failed' || state === 'cancelled';
}

export function nameOf({ name }: Pick<BatchEntry, 'name'>): string {
  return name ?? 'Batch';
}

/** How many pairs are where; what there is none of is left out. */
export function countWords({ counts }: Pick<BatchEntry, 'counts'>): string {
  const { succeeded, running, queued, failed, cancelled } = counts;
  const parts = [
    [succeeded, 'done'],
    [running, 'at work'],
    [queued, 'waiting'],
    [failed, 'failed'],
    [cancelled, 'cancelled'],
  ] as const;
  const all = parts.reduce((sum, [count]) => sum + count, 0);
  const said = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return `${all === 1 ? '1 pair' : `${all} pairs`}: ${said.join(', ')}`;
}

export function itemWords({ state, percent, error, result }: BatchItem): string {
  if (error !== null) return `${error.detail} (${error.code})`;
  if (result?.identical) return 'No differences';
  if (result) return result.changes === 1 ? '1 change' : `${result.changes} changes`;
  return state === 'running' && percent > 0 ? `${STATES[state]} · ${percent} %` : STATES[state];
}
