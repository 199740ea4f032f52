import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ADA, BEN } from '../services/openid-provider.ts';
import type { Visitor } from '../support/visitor.ts';
import { type Answer, file, word } from './kept.ts';
import { ACCESS, me, openSignIn, type SignInStage } from './sign-in-stage.ts';

// Who may do what with a document: given, taken away, passed on.

let stage: SignInStage;
/** Ada administers, Ben owns what is kept here, Cid is nobody, Dan is of another tenant. */
const people = new Map<string, { readonly visitor: Visitor; readonly id: string }>();
const CID = { ...BEN, sub: '4001', email: 'cid@acme.test', name: 'Cid' };
const EVE = { ...BEN, sub: '4002', email: 'eve@acme.example', hd: 'acme.example', name: 'Eve' };
const DAN = { ...BEN, sub: '4003', email: 'dan@other.test', hd: 'other.test', name: 'Dan' };

beforeAll(async () => {
  stage = await openSignIn({
    REDLINE_ENTERPRISE: 'acme,other',
    REDLINE_PROXIES: '1',
    REDLINE_OIDC_GROUPS: 'teams',
  });
  for (const [name, account] of Object.entries({ ada: ADA, ben: BEN, cid: CID, eve: EVE, dan: DAN })) {
    if (name === 'eve') stage.provider.lie = { claims: (claims) => ({ ...claims, teams: ['Legal', 7, ''] }) };
    const visitor = await stage.signedIn(account);
    stage.provider.lie = {};
    people.set(name, { visitor, id: String((await me(visitor)).id) });
  }
});
afterAll(() => stage.stop());
beforeEach(() => {
  stage.time.ahead = 0;
});

const idOf = (name: string): string => people.get(name)?.id ?? '';
let asked = 0;

async function ask(name: string, path: string, init: RequestInit = {}): Promise<Answer> {
  const cookie = people.get(name)?.visitor.cookies.get(ACCESS);
  asked += 1;
  const headers = {
    authorization: `Bearer ${cookie}`,
    'x-forwarded-for': `198.51.${asked >> 8}.${asked & 255}`,
    ...(init.headers as Record<string, string> | undefined),
  };
  const response = await fetch(`${stage.service.url}${path}`, { ...init, headers });
  const json = /json/.test(response.headers.get('content-type') ?? '');
  const body = json ? await response.json() : await response.text();
  return {
    status: response.status,
    headers: response.headers,
    etag: response.headers.get('etag') ?? '',
    body,
  };
}

async function keep(name = 'ben'): Promise<string> {
  const answer = await ask(name, '/v1/documents', { method: 'POST', body: file(word('x')) });
  return answer.body.links.self;
}

async function send(
  name: string,
  method: string,
  path: string,
  body?: object,
  headers = {},
): Promise<Answer> {
  const json = { 'content-type': 'application/json', ...headers };
  const init = { method, headers: json, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  return await ask(name, path, init);
}

/** As somebody who has just read the document; what Ben or Ada would see where they cannot. */
async function change(name: string, method: string, path: string, body?: object): Promise<Answer> {
  const document = path.split('/').slice(0, 4).join('/');
  const { etag } = await ask('ben', `${document}/members`);
  const known = etag === '' ? (await ask('ada', `${document}/members`)).etag : etag;
  return await send(name, method, path, body, { 'if-match': known });
}

const share = (document: string, body: object, name = 'ben') =>
  change(name, 'POST', `${document}/members`, body);
const person = (name: string) => `person:${idOf(name)}`;
const told = ({ status, body }: Answer) => [status, body?.code ?? ''];

describe('a document', () => {
  test('is its maker’s, and for everybody else as if it were not there', async () => {
    const document = await keep();
    const { body } = await ask('ben', `${document}/members`);
    expect(body.members).toMatchObject([
      {
        id: person('ben'),
        kind: 'person',
        name: BEN.name,
        email: BEN.email,
        role: 'owner',
        expireTime: null,
      },
    ]);
    expect((await ask('ben', document)).body).toMatchObject({ role: 'owner', owner: idOf('ben') });
    for (const name of ['ada', 'cid', 'dan']) {
      const there = await ask(name, document);
      const missing = await ask(name, `/v1/documents/d_${'0'.repeat(32)}`);
      expect(told(there)).toEqual([404, 'documents/not-found']);
      const plain = ({ body: { requestId: _, instance: __, ...rest } }: Answer) => rest;
      expect(plain(there)).toEqual(plain(missing));
      const names = (answer: Answer) => [...answer.headers.keys()].sort();
      expect(names(there)).toEqual(names(missing));
      expect(there.headers.get('content-length')).toBe(missing.headers.get('content-length'));
    }
  });

  test.each<[string, () => object]>([
    ['a person by id', () => ({ person: idOf('eve') })],
    ['a person by address', () => ({ email: 'EVE@acme.example' })],
    ['a domain', () => ({ domain: 'acme.example' })],
    ['a group of the provider', () => ({ group: 'sso:Legal' })],
  ])('is shared with %s, and with nobody else', async (_, whom) => {
    const document = await keep();
    expect((await ask('eve', document)).status).toBe(404);
    const shared = await share(document, { ...whom(), role: 'viewer' });
    expect([shared.status, shared.body.members.length]).toEqual([201, 2]);
    expect((await ask('eve', document)).body).toMatchObject({ role: 'viewer' });
    expect((await ask('eve', `${document}/content`)).status).toBe(200);
    const list = await ask('eve', '/v1/documents');
    const row = list.body.documents.find((one: { links: { self: string } }) => one.links.self === document);
    expect(row).toMatchObject({ role: 'viewer' });
    for (const name of ['cid', 'dan']) expect((await ask(name, document)).status).toBe(404);
    const { id } = shared.body.members[1];
    const gone = await change('ben', 'DELETE', `${document}/members/${encodeURIComponent(id)}`);
    expect(gone.status).toBe(204);
    expect((await ask('eve', document)).status).toBe(404);
    expect(JSON.stringify((await ask('eve', '/v1/documents')).body)).not.toContain(document);
  });

  test('is shared with a group that an administrator makes, as long as one is in it', async () => {
    const made = await send('ada', 'POST', '/v1/groups', { name: 'Board', people: [idOf('cid')] });
    expect(made.status).toBe(201);
    expect((await ask('ben', '/v1/groups')).body.groups).toContainEqual({
      ...{ id: made.body.id, name: 'Board', people: 1 },
    });
    expect(told(await send('ben', 'POST', '/v1/groups', { name: 'Own' }))).toEqual([403, 'access/refused']);
    const document = await keep();
    const shared = await share(document, { group: made.body.id, role: 'editor' });
    expect(shared.body.members[1]).toMatchObject({ kind: 'group', name: 'Board', role: 'editor' });
    expect((await ask('cid', document)).body).toMatchObject({ role: 'editor' });
    await send('ada', 'PATCH', `/v1/groups/${made.body.id}`, { remove: [idOf('cid')] });
    expect((await ask('cid', document)).status).toBe(404);
    await send('ada', 'PATCH', `/v1/groups/${made.body.id}`, { add: [idOf('cid')], name: 'The board' });
    expect((await ask('cid', document)).status).toBe(200);
    expect((await ask('ada', `/v1/groups/${made.body.id}`)).body).toMatchObject({ name: 'The board' });
    expect((await send('ada', 'DELETE', `/v1/groups/${made.body.id}`)).status).toBe(204);
    expect((await ask('cid', document)).status).toBe(404);
    expect((await ask('ada', `/v1/groups/${made.body.id}`)).status).toBe(404);
  });

  test('stops being shared when its time is over, at once', async () => {
    const document = await keep();
    const expireTime = new Date(Date.now() + 300_000).toISOString();
    await share(document, { person: idOf('cid'), role: 'viewer', expireTime });
    expect((await ask('cid', document)).status).toBe(200);
    stage.time.ahead = 301_000;
    expect(told(await ask('cid', document))).toEqual([404, 'documents/not-found']);
    expect(JSON.stringify((await ask('cid', '/v1/documents')).body)).not.toContain(document);
    expect((await ask('ben', `${document}/members`)).body.members).toHaveLength(1);
  });
});

describe('who may share', () => {
  test.each([
    ['viewer', 403],
    ['commenter', 403],
    ['editor', 200],
  ] as const)('no %s; who there is they are told with %i', async (role, status) => {
    const document = await keep();
    await share(document, { person: idOf('cid'), role });
    const shared = await share(document, { person: idOf('eve'), role: 'viewer' }, 'cid');
    expect(told(shared)).toEqual([403, 'documents/refused']);
    expect((await ask('cid', `${document}/members`)).status).toBe(status);
  });

  test('an administrator may, without reading what is in the document', async () => {
    const document = await keep();
    expect((await ask('ada', `${document}/members`)).status).toBe(200);
    expect((await share(document, { person: idOf('cid'), role: 'viewer' }, 'ada')).status).toBe(201);
    for (const path of ['', '/content', '/versions', '/redlines', '/changes']) {
      expect((await ask('ada', `${document}${path}`)).status).toBe(404);
    }
    expect((await change('ada', 'DELETE', document)).status).toBe(404);
  });

  test.each<[string, () => object]>([
    ['somebody of another tenant', () => ({ person: idOf('dan') })],
    ['an address that nobody has', () => ({ email: 'nobody@acme.test' })],
    ['a domain that is not the tenant’s', () => ({ domain: 'other.test' })],
    ['a group that is not there', () => ({ group: `g_${'0'.repeat(32)}` })],
    ['two at once', () => ({ person: idOf('cid'), domain: 'acme.test' })],
    ['nobody', () => ({})],
    ['a group as owner', () => ({ domain: 'acme.test', role: 'owner' })],
    [
      'an owner for a while',
      () => ({ person: idOf('cid'), role: 'owner', expireTime: '2999-01-01T00:00:00Z' }),
    ],
    ['a time that is over', () => ({ person: idOf('cid'), expireTime: '2001-01-01T00:00:00Z' })],
  ])('nobody shares with %s', async (_, body) => {
    const document = await keep();
    expect((await share(document, { role: 'viewer', ...body() })).status).toBe(400);
    expect((await ask('ben', `${document}/members`)).body.members).toHaveLength(1);
  });

  test('nobody who may not share learns who there is', async () => {
    const document = await keep();
    await share(document, { person: idOf('cid'), role: 'viewer' });
    const [known, unknown] = [
      await share(document, { email: EVE.email, role: 'viewer' }, 'cid'),
      await share(document, { email: 'nobody@acme.test', role: 'viewer' }, 'cid'),
    ];
    expect(told(known)).toEqual(told(unknown));
  });
});

describe('a change of members', () => {
  test('asks for the state that it is about, and is done once', async () => {
    const document = await keep();
    const { etag } = await ask('ben', document);
    const body = { person: idOf('cid'), role: 'viewer' };
    const path = `${document}/members`;
    expect(told(await send('ben', 'POST', path, body))).toEqual([428, 'request/precondition-required']);
    const headers = { 'if-match': etag, 'idempotency-key': 'share-1' };
    const first = await send('ben', 'POST', path, body, headers);
    const second = await send('ben', 'POST', path, body, headers);
    expect([first.status, second.status, second.etag]).toEqual([201, 201, first.etag]);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    const late = await send('ben', 'POST', path, { ...body, person: idOf('eve') }, { 'if-match': etag });
    expect(told(late)).toEqual([412, 'documents/stale']);
    expect(told(await share(document, body))).toEqual([409, 'members/exists']);
  });

  test('gives another role and another end', async () => {
    const document = await keep();
    await share(document, { person: idOf('cid'), role: 'viewer', expireTime: '2999-01-01T00:00:00Z' });
    const cid = `${document}/members/${person('cid')}`;
    const changed = await change('ben', 'PATCH', cid, { role: 'editor' });
    expect(changed.body.members[1]).toMatchObject({ role: 'editor', expireTime: '2999-01-01T00:00:00.000Z' });
    const unending = await change('ben', 'PATCH', cid, { expireTime: null });
    expect(unending.body.members[1]).toMatchObject({ role: 'editor', expireTime: null });
    expect(told(await change('cid', 'PATCH', cid, { role: 'owner' }))).toEqual([403, 'documents/refused']);
    const none = `${document}/members/${person('eve')}`;
    expect(told(await change('ben', 'PATCH', none, { role: 'viewer' }))).toEqual([404, 'members/not-found']);
  });

  test('lets members leave, but never the last owner', async () => {
    const document = await keep();
    await share(document, { person: idOf('cid'), role: 'viewer' });
    const [ben, cid] = [`${document}/members/${person('ben')}`, `${document}/members/${person('cid')}`];
    expect(told(await change('ben', 'DELETE', ben))).toEqual([409, 'members/last-owner']);
    expect(told(await change('ben', 'PATCH', ben, { role: 'editor' }))).toEqual([409, 'members/last-owner']);
    expect(told(await change('ada', 'DELETE', ben))).toEqual([409, 'members/last-owner']);
    expect(told(await change('cid', 'DELETE', ben))).toEqual([403, 'documents/refused']);
    expect((await change('cid', 'DELETE', cid)).status).toBe(204);
    expect((await ask('cid', document)).status).toBe(404);
    await share(document, { person: idOf('cid'), role: 'owner' });
    expect((await change('ben', 'DELETE', ben)).status).toBe(204);
    expect((await ask('cid', document)).body).toMatchObject({ role: 'owner', owner: idOf('cid') });
  });
});

describe('ownership', () => {
  test('is transferred by its owner, who stays what they say', async () => {
    const document = await keep();
    const given = await change('ben', 'POST', `${document}/transfers`, { to: { email: CID.email } });
    expect(given.status).toBe(200);
    expect(given.body.members).toMatchObject([
      { id: person('cid'), role: 'owner' },
      { id: person('ben'), role: 'editor' },
    ]);
    const back = { to: { person: idOf('ben') }, keep: null };
    expect(told(await change('ben', 'POST', `${document}/transfers`, back))).toEqual([
      403,
      'documents/refused',
    ]);
    const returned = await change('cid', 'POST', `${document}/transfers`, back);
    expect(returned.body.members).toMatchObject([{ id: person('ben'), role: 'owner' }]);
    expect((await ask('cid', document)).status).toBe(404);
  });

  test('is transferred by an administrator where the owner cannot', async () => {
    const document = await keep('cid');
    const { etag } = await ask('ada', `${document}/members`);
    const body = { to: { person: idOf('ben') }, keep: null };
    const given = await send('ada', 'POST', `${document}/transfers`, body, { 'if-match': etag });
    expect(given.body.members).toMatchObject([{ id: person('ben'), role: 'owner' }]);
  });
});
