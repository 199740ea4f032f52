import { type DocumentRetention, type Known, pathOf } from './documents.ts';
import type { Service } from './service.ts';

// How long documents are kept and which are held, as the wire shows it (`/openapi.json`). Times are ISO 8601, UTC.

export interface DocumentHold {
  /** That of the document. */
  readonly etag: string;
  readonly hold: { readonly reason: string; readonly setAt: string; readonly setBy: string } | null;
  readonly retention: DocumentRetention | null;
}

export interface RetentionPeriods {
  readonly keepDays: number | null;
  readonly deleteAfterDays: number | null;
  readonly since: 'created' | 'changed';
}

export interface RetentionRule extends RetentionPeriods {
  readonly id: string;
  readonly type: string | null;
  readonly label: string | null;
}

export interface RetentionRules {
  readonly default: RetentionPeriods;
  readonly rules: readonly RetentionRule[];
}

export interface StoredRetention extends RetentionRules {
  readonly etag: string;
  /** Counts the changes. */
  readonly version: number;
  /** Rules that were replaced: what they promised holds for 30 days more. */
  readonly former: readonly (RetentionRules & { readonly replacedAt: string })[];
}

export type SweepOutcome = 'deleted' | 'marked' | 'waiting' | 'held' | 'clock doubted' | 'changed meanwhile';

export interface SweepReport {
  readonly dryRun: boolean;
  readonly at: string;
  readonly rulesVersion: number;
  /** Since when the clock is not believed, and nothing is marked or deleted; `null`: it is. */
  readonly clockDoubtedSince: string | null;
  readonly looked: number;
  readonly kept: number;
  readonly counts: Readonly<Record<SweepOutcome, number>>;
  /** Those whose time is over, 1,000 at most. */
  readonly documents: readonly {
    readonly document: string;
    readonly outcome: SweepOutcome;
    readonly rule: string;
    readonly deleteAfter: string;
  }[];
}

const RETENTION = '/v1/retention';

/** For administrators, as are those below. */
export async function getHold(service: Service, id: string, signal?: AbortSignal): Promise<DocumentHold> {
  return await service.read(holdPath(id), { signal });
}

/** Sets a hold, or gives the one that is there another reason. */
export async function setHold(
  service: Service,
  { id, etag, lease }: Known,
  reason: string,
): Promise<DocumentHold> {
  return await service.read(holdPath(id), { method: 'PUT', ifMatch: etag, lease, json: { reason } });
}

export async function releaseHold(service: Service, { id, etag, lease }: Known): Promise<DocumentHold> {
  return await service.read(holdPath(id), { method: 'DELETE', ifMatch: etag, lease });
}

/** For auditors too. */
export async function getRetention(service: Service, signal?: AbortSignal): Promise<StoredRetention> {
  return await service.read(RETENTION, { signal });
}

/** @param etag of the rules that these take the place of. @param rules checked by the service. */
export async function replaceRetention(
  service: Service,
  etag: string,
  rules: object,
): Promise<StoredRetention> {
  return await service.read(RETENTION, { method: 'PUT', ifMatch: etag, json: rules });
}

/** @param dryRun tells what would be marked and deleted, and does neither. */
export async function sweepRetention(service: Service, dryRun: boolean): Promise<SweepReport> {
  return await service.read(`${RETENTION}/sweeps`, { method: 'POST', json: { dryRun } });
}

function holdPath(id: string): string {
  return `${pathOf(id)}/hold`;
}
