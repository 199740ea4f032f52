import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Actor, localOperator } from '../../src/access/index.ts';
import { readConfig } from '../../src/config.ts';
import { type Library, newOperation, Placements } from '../../src/documents/index.ts';
import { DeliveryLog, Endpoints, Operations } from '../../src/jobs/index.ts';
import { createLog, systemClock, systemRandom, systemTimer } from '../../src/kit/index.ts';
import { openEmbeddedPlatform } from '../../src/platform/embedded/index.ts';
import type { Platform } from '../../src/platform/index.ts';
import { openLibrary, openMover, openTrail } from '../../src/roles/index.ts';

// A tenant on its way from one region to another, ended at every step: it is whole, and in effect in one of them.

const TENANTS = 'acme@eu=acme.test; beta=beta.test; gamma@us=gamma.test';
const config = readConfig({ REDLINE_TENANTS: TENANTS }, {});
const log = createLog('silent');
let folder: string;
let platform: Platform;
let library: Library;
/** Processes look again at where a tenant is when this has gone on. */
let ahead = 0;
const clock = () => systemClock() + ahead;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-moving-'));
  platform = await openEmbeddedPlatform(folder, config);
  library = await openLibrary({ config, platform, log, clock });
  for (const tenant of ['acme', 'gamma'])
    await platform.regions.get(tenant === 'acme' ? 'eu' : 'us')?.keys.create(tenant);
});
afterEach(async () => {
  library.close();
  await platform.close();
  await rm(folder, { recursive: true });
});

const actorOf = (tenant: string): Actor => ({ ...localOperator('r', null), tenant });
const change = () => ({ actor: actorOf('acme'), operation: newOperation(systemRandom) });
const incoming = (text: string) => ({
  type: 'text/plain',
  body: (async function* () {
    yield new TextEncoder().encode(text);
  })(),
});

/** A process that looks everything up anew. */
async function anew(): Promise<Library> {
  return await openLibrary({ config, platform, log, clock });
}

async function textOf(from: Library, id: string, number: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await from.documents.open(actorOf('acme'), id, number)).body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function keepSome(): Promise<string> {
  const describe = async () => ({ name: 'Lease', labels: ['l'] });
  const { head, generation } = await library.documents.create(change(), describe, incoming('one'));
  const of = { ...change(), document: head.id, ifMatch: generation };
  await library.documents.addVersion(of, incoming('two'));
  const grant = { document: head.id, redline: null, version: null, inline: false, lifetimeMs: 60_000 };
  await library.links.create(change(), grant);
  await library.records.write({ tenant: 'acme', kind: 'people', id: 'ann' }, null, { name: 'Ann' });
  return head.id;
}

/** Objects of a tenant in a region, without the records of moves. */
async function objectsIn(residency: string, tenant = 'acme'): Promise<string[]> {
  const found: string[] = [];
  const { heads, contents, secrets, spool } = platform.regions.get(residency) ?? {};
  for (const store of [heads, contents, secrets, spool]) {
    for await (const { name } of store?.list('') ?? []) {
      const parts = name.split('/');
      if (parts.includes(tenant) && parts[0] !== 'moves') found.push(name);
    }
  }
  return found;
}

async function mover(onStep: (step: string) => void | Promise<void> = () => {}) {
  const trail = await openTrail({ config, platform, clock, log }, library);
  const pause = async (ms: number) => {
    ahead += ms;
  };
  return { ...openMover({ config, platform, clock }, library, trail, { pause, onStep }), trail };
}

describe('a tenant that is moved', () => {
  test('has everything there, and nothing where it was', { timeout: 120_000 }, async () => {
    const id = await keepSome();
    const { move } = await mover();
    const report = await move('acme', 'us');
    const expected = { tenant: 'acme', from: 'eu', to: 'us', versions: 2, left: 0, events: 'removed' };
    expect(report).toMatchObject(expected);
    expect(await objectsIn('eu')).toEqual([]);
    for (const one of [library, await anew()]) {
      expect([await textOf(one, id, 1), await textOf(one, id, 2)]).toEqual(['one', 'two']);
      expect((await one.records.read<{ name: string }>('acme', 'people', 'ann'))?.value.name).toBe('Ann');
    }
    const { generation } = await library.documents.get(actorOf('acme'), id);
    const of = { ...change(), document: id, ifMatch: generation };
    await library.documents.addVersion(of, incoming('three'));
    expect(await textOf(await anew(), id, 3)).toBe('three');
    const sink = platform.audit.get('us');
    if (sink === undefined) throw new Error('There is no sink.');
    const { events } = await sink.list({ tenant: 'acme', descending: false, size: 100 });
    const types = events.map(({ type }) => type);
    expect(types).toContain('tenant.move-started');
    expect(types).toContain('tenant.moved');
    expect(types.filter((type) => type === 'tenant.events-removed')).toHaveLength(1);
    expect(await platform.audit.get('eu')?.rows('acme')).toBe(0);
    for (const to of ['us', 'mars'])
      await expect(move('acme', to)).rejects.toMatchObject({ code: 'tenants/not-movable' });
    // A service that was started when nobody was there says where they are.
    const regions = new Map([...platform.regions].filter(([region]) => region !== 'us'));
    const before = new Placements({ regions, residencies: config.residencies, clock });
    await expect(before.look('acme')).rejects.toMatchObject({
      ...{ code: 'tenants/elsewhere', details: { region: 'us' } },
    });
    // And back: the later of two records holds.
    ahead += 60_000;
    const again = await mover();
    await again.move('acme', 'eu');
    expect(await objectsIn('us')).toEqual([]);
    expect(await textOf(await anew(), id, 3)).toBe('three');
  });

  test('has its webhooks, what waits for them and was tried, and its operations', {
    timeout: 120_000,
  }, async () => {
    const rules = { hosts: [], networks: [] };
    const parts = (of: Library) => ({ records: of.records, rules, clock, random: systemRandom });
    const given = {
      url: 'https://example.com/',
      description: '',
      events: ['*'],
      signatures: ['v1'],
    } as const;
    const deliveries = { cursor: 7, waiting: [], failed: [{ sequence: 3, document: 'd_1', at: 5 }] };
    const endpoint = await new Endpoints(parts(library)).create(
      { tenant: 'acme', id: 'p_1' },
      given,
      async (id) => {
        await library.records.write({ tenant: 'acme', kind: 'webhook-deliveries', id }, null, deliveries);
      },
    );
    const entry = {
      ...({ id: 'msg_1', type: 'document.created', document: 'd_1', at: 5, attempt: 1 } as const),
      ...{ outcome: 'delivered' as const, status: 200, fault: null, durationMs: 1, nextAt: null },
    };
    await new DeliveryLog(library.records).append('acme', endpoint.id, [entry]);
    const sent = new TextEncoder().encode('sent');
    const asked = {
      kind: 'k',
      priority: 'normal',
      actor: actorOf('acme'),
      request: { name: 'Lease' },
    } as const;
    const { operation } = await library.operations.create(asked, { original: sent });
    const { move } = await mover();
    expect(await move('acme', 'us')).toMatchObject({ left: 0 });
    expect(await objectsIn('eu')).toEqual([]);
    const there = await anew();
    expect(await new Endpoints(parts(there)).list('acme')).toEqual([endpoint]);
    const kept = await there.records.read('acme', 'webhook-deliveries', endpoint.id);
    expect(kept?.value).toEqual(deliveries);
    expect((await new DeliveryLog(there.records).list('acme', endpoint.id, null, 9)).entries).toEqual([
      entry,
    ]);
    expect((await there.operations.read(operation))?.operation).toEqual(operation);
    expect(await there.operations.input(operation, 'original')).toEqual(sent);
    // What the spool said of it did not come along: a sweep says it anew, and it is done.
    const { queue, channel } = platform.shared;
    const operations = new Operations({
      ...{ store: there.operations, queue, channel, trail: { record: async () => {} } },
      ambient: { clock, random: systemRandom, pause: async () => {} },
      ...{ timer: systemTimer, keepMs: 3_600_000, onBehind: () => {} },
    });
    await operations.tend();
    expect(await operations.sweep()).toBe(1);
    expect((await queue.state()).waiting.normal.count).toBe(1);
    there.close();
  });

  test('keeps the events that were brought there, whoever starts beside it', async () => {
    await keepSome();
    const { move } = await mover(async (step) => {
      if (step === 'switch') (await anew()).close();
    });
    await move('acme', 'us');
    const us = platform.audit.get('us');
    expect(await us?.gaps('acme', (await us?.last('acme')) ?? 0)).toEqual([]);
  });

  test('cannot be changed meanwhile, and can when the move is taken back', async () => {
    const id = await keepSome();
    const failing = await mover((step) => {
      if (step === 'verify') throw new Error('It ends here.');
    });
    await expect(failing.move('acme', 'us')).rejects.toThrow('It ends here.');
    ahead += 60_000;
    const of = { ...change(), document: id, ifMatch: null };
    await expect(library.documents.describe(of, { name: 'x' })).rejects.toMatchObject({
      code: 'tenants/moving',
    });
    expect(await textOf(library, id, 2)).toBe('two');
    const elsewhere = await mover();
    await expect(elsewhere.move('acme', 'local')).rejects.toMatchObject({ code: 'tenants/moving' });
    await elsewhere.abort('acme');
    ahead += 60_000;
    expect(await objectsIn('us')).toEqual([]);
    await library.documents.describe(of, { name: 'x' });
    await expect(elsewhere.abort('acme')).rejects.toMatchObject({ code: 'tenants/not-movable' });
  });

  // Each step, the first or a later time that it comes; from `clear` on the record says that it is there.
  const ends: [step: string, time: number, isThere: boolean][] = [
    ...['begin', 'wait', 'copy secrets', 'copied secrets', 'copy contents', 'copied contents'].map(
      (step): [string, number, boolean] => [step, 1, false],
    ),
    ['copied contents', 2, false],
    ['copied heads', 1, false],
    ['copied heads', 4, false],
    ['verify', 1, false],
    ['switch', 1, false],
    ['clear', 1, true],
    ['cleared', 1, true],
    ['cleared', 4, true],
    ['forget', 1, true],
  ];
  test.each(ends)('and ends at "%s" (%i) is whole in one region, and goes on', async (end, time, isThere) => {
    const id = await keepSome();
    let left = time;
    const run = await mover((step) => {
      if (step === end) left -= 1;
      if (step === end && left === 0) throw new Error('It ends here.');
    });
    await expect(run.move('acme', 'us')).rejects.toThrow('It ends here.');
    ahead += 60_000;
    const placements = new Placements({ regions: platform.regions, residencies: config.residencies });
    expect((await placements.look('acme')).residency).toBe(isThere ? 'us' : 'eu');
    const after = await anew();
    expect([await textOf(after, id, 1), await textOf(after, id, 2)]).toEqual(['one', 'two']);
    after.close();
    expect(await (await mover()).move('acme', 'us')).toMatchObject({ to: 'us', left: 0 });
    expect(await objectsIn('eu')).toEqual([]);
    const last = await anew();
    expect([await textOf(last, id, 1), await textOf(last, id, 2)]).toEqual(['one', 'two']);
    last.close();
  });
});

test('a region is opened that nobody was in before', async () => {
  const opened = await openEmbeddedPlatform(join(folder, 'new'), { region: 'us' });
  expect([...opened.regions.keys()]).toEqual(['local', 'us']);
  await opened.close();
});
