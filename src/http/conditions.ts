import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { type Actor, signInRequired } from '../access/index.ts';
import { type ByteRange, type Change, type ChangeOf, newOperation } from '../documents/index.ts';
import { systemRandom } from '../kit/index.ts';
import { RequestError } from './errors.ts';
import type { HttpEnv } from './services.ts';

// Under which conditions a request is to be carried out (RFC 9110 § 13, § 14), and by whom.

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;
/** One entity tag (RFC 9110 § 8.8.3), and a list of them, in which elements may be empty (§ 5.6.1). */
const ENTITY_TAG = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g;
const ENTITY_TAGS =
  /^(?:[ \t]*,)*[ \t]*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"[ \t]*(?:,[ \t]*(?:(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"[ \t]*)?)*$/;
const GENERATION = /^[0-9]{1,30}$/;
/** As many hexadecimal digits as any operation's id has. */
const OPERATION_DIGITS = 32;

/** Who asks. @throws {AccessError} `access/sign-in-required`. */
export function actorOf(c: Context<HttpEnv>): Actor {
  const principal = c.get('principal');
  if (principal === undefined) throw signInRequired();
  return principal.actor;
}

/** Who asks for what: the same operation for the same `Idempotency-Key`, a new one without. */
export function changeOf(c: Context<HttpEnv>): Change {
  const actor = actorOf(c);
  const key = idempotencyKeyOf(c);
  if (key === undefined) return { actor, operation: newOperation(systemRandom) };
  const asked = [actor.tenant, actor.kind, actor.id, c.req.method, c.req.path, key].join('\n');
  const digest = createHash('sha256').update(asked).digest('hex').slice(0, OPERATION_DIGITS);
  return { actor, operation: `o_${digest}` };
}

/** @throws {RequestError} when it cannot be one. */
export function idempotencyKeyOf(c: Context<HttpEnv>): string | undefined {
  const key = c.req.header('idempotency-key');
  if (key === undefined || IDEMPOTENCY_KEY.test(key)) return key;
  throw new RequestError(
    'request/idempotency-key',
    'The header Idempotency-Key has other characters or is too long.',
  );
}

/** The same of a document that is there. @throws {RequestError} without `If-Match`, or with one that is no ETag of a document. */
export function changeOfDocument(c: Context<HttpEnv>, document: string): ChangeOf {
  const ifMatch = ifMatchOf(c);
  return { ...changeOf(c), document, ifMatch, lease: c.req.header('lease-id') };
}

/**
 * What a change is to follow (RFC 9110 § 13.1.1): one of the generations that are listed, or `null` for `*`, whatever is current. Weak
 * ETags match nothing, and no other opaque tag is one of ours.
 *
 * @throws {RequestError} without `If-Match`, or with one that nothing can match.
 */
export function ifMatchOf(c: Context<HttpEnv>): readonly string[] | null {
  const given = c.req.header('if-match')?.trim();
  if (given === undefined) {
    throw new RequestError('request/precondition-required', 'The header If-Match is missing.');
  }
  if (given === '*') return null;
  const generations = ENTITY_TAGS.test(given)
    ? [...given.matchAll(ENTITY_TAG)].flatMap(([, weak, tag = '']) =>
        weak === undefined && GENERATION.test(tag) ? [tag] : [],
      )
    : [];
  if (generations.length > 0) return generations;
  throw new RequestError(
    'request/precondition-failed',
    'The header If-Match names no ETag that a document could have.',
  );
}

/** Whether what is read is still what the client means (`If-Match`, strong comparison). @throws {RequestError} `request/precondition-failed`. */
export function assertMatches(c: Context<HttpEnv>, etag: string): void {
  const given = c.req.header('if-match');
  if (given === undefined || given.split(',').some((tag) => ['*', etag].includes(tag.trim()))) return;
  throw new RequestError('request/precondition-failed', 'The content is not the one that If-Match names.');
}

/** Whether the client has what an ETag names (`If-None-Match`, weak comparison). */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  return (ifNoneMatch ?? '').split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));
}

/**
 * The one range of bytes that is asked for; `null` for the whole: no range, several, or `If-Range` names something else.
 *
 * @throws {RequestError} `request/range-not-satisfiable` when it lies behind the end.
 */
export function rangeOf(c: Context<HttpEnv>, size: number, etag: string): ByteRange | null {
  const condition = c.req.header('if-range');
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(c.req.header('range')?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || first + last === '') return null;
  if (condition !== undefined && condition.trim() !== etag) return null;
  const suffix = first === '';
  const start = suffix ? Math.max(0, size - Number(last)) : Number(first);
  const end = suffix || last === '' ? size : Math.min(size, Number(last) + 1);
  if (!suffix && last !== '' && Number(last) < Number(first)) return null;
  if (start < end) return { start, end };
  throw new RequestError('request/range-not-satisfiable', 'The range lies behind the end of the content.', {
    'Content-Range': `bytes */${size}`,
  });
}
