import { ProblemError, type Problem as ServiceProblem } from '../client/index.ts';
import { type ErrorCode, RedlineError } from '../redline/index.ts';

/** What the command line itself finds wrong, before or after the engine's work. */
export type CliErrorCode =
  /** Arguments that make no sense, alone or together. */
  | 'usage'
  | 'file/not-found'
  | 'file/not-readable'
  | 'file/not-writable'
  | 'pdf/not-available'
  | 'pdf/failed'
  /** A pair of a batch took more time or memory than one may. */
  | 'work/too-much'
  /** An archive of an export that is not whole, or not what it says. */
  | 'archive/damaged'
  /** What the service sent is not whole. */
  | 'service/broken';

export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;

  constructor(code: CliErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** What the process ends with; scripts build on these numbers, so they never change their meaning. */
export const EXIT = {
  done: 0,
  /** No exact redline, or `verify` found differences. */
  notExact: 1,
  usage: 2,
  badDocument: 3,
  limits: 4,
  /** What the command needs is not here: the service, or a program that prints. */
  noService: 5,
  /** A fault of the product (EX_SOFTWARE of sysexits.h). */
  internal: 70,
} as const;

function exitCodeOf(code: ErrorCode | CliErrorCode | 'internal'): number {
  switch (code) {
    case 'redline/not-exact':
    case 'combine/conflict':
    case 'combine/not-exact':
    case 'edit/not-exact':
      return EXIT.notExact;
    case 'usage':
    case 'file/not-found':
    case 'file/not-readable':
    case 'file/not-writable':
    case 'options/invalid':
    case 'changes/unknown-id':
    case 'changes/conflicting-decisions':
    case 'edit/invalid':
    case 'edit/quote-not-found':
    case 'edit/quote-ambiguous':
    case 'edit/anchor-unknown':
    case 'edit/overlap':
    case 'edit/not-editable':
    case 'edit/style-unknown':
    case 'combine/base-mismatch':
      return EXIT.usage;
    case 'document/empty':
    case 'document/not-a-package':
    case 'document/not-word':
    case 'document/legacy-format':
    case 'document/encrypted':
    case 'document/damaged-package':
    case 'document/damaged-part':
    case 'document/dtd-forbidden':
    case 'archive/damaged':
      return EXIT.badDocument;
    case 'limits/exceeded':
    case 'work/too-much':
      return EXIT.limits;
    case 'pdf/not-available':
    case 'service/broken':
      return EXIT.noService;
    case 'internal':
    case 'pdf/failed':
      return EXIT.internal;
  }
}

/** The same for what the service answered. Its codes are more than this command knows. */
function exitCodeOfService({ status, code }: ServiceProblem): number {
  if (status === 413) return EXIT.limits;
  if (/\/not-exact$/.test(code)) return EXIT.notExact;
  if (
    /^document\/|^documents\/(type-not-supported|damaged|protected|infected|not-word)$|^imports\/damaged$/.test(
      code,
    )
  )
    return EXIT.badDocument;
  if (status === 500) return EXIT.internal;
  return status > 500 || [0, 408, 429].includes(status) || code.startsWith('client/')
    ? EXIT.noService
    : EXIT.usage;
}

/** RFC 9457, as the HTTP service writes it, with the exit code in the place of the status. */
export interface Problem {
  readonly type: string;
  /** Of the engine, of the command, or of the service. */
  readonly code: string;
  readonly detail: string;
  readonly exitCode: number;
  /** Of the service, for its log. */
  readonly requestId?: string;
  readonly details?: RedlineError['details'];
}

/** What to say about an error. One that nobody foresaw is named by its kind: its message may hold a document's text. */
export function toProblem(error: unknown): Problem {
  if (error instanceof RedlineError) {
    const details = Object.keys(error.details).length > 0 ? { details: error.details } : {};
    return { ...problem(error.code, withPlace(error)), ...details };
  }
  if (error instanceof CliError) return problem(error.code, error.message);
  if (error instanceof ProblemError) return serviceProblem(error.problem);
  const kind = error instanceof Error ? error.name : typeof error;
  return problem('internal', `unexpected ${kind}; this is a fault of redline, please report it`);
}

type OwnCode = ErrorCode | CliErrorCode | 'internal';

function problem(code: OwnCode, detail: string): Problem {
  return { type: typeOf(code), code, detail, exitCode: exitCodeOf(code) };
}

function typeOf(code: string): string {
  return `/problems/${code.replace('/', '-')}`;
}

function serviceProblem(found: ServiceProblem): Problem {
  const { code, title, detail, requestId } = found;
  const traced = requestId === '' ? {} : { requestId };
  return { type: typeOf(code), code, detail: detail || title, exitCode: exitCodeOfService(found), ...traced };
}

function withPlace(error: RedlineError): string {
  const place = [error.details.input, error.details.part, error.details.story].filter(
    (one) => one !== undefined && !error.message.includes(one),
  );
  return place.length > 0 ? `${place.join(', ')}: ${error.message}` : error.message;
}
