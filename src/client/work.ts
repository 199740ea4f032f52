import { type Download, download } from './downloads.ts';
import { askLater, type Operation } from './operations.ts';
import type { Service } from './service.ts';

// Work on files that the service does not keep (`/openapi.json`): what goes in, by the names of the form's parts.

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

/** Each is a path below `/v1`. */
export type Work =
  | 'blacklines'
  | 'changes'
  | 'combinations'
  | 'comments'
  | 'comparisons'
  | 'decisions'
  | 'edits'
  | 'html'
  | 'pdfs'
  | 'reports'
  | 'scrubs'
  | 'verifications';

/** The files of a form by the names of its parts; a list sends its part several times. */
export type Files = Readonly<Record<string, Blob | readonly Blob[]>>;

export interface WorkRequest {
  readonly files: Files;
  /** As the API's description says for each kind of work. */
  readonly options?: object;
  readonly signal?: AbortSignal;
}

export interface CompareRequest extends Omit<WorkRequest, 'files'> {
  readonly original: Blob;
  readonly modified: Blob;
}

/** A comparison, kept for an hour. */
export interface ComparisonAnswer {
  readonly id: string;
  readonly report: ComparisonReport;
  readonly links: { readonly self: string; readonly redline: string; readonly html: string };
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
}

/** What is said of a redline, as far as every caller looks at it; `redline/redline` has the whole type. */
export interface ComparisonReport {
  readonly engine: string;
  /** The documents say the same. */
  readonly identical: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly notCompared: readonly { readonly part: string; readonly reason: string }[];
  readonly verification: { readonly exact: boolean };
  /** SHA-256, hexadecimal. */
  readonly sha256: { readonly original: string; readonly modified: string; readonly redline: string };
}

/** What work made of a document: kept for an hour. */
export interface ResultAnswer<Report> {
  readonly id: string;
  readonly report: Report;
  readonly links: { readonly self: string; readonly document: string };
  readonly expiresAt: string;
}

/** Large documents too are worked on while somebody waits. */
const WAITING = 'wait=600';
/** What the service does later when the documents are large, unless it is told to be waited for. */
const CAN_BE_LATER = ['combinations', 'comparisons', 'pdfs'] as const satisfies readonly Work[];
export type LaterWork = (typeof CAN_BE_LATER)[number];

/** Has two documents compared. @returns the report; the files are behind its links: `download(service, links.redline)`. */
export async function compare(
  service: Service,
  { original, modified, ...how }: CompareRequest,
): Promise<ComparisonAnswer> {
  const { form, signal } = asked({ files: { original, modified }, ...how });
  return await service.read('/v1/comparisons', { method: 'POST', form, prefer: WAITING, signal });
}

/** The same for the redline itself, of which nothing is kept. */
export async function redlineOf(
  service: Service,
  { original, modified, ...how }: CompareRequest,
): Promise<Download> {
  return await doWork(service, 'comparisons', { files: { original, modified }, ...how }, DOCX);
}

/** A comparison made earlier. @throws {ProblemError} when its hour is over. */
export async function getComparison(
  service: Service,
  id: string,
  signal?: AbortSignal,
): Promise<ComparisonAnswer> {
  return await service.read(`/v1/comparisons/${encodeURIComponent(id)}`, { signal });
}

/** @param accept the media type that is wanted, where there are several. */
export async function doWork(
  service: Service,
  work: Work,
  request: WorkRequest,
  accept = '*/*',
): Promise<Download> {
  const waiting = CAN_BE_LATER.some((one) => one === work) ? { prefer: WAITING } : {};
  return await download(service, `/v1/${work}`, { method: 'POST', accept, ...waiting, ...asked(request) });
}

/** Has work done later. @returns the operation that it became: `waitForOperation`, then what its `result.link` names. */
export async function doWorkLater(
  service: Service,
  work: LaterWork,
  request: WorkRequest,
): Promise<Operation> {
  return await askLater(service, `/v1/${work}`, { method: 'POST', ...asked(request) });
}

export async function getResult<Report>(
  service: Service,
  id: string,
  signal?: AbortSignal,
): Promise<ResultAnswer<Report>> {
  return await service.read(`/v1/results/${encodeURIComponent(id)}`, { signal });
}

function asked({ files, options, signal }: WorkRequest): { form: FormData; signal: AbortSignal | undefined } {
  const form = new FormData();
  for (const [name, given] of Object.entries(files)) {
    for (const file of given instanceof Blob ? [given] : given) form.append(name, file);
  }
  if (options !== undefined) form.append('options', JSON.stringify(options));
  return { form, signal };
}
