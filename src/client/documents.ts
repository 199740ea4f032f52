import type { Service } from './service.ts';

// Kept documents, as the wire shows them (`/openapi.json`), as far as page and command look at them.

export interface DocumentEntry {
  readonly id: string;
  readonly name: string;
  readonly labels: readonly string[];
  readonly owner: string;
  /** What whoever asks is in it. */
  readonly role: 'viewer' | 'commenter' | 'editor' | 'owner' | null;
  readonly state: 'active' | 'deleted';
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly etag: string;
  /** Under a legal hold: nothing of it can be deleted. */
  readonly held: boolean;
  /** Media type of the current version. */
  readonly type: string;
  /** Bytes of the current version. */
  readonly size: number;
  readonly versions: number;
}

export interface KeptDocument extends Omit<DocumentEntry, 'type' | 'size' | 'held'> {
  readonly deletedAt: string | null;
  /** How long it is kept; `null` while the rules cannot be read. */
  readonly retention: DocumentRetention | null;
  readonly current: Version;
}

/** What the rules, and a hold, say of one document. */
export interface DocumentRetention {
  /** Under a legal hold: nothing of it can be deleted. */
  readonly held: boolean;
  /** Nobody can delete it before; `null`: no rule says so. */
  readonly keepUntil: string | null;
  /** Id of the rule; `default` for that of the tenant. */
  readonly keepRule: string | null;
  /** From then on the service marks it, and deletes it a week later; `null`: never. */
  readonly deleteAfter: string | null;
  readonly deleteRule: string | null;
  readonly markedAt: string | null;
}

export interface Version {
  readonly number: number;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly origin: VersionOrigin;
  readonly content: {
    readonly type: string;
    readonly size: number;
    readonly sha256: string;
    readonly pages: number | null;
    readonly scanned: 'clamav' | 'structure' | null;
  };
  readonly links: { readonly content: string; readonly result: string | null };
}

export type VersionOrigin =
  | { readonly kind: 'upload' }
  | { readonly kind: 'restored'; readonly version: number }
  | { readonly kind: 'copied'; readonly document: string; readonly version: number }
  | { readonly kind: MadeKind; readonly counts: Readonly<Record<string, number>> };

/** What the engine made. */
export type MadeKind = 'compared' | 'combined' | 'decided' | 'edited' | 'commented' | 'scrubbed';

export interface DocumentQuery {
  readonly name?: string;
  readonly type?: string;
  readonly label?: string;
  readonly owner?: string;
  readonly state?: 'active' | 'deleted';
  readonly sort?: 'name' | 'createdAt' | 'updatedAt';
  readonly order?: 'ascending' | 'descending';
  readonly pageSize?: number;
  readonly pageToken?: string;
}

export interface DocumentPage {
  readonly documents: readonly DocumentEntry[];
  readonly nextPageToken: string | null;
}

export interface VersionPage {
  readonly versions: readonly Version[];
  readonly nextPageToken: string | null;
}

/** A document in the state in which it was read. */
export type Known = Pick<KeptDocument, 'id' | 'etag'> & {
  /** Of one's own: then it is changed only as long as that lasts. */
  readonly lease?: string;
};

const DOCUMENTS = '/v1/documents';

export function pathOf(id: string): string {
  return `${DOCUMENTS}/${encodeURIComponent(id)}`;
}

/** A kept document, or a redline kept with one. */
export type Kept = { readonly id: string } | { readonly id: string; readonly document: string };

/** The path of a document, or of a redline. */
export function keptPath(kept: Kept): string {
  if (!('document' in kept)) return pathOf(kept.id);
  return `${pathOf(kept.document)}/redlines/${encodeURIComponent(kept.id)}`;
}

/** The query of an address; what is not given is left out. */
export function queryText(query: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => [name, String(value)]);
  const text = new URLSearchParams(Object.fromEntries(given)).toString();
  return text === '' ? '' : `?${text}`;
}

export async function listDocuments(
  service: Service,
  query: DocumentQuery,
  signal?: AbortSignal,
): Promise<DocumentPage> {
  return await service.read(`${DOCUMENTS}${queryText({ ...query })}`, { signal });
}

export async function getDocument(service: Service, id: string, signal?: AbortSignal): Promise<KeptDocument> {
  return await service.read(pathOf(id), { signal });
}

export async function listVersions(
  service: Service,
  id: string,
  query: { readonly pageSize?: number; readonly pageToken?: string },
  signal?: AbortSignal,
): Promise<VersionPage> {
  return await service.read(`${pathOf(id)}/versions${queryText({ ...query })}`, { signal });
}

/** A document without an `etag` is a new one. */
export type UploadTarget = { readonly name?: string; readonly labels?: readonly string[] } | Known;

/**
 * Makes a document, or a version of one, of an upload that is complete. The upload's id is the key of the request, so
 * that asking again makes no second one. The service removes the upload then.
 */
export async function keepUpload(
  service: Service,
  upload: string,
  target: UploadTarget,
  signal?: AbortSignal,
): Promise<KeptDocument> {
  const ask = { method: 'POST', idempotencyKey: `upload-${upload}`, signal } as const;
  if (!('etag' in target)) {
    return await service.read(DOCUMENTS, { ...ask, json: { upload, ...target } });
  }
  const versions = `${pathOf(target.id)}/versions`;
  return await service.read(versions, {
    ...ask,
    ifMatch: target.etag,
    lease: target.lease,
    json: { upload },
  });
}

export async function describeDocument(
  service: Service,
  { id, etag, lease }: Known,
  change: { readonly name?: string; readonly labels?: readonly string[] },
): Promise<KeptDocument> {
  return await service.read(pathOf(id), { method: 'PATCH', ifMatch: etag, lease, json: change });
}

export async function deleteDocument(service: Service, { id, etag, lease }: Known): Promise<KeptDocument> {
  return await service.read(pathOf(id), { method: 'DELETE', ifMatch: etag, lease });
}

export async function restoreDocument(service: Service, { id, etag, lease }: Known): Promise<KeptDocument> {
  return await service.read(`${pathOf(id)}/restore`, { method: 'POST', ifMatch: etag, lease });
}

export async function restoreVersion(
  service: Service,
  { id, etag, lease }: Known,
  number: number,
): Promise<KeptDocument> {
  return await service.read(`${pathOf(id)}/versions/${number}/restore`, {
    method: 'POST',
    ifMatch: etag,
    lease,
  });
}

export async function copyDocument(
  service: Service,
  id: string,
  copy: { readonly name?: string; readonly version?: number },
): Promise<KeptDocument> {
  return await service.read(`${pathOf(id)}/copies`, { method: 'POST', json: copy });
}
