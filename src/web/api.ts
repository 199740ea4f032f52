import type { Report } from '../redline/index.ts';

/** What `POST /v1/comparisons` answers with. */
export interface ComparisonAnswer {
  readonly id: string;
  readonly report: Report;
  readonly links: { readonly redline: string; readonly html: string };
  /** ISO 8601. */
  readonly expiresAt: string;
}

/** RFC 9457, as far as the page shows it. Codes that begin with `page/` come from the page itself. */
export interface Problem {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string;
  readonly input: string | undefined;
  readonly story: string | undefined;
  /** When to come back. */
  readonly retryAfterSeconds: number | undefined;
}

export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Partial<Problem> & Pick<Problem, 'code'>) {
    super(problem.code);
    const none = { title: '', detail: '', requestId: '', input: undefined, story: undefined };
    this.problem = { ...none, retryAfterSeconds: undefined, ...problem };
  }
}

export interface Pair {
  readonly original: File;
  readonly modified: File;
}

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
    request.upload.onprogress = (event) =>
      event.lengthComputable && progress.onUploaded(event.loaded / event.total);
    request.upload.onload = () => progress.onSent();
    request.onerror = () => reject(new ProblemError({ code: 'page/unreachable' }));
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
  const response = await get(`/v1/comparisons/${encodeURIComponent(id)}`, 'application/json', signal);
  return (await response.json()) as ComparisonAnswer;
}

/** The redline as HTML. @throws {ProblemError} */
export async function fetchRedline(answer: ComparisonAnswer, signal: AbortSignal): Promise<string> {
  return await (await get(answer.links.html, 'text/html', signal)).text();
}

/** The two versions of the sample agreement. @throws {ProblemError} */
export async function fetchSample(signal: AbortSignal): Promise<Pair> {
  const version = async (name: 'original' | 'modified'): Promise<File> => {
    const blob = await (await get(`${SAMPLE}/${name}`, DOCX, signal)).blob();
    return new File([blob], `Services Agreement (${name}).docx`, { type: DOCX });
  };
  const [original, modified] = await Promise.all([version('original'), version('modified')]);
  return { original, modified };
}

async function get(url: string, accept: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { headers: { Accept: accept }, signal }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new ProblemError({ code: 'page/unreachable' });
  });
  if (!response.ok)
    throw problemFrom(await response.text(), response.status, response.headers.get('Retry-After'));
  return response;
}

function problemFrom(body: string, status: number, retryAfter: string | null): ProblemError {
  const seconds = Number(retryAfter);
  const when = retryAfter !== null && Number.isFinite(seconds) ? { retryAfterSeconds: seconds } : {};
  try {
    const { code, title, detail, requestId, details } = JSON.parse(body);
    if (typeof code === 'string')
      return new ProblemError({
        code,
        title,
        detail,
        requestId,
        input: details?.input,
        story: details?.story,
        ...when,
      });
  } catch {
    // Not a problem document: something between the page and the service answered.
  }
  return new ProblemError({
    code: 'page/unexpected-answer',
    detail: `The answer had status ${status}.`,
    ...when,
  });
}
