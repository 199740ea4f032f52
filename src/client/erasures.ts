import { type Download, download } from './downloads.ts';
import type { Service } from './service.ts';

// Documents of which nothing is to remain. For administrators. Times are ISO 8601, UTC.

export interface Erasure {
  readonly document: string;
  readonly state: 'begun' | 'closed' | 'done';
  readonly by: string;
  readonly reason: string;
  readonly begunAt: string;
  readonly doneAt: string | null;
  /** Where its certificate is, once it is done. */
  readonly certificate: string | null;
}

const ERASURES = '/v1/erasures';

export async function eraseDocument(service: Service, document: string, reason: string): Promise<Erasure> {
  return await service.read(ERASURES, { method: 'POST', json: { document, reason } });
}

/** @param document its id is that of its erasure. */
export async function getErasure(service: Service, document: string, signal?: AbortSignal): Promise<Erasure> {
  return await service.read(`${ERASURES}/${encodeURIComponent(document)}`, { signal });
}

/** The certificate, as it was signed: its bytes are what is to be kept. */
export async function getErasureCertificate(
  service: Service,
  document: string,
  signal?: AbortSignal,
): Promise<Download> {
  return await download(service, `${ERASURES}/${encodeURIComponent(document)}/certificate`, { signal });
}
