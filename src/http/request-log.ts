import { randomBytes } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Log } from '../kit/index.ts';
import type { HttpEnv } from './services.ts';

const REQUEST_ID = /^[A-Za-z0-9._-]{8,128}$/;
/** W3C Trace Context, version 00: version, trace id, parent id, flags. */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

/** Takes over the caller's `X-Request-Id` where it is harmless, else makes one; keeps the trace id for the log. */
export const identify: MiddlewareHandler<HttpEnv> = async (c, next) => {
  const given = c.req.header('x-request-id') ?? '';
  const requestId = REQUEST_ID.test(given) ? given : randomBytes(16).toString('hex');
  c.set('requestId', requestId);
  c.set('traceId', traceIdOf(c.req.header('traceparent')));
  await next();
  c.res.headers.set('X-Request-Id', requestId);
};

/** One line a request, when its answer is ready to be sent. */
export function logRequests(log: Log): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const started = performance.now();
    await next();
    const requestId = c.get('requestId');
    const traceId = c.get('traceId');
    const bytesIn = c.get('bytesIn');
    const problemCode = c.get('problemCode');
    const principal = c.get('principal');
    const decision = c.get('decision');
    const bytesOut = Number(c.res.headers.get('content-length'));
    log.info('request', {
      requestId,
      method: c.req.method,
      route: patternOf(c),
      status: c.res.status,
      durationMs: Math.round(performance.now() - started),
      ...(traceId === undefined ? {} : { traceId }),
      ...(bytesIn === undefined ? {} : { bytesIn }),
      ...(bytesOut > 0 ? { bytesOut } : {}),
      ...(problemCode === undefined ? {} : { code: problemCode }),
      ...(decision?.outcome === 'deny' ? { reason: decision.reason } : {}),
      ...(principal === undefined
        ? {}
        : { tenant: principal.actor.tenant, credential: principal.actor.credential }),
    });
  };
}

/** The pattern of the route that answered. Middleware and the web application are registered for every method. */
export function patternOf(c: Context<HttpEnv>): string {
  return matchedRoutes(c).find(({ method }) => method !== 'ALL')?.path ?? '/*';
}

function traceIdOf(traceparent: string | undefined): string | undefined {
  const [, traceId, parentId] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  const zeros = /^0+$/;
  return traceId && parentId && !zeros.test(traceId) && !zeros.test(parentId) ? traceId : undefined;
}
