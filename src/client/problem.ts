/** RFC 9457, as far as whoever reads it makes something of it. Codes that begin with `client/` come from this side. */
export interface Problem {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string;
  /** HTTP; 0 where nothing answered. */
  readonly status: number;
  /** Which of the inputs it is about. */
  readonly input: string | undefined;
  readonly story: string | undefined;
  /** When to come back. */
  readonly retryAfterSeconds: number | undefined;
}

/** What the service did not do, or that it did not answer. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Partial<Problem> & Pick<Problem, 'code'>) {
    super(problem.code);
    const none = { title: '', detail: '', requestId: '', status: 0, input: undefined, story: undefined };
    this.problem = { ...none, retryAfterSeconds: undefined, ...problem };
  }
}

/** Nothing answered: `client/unreachable`. @param address where something should have */
export function unreachable(address = ''): ProblemError {
  const title = 'The service cannot be reached';
  const detail = address === '' ? '' : `Nothing answers at ${address}; is the service running there?`;
  return new ProblemError({ code: 'client/unreachable', title, detail });
}

/**
 * An answer that is a problem. What is none (something between the two answered) is `client/unexpected-answer`.
 *
 * @param retryAfter the header
 */
export function problemFrom(body: string, status: number, retryAfter: string | null): ProblemError {
  const when = { retryAfterSeconds: secondsIn(retryAfter, Date.now()) };
  const { code, title, detail, requestId, details } = parsed(body);
  if (typeof code === 'string') {
    return new ProblemError({
      code,
      title: text(title),
      detail: text(detail),
      requestId: text(requestId),
      status,
      input: optional(details?.input),
      story: optional(details?.story),
      ...when,
    });
  }
  const answer = `The answer had status ${status}.`;
  return new ProblemError({ code: 'client/unexpected-answer', detail: answer, status, ...when });
}

interface Received {
  readonly code?: unknown;
  readonly title?: unknown;
  readonly detail?: unknown;
  readonly requestId?: unknown;
  readonly details?: { readonly input?: unknown; readonly story?: unknown };
}

function parsed(body: string): Received {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const optional = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** What `Retry-After` says: a number of seconds, or a date (RFC 9110 § 10.2.3). */
export function secondsIn(retryAfter: string | null, nowMs: number): number | undefined {
  const given = (retryAfter ?? '').trim();
  if (/^\d+$/.test(given)) return Number(given);
  const at = /[a-z]/i.test(given) ? Date.parse(given) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - nowMs) / 1000));
}
