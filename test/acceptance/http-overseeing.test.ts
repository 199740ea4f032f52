import { afterAll, beforeAll, expect, test } from 'vitest';
import { BEN } from '../services/openid-provider.ts';
import type { Visitor } from '../support/visitor.ts';
import { word } from './kept.ts';
import { PATIENCE_MS } from './later.ts';
import { form, STAND_IN_ENGINE } from './service.ts';
import { me, openSignIn, type SignInStage } from './sign-in-stage.ts';

// What administrators see of the work of others, and nobody else.

let stage: SignInStage;
let admin: Visitor;
let ben: Visitor;
let key: string;
beforeAll(async () => {
  stage = await openSignIn({ REDLINE_JOBS: '1' }, () => ({}), { engineScript: STAND_IN_ENGINE });
  [admin, ben] = [await stage.signedIn(), await stage.signedIn(BEN)];
  key = await keyOf(ben);
});
afterAll(() => stage.stop());

// biome-ignore lint/suspicious/noExplicitAny: the wire's JSON, looked into by `toMatchObject`
const read = async (one: Visitor, path: string): Promise<any> => (await one.fetch(path)).json();
const SECRET = 'Takeover of Acme';
const ALL = '/v1/operations?scope=tenant';

async function keyOf(one: Visitor): Promise<string> {
  const json = { name: 'night', scopes: ['compare'] };
  const { key: made } = (await (await one.fetch('/v1/api-keys', { method: 'POST', json })).json()) as {
    key: string;
  };
  return made;
}

/** Work by a key of Ben's that does not end. @returns where it is. */
async function begin(batch: boolean): Promise<string> {
  const one = { original: word('x'), modified: word('y'), options: { author: 'spin' } };
  const options = { name: SECRET, items: [{ original: 'a', modified: 'a', options: { author: 'spin' } }] };
  const many = new FormData();
  many.append('files', new Blob(['a']), 'a');
  many.append('options', JSON.stringify(options));
  const answer = await fetch(`${stage.service.url}/v1/${batch ? 'batches' : 'comparisons'}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, prefer: 'respond-async' },
    body: batch ? many : form(one),
  });
  expect(answer.status).toBe(202);
  return answer.headers.get('location') ?? '';
}

/** What is kept of what happened. */
const happened = async (type: string) => {
  const { events } = await read(admin, `/v1/audit?type=${type}`);
  return events as readonly { outcome: string; reason: string; object: string; details: unknown }[];
};

test('administrators see whose work it is and how far, end it, and see nothing of what it is about', async () => {
  const place = await begin(false);
  const { operations } = await read(admin, ALL);
  const [seen] = operations;
  expect(operations).toHaveLength(1);
  expect(seen).toMatchObject({ own: false, kind: 'comparison', name: null, result: null });
  expect(await read(admin, place)).toMatchObject({ own: false, name: null });
  const { createdBy } = seen;
  expect((await read(admin, `${ALL}&createdBy=${createdBy}`)).operations).toHaveLength(1);
  const { id } = await me(admin);
  expect((await read(admin, `${ALL}&createdBy=${id}&state=open`)).operations).toEqual([]);
  expect((await read(admin, '/v1/operations')).operations).toEqual([]);

  await expect
    .poll(async () => (await stage.service.health()).pool.running, { timeout: PATIENCE_MS })
    .toBe(1);
  expect((await admin.fetch(`${place}/cancel`, { method: 'POST' })).status).toBe(200);
  await expect
    .poll(async () => (await stage.service.health()).pool.running, { timeout: PATIENCE_MS })
    .toBe(0);
  await expect.poll(() => happened('operation.cancelled'), { timeout: PATIENCE_MS }).toHaveLength(1);
  expect((await happened('operation.cancelled'))[0]).toMatchObject({
    ...{ object: seen.id, details: JSON.stringify({ of: `key:${createdBy}` }) },
  });
  expect((await happened('operation.overseen'))[0]).toMatchObject({ outcome: 'done', reason: 'role' });
});

test('a batch of somebody else is one operation, and no door to its pairs', async () => {
  const place = (await begin(true)).replace('/v1/batches', '/v1/operations');
  const id = place.split('/').at(-1);
  const list = await (await admin.fetch(ALL)).text();
  expect(list).toContain(id);
  expect(list).not.toContain(SECRET);
  for (const path of ['', '/archive', '/report'])
    expect((await admin.fetch(`/v1/batches/${id}${path}`)).status).toBe(404);
  expect((await read(admin, '/v1/batches')).batches).toEqual([]);
  expect((await admin.fetch(`${place}/cancel`, { method: 'POST' })).status).toBe(200);
  await expect
    .poll(async () => (await stage.service.health()).pool.running, { timeout: PATIENCE_MS })
    .toBe(0);
});

test('nobody else sees it, and who tries is written down', async () => {
  const refused = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(`${stage.service.url}${ALL}`, { headers })).status;
  const before = (await happened('operation.overseen')).filter(({ outcome }) => outcome === 'refused').length;
  expect(before).toBe(0);
  expect((await ben.fetch(ALL)).status).toBe(403);
  expect(await refused({ authorization: `Bearer ${key}` })).toBe(403);
  expect(await refused({ authorization: `Bearer ${await keyOf(admin)}` })).toBe(403);
  expect(await refused({})).toBe(401);
  const cara = await stage.signedIn({ ...BEN, sub: '2001', hd: 'other.test' });
  expect((await cara.fetch(ALL)).status).toBe(403);
  await expect
    .poll(async () => (await happened('operation.overseen')).filter((one) => one.outcome === 'refused'), {
      timeout: PATIENCE_MS,
    })
    .toMatchObject([{ reason: 'scope missing' }, { reason: 'role missing' }, { reason: 'role missing' }]);
});
