import { queryText } from './documents.ts';
import { readEvents, type SentEvent } from './events.ts';
import type { Service } from './service.ts';

// What takes longer than a request, as the wire shows it (`/openapi.json`). Times are ISO 8601, UTC.

export type OperationState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

export interface Operation {
  readonly id: string;
  readonly kind: string;
  readonly priority: 'express' | 'normal' | 'batch';
  /** The last three are for good. */
  readonly state: OperationState;
  readonly stage: string | null;
  readonly percent: number;
  readonly attempt: number;
  readonly parent: string | null;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly expectedEndAt: string | null;
  readonly expiresAt: string | null;
  /** Why it failed, as a problem. */
  readonly error: { readonly type: string; readonly code: string; readonly detail: string } | null;
  /** It was given up and can be begun again. */
  readonly replayable: boolean;
  /** What came of it, and where it is. */
  readonly result: { readonly kind: string; readonly link: string | null } | null;
  readonly links: { readonly self: string; readonly events: string; readonly cancel: string };
}

export interface OperationPage {
  readonly operations: readonly Operation[];
  readonly nextPageToken: string | null;
}

export interface OperationQuery {
  readonly state?: OperationState;
  readonly kind?: string;
  readonly parent?: string;
  readonly pageSize?: number;
  readonly pageToken?: string;
}

const OPERATIONS = '/v1/operations';

export async function listOperations(
  service: Service,
  query: OperationQuery = {},
  signal?: AbortSignal,
): Promise<OperationPage> {
  return await service.read(`${OPERATIONS}${queryText({ ...query })}`, { signal });
}

/** @param wait seconds to wait for its end, at most 60. @throws {ProblemError} `operations/not-found` when its time is over. */
export async function getOperation(
  service: Service,
  id: string,
  wait = 0,
  signal?: AbortSignal,
): Promise<Operation> {
  const query = wait === 0 ? '' : queryText({ wait });
  return await service.read(`${OPERATIONS}/${encodeURIComponent(id)}${query}`, { signal });
}

/** What becomes of it, until its end; a connection that is cut goes on where it was. */
export function followOperation(
  service: Service,
  id: string,
  how: { readonly lastEventId?: string; readonly signal?: AbortSignal } = {},
): AsyncGenerator<SentEvent, void> {
  return readEvents(service, `${OPERATIONS}/${encodeURIComponent(id)}/events`, how);
}

/** Ends it, wherever it is. */
export async function cancelOperation(
  service: Service,
  id: string,
  signal?: AbortSignal,
): Promise<Operation> {
  return await service.read(`${OPERATIONS}/${encodeURIComponent(id)}/cancel`, { method: 'POST', signal });
}

/** Begins it again after it was given up. @throws {ProblemError} `operations/not-dead`. */
export async function replayOperation(
  service: Service,
  id: string,
  signal?: AbortSignal,
): Promise<Operation> {
  return await service.read(`${OPERATIONS}/${encodeURIComponent(id)}/replay`, { method: 'POST', signal });
}
