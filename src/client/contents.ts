import {
  type Kept,
  type KeptDocument,
  keptPath,
  queryText,
  type Version,
  type VersionPage,
} from './documents.ts';
import { type Download, download } from './downloads.ts';
import { askLater, type Operation } from './operations.ts';
import type { Redline } from './redlines.ts';
import type { Service } from './service.ts';

// What kept documents and kept redlines have alike: versions, what is shown of them, and what is done to them.

/** A document, or redline, in the state in which it was read. */
export type KeptState = Kept & {
  readonly etag: string;
  /** Of one's own: then it is changed only as long as that lasts. */
  readonly lease?: string;
};

/** Each is a path below the document or redline. */
export type View = 'content' | 'changes' | 'comments' | 'html' | 'blackline' | 'pdf' | 'report';

export type Change = 'comments' | 'decisions' | 'edits' | 'scrubs';

/** What was done to a document, or redline, and what became of it. */
export interface Done<State, Report> {
  readonly state: State;
  readonly result: Report;
  /** The number of the version that was made; `null` when there was nothing to do. */
  readonly version: number | null;
}

/**
 * What is shown of the current version, or of another.
 *
 * @param query as the API's description says for each view.
 * @param accept the media type that is wanted, where there are several.
 */
export async function show(
  service: Service,
  kept: Kept,
  view: View,
  how: {
    readonly query?: Readonly<Record<string, string | number | undefined>>;
    readonly accept?: string;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Download> {
  const { query = {}, accept = '*/*', signal } = how;
  return await download(service, `${keptPath(kept)}/${view}${queryText(query)}`, { accept, signal });
}

/**
 * Asks for a PDF that is made later, as of large documents it takes long.
 *
 * @returns the operation: `waitForOperation`, then `downloadOperation`.
 */
export async function showLater(
  service: Service,
  kept: Kept,
  view: 'pdf',
  how: {
    readonly query?: Readonly<Record<string, string | number | undefined>>;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Operation> {
  const { query = {}, signal } = how;
  const path = `${keptPath(kept)}/${view}${queryText(query)}`;
  return await askLater(service, path, { signal });
}

export async function downloadVersion(
  service: Service,
  kept: Kept,
  number: number,
  signal?: AbortSignal,
): Promise<Download> {
  return await download(service, `${keptPath(kept)}/versions/${number}/content`, { signal });
}

export async function getVersion(
  service: Service,
  kept: Kept,
  number: number,
  signal?: AbortSignal,
): Promise<Version> {
  return await service.read(`${keptPath(kept)}/versions/${number}`, { signal });
}

export async function listVersionsOf(
  service: Service,
  kept: Kept,
  query: { readonly pageSize?: number; readonly pageToken?: string },
  signal?: AbortSignal,
): Promise<VersionPage> {
  return await service.read(`${keptPath(kept)}/versions${queryText({ ...query })}`, { signal });
}

/** What the engine said when it made a version. @throws {ProblemError} for one that it did not make. */
export async function getVersionResult<Report>(
  service: Service,
  kept: Kept,
  number: number,
  signal?: AbortSignal,
): Promise<Report> {
  return await service.read(`${keptPath(kept)}/versions/${number}/result`, { signal });
}

/** Does something to the document, or redline, in one commit. @param options as the API's description says. */
export async function change<State extends KeptState, Report>(
  service: Service,
  kept: State,
  work: Change,
  options: object,
): Promise<Done<State extends { readonly document: string } ? Redline : KeptDocument, Report>> {
  const ask = { method: 'POST', ifMatch: kept.etag, lease: kept.lease, json: options } as const;
  return await service.read(`${keptPath(kept)}/${work}`, ask);
}
