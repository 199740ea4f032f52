import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PERSONAL_KINDS, type Person } from '../../src/access/index.ts';
import type { AuditEvent } from '../../src/audit/index.ts';
import { callerOf, DataKeys, OperationStore } from '../../src/documents/index.ts';
import { Records } from '../../src/documents/records.ts';
import { systemRandom } from '../../src/kit/index.ts';
import {
  DirectoryBlobStore,
  KeyRing,
  ObjectDatabase,
  SqliteBlobStore,
} from '../../src/platform/embedded/index.ts';
import { BEN } from '../services/openid-provider.ts';
import { contentsBelow, copyBelow } from '../support/folders.ts';
import type { Visitor } from '../support/visitor.ts';
import { word } from './kept.ts';
import { runHere } from './run-here.ts';
import { ACCESS, codeOf, me, openSignIn, REFRESH, type SignInStage } from './sign-in-stage.ts';

// The drill of docs/erasure.md for a person: somebody works, makes a key, owns and reads documents, and is forgotten.

const WORDS = ['ben@acme.test', 'Ben Ng'];

let stage: SignInStage;
let folder: string;
let data: string;
let ada: Visitor;
let ben: Visitor;
let benId: string;
let adaId: string;
let own: string;
let shared: string;
let key: { id: string; key: string };
/** What Ben asked for that takes longer than a request. */
let operation: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redline-forgotten-'));
  data = join(folder, 'data');
  stage = await openSignIn({}, () => ({}), { dataDirectory: data });
  ada = await stage.signedIn();
  ben = await stage.signedIn(BEN);
  benId = String((await me(ben)).id);
  adaId = String((await me(ada)).id);
  own = await keep(ben, 'First.docx');
  shared = await keep(ada, 'Second.docx');
  await change(ada, shared, 'members', { person: benId, role: 'editor' });
  await ben.fetch(`/v1/documents/${shared}`);
  await ada.fetch('/v1/groups', { method: 'POST', json: { name: 'Team', people: [benId] } });
  const made = await ben.fetch('/v1/api-keys', {
    method: 'POST',
    json: { name: 'Night job', scopes: ['documents:read'] },
  });
  key = (await made.json()) as typeof key;
  await stage.visitor().fetch('/v1/documents', { headers: { authorization: `Bearer ${key.key}` } });
  await ben.fetch('/v1/exports', { method: 'POST', json: {} });
  // Nobody answers there: so something waits, and something is in the log.
  await ada.fetch('/v1/webhooks', { method: 'POST', json: { url: 'https://hooks.invalid/' } });
  const compared = await ben.fetch(`/v1/documents/${own}/redlines`, {
    method: 'POST',
    json: { original: { version: 1 }, modified: { document: shared, version: 1 } },
    headers: { prefer: 'respond-async' },
  });
  expect(compared.status).toBe(202);
  operation = compared.headers.get('location') ?? '';
  const state = async () =>
    ((await (await ben.fetch(`${operation}?wait=20`)).json()) as { state: string }).state;
  await vi.waitFor(async () => expect(await state()).toBe('succeeded'), { timeout: 60_000, interval: 200 });
}, 120_000);
afterAll(async () => {
  await stage.provider.stop();
  rmSync(folder, { recursive: true });
});

async function keep(one: Visitor, name: string): Promise<string> {
  const form = new FormData();
  form.set('file', new Blob([Uint8Array.from(word('The rent is 100.'))]), name);
  const headers = { authorization: `Bearer ${one.cookies.get(ACCESS)}` };
  const answer = await fetch(`${stage.service.url}/v1/documents`, { method: 'POST', body: form, headers });
  return ((await answer.json()) as { id: string }).id;
}

async function change(who: Visitor, document: string, what: string, json: object): Promise<Response> {
  const read = await who.fetch(`/v1/documents/${document}/members`);
  const headers = { 'if-match': read.headers.get('etag') ?? '' };
  return await who.fetch(`/v1/documents/${document}/${what}`, { method: 'POST', json, headers });
}

const erase = (who: Visitor, person = benId) =>
  who.fetch('/v1/erasures', { method: 'POST', json: { person, reason: 'request 43' } });

async function eventsOf(search: string): Promise<(AuditEvent & { openedAddress: string | null })[]> {
  const answer = await ada.fetch(`/v1/audit?${search}&pageSize=200`);
  return ((await answer.json()) as { events: (AuditEvent & { openedAddress: string | null })[] }).events;
}

/** All that is kept of operations, as whoever has the tenant's key reads it. */
async function operationsIn(root: string): Promise<string[]> {
  const keys = new DataKeys(await KeyRing.open(join(data, 'keys')), ambient);
  const rows = await ObjectDatabase.open(join(root, 'work.sqlite'));
  const [heads, spool] = [
    new SqliteBlobStore(rows, 'heads', true),
    new SqliteBlobStore(rows, 'spool', false),
  ];
  const store = new OperationStore({ heads, spool, keys, ambient, prunesItself: false });
  const found: string[] = [];
  for await (const listed of store.list('acme'))
    found.push(JSON.stringify((await store.read(listed))?.operation));
  for await (const { name } of spool.list('shelves/')) found.push(name);
  await rows.close();
  return found;
}

const ambient = { clock: Date.now, random: systemRandom, pause: async () => {} };

async function recordsOf(root: string): Promise<Records> {
  const ring = await KeyRing.open(join(data, 'keys'));
  const heads = await DirectoryBlobStore.open(join(root, 'heads'), true);
  const secrets = await DirectoryBlobStore.open(join(root, 'secrets'), false);
  return new Records({ heads, secrets }, new DataKeys(ring, ambient), ambient);
}

describe('a person is not erased', () => {
  test.each<[string, () => Promise<Response>, number, string]>([
    ['by members', () => erase(ben, adaId), 403, 'access/refused'],
    ['by themselves', () => erase(ada, adaId), 403, 'documents/refused'],
    ['who is nobody', () => erase(ada, `p_${'0'.repeat(32)}`), 404, 'erasures/no-person'],
    ['together with a document', () => both(), 400, 'request/invalid'],
    ['who alone owns documents', () => erase(ada), 409, 'erasures/owns-documents'],
  ])('%s', async (_, ask, status, code) => {
    const answer = await ask();
    expect([answer.status, await codeOf(answer)]).toEqual([status, code]);
  });
  const both = () =>
    ada.fetch('/v1/erasures', { method: 'POST', json: { person: benId, document: own, reason: 'x' } });

  test('without saying which documents those are', async () => {
    const problem = (await (await erase(ada)).json()) as { details: object };
    expect(problem.details).toMatchObject({ documents: [own], used: 1 });
    expect((await ben.fetch('/v1/me')).status).toBe(200);
  });
});

describe('a person who was erased', () => {
  let sealed: AuditEvent[];
  let left: string[][];
  let certificate: Record<string, unknown>;

  beforeAll(async () => {
    expect((await change(ada, own, 'transfers', { to: { person: adaId } })).status).toBe(200);
    const isThere = async () => expect((await eventsOf(`actor=${benId}`)).length).toBeGreaterThan(5);
    await vi.waitFor(isThere, { timeout: 60_000, interval: 200 });
    sealed = await eventsOf(`actor=${benId}`);
    expect(sealed.map((one) => (one as { openedAddress?: string }).openedAddress)).toContain(ben.address);
    copyBelow(data, join(folder, 'backup'));
    const answer = await erase(ada);
    expect([answer.status, await answer.json()]).toMatchObject([
      201,
      { person: benId, document: null, state: 'done', removed: { keys: 1, groups: 1, operations: 2 } },
    ]);
    // Before they try again: of whoever is refused without being known the address is kept.
    left = [...contentsBelow(data)].flatMap(({ path, bytes }) => {
      const text = bytes.toString('latin1');
      return [...WORDS, ben.address].filter((one) => text.includes(one)).map((one) => [path, one]);
    });
    certificate = (await (await ada.fetch(`/v1/erasures/${benId}/certificate`)).json()) as typeof certificate;
  }, 120_000);

  test('is signed out everywhere, and no key of theirs is good', async () => {
    expect((await ben.fetch('/auth/refresh', { method: 'POST' })).status).toBe(401);
    const isOut = async () => (await ben.fetch('/v1/me')).status;
    await expect.poll(isOut, { timeout: 60_000, interval: 200 }).toBe(401);
    const byKey = () =>
      stage.visitor().fetch('/v1/documents', { headers: { authorization: `Bearer ${key.key}` } });
    await expect.poll(async () => (await byKey()).status, { timeout: 60_000, interval: 200 }).toBe(401);
  });

  test('is in no document, group or list, and nobody finds them by address', async () => {
    for (const path of [
      '/v1/people',
      '/v1/groups',
      '/v1/sessions',
      '/v1/api-keys',
      `/v1/documents/${shared}/members`,
      `/v1/documents/${own}/members`,
    ]) {
      const text = await (await ada.fetch(path)).text();
      for (const word of [benId, ...WORDS]) expect([path, text.includes(word)]).toEqual([path, false]);
    }
    const named = await change(ada, shared, 'members', { email: BEN.email, role: 'viewer' });
    expect(named.status).toBe(400);
    expect((await ada.fetch(`/v1/documents/${own}/content`)).status).toBe(200);
  });

  test('stays in the trail as an id, with addresses that nobody opens', async () => {
    const after = await eventsOf(`actor=${benId}`);
    expect(after.filter(({ openedAddress }) => openedAddress !== null)).toEqual([]);
    expect(after.map(({ hash }) => hash)).toEqual(expect.arrayContaining(sealed.map(({ hash }) => hash)));
    expect(await eventsOf(`actor=${benId}&address=${ben.address}`)).toEqual([]);
    const told = async () => await eventsOf(`type=person.erased&outcome=done`);
    await expect
      .poll(told, { timeout: 60_000 })
      .toMatchObject([{ object: benId, actor: adaId, reason: 'administrator' }]);
  });

  test('leaves no name, address or identity in any file, nor a record to be opened', async () => {
    expect(left).toEqual([]);
    const records = await recordsOf(data);
    for (const kind of PERSONAL_KINDS)
      for (const id of await records.list('acme', kind))
        expect(JSON.stringify((await records.read('acme', kind, id))?.value)).not.toContain(benId);
  });

  test('leaves nothing of what was asked for in their name, which named them', async () => {
    expect((await ada.fetch(operation)).status).toBe(404);
    const [before, after] = [await operationsIn(join(folder, 'backup')), await operationsIn(data)];
    const named = (found: readonly string[]) =>
      found.filter((text) =>
        [...WORDS, benId, callerOf({ kind: 'person', id: benId })].some((one) => text.includes(one)),
      );
    expect(named(before).join()).toContain('"author":"Ben Ng"');
    expect(named(after)).toEqual([]);
    // What was made stays: it is of the document.
    const { redlines } = (await (await ada.fetch(`/v1/documents/${own}/redlines`)).json()) as {
      redlines: unknown[];
    };
    expect(redlines).toHaveLength(1);
  });

  test('cannot be found out from a backup of everything but secrets, under the living key of the tenant', async () => {
    const backup = join(folder, 'backup');
    const store = await DirectoryBlobStore.open(join(backup, 'heads'), true);
    const records = await recordsOf(backup);
    const kinds = new Set<string>();
    for await (const { name } of store.list('records/acme/')) {
      const [, , kind = '', id = ''] = name.split('/');
      const value = JSON.stringify((await records.read('acme', kind as 'groups', id))?.value);
      for (const word of WORDS) expect([name, value.includes(word)]).toEqual([name, false]);
      kinds.add(kind);
    }
    // Those that webhooks are told from among them.
    expect([...kinds]).toEqual(expect.arrayContaining(['webhooks', 'webhook-deliveries']));
    // With secrets of before it can: that is why those are kept for days only.
    expect((await records.read<Person>('acme', 'people', benId))?.value.email).toBe(BEN.email);
  });

  test('is proved by a certificate that stands in the trail, which verifies as before', async () => {
    expect(certificate).toMatchObject({
      ...{ kind: 'person', subject: benId, reason: 'request 43', by: { kind: 'person', id: adaId } },
      removed: { memberships: 2, keys: 1, groups: 1, records: 3 },
    });
    expect(certificate.remains).toHaveLength(7);
    expect(await (await erase(ada)).json()).toMatchObject({ state: 'done', reason: 'request 43' });
    const exported = await (await ada.fetch('/v1/audit/export')).text();
    const [events, proof] = [join(folder, 'events.jsonl'), join(folder, 'certificate.json')];
    writeFileSync(events, exported);
    writeFileSync(proof, JSON.stringify(certificate));
    const checkpoints = join(data, 'checkpoints');
    const check = () =>
      runHere('audit', 'certificate', proof, '--checkpoints', checkpoints, '--events', events);
    expect(await check()).toMatchObject({ code: 0, text: expect.stringMatching(/^signed; p_/) });
    writeFileSync(proof, JSON.stringify({ ...certificate, subject: adaId }));
    expect(await check()).toMatchObject({ code: 1 });
  });

  test('comes back as somebody new, who has nothing of what was theirs', async () => {
    const anew = await stage.signedIn(BEN);
    expect((await me(anew)).id).not.toBe(benId);
    expect((await anew.fetch(`/v1/documents/${shared}`)).status).toBe(404);
    expect(anew.cookies.get(REFRESH)).toBeDefined();
  });

  test('can be erased from the command line too', async () => {
    const cleo = await stage.signedIn({ ...BEN, sub: '3003', email: 'cleo@acme.test', name: 'Cleo' });
    const { id } = await me(cleo);
    const args = ['admin', 'erase', '--person', String(id), '--reason', 'request 44', '--tenant', 'acme'];
    const answer = await runHere(...args, '--data', data);
    expect(answer.code).toBe(0);
    expect(JSON.parse(answer.text)).toMatchObject({ kind: 'person', subject: id, by: { kind: 'operator' } });
    const isOut = async () => (await cleo.fetch('/v1/me')).status;
    await expect.poll(isOut, { timeout: 60_000, interval: 200 }).toBe(401);
    expect((await runHere('admin', 'erase', '--reason', 'x', '--data', data)).code).toBe(2);
  });

  test('leaves the chain as it was: it verifies by its checkpoints', async () => {
    // What was not signed yet is when the service ends.
    await stage.service.stop();
    const events = join(folder, 'all.jsonl');
    const exported = await runHere('audit', 'export', '--tenant', 'acme', '--data', data);
    writeFileSync(events, exported.text);
    const checkpoints = join(data, 'checkpoints');
    const args = [events, '--tenant', 'acme', '--checkpoints', checkpoints];
    expect(await runHere('audit', 'verify', ...args)).toMatchObject({ code: 0 });
    expect(exported.text).toContain('"person.erased"');
  });
});
