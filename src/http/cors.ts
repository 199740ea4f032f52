import type { MiddlewareHandler } from 'hono';
import type { HttpEnv } from './services.ts';

const METHODS = 'GET, HEAD, POST, PATCH, PUT, DELETE';
const ASKED =
  'Accept, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, If-Range, Last-Event-ID, Lease-Id, Prefer, Range, Traceparent, Tus-Resumable, Upload-Checksum, Upload-Length, Upload-Metadata, Upload-Offset, X-Request-Id';
const SHOWN =
  'Content-Disposition, Content-Range, ETag, Link, Location, Preference-Applied, RateLimit, RateLimit-Policy, Redline-Through, Retry-After, Tus-Resumable, Upload-Expires, Upload-Length, Upload-Offset, X-Request-Id';
const AGE_SECONDS = '600';

/**
 * Lets pages of the sites that were named use the API (Fetch standard, CORS protocol), with a key or token that they send
 * themselves: nobody is ever told that cookies may come along, and none is looked at. All other sites get nothing.
 *
 * @param sites exact origins.
 */
export function shareWith(sites: readonly string[]): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    if (sites.length === 0) return await next();
    const origin = c.req.header('origin');
    const isKnown = origin !== undefined && sites.includes(origin);
    if (isKnown) c.set('site', origin);
    if (
      isKnown &&
      c.req.method === 'OPTIONS' &&
      c.req.header('access-control-request-method') !== undefined
    ) {
      return c.body(null, 204, {
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Methods': METHODS,
        'Access-Control-Allow-Headers': ASKED,
        'Access-Control-Max-Age': AGE_SECONDS,
        Vary: 'Origin',
      });
    }
    await next();
    c.res.headers.append('Vary', 'Origin');
    if (!isKnown) return;
    c.res.headers.set('Access-Control-Allow-Origin', origin);
    c.res.headers.set('Access-Control-Expose-Headers', SHOWN);
  };
}
