import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { RequestError } from './errors.ts';

const tokenSchema = z.strictObject({ q: z.string(), value: z.string(), id: z.string() });

/** Where a page of a list ended, as a token that works for the same list only. @param query what the list was asked for. */
export function encodePageToken(
  place: { readonly value: string; readonly id: string },
  query: object,
): string {
  return Buffer.from(JSON.stringify({ q: fingerprint(query), ...place })).toString('base64url');
}

/** What an id in the token of a list of operations looks like. */
export const OPERATION_ID = /^o_[0-9a-f]{32}$/;

/** @param ids what an id in it looks like; anything by default. @throws {RequestError} `request/page-token`. */
export function decodePageToken(
  token: string,
  query: object,
  ids = /^/,
): { readonly value: string; readonly id: string } {
  const parsed = tokenSchema.safeParse(parse(token));
  if (parsed.success && parsed.data.q === fingerprint(query) && ids.test(parsed.data.id))
    return { value: parsed.data.value, id: parsed.data.id };
  throw new RequestError('request/page-token', 'The page token is not one of this list.');
}

function parse(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

function fingerprint(query: object): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 12);
}
