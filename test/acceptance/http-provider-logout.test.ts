import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ADA, BEN, CLIENT } from '../services/openid-provider.ts';
import type { Visitor } from '../support/visitor.ts';
import { codeOf, openSignIn, type SignInStage } from './sign-in-stage.ts';

// OpenID Connect Back-Channel Logout 1.0, with a provider that does it.

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const PATH = '/auth/back-channel-logout';

let stage: SignInStage;
beforeAll(async () => {
  stage = await openSignIn();
});
afterAll(() => stage.stop());
afterEach(() => stage.reset());

async function status(one: Visitor): Promise<number> {
  return (await one.fetch('/v1/me')).status;
}

/** What somebody does at the provider: the page to sign out, and its button. */
async function signOutThere(one: Visitor): Promise<void> {
  const page = await (await one.fetch(`${stage.provider.issuer}/session/end`)).text();
  const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(page) ?? [];
  const body = new URLSearchParams({ xsrf, logout: 'yes' });
  const cookie = [...one.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const answer = await fetch(`${stage.provider.issuer}/session/end/confirm`, {
    ...{ method: 'POST', body, redirect: 'manual' },
    headers: { cookie },
  });
  expect(answer.status).toBe(303);
}

const claims = (sub: string) => ({
  iss: stage.provider.issuer,
  aud: CLIENT.id,
  iat: Math.floor(Date.now() / 1000),
  exp: Math.floor(Date.now() / 1000) + 120,
  jti: randomBytes(8).toString('hex'),
  sub,
  events: { [EVENT]: {} },
});

async function send(token: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const body = new URLSearchParams({ logout_token: token });
  return await fetch(stage.service.url + PATH, { method: 'POST', body, headers });
}

describe('who signs out at the provider', () => {
  test('is signed out here, on all devices, and nobody else is', async () => {
    const [desk, phone, ben] = [await stage.signedIn(), await stage.signedIn(), await stage.signedIn(BEN)];
    expect([await status(desk), await status(phone), await status(ben)]).toEqual([200, 200, 200]);
    await signOutThere(desk);
    expect([await status(desk), await status(phone), await status(ben)]).toEqual([401, 401, 200]);
    expect((await phone.fetch('/auth/refresh', { method: 'POST' })).status).toBe(401);
    const again = await stage.signedIn();
    expect(await status(again)).toBe(200);
  });

  test('may have a token that says no type, of which the answer is empty and kept nowhere', async () => {
    const one = await stage.signedIn({ ...BEN, sub: '7001' });
    const answer = await send(await stage.provider.mint(claims('7001'), ''));
    expect([answer.status, answer.headers.get('cache-control'), await answer.text()]).toEqual([
      200,
      'no-store',
      '',
    ]);
    expect(await status(one)).toBe(401);
  });

  test('is signed out by a token once: somebody who kept it ends no later session', async () => {
    const account = { ...BEN, sub: '7002' };
    await stage.signedIn(account);
    const token = await stage.provider.mint(claims('7002'), 'logout+jwt');
    expect((await send(token)).status).toBe(200);
    const later = await stage.signedIn(account);
    expect((await send(token)).status).toBe(200);
    expect(await status(later)).toBe(200);
  });

  test('and was never here is answered like everybody', async () => {
    expect((await send(await stage.provider.mint(claims('9999'), 'logout+jwt'))).status).toBe(200);
  });

  test('is an event of theirs in the log', async () => {
    await stage.signedIn({ ...BEN, sub: '7003' });
    await send(await stage.provider.mint(claims('7003'), 'logout+jwt'));
    expect(stage.service.lines.findLast(({ msg }) => msg === 'signed-out')).toMatchObject({ tenant: 'acme' });
  });
});

type Claims = Record<string, unknown>;

describe('a token', () => {
  test.each<[string, (as: Claims) => Claims, string?]>([
    ['for another client', (as) => ({ ...as, aud: 'somebody-else' })],
    ['of another issuer', (as) => ({ ...as, iss: 'https://evil.test' })],
    ['that is over', (as) => ({ ...as, exp: 1000 })],
    ['that is old, whatever it says of its end', (as) => ({ ...as, iat: 1000 })],
    ['from the future', (as) => ({ ...as, iat: Number(as.iat) + 600 })],
    ['without a time', ({ iat: _, ...as }) => as],
    ['without an id', ({ jti: _, ...as }) => as],
    ['without the event', ({ events: _, ...as }) => as],
    ['of another event', (as) => ({ ...as, events: { 'https://evil.test': {} } })],
    ['whose event is a word', (as) => ({ ...as, events: { [EVENT]: 'yes' } })],
    ['with a nonce, as ID tokens have', (as) => ({ ...as, nonce: 'x' })],
    ['that names a session only', ({ sub: _, ...as }) => ({ ...as, sid: 'x' })],
    ['of another type', (as) => as, 'at+jwt'],
  ])('%s is refused, and signs nobody out', async (_, change, type = 'logout+jwt') => {
    // Everybody is a stranger to the limits: what is refused counts as a guess.
    const account = { ...BEN, sub: '8001' };
    const one = await stage.signedIn(account);
    const answer = await send(await stage.provider.mint(change(claims('8001')), type));
    expect([answer.status, await codeOf(answer)]).toEqual([400, 'access/logout-refused']);
    expect(await status(one)).toBe(200);
  });

  test.each<[string, () => Promise<string>]>([
    ['none', async () => ''],
    ['an ID token', async () => await stage.provider.mint({ ...claims('8001'), events: undefined })],
    [
      'one of another key',
      async () => {
        stage.provider.lie = { foreignKey: true };
        return await stage.provider.mint(claims('8001'), 'logout+jwt');
      },
    ],
    [
      'one without a signature',
      async () =>
        `${[{ alg: 'none', typ: 'logout+jwt' }, claims('8001')].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`,
    ],
  ])('%s is refused', async (_, token) => {
    const answer = await send(await token());
    expect([answer.status, await codeOf(answer)]).toEqual([400, 'access/logout-refused']);
  });
});

test('guessing at tokens is slowed down, and what the provider signed is taken all the same', async () => {
  stage.time.stands = Date.now();
  const statuses: number[] = [];
  for (let n = 0; n < 40; n += 1) statuses.push((await send('x')).status);
  expect(statuses).toContain(429);
  expect((await send(await stage.provider.mint(claims('9999'), 'logout+jwt'))).status).toBe(200);
  delete stage.time.stands;
});

test('a provider that does not say that it tells is not believed', async () => {
  const silent = await openSignIn({}, (provider) => {
    provider.lie = { isSilent: true };
    return {};
  });
  const token = await silent.provider.mint({ ...claims('1001'), iss: silent.provider.issuer }, 'logout+jwt');
  const body = new URLSearchParams({ logout_token: token });
  const answer = await fetch(silent.service.url + PATH, { method: 'POST', body });
  expect([answer.status, await codeOf(answer)]).toEqual([400, 'access/logout-refused']);
  await silent.stop();
});

test('pages of other sites cannot send one', async () => {
  const token = await stage.provider.mint(claims(ADA.sub), 'logout+jwt');
  expect((await send(token, { origin: 'https://evil.test' })).status).toBe(403);
});
