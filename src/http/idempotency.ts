import type { Context, MiddlewareHandler } from 'hono';
import {
  type Claim,
  DocumentsError,
  MOST_ANSWER_BYTES,
  RENEW_MS,
  type RequestAnswer,
  type RequestBody,
  type Requests,
} from '../documents/index.ts';
import { describeError, type Log } from '../kit/index.ts';
import { bodyOf, watchFile, withBody } from './arriving.ts';
import { BodyHash } from './body-hash.ts';
import { actorOf, idempotencyKeyOf } from './conditions.ts';
import { RequestError } from './errors.ts';
import { JSON_TYPE } from './responses.ts';
import type { HttpEnv } from './services.ts';

// The header Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): decision 0074.

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];
/**
 * Pieces of a resumable upload carry their offset: none is taken twice, whatever key is sent. A key for programs, or the secret
 * of a webhook, is shown once, so its answer is kept nowhere; asked for twice, there are two. What
 * was imported is not taken in twice.
 */
const EXEMPT =
  /^\/v1\/(?:uploads\/[^/]+|api-keys(?:\/.*)?|webhooks(?:\/[^/]+\/(?:rotations|tests))?|imports)$/;
/** Headers that say what is asked, beside the body. `If-Match` is none: who repeats a request may have read again. */
const ASKING = ['accept', 'content-type', 'upload-length', 'upload-metadata', 'upload-checksum'];

/**
 * Does a request once, however often it is sent under one key: the first answer is given again. What changed nothing is
 * not kept, so that it can be mended and sent again.
 */
export function doOnce(requests: Requests, log: Log): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const isExempt = SAFE_METHODS.includes(c.req.method) || EXEMPT.test(c.req.path);
    // Whoever is not known yet can only sign in.
    const key = isExempt || c.get('principal') === undefined ? undefined : idempotencyKeyOf(c);
    if (key === undefined) return await next();
    const begun = await requests.begin(actorOf(c), key, askedOf(c));
    switch (begun.kind) {
      case 'other':
        throw otherRequest();
      case 'running':
        throw stillRunning(begun.retryAfterMs);
      case 'done':
        await assertSame(c, begun.body);
        return replayed(begun.answer);
      case 'claimed':
        await work(c, next, begun.claim, log);
    }
  };
}

async function work(c: Context<HttpEnv>, next: () => Promise<void>, claim: Claim, log: Log): Promise<void> {
  const body = hashed(c);
  const renewals = setInterval(() => void claim.renew().catch(() => {}), RENEW_MS).unref();
  try {
    await next();
  } finally {
    clearInterval(renewals);
  }
  try {
    if (!c.res.ok) return await claim.release();
    const hash = body();
    const { expected } = claim;
    const answer = await answerOf(c);
    await claim.finish(expected ?? hash, answer);
    if (expected !== null && hash !== null && !isSame(expected, hash)) {
      c.res = undefined;
      throw otherRequest();
    }
    await c.get('settled')?.();
  } catch (error) {
    if (error instanceof DocumentsError && error.code === 'documents/other-request') throw error;
    // It was done, and its answer stands; asked again, the operation itself finds out that it was done.
    log.warn('answer not kept', { requestId: c.get('requestId'), ...describeError(error) });
  }
}

/** Everything that makes two requests the same, but for their bodies. A boundary belongs to the body. */
function askedOf(c: Context<HttpEnv>): string {
  const { method, url } = c.req.raw;
  const { pathname, search } = new URL(url);
  const headers = ASKING.map((name) => (c.req.header(name) ?? '').replace(/;\s*boundary=.*$/i, ''));
  return [method, pathname, search, ...headers].join('\n');
}

/** Has the body hashed on its way to the route. @returns what asks for the hash: `null` when the route left a rest. */
function hashed(c: Context<HttpEnv>): () => RequestBody | null {
  const hash = new BodyHash(c.req.header('content-type') ?? '');
  const file = watchFile(c, (chunk) => hash.update(chunk));
  if (file !== null) return () => (file.ended() ? hash.digest() : null);
  const { body } = c.req.raw;
  let ended = body === null;
  if (body !== null) {
    const counting = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        hash.update(chunk);
        controller.enqueue(chunk);
      },
      flush: () => {
        ended = true;
      },
    });
    c.req.raw = withBody(c.req.raw, body.pipeThrough(counting));
  }
  return () => (ended ? hash.digest() : null);
}

/** Reads no more than the first request had. @throws {DocumentsError} `documents/other-request`. */
async function assertSame(c: Context<HttpEnv>, expected: RequestBody | null): Promise<void> {
  if (expected === null) return;
  const hash = new BodyHash(c.req.header('content-type') ?? '');
  for await (const chunk of bodyOf(c)) {
    hash.update(chunk);
    if (hash.size > expected.size) throw otherRequest();
  }
  if (!isSame(expected, hash.digest())) throw otherRequest();
}

function isSame(one: RequestBody, other: RequestBody): boolean {
  return one.sha256 === other.sha256 && one.size === other.size;
}

/** The answer as it is kept; the one that is sent stays whole. @returns `null` for files, streams and what is too long. */
async function answerOf(c: Context<HttpEnv>): Promise<RequestAnswer | null> {
  const { res } = c;
  const type = res.headers.get('content-type');
  // What signs somebody in is given once.
  if (res.headers.has('set-cookie')) return null;
  if (c.get('streamed') === true || (type !== null && !type.startsWith(JSON_TYPE))) return null;
  const headers = [...res.headers];
  let body = '';
  if (res.body !== null) {
    body = await res.text();
    c.res = undefined;
    c.res = new Response(body, { status: res.status, headers: res.headers });
  }
  const bytes = Buffer.byteLength(body) + headers.flat().reduce((sum, text) => sum + text.length, 0);
  return bytes > MOST_ANSWER_BYTES ? null : { status: res.status, headers, body };
}

function replayed({ status, headers, body }: RequestAnswer): Response {
  const again = new Headers(headers.map(([name, value]) => [name, value] as [string, string]));
  again.set('Idempotent-Replayed', 'true');
  return new Response(body === '' ? null : body, { status, headers: again });
}

function otherRequest(): DocumentsError {
  return new DocumentsError('documents/other-request', 'The idempotency key was used for another request.');
}

function stillRunning(retryAfterMs: number): RequestError {
  const headers = { 'Retry-After': String(Math.ceil(retryAfterMs / 1000)) };
  return new RequestError('request/still-running', 'The request with this key is being worked on.', headers);
}
