import { queryText } from './documents.ts';
import { type Download, download } from './downloads.ts';
import { readEvents, type SentEvent } from './events.ts';
import { ProblemError } from './problem.ts';
import type { Ask, Service } from './service.ts';

// What takes longer than a request, as the wire shows it (`/openapi.json`). Times are ISO 8601, UTC.

export type OperationState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

export interface Operation {
  readonly id: string;
  readonly kind: string;
  /** Whoever asks now asked for it; of those of others neither the name nor the result is said. */
  readonly own: boolean;
  /** What it is about, as whoever asked calls it. */
  readonly name: string | null;
  readonly priority: 'express' | 'normal' | 'batch';
  /** The last three are for good. */
  readonly state: OperationState;
  readonly stage: string | null;
  readonly percent: number;
  readonly attempt: number;
  readonly parent: string | null;
  readonly createdAt: string;
  /** The id of the person, service account or key that asked. */
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
  /** While it waits for its turn: about how many are begun before it. */
  readonly ahead: number | null;
  /** It can be ended now. */
  readonly cancellable: boolean;
  readonly links: { readonly self: string; readonly events: string; readonly cancel: string };
}

export interface OperationPage {
  readonly operations: readonly Operation[];
  readonly nextPageToken: string | null;
}

export interface OperationQuery {
  /** `open`: queued or running; `ended`: none of these. */
  readonly state?: OperationState | 'open' | 'ended';
  readonly kind?: string;
  /** Parts of that one; without it none that is a part of another. */
  readonly parent?: string;
  /** `tenant`: those of everybody, for administrators who signed in. */
  readonly scope?: 'own' | 'tenant';
  /** With the scope `tenant`: those that this person, service account or key asked for. */
  readonly createdBy?: string;
  readonly pageSize?: number;
  readonly pageToken?: string;
}

const OPERATIONS = '/v1/operations';
/** Seconds that one request waits for an end: proxies cut what is silent for a minute. */
const LONG_POLL_SECONDS = 30;

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

/** Has something done later for which there is `Prefer: respond-async`. @returns the operation that it became. */
export async function askLater(service: Service, path: string, ask: Ask): Promise<Operation> {
  const answer = await service.ask(path, { ...ask, prefer: 'respond-async' });
  await answer.body?.cancel();
  const [, id] = /^\/v1\/operations\/([^/]+)$/.exec(answer.headers.get('Location') ?? '') ?? [];
  if (id === undefined) throw new ProblemError({ code: 'client/unexpected-answer', status: answer.status });
  return await getOperation(service, id, 0, ask.signal);
}

/** The file that it made, where it made one: a PDF. @throws {ProblemError} also when its time is over. */
export async function downloadOperation(
  service: Service,
  id: string,
  signal?: AbortSignal,
): Promise<Download> {
  return await download(service, `${OPERATIONS}/${encodeURIComponent(id)}/result`, { signal });
}

/** What becomes of it, until its end; a connection that is cut goes on where it was. */
export function followOperation(
  service: Service,
  id: string,
  how: { readonly lastEventId?: string; readonly signal?: AbortSignal } = {},
): AsyncGenerator<SentEvent, void> {
  return readEvents(service, `${OPERATIONS}/${encodeURIComponent(id)}/events`, how);
}

/** What becomes of one's own operations; see `followOperations`. */
export type OperationNews =
  | { readonly event: 'operation'; readonly operation: Operation }
  /** The list may hold others than before: ask for it. */
  | { readonly event: 'anew' };

/** What becomes of one's own operations that have not ended, for as long as it is asked; a connection that is cut is opened again. */
export async function* followOperations(
  service: Service,
  how: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<OperationNews, void> {
  for await (const { event, data } of readEvents(service, `${OPERATIONS}/events`, how)) {
    if (event === 'anew') yield { event };
    if (event === 'operation') yield { event, operation: JSON.parse(data) as Operation };
  }
}

/**
 * Resolves with an operation that has ended, however long that takes.
 *
 * @throws {ProblemError} `operations/not-found` when its time is over; `signal`'s reason.
 */
export async function waitForOperation(
  service: Service,
  id: string,
  how: {
    readonly signal?: AbortSignal;
    /** Is told how far it is, at the latest after so many seconds again. */
    readonly onProgress?: (operation: Operation) => void;
    readonly everySeconds?: number;
  } = {},
): Promise<Operation> {
  for (;;) {
    const operation = await getOperation(service, id, how.everySeconds ?? LONG_POLL_SECONDS, how.signal);
    how.onProgress?.(operation);
    if (operation.state !== 'queued' && operation.state !== 'running') return operation;
  }
}

/** Ends it, wherever it is. @throws {ProblemError} `operations/not-cancellable` for what would be left half done. */
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
