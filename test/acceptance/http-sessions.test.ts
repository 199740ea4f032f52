import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BEN } from '../services/openid-provider.ts';
import type { Visitor } from '../support/visitor.ts';
import { ACCESS, codeOf, me, openSignIn, REFRESH, type SignInStage } from './sign-in-stage.ts';

const MINUTE = 60_000;

let stage: SignInStage;
beforeAll(async () => {
  stage = await openSignIn();
});
afterAll(() => stage.stop());
afterEach(() => stage.reset());

describe('tokens', () => {
  test('say who and for how long, and are signed by a key that is published', async () => {
    const one = await stage.signedIn();
    const token = one.cookies.get(ACCESS) ?? '';
    const { kid, typ, alg } = decodeProtectedHeader(token);
    const claims = decodeJwt(token);
    expect([typ, alg]).toEqual(['at+jwt', 'ES256']);
    expect(claims).toMatchObject({ iss: stage.service.url, aud: stage.service.url, tenant: 'acme' });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(900);
    expect(JSON.stringify(claims)).not.toContain('@');
    const { keys } = (await (await fetch(`${stage.service.url}/.well-known/jwks.json`)).json()) as {
      keys: Record<string, unknown>[];
    };
    const [published] = keys.filter((key) => key.kid === kid);
    expect(published).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
    expect(keys.every((key) => !('d' in key))).toBe(true);
  });

  test('open the service in the header as well, and nothing else does', async () => {
    const token = (await stage.signedIn()).cookies.get(ACCESS) ?? '';
    const ask = async (authorization: string) =>
      await fetch(`${stage.service.url}/v1/documents`, { headers: { authorization } });
    expect((await ask(`Bearer ${token}`)).status).toBe(200);
    const [head = '', body = '', signature = ''] = token.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
    for (const bad of [
      `Bearer ${head}.${body}.${signature.slice(0, -4)}AAAA`,
      `Bearer ${none}.${body}.`,
      `Bearer ${token}x`,
      `Basic ${token}`,
      'Bearer ',
      'Bearer rl_live_x',
    ]) {
      const answer = await ask(bad);
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
        401,
        'Bearer realm="redline"',
      ]);
      expect(await codeOf(answer)).toBe('access/sign-in-required');
    }
  });

  test('are over after a quarter of an hour, and a session goes on with the next ones', async () => {
    const one = await stage.signedIn();
    stage.time.ahead += 15 * MINUTE + 6000;
    expect((await one.fetch('/v1/me')).status).toBe(401);
    expect((await one.fetch('/auth/refresh', { method: 'POST' })).status).toBe(204);
    expect((await one.fetch('/v1/me')).status).toBe(200);
  });

  test('a refresh token that is used twice ends its session, for the thief and the owner, and is told of', async () => {
    const one = await stage.signedIn();
    const thief = one.copy();
    expect((await one.fetch('/auth/refresh', { method: 'POST' })).status).toBe(204);
    expect((await one.fetch('/v1/me')).status).toBe(200);
    const refused = await thief.fetch('/auth/refresh', { method: 'POST' });
    expect(refused.status).toBe(401);
    expect(thief.cookies.has(REFRESH)).toBe(false);
    expect((await one.fetch('/v1/me')).status).toBe(401);
    expect((await one.fetch('/auth/refresh', { method: 'POST' })).status).toBe(401);
    expect(stage.service.lines.findLast((line) => line.msg === 'refresh-token-reused')).toMatchObject({
      level: 'warn',
      tenant: 'acme',
    });
  });

  test.each(['', 'x', 'acme.s_0.x', `acme.s_${'0'.repeat(32)}.${'x'.repeat(43)}`])(
    'no session goes on with the refresh token %j',
    async (token) => {
      const one = stage.visitor();
      one.cookies.set(REFRESH, token);
      expect((await one.fetch('/auth/refresh', { method: 'POST' })).status).toBe(401);
    },
  );
});

describe('sessions', () => {
  const list = async (one: Visitor, person = 'me') =>
    (
      (await (await one.fetch(`/v1/sessions?person=${person}`)).json()) as {
        sessions: Record<string, unknown>[];
      }
    ).sessions;

  test('are listed and ended one by one by their owner, and nobody else’s are', async () => {
    const ben = await stage.signedIn(BEN);
    const [one, other] = [await stage.signedIn(), await stage.signedIn()];
    const [second, first] = await list(other);
    expect(second).toMatchObject({ current: true, method: 'oidc', address: other.address });
    expect(first).toMatchObject({ current: false });
    const end = (id: unknown, by: Visitor) => by.fetch(`/v1/sessions/${id}`, { method: 'DELETE' });
    expect((await end(first?.id, ben)).status).toBe(404);
    expect((await ben.fetch('/v1/sessions?person=everybody')).status).toBe(403);
    expect((await end(first?.id, other)).status).toBe(204);
    expect((await one.fetch('/v1/me')).status).toBe(401);
    expect((await one.fetch('/auth/refresh', { method: 'POST' })).status).toBe(401);
    expect((await other.fetch('/v1/me')).status).toBe(200);
    expect((await end(first?.id, other)).status).toBe(404);
    expect((await list(other, 'everybody')).length).toBeGreaterThan((await list(other)).length);
  });

  test('are fifty at most: one more ends the one that was not used for the longest', async () => {
    const account = { ...BEN, sub: 'many', email: 'many@acme.test' };
    const first = await stage.signedIn(account);
    const second = await stage.signedIn(account);
    stage.time.ahead = 1000;
    expect((await first.fetch('/auth/refresh', { method: 'POST' })).status, 'used').toBe(204);
    for (let n = 2; n < 51; n += 1) await stage.signedIn(account);
    const { sessions } = (await (await first.fetch('/v1/sessions')).json()) as { sessions: object[] };
    expect(sessions).toHaveLength(50);
    expect((await first.fetch('/v1/me')).status).toBe(200);
    stage.time.ahead = 6000;
    expect((await second.fetch('/v1/me')).status).toBe(401);
  });

  test('end everywhere when somebody signs out', async () => {
    const [one, other] = [await stage.signedIn(BEN), await stage.signedIn(BEN)];
    const token = other.cookies.get(ACCESS);
    expect((await one.fetch('/auth/sign-out', { method: 'POST' })).status).toBe(204);
    expect([...one.cookies.keys()].filter((name) => name.startsWith('__Host-redline'))).toEqual([]);
    for (const headers of [{}, { authorization: `Bearer ${token}` }])
      expect((await other.fetch('/v1/me', { headers })).status).toBe(401);
    expect((await other.fetch('/auth/refresh', { method: 'POST' })).status).toBe(401);
    expect((await (await stage.signedIn(BEN)).fetch('/v1/me')).status).toBe(200);
  });

  test('end when an administrator disables somebody, who cannot come back until that is taken back', async () => {
    const [admin, ben] = [await stage.signedIn(), await stage.signedIn(BEN)];
    const { id } = (await me(ben)) as { id: string };
    const change = (json: unknown, by = admin) => by.fetch(`/v1/people/${id}`, { method: 'PATCH', json });
    expect((await change({ disabled: true }, ben)).status).toBe(403);
    expect(await (await change({ disabled: true })).json()).toMatchObject({
      email: 'ben@acme.test',
      disabled: true,
    });
    expect((await ben.fetch('/v1/me')).status).toBe(401);
    expect((await ben.fetch('/auth/refresh', { method: 'POST' })).status).toBe(401);
    stage.provider.account = BEN;
    expect((await ben.signIn()).status).toBe(403);
    expect((await change({ disabled: false })).status).toBe(200);
    expect((await ben.fetch('/v1/me')).status, 'what was ended stays so').toBe(401);
    expect((await stage.signedIn(BEN)).cookies.has(ACCESS)).toBe(true);
  });

  test('get another role at once, but nobody their own', async () => {
    const [admin, ben] = [await stage.signedIn(), await stage.signedIn(BEN)];
    const [{ id }, { id: own }] = (await Promise.all([me(ben), me(admin)])) as [
      { id: string },
      { id: string },
    ];
    const change = (who: string, role: string) =>
      admin.fetch(`/v1/people/${who}`, { method: 'PATCH', json: { role } });
    expect((await change(id, 'auditor')).status).toBe(200);
    expect(await me(ben)).toMatchObject({ role: 'auditor' });
    expect((await change(own, 'member')).status).toBe(403);
    expect((await change('p_00000000000000000000000000000000', 'member')).status).toBe(404);
    expect((await change(id, 'member')).status).toBe(200);
  });

  test('are of one tenant: administrators of another see nothing of them', async () => {
    const cara = await stage.signedIn({
      sub: '2001',
      email: 'cara@other.test',
      email_verified: true,
      hd: 'other.test',
    });
    expect(await me(cara)).toMatchObject({ tenant: 'other', role: 'member', name: null });
    const [session] = await list(await stage.signedIn());
    expect((await cara.fetch(`/v1/sessions/${session?.id}`, { method: 'DELETE' })).status).toBe(404);
  });
});

describe('a page of another site', () => {
  test.each(['/auth/sign-out', '/auth/refresh', '/auth/link'])('cannot send to %s', async (path) => {
    const one = await stage.signedIn();
    const origins = [{ origin: 'https://evil.test' }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }];
    for (const headers of [...origins, {}]) {
      const answer = await fetch(`${stage.service.url}${path}`, {
        method: 'POST',
        headers: { cookie: `${ACCESS}=${one.cookies.get(ACCESS)}`, ...headers },
      });
      expect([answer.status, await codeOf(answer)]).toEqual([403, 'request/origin-not-allowed']);
    }
    expect((await one.fetch('/v1/me')).status).toBe(200);
  });

  test('cannot change anything by the cookie, and a program can by the header', async () => {
    const one = await stage.signedIn();
    const token = one.cookies.get(ACCESS);
    const make = (headers: Record<string, string>) =>
      fetch(`${stage.service.url}/v1/uploads`, {
        method: 'POST',
        headers: { 'tus-resumable': '1.0.0', 'upload-length': '5', ...headers },
      });
    expect((await make({ cookie: `${ACCESS}=${token}` })).status).toBe(403);
    expect((await make({ cookie: `${ACCESS}=${token}`, origin: stage.service.url })).status).toBe(201);
    expect((await make({ authorization: `Bearer ${token}` })).status).toBe(201);
  });
});
