import { keptPath, pathOf, type Version } from './documents.ts';
import { type Download, download } from './downloads.ts';
import type { Service } from './service.ts';

// Redlines that are kept with a document, as the wire shows them, as far as page and command look at them.

/** One of the two that were compared. */
export interface Compared {
  /** `null`: it came with the request and is not kept. */
  readonly document: string | null;
  readonly version: number | null;
  readonly name: string;
}

export interface RedlineEntry {
  readonly id: string;
  readonly document: string;
  readonly kind: 'compared' | 'combined';
  readonly name: string;
  readonly state: 'active' | 'deleted';
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt: string;
  readonly etag: string;
  readonly original: Compared;
  /** `null` for combinations. */
  readonly modified: Compared | null;
  /** The number of the current version: 1 as it was made, one more with every commit. */
  readonly version: number;
}

export interface Redline extends RedlineEntry {
  readonly current: Version;
  readonly links: { readonly self: string; readonly content: string; readonly html: string };
}

export interface RedlinePage {
  readonly redlines: readonly RedlineEntry[];
  readonly nextPageToken: string | null;
}

/** A version of the document, or an upload that is complete. */
export type Side = { readonly version: number } | { readonly upload: string };

export type Verdict = 'accept' | 'reject';

/** Which changes: every condition must hold, none takes all. Dates are ISO 8601. */
export interface ChangeQuery {
  readonly ids?: readonly string[];
  readonly authors?: readonly string[];
  readonly kinds?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly text?: string;
  readonly clause?: string;
  readonly story?: string;
}

export interface Decision {
  readonly verdict: Verdict;
  /** What is said by ids goes before what is said without. */
  readonly changes: ChangeQuery;
}

/** A redline in the state in which it was read. */
export type KnownRedline = Pick<RedlineEntry, 'id' | 'document' | 'etag'> & {
  /** Of one's own on the document: then it is changed only as long as that lasts. */
  readonly lease?: string;
};

/** Compares, proves and keeps. */
export async function createRedline(
  service: Service,
  document: string,
  sides: { readonly original?: Side; readonly modified?: Side },
  how: { readonly idempotencyKey?: string; readonly author?: string; readonly signal?: AbortSignal } = {},
): Promise<Redline> {
  const { idempotencyKey, author, signal } = how;
  const json = { ...sides, ...(author === undefined ? {} : { options: { author } }) };
  const key = idempotencyKey === undefined ? {} : { idempotencyKey };
  return await service.read(`${pathOf(document)}/redlines`, { method: 'POST', json, signal, ...key });
}

export async function listRedlines(
  service: Service,
  document: string,
  pageToken: string | undefined,
  signal?: AbortSignal,
): Promise<RedlinePage> {
  const query = pageToken === undefined ? '' : `?pageToken=${encodeURIComponent(pageToken)}`;
  return await service.read(`${pathOf(document)}/redlines${query}`, { signal });
}

export async function getRedline(
  service: Service,
  document: string,
  id: string,
  signal?: AbortSignal,
): Promise<Redline> {
  return await service.read(keptPath({ document, id }), { signal });
}

/** The tracked changes of the current version. @throws {ProblemError} */
export async function listRedlineChanges<List>(
  service: Service,
  known: Pick<RedlineEntry, 'id' | 'document'>,
  query: ChangeQuery,
): Promise<List> {
  const given = Object.entries(query).flatMap(([name, value]: [string, string | readonly string[]]) =>
    (typeof value === 'string' ? [value] : value).map((one) => [name, one]),
  );
  const search = new URLSearchParams();
  for (const [name = '', value = ''] of given) search.append(name, value);
  return await service.read(`${keptPath(known)}/changes?${search}`);
}

/** All of them in one commit, or none. */
export async function decide(
  service: Service,
  known: KnownRedline,
  decisions: readonly Decision[],
): Promise<Redline> {
  const ask = { method: 'POST', ifMatch: known.etag, lease: known.lease, json: { decisions } } as const;
  return (await service.read<{ readonly state: Redline }>(`${keptPath(known)}/decisions`, ask)).state;
}

/** Makes an earlier version the current one, as a new one. */
export async function restoreRedlineVersion(
  service: Service,
  known: KnownRedline,
  number: number,
): Promise<Redline> {
  const path = `${keptPath(known)}/versions/${number}/restore`;
  return await service.read(path, { method: 'POST', ifMatch: known.etag, lease: known.lease });
}

/** Combines what several reviewers made of one document, and keeps it. @param sides as the API's description says. */
export async function createCombination(
  service: Service,
  document: string,
  sides: {
    readonly base?: Side;
    readonly copies: readonly Side[];
    readonly name?: string;
    readonly options: { readonly reviewers: readonly string[] };
  },
  signal?: AbortSignal,
): Promise<Redline> {
  const path = `${pathOf(document)}/redlines/combinations`;
  return await service.read(path, { method: 'POST', json: sides, signal });
}

export async function renameRedline(service: Service, known: KnownRedline, name: string): Promise<Redline> {
  return await service.read(keptPath(known), {
    method: 'PATCH',
    ifMatch: known.etag,
    lease: known.lease,
    json: { name },
  });
}

/** What was proven of it when it was made, as JSON; its bytes are what is to be kept. */
export async function getCertificate(
  service: Service,
  known: Pick<RedlineEntry, 'id' | 'document'>,
  signal?: AbortSignal,
): Promise<Download> {
  return await download(service, `${keptPath(known)}/certificate`, { signal });
}

export async function deleteRedline(service: Service, known: KnownRedline): Promise<RedlineEntry> {
  return await service.read(keptPath(known), { method: 'DELETE', ifMatch: known.etag, lease: known.lease });
}

export async function restoreRedline(service: Service, known: KnownRedline): Promise<RedlineEntry> {
  return await service.read(`${keptPath(known)}/restore`, {
    method: 'POST',
    ifMatch: known.etag,
    lease: known.lease,
  });
}

/** What was found when it was made, as the comparison reported it. */
export async function redlineResult<Report>(
  service: Service,
  known: Pick<RedlineEntry, 'id' | 'document'>,
  signal?: AbortSignal,
): Promise<Report> {
  return await service.read(`${keptPath(known)}/versions/1/result`, { signal });
}
