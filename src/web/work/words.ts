import type { Batch, BatchItem, Operation, Problem } from '../../client/index.ts';
import { ProblemError } from '../../client/index.ts';

type State = Batch['state'];

const STATES = {
  queued: 'Waiting',
  running: 'Running',
  succeeded: 'Done',
  partial: 'Done in part',
  failed: 'Failed',
  cancelled: 'Cancelled',
} as const satisfies Record<State, string>;

/** Signs beside the words, for whoever looks along a list. */
const SIGNS = {
  queued: '…',
  running: '▸',
  succeeded: '✓',
  partial: '◐',
  failed: '✕',
  cancelled: '–',
} as const satisfies Record<State, string>;

const KINDS: Readonly<Record<string, string>> = {
  comparison: 'Comparison',
  combination: 'Combination',
  batch: 'Batch',
  pdf: 'PDF',
  export: 'Export',
  erasure: 'Erasure',
  retention: 'Sweep of retention',
};
const STAGES: Readonly<Record<string, string>> = {
  reading: 'Reading the documents',
  combining: 'Combining the copies, and proving the result',
  comparing: 'Comparing, and proving the result',
  preparing: 'Preparing the document',
  printing: 'Printing',
  keeping: 'Keeping the result',
  packing: 'Putting the archive together',
  documents: 'Planning the documents',
  events: 'Planning the audit trail',
  proof: 'Planning what proves it',
  closing: 'Closing the archive',
  begun: 'Erasing',
  closed: 'Nobody sees it any more; erasing what is kept of it',
  gone: 'Gone; proving it',
  sweeping: 'Looking at every document',
};

export function stateWords(state: State): string {
  return STATES[state];
}

export function signOf(state: State): string {
  return SIGNS[state];
}

export function kindWords({ kind }: Pick<Operation, 'kind'>): string {
  return KINDS[kind] ?? kind;
}

export function isOpen({ state }: { readonly state: State }): boolean {
  return state === 'queued' || state === 'running';
}

export function canRetry({ state }: { readonly state: State }): boolean {
  return state === 'partial' || state === 'failed' || state === 'cancelled';
}

export function nameOf({ name, kind }: Pick<Operation, 'name' | 'kind'>): string {
  return name ?? KINDS[kind] ?? kind;
}

/** What is being done, how far it is, and how long it may take from now on. */
export function progressWords({ state, stage, percent, ahead, expectedEndAt, attempt }: Operation): string {
  if (state === 'queued' && attempt > 0) return 'Waits to be tried again';
  if (state === 'queued') return ['Waits for its turn', aheadWords(ahead)].filter(Boolean).join(' · ');
  const left = expectedEndAt === null ? '' : leftWords(Date.parse(expectedEndAt) - Date.now());
  const what = STAGES[stage ?? ''] ?? 'At work';
  return [what, `${percent} %`, left].filter((part) => part !== '').join(' · ');
}

function aheadWords(ahead: number | null): string {
  return ahead === null || ahead === 0 ? '' : `about ${ahead.toLocaleString('en')} before it`;
}

/** @param ms that are left; less than nothing where a guess was wrong. */
function leftWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 3) return 'almost done';
  if (seconds < 55) return `about ${seconds} seconds left`;
  const minutes = Math.round(seconds / 60);
  return minutes <= 1 ? 'about a minute left' : `about ${minutes} minutes left`;
}

/** How many pairs are where; what there is none of is left out. */
export function countWords({ succeeded, running, queued, failed, cancelled }: Batch['counts']): string {
  const parts = [
    [succeeded, 'done'],
    [running, 'running'],
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
  if (result !== null) return changesWords(result);
  return state === 'running' && percent > 0 ? `${STATES[state]} · ${percent} %` : STATES[state];
}

function changesWords({
  identical,
  changes,
}: {
  readonly identical: boolean;
  readonly changes: number;
}): string {
  if (identical) return 'No differences';
  return changes === 1 ? '1 change' : `${changes.toLocaleString('en')} changes`;
}

/** Why it failed, as if a request had been refused. */
export function problemIn(error: NonNullable<Operation['error']>): Problem {
  const { title, status } = error as { readonly title?: unknown; readonly status?: unknown };
  const { code, detail } = error;
  return new ProblemError({
    ...{ code, detail, title: typeof title === 'string' ? title : '' },
    status: typeof status === 'number' ? status : 0,
  }).problem;
}

/** Where people see what came of it, and what that link says; `null` where there is nothing. */
export function resultOf({ result }: Operation): { readonly to: string; readonly words: string } | null {
  // Members beside the kind are as the kind has them.
  const { kind, link, id, document } = (result ?? {}) as Readonly<Record<string, unknown>>;
  if (kind === 'comparisons') return { to: `/#${String(id)}`, words: 'Open the redline' };
  if (kind === 'redline')
    return { to: `/documents/${String(document)}/redlines/${String(id)}`, words: 'Open the redline' };
  if (kind === 'export') return { to: `${String(link)}/content`, words: 'Download the archive' };
  if (kind === 'erasure') return null;
  if (kind === 'pdfs') return { to: String(link), words: 'Download the PDF' };
  if (kind === 'results') return { to: `${String(link)}/document`, words: 'Download the redline' };
  return typeof link === 'string' ? { to: link, words: 'Download' } : null;
}

/** What a comparison or a combination found; nothing of others. */
export function foundWords({ result }: Operation): string {
  const { identical, changes, copies, conflicts } = (result ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof copies === 'number' && typeof conflicts === 'number')
    return `${copies === 1 ? '1 copy' : `${copies} copies`}, ${conflicts === 1 ? '1 conflict' : `${conflicts} conflicts`}`;
  if (typeof identical !== 'boolean' || typeof changes !== 'number') return '';
  return changesWords({ identical, changes });
}
