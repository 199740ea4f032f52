import type { z } from '@hono/zod-openapi';
import type { Actor } from '../access/index.ts';
import { callerOf, isOpen, type Operation } from '../documents/index.ts';
import {
  type AskedSide,
  BATCH,
  type BatchRequest,
  COMBINATION,
  COMPARISON,
  type CombinationRequest,
  type ComparisonRequest,
  ERASURE,
  type ErasureRequest,
  EXPORT,
  type ExportRequest,
  isBeyondRecall,
  type PdfSubject,
  PRINTING,
  PRIORITIES,
  type PrintingRequest,
  type QueueState,
  RETENTION,
  type RetentionRequest,
} from '../jobs/index.ts';
import { PROBLEMS, type ProblemCode, problemName } from './errors.ts';
import type { operationSchema } from './routes/long-work-api.ts';

/** Where what came of an operation is, by its kind. */
const RESULT_LINKS: Readonly<
  Record<string, (result: Readonly<Record<string, unknown>>, operation: string) => string>
> = {
  comparisons: ({ id }) => `/v1/comparisons/${id}`,
  results: ({ id }) => `/v1/results/${id}`,
  redline: ({ id, document }) => `/v1/documents/${document}/redlines/${id}`,
  erasure: ({ id }) => `/v1/erasures/${id}`,
  export: ({ id }) => `/v1/exports/${id}`,
  pdfs: (_, operation) => `${operationLink(operation)}/result`,
};

export function operationLink(id: string): string {
  return `/v1/operations/${id}`;
}

/** Whether what it is about may be told: to whoever asked for it, and to the operator of a machine. */
export function isOwn({ actor }: Pick<Operation, 'actor'>, asker: Pick<Actor, 'kind' | 'id'>): boolean {
  return asker.kind === 'operator' || callerOf(actor) === callerOf(asker);
}

/**
 * About how many are begun before one that waits: those that wait with its priority or a higher one. It stands in no place, as
 * tenants take turns (decision 0180). `null` for what does not wait for its first turn, and where the queue does not answer.
 */
export function aheadOf(
  { state, attempt, priority }: Pick<Operation, 'state' | 'attempt' | 'priority'>,
  queue: QueueState | null,
): number | null {
  if (queue === null || state !== 'queued' || attempt > 0) return null;
  const before = PRIORITIES.slice(0, PRIORITIES.indexOf(priority) + 1);
  const waiting = before.reduce((sum, one) => sum + queue.waiting[one].count, 0);
  return Math.max(0, waiting - 1);
}

/**
 * As it is shown to somebody: of what others asked for neither what it is about nor what came of it.
 *
 * @param queue how much there is to do; `null` where that is not known.
 */
export function viewOperation(
  operation: Operation,
  asker: Pick<Actor, 'kind' | 'id'>,
  queue: QueueState | null,
): z.output<typeof operationSchema> {
  const { id, kind, priority, state, stage, percent, attempt, parent, actor, dead } = operation;
  const { createdAt, startedAt, endedAt, expectedEndAt, expiresAt } = operation;
  const self = operationLink(id);
  const own = isOwn(operation, asker);
  return {
    ...{
      id,
      kind,
      own,
      name: own ? nameOf(operation) : null,
      priority,
      state,
      stage,
      percent,
      attempt,
      parent,
    },
    ...{ createdAt, createdBy: actor.id, startedAt, endedAt, expectedEndAt },
    expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
    error: problemOf(operation),
    replayable: dead,
    result: own ? resultOf(operation) : null,
    ahead: aheadOf(operation, queue),
    cancellable: isOpen(operation) && !isBeyondRecall(operation),
    links: { self, events: `${self}/events`, cancel: `${self}/cancel` },
  };
}

/** What it is about, in the words of whoever asked; nothing but what takes operations of these kinds writes their requests. */
function nameOf({ kind, request }: Operation): string | null {
  if (kind === BATCH) return (request as BatchRequest).name;
  if (kind === COMBINATION) {
    const { base, options } = request as CombinationRequest;
    return `${sideName(base)}: copies of ${options.reviewers.join(', ')}`;
  }
  if (kind === PRINTING) {
    const { document, subject } = request as PrintingRequest;
    return `${sideName(document)}: ${SUBJECTS[subject]}`;
  }
  if (kind === ERASURE) return (request as ErasureRequest).subject;
  if (kind === EXPORT)
    return (request as ExportRequest).scope === 'tenant' ? 'Everything of the organisation' : 'What you own';
  if (kind === RETENTION) return (request as RetentionRequest).dryRun ? 'As a test' : null;
  if (kind !== COMPARISON) return null;
  const { original, modified } = request as ComparisonRequest;
  return `${sideName(original)} → ${sideName(modified)}`;
}

const SUBJECTS: Readonly<Record<PdfSubject, string>> = {
  redline: 'PDF',
  blackline: 'PDF of the static comparison',
  report: 'PDF of the change report',
};

function sideName(side: AskedSide): string {
  const name = side.name ?? 'Document';
  return 'document' in side ? `${name}, version ${side.version}` : name;
}

/** The same problem that a request would have got. */
function problemOf({ error, actor }: Operation): z.output<typeof operationSchema>['error'] {
  if (error === null) return null;
  const code = isProblem(error.code) ? error.code : 'internal';
  const { status, title } = PROBLEMS[code];
  const { detail, details } = error;
  return {
    ...{ type: `/problems/${problemName(code)}`, title, status, detail, code, requestId: actor.requestId },
    ...(details === undefined ? {} : { details }),
  };
}

function resultOf({ id, result }: Operation): z.output<typeof operationSchema>['result'] {
  if (result === null) return null;
  const said: Readonly<Record<string, unknown>> = { ...result };
  const kind = String(said.kind ?? 'none');
  return { ...said, kind, link: RESULT_LINKS[kind]?.(said, id) ?? null };
}

function isProblem(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}
