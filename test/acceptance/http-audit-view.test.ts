import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { AuditEvent } from '../../src/audit/index.ts';
import { verifyProof } from '../../src/client/index.ts';
import { BEN } from '../services/openid-provider.ts';
import type { Visitor } from '../support/visitor.ts';
import { asking, keep as keepHere, word } from './kept.ts';
import { startService } from './service.ts';
import { ACCESS, codeOf, me, openSignIn, type SignInStage } from './sign-in-stage.ts';

// The trail as auditors see it.

interface Page {
  readonly events: readonly (AuditEvent & { openedAddress: string | null })[];
  readonly nextPageToken: string | null;
  readonly view: { readonly through: number; readonly waiting: number };
}

let stage: SignInStage;
let auditor: Visitor;
let ben: Visitor;
let document: string;
let benId: string;

beforeAll(async () => {
  stage = await openSignIn({ REDLINE_ENTERPRISE: 'acme' });
  const ada = await stage.signedIn();
  ben = await stage.signedIn(BEN);
  auditor = await stage.signedIn({ ...BEN, sub: '3001', email: 'cleo@acme.test' });
  benId = String((await me(ben)).id);
  const { id } = await me(auditor);
  await ada.fetch(`/v1/people/${id}`, { method: 'PATCH', json: { role: 'auditor' } });
  document = await keep(ben, '=Lease.docx');
  for (const path of ['', '/content', '/versions', '/content'])
    await ben.fetch(`/v1/documents/${document}${path}`);
  await ada.fetch(`/v1/documents/${document}`);
  await keep(await stage.signedIn({ ...BEN, sub: '2001', hd: 'other.test' }), 'Other.docx');
  await settled();
});
afterAll(() => stage.stop());

async function keep(one: Visitor, name: string): Promise<string> {
  const form = new FormData();
  form.set('file', new Blob([Uint8Array.from(word('The rent is 100.'))]), name);
  const headers = { authorization: `Bearer ${one.cookies.get(ACCESS)}` };
  const answer = await fetch(`${stage.service.url}/v1/documents`, { method: 'POST', body: form, headers });
  return ((await answer.json()) as { id: string }).id;
}

async function list(search = '', who = auditor): Promise<Page> {
  return (await (await who.fetch(`/v1/audit?${search}`)).json()) as Page;
}

/** Until the view holds what was done before. */
async function settled(): Promise<void> {
  const isThere = async () =>
    expect((await list(`document=${document}&outcome=failed`)).events).toHaveLength(1);
  await vi.waitFor(isThere, { timeout: 60_000, interval: 100 });
}

const said = (events: readonly AuditEvent[]) => events.map(({ type, outcome }) => `${type} ${outcome}`);

describe('the list', () => {
  test('has the latest first, page by page, and says how far it is', async () => {
    const all: AuditEvent[] = [];
    const search = `before=${new Date().toISOString()}`;
    let token: string | null = '';
    while (token !== null) {
      const page: Page = await list(`${search}&pageSize=4${token && `&pageToken=${token}`}`);
      all.push(...page.events);
      token = page.nextPageToken;
      expect(page.view.through).toBeGreaterThanOrEqual(page.events[0]?.sequence ?? 0);
      expect(page.view.waiting).toBeGreaterThanOrEqual(0);
    }
    expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, at) => all.length - at));
    expect(new Set(all.map(({ tenant }) => tenant))).toEqual(new Set(['acme']));
    const first = await list(`${search}&order=ascending&pageSize=3`);
    expect(first.events).toEqual(all.toReversed().slice(0, 3));
  });

  test.each<[string, () => string, readonly string[]]>([
    [
      'a document',
      () => `document=${document}&order=ascending`,
      [
        'document.created done',
        'document.read done',
        'content.downloaded done',
        'version.listed done',
        'content.downloaded done',
        'document.read failed',
      ],
    ],
    [
      'types',
      () => `document=${document}&type=content.downloaded`,
      ['content.downloaded done', 'content.downloaded done'],
    ],
    [
      'several types',
      () => `type=version.listed,person.changed`,
      ['version.listed done', 'person.changed done'],
    ],
    ['outcome and actor', () => `outcome=done&actor=${benId}&type=version.listed`, ['version.listed done']],
    ['nobody of that name', () => 'actor=p_nobody', []],
    ['a time', () => `before=2020-01-01T00:00:00Z`, []],
  ])('filters by %s', async (_, search, expected) => {
    expect(said((await list(search())).events)).toEqual(expected);
  });

  test.each([
    'type=nothing',
    'outcome=maybe',
    'from=yesterday',
    'pageSize=0',
    'order=up',
    'page=2',
    'actor=two%20words',
  ])('refuses %s', async (search) => {
    const answer = await auditor.fetch(`/v1/audit?${search}`);
    expect([answer.status, await codeOf(answer)]).toEqual([400, 'request/invalid']);
  });

  test('takes no token of another list', async () => {
    const { nextPageToken } = await list('pageSize=1');
    const answer = await auditor.fetch(`/v1/audit?pageSize=1&outcome=done&pageToken=${nextPageToken}`);
    expect([answer.status, await codeOf(answer)]).toEqual([400, 'request/page-token']);
  });
});

test('whoever reads the trail stands in it, with what was asked for', async () => {
  await list(`actor=${benId}&address=192.0.2.1`);
  const details = JSON.stringify({ actor: benId, address: 'given' });
  const find = async () => (await list('type=audit.read')).events.find((one) => one.details === details);
  await expect
    .poll(find, { timeout: 60_000, interval: 200 })
    .toMatchObject({ outcome: 'done', reason: 'role' });
});

test('the address of a person is opened for auditors, and sealed in what is exported', async () => {
  const { events } = await list(`actor=${benId}&type=version.listed`);
  const sealed = expect.stringMatching(new RegExp(`^sealed:${benId}:[\\w-]{40,}$`));
  const plain = expect.stringMatching(/^127\./);
  expect(events).toMatchObject([{ format: 2, address: sealed, openedAddress: plain }]);
  const [{ sequence = 0, address = '', openedAddress = '' } = {}] = events;
  const one = await (await auditor.fetch(`/v1/audit/events/${sequence}`)).json();
  expect(one).toMatchObject({ address, openedAddress });
  const found = await list(`address=${openedAddress}&type=version.listed`);
  expect(found.events.map((event) => event.sequence)).toContain(sequence);
  expect((await list(`address=192.0.2.1&actor=${benId}`)).events).toEqual([]);
  for (const format of ['csv', 'jsonl']) {
    const text = await (await auditor.fetch(`/v1/audit/export?actor=${benId}&format=${format}`)).text();
    expect(text).toContain(address);
    expect(text).not.toContain('127.');
  }
});

test('members see nothing of it, auditors nothing of documents', async () => {
  for (const path of ['', '/export', '/events/1', '/events/1/proof', '/checkpoints'])
    expect((await ben.fetch(`/v1/audit${path}`)).status).toBe(403);
  for (const path of ['', `/${document}`, `/${document}/content`])
    expect((await auditor.fetch(`/v1/documents${path}`)).status).toBe(403);
});

describe('an export', () => {
  const lines = (text: string) => text.trimEnd().split('\n');

  test('is every event in order, and goes on where one broke off', async () => {
    const answer = await auditor.fetch('/v1/audit/export');
    expect(answer.headers.get('content-type')).toBe('application/jsonl; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="redline-audit.jsonl"');
    const events = lines(await answer.text()).map((line) => JSON.parse(line) as AuditEvent);
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, at) => at + 1));
    expect(answer.headers.get('redline-through')).toBe(String(events.length));
    const rest = await (await auditor.fetch(`/v1/audit/export?after=${events.length - 2}`)).text();
    expect(
      lines(rest)
        .slice(0, 2)
        .map((line) => JSON.parse(line)),
    ).toEqual(events.slice(-2));
    const some = await (
      await auditor.fetch(`/v1/audit/export?document=${document}&type=version.listed`)
    ).text();
    expect(lines(some)).toHaveLength(1);
    const none = await auditor.fetch('/v1/audit/export?actor=p_nobody');
    expect([none.status, await none.text()]).toEqual([200, '']);
  });

  test('as CSV holds no formula', async () => {
    await ben.fetch('/v1/me', { headers: { 'x-request-id': '-20-30-40' } });
    const find = async () =>
      await (await auditor.fetch('/v1/audit/export?format=csv&requestId=-20-30-40')).text();
    await expect.poll(find, { timeout: 60_000, interval: 200 }).toContain('self.read');
    const [head, row] = lines(await find());
    expect(head).toMatch(/^"tenant","sequence","id","at","type"/);
    expect(row).toContain(`"'-20-30-40"`);
  });
});

describe('a proof', () => {
  test('of an event that is not there, or not signed yet', async () => {
    const { events } = await list(`document=${document}&type=version.listed`);
    const sequence = events[0]?.sequence ?? 0;
    expect(await (await auditor.fetch(`/v1/audit/events/${sequence}`)).json()).toEqual(events[0]);
    const early = await auditor.fetch(`/v1/audit/events/${sequence}/proof`);
    // The first checkpoint may have come by now.
    if (early.status !== 200)
      expect([early.status, early.headers.get('retry-after'), await codeOf(early)]).toEqual([
        ...[409, '60', 'audit/not-signed'],
      ]);
    for (const path of ['999999', '999999/proof']) {
      const missing = await auditor.fetch(`/v1/audit/events/${path}`);
      expect([missing.status, await codeOf(missing)]).toEqual([404, 'audit/not-found']);
    }
  });

  test('is good without the service, and checkpoints are there for whoever keeps them', async () => {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'redline-proofs-'));
    let roots: readonly string[] = [];
    for (let round = 1; round <= 3; round += 1) {
      const service = await startService({ dataDirectory });
      const ask = asking(() => service);
      await keepHere(ask);
      for (let sequence = 1; sequence < round; sequence += 1) {
        const { status, body } = await ask(`/v1/audit/events/${sequence}/proof`);
        expect(status).toBe(200);
        expect(await verifyProof(body)).toMatchObject({ fault: null, proven: { event: { sequence } } });
      }
      const { checkpoints, keys, next } = (await ask('/v1/audit/checkpoints?pageSize=1')).body;
      expect([checkpoints.length, keys.length]).toEqual(round === 1 ? [0, 0] : [1, 1]);
      const rest = (await ask(`/v1/audit/checkpoints?after=${next}`)).body;
      expect(rest.checkpoints).toHaveLength(Math.max(0, round - 2));
      expect(rest.next).toBe(rest.checkpoints.at(-1)?.last ?? next);
      if (round === 2) roots = keys.map(({ id }: { id: string }) => id);
      await service.stop();
    }
    expect(roots).toHaveLength(1);
    await rm(dataDirectory, { recursive: true });
  });
});
