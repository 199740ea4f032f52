import { randomBytes } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import { type Access, costOf, type RateState, rateLimited } from '../access/index.ts';
import { actionOf } from './route-policy.ts';
import type { HttpEnv } from './services.ts';

/** Counts what somebody asks, and tells them how much they still may (draft-ietf-httpapi-ratelimit-headers). */
export function limitRates({ rates, required }: Access): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const principal = c.get('principal');
    const address = c.get('address');
    // On a machine of one's own nobody is counted.
    if (!required) return await next();
    const cost = costOf(actionOf(c), c.req.method === 'POST');
    const state =
      principal === undefined ? await rates.countStranger(address) : await rates.count(principal, cost);
    if (state === null) return await next();
    assertWithin(c, state);
    await next();
    for (const [name, value] of Object.entries(headersOf(state))) c.res.headers.set(name, value);
  };
}

/** @throws {AccessError} `access/rate-limited`, with the same headers. */
export function assertWithin(c: Context<HttpEnv>, state: RateState): void {
  if (state.verdict.allowed) return;
  for (const [name, value] of Object.entries(headersOf(state))) c.header(name, value);
  throw rateLimited(state);
}

function headersOf({ plan, rule, verdict }: RateState): Record<string, string> {
  const seconds = (ms: number) => Math.ceil(ms / 1000);
  return {
    'RateLimit-Policy': `"${plan}";q=${rule.limit};w=${seconds(rule.periodMs)}`,
    RateLimit: `"${plan}";r=${verdict.remaining};t=${seconds(verdict.resetMs)}`,
  };
}

/** Holds a place for a request until its answer is sent, to the last byte. */
export function limitAtOnce({ rates, required }: Access): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    if (!required) return await next();
    const principal = c.get('principal') ?? null;
    const address = c.get('address');
    const end = await rates.begin(principal, address, randomBytes(16).toString('hex'));
    const outgoing = (c.env as Partial<HttpBindings> | undefined)?.outgoing;
    if (outgoing === undefined || outgoing.destroyed) {
      try {
        return await next();
      } finally {
        void end();
      }
    }
    outgoing.once('close', () => void end());
    await next();
  };
}
