import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ADA, BEN } from '../services/openid-provider.ts';
import type { Visitor } from '../support/visitor.ts';
import { file, word } from './kept.ts';
import { runHere } from './run-here.ts';
import { me, openSignIn, type SignInStage } from './sign-in-stage.ts';

// Out of one organisation and into another one by programs, where people sign in.

const CARA = { ...BEN, sub: '2001', hd: 'other.test', email: 'cara@other.test' };
const MANAGING = { scopes: ['portability:manage'] };
const TAR = 'application/x-tar';
const folder = mkdtempSync(join(tmpdir(), 'redline-portability-keys-'));
const archive = join(folder, 'everything.tar');

let stage: SignInStage;
let ada: Visitor;
let ben: Visitor;
let cara: Visitor;
/** Ben's, that nobody else is a member of. */
let document = '';
/** Of Acme. */
let robot: Program;

interface Program {
  readonly id: string;
  readonly key: string;
}

beforeAll(async () => {
  stage = await openSignIn({
    REDLINE_ENTERPRISE: 'acme,other',
    REDLINE_ADMINS: 'ada@acme.test,cara@other.test',
  });
  [ada, ben, cara] = [await stage.signedIn(ADA), await stage.signedIn(BEN), await stage.signedIn(CARA)];
  const own = (await made(ben, '/v1/api-keys', { name: 'k', scopes: ['documents:write'] })).key;
  const kept = await ask(own, '/v1/documents', { method: 'POST', body: file(word('The rent is 100.')) });
  document = (await kept.json()).id;
  robot = await program(ada, MANAGING);
});
afterEach(() => {
  stage.reset();
  vi.unstubAllEnvs();
});
afterAll(async () => {
  await stage.stop();
  rmSync(folder, { recursive: true });
});

async function made(by: Visitor, path: string, json: object): Promise<{ id: string; key: string }> {
  const answer = await by.fetch(path, { method: 'POST', json });
  expect([path, answer.status]).toEqual([path, 201]);
  return (await answer.json()) as { id: string; key: string };
}

/** A service account of an organisation, with a key. */
async function program(by: Visitor, given: object): Promise<Program> {
  const { id } = await made(by, '/v1/service-accounts', { name: 'Mover', ...given });
  return await made(by, `/v1/service-accounts/${id}/keys`, { name: 'k' });
}

const keyOf = async (by: Visitor, given: object): Promise<string> =>
  (await made(by, '/v1/api-keys', { name: 'k', ...given })).key;

async function ask(key: string, path: string, init: RequestInit = {}) {
  const headers = { authorization: `Bearer ${key}`, ...(init.headers as Record<string, string> | undefined) };
  return await fetch(`${stage.service.url}${path}`, { ...init, headers });
}

const start = (key: string, scope: string) =>
  ask(key, '/v1/exports', {
    method: 'POST',
    body: JSON.stringify({ scope }),
    headers: { 'content-type': 'application/json' },
  });

async function started(key: string): Promise<string> {
  const answer = await start(key, 'tenant');
  expect(answer.status).toBe(202);
  // Whoever does it later looks whether they may, too.
  const [, operation = ''] = /<([^>]*)>; rel="monitor"/.exec(answer.headers.get('link') ?? '') ?? [];
  const state = async () => (await (await ask(key, operation)).json()).state;
  await expect.poll(state, { timeout: 60_000 }).toBe('succeeded');
  return (await answer.json()).links.self;
}

const send = (key: string, body: Uint8Array) =>
  ask(key, '/v1/imports', {
    method: 'POST',
    body: Uint8Array.from(body),
    headers: { 'content-type': TAR },
  });

function command(key: string, ...args: string[]) {
  vi.stubEnv('REDLINE_API_KEY', key);
  return runHere(...args, '--server', stage.service.url);
}

describe('a program with the scope', () => {
  test('fetches everything by command, and in ranges', async () => {
    const done = await command(robot.key, 'export', '-o', archive, '--scope', 'tenant', '--json');
    expect([done.code, JSON.parse(done.text)]).toMatchObject([
      0,
      { scope: 'tenant', counts: { documents: 1, versions: 1 }, key: expect.any(String) },
    ]);
    const whole = readFileSync(archive);
    expect(whole.includes(document)).toBe(true);
    const { id } = JSON.parse(done.text);
    const headers = { range: 'bytes=512-1023' };
    const range = await ask(robot.key, `/v1/exports/${id}/content`, { headers });
    expect(range.status).toBe(206);
    expect(Buffer.from(await range.arrayBuffer()).equals(whole.subarray(512, 1024))).toBe(true);
  });

  test('takes it in by command, and reads the trail that came along', async () => {
    const there = await program(cara, MANAGING);
    const { id } = (await me(cara)) as { id: string };
    const { id: from } = (await me(ben)) as { id: string };
    const map = `person:${from}=person:${id}`;
    const done = await command(there.key, 'import', archive, '--map', map, '--json');
    expect([done.code, JSON.parse(done.text)]).toMatchObject([
      0,
      { tenant: 'acme', documents: 1, versions: 1, membersLeft: 0 },
    ]);
    const report = JSON.parse(done.text);
    expect((await ask(there.key, `/v1/imports/${report.archive}/evidence`)).status).toBe(200);
    const came = await cara.fetch(`/v1/documents/${report.renamed[0]?.to ?? document}`);
    expect([came.status, (await came.json()) as object]).toMatchObject([200, { role: 'owner' }]);
    // It is none of its readers.
    expect((await ask(there.key, `/v1/documents/${document}`)).status).toBe(403);
    await told(cara, 'import.made', there);
  });

  test('is named by the trail', async () => {
    await told(ada, 'export.started', robot);
    await told(ada, 'export.downloaded', robot);
  });

  test('gets nothing else by it', async () => {
    for (const path of [
      '/v1/documents',
      `/v1/documents/${document}`,
      '/v1/audit',
      '/v1/people',
      '/v1/retention',
    ])
      expect([path, (await ask(robot.key, path)).status]).toEqual([path, 403]);
  });

  test('that is an administrator’s key does the same', async () => {
    await started(await keyOf(ada, MANAGING));
  });

  test('loses what it began when its maker administers no more', async () => {
    const dan = await stage.signedIn({ ...BEN, sub: '1003', email: 'dan@acme.test' });
    const path = `/v1/people/${(await me(dan)).id}`;
    const become = async (role: string) =>
      expect((await ada.fetch(path, { method: 'PATCH', json: { role } })).status).toBe(200);
    await become('administrator');
    const key = await keyOf(dan, { scopes: ['portability:manage', 'documents:read'] });
    const self = await started(key);
    await become('member');
    // What they are is not known for longer than five seconds.
    stage.time.ahead = 6000;
    for (const end of ['', '/content']) expect((await ask(key, `${self}${end}`)).status).toBe(404);
    expect((await start(key, 'tenant')).status).toBe(403);
    expect((await start(key, 'own')).status).toBe(202);
  });
});

describe('refused is', () => {
  const ALL = ['compare', 'documents:read', 'documents:write', 'documents:share', 'audit:read'];
  test.each<[string, () => Promise<string>]>([
    ['a member’s own key', () => keyOf(ben, MANAGING)],
    ['a service account without it', async () => (await program(ada, { scopes: ALL })).key],
    ['an administrator’s key without it', () => keyOf(ada, { scopes: ALL })],
    ['a key for one document', () => keyOf(ada, { ...MANAGING, documents: [document] })],
    ['a key for labels', () => keyOf(ada, { ...MANAGING, labels: ['lease'] })],
    ['a test key', () => keyOf(ada, { ...MANAGING, mode: 'test' })],
  ])('%s', async (_, make) => {
    const key = await make();
    const answers = [
      await start(key, 'tenant'),
      await send(key, readFileSync(archive)),
      await ask(key, `/v1/imports/x_${'0'.repeat(32)}/evidence`),
    ];
    for (const answer of answers)
      expect([answer.status, (await answer.json()).code]).toEqual([403, 'access/refused']);
    const path = join(folder, 'refused.tar');
    expect((await command(key, 'export', '-o', path, '--scope', 'tenant')).code).not.toBe(0);
    expect(existsSync(path)).toBe(false);
  });

  test('the export of another organisation', async () => {
    const self = await started(robot.key);
    const there = await program(cara, MANAGING);
    expect((await ask(there.key, `${self}/content`)).status).toBe(404);
  });
});

/** The trail says which key it was. */
async function told(by: Visitor, type: string, { id }: Program): Promise<void> {
  const events = async () =>
    ((await (await by.fetch(`/v1/audit?type=${type}`)).json()) as { events: object[] }).events;
  const event = { actorKind: 'key', actor: id, outcome: 'done' };
  await expect
    .poll(events, { timeout: 30_000 })
    .toEqual(expect.arrayContaining([expect.objectContaining(event)]));
}
