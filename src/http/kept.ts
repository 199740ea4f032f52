import type { Context } from 'hono';
import type { ResultGone, ResultKind, ResultPart, ResultPlace } from '../documents/index.ts';
import { sendWhole } from './body.ts';
import { actorOf, isKnown } from './conditions.ts';
import { RequestError } from './errors.ts';
import { DOCX } from './responses.ts';
import type { HttpEnv, HttpServices } from './services.ts';

// Results that are kept for an hour, and how their parts are sent.

/** A result of the tenant of whoever asks. */
export function resultOf(c: Context<HttpEnv>, kind: ResultKind, id: string): ResultPlace {
  return { tenant: actorOf(c).tenant, kind, id };
}

/** One part of a kept result, with its ETag; 304 to whoever has it. */
export async function sendPart(
  c: Context<HttpEnv>,
  { results, log }: HttpServices,
  { part, ...place }: ResultPlace & { readonly part: ResultPart },
  headersOf: (sha256: string) => Record<string, string>,
): Promise<Response> {
  const found = present(await results.find(place, part));
  const kept = {
    ...headersOf(found.sha256),
    ETag: `"${found.sha256}"`,
    'Cache-Control': 'private, no-cache',
  };
  // A 304 brings a kept answer's headers up to date (RFC 9111 § 4.3.4), its content security policy among them.
  if (isKnown(c.req.header('if-none-match'), kept.ETag)) return c.body(null, 304, kept);
  const headers = { ...kept, 'Content-Length': String(found.size) };
  if (c.req.method === 'HEAD') return c.body(null, 200, headers);
  const { body } = present(await results.open(place, part));
  return sendWhole(c, body, headers, log);
}

/** @throws {RequestError} when it is not there, or no longer. */
export function present<Value extends object>(value: Value | ResultGone): Value {
  if (value === 'not-found')
    throw new RequestError('comparison/not-found', 'There is no result under this id.');
  if (value === 'expired') throw new RequestError('comparison/expired', 'The hour of this result is over.');
  return value;
}

/** @param name of the file that a browser saves it under. */
export function docxHeaders(sha256: string, name: string): Record<string, string> {
  return {
    'Content-Type': DOCX,
    'Content-Disposition': `attachment; filename="${name}"`,
    'Repr-Digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
  };
}
