export { type ArchiveParts, archiveOf, resultOf, summaryOf } from './batches/archive.ts';
export { type Batch, Batches, type BatchItem } from './batches/batches.ts';
export { BatchHandler } from './batches/handler.ts';
export {
  BATCH,
  type BatchPair,
  type BatchRequest,
  canRetry,
  countsOf,
  percentOf,
  requestOf,
} from './batches/request.ts';
export {
  type EnginePlace,
  EnginePool,
  type EnginePoolOptions,
  type EnginePoolState,
} from './engine-pool.ts';
export { JobError, type JobErrorCode } from './errors.ts';
export type { OperationInputs, OperationName, OperationOptions, OperationResult } from './operations.ts';
export {
  PDF_SUBJECTS,
  type PdfSubject,
  type PrintableKind,
  type Printed,
  type Printer,
  PrintShop,
  printableOf,
} from './pdf.ts';
export {
  type AfterDead,
  type Asked,
  type DeadJob,
  type Job,
  type JobQueue,
  PRIORITIES,
  type Presence,
  type Priority,
  type QueueState,
  type TakenJob,
  type Waiting,
} from './ports/job-queue.ts';
export { printable } from './printable.ts';
export { QueueWatch } from './queue-watch.ts';
export { REPORT_FORMATS, type ReportFormat, report, type WrittenReport } from './report.ts';
export { WEBHOOK_EVENTS } from './webhooks/catalogue.ts';
export { Deliverer } from './webhooks/deliverer.ts';
export { DeliveryLog, type LogEntry } from './webhooks/delivery-log.ts';
export { type Endpoint, Endpoints, type WebhookRecords } from './webhooks/endpoints.ts';
export { Sender } from './webhooks/sender.ts';
export { publicKeyOf, SIGNINGS } from './webhooks/signing.ts';
export { Webhooks } from './webhooks/webhooks.ts';
export { Arrivals } from './work/arrivals.ts';
export {
  COMBINATION,
  CombinationHandler,
  type CombinationRequest,
  keptCombination,
} from './work/combination.ts';
export {
  COMPARISON,
  ComparisonHandler,
  type ComparisonRequest,
  type ComparisonResult,
  keptComparison,
} from './work/comparison.ts';
export type { Handler, Handlers, Need, Task } from './work/handlers.ts';
export {
  dropCancelledExport,
  ERASURE,
  type ErasureRequest,
  EXPORT,
  type ExportRequest,
  isBeyondRecall,
  keptElsewhere,
  RETENTION,
  type RetentionRequest,
} from './work/kept-elsewhere.ts';
export {
  Operations,
  type OperationsParts,
} from './work/operations.ts';
export { pageOf } from './work/pages.ts';
export {
  PRINTING,
  PrintingHandler,
  type PrintingRequest,
  type PrintingResult,
} from './work/printing.ts';
export { type AskedSide, redlineName } from './work/sides.ts';
export { LOCK_MS, MOST_ATTEMPTS, Worker, type WorkerState } from './work/worker.ts';
export type { WorkerParts } from './work/worker-parts.ts';
