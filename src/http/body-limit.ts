import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { withBody } from './arriving.ts';
import { RequestError } from './errors.ts';
import type { HttpEnv } from './services.ts';

/**
 * Nothing longer is read. Where the length is not said beforehand, hono makes another request of what it read, out of one that
 * must be the platform's own: that of the adapter is none.
 *
 * @param mostBytes of the whole body.
 */
export function limitBody(mostBytes = 64 * 1024): MiddlewareHandler<HttpEnv> {
  const limit = bodyLimit({
    maxSize: mostBytes,
    onError: () => {
      throw new RequestError('request/too-large', `The body has more than ${mostBytes} bytes.`);
    },
  });
  return async (c, next) => {
    if (c.req.header('content-length') === undefined) c.req.raw = withBody(c.req.raw, c.req.raw.body);
    return await limit(c, next);
  };
}
