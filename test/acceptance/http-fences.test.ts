import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BEN } from '../services/openid-provider.ts';
import type { Visitor } from '../support/visitor.ts';
import { rawRequest, startService } from './service.ts';
import { ACCESS, codeOf, openSignIn, type SignInStage } from './sign-in-stage.ts';

// How often, and from where.

let stage: SignInStage;
beforeAll(async () => {
  stage = await openSignIn({
    REDLINE_PROXIES: '1',
    REDLINE_ADDRESSES: 'other=192.0.2.0/24,2001:db8::/32,127.0.0.0/8',
    REDLINE_ENTERPRISE: 'other',
  });
});
afterAll(() => stage.stop());
// Time stands still within a test, however slow the machine, and everybody may ask again in the next one.
beforeEach(() => {
  stage.time.stands = (stage.time.stands ?? Date.now()) + 60_000;
});
afterEach(() => stage.reset());

const CARA = { ...BEN, sub: '2001', hd: 'other.test' };

async function newKey(maker: Visitor, asked: object = {}): Promise<string> {
  const json = { name: 'k', scopes: ['compare', 'documents:read'], ...asked };
  const answer = await maker.fetch('/v1/api-keys', { method: 'POST', json });
  return `Bearer ${((await answer.json()) as { key: string }).key}`;
}

const ask = (authorization: string, from = '203.0.113.1', path = '/v1/documents', method = 'GET') =>
  fetch(`${stage.service.url}${path}`, { method, headers: { authorization, 'x-forwarded-for': from } });

describe('how often somebody may ask', () => {
  test('a key: a hundred a minute, twenty at once, and it is told how many are left', async () => {
    const key = await newKey(await stage.signedIn(BEN));
    const first = await ask(key);
    expect(first.headers.get('ratelimit-policy')).toBe('"key";q=100;w=60');
    expect(first.headers.get('ratelimit')).toBe('"key";r=19;t=1');
    const all = await Promise.all(Array.from({ length: 30 }, () => ask(key)));
    const refused = all.filter(({ status }) => status === 429);
    expect(refused.length).toBe(11);
    const [one] = refused;
    expect(Number(one?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(one?.headers.get('ratelimit')).toMatch(/^"key";r=0;t=\d+$/);
    expect(one === undefined ? '' : await codeOf(one)).toBe('access/rate-limited');
    expect((await ask(await newKey(await stage.signedIn(BEN)))).status, 'another key').toBe(200);
  });

  test('comparing costs five', async () => {
    const key = await newKey(await stage.signedIn(BEN));
    const left = async (path: string, method: string) =>
      Number(/r=(\d+)/.exec((await ask(key, undefined, path, method)).headers.get('ratelimit') ?? '')?.[1]);
    expect(await left('/v1/comparisons', 'POST')).toBe(15);
    expect(await left('/v1/documents', 'GET')).toBe(14);
  });

  test('people: more; enterprises: more still', async () => {
    const policy = async (one: Visitor) => (await one.fetch('/v1/me')).headers.get('ratelimit-policy');
    expect(await policy(await stage.signedIn(BEN))).toBe('"person";q=600;w=60');
    expect(await policy(await stage.signedIn(CARA))).toBe('"enterprise";q=6000;w=60');
  });

  test('whoever guesses at credentials is slowed down, by the address that the proxy saw', async () => {
    const guess = (from: string) => ask('Bearer rl_live_guess', from);
    const statuses: number[] = [];
    for (let n = 0; n < 24; n += 1) statuses.push((await guess(`10.0.0.${n}, 203.0.113.77`)).status);
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401));
    expect(statuses.at(-1)).toBe(429);
    expect((await guess('203.0.113.77, 203.0.113.78')).status).toBe(401);
  });
});

describe('from where', () => {
  test.each([
    ['192.0.2.7', 200],
    ['::ffff:192.0.2.7', 200],
    ['2001:db8::1', 200],
    ['198.51.100.1', 403],
    ['192.0.2.7, 198.51.100.1', 403],
    ['nonsense', 403],
  ])('people of a tenant with a list, from %s: %i', async (from, status) => {
    const cara = await stage.signedIn(CARA);
    const answer = await ask(`Bearer ${cara.cookies.get(ACCESS)}`, from);
    expect(answer.status).toBe(status);
    const ben = await stage.signedIn(BEN);
    expect((await ask(`Bearer ${ben.cookies.get(ACCESS)}`, from)).status, 'a tenant without').toBe(200);
  });

  test('a key has a list of its own, within that of its tenant', async () => {
    const ben = await stage.signedIn(BEN);
    const key = await newKey(ben, { addresses: ['198.51.100.0/24', '2001:db8:5::/48'] });
    expect((await ask(key, '198.51.100.9')).status).toBe(200);
    expect((await ask(key, '2001:db8:5::9')).status).toBe(200);
    expect((await ask(key, '198.51.101.9')).status).toBe(403);
    const both = await newKey(await stage.signedIn(CARA), { addresses: ['198.51.100.0/24', '192.0.2.7'] });
    expect((await ask(both, '198.51.100.9')).status).toBe(403);
    expect((await ask(both, '192.0.2.7')).status).toBe(200);
  });

  test.each(['example.com', '192.0.2.0/33', ''])('%j is no list', async (range) => {
    const json = { name: 'k', scopes: ['compare'], addresses: [range] };
    expect((await (await stage.signedIn(BEN)).fetch('/v1/api-keys', { method: 'POST', json })).status).toBe(
      400,
    );
  });
});

test('under an https address browsers are told to stay with it, and only that address and this machine’s are answered', async () => {
  const service = await startService({
    settings: { REDLINE_URL: 'https://redline.example.com', REDLINE_SIGN_IN: 'link' },
  });
  const at = async (host: string) => (await rawRequest(service, 'GET', '/auth/ways', { host })).status;
  expect([await at('redline.example.com'), await at('evil.test')]).toEqual([200, 421]);
  const answer = await fetch(`${service.url}/auth/ways`);
  expect(answer.headers.get('strict-transport-security')).toMatch(/^max-age=31536000/);
  expect((await fetch(`${stage.service.url}/auth/ways`)).headers.get('strict-transport-security')).toBeNull();
  await service.stop();
});
