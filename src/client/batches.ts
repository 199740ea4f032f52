import { queryText } from './documents.ts';
import { type Download, download } from './downloads.ts';
import type { Service } from './service.ts';

// Many comparisons at once, as the wire shows them (`/openapi.json`). Times are ISO 8601, UTC.

/** The name of a file that goes along, an upload that is complete, or a version of a kept document. */
export type BatchSide =
  | string
  | { readonly file: string }
  | { readonly upload: string }
  | { readonly document: string; readonly version?: number };

export interface BatchRequest {
  readonly name?: string;
  /** How soon its pairs are wanted; `batch` by default. */
  readonly priority?: 'express' | 'normal' | 'batch';
  /** The original of every pair that names none. */
  readonly base?: BatchSide;
  /** As of a comparison. */
  readonly options?: object;
  /** Keep the redlines with the kept documents that are compared. */
  readonly keep?: boolean;
  /** 1 to 100. */
  readonly items: readonly {
    readonly name?: string;
    readonly original?: BatchSide;
    readonly modified: BatchSide;
    /** They go before those of the batch. */
    readonly options?: object;
    readonly keep?: boolean;
  }[];
}

export type ItemState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

export interface BatchEntry {
  readonly id: string;
  readonly name: string | null;
  /** `partial`: it has ended, and some of its pairs have a redline. `failed`: none has. */
  readonly state: ItemState | 'partial';
  readonly priority: 'express' | 'normal' | 'batch';
  /** From 0 to 100. */
  readonly percent: number;
  readonly counts: Readonly<Record<ItemState, number>>;
  readonly createdAt: string;
  readonly endedAt: string | null;
  readonly expectedEndAt: string | null;
  readonly expiresAt: string | null;
  readonly links: { readonly self: string };
}

export interface BatchItem {
  /** From 0. */
  readonly index: number;
  readonly name: string;
  /** Id of its operation; `null` before it is begun. */
  readonly operation: string | null;
  readonly state: ItemState;
  readonly stage: string | null;
  readonly percent: number;
  /** Why it failed: code and detail of a problem. */
  readonly error: { readonly code: string; readonly detail: string } | null;
  readonly result: {
    readonly exact: boolean;
    readonly identical: boolean;
    readonly changes: number;
    /** Where the redline is: `download(service, redline)`. */
    readonly redline: string;
    readonly self: string;
  } | null;
}

export interface Batch extends BatchEntry {
  readonly items: readonly BatchItem[];
}

export interface BatchPage {
  readonly batches: readonly BatchEntry[];
  readonly nextPageToken: string | null;
}

const BATCHES = '/v1/batches';
const pathOf = (id: string): string => `${BATCHES}/${encodeURIComponent(id)}`;

/**
 * Has many pairs compared. When this resolves each of them will be done, or it will be said why not.
 *
 * @param files by the names that the request gives them.
 * @param idempotencyKey makes it one batch also where it is asked for by another process.
 */
export async function createBatch(
  service: Service,
  request: BatchRequest,
  files: ReadonlyMap<string, Blob> = new Map(),
  how: { readonly idempotencyKey?: string; readonly signal?: AbortSignal } = {},
): Promise<Batch> {
  if (files.size === 0) return await service.read(BATCHES, { method: 'POST', json: request, ...how });
  const form = new FormData();
  for (const [name, file] of files) form.append('files', file, name);
  form.append('options', JSON.stringify(request));
  return await service.read(BATCHES, { method: 'POST', form, ...how });
}

/** The latest first. */
export async function listBatches(
  service: Service,
  query: { readonly pageSize?: number; readonly pageToken?: string } = {},
  signal?: AbortSignal,
): Promise<BatchPage> {
  return await service.read(`${BATCHES}${queryText({ ...query })}`, { signal });
}

export async function getBatch(service: Service, id: string, signal?: AbortSignal): Promise<Batch> {
  return await service.read(pathOf(id), { signal });
}

/** Ends it; what is done of it stays. */
export async function cancelBatch(service: Service, id: string): Promise<Batch> {
  return await service.read(`${pathOf(id)}/cancel`, { method: 'POST' });
}

/** Begins those pairs again that failed or were cancelled. @throws {ProblemError} `batches/running`. */
export async function retryBatch(service: Service, id: string): Promise<Batch> {
  return await service.read(`${pathOf(id)}/retries`, { method: 'POST' });
}

/** Every redline of a batch that has ended, and its reports, as a ZIP. */
export async function downloadBatch(service: Service, id: string, signal?: AbortSignal): Promise<Download> {
  return await download(service, `${pathOf(id)}/archive`, { signal });
}

const REPORT_TYPES = {
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  csv: 'text/csv',
  json: 'application/json',
} as const;

/** What became of every pair of a batch that has ended. */
export async function reportBatch(
  service: Service,
  id: string,
  format: keyof typeof REPORT_TYPES,
  signal?: AbortSignal,
): Promise<Download> {
  return await download(service, `${pathOf(id)}/report`, { accept: REPORT_TYPES[format], signal });
}
