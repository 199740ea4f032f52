import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ADA, BEN } from '../services/openid-provider.ts';
import { type Answer, file, word } from './kept.ts';
import { ACCESS, me, openSignIn, type SignInStage } from './sign-in-stage.ts';

// How long documents are kept, and which of them nobody may delete.

let stage: SignInStage;
/** Ada administers, Ben owns what is kept here, Cid is nobody, Dan audits. */
const tokens = new Map<string, string>();
const CID = { ...BEN, sub: '5001', email: 'cid@acme.test', name: 'Cid' };
const DAN = { ...BEN, sub: '5002', email: 'dan@acme.test', name: 'Dan' };

beforeAll(async () => {
  stage = await openSignIn({ REDLINE_ENTERPRISE: 'acme', REDLINE_PROXIES: '1' });
  for (const [name, account] of Object.entries({ ada: ADA, ben: BEN, cid: CID, dan: DAN })) {
    const visitor = await stage.signedIn(account);
    tokens.set(name, visitor.cookies.get(ACCESS) ?? '');
    if (name !== 'dan') continue;
    const { id } = await me(visitor);
    const init = { method: 'PATCH', body: JSON.stringify({ role: 'auditor' }), headers: JSON_BODY };
    expect((await ask('ada', `/v1/people/${id}`, init)).status).toBe(200);
  }
});
afterAll(() => stage.stop());
beforeEach(() => {
  stage.time.ahead = 0;
});

const JSON_BODY = { 'content-type': 'application/json' };
const KEEPING = {
  default: { keepDays: null, deleteAfterDays: null },
  rules: [{ id: 'leases', label: 'lease', keepDays: 365, deleteAfterDays: null }],
};
let asked = 0;

async function ask(name: string, path: string, init: RequestInit = {}): Promise<Answer> {
  asked += 1;
  const headers = {
    authorization: `Bearer ${tokens.get(name)}`,
    'x-forwarded-for': `198.51.${asked >> 8}.${asked & 255}`,
    ...(init.headers as Record<string, string> | undefined),
  };
  const response = await fetch(`${stage.service.url}${path}`, { ...init, headers });
  const json = /json/.test(response.headers.get('content-type') ?? '');
  const body = json ? await response.json() : await response.text();
  const etag = response.headers.get('etag') ?? '';
  return { status: response.status, headers: response.headers, etag, body };
}

const send = (name: string, method: string, path: string, etag: string, body?: object) =>
  ask(name, path, {
    method,
    headers: { ...JSON_BODY, 'if-match': etag },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

async function keep(labels: readonly string[] = []): Promise<string> {
  const form = file(word('x'));
  form.set('options', JSON.stringify({ labels }));
  return (await ask('ben', '/v1/documents', { method: 'POST', body: form })).body.links.self;
}

const etagOf = async (path: string, name = 'ben') => (await ask(name, path)).etag;

async function setRules(rules: object): Promise<Answer> {
  return await send('ada', 'PUT', '/v1/retention', await etagOf('/v1/retention', 'ada'), rules);
}

describe('a program', () => {
  /** Keys by name: of Ada, of Ben, and of a service account, with that scope and one more. */
  const key = async (owner: string, more: object = {}): Promise<string> => {
    const scopes = ['retention:manage', 'documents:share'];
    const name = `${owner} ${asked}`;
    const body = (one: object) => ({ method: 'POST', body: JSON.stringify(one), headers: JSON_BODY });
    const account =
      owner === 'robot' ? await ask('ada', '/v1/service-accounts', body({ name, scopes, ...more })) : null;
    const path = account === null ? '/v1/api-keys' : `/v1/service-accounts/${account.body.id}/keys`;
    const given = account === null ? { name, scopes, ...more } : { name };
    const made = await ask(account === null ? owner : 'ada', path, body(given));
    expect(made.status).toBe(201);
    tokens.set(name, made.body.key);
    return name;
  };

  test.each(['ada', 'robot'])(
    'of %s with the scope sets holds and rules, and is told of by the trail',
    async (owner) => {
      const name = await key(owner);
      const self = await keep();
      const set = await send(name, 'PUT', `${self}/hold`, await etagOf(self), { reason: 'Case 9' });
      expect([set.status, set.body.hold?.reason]).toEqual([200, 'Case 9']);
      expect((await ask(name, `${self}/hold`)).body.hold.reason).toBe('Case 9');
      expect((await send('ben', 'DELETE', self, set.etag)).body.code).toBe('documents/held');
      expect((await send(name, 'DELETE', `${self}/hold`, set.etag)).status).toBe(200);
      const rules = await ask(name, '/v1/retention');
      const { default: byDefault, rules: list } = rules.body;
      const put = { default: byDefault, rules: list };
      expect((await send(name, 'PUT', '/v1/retention', rules.etag, put)).status).toBe(200);
      const dry = { method: 'POST', body: '{"dryRun":true}', headers: JSON_BODY };
      expect((await ask(name, '/v1/retention/sweeps', dry)).status).toBe(200);
      const document = self.split('/').at(-1);
      await expect
        .poll(async () => (await ask('dan', `/v1/audit?type=hold.set&document=${document}`)).body.events, {
          timeout: 30_000,
        })
        .toMatchObject([{ actorKind: 'key', outcome: 'done' }]);
    },
  );

  test.each(['ada', 'robot'])('of %s gets nothing else by it', async (owner) => {
    const name = await key(owner);
    const self = await keep();
    expect((await ask(name, self)).status).toBeGreaterThanOrEqual(403);
    const member = { service: 's', role: 'owner' };
    const added = await send(name, 'POST', `${self}/members`, await etagOf(self), member);
    expect(added.status).toBeGreaterThanOrEqual(400);
    expect((await ask('ben', self)).status).toBe(200);
    const erased = {
      method: 'POST',
      body: JSON.stringify({ document: self, reason: 'x' }),
      headers: JSON_BODY,
    };
    expect((await ask(name, '/v1/erasures', erased)).status).toBe(403);
  });

  test('that is a member’s own, for other documents, or for tests, sets none', async () => {
    const self = await keep();
    const other = (await keep()).split('/').at(-1);
    const etag = await etagOf(self);
    for (const name of [
      await key('ben'),
      await key('ada', { documents: [other] }),
      await key('robot', { documents: [other] }),
      await key('ada', { mode: 'test' }),
    ]) {
      const { status, body } = await send(name, 'PUT', `${self}/hold`, etag, { reason: 'x' });
      expect([name, status, body.code]).toEqual([name, 403, 'access/refused']);
      expect((await ask(name, '/v1/retention')).status).toBe(403);
    }
  });
});

describe('a legal hold', () => {
  test('is set with a reason, seen on the document, and released, by administrators', async () => {
    const self = await keep();
    const set = await send('ada', 'PUT', `${self}/hold`, await etagOf(self), { reason: ' Case 7 ' });
    expect(set.status).toBe(200);
    expect(set.body).toMatchObject({ etag: set.etag, hold: { reason: 'Case 7' }, retention: { held: true } });
    expect((await ask('ben', self)).body.retention).toMatchObject({ held: true, keepUntil: null });
    expect((await ask('ada', `${self}/hold`)).body.hold.reason).toBe('Case 7');
    const row = async () => {
      const { documents } = (await ask('ben', '/v1/documents?sort=createdAt&order=descending')).body;
      return documents.find((one: { links: { self: string } }) => one.links.self === self);
    };
    expect(await row()).toMatchObject({ held: true, etag: set.etag });
    const released = await send('ada', 'DELETE', `${self}/hold`, set.etag);
    expect(await row()).toMatchObject({ held: false, etag: released.etag });
    expect(released.body).toMatchObject({ hold: null, retention: { held: false } });
    expect((await send('ada', 'DELETE', `${self}/hold`, released.etag)).body.code).toBe('documents/not-held');
  });

  test.each(['ben', 'cid', 'dan'])('is not for %s', async (name) => {
    const self = await keep();
    const etag = await etagOf(self);
    const answers = [
      await ask(name, `${self}/hold`),
      await send(name, 'PUT', `${self}/hold`, etag, { reason: 'x' }),
      await send(name, 'DELETE', `${self}/hold`, etag),
    ];
    for (const { status, body } of answers) expect([status, body.code]).toEqual([403, 'access/refused']);
  });

  test.each([[''], [' \u00a0'], ['a\nb'], ['x'.repeat(501)]])('needs a reason: %j', async (reason) => {
    const self = await keep();
    expect((await send('ada', 'PUT', `${self}/hold`, await etagOf(self), { reason })).status).toBe(400);
  });

  test('lets nobody delete the document, until it is released', async () => {
    const self = await keep();
    const { etag } = await send('ada', 'PUT', `${self}/hold`, await etagOf(self), { reason: 'Case 7' });
    const refused = await send('ben', 'DELETE', self, etag);
    expect([refused.status, refused.body.code]).toEqual([409, 'documents/held']);
    const released = await send('ada', 'DELETE', `${self}/hold`, etag);
    expect((await send('ben', 'DELETE', self, released.etag)).status).toBe(200);
  });

  test('wins over a deletion that was decided before', async () => {
    const self = await keep();
    const before = await etagOf(self);
    await send('ada', 'PUT', `${self}/hold`, before, { reason: 'Case 7' });
    expect((await send('ben', 'DELETE', self, before)).body.code).toBe('documents/stale');
  });
});

describe('rules of retention', () => {
  test('are changed by administrators, and read by auditors too', async () => {
    const { version } = (await ask('ada', '/v1/retention')).body;
    const { status, etag, body } = await setRules(KEEPING);
    expect([status, body.version]).toEqual([200, version + 1]);
    expect((await ask('dan', '/v1/retention')).body.rules).toMatchObject([{ id: 'leases', type: null }]);
    expect((await ask('ben', '/v1/retention')).status).toBe(403);
    expect((await send('dan', 'PUT', '/v1/retention', etag, KEEPING)).status).toBe(403);
    const stale = await send('ada', 'PUT', '/v1/retention', '"0"', KEEPING);
    expect([stale.status, stale.body.code]).toEqual([412, 'retention/stale']);
    const either = await send('ada', 'PUT', '/v1/retention', `"0", ${etag}`, KEEPING);
    const any = await send('ada', 'PUT', '/v1/retention', '*', KEEPING);
    expect([either.status, any.status]).toEqual([200, 200]);
    const without = await ask('ada', '/v1/retention', { method: 'PUT', body: '{}', headers: JSON_BODY });
    expect([400, 428]).toContain(without.status);
  });

  test.each([
    [{ id: 'a', label: 'x', keepDays: 10, deleteAfterDays: 9 }],
    [{ id: 'a', keepDays: 10, deleteAfterDays: null }],
    [{ id: 'A!', label: 'x', keepDays: 10, deleteAfterDays: null }],
    [{ id: 'a', type: 'word', keepDays: 10, deleteAfterDays: null }],
    [{ id: 'a', label: 'x', keepDays: 1.5, deleteAfterDays: null }],
  ])('are refused where they say nothing: %j', async (rule) => {
    expect((await setRules({ ...KEEPING, rules: [rule] })).status).toBe(400);
  });

  test('keep documents: nobody deletes them, or takes the label away by which they are kept', async () => {
    await setRules(KEEPING);
    const self = await keep(['lease', 'x']);
    const { body, etag } = await ask('ben', self);
    const keepUntil = new Date(Date.parse(body.createdAt) + 365 * 86_400_000).toISOString();
    expect(body.retention).toMatchObject({ held: false, keepUntil, keepRule: 'leases', deleteAfter: null });
    const refused = await send('ben', 'DELETE', self, etag);
    expect([refused.status, refused.body.code]).toEqual([409, 'documents/retained']);
    expect(refused.body.details).toEqual({ keepUntil, rule: 'leases' });
    expect((await send('ben', 'PATCH', self, etag, { labels: ['x'] })).body.code).toBe('documents/retained');
    expect((await send('ben', 'PATCH', self, etag, { labels: ['lease'] })).status).toBe(200);
  });

  test('protect what is there already, and promise for 30 days what they promised before', async () => {
    const self = await keep(['deed']);
    const deeds = { id: 'deeds', label: 'deed', keepDays: 100, deleteAfterDays: null };
    await setRules({ ...KEEPING, rules: [deeds] });
    expect((await send('ben', 'DELETE', self, await etagOf(self))).body.code).toBe('documents/retained');
    const { body } = await setRules({ ...KEEPING, rules: [] });
    expect(body.former[0].rules).toMatchObject([{ id: 'deeds' }]);
    const refused = await send('ben', 'DELETE', self, await etagOf(self));
    expect(refused.body.details.keepUntil).toBe(
      new Date(Date.parse(body.former[0].replacedAt) + 30 * 86_400_000).toISOString(),
    );
  });

  test('are carried out by a sweep, which marks first; only administrators ask for one', async () => {
    const brief = { id: 'brief', label: 'brief', keepDays: null, deleteAfterDays: 1 };
    await setRules({ ...KEEPING, rules: [brief] });
    const self = await keep(['brief']);
    const sweep = async (dryRun: boolean, name = 'ada') =>
      await send(name, 'POST', '/v1/retention/sweeps', '', { dryRun });
    expect((await sweep(true, 'ben')).status).toBe(403);
    const { status, body } = await sweep(true);
    expect(status).toBe(200);
    expect(body).toMatchObject({ dryRun: true, clockDoubtedSince: null, counts: { deleted: 0 } });
    expect((await ask('ben', self)).body.retention).toMatchObject({ deleteRule: 'brief', markedAt: null });
  });
});
