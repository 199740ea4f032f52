import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BEN } from '../services/openid-provider.ts';
import { buildDocx, documentXml } from '../support/package.ts';
import type { Visitor } from '../support/visitor.ts';
import { codeOf, openSignIn, type SignInStage } from './sign-in-stage.ts';

// Programs: accounts that only administrators make, with keys and with identity tokens of Google.

const EMAIL = 'ci@acme-build.iam.gserviceaccount.com';
const ALL = ['compare', 'documents:read', 'documents:write'];

let stage: SignInStage;
let admin: Visitor;
beforeAll(async () => {
  stage = await openSignIn({ REDLINE_ENTERPRISE: 'acme', REDLINE_PROXIES: '1' }, ({ issuer }) => ({
    REDLINE_TOKEN_ISSUER: issuer,
  }));
  admin = await stage.signedIn();
});
afterAll(() => stage.stop());
afterEach(() => stage.reset());

interface Account {
  readonly id: string;
  readonly disabledAt: string | null;
}

async function made<Made = Account>(path: string, json: object, maker = admin): Promise<Made> {
  const answer = await maker.fetch(path, { method: 'POST', json });
  expect(answer.status).toBe(201);
  return (await answer.json()) as Made;
}

const account = (more: object = {}) => made('/v1/service-accounts', { name: 'CI', scopes: ALL, ...more });

async function keyOf({ id }: Account): Promise<{ id: string; key: string }> {
  return await made(`/v1/service-accounts/${id}/keys`, { name: 'deploy' });
}

let asked = 0;

/** From another place each time: whose token is refused is counted as a stranger. */
function ask(token: string, path = '/v1/me', method = 'GET'): Promise<Response> {
  asked += 1;
  const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': `192.0.2.${asked}` };
  return fetch(`${stage.service.url}${path}`, { method, headers });
}

describe('a service account', () => {
  test('holds keys, which reach what it does and end with it', async () => {
    const one = await account({ scopes: ['compare'] });
    const { id, key } = await keyOf(one);
    expect(await (await ask(key)).json()).toMatchObject({ kind: 'key', id, tenant: 'acme', session: null });
    expect((await ask(key, '/v1/documents')).status).toBe(403);
    const listed = (await (await admin.fetch('/v1/api-keys')).json()) as { keys: { id: string }[] };
    expect(listed.keys.find((of) => of.id === id)).toMatchObject({ service: one.id, person: null });
    const change = { method: 'PATCH', json: { disabled: true } };
    const disabled = (await (await admin.fetch(`/v1/service-accounts/${one.id}`, change)).json()) as Account;
    expect(disabled.disabledAt).not.toBeNull();
    expect((await ask(key)).status).toBe(401);
    expect(stage.service.lines.findLast(({ msg }) => msg === 'service-account-disabled')).toMatchObject({
      credential: one.id,
    });
  });

  test('has its keys rotated with an overlap and revoked by administrators, and by nobody else', async () => {
    const { id, key } = await keyOf(await account());
    const member = await stage.signedIn(BEN);
    const at = `/v1/api-keys/${id}`;
    expect((await member.fetch(at)).status).toBe(404);
    expect((await member.fetch(`${at}/rotations`, { method: 'POST', json: {} })).status).toBe(404);
    expect((await member.fetch(at, { method: 'DELETE' })).status).toBe(404);
    const next = await made<{ key: string }>(`${at}/rotations`, { overlapSeconds: 3600 });
    expect([(await ask(key)).status, (await ask(next.key)).status]).toEqual([200, 200]);
    expect((await admin.fetch(at, { method: 'DELETE' })).status).toBe(204);
    expect([(await ask(key)).status, (await ask(next.key)).status]).toEqual([401, 401]);
  });

  test.each([
    ['get', '/v1/service-accounts'],
    ['get', '/v1/service-accounts/{id}'],
    ['post', '/v1/service-accounts'],
    ['post', '/v1/service-accounts/{id}/keys'],
    ['patch', '/v1/service-accounts/{id}'],
  ])('is for administrators of its own tenant: %s %s', async (method, pattern) => {
    const { id } = await account();
    const path = pattern.replace('{id}', id);
    const json = method === 'patch' ? { disabled: true } : { name: 'x', scopes: ['compare'] };
    const init = { method: method.toUpperCase(), ...(method === 'get' ? {} : { json }) };
    expect((await (await stage.signedIn(BEN)).fetch(path, init)).status).toBe(403);
    const stranger = await stage.signedIn({ ...BEN, sub: '2001', hd: 'other.test' });
    expect((await stranger.fetch(path, init)).status).toBe(403);
    const { key } = await keyOf(await account());
    expect((await ask(key, path, init.method)).status, 'by a key').toBe(403);
  });

  test('is impersonated by nobody: no session, no sign-in, no keys of its own making', async () => {
    const { id } = await account({ email: 'only@acme-build.iam.gserviceaccount.com' });
    const { key } = await keyOf({ id, disabledAt: null });
    for (const path of ['/v1/sessions', '/v1/people', '/v1/api-keys', '/v1/service-accounts'])
      expect((await ask(key, path)).status, path).toBe(403);
    const email = 'only@acme-build.iam.gserviceaccount.com';
    stage.provider.account = { ...BEN, sub: '5001', email };
    const answer = await stage.visitor().signIn();
    expect(answer.status).toBe(403);
    expect(stage.service.lines.findLast(({ msg }) => msg === 'sign-in-refused')).toMatchObject({
      reason: 'service account',
    });
    const sessions = (await (await admin.fetch('/v1/sessions?person=everybody')).json()) as {
      sessions: { person: string }[];
    };
    expect(sessions.sessions.some(({ person }) => person === id)).toBe(false);
  });

  test('has an address that no other account has', async () => {
    const email = 'once@acme-build.iam.gserviceaccount.com';
    await account({ email });
    const json = { name: 'Twin', scopes: ALL, email: email.toUpperCase() };
    const answer = await admin.fetch('/v1/service-accounts', { method: 'POST', json });
    expect([answer.status, await codeOf(answer)]).toEqual([400, 'access/invalid']);
  });
});

describe('an identity token', () => {
  let one: Account;
  beforeAll(async () => {
    one = await account({ email: EMAIL, scopes: ['compare', 'documents:read'] });
  });

  const claims = () => {
    const now = Math.floor(Date.now() / 1000);
    return {
      iss: stage.provider.issuer,
      aud: stage.service.url,
      sub: '117',
      email: EMAIL,
      email_verified: true,
      iat: now,
      exp: now + 3600,
    };
  };

  test('stands for the account, with what it may do', async () => {
    const token = await stage.provider.mint(claims());
    const answer = await ask(token);
    expect(await answer.json()).toMatchObject({ kind: 'service-account', id: one.id, tenant: 'acme' });
    expect((await ask(token, '/v1/documents')).status).toBe(200);
    expect((await ask(token, '/v1/uploads', 'POST')).status).toBe(403);
    expect((await ask(token, '/v1/api-keys')).status).toBe(403);
    expect(JSON.stringify(stage.service.lines)).not.toContain(token);
  });

  const HOUR = 3600;
  test.each<[string, (good: ReturnType<typeof claims>) => object]>([
    ['for another service', (good) => ({ ...good, aud: 'https://other.example' })],
    ['for several services', (good) => ({ ...good, aud: [good.aud, 'https://other.example'] })],
    ['for nobody', ({ aud: _, ...good }) => good],
    ['of another issuer', (good) => ({ ...good, iss: 'https://accounts.google.com' })],
    ['that is over', (good) => ({ ...good, iat: good.iat - 2 * HOUR, exp: good.iat - HOUR })],
    ['that never ends', ({ exp: _, ...good }) => good],
    ['that is too old, whatever its end', (good) => ({ ...good, iat: good.iat - 2 * HOUR })],
    ['from the future', (good) => ({ ...good, iat: good.iat + HOUR, exp: good.exp + HOUR })],
    ['of an address that nobody verified', (good) => ({ ...good, email_verified: false })],
    ['without an address', ({ email: _, ...good }) => good],
    [
      'of an account that nobody made',
      (good) => ({ ...good, email: 'x@acme-build.iam.gserviceaccount.com' }),
    ],
    ['of a person', (good) => ({ ...good, email: 'ada@acme.test' })],
  ])('%s is refused', async (_, spoil) => {
    const answer = await ask(await stage.provider.mint({ ...spoil(claims()) }));
    expect([answer.status, await codeOf(answer)]).toEqual([401, 'access/sign-in-required']);
  });

  test('of an account that only has the address in other letters is taken', async () => {
    const token = await stage.provider.mint({ ...claims(), email: EMAIL.toUpperCase() });
    expect((await ask(token)).status).toBe(200);
  });

  test('signed by a key that the issuer does not publish, or by none, is refused', async () => {
    stage.provider.lie = { foreignKey: true };
    expect((await ask(await stage.provider.mint(claims()))).status).toBe(401);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    expect((await ask(`${part({ alg: 'none', typ: 'JWT' })}.${part(claims())}.`)).status).toBe(401);
  });

  test('is good within half a minute of the clocks', async () => {
    const off = async (seconds: number) => {
      const good = claims();
      const at = good.iat + seconds;
      return (await ask(await stage.provider.mint({ ...good, iat: at, exp: at + HOUR }))).status;
    };
    expect([await off(20), await off(90)]).toEqual([200, 401]);
  });

  test('goes on working while the issuer is away, and with its next key once it is back', async () => {
    const token = await stage.provider.mint(claims());
    expect((await ask(token)).status).toBe(200);
    await stage.provider.down();
    stage.time.ahead = 20 * 60_000;
    expect((await ask(token)).status).toBe(200);
    await stage.provider.up();
    await stage.provider.rotate();
    stage.time.ahead = 40 * 60_000;
    expect((await ask(token)).status, 'the old key is published no more').toBe(401);
    const now = Math.floor((Date.now() + stage.time.ahead) / 1000);
    const next = await stage.provider.mint({ ...claims(), iat: now, exp: now + HOUR });
    expect((await ask(next)).status).toBe(200);
  });

  test('ends with the account', async () => {
    const token = await stage.provider.mint(claims());
    expect((await ask(token)).status).toBe(200);
    await admin.fetch(`/v1/service-accounts/${one.id}`, { method: 'PATCH', json: { disabled: true } });
    expect((await ask(token)).status).toBe(401);
  });
});

describe('a key for labels', () => {
  test('reaches documents with one of them, and no other, no list, no new ones', async () => {
    const keep = async (labels: readonly string[]) => {
      const body = new FormData();
      body.set('options', JSON.stringify({ labels }));
      const file = buildDocx({ 'word/document.xml': documentXml('<w:p/><w:sectPr/>') });
      body.set('file', new Blob([Uint8Array.from(file)]), 'one.docx');
      const authorization = `Bearer ${admin.cookies.get('__Host-redline-access')}`;
      const init = { method: 'POST', body, headers: { authorization } };
      const answer = await fetch(`${stage.service.url}/v1/documents`, init);
      expect(answer.status).toBe(201);
      return (await answer.json()) as { id: string; etag: string; labels: string[] };
    };
    const [lease, both, none] = [await keep(['lease']), await keep(['x', 'lease']), await keep([])];
    expect(lease.labels).toEqual(['lease']);
    const program = await account({ labels: ['lease'] });
    const { key } = await keyOf(program);
    expect((await ask(key, `/v1/documents/${lease.id}`)).status, 'not shared with it yet').toBe(403);
    for (const { id, etag } of [lease, both, none]) {
      const json = { service: program.id, role: 'viewer' };
      const init = { method: 'POST', json, headers: { 'if-match': etag } };
      expect((await admin.fetch(`/v1/documents/${id}/members`, init)).status).toBe(201);
    }
    const at = async ({ id }: { id: string }) => (await ask(key, `/v1/documents/${id}`)).status;
    expect([await at(lease), await at(both), await at(none)]).toEqual([200, 200, 403]);
    expect(await at({ id: `d_${'0'.repeat(32)}` }), 'as one that is missing').toBe(403);
    for (const method of ['GET', 'POST']) expect((await ask(key, '/v1/documents', method)).status).toBe(403);
    expect(stage.service.lines.findLast(({ code }) => code === 'access/refused')).toMatchObject({
      reason: 'other label',
    });
  });
});
