import type { z } from '@hono/zod-openapi';
import { isOpen, type Operation } from '../documents/index.ts';
import { type Batch, type BatchItem, countsOf, percentOf, requestOf, resultOf } from '../jobs/index.ts';
import type { batchPageSchema, batchSchema } from './batch-schemas.ts';
import { redlineLink } from './redline-views.ts';

type BatchView = z.output<typeof batchSchema>;
type ItemView = BatchView['items'][number];
type EntryView = z.output<typeof batchPageSchema>['batches'][number];

/** A batch as it is now: what its pairs say goes before what was last counted. */
export function viewBatch(batch: Batch): BatchView {
  const { operation, items } = batch;
  const self = batchPath(operation.id);
  const counts = countsOf(items.map((item) => item.operation?.state));
  return {
    ...factsOf(operation, counts),
    items: items.map((item) => viewItem(item, operation)),
    links: {
      ...{
        self,
        operation: operationPath(operation.id),
        cancel: `${self}/cancel`,
        retries: `${self}/retries`,
      },
      ...{ archive: `${self}/archive`, report: `${self}/report` },
    },
  };
}

/** The same as it was last counted. */
export function viewBatchEntry(operation: Operation): EntryView {
  const { pairs } = requestOf(operation);
  const ended = Math.round((operation.percent * pairs.length) / 100);
  const last = (operation.result as { readonly counts?: BatchView['counts'] } | null)?.counts;
  const none = { queued: 0, running: pairs.length - ended, succeeded: 0, failed: 0, cancelled: 0 };
  return { ...factsOf(operation, last ?? none), links: { self: batchPath(operation.id) } };
}

type Facts = Omit<EntryView, 'links'>;

function factsOf(operation: Operation, counts: Facts['counts']): Facts {
  const { id, state, createdAt, endedAt, expectedEndAt, expiresAt } = operation;
  const { name, priority } = requestOf(operation);
  const isPartial = state === 'succeeded' && counts.failed + counts.cancelled > 0;
  return {
    ...{ id, name, priority, state: isPartial ? 'partial' : state, counts },
    percent: isOpen(operation) ? percentOf(counts) : 100,
    ...{ createdAt, endedAt, expectedEndAt },
    expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
  };
}

function viewItem({ index, pair, operation }: BatchItem, batch: Operation): ItemView {
  const result = resultOf(operation);
  const { stage = null, percent = 0, error = null } = operation ?? {};
  // What is not begun when its batch ends never will be.
  const state = operation?.state ?? (isOpen(batch) ? 'queued' : 'cancelled');
  return {
    ...{ index, name: pair.name, operation: operation?.id ?? null, state, stage, percent },
    error: error === null ? null : { code: error.code, detail: error.detail },
    result: result === null ? null : viewResult(result),
  };
}

function viewResult(result: NonNullable<ReturnType<typeof resultOf>>): NonNullable<ItemView['result']> {
  const { exact, identical, changes } = result;
  const self =
    result.kind === 'comparisons' ? `/v1/comparisons/${result.id}` : redlineLink(result.document, result.id);
  const redline = result.kind === 'comparisons' ? `${self}/redline` : `${self}/content`;
  return { exact, identical, changes, redline, self };
}

export function batchPath(id: string): string {
  return `/v1/batches/${id}`;
}

function operationPath(id: string): string {
  return `/v1/operations/${id}`;
}
