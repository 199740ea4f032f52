import { type Download, download } from './downloads.ts';
import type { Service } from './service.ts';

// Documents of which nothing is to remain, and people who are to be forgotten. For administrators. Times are ISO 8601, UTC.

export interface Erasure {
  /** One of these is `null`. */
  readonly document: string | null;
  readonly person: string | null;
  readonly state: 'begun' | 'closed' | 'gone' | 'done';
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

/** @throws {ProblemError} `erasures/owns-documents` for whoever alone owns something. */
export async function erasePerson(service: Service, person: string, reason: string): Promise<Erasure> {
  return await service.read(ERASURES, { method: 'POST', json: { person, reason } });
}

/** @param subject the document or person: its id is that of its erasure. */
export async function getErasure(service: Service, subject: string, signal?: AbortSignal): Promise<Erasure> {
  return await service.read(`${ERASURES}/${encodeURIComponent(subject)}`, { signal });
}

/** The certificate, as it was signed: its bytes are what is to be kept. */
export async function getErasureCertificate(
  service: Service,
  subject: string,
  signal?: AbortSignal,
): Promise<Download> {
  return await download(service, `${ERASURES}/${encodeURIComponent(subject)}/certificate`, { signal });
}
