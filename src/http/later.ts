import type { Context, MiddlewareHandler } from 'hono';
import type { NewOperation, Operation } from '../documents/index.ts';
import type { Arrivals } from '../jobs/index.ts';
import { actorOf } from './conditions.ts';
import { operationLink } from './operation-views.ts';
import type { HttpEnv, HttpServices } from './services.ts';

// Requests that are answered before they are done (RFC 7240 § 4.1, RFC 9110 § 15.3.3).

/** Bytes of all files together from which on nobody is kept waiting, unless they ask to be. */
const LARGE_BYTES = 24 * 1024 * 1024;

/** Whether a request is to be done later: because it asks for that, or is large and does not ask to be waited for. */
export function isForLater(c: Context<HttpEnv>, bytes: number): boolean {
  const names = preferencesOf(c);
  return names.includes('respond-async') || (bytes >= LARGE_BYTES && !names.includes('wait'));
}

/** Counts what is to be done later for as long as it is being taken: what was taken before gives way to it for a while. */
export function countArrivals(arrivals: Arrivals): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const isOne = c.req.method === 'POST' && (c.req.path === '/v1/batches' || isForLater(c, 0));
    if (!isOne) return await next();
    const answered = arrivals.arrive();
    try {
      await next();
    } finally {
      answered();
    }
  };
}

function preferencesOf(c: Context<HttpEnv>): readonly (string | undefined)[] {
  const preferences = (c.req.header('prefer') ?? '').toLowerCase().split(/[,;]/);
  return preferences.map((one) => one.split('=')[0]?.trim());
}

/** Who asks, as it is remembered. */
export function askerOf(c: Context<HttpEnv>): NewOperation['actor'] {
  const { tenant, kind, id, credential, address, requestId, subjects, administrator } = actorOf(c);
  const known = { tenant, kind, id, credential, address, requestId, subjects };
  return administrator === undefined ? known : { ...known, administrator };
}

/** Takes an operation, and says where it is followed. */
export async function answerLater(
  c: Context<HttpEnv>,
  { operations }: HttpServices,
  asked: Omit<NewOperation, 'actor' | 'priority'>,
  inputs: Readonly<Record<string, Uint8Array>>,
): Promise<Response> {
  const operation: Operation = await operations.accept(
    { ...asked, priority: 'express', actor: askerOf(c) },
    inputs,
  );
  c.set('audited', { ...c.get('audited'), object: operation.id });
  return c.body(null, 202, {
    Location: operationLink(operation.id),
    'Preference-Applied': 'respond-async',
    'Cache-Control': 'no-store',
  });
}
