import { queryText } from './documents.ts';
import type { CheckpointFields, EventFields, ProofFile } from './proof-file.ts';
import type { Service } from './service.ts';

// The audit trail, as the wire shows it (`/openapi.json`).

/** Which events; every condition that is given must hold. */
export interface AuditFilter {
  /** Types, joined by commas. */
  readonly type?: string;
  readonly outcome?: string;
  readonly actor?: string;
  readonly credential?: string;
  readonly object?: string;
  readonly document?: string;
  readonly address?: string;
  readonly requestId?: string;
  /** ISO 8601, UTC. */
  readonly from?: string;
  readonly before?: string;
}

export interface AuditPageQuery extends AuditFilter {
  readonly order?: 'ascending' | 'descending';
  readonly pageSize?: number;
  readonly pageToken?: string;
}

/** An event, and its address where that could be opened: no field of the event, and in no hash. */
export type ShownEvent = EventFields & { readonly openedAddress: string | null };

export interface EventPage {
  readonly events: readonly ShownEvent[];
  readonly nextPageToken: string | null;
  readonly view: {
    /** The last event that the answer could show. */
    readonly through: number;
    /** What is on its way, at least. */
    readonly waiting: number;
  };
}

/** What there is to be known of types of events. */
export interface EventTypes {
  readonly types: Readonly<Record<string, { readonly kind: string; readonly title: string }>>;
}

const AUDIT = '/v1/audit';

export async function listEvents(
  service: Service,
  query: AuditPageQuery,
  signal?: AbortSignal,
): Promise<EventPage> {
  return await service.read(`${AUDIT}${queryText({ ...query })}`, { signal });
}

export async function listEventTypes(service: Service, signal?: AbortSignal): Promise<EventTypes> {
  return await service.read('/events', { signal });
}

export async function getEvent(
  service: Service,
  sequence: number,
  signal?: AbortSignal,
): Promise<EventFields> {
  return await service.read(`${AUDIT}/events/${sequence}`, { signal });
}

/** Signed checkpoints of the trail, and the keys that they were signed with. */
export interface CheckpointPage {
  readonly checkpoints: readonly (CheckpointFields & { readonly leaves: string })[];
  readonly keys: readonly {
    readonly id: string;
    readonly publicKey: string;
    readonly at: string;
    readonly by: { readonly key: string; readonly signature: string } | null;
  }[];
  /** What to ask for next: `after`. */
  readonly next: number;
}

export async function listCheckpoints(
  service: Service,
  query: { readonly after?: number; readonly pageSize?: number },
  signal?: AbortSignal,
): Promise<CheckpointPage> {
  return await service.read(`${AUDIT}/checkpoints${queryText({ ...query })}`, { signal });
}

/** The proof of one event, to be read with `verifyProof`. @throws {ProblemError} `audit/not-signed` within its first minute. */
export async function getProof(service: Service, sequence: number, signal?: AbortSignal): Promise<ProofFile> {
  return await service.read(`${AUDIT}/events/${sequence}/proof`, { signal });
}

/** Where every event that is asked for is to be had as a file. @param after the last one that is there already. */
export function exportPath(filter: AuditFilter, format: 'csv' | 'jsonl', after = 0): string {
  return `${AUDIT}/export${queryText({ format, ...filter, after: after === 0 ? undefined : after })}`;
}
