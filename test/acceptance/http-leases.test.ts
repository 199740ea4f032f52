import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BEN } from '../services/openid-provider.ts';
import type { Visitor } from '../support/visitor.ts';
import { file, word } from './kept.ts';
import { ACCESS, codeOf, me, openSignIn, type SignInStage } from './sign-in-stage.ts';

// Who works on a document or a clause alone, and what that keeps others from.

const MINUTE = 60_000;

let stage: SignInStage;
/** Administrator of the tenant and member of nothing; owner, editor, commenter and viewer of the document; nobody. */
let admin: Visitor;
let owner: Visitor;
let editor: Visitor;
let commenter: Visitor;
let viewer: Visitor;
let stranger: Visitor;
beforeAll(async () => {
  stage = await openSignIn({ REDLINE_ENTERPRISE: 'acme' });
  admin = await stage.signedIn();
  const one = async (sub: string) => await stage.signedIn({ ...BEN, sub, email: `p${sub}@acme.test` });
  owner = await one('1');
  editor = await one('2');
  commenter = await one('3');
  viewer = await one('4');
  stranger = await one('5');
});
afterAll(() => stage.stop());
// Time stands still within a test, however slow the machine.
beforeEach(() => wait(0));
afterEach(() => stage.reset());

function wait(ms: number): void {
  stage.time.stands = (stage.time.stands ?? Date.now()) + ms;
}

interface Lease {
  readonly id: string;
  readonly clause: string | null;
  readonly fence: number;
  readonly expireTime: string;
  readonly owner: { readonly id: string };
}

const send = async (who: Visitor, path: string, init: RequestInit = {}) =>
  await fetch(stage.service.url + path, {
    ...init,
    headers: { authorization: `Bearer ${who.cookies.get(ACCESS)}`, ...init.headers },
  });

/** A document with its members. @returns its address. */
async function shared(): Promise<string> {
  const made = await send(owner, '/v1/documents', { method: 'POST', body: file(word('The rent is 100.')) });
  const { links } = (await made.json()) as { links: { self: string } };
  let etag = made.headers.get('etag') ?? '';
  for (const [who, role] of [
    [editor, 'editor'],
    [commenter, 'commenter'],
    [viewer, 'viewer'],
  ] as const) {
    const body = JSON.stringify({ person: (await me(who)).id, role });
    const headers = { 'content-type': 'application/json', 'if-match': etag };
    const added = await send(owner, `${links.self}/members`, { method: 'POST', body, headers });
    etag = added.headers.get('etag') ?? '';
    expect(added.status).toBe(201);
  }
  return links.self;
}

const json = (method: string, body: object, headers: Record<string, string> = {}): RequestInit => ({
  method,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
});
const take = (who: Visitor, self: string, asked: object = {}) =>
  send(who, `${self}/leases`, json('POST', asked));
async function taken(who: Visitor, self: string, asked: object = {}): Promise<Lease> {
  const answer = await take(who, self, asked);
  expect(answer.status).toBe(201);
  return (await answer.json()) as Lease;
}
const end = (who: Visitor, self: string, { id }: Lease) =>
  send(who, `${self}/leases/${id}`, { method: 'DELETE' });
const list = async (who: Visitor, self: string) =>
  ((await (await send(who, `${self}/leases`)).json()) as { leases: readonly Lease[] }).leases;

/** Adds a version to whatever is current. */
const write = (who: Visitor, self: string, lease?: Lease) =>
  send(who, `${self}/versions`, {
    ...{ method: 'POST', body: file(word('The rent is 120.')) },
    headers: { 'if-match': '*', ...(lease === undefined ? {} : { 'lease-id': lease.id }) },
  });
const outcome = async (answer: Response): Promise<readonly [number, string]> => [
  answer.status,
  answer.ok ? '' : await codeOf(answer),
];
const HELD = [423, 'leases/held'];
const LOST = [412, 'leases/lost'];

describe('a lease on a document', () => {
  test('says whose it is and until when, and is told to whoever reads the document', async () => {
    const self = await shared();
    const answer = await take(editor, self, { seconds: 120 });
    const lease = (await answer.json()) as Lease;
    expect(lease).toMatchObject({ clause: null, owner: { kind: 'person', id: (await me(editor)).id } });
    expect(answer.headers.get('location')).toBe(`${self}/leases/${lease.id}`);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await list(viewer, self)).toEqual([lease]);
    const refused = await take(owner, self);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({
      ...{ status: 423, code: 'leases/held' },
      details: { holder: lease.owner.id, until: lease.expireTime },
    });
  });

  test('keeps others from replacing and deleting it, also its owner; not from reading and naming it', async () => {
    const self = await shared();
    const lease = await taken(editor, self);
    expect(await outcome(await write(owner, self))).toEqual(HELD);
    expect(await outcome(await write(editor, self)), 'its owner elsewhere').toEqual(HELD);
    const mark = { op: 'comment', at: { quote: 'rent' }, text: 'why?' };
    const edits = (who: Visitor) =>
      send(who, `${self}/comments`, json('POST', { edits: [mark] }, { 'if-match': '*' }));
    expect(await outcome(await edits(commenter))).toEqual(HELD);
    const remove = () => send(owner, self, { method: 'DELETE', headers: { 'if-match': '*' } });
    expect(await outcome(await remove())).toEqual(HELD);
    expect((await send(viewer, self)).status).toBe(200);
    expect((await send(owner, self, json('PATCH', { name: 'N' }, { 'if-match': '*' }))).status).toBe(200);
    expect((await write(editor, self, lease)).status).toBe(201);
    expect((await end(editor, self, lease)).status).toBe(204);
    expect((await write(owner, self)).status).toBe(201);
    expect((await remove()).status).toBe(200);
  });

  test('that is over commits nothing, whoever has it now, and whether or not anybody has', async () => {
    const self = await shared();
    const lease = await taken(editor, self, { seconds: 60 });
    expect((await write(editor, self, lease)).status).toBe(201);
    wait(2 * MINUTE);
    expect(await list(viewer, self)).toEqual([]);
    expect(await outcome(await write(editor, self, lease))).toEqual(LOST);
    const next = await taken(owner, self);
    expect(next.fence).toBeGreaterThan(lease.fence);
    expect(await outcome(await write(editor, self, lease))).toEqual(LOST);
    expect((await write(owner, self, next)).status).toBe(201);
    const renewing = await send(editor, `${self}/leases/${lease.id}`, json('PATCH', {}));
    expect(await outcome(renewing)).toEqual(LOST);
  });

  test('lasts for as long as it is renewed, for ten minutes each time at most', async () => {
    const self = await shared();
    const lease = await taken(editor, self, { seconds: 60 });
    const renew = (seconds: number) => send(editor, `${self}/leases/${lease.id}`, json('PATCH', { seconds }));
    for (let minutes = 1; minutes < 5; minutes += 1) {
      wait(50_000);
      const renewed = (await (await renew(60)).json()) as Lease;
      expect(renewed).toMatchObject({ id: lease.id, fence: lease.fence });
      expect((await write(editor, self, lease)).status).toBe(201);
    }
    for (const seconds of [601, 4, 1.5]) expect((await renew(seconds)).status).toBe(400);
    expect((await take(owner, self, { seconds: 601 })).status).toBe(400);
  });

  test('is good for its owner only, and under its own name only', async () => {
    const self = await shared();
    const lease = await taken(editor, self);
    expect(await outcome(await write(owner, self, lease))).toEqual(LOST);
    expect(await outcome(await write(editor, self, { ...lease, id: 'l_0' }))).toEqual(LOST);
    const elsewhere = await shared();
    expect(await outcome(await write(editor, elsewhere, lease))).toEqual(LOST);
    expect((await write(editor, elsewhere)).status).toBe(201);
  });

  test('that is asked for again under one idempotency key is the same', async () => {
    const self = await shared();
    const ask = () => send(editor, `${self}/leases`, json('POST', {}, { 'idempotency-key': 'once' }));
    const [first, second] = [await (await ask()).json(), await (await ask()).json()];
    expect(second).toEqual(first);
  });

  test('covers the redlines of the document', async () => {
    const self = await shared();
    expect((await write(editor, self)).status).toBe(201);
    const kept = await send(editor, `${self}/redlines`, json('POST', {}));
    const redline = ((await kept.json()) as { links: { self: string } }).links.self;
    const lease = await taken(owner, self);
    const decide = (who: Visitor, headers: Record<string, string> = {}) =>
      send(
        who,
        `${redline}/decisions`,
        json('POST', { decisions: [{ verdict: 'accept', changes: {} }] }, { 'if-match': '*', ...headers }),
      );
    expect(await outcome(await decide(editor))).toEqual(HELD);
    expect((await decide(owner, { 'lease-id': lease.id })).status).toBeLessThan(300);
  });
});

describe('a lease on a clause', () => {
  test('is held beside those of other clauses, and keeps off others who take leases', async () => {
    const self = await shared();
    const [three, four] = [
      await taken(commenter, self, { clause: '3.2' }),
      await taken(editor, self, { clause: '4' }),
    ];
    expect(await outcome(await take(owner, self, { clause: '3.2' }))).toEqual(HELD);
    expect(await outcome(await take(owner, self))).toEqual(HELD);
    expect((await list(viewer, self)).map(({ clause }) => clause)).toEqual(['3.2', '4']);
    expect((await write(editor, self, four)).status).toBe(201);
    expect((await write(owner, self)).status, 'clauses bind whoever takes leases').toBe(201);
    expect((await end(commenter, self, three)).status).toBe(204);
    expect((await end(editor, self, four)).status).toBe(204);
    expect((await taken(owner, self)).fence).toBeGreaterThan(four.fence);
  });

  test.each(['', 'a b', 'ä', 'x'.repeat(65)])('%j is the name of none', async (clause) => {
    expect((await take(editor, await shared(), { clause })).status).toBe(400);
  });

  test('a hundred are enough', async () => {
    const self = await shared();
    for (let n = 0; n < 100; n += 1) await taken(editor, self, { clause: `c${n}`, seconds: 600 });
    expect(await outcome(await take(editor, self, { clause: 'more' }))).toEqual([409, 'leases/too-many']);
  });
});

describe('who may', () => {
  test('editors take the document, commenters clauses, viewers look, and strangers find nothing', async () => {
    const self = await shared();
    expect((await take(viewer, self, { clause: '1' })).status).toBe(403);
    expect((await take(commenter, self)).status).toBe(403);
    expect((await take(stranger, self)).status).toBe(404);
    expect((await send(stranger, `${self}/leases`)).status).toBe(404);
    expect((await send(admin, `${self}/leases`)).status, 'no member').toBe(404);
  });

  test.each<[string, () => Visitor]>([
    ['an owner', () => owner],
    ['an administrator who is no member', () => admin],
  ])('%s breaks a lease, and whoever had it commits nothing', async (_, breaker) => {
    const self = await shared();
    const lease = await taken(editor, self);
    expect((await end(commenter, self, lease)).status).toBe(403);
    expect((await end(stranger, self, lease)).status).toBe(404);
    expect((await end(breaker(), self, lease)).status).toBe(204);
    expect(await outcome(await write(editor, self, lease))).toEqual(LOST);
    expect(await outcome(await end(breaker(), self, lease))).toEqual([404, 'leases/not-found']);
  });
});
