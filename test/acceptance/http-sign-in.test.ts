import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BEN, CLIENT, type Lie } from '../services/openid-provider.ts';
import { me, openSignIn, type SignInStage } from './sign-in-stage.ts';

const MINUTE = 60_000;

let stage: SignInStage;
beforeAll(async () => {
  stage = await openSignIn();
});
afterAll(() => stage.stop());
afterEach(() => stage.reset());

describe('the way in', () => {
  test('leads through the provider to the page that was asked for, with cookies that only this host gets', async () => {
    const one = stage.visitor();
    expect((await one.fetch('/v1/me')).status).toBe(401);
    const answer = await one.signIn('/?view=1#top');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/?view=1#top']);
    for (const line of answer.headers.getSetCookie()) {
      expect(line).toMatch(
        /^__Host-[\w-]+=[^;]*; Path=\/; Max-Age=\d+; HttpOnly; Secure; SameSite=(Strict|Lax)$/,
      );
    }
    expect(await me(one)).toMatchObject({
      ...{ kind: 'person', tenant: 'acme', role: 'administrator' },
      ...{ name: 'Ada Lovelace', email: 'ada@acme.test' },
    });
    expect(await me(await stage.signedIn(BEN))).toMatchObject({ role: 'member', email: 'ben@acme.test' });
  });

  test.each([
    '//evil.test',
    'https://evil.test/',
    '/\\evil.test',
    '/\t/evil.test',
    'javascript:alert(1)',
    '/auth/sign-out',
    '/%0d%0aX: y\r\nX: y',
  ])('does not lead to %j', async (returnTo) => {
    expect((await stage.visitor().signIn(returnTo)).headers.get('location')).toBe('/');
  });

  test('asks the provider for a code, with PKCE, a state and a nonce that are new each time', async () => {
    const ask = async () =>
      new URL((await stage.visitor().fetch('/auth/sign-in')).headers.get('location') ?? '').searchParams;
    const [one, other] = [await ask(), await ask()];
    expect(one.get('response_type')).toBe('code');
    expect(one.get('code_challenge_method')).toBe('S256');
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(one.get(name)).toMatch(/^[\w-]{43}$/);
      expect(one.get(name)).not.toBe(other.get(name));
    }
  });

  test.each<[string, Lie, string]>([
    ['for another client', { claims: (as) => ({ ...as, aud: 'somebody-else' }) }, 'access/sign-in-failed'],
    [
      'for several clients',
      { claims: (as) => ({ ...as, aud: [CLIENT.id, 'x'], azp: 'x' }) },
      'access/sign-in-failed',
    ],
    ['of another issuer', { claims: (as) => ({ ...as, iss: 'https://evil.test' }) }, 'access/sign-in-failed'],
    ['that is over', { claims: (as) => ({ ...as, exp: 1000 }) }, 'access/sign-in-failed'],
    ['without an end', { claims: ({ exp: _, ...as }) => as }, 'access/sign-in-failed'],
    ['from another sign-in', { claims: (as) => ({ ...as, nonce: 'x' }) }, 'access/sign-in-failed'],
    ['without a nonce', { claims: ({ nonce: _, ...as }) => as }, 'access/sign-in-failed'],
    ['signed by another key', { foreignKey: true }, 'access/sign-in-failed'],
    ['of another domain', { claims: (as) => ({ ...as, hd: 'evil.test' }) }, 'access/account-not-allowed'],
    ['of no Workspace', { claims: ({ hd: _, ...as }) => as }, 'access/account-not-allowed'],
    [
      'of an unverified address',
      { claims: (as) => ({ ...as, email_verified: false }) },
      'access/account-not-allowed',
    ],
    [
      'of an address verified in words',
      { claims: (as) => ({ ...as, email_verified: 'true' }) },
      'access/account-not-allowed',
    ],
    ['without an address', { claims: ({ email: _, ...as }) => as }, 'access/account-not-allowed'],
  ])('an identity %s is refused on a clear page', async (_, lie, code) => {
    stage.provider.lie = lie;
    const one = stage.visitor();
    const answer = await one.signIn();
    expect(answer.status).toBe(code === 'access/sign-in-failed' ? 400 : 403);
    expect(answer.headers.get('content-type')).toMatch('text/html');
    expect(await answer.text()).toContain('Back to Redline');
    expect([...one.cookies.keys()].filter((name) => name.startsWith('__Host-'))).toEqual([]);
    expect(stage.service.lines.findLast((line) => line.route === '/auth/callback')).toMatchObject({ code });
  });

  test.each<[string, (url: URL) => void]>([
    ['another state', (url) => url.searchParams.set('state', 'x'.repeat(43))],
    ['no state', (url) => url.searchParams.delete('state')],
    ['another code', (url) => url.searchParams.set('code', 'x'.repeat(43))],
    ['no code', (url) => url.searchParams.delete('code')],
    ['another issuer', (url) => url.searchParams.set('iss', 'https://evil.test')],
    ['an error', (url) => url.searchParams.set('error', 'access_denied')],
  ])('a way back with %s is refused', async (_, tamper) => {
    const one = stage.visitor();
    const url = new URL(await one.wayBack());
    tamper(url);
    expect((await one.fetch(url.href)).status).toBe(400);
    expect((await one.fetch('/v1/me')).status).toBe(401);
  });

  test('a way back works once, in the browser that began it', async () => {
    const [one, thief] = [stage.visitor(), stage.visitor()];
    const url = await one.wayBack();
    expect((await thief.fetch(url)).status).toBe(400);
    const late = one.copy();
    expect((await one.fetch(url)).status).toBe(303);
    expect((await late.fetch(url)).status).toBe(400);
    expect((await late.fetch('/v1/me')).status).toBe(401);
  });

  test('somebody whose address is changed stays who they are, and somebody else with the old one is another', async () => {
    const before = await me(await stage.signedIn(BEN));
    const moved = await me(await stage.signedIn({ ...BEN, email: 'b.ng@acme.test', name: 'B. Ng' }));
    expect(moved).toMatchObject({ id: before.id, email: 'b.ng@acme.test', name: 'B. Ng' });
    expect((await me(await stage.signedIn({ ...BEN, sub: '5001' }))).id).not.toBe(before.id);
  });

  test('keys of the provider that are replaced are found at once', async () => {
    await stage.signedIn();
    await stage.provider.rotate();
    await stage.signedIn();
  });

  test.each([
    [20_000, 303],
    [-20_000, 303],
    [5 * MINUTE, 303],
    [70 * MINUTE, 400],
    [-2 * MINUTE, 400],
  ])('with a clock that is %i ms ahead of the provider’s the answer is %i', async (ahead, status) => {
    stage.time.ahead = ahead;
    const one = stage.visitor();
    const answer = await one.signIn();
    expect(answer.status).toBe(status);
  });

  test('while the provider is away a page says so, and whoever is signed in goes on', async () => {
    const one = await stage.signedIn();
    const halfway = stage.visitor();
    const url = await halfway.wayBack();
    await stage.provider.down();
    for (const answer of [await stage.visitor().fetch('/auth/sign-in'), await halfway.fetch(url)]) {
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([
        503,
        expect.stringMatching(/^\d+$/),
      ]);
      expect(answer.headers.get('content-type')).toMatch('text/html');
      expect(await answer.text()).toContain('Signing in does not work at the moment');
    }
    const { code } = stage.service.lines.findLast(({ route }) => route === '/auth/callback') ?? {};
    expect(code).toBe('access/provider-unavailable');
    expect((await one.fetch('/auth/refresh', { method: 'POST' })).status).toBe(204);
    expect(await me(one)).toMatchObject({ name: 'Ada Lovelace' });
    await stage.provider.up();
    await stage.signedIn();
  });

  test('codes, states and tokens stand in no line of the log', async () => {
    const one = stage.visitor();
    const url = new URL(await one.wayBack());
    await one.fetch(url.href);
    await one.fetch('/auth/refresh', { method: 'POST' });
    const secrets = [url.searchParams.get('code'), url.searchParams.get('state'), ...one.cookies.values()];
    const log = JSON.stringify(stage.service.lines);
    for (const secret of [...secrets, CLIENT.secret, 'ada@acme.test']) expect(log).not.toContain(secret);
  });
});

test('too many tries to sign in from one address wait', async () => {
  const one = stage.visitor();
  const statuses: number[] = [];
  for (let n = 0; n < 25; n += 1) statuses.push((await one.fetch('/auth/sign-in')).status);
  expect(statuses.slice(0, 5)).toEqual([302, 302, 302, 302, 302]);
  expect(statuses.at(-1)).toBe(429);
  expect((await one.fetch('/auth/sign-in')).headers.get('retry-after')).toMatch(/^\d+$/);
  expect((await stage.visitor().fetch('/auth/sign-in')).status).toBe(302);
});
