import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { describeError, type Log } from '../kit/index.ts';
import { toProblem } from './errors.ts';
import { problemSchema } from './schemas.ts';
import type { HttpEnv } from './services.ts';

export const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
export const JSON_TYPE = 'application/json';
export const PDF = 'application/pdf';
export const PROBLEM_TYPE = 'application/problem+json';

/** What every route's description says of its problems. */
export const problemResponses = {
  default: {
    description: 'What stood in the way (RFC 9457). All kinds are listed under /problems.',
    content: { [PROBLEM_TYPE]: { schema: problemSchema } },
  },
} as const;

/** Turns whatever was thrown into an answer; says more in the log when nobody foresaw it. */
export function answerProblem(error: unknown, c: Context<HttpEnv>, log: Log): Response {
  c.get('noteFailure')?.(error);
  const requestId = c.get('requestId') ?? '';
  const { problem, headers, unexpected } = toProblem(error, requestId);
  if (unexpected) log.error('unexpected error', { requestId, ...describeError(error) });
  c.set('problemCode', problem.code);
  // 499 is nginx's number for a client that went away; it is no status that a type could know.
  const status = problem.status as ContentfulStatusCode;
  return c.body(JSON.stringify(problem), status, {
    ...headers,
    'Content-Type': PROBLEM_TYPE,
    'Cache-Control': 'no-store',
  });
}
