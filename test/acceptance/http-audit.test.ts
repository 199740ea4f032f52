import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AuditEvent } from '../../src/audit/index.ts';
import { ROUTE_EVENTS } from '../../src/http/route-events.ts';
import { ROUTE_ACTIONS } from '../../src/http/route-policy.ts';
import { SqliteAuditSink } from '../../src/platform/embedded/index.ts';
import { asking, file, json, keep, word } from './kept.ts';
import { type Service, startService } from './service.ts';

/** Every event of a tenant, as an auditor's database has it. */
async function eventsIn(directory: string, tenant = 'local'): Promise<readonly AuditEvent[]> {
  const sink = SqliteAuditSink.open(join(directory, 'audit.sqlite'));
  const { events } = await sink.list({ tenant, descending: false, size: 1000 });
  sink.close();
  return events;
}

test('every route of the policy is an event', () => {
  const signing = ['post /auth/link', 'get /auth/callback', 'post /auth/refresh', 'post /auth/sign-out'];
  const told = ['post /auth/back-channel-logout'];
  const passwords = ['post /auth/local', 'post /auth/password', 'put /auth/password'];
  expect(Object.keys(ROUTE_EVENTS).sort()).toEqual(
    [...Object.keys(ROUTE_ACTIONS), ...signing, ...told, ...passwords].sort(),
  );
});

test('what is asked of a service is in the trail once, in order, and survives its end', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'redline-audit-'));
  let service: Service = await startService({ dataDirectory });
  const ask = asking(() => service);
  const made = await keep(ask, word('The rent is 100.'), word('The rent is 120.'));
  const { self } = made.body.links;
  const document = made.body.id;
  await ask(self);
  await ask(`${self}/content`, { headers: { 'x-request-id': 'request-of-ann' } });
  await ask(`${self}/versions/1/content`);
  const labelled = json('PATCH', { labels: ['lease'] }, { 'if-match': made.etag });
  await ask(self, labelled);
  await ask(self, labelled);
  await ask('/v1/documents/d_missing');
  const key = { 'idempotency-key': 'once' };
  const redline = await ask(`${self}/redlines`, json('POST', {}, key));
  await ask(`${self}/redlines`, json('POST', {}, key));
  await ask(`/v1/documents/${document}/redlines/${redline.body.id}`);
  await ask('/v1/documents', { method: 'POST', body: file(new Uint8Array(9)) });
  await service.stop();
  service = await startService({ dataDirectory });
  await ask('/v1/documents');
  await service.stop();
  const events = await eventsIn(dataDirectory);
  expect(
    events.map(({ type, outcome, reason, object, version }) =>
      [type, outcome, reason, object, version].join(' '),
    ),
  ).toEqual(
    [
      ['document.created', 'done', null, document, 1],
      ['version.added', 'done', null, document, 2],
      ['document.read', 'done', 'operator', document, null],
      ['content.downloaded', 'done', 'operator', document, null],
      ['content.downloaded', 'done', 'operator', document, 1],
      ['document.updated', 'done', null, document, null],
      ['document.updated', 'failed', 'documents/stale', document, null],
      ['document.read', 'failed', 'documents/not-found', 'd_missing', null],
      ['redline.created', 'done', null, redline.body.id, 1],
      ['answer.repeated', 'done', 'operator', document, null],
      ['redline.read', 'done', 'operator', redline.body.id, null],
      ['document.created', 'failed', 'documents/type-not-supported', null, null],
      ['document.listed', 'done', 'operator', null, null],
    ].map((row) => row.join(' ')),
  );
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, at) => at + 1));
  expect(events.every(({ previous }, at) => at === 0 || previous === events[at - 1]?.hash)).toBe(true);
  expect(events[3]).toMatchObject({
    ...{ actorKind: 'operator', actor: 'operator', credential: 'loopback', address: '127.0.0.1' },
    ...{ requestId: 'request-of-ann', document },
  });
  expect(events[8]?.document).toBe(document);
  expect(JSON.stringify(events)).not.toMatch(/rent|Lease/);
  await rm(dataDirectory, { recursive: true });
});

test('says how far it is from where auditors look, and keeps changes of rights before they are made', async () => {
  const service = await startService();
  const ask = asking(() => service);
  const made = await ask('/v1/groups', json('POST', { name: 'Litigation' }));
  expect(made.status).toBe(201);
  await ask('/v1/groups', json('POST', { name: 3 }));
  const lag = async () => (await ask('/health')).body.audit.local;
  await expect.poll(async () => (await lag()).undelivered + (await lag()).waiting).toBe(0);
  await expect.poll(async () => (await lag()).deliveredAt).not.toBeNull();
  const { committedAt, deliveredAt, lagMs, lost } = await lag();
  expect([deliveredAt, lagMs, lost]).toEqual([committedAt, 0, 0]);
  const events = await eventsIn(service.dataDirectory);
  const groups = events.filter(({ type }) => type === 'group.created');
  expect(groups.map(({ outcome, object }) => [outcome, object])).toEqual([
    ['done', made.body.id],
    ['failed', null],
  ]);
  await service.stop();
});
