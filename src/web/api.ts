import { problemFrom, Service, unreachable } from '../client/index.ts';
import type { Report } from '../redline/index.ts';
import { renew } from './account/renewal.ts';

/** What `POST /v1/comparisons` answers with. */
export interface ComparisonAnswer {
  readonly id: string;
  readonly report: Report;
  readonly links: { readonly redline: string; readonly html: string };
  /** ISO 8601. */
  readonly expiresAt: string;
}

export interface Pair {
  readonly original: File;
  readonly modified: File;
}

/** The service that this page comes from. What fails is shown, with a button that asks again. */
export const service = new Service('', { renew, retries: { attempts: 1 } });

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const SAMPLE = '/v1/samples/services-agreement';

export interface UploadProgress {
  /** 0 to 1. */
  readonly onUploaded: (share: number) => void;
  /** Every byte has been sent; now the service works. */
  readonly onSent: () => void;
}

/**
 * Sends two documents to be compared. By XMLHttpRequest, because `fetch` does not say how much of a body was sent.
 *
 * @throws {ProblemError} also when the service cannot be reached; an `AbortError` when `signal` ends it
 */
export function compareFiles(
  { original, modified }: Pair,
  author: string,
  progress: UploadProgress,
  signal: AbortSignal,
): Promise<ComparisonAnswer> {
  const form = new FormData();
  form.append('original', original);
  form.append('modified', modified);
  if (author !== '') form.append('options', JSON.stringify({ author }));
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/v1/comparisons');
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('Prefer', 'wait=600');
    request.upload.onprogress = (event) =>
      event.lengthComputable && progress.onUploaded(event.loaded / event.total);
    request.upload.onload = () => progress.onSent();
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(new DOMException('Cancelled', 'AbortError'));
    request.onload = () => {
      if (request.status < 300) resolve(JSON.parse(request.responseText) as ComparisonAnswer);
      else
        reject(problemFrom(request.responseText, request.status, request.getResponseHeader('Retry-After')));
    };
    signal.addEventListener('abort', () => request.abort());
    if (signal.aborted) request.abort();
    else request.send(form);
  });
}

/** A comparison made earlier, within its hour. @throws {ProblemError} */
export async function fetchComparison(id: string, signal: AbortSignal): Promise<ComparisonAnswer> {
  return await service.read(`/v1/comparisons/${encodeURIComponent(id)}`, { signal });
}

/** The redline as HTML. @throws {ProblemError} */
export async function fetchRedline(answer: ComparisonAnswer, signal: AbortSignal): Promise<string> {
  return await (await service.ask(answer.links.html, { accept: 'text/html', signal })).text();
}

/** The two versions of the sample agreement. @throws {ProblemError} */
export async function fetchSample(signal: AbortSignal): Promise<Pair> {
  const version = async (name: 'original' | 'modified'): Promise<File> => {
    const blob = await (await service.ask(`${SAMPLE}/${name}`, { accept: DOCX, signal })).blob();
    return new File([blob], `Services Agreement (${name}).docx`, { type: DOCX });
  };
  const [original, modified] = await Promise.all([version('original'), version('modified')]);
  return { original, modified };
}
