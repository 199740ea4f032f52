import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BEN } from '../services/openid-provider.ts';
import type { Visitor } from '../support/visitor.ts';
import { rawRequest } from './service.ts';
import { ACCESS, codeOf, openSignIn, type SignInStage } from './sign-in-stage.ts';

// Pages of other sites: those that were named may use the API with a key, and never by cookie.

const SITE = 'https://app.example.com';
const EVIL = 'https://evil.example.com';

let stage: SignInStage;
let one: Visitor;
let key: string;
beforeAll(async () => {
  stage = await openSignIn({ REDLINE_CORS_ORIGINS: `${SITE}, http://localhost:5173` });
  one = await stage.signedIn(BEN);
  const json = { name: 'k', scopes: ['compare'], perMinute: 6000 };
  const made = await one.fetch('/v1/api-keys', { method: 'POST', json });
  key = `Bearer ${((await made.json()) as { key: string }).key}`;
});
afterAll(() => stage.stop());

const ask = (headers: Record<string, string>, path = '/v1/me', method = 'GET') =>
  fetch(`${stage.service.url}${path}`, { method, headers });

const preflight = (origin: string, path = '/v1/comparisons') =>
  ask({ origin, 'access-control-request-method': 'POST' }, path, 'OPTIONS');

const sharing = (answer: Response): string[] =>
  [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'));

describe('a site that was named', () => {
  test('is told what it may send, without cookies', async () => {
    const answer = await preflight(SITE);
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, SITE]);
    expect(answer.headers.get('access-control-allow-headers')).toMatch(/Authorization.*Idempotency-Key/);
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    expect(answer.headers.get('vary')).toContain('Origin');
  });

  test.each([
    ['by a key', () => ({ authorization: key }), '/v1/me', 'GET', 200],
    ['what the key may not', () => ({ authorization: key }), '/v1/documents', 'GET', 403],
    ['without a key', () => ({}), '/v1/me', 'GET', 401],
    ['something new, by a key', () => ({ authorization: key }), '/v1/comparisons', 'POST', 415],
  ])('reads the answers to what it asks %s', async (_, headers, path, method, status) => {
    const answer = await ask({ origin: SITE, ...headers() }, path, method);
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([status, SITE]);
    expect(answer.headers.get('access-control-expose-headers')).toContain('ETag');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test.each(['GET', 'DELETE'])('is nobody by cookie: %s', async (method) => {
    const cookie = `${ACCESS}=${one.cookies.get(ACCESS)}`;
    const path = method === 'GET' ? '/v1/me' : '/v1/api-keys/nothing';
    const answer = await ask({ origin: SITE, cookie }, path, method);
    expect([answer.status, await codeOf(answer)]).toEqual([401, 'access/sign-in-required']);
  });

  test('signs nobody in, out or anew', async () => {
    for (const path of ['/auth/refresh', '/auth/sign-out', '/auth/link']) {
      const answer = await ask({ origin: SITE }, path, 'POST');
      expect([answer.status, sharing(answer)]).toEqual([403, []]);
    }
  });
});

describe.each([
  ['another site', EVIL],
  ['a site that begins alike', `${SITE}.evil.example`],
  ['another scheme', SITE.replace('https', 'http')],
  ['another port', `${SITE}:8443`],
  ['a page of nowhere', 'null'],
])('%s', (_, origin) => {
  test('is allowed nothing', async () => {
    for (const answer of [
      await preflight(origin),
      await ask({ origin, authorization: key }),
      await ask({ origin, authorization: key }, '/v1/comparisons', 'POST'),
    ])
      expect(sharing(answer)).toEqual([]);
    expect((await ask({ origin, authorization: key }, '/v1/comparisons', 'POST')).status).toBe(403);
  });
});

test('answers say that they differ by origin, also for those who send none', async () => {
  const { headers } = await rawRequest(stage.service, 'GET', '/v1/me', { authorization: key });
  expect(headers.vary).toContain('Origin');
  expect(headers['access-control-allow-origin']).toBeUndefined();
});
