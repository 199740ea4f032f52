import { beforeEach, describe, expect, test } from 'vitest';
import { memoryRecords } from '../../../test/support/records.ts';
import type { AuditEvent, EventType } from '../../audit/index.ts';
import { systemRandom } from '../../kit/index.ts';
import { Deliverer } from './deliverer.ts';
import type { Deliveries } from './deliveries.ts';
import { DeliveryLog } from './delivery-log.ts';
import { Endpoints, type WebhookRecords } from './endpoints.ts';
import type { Sent } from './sender.ts';
import { Webhooks } from './webhooks.ts';

const START = Date.UTC(2026, 10, 22);
const ANN = { tenant: 't', id: 'p_ann' };
const OK: Sent = {
  ...{ outcome: 'delivered', status: 200, fault: null, durationMs: 5, retryAfterMs: null, gone: false },
};
const NO: Sent = { ...OK, outcome: 'failed', status: 500, fault: 'status' };

let now: number;
let records: WebhookRecords;
let segments: AuditEvent[][];
let sent: { readonly by: string; readonly id: string; readonly document: unknown }[];
let disabled: string[];
let answer: (document: unknown) => Sent | Promise<Sent>;

beforeEach(() => {
  now = START;
  records = memoryRecords();
  segments = [];
  sent = [];
  disabled = [];
  answer = () => OK;
});

/** Adds a segment to the trail. */
function happen(...events: readonly { readonly type: EventType; readonly document: string | null }[]): void {
  const first = segments.flat().length + 1;
  segments.push(
    events.map(({ type, document }, place) => ({
      ...{ id: `${document}.o_${first + place}-0`, at: new Date(now).toISOString(), tenant: 't', type },
      ...{
        outcome: 'done',
        reason: null,
        actorKind: 'person',
        actor: 'p_ann',
        credential: 's',
        address: null,
      },
      ...{ requestId: 'r', object: document, document, version: null, commit: 1, details: null },
      ...{ format: 1, sequence: first + place, previous: '', hash: '' },
    })),
  );
}
const made = (...documents: readonly string[]): void =>
  happen(...documents.map((document) => ({ type: 'document.created', document }) as const));

const trail = {
  next: async (_: string, first: number) => segments.find((events) => events[0]?.sequence === first) ?? null,
  event: async (_: string, sequence: number) => segments.flat()[sequence - 1] ?? null,
  end: () => ({ sequence: segments.flat().length, hash: '' }),
  advance: async () => {},
};

/** A process on the same records. */
function process(name: string): { readonly deliverer: Deliverer; readonly webhooks: Webhooks } {
  const clock = () => now;
  const endpoints = new Endpoints({
    records,
    rules: { hosts: [], networks: [] },
    clock,
    random: systemRandom,
  });
  const log = new DeliveryLog(records);
  const sender = {
    send: async (_: unknown, { id, data }: { readonly id: string; readonly data: object }) => {
      const document = 'document' in data ? data.document : null;
      sent.push({ by: name, id, document });
      return await answer(document);
    },
  };
  const parts = { records, endpoints, log, sender, trail, clock };
  const deliverer = new Deliverer({
    ...{ ...parts, tenants: () => ['t'], random: () => 0.5, name },
    disabled: async (_, { id }, reason) => void disabled.push(`${id} ${reason}`),
    failed: (error) => {
      throw error;
    },
  });
  const changed = (tenant: string) => deliverer.changed(tenant);
  return { deliverer, webhooks: new Webhooks({ ...parts, changed, random: systemRandom }) };
}

async function endpoint(webhooks: Webhooks, events: readonly string[] = ['*']): Promise<string> {
  const given = { url: 'https://example.com/hook', description: '', events, signatures: ['v1'] } as const;
  return (await webhooks.create(ANN, given)).id;
}
const kept = async (id: string): Promise<Deliveries | undefined> =>
  (await records.read<Deliveries>('t', 'webhook-deliveries', id))?.value;
const documents = (): unknown[] => sent.map(({ document }) => document);

describe('a sender', () => {
  test('sends what happened since there was an endpoint, once, and what it asked for', async () => {
    const { deliverer, webhooks } = process('one');
    made('d_before');
    const id = await endpoint(webhooks, ['document.*']);
    made('d_1', 'd_2');
    happen({ type: 'document.read', document: 'd_1' }, { type: 'version.added', document: 'd_1' });
    made('d_3');
    await deliverer.pass();
    await deliverer.pass();
    expect(documents()).toEqual(['d_1', 'd_2', 'd_3']);
    expect(new Set(sent.map((one) => one.id)).size).toBe(3);
    expect(await kept(id)).toMatchObject({ cursor: 6, waiting: [], lastSuccessAt: START });
    const { entries } = await webhooks.log('t', id, null, 10);
    expect(entries.map(({ outcome, status, attempt }) => [outcome, status, attempt])).toEqual(
      Array.from({ length: 3 }, () => ['delivered', 200, 1]),
    );
  });

  test('writes nothing while there is nothing for an endpoint', async () => {
    const { deliverer, webhooks } = process('one');
    const id = await endpoint(webhooks);
    const before = await records.read('t', 'webhook-deliveries', id);
    for (let n = 0; n < 60; n += 1) happen({ type: 'document.read', document: 'd_1' });
    await deliverer.pass();
    await deliverer.pass();
    expect((await records.read('t', 'webhook-deliveries', id))?.generation).toBe(before?.generation);
    made('d_1');
    await deliverer.pass();
    expect(await kept(id)).toMatchObject({ cursor: 61 });
  });

  test('tries again in time, under the same id, and holds up the document only', async () => {
    const { deliverer, webhooks } = process('one');
    await endpoint(webhooks);
    answer = (document) => (document === 'd_1' ? NO : OK);
    made('d_1', 'd_2', 'd_1');
    await deliverer.pass();
    expect(documents()).toEqual(['d_1', 'd_2']);
    now += 4999;
    await deliverer.pass();
    expect(documents()).toEqual(['d_1', 'd_2']);
    answer = () => OK;
    now += 1;
    await deliverer.pass();
    expect(documents()).toEqual(['d_1', 'd_2', 'd_1', 'd_1']);
    expect(sent[2]?.id).toBe(sent[0]?.id);
    expect(sent[3]?.id).not.toBe(sent[0]?.id);
  });

  test('disables an endpoint that answers 410, and sends it nothing more', async () => {
    const { deliverer, webhooks } = process('one');
    const id = await endpoint(webhooks);
    answer = () => ({ ...NO, status: 410, gone: true });
    made('d_1');
    await deliverer.pass();
    made('d_2');
    now += 10_000;
    await deliverer.pass();
    expect([documents(), disabled]).toEqual([['d_1'], [`${id} gone`]]);
    expect(await webhooks.find('t', id)).toMatchObject({ state: 'disabled', reason: 'gone' });
    answer = () => OK;
    await webhooks.change('t', id, { state: 'enabled' });
    await deliverer.pass();
    expect(documents().toSorted()).toEqual(['d_1', 'd_1', 'd_2']);
  });

  test('skips what happened meanwhile where that is asked for', async () => {
    const { deliverer, webhooks } = process('one');
    const id = await endpoint(webhooks);
    await webhooks.change('t', id, { state: 'disabled' });
    made('d_1');
    await deliverer.pass();
    await webhooks.change('t', id, { state: 'enabled' }, 'skip');
    made('d_2');
    await deliverer.pass();
    expect(documents()).toEqual(['d_2']);
  });

  test('disables an endpoint that takes nothing for three days; what failed can be had again', async () => {
    const { deliverer, webhooks } = process('one');
    const id = await endpoint(webhooks);
    answer = () => NO;
    made('d_1');
    for (let n = 0; n < 10; n += 1) {
      await deliverer.pass();
      now = (await kept(id))?.waiting[0]?.dueAt ?? now;
    }
    expect([sent.length, disabled]).toEqual([10, [`${id} failing`]]);
    expect((await webhooks.log('t', id, null, 1)).entries).toMatchObject([
      { outcome: 'given-up', attempt: 10 },
    ]);
    await expect(webhooks.replayFailed('t', id, 0)).rejects.toMatchObject({ code: 'webhooks/conflict' });
    answer = () => OK;
    await webhooks.change('t', id, { state: 'enabled' });
    expect(await webhooks.replayFailed('t', id, now + 1)).toBe(0);
    expect(await webhooks.replayFailed('t', id, START)).toBe(1);
    await deliverer.pass();
    expect(sent.at(-1)?.id).toBe(sent[0]?.id);
    expect(await kept(id)).toMatchObject({ waiting: [], failed: [] });
  });

  test('sends one message again that is asked for, and no other', async () => {
    const { deliverer, webhooks } = process('one');
    const id = await endpoint(webhooks);
    made('d_1', 'd_2');
    await deliverer.pass();
    await webhooks.replay('t', id, sent[0]?.id ?? '');
    await deliverer.pass();
    expect(documents()).toEqual(['d_1', 'd_2', 'd_1']);
    const other = (sent[0]?.id ?? '').replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    for (const message of [other, 'msg_99_000000000000000000000000', 'msg', 'msg_test_1']) {
      await expect(webhooks.replay('t', id, message)).rejects.toMatchObject({ code: 'webhooks/not-found' });
    }
  });
});

describe('several processes', () => {
  test('deliver once between them, and one takes over from another that died', async () => {
    const [one, two] = [process('one'), process('two')];
    await endpoint(one.webhooks);
    made('d_1');
    await Promise.all([one.deliverer.pass(), two.deliverer.pass()]);
    expect(documents()).toEqual(['d_1']);
    const holder = sent[0]?.by;
    const other = holder === 'one' ? two : one;
    made('d_2');
    await other.deliverer.pass();
    expect(documents()).toEqual(['d_1']);
    now += 30_001;
    await other.deliverer.pass();
    expect(documents()).toEqual(['d_1', 'd_2']);
    expect(sent[1]?.by).not.toBe(holder);
  });

  test('make attempts again whose end nobody wrote down, under the same ids', async () => {
    const [one, two] = [process('one'), process('two')];
    const id = await endpoint(one.webhooks);
    made('d_1', 'd_1');
    // Frozen in the middle of an attempt, until the other one is done.
    let thaw = (_: Sent): void => {};
    let pass = Promise.resolve();
    await new Promise<void>((frozen) => {
      answer = () =>
        new Promise<Sent>((resolve) => {
          thaw = resolve;
          frozen();
        });
      pass = one.deliverer.pass();
    });
    answer = () => OK;
    now += 31_000;
    await two.deliverer.pass();
    expect(sent.map(({ by }) => by)).toEqual(['one', 'two', 'two']);
    expect(sent[1]?.id).toBe(sent[0]?.id);
    const after = await records.read('t', 'webhook-deliveries', id);
    thaw(NO);
    await pass;
    // What the frozen one found counts no more, and it sends nothing more.
    expect(sent).toHaveLength(3);
    expect((await records.read('t', 'webhook-deliveries', id))?.generation).toBe(after?.generation);
  });

  test('are let in at once when one ends', async () => {
    const [one, two] = [process('one'), process('two')];
    await endpoint(one.webhooks);
    made('d_1');
    await one.deliverer.pass();
    await one.deliverer.end();
    made('d_2');
    await one.deliverer.pass();
    await two.deliverer.pass();
    expect(sent.map(({ by }) => by)).toEqual(['one', 'two']);
  });

  test('hear what is asked for in another one', async () => {
    const [one, two] = [process('one'), process('two')];
    const id = await endpoint(one.webhooks);
    made('d_1');
    await one.deliverer.pass();
    await two.webhooks.replay('t', id, sent[0]?.id ?? '');
    now += 5000;
    await one.deliverer.pass();
    expect(documents()).toEqual(['d_1', 'd_1']);
  });
});

test('a log is a ring of pages, read from the end', async () => {
  const log = new DeliveryLog(records);
  const entry = (at: number) => ({
    ...{ id: `msg_${at}`, type: null, document: null, at, attempt: 1, outcome: 'delivered' as const },
    ...{ status: 200, fault: null, durationMs: 1, nextAt: null },
  });
  const all = Array.from({ length: 6150 }, (_, at) => entry(at));
  for (let at = 0; at < all.length; at += 70) await log.append('t', 'w_1', all.slice(at, at + 70));
  const read: number[] = [];
  let next: Parameters<DeliveryLog['list']>[2] = null;
  do {
    const page: Awaited<ReturnType<DeliveryLog['list']>> = await log.list('t', 'w_1', next, 130);
    read.push(...page.entries.map(({ at }) => at));
    ({ next } = page);
  } while (next !== null);
  expect(read).toEqual(
    all
      .slice(-read.length)
      .map(({ at }) => at)
      .reverse(),
  );
  expect(read.length).toBe(24 * 200 + 150);
  await log.remove('t', 'w_1');
  expect(await log.list('t', 'w_1', null, 10)).toEqual({ entries: [], next: null });
});
