import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCOPES } from '../../src/access/api-keys/scopes.ts';
import { DOCUMENT_POLICY, POLICY } from '../../src/access/policy.ts';
import { ROUTE_ACTIONS } from '../../src/http/route-policy.ts';
import { type Account, ADA, BEN } from '../services/openid-provider.ts';
import type { Visitor } from '../support/visitor.ts';
import { DOCUMENT_ROUTES } from './document-routes.ts';
import { file, word } from './kept.ts';
import { ACCESS, me, openSignIn, type SignInStage } from './sign-in-stage.ts';

// The matrix of documents: every route below one, for every role, by every credential, for one's own and for others'.

const RANKS = ['none', 'viewer', 'commenter', 'editor', 'owner'] as const;
type Rank = (typeof RANKS)[number];
const CREDENTIALS = [
  'token',
  'cookie',
  'key',
  'reading key',
  'test key',
  'key for it',
  'key for another',
] as const;
type Credential = (typeof CREDENTIALS)[number];

/** Somebody who asks. */
interface Asker {
  readonly rank: Rank;
  readonly tenant: 'administrator' | 'member' | 'auditor';
  readonly credential: Credential;
  readonly isService?: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** Who there is, by what the document was shared with. */
const PEOPLE: readonly {
  readonly name: string;
  readonly rank: Rank;
  readonly tenant?: Asker['tenant'];
  readonly account?: Account;
  readonly credentials?: readonly Credential[];
  /** As the group of the provider. */
  readonly group?: boolean;
  readonly over?: boolean;
}[] = [
  { name: 'owner', rank: 'owner' },
  { name: 'editor', rank: 'editor' },
  { name: 'commenter', rank: 'commenter' },
  { name: 'viewer', rank: 'viewer' },
  { name: 'stranger', rank: 'none' },
  { name: 'editor by group', rank: 'editor', group: true, credentials: ['token', 'key'] },
  { name: 'editor whose time is over', rank: 'none', over: true, credentials: ['token', 'cookie', 'key'] },
  { name: 'administrator', rank: 'none', tenant: 'administrator', account: ADA },
  {
    name: 'auditor who was made editor',
    rank: 'editor',
    tenant: 'auditor',
    credentials: ['token', 'cookie', 'key'],
  },
  {
    name: 'owner of another tenant',
    rank: 'none',
    account: { ...BEN, sub: '9001', hd: 'other.test', email: 'o@other.test' },
    credentials: ['token', 'cookie', 'key'],
  },
];

let stage: SignInStage;
const made = { own: '', other: '', redline: '', otherRedline: '', first: '' };
const askers = new Map<string, Asker>();

beforeAll(async () => {
  stage = await openSignIn({
    ...{ REDLINE_ENTERPRISE: 'acme,other', REDLINE_PROXIES: '1', REDLINE_AT_ONCE: '100' },
    REDLINE_OIDC_GROUPS: 'teams',
  });
  const visitors = new Map<string, Visitor>();
  for (const [at, { name, account, group }] of PEOPLE.entries()) {
    if (group === true) stage.provider.lie = { claims: (claims) => ({ ...claims, teams: ['Legal'] }) };
    visitors.set(
      name,
      await stage.signedIn(account ?? { ...BEN, sub: `80${at}`, email: `p${at}@acme.test` }),
    );
    stage.provider.lie = {};
  }
  const owner = visitors.get('owner');
  const administrator = visitors.get('administrator');
  if (owner === undefined || administrator === undefined) throw new Error('Nobody owns it.');
  made.first = String((await me(owner)).id);
  [made.own, made.redline] = await keep(owner);
  [made.other, made.otherRedline] = await keep(
    await stage.signedIn({ ...BEN, sub: '8099', email: 'x@acme.test' }),
  );
  for (const { name, rank, group, over } of PEOPLE) {
    const visitor = visitors.get(name);
    if (visitor === undefined || (rank === 'none' && over !== true) || rank === 'owner') continue;
    const whom = group === true ? { group: 'sso:Legal' } : { person: (await me(visitor)).id };
    const expireTime = over === true ? new Date(Date.now() + 60_000).toISOString() : null;
    await share(owner, { ...whom, role: over === true ? 'editor' : rank, expireTime });
  }
  for (const { name, rank, tenant = 'member', credentials = CREDENTIALS } of PEOPLE) {
    const visitor = visitors.get(name);
    if (visitor === undefined) continue;
    for (const credential of credentials) {
      const headers = await headersOf(visitor, credential);
      askers.set(`${name}, ${credential}`, { rank, tenant, credential, headers });
    }
  }
  for (const { name, tenant } of PEOPLE) {
    const visitor = visitors.get(name);
    if (tenant !== 'auditor' || visitor === undefined) continue;
    const { id } = await me(visitor);
    await administrator.fetch(`/v1/people/${id}`, { method: 'PATCH', json: { role: tenant } });
  }
  askers.set('service account made editor', {
    ...{ rank: 'editor', tenant: 'member', credential: 'key', isService: true },
    headers: await serviceAccount(administrator, owner),
  });
  stage.time.ahead = 61_000;
}, 60_000);
afterAll(() => stage.stop());

async function headersOf(one: Visitor, credential: Credential): Promise<Record<string, string>> {
  const access = one.cookies.get(ACCESS);
  if (credential === 'token') return { authorization: `Bearer ${access}` };
  if (credential === 'cookie') return { cookie: `${ACCESS}=${access}`, origin: stage.service.url };
  const scopes = credential === 'reading key' ? ['documents:read'] : [...SCOPES];
  const documents = { 'key for it': [made.own], 'key for another': [`d_${'9'.repeat(32)}`] } as const;
  const json = {
    ...{ name: 'k', perMinute: 6000, scopes },
    ...(credential === 'test key' ? { mode: 'test' } : {}),
    ...(credential === 'key for it' || credential === 'key for another'
      ? { documents: documents[credential] }
      : {}),
  };
  const answer = await one.fetch('/v1/api-keys', { method: 'POST', json });
  expect(answer.status).toBe(201);
  return { authorization: `Bearer ${((await answer.json()) as { key: string }).key}` };
}

async function serviceAccount(administrator: Visitor, owner: Visitor): Promise<Record<string, string>> {
  const post = async (path: string, json: object) => {
    const answer = await administrator.fetch(path, { method: 'POST', json });
    return (await answer.json()) as { id: string; key: string };
  };
  const { id } = await post('/v1/service-accounts', { name: 'CI', scopes: [...SCOPES], perMinute: 6000 });
  await share(owner, { service: id, role: 'editor' });
  return { authorization: `Bearer ${(await post(`/v1/service-accounts/${id}/keys`, { name: 'k' })).key}` };
}

async function share(owner: Visitor, json: object): Promise<void> {
  const path = `/v1/documents/${made.own}/members`;
  const etag = (await owner.fetch(path)).headers.get('etag') ?? '';
  const answer = await owner.fetch(path, { method: 'POST', json, headers: { 'if-match': etag } });
  expect([answer.status, json]).toEqual([201, json]);
}

/** A document with a redline of its one version. */
async function keep(one: Visitor): Promise<[string, string]> {
  const headers = { authorization: `Bearer ${one.cookies.get(ACCESS)}` };
  const all = `${stage.service.url}/v1/documents`;
  const kept = await fetch(all, { method: 'POST', body: file(word('x')), headers });
  const { id } = (await kept.json()) as { id: string };
  const redline = await fetch(`${all}/${id}/redlines`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ original: { version: 1 }, modified: { version: 1 } }),
  });
  expect(redline.status).toBe(201);
  return [id, ((await redline.json()) as { id: string }).id];
}

let asked = 0;

/** Asks under an ETag that is none any more: whoever may is told that, and nothing is changed. */
async function ask(
  route: string,
  headers: Readonly<Record<string, string>>,
  isOwn: boolean,
): Promise<string> {
  const [method = '', pattern = ''] = route.split(' ');
  const { body, form } = DOCUMENT_ROUTES[route] ?? {};
  const path = pattern
    .replace('{id}', isOwn ? made.own : made.other)
    .replace('{redline}', isOwn ? made.redline : made.otherRedline)
    .replace('{number}', '1')
    .replace('{link}', 'l_nothing')
    .replace('{member}', `person:${made.first}`);
  asked += 1;
  const from = {
    'x-forwarded-for': `198.51.${asked >> 8}.${asked & 255}`,
    ...(method === 'get' ? {} : { 'if-match': '"1"' }),
  };
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const sent = body === undefined ? form?.() : JSON.stringify(body);
  // What a page shows is not made for HEAD, and whether somebody may see it is decided all the same.
  const verb = method === 'get' && !/content$|members$|result$/.test(path) ? 'HEAD' : method.toUpperCase();
  const init = {
    method: verb,
    headers: { ...from, ...json, ...headers },
    ...(sent === undefined ? {} : { body: sent }),
  };
  const answer = await fetch(`${stage.service.url}${path}`, init);
  const isProblem = answer.headers.get('content-type')?.includes('problem') === true;
  if (!isProblem) {
    await answer.body?.cancel();
    return String(answer.status);
  }
  const text = verb === 'HEAD' ? '{}' : await answer.text();
  return `${answer.status} ${(JSON.parse(text) as { code?: string }).code ?? ''}`.trim();
}

/** What the tables say, read by another reader than the service's. */
function expected(route: string, { rank, tenant, credential, isService }: Asker, isOwn: boolean): RegExp {
  const action = ROUTE_ACTIONS[route];
  if (action === undefined || action === 'open') return /^never$/;
  const { roles, key, services = false } = POLICY[action];
  const isPerson = credential === 'token' || credential === 'cookie';
  const refused = /^403( access\/refused)?$/;
  const isServices = isService === true && services;
  if (!roles.includes(tenant) && !isServices) return refused;
  if (!isPerson && key === 'none') return refused;
  if (credential === 'test key' || credential === 'key for another') return refused;
  if (credential === 'reading key' && key !== 'documents:read') return refused;
  if (credential === 'key for it' && !isOwn) return refused;
  const { least, administrator } = DOCUMENT_POLICY[DOCUMENT_ROUTES[route]?.permission ?? 'document.read'];
  const isLease = route.includes('/leases');
  const allowed = isLease
    ? /^(200|201|423 leases\/held|412 leases\/lost|404 leases\/not-found)$/
    : /^(200|412 documents\/stale|404 documents\/(version-not-found|no-result))$/;
  if (isPerson && tenant === 'administrator' && administrator) return allowed;
  // Holds are set by program too, on documents that it does not see.
  if (key === 'retention:manage' && (isServices || tenant === 'administrator')) return allowed;
  const role = isOwn ? rank : 'none';
  if (role === 'none') return /^404( documents\/not-found)?$/;
  if (least === null || RANKS.indexOf(role) < RANKS.indexOf(least)) return /^403( documents\/refused)?$/;
  return allowed;
}

test('every route below a document has its row', async () => {
  const { paths } = (await (await fetch(`${stage.service.url}/openapi.json`)).json()) as {
    paths: Record<string, object>;
  };
  const routes = Object.entries(paths)
    .filter(([path]) => path.startsWith('/v1/documents/{id}'))
    .flatMap(([path, item]) => Object.keys(item).map((method) => `${method} ${path}`));
  expect(Object.keys(DOCUMENT_ROUTES).sort()).toEqual(routes.sort());
});

const NAMES = [
  ...PEOPLE.flatMap(({ name, credentials = CREDENTIALS }) => credentials.map((one) => `${name}, ${one}`)),
  'service account made editor',
];

describe.each(NAMES)('%s', (name) => {
  test.each([
    ['what the table gives their role, in the document', true],
    ['nothing, in another one', false],
  ])('may do %s', async (_, isOwn) => {
    const asker = askers.get(name);
    if (asker === undefined) throw new Error('Nobody of that name.');
    const wrong: string[] = [];
    for (const route of Object.keys(DOCUMENT_ROUTES)) {
      const answer = await ask(route, asker.headers, isOwn);
      const right = expected(route, asker, isOwn);
      if (!right.test(answer)) wrong.push(`${route}: ${answer}, not ${right}`);
    }
    expect(wrong).toEqual([]);
  });
});
