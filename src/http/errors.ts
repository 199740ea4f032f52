import { AccessError, type AccessErrorCode } from '../access/index.ts';
import {
  DocumentsError,
  type DocumentsErrorCode,
  type DocumentsErrorDetails,
  ResultsFullError,
} from '../documents/index.ts';
import { JobError, type JobErrorCode } from '../jobs/index.ts';
import { OutsideError } from '../kit/index.ts';
import { type ErrorCode, type ErrorDetails, RedlineError } from '../redline/index.ts';
import { ACCESS_PROBLEMS } from './access-problems.ts';
import { DOCUMENT_PROBLEMS, type OutsideCode } from './document-problems.ts';
import type { ProblemKind } from './problem-kind.ts';
import { REQUEST_PROBLEMS, type RequestErrorCode } from './request-problems.ts';

/** Every problem that the service answers with. Closed: a code without a row in `PROBLEMS` does not compile. */
export type ProblemCode =
  | ErrorCode
  | JobErrorCode
  | RequestErrorCode
  | DocumentsErrorCode
  | OutsideCode
  | AccessErrorCode;

/**
 * The only place that knows status numbers (RFC 9110 § 15). Documents that are no Word package at all are 415, those
 * that are but cannot be used 422. A comparison past its deadline is 422 and not 503: the time it waited for a thread
 * is not counted, so the same request would most likely end the same way.
 */
export const PROBLEMS: Readonly<Record<ProblemCode, ProblemKind>> = {
  ...ACCESS_PROBLEMS,
  ...DOCUMENT_PROBLEMS,
  ...REQUEST_PROBLEMS,
  'document/empty': {
    status: 422,
    title: 'The file is empty',
    advice: 'Send the document again; its upload may have been cut short.',
  },
  'document/not-a-package': {
    status: 415,
    title: 'The file is not a Word document',
    advice: 'Only .docx files (and .docm, .dotx, .dotm) can be compared. Save the document as .docx.',
  },
  'document/not-word': {
    status: 415,
    title: 'The file is an Office file, but not a usable Word document',
    advice: 'Open it in Word and save it as .docx.',
  },
  'document/legacy-format': {
    status: 415,
    title: 'The file is a Word 97–2003 document',
    advice: 'Open it in Word and save it as .docx.',
  },
  'document/encrypted': {
    status: 422,
    title: 'The document is protected by a password',
    advice: 'Remove the password in Word (File, Info, Protect Document) and send it again.',
  },
  'document/damaged-package': {
    status: 422,
    title: 'The document is damaged',
    advice: 'Open it in Word, let Word repair it, save it and send it again.',
  },
  'document/damaged-part': {
    status: 422,
    title: 'A part of the document is damaged',
    advice: 'Open it in Word, let Word repair it, save it and send it again.',
  },
  'document/dtd-forbidden': {
    status: 422,
    title: 'The document contains a document type declaration',
    advice: 'Office files must not hold one (ECMA-376 Part 2). Open the document in Word and save it again.',
  },
  'limits/exceeded': {
    status: 413,
    title: 'The document is larger than the service allows',
    advice: 'The member "details" names the limit. Large pictures can be compressed in Word.',
  },
  'redline/not-exact': {
    status: 422,
    title: 'No exact redline was found',
    advice: 'Redline gives no result that it cannot prove. The member "details" names what stood in the way.',
  },
  'options/invalid': {
    status: 400,
    title: 'An option has a value that is not known',
    advice: 'See the options of POST /v1/comparisons in /docs.',
  },
  'changes/unknown-id': {
    status: 404,
    title: 'The document has no such change',
    advice:
      'The member "details" names the ids. List the changes of this very document and decide by those ids.',
  },
  'changes/conflicting-decisions': {
    status: 409,
    title: 'A change is both accepted and rejected',
    advice: 'The member "details" names the changes. Nothing was decided: give each one verdict.',
  },
  'edit/invalid': {
    status: 400,
    title: 'The list of edits cannot be read',
    advice: 'The member "details" names the edit by its place in the list, from 0.',
  },
  'edit/quote-not-found': {
    status: 422,
    title: 'The words of a quote stand nowhere',
    advice:
      'A quote is text of one paragraph with earlier changes accepted; "fuzzy" passes over quotes, blanks and case.',
  },
  'edit/quote-ambiguous': {
    status: 422,
    title: 'The words of a quote stand in several places',
    advice: 'The member "details" lists them; a prefix, a suffix, a paragraph or a clause tells them apart.',
  },
  'edit/anchor-unknown': {
    status: 422,
    title: 'An anchor names nothing in the document',
    advice:
      'Ids of paragraphs, changes and comments and labels of clauses are those of the document as sent.',
  },
  'edit/overlap': {
    status: 422,
    title: 'Two edits are about the same words',
    advice:
      'Every anchor is about the document as sent: make one edit of the two, or send them one after the other.',
  },
  'edit/not-editable': {
    status: 422,
    title: 'What stands there cannot be edited as a tracked change',
    advice: 'Results of fields and locked controls are edited as a whole or not at all.',
  },
  'edit/style-unknown': {
    status: 422,
    title: 'The document has no style of that name',
    advice: 'Styles are named as Word shows them, or by their identifier.',
  },
  'edit/not-exact': {
    status: 422,
    title: 'The edits could not be proven exact',
    advice: 'Redline gives no result that it cannot prove. Send fewer edits, or other ones for that place.',
  },
  'combine/base-mismatch': {
    status: 422,
    title: 'A tracked copy does not come from the base',
    advice: 'Send the base that the reviewers were given, or ask for such copies to be compared.',
  },
  'combine/conflict': {
    status: 422,
    title: 'Reviewers edited the same',
    advice:
      'The member "details" lists the places; the policies "keep" and "prefer" combine them all the same.',
  },
  'combine/not-exact': {
    status: 422,
    title: 'The copies could not be combined exactly',
    advice: 'Redline gives no result that it cannot prove. Compare each copy with the base instead.',
  },
  'work/deadline-exceeded': {
    status: 422,
    title: 'The comparison took too long',
    advice: 'Compare smaller documents, or raise REDLINE_DEADLINE_MS where the service is yours.',
  },
  'work/out-of-memory': {
    status: 422,
    title: 'The comparison needed too much memory',
    advice: 'Compare smaller documents, or raise REDLINE_WORKER_MEMORY_MB where the service is yours.',
  },
  'work/attempts-exceeded': {
    status: 500,
    title: 'The work was given up',
    advice:
      'It was begun several times and every worker ended before it. An administrator can have it tried again.',
  },
  'work/not-allowed': {
    status: 403,
    title: 'Whoever asked may not have it done any more',
    advice:
      'They were disabled or removed, their key ended, or they lost a right, after they had asked. Somebody who may has to ask.',
  },
  'work/input-missing': {
    status: 410,
    title: 'What was sent is there no more',
    advice: 'Send the documents again.',
  },
  'work/unknown-kind': {
    status: 501,
    title: 'No worker does this',
    advice: 'Workers of an older release may be running. Bring all of them to the same one.',
  },
  'operations/not-found': {
    status: 404,
    title: 'There is no such operation',
    advice: 'Operations can be asked about by whoever began them, for some time after their end.',
  },
  'operations/not-dead': {
    status: 409,
    title: 'The operation was not given up',
    advice: 'Only an operation that failed without being refused can be begun again.',
  },
  'operations/not-cancellable': {
    status: 409,
    title: 'The operation goes to its end',
    advice:
      'Erasures and sweeps of retention can be cancelled until they are begun: half of one would be worse than either.',
  },
  'batches/not-found': {
    status: 404,
    title: 'There is no such batch',
    advice: 'Batches can be asked about by whoever began them, for some time after their end.',
  },
  'batches/running': {
    status: 409,
    title: 'The batch goes on',
    advice: 'Wait for its end, or cancel it.',
  },
  'batches/none-succeeded': {
    status: 422,
    title: 'No pair of the batch has a redline',
    advice: 'Every pair says why. Mend what stands in the way and begin those that failed again.',
  },
  'service/busy': {
    status: 503,
    title: 'The service is busy',
    advice: 'Send the request again after the seconds that the header Retry-After names.',
  },
  'pdf/not-available': {
    status: 501,
    title: 'PDFs cannot be made here',
    advice:
      'Install LibreOffice (and Chromium) on the machine of the service, or name them by REDLINE_OFFICE and REDLINE_BROWSER; or ask for a Word document or a page.',
  },
  'pdf/failed': {
    status: 422,
    title: 'No PDF could be made of the document',
    advice:
      'See whether LibreOffice opens the document. Asked for as a Word document or a page, the result can be had.',
  },
  'service/stopping': {
    status: 503,
    title: 'The service is ending',
    advice: 'Send the request again after the seconds that the header Retry-After names.',
  },
  'webhooks/not-found': {
    status: 404,
    title: 'There is no such webhook or delivery',
    advice: 'GET /v1/webhooks lists the endpoints, and …/deliveries what was sent to one.',
  },
  'webhooks/invalid': {
    status: 400,
    title: 'The webhook cannot be used like this',
    advice: 'Give an https address of a public host, and types of events that GET /v1/webhook-events names.',
  },
  'webhooks/conflict': {
    status: 409,
    title: 'The webhook has no room for that',
    advice: 'The member "detail" says of what there are too many.',
  },
  'request/abandoned': {
    status: 499,
    title: 'The client went away',
    advice: 'Nobody reads this answer; the number stands in the log only.',
  },
};

/** Found wrong by the HTTP layer itself. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: RequestErrorCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: RequestErrorCode, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.code = code;
    this.headers = headers;
  }
}

/** RFC 9457, with the members that every problem of this service has beside it. */
export interface Problem {
  /** Stable; a page about the problem stands under it. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly requestId: string;
  readonly details?: ErrorDetails | DocumentsErrorDetails;
}

export interface ProblemAnswer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
  /** Nobody foresaw the error: the log should say more than the answer does. */
  readonly unexpected: boolean;
}

/** The name under `/problems/`: the code with a hyphen. */
export function problemName(code: ProblemCode): string {
  return code.replace('/', '-');
}

/** What to answer to an error. What is not one of ours becomes `internal` and says nothing of what it held. */
export function toProblem(error: unknown, requestId: string): ProblemAnswer {
  if (error instanceof RedlineError) {
    const details = Object.keys(error.details).length > 0 ? { details: error.details } : {};
    return answer(error.code, error.message, requestId, {}, details);
  }
  if (error instanceof DocumentsError) {
    const details = Object.keys(error.details).length > 0 ? { details: error.details } : {};
    const headers = retryHeaders(error.code, error.retryAfterMs);
    return answer(error.code, error.message, requestId, headers, details);
  }
  if (error instanceof AccessError) {
    return answer(error.code, error.message, requestId, accessHeaders(error));
  }
  if (error instanceof OutsideError) {
    const code = `storage/${error.failure}` as const;
    const headers = retryHeaders(code, error.retryAfterMs);
    return { ...answer(code, PROBLEMS[code].advice, requestId, headers), unexpected: true };
  }
  if (error instanceof RequestError) return answer(error.code, error.message, requestId, error.headers);
  if (error instanceof JobError) {
    const seconds = error.retryAfterSeconds;
    return answer(
      error.code,
      error.message,
      requestId,
      seconds === null ? {} : { 'Retry-After': String(seconds) },
    );
  }
  if (error instanceof ResultsFullError) {
    return answer('comparison/no-room', error.message, requestId, { 'Retry-After': '300' });
  }
  return { ...answer('internal', PROBLEMS.internal.advice, requestId, {}), unexpected: true };
}

/** What a client is told beside the problem: how to sign in (RFC 9110 § 11.6.1), or when to come back. */
function accessHeaders({ code, retryAfterMs }: AccessError): Readonly<Record<string, string>> {
  return {
    ...(PROBLEMS[code].status === 401 ? { 'WWW-Authenticate': 'Bearer realm="redline"' } : {}),
    ...(retryAfterMs === null ? {} : { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) }),
  };
}

/** Where another try makes sense: after how many seconds. */
function retryHeaders(code: ProblemCode, afterMs: number | null): Readonly<Record<string, string>> {
  if (PROBLEMS[code].status !== 503 && afterMs === null) return {};
  return { 'Retry-After': String(Math.ceil((afterMs ?? 2000) / 1000)) };
}

function answer(
  code: ProblemCode,
  detail: string,
  requestId: string,
  headers: Readonly<Record<string, string>>,
  more: Pick<Problem, 'details'> = {},
): ProblemAnswer {
  const { status, title } = PROBLEMS[code];
  const type = `/problems/${problemName(code)}`;
  return { problem: { type, title, status, detail, code, requestId, ...more }, headers, unexpected: false };
}
