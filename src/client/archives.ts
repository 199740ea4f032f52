import { queryText } from './documents.ts';
import { type Download, download } from './downloads.ts';
import { unreachable } from './problem.ts';
import type { Service } from './service.ts';

// Archives of exports, as the wire shows them (`/openapi.json`).

/** What somebody owns, or everything of the organisation. */
export const EXPORT_SCOPES = ['own', 'tenant'] as const;
export type ExportScope = (typeof EXPORT_SCOPES)[number];

/** An export, ready or on its way. */
export interface Export {
  readonly id: string;
  readonly scope: ExportScope;
  readonly status: 'preparing' | 'ready' | 'failed';
  /** Why it failed: the code of a problem. */
  readonly reason: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
  /** Bytes of the archive, once it is ready. */
  readonly size: number | null;
  /** SHA-256 of its manifest, in hexadecimal: the archive's ETag. */
  readonly manifest: string | null;
  readonly counts: {
    readonly documents: number;
    readonly redlines: number;
    readonly versions: number;
    readonly events: number;
    readonly files: number;
    readonly bytes: number;
  };
}

/** What came in of an archive. */
export interface ImportReport {
  /** The id of the export, and the tenant that it is of. */
  readonly archive: string;
  readonly tenant: string;
  readonly documents: number;
  readonly redlines: number;
  readonly versions: number;
  /** Documents and redlines that were there already. */
  readonly present: number;
  readonly evidence: number;
  /** Members who are nobody there. */
  readonly membersLeft: number;
  /** Whether its list, manifest and signature were looked at, and held: not those of a piece of an archive. */
  readonly whole: boolean;
  /** Which key signed it; `null` where none did. */
  readonly key: string | null;
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
}

const EXPORTS = '/v1/exports';

export async function startExport(
  service: Service,
  scope: ExportScope,
  signal?: AbortSignal,
): Promise<Export> {
  return await service.read(EXPORTS, { method: 'POST', json: { scope }, signal });
}

/** @throws {ProblemError} `exports/not-found` when its time is over. */
export async function getExport(service: Service, id: string, signal?: AbortSignal): Promise<Export> {
  return await service.read(`${EXPORTS}/${id}`, { signal });
}

/**
 * The bytes of an archive that is ready.
 *
 * @param from the first byte that is wanted.
 * @returns the first byte that comes, and those behind it as they arrive; rejects with `client/unreachable` where they end early.
 */
export async function readExport(
  service: Service,
  { id, manifest, size }: Export,
  from: number,
  signal?: AbortSignal,
): Promise<{ readonly from: number; readonly pieces: AsyncIterable<Uint8Array> }> {
  const response = await service.ask(`${EXPORTS}/${id}/content`, { ifMatch: `"${manifest}"`, from, signal });
  const first = response.status === 206 ? from : 0;
  return { from: first, pieces: whole(response, (size ?? 0) - first) };
}

async function* whole({ body }: Response, length: number): AsyncIterable<Uint8Array> {
  let arrived = 0;
  const reader = body?.getReader();
  try {
    for (;;) {
      const next = await reader?.read().catch(() => undefined);
      if (next?.value === undefined) break;
      arrived += next.value.length;
      yield next.value;
    }
  } finally {
    // Nobody waits for what is left.
    void reader?.cancel().catch(() => {});
  }
  if (arrived !== length) throw unreachable();
}

/**
 * Has an archive taken in. Sent again it goes on: what is there already stays. Rejects with `imports/damaged` where its list, manifest or
 * signature do not hold; documents that came before that are there.
 *
 * @param archive its type is `application/x-tar`.
 * @param subjects who members are there: `{"person:p_1": "person:p_2"}`.
 */
export async function importArchive(
  service: Service,
  archive: Blob,
  subjects: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<ImportReport> {
  const map = Object.keys(subjects).length === 0 ? undefined : JSON.stringify(subjects);
  const path = `/v1/imports${queryText({ subjects: map })}`;
  return await service.read(path, { method: 'POST', file: archive, signal });
}

/** The evidence that came with an archive that was imported, as it was. @param id of the archive */
export async function downloadEvidence(
  service: Service,
  id: string,
  signal?: AbortSignal,
): Promise<Download> {
  return await download(service, `/v1/imports/${encodeURIComponent(id)}/evidence`, { signal });
}
