import { randomBytes } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { RequestError, toProblem } from './errors.ts';
import { PROBLEM_TYPE } from './responses.ts';

/** An answer to a request that no route ever saw, because it could not be read. */
export interface UnparsedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** @param code Node's code of the error. */
export function answerUnparsed(code?: string): UnparsedAnswer {
  const { problem } = toProblem(problemOf(code), randomBytes(16).toString('hex'));
  const body = JSON.stringify(problem);
  const headers = {
    'Content-Type': PROBLEM_TYPE,
    'Content-Length': String(Buffer.byteLength(body)),
    'Cache-Control': 'no-store',
    'X-Request-Id': problem.requestId,
    Connection: 'close',
  };
  return { status: problem.status, headers, body };
}

/** The answer as it goes over the wire, for where there is nothing that writes responses. */
export function toWire({ status, headers, body }: UnparsedAnswer): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n');
}

function problemOf(code: string | undefined): RequestError {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new RequestError('request/headers-too-large', 'The headers are larger than the service reads.');
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new RequestError('request/timeout', 'The request did not arrive in time.');
  }
  return new RequestError('request/malformed', 'The request is not HTTP that the service can read.');
}
