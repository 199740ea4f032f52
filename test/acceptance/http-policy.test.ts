import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCOPES, type Scope } from '../../src/access/api-keys/scopes.ts';
import type { Action } from '../../src/access/decision.ts';
import { POLICY } from '../../src/access/policy.ts';
import { ROUTE_ACTIONS } from '../../src/http/route-policy.ts';
import { ADA, BEN } from '../services/openid-provider.ts';
import { buildDocx, documentXml } from '../support/package.ts';
import type { Visitor } from '../support/visitor.ts';
import { ACCESS, codeOf, me, openSignIn, type SignInStage } from './sign-in-stage.ts';

// Who may ask what: every route of the OpenAPI document, for everybody there is.

/** Somebody who asks, and what they are. */
interface Asker {
  readonly headers: Readonly<Record<string, string>>;
  readonly role?: 'administrator' | 'member' | 'auditor';
  readonly scopes?: readonly Scope[];
  readonly mode?: 'live' | 'test';
  readonly documents?: readonly string[];
  readonly labels?: readonly string[];
  /** What the maker of a key is now; a member by default. */
  readonly maker?: 'administrator' | 'auditor';
  readonly service?: true;
}

const ROUTES = Object.keys(ROUTE_ACTIONS);
const MISSING = `d_${'0'.repeat(32)}`;
const ASKERS = [
  'nobody',
  'garbage',
  'administrator',
  'member',
  'auditor',
  'member of another tenant',
  'member by cookie',
  ...SCOPES.map((scope) => `key for ${scope}` as const),
  'key for all',
  'key for one document',
  'key for one label',
  'key of a service account',
  'key of somebody who became auditor',
  'key of an administrator',
  'key of an administrator for one document',
  'test key of an administrator',
  'test key for all',
  'revoked key',
  'key of somebody disabled',
] as const;

let stage: SignInStage;
let document: string;
const askers = new Map<string, Asker>();

beforeAll(async () => {
  // Nobody is to be slowed down here; strangers are told apart by what a proxy says.
  stage = await openSignIn({ REDLINE_ENTERPRISE: 'acme,other', REDLINE_PROXIES: '1' });
  const [admin, member] = [await stage.signedIn(), await stage.signedIn(BEN)];
  const auditor = await stage.signedIn({ ...BEN, sub: '3001' });
  const cara = { ...BEN, sub: '2001', hd: 'other.test' };
  const leaving = await stage.signedIn({ ...BEN, sub: '3002' });
  document = await keep(member);
  await change(admin, auditor, { role: 'auditor' });
  const set = (name: (typeof ASKERS)[number], asker: Asker) => askers.set(name, asker);
  set('nobody', { headers: {} });
  set('garbage', { headers: { authorization: 'Bearer rl_live_nothing' } });
  set('administrator', { headers: bearer(admin), role: 'administrator' });
  set('member', { headers: bearer(member), role: 'member' });
  set('auditor', { headers: bearer(auditor), role: 'auditor' });
  set('member of another tenant', { headers: bearer(await stage.signedIn(cara)), role: 'member' });
  const cookie = `${ACCESS}=${member.cookies.get(ACCESS)}`;
  set('member by cookie', { headers: { cookie, origin: stage.service.url }, role: 'member' });
  for (const scope of SCOPES) set(`key for ${scope}`, await key(member, { scopes: [scope] }));
  set('key for all', await key(member, { scopes: [...SCOPES] }));
  set('key for one document', await key(member, { scopes: [...SCOPES], documents: [document] }));
  set('key for one label', await key(member, { scopes: [...SCOPES], labels: ['lease'] }));
  set('key of a service account', await serviceKey(admin));
  const turned = await stage.signedIn({ ...BEN, sub: '3003' });
  const former = await key(turned, { scopes: [...SCOPES] });
  await change(admin, turned, { role: 'auditor' });
  set('key of somebody who became auditor', { ...former, maker: 'auditor' });
  const scopes = [...SCOPES];
  const ofAdmin = async (asked: Partial<Asker> = {}): Promise<Asker> => ({
    ...(await key(admin, { ...asked, scopes })),
    maker: 'administrator',
  });
  set('key of an administrator', await ofAdmin());
  set('key of an administrator for one document', await ofAdmin({ documents: [document] }));
  set('test key of an administrator', await ofAdmin({ mode: 'test' }));
  set('test key for all', await key(member, { scopes: [...SCOPES], mode: 'test' }));
  const revoked = await key(member, { scopes: [...SCOPES] });
  await member.fetch(`/v1/api-keys/${revoked.id}`, { method: 'DELETE' });
  set('revoked key', { headers: revoked.headers });
  const left = await key(leaving, { scopes: [...SCOPES] });
  await change(admin, leaving, { disabled: true });
  set('key of somebody disabled', { headers: left.headers });
});
afterAll(() => stage.stop());

const bearer = (one: Visitor) => ({ authorization: `Bearer ${one.cookies.get(ACCESS)}` });

async function change(admin: Visitor, who: Visitor, json: object): Promise<void> {
  const { id } = await me(who);
  expect((await admin.fetch(`/v1/people/${id}`, { method: 'PATCH', json })).status).toBe(200);
}

async function key(
  maker: Visitor,
  asked: Partial<Asker> & { scopes: Scope[] },
): Promise<Asker & { id: string }> {
  const answer = await maker.fetch('/v1/api-keys', {
    method: 'POST',
    json: { name: 'k', perMinute: 6000, ...asked },
  });
  const made = (await answer.json()) as { key: string; id: string };
  return { mode: 'live', ...asked, id: made.id, headers: { authorization: `Bearer ${made.key}` } };
}

async function serviceKey(admin: Visitor): Promise<Asker> {
  const made = async (path: string, json: object) =>
    (await (await admin.fetch(path, { method: 'POST', json })).json()) as { id: string; key: string };
  const scopes = [...SCOPES];
  const { id } = await made('/v1/service-accounts', { name: 'CI', scopes, perMinute: 6000 });
  const { key: shown } = await made(`/v1/service-accounts/${id}/keys`, { name: 'k' });
  return { scopes, service: true, mode: 'live', headers: { authorization: `Bearer ${shown}` } };
}

async function keep(one: Visitor): Promise<string> {
  const file = buildDocx({ 'word/document.xml': documentXml('<w:p/><w:sectPr/>') });
  const form = new FormData();
  form.set('file', new Blob([Uint8Array.from(file)]), 'one.docx');
  const init = { method: 'POST', body: form, headers: bearer(one) };
  return ((await (await fetch(`${stage.service.url}/v1/documents`, init)).json()) as { id: string }).id;
}

let asked = 0;

/** Asks, with nothing that the route needs besides. */
async function ask(
  route: string,
  headers: Readonly<Record<string, string>>,
  id = MISSING,
): Promise<Response> {
  const [method = '', pattern = ''] = route.split(' ');
  const path = pattern
    .replace(/\/documents\/\{id\}/, `/documents/${id}`)
    .replace('{redline}', `d_${'1'.repeat(32)}`)
    .replace('{number}', '1')
    .replace(/\{\w+\}/g, 'nothing');
  const init = { method: method.toUpperCase(), redirect: 'manual' } as const;
  asked += 1;
  const from = { 'x-forwarded-for': `198.51.${asked >> 8}.${asked & 255}` };
  const all = { 'if-match': '"1"', ...from, ...headers };
  return await fetch(`${stage.service.url}${path}`, { ...init, headers: all });
}

/** What the table says, read by another reader than the service's. */
function expected(action: Action | 'open', asker: Asker): 'sign in' | 'refused' | 'let through' {
  if (action === 'open') return 'let through';
  const row = POLICY[action];
  if (row.partOf !== undefined && expected(row.partOf, asker) === 'let through') return 'let through';
  if (asker.role !== undefined) return row.roles.includes(asker.role) ? 'let through' : 'refused';
  if (asker.scopes === undefined) return 'sign in';
  if (row.key === 'any') return 'let through';
  if (row.key === 'none' || !asker.scopes.includes(row.key)) return 'refused';
  const isService = asker.service === true && row.services === true;
  if (!row.roles.includes(asker.maker ?? 'member') && !isService) return 'refused';
  const narrow = asker.mode === 'test' || asker.documents !== undefined || asker.labels !== undefined;
  return action !== 'compare' && narrow ? 'refused' : 'let through';
}

test('every route under /v1 has its row, and every row its route', async () => {
  const { paths } = (await (await fetch(`${stage.service.url}/openapi.json`)).json()) as {
    paths: Record<string, object>;
  };
  const routes = Object.entries(paths)
    .filter(([path]) => path.startsWith('/v1/'))
    .flatMap(([path, item]) => Object.keys(item).map((method) => `${method} ${path}`));
  expect([...ROUTES].sort()).toEqual(routes.sort());
});

describe.each(ASKERS)('%s', (name) => {
  test('is answered by every route as the table says', async () => {
    const asker = askers.get(name);
    if (asker === undefined) throw new Error('Nobody of that name.');
    const wrong: string[] = [];
    for (const route of ROUTES) {
      const action = ROUTE_ACTIONS[route] ?? 'open';
      const answer = await ask(route, asker.headers);
      const { status } = answer;
      const code = answer.headers.get('content-type')?.includes('problem') ? await codeOf(answer) : '';
      const found =
        code === 'access/sign-in-required'
          ? 'sign in'
          : code === 'access/refused'
            ? 'refused'
            : 'let through';
      if (found !== expected(action, asker) || status >= 500) wrong.push(`${route}: ${status} ${code}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe('a document of another tenant', () => {
  const routes = ROUTES.filter((route) => route.includes('/documents/{id}'));
  test.each(routes)('%s answers as for one that is missing', async (route) => {
    const { headers } = askers.get('member of another tenant') ?? { headers: {} };
    const [there, missing] = [await ask(route, headers, document), await ask(route, headers)];
    const codes = [await codeOf(there), await codeOf(missing)];
    expect([there.status, codes[0]]).toEqual([missing.status, codes[1]]);
    // Whose role is too low for it at all is told so before anybody looks.
    const isFor = expected(ROUTE_ACTIONS[route] ?? 'open', { headers, role: 'member' }) === 'let through';
    if (!/^post|^patch/.test(route)) expect(there.status).toBe(isFor ? 404 : 403);
  });
});

describe('a key for one document', () => {
  test('reads it, and no other, no list', async () => {
    const { headers } = askers.get('key for one document') ?? { headers: {} };
    expect((await ask('get /v1/documents/{id}', headers, document)).status).toBe(200);
    expect((await ask('get /v1/documents/{id}', headers)).status).toBe(403);
    expect((await ask('get /v1/documents', headers)).status).toBe(403);
    expect(stage.service.lines.findLast(({ code }) => code === 'access/refused')).toMatchObject({
      route: '/v1/documents',
      reason: 'other document',
      tenant: 'acme',
    });
  });
});

describe('keys', () => {
  test('are shown once, rotated with an overlap, and say who they are', async () => {
    const one = await stage.signedIn(BEN);
    const json = { name: 'Build', scopes: ['compare'] };
    const made = await one.fetch('/v1/api-keys', { method: 'POST', json });
    expect([made.status, made.headers.get('cache-control')]).toEqual([201, 'no-store']);
    const first = (await made.json()) as { id: string; key: string };
    const who = async (text: string) => {
      const answer = await fetch(`${stage.service.url}/v1/me`, {
        headers: { authorization: `Bearer ${text}` },
      });
      return answer.ok ? ((await answer.json()) as { id: string }).id : answer.status;
    };
    expect(await who(first.key)).toBe(first.id);
    const list = await (await one.fetch('/v1/api-keys')).text();
    expect(list).toContain(first.id);
    expect(list).not.toContain(first.key.slice(30));
    const rotate = (overlapSeconds: number) =>
      one.fetch(`/v1/api-keys/${first.id}/rotations`, { method: 'POST', json: { overlapSeconds } });
    const second = (await (await rotate(3600)).json()) as { key: string };
    expect([await who(first.key), await who(second.key)]).toEqual([first.id, first.id]);
    const third = (await (await rotate(0)).json()) as { key: string };
    expect([await who(first.key), await who(second.key), await who(third.key)]).toEqual([401, 401, first.id]);
    for (const text of [first.key, second.key, third.key])
      expect(JSON.stringify(stage.service.lines)).not.toContain(text);
  });

  test('of others are seen and revoked by administrators, and rotated by nobody else', async () => {
    const [admin, ben, cara] = [
      await stage.signedIn(ADA),
      await stage.signedIn(BEN),
      await stage.signedIn({ ...BEN, sub: '2001', hd: 'other.test' }),
    ];
    const { id } = await key(ben, { scopes: ['compare'] });
    const own = await key(admin, { scopes: ['compare'] });
    const at = (which: string) => `/v1/api-keys/${which}`;
    expect((await ben.fetch(at(own.id))).status).toBe(404);
    expect((await ben.fetch(at(own.id), { method: 'DELETE' })).status).toBe(404);
    expect((await cara.fetch(at(id))).status).toBe(404);
    expect((await admin.fetch(`${at(id)}/rotations`, { method: 'POST', json: {} })).status).toBe(404);
    expect((await admin.fetch(at(id))).status).toBe(200);
    expect((await admin.fetch(at(id), { method: 'DELETE' })).status).toBe(204);
    expect(await (await ben.fetch(at(id))).json()).toMatchObject({
      secrets: 0,
      revokedAt: expect.any(String),
    });
  });

  test.each<[string, object]>([
    ['redlines', { original: {}, modified: { document: MISSING } }],
    ['redlines', { original: { document: MISSING }, modified: {} }],
    ['redlines/combinations', { base: { document: MISSING }, copies: [{}], options: { reviewers: ['A'] } }],
    ['redlines/combinations', { copies: [{}, { document: MISSING }], options: { reviewers: ['A', 'B'] } }],
  ])('compares it by %s with no other: %j', async (path, asked) => {
    const { headers } = askers.get('key for one document') ?? { headers: {} };
    const answer = await compare(path, headers, asked);
    expect([answer.status, await codeOf(answer)]).toEqual([403, 'access/refused']);
  });
});

describe('marks', () => {
  test.each(['member', 'key for one document'] as const)('are those of a %s by name', async (name) => {
    const { headers } = askers.get(name) ?? { headers: {} };
    const answer = await compare('redlines', headers, { original: {}, modified: {} });
    expect(answer.status).toBe(201);
    const { options } = (await answer.json()) as { options: { author: string } };
    expect(options.author).toBe(name === 'member' ? BEN.name : 'k');
  });
});

async function compare(
  path: string,
  headers: Readonly<Record<string, string>>,
  asked: object,
): Promise<Response> {
  const init = { method: 'POST', body: JSON.stringify(asked) };
  const all = { 'content-type': 'application/json', ...headers };
  return await fetch(`${stage.service.url}/v1/documents/${document}/${path}`, { ...init, headers: all });
}
