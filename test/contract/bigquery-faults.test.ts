import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AuditEvent, type AuditSink, EVENT_FIELDS, Trail } from '../../src/audit/index.ts';
import type { CommitHistory } from '../../src/documents/index.ts';
import { Outside, OutsideError, type OutsideFailure, systemRandom } from '../../src/kit/index.ts';
import { DirectoryBlobStore } from '../../src/platform/embedded/index.ts';
import { type BigQueryAuditSink, COLUMNS, TABLES } from '../../src/platform/gcp/index.ts';
import { AUDIT_LIMITS, guardedAuditSink } from '../../src/platform/index.ts';
import {
  type CallKind,
  type Fault,
  startWarehouseServer,
  type WarehouseServer,
} from '../services/warehouse-server.ts';
import { chainOf, occurrence } from '../support/audit.ts';
import { newDatasetName, sinkIn, warehouseAt } from './warehouse.ts';

const MINUTE = 60_000;
let server: WarehouseServer;
let dataset: string;
let sink: BigQueryAuditSink;
beforeAll(async () => {
  server = await startWarehouseServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  dataset = newDatasetName();
  server.warehouse.add(dataset);
  sink = sinkIn(warehouseAt(server.url), dataset);
  await sink.prepare();
  server.calls.length = 0;
});

const count = () => server.warehouse.count(dataset, TABLES.rows);
const sequences = async (tenant: string, from: AuditSink = sink): Promise<number[]> =>
  (await from.list({ tenant, descending: false, size: 1000 })).events.map(({ sequence }) => sequence);

async function failureOf(call: Promise<unknown>): Promise<OutsideError> {
  const error: unknown = await call.then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  if (!(error instanceof OutsideError)) throw error;
  expect(error.port).toBe('AuditSink');
  return error;
}

test('the table is partitioned by the day of the event and clustered by tenant, with a column for each field', () => {
  expect(COLUMNS.map(({ name }) => name).toSorted()).toEqual(EVENT_FIELDS.toSorted());
  expect(server.warehouse.table(dataset, TABLES.rows)).toMatchObject({
    timePartitioning: { type: 'DAY', field: 'at' },
    clustering: { fields: ['tenant', 'document', 'actor'] },
  });
});

describe('duplicates', () => {
  test('sent again within a minute stand there once', async () => {
    const events = chainOf('t', 5);
    await sink.append(events);
    await sink.append(events);
    expect(count()).toBe(5);
  });

  test('sent again later stand there twice, and once in what is read', async () => {
    const events = chainOf('t', 5);
    await sink.append(events);
    server.warehouse.now += 2 * MINUTE;
    await sink.append(events);
    expect(count()).toBe(10);
    expect(await sequences('t')).toEqual([1, 2, 3, 4, 5]);
    expect(await sink.gaps('t', 5)).toEqual([]);
    expect(await sink.last('t')).toBe(5);
  });

  test('another event in the place of one is damage when it is read', async () => {
    const [, , third] = chainOf('t', 3, (at) => occurrence('t', at, { actor: 'p_mallory' }));
    await sink.append(chainOf('t', 3));
    await sink.append(third === undefined ? [] : [third]);
    expect(await failureOf(sequences('t'))).toMatchObject({ failure: 'damaged' });
  });

  test('more than one call takes go in several', async () => {
    await sink.append(chainOf('t', 1200));
    expect(server.calls.filter((kind) => kind === 'insert')).toHaveLength(3);
    expect(await sink.gaps('t', 1200)).toEqual([]);
  });
});

describe('rows that are not taken', () => {
  const events = chainOf('t', 4);

  test('for what they are: refused, and nothing of the call is kept', async () => {
    const wrong = events.map((event, at) => (at === 2 ? { ...event, at: 'secret-moment' } : event));
    const error = await failureOf(sink.append(wrong));
    expect(error.failure).toBe('refused');
    expect(error.message).toContain('1 events');
    expect(error.message).not.toContain('secret');
    expect(count()).toBe(0);
  });

  test('by a part of the service that failed: later, and the rest is not there twice in what is read', async () => {
    server.fail('insert', { at: 'rows', rows: [1, 2], reason: 'backendError' });
    expect(await failureOf(sink.append(events))).toMatchObject({ failure: 'unavailable' });
    expect(await sequences('t')).toEqual([1, 4]);
    server.warehouse.now += 2 * MINUTE;
    await sink.append(events);
    expect(await sequences('t')).toEqual([1, 2, 3, 4]);
  });

  test('for a column that was just added and is not known yet: later', async () => {
    const message = 'no such field: details.';
    server.fail('insert', { at: 'rows', rows: [0, 1, 2, 3], reason: 'invalid', message });
    expect(await failureOf(sink.append(events))).toMatchObject({ failure: 'unavailable' });
    await sink.append(events);
    expect(await sequences('t')).toEqual([1, 2, 3, 4]);
  });

  test('as the table was just made: later', async () => {
    server.fail('insert', { at: 'before', status: 404, reason: 'notFound' });
    expect(await failureOf(sink.append(events))).toMatchObject({ failure: 'unavailable' });
  });
});

describe('rows that are to go', () => {
  const until = Date.now() + 10 * MINUTE;

  test('and were streamed less than half an hour ago stay, all of them, and those of others are in nobody’s way', async () => {
    const events = chainOf('t', 4);
    await sink.append(events.slice(0, 2));
    server.warehouse.now += 31 * MINUTE;
    await sink.append(events.slice(2));
    await sink.append(chainOf('other', 1));
    expect([await sink.remove('t', until), await sink.rows('t')]).toEqual([false, 4]);
    server.warehouse.now += 31 * MINUTE;
    await sink.append(chainOf('other', 2));
    expect([await sink.remove('t', until), await sink.rows('t'), count()]).toEqual([true, 0, 3]);
  });

  test('and may not be removed by this account, or were asked for wrongly: refused', async () => {
    for (const [status, reason] of [
      [403, 'accessDenied'],
      [400, 'invalidQuery'],
    ] as const) {
      server.fail('query', { at: 'before', status, reason });
      expect(await failureOf(sink.remove('t', until))).toMatchObject({ failure: 'refused' });
    }
  });

  test('are no fault of the warehouse while they are too new: it is asked on, once each time', async () => {
    await sink.append(chainOf('t', 2));
    const limits = { ...AUDIT_LIMITS, breaker: { ...AUDIT_LIMITS.breaker, leastCalls: 1 } };
    const outside = new Outside('AuditSink', limits);
    const guarded = guardedAuditSink(sink, outside);
    server.calls.length = 0;
    for (let n = 0; n < 3; n += 1) expect(await guarded.remove('t', until)).toBe(false);
    expect([outside.state, server.calls]).toEqual(['closed', ['query', 'query', 'query']]);
  });
});

describe('what an answer means', () => {
  const ASKS: Record<'insert' | 'query' | 'table', () => Promise<unknown>> = {
    insert: () => sink.append(chainOf('t', 2)),
    query: () => sink.last('t'),
    table: () => sink.probe(),
  };
  const FAULTS: [Fault, OutsideFailure][] = [
    [{ at: 'before', status: 403, reason: 'rateLimitExceeded' }, 'unavailable'],
    [{ at: 'before', status: 403, reason: 'quotaExceeded' }, 'unavailable'],
    [{ at: 'before', status: 403, reason: 'jobRateLimitExceeded' }, 'unavailable'],
    [{ at: 'before', status: 429, reason: 'rateLimitExceeded' }, 'unavailable'],
    [{ at: 'before', status: 403, reason: 'accessDenied' }, 'refused'],
    [{ at: 'before', status: 400, reason: 'invalid' }, 'refused'],
    [{ at: 'before', status: 400, reason: 'resourcesExceeded' }, 'unavailable'],
    [{ at: 'before', status: 500, reason: 'internalError' }, 'unavailable'],
    [{ at: 'after', status: 503, reason: 'backendError' }, 'unavailable'],
    [{ at: 'before', drop: true }, 'unavailable'],
    [{ at: 'after', drop: true }, 'unavailable'],
  ];
  const rows = (Object.keys(ASKS) as CallKind[]).flatMap((kind) =>
    FAULTS.map(([fault, failure]) => [kind, JSON.stringify(fault), failure, fault] as const),
  );
  test.each(rows)('%s with %s: %s', async (kind, _, failure, fault) => {
    await sink.last('t');
    server.calls.length = 0;
    server.fail(kind, fault);
    const ask = ASKS[kind as keyof typeof ASKS];
    expect(await failureOf(ask())).toMatchObject({ failure });
    // Whether it is asked again is decided outside.
    expect(server.calls).toEqual([kind]);
    await ask();
  });

  test('a quota that says when to come back', async () => {
    server.fail('insert', { at: 'before', status: 429, reason: 'rateLimitExceeded', retryAfter: '7' });
    expect(await failureOf(sink.append(chainOf('t', 1)))).toMatchObject({ retryAfterMs: 7000 });
  });

  test('a server that is not there', async () => {
    const gone = sinkIn(warehouseAt('http://127.0.0.1:9'), dataset);
    expect(await failureOf(gone.prepare())).toMatchObject({ failure: 'unavailable' });
  });
});

describe('schemas grow', () => {
  /** What an earlier release knew. */
  const earlier = COLUMNS.filter(({ name }) => name !== 'details' && name !== 'commit');

  test('a table of an earlier release gets the columns that it lacks, and keeps its rows', async () => {
    const other = newDatasetName();
    server.warehouse.add(other);
    const before = sinkIn(warehouseAt(server.url), other, {}, earlier);
    await before.prepare();
    await before.append(chainOf('t', 2));
    const after = sinkIn(warehouseAt(server.url), other);
    await after.prepare();
    const events = chainOf('t', 4, (at) => occurrence('t', at, at > 2 ? { details: '{"a":1}' } : {}));
    await after.append(events.slice(2));
    const { events: found } = await after.list({ tenant: 't', descending: false, size: 9 });
    expect(found).toEqual(events);
    // The earlier release may run beside it, start again, and change nothing of that.
    await before.prepare();
    await before.append(chainOf('older', 1));
    expect((await after.list({ tenant: 't', descending: false, size: 9 })).events).toEqual(events);
    expect(await sequences('older')).toEqual([]);
    expect(await sequences('older', after)).toEqual([1]);
  });

  test('what is as it should be is left alone', async () => {
    await sink.prepare();
    expect(server.calls).toEqual(['table', 'table']);
  });

  test('two processes that begin at once get in nobody’s way', async () => {
    const other = newDatasetName();
    server.warehouse.add(other);
    const both = [0, 1].map(() => sinkIn(warehouseAt(server.url), other));
    await Promise.all(both.map((one) => one.prepare()));
    await both[0]?.append(chainOf('t', 1));
    expect(await sequences('t', both[1])).toEqual([1]);
  });

  const DAY = { type: 'DAY', field: 'at' };
  const fields = COLUMNS.map((column) => ({ ...column }));
  test.each<[string, object, string]>([
    ['no partitions', { timePartitioning: undefined }, 'not partitioned by the day'],
    ['other partitions', { timePartitioning: { type: 'DAY' } }, 'not partitioned by the day'],
    ['an end of days', { timePartitioning: { ...DAY, expirationMs: '1' } }, 'forgets events by itself'],
    ['an end', { expirationTime: '1' }, 'forgets events by itself'],
    ['other clusters', { clustering: { fields: ['actor'] } }, 'not clustered by tenant'],
    ['a demand for days', { requirePartitionFilter: true }, 'in every query'],
    ['another type', { schema: { fields: [{ name: 'at', type: 'STRING' }] } }, 'columns of another type: at'],
  ])('a table with %s is refused', async (_, facts, message) => {
    const other = newDatasetName();
    server.warehouse.add(other);
    const good = { schema: { fields }, timePartitioning: DAY, clustering: { fields: ['tenant'] } };
    server.warehouse.create(other, { ...good, ...facts, tableReference: { tableId: TABLES.rows } });
    const error = await failureOf(sinkIn(warehouseAt(server.url), other).prepare());
    expect({ failure: error.failure, said: error.message.includes(message) }).toEqual({
      failure: 'refused',
      said: true,
    });
  });

  test.each<[string, Record<string, string>, 'us' | 'eu', string]>([
    ['elsewhere', { location: 'US' }, 'eu', 'lies in US, outside of "eu"'],
    ['elsewhere', { location: 'europe-west3' }, 'us', 'lies in europe-west3, outside of "us"'],
    ['that forgets tables', { defaultTableExpirationMs: '1' }, 'us', 'forgets tables'],
    ['that forgets days', { defaultPartitionExpirationMs: '1' }, 'us', 'forgets days'],
  ])('a dataset %s is refused', async (_, facts, residency, message) => {
    const other = newDatasetName();
    server.warehouse.add(other, facts);
    const error = await failureOf(sinkIn(warehouseAt(server.url), other, { residency }).prepare());
    expect(error.failure).toBe('refused');
    expect(error.message).toContain(message);
  });
});

describe('the trail', () => {
  const actor = {
    tenant: 't',
    kind: 'person',
    id: 'p',
    credential: 's',
    address: null,
    requestId: 'r',
  } as const;
  let folder: string;
  let now: number;
  let trail: Trail;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'redline-outage-'));
    now = Date.UTC(2026, 10, 22);
    const clock = () => now;
    // Pauses before further tries take no time.
    const guarded = guardedAuditSink(
      sink,
      new Outside('AuditSink', AUDIT_LIMITS, { clock, random: () => 0 }),
    );
    trail = new Trail({
      store: await DirectoryBlobStore.open(folder, true),
      sink: guarded,
      ambient: { clock, random: systemRandom, pause: async () => {} },
      commits: {
        announced: async () => ({ commits: [], position: 'x' }),
      } as unknown as CommitHistory,
    });
    return () => rm(folder, { recursive: true });
  });
  const read = () =>
    trail.record({ type: 'document.read', outcome: 'done', reason: 'role', actor, object: 'd_1' });
  const everything = async (): Promise<readonly AuditEvent[]> =>
    (await trail.list({ tenant: 't', descending: false, size: 1000 })).events;

  test('an outage of an hour delays events, and loses none', async () => {
    await read();
    await trail.advance();
    server.down = true;
    for (let minute = 0; minute < 60; minute += 1) {
      now += MINUTE;
      server.warehouse.now += MINUTE;
      await read();
      await trail.advance().catch((error) => expect(error).toMatchObject({ failure: 'unavailable' }));
    }
    expect(trail.state).toMatchObject({ undelivered: 60, lagMs: 59 * MINUTE });
    server.down = false;
    now += MINUTE;
    await trail.advance();
    expect(trail.state).toMatchObject({ undelivered: 0, waiting: 0, lagMs: 0 });
    const events = await everything();
    expect(events.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 61 }, (_, at) => at + 1));
    expect(new Set(events.map(({ id }) => id)).size).toBe(61);
  });

  test('what the warehouse lost it gets again', async () => {
    for (let n = 0; n < 12; n += 1) {
      await read();
      await trail.advance();
    }
    const events = await everything();
    server.warehouse.tamper(`DELETE FROM "${dataset}.${TABLES.rows}" WHERE sequence IN (1, 5, 6, 12)`);
    server.warehouse.now += 2 * MINUTE;
    expect(await everything()).toHaveLength(8);
    expect(await trail.fill()).toBe(4);
    expect(await everything()).toEqual(events);
    expect(await trail.fill()).toBe(0);
  });
});
