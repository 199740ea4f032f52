import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Service, startService } from './service.ts';

// Two readers of one connection that do not agree where a request ends let somebody put a request into that of another
// (RFC 9112 § 11.2). So whatever can be read in two ways is refused, and the connection ended: what follows is never read.

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const INNER = 'GET /health HTTP/1.1\r\nHost: HOST\r\n\r\n';
const CHUNKED = 'Transfer-Encoding: chunked';
/** Bodies end without a line, so that the next answer may begin behind one. */
const ANSWER = /HTTP\/1\.1 \d{3}/g;
const ENDED = '0\r\n\r\n';

/** All that comes back until the service ends the connection; this side never does. */
function said(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port: service.port, host: '127.0.0.1', allowHalfOpen: true }, () =>
      socket.write(bytes.replaceAll('HOST', `127.0.0.1:${service.port}`), 'latin1'),
    );
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('end', () => {
      resolve(Buffer.concat(chunks).toString());
      socket.destroy();
    });
  });
}

const head = (...lines: string[]) => ['POST /v1/edits HTTP/1.1', 'Host: HOST', ...lines, '', ''].join('\r\n');

describe('a request whose end can be read in two ways', () => {
  test.each([
    ['a length and chunks', head('Content-Length: 5', CHUNKED) + ENDED + INNER],
    ['chunks and a length', head(CHUNKED, 'Content-Length: 5') + ENDED + INNER],
    ['two lengths', head('Content-Length: 0', `Content-Length: 60`) + INNER],
    ['the same length twice', head('Content-Length: 0', 'Content-Length: 0') + INNER],
    ['a list of lengths', head('Content-Length: 0, 0') + INNER],
    ['a length with a sign', head('Content-Length: +0') + INNER],
    ['a length that is no number', head('Content-Length: 0x0') + INNER],
    ['a negative length', head('Content-Length: -1') + INNER],
    ['a coding that nobody knows', head('Transfer-Encoding: xchunked') + ENDED + INNER],
    ['chunks that are not the last coding', head('Transfer-Encoding: chunked, identity') + ENDED + INNER],
    ['a blank before the colon', head('Content-Length : 0') + INNER],
    ['a blank before the colon of chunks', head('Transfer-Encoding : chunked') + ENDED + INNER],
    ['a line that is folded', head('X-Long: one', ' two') + INNER],
    ['a length that is folded', head('Content-Length:', ' 0') + INNER],
    ['lines that end with LF alone', `POST /v1/edits HTTP/1.1\nHost: HOST\n\n${INNER}`],
    ['one line that ends with LF alone', `POST /v1/edits HTTP/1.1\r\nHost: HOST\nX-One: 1\r\n\r\n${INNER}`],
    ['a line with CR alone', `POST /v1/edits HTTP/1.1\r\nHost: HOST\rX-One: 1\r\n\r\n${INNER}`],
    ['a NUL in a line', head('X-One: \0') + INNER],
    ['the size of a chunk that is none', `${head(CHUNKED)}zz\r\n${INNER}`],
    ['the size of a chunk with a sign', `${head(CHUNKED)}-1\r\n${INNER}`],
    ['a chunk that is longer than it says', `${head(CHUNKED)}1\r\nabc\r\n${ENDED}${INNER}`],
    ['no host', `GET /v1/me HTTP/1.1\r\n\r\n${INNER}`],
    ['two hosts', `GET /v1/me HTTP/1.1\r\nHost: HOST\r\nHost: other\r\n\r\n${INNER}`],
    ['another protocol', `GET /v1/me HTTP/3.1\r\nHost: HOST\r\n\r\n${INNER}`],
  ])('%s: is refused, and what follows is not read', async (_, bytes) => {
    const answer = await said(bytes);
    const answers = answer.match(ANSWER) ?? [];
    expect(answers.length).toBeGreaterThan(0);
    // The one that is hidden would be 200.
    for (const one of answers) expect(one).toMatch(/ 4\d\d$/);
    expect(answer).toMatch(/\r\nconnection: close\r\n/i);
  });
});

test('what ends where it says is followed by the next on the same connection', async () => {
  const one = 'GET /health HTTP/1.1\r\nHost: HOST\r\n\r\n';
  const chunked = `${head(CHUNKED, 'Content-Type: application/json')}2\r\n{}\r\n${ENDED}`;
  const last = 'GET /health HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n';
  expect((await said(one + chunked + last)).match(ANSWER)).toEqual([
    'HTTP/1.1 200',
    expect.stringMatching(/ 4\d\d$/),
    'HTTP/1.1 200',
  ]);
});

test.each(['TRACE', 'CONNECT', 'PROPFIND'])('%s is no method of ours', async (method) => {
  const answer = await said(`${method} /v1/me HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n`);
  expect(answer).not.toMatch(/^HTTP\/1\.1 2/);
});
