import { randomBytes } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { RequestError, toProblem } from './errors.ts';
import { PROBLEM_TYPE } from './responses.ts';

/**
 * The bytes of a whole answer to a request that Node's parser refused, so that no route ever saw it.
 *
 * @param code Node's code of the error.
 */
export function rawProblem(code: string | undefined): string {
  const { problem } = toProblem(problemOf(code), randomBytes(16).toString('hex'));
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${problem.requestId}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
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
