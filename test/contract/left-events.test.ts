import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyManagementServiceClient } from '@google-cloud/kms';
import { credentials } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Actor, localOperator } from '../../src/access/index.ts';
import type { Trail } from '../../src/audit/index.ts';
import { readConfig } from '../../src/config.ts';
import { type Library, newOperation } from '../../src/documents/index.ts';
import { createLog, systemClock, systemRandom } from '../../src/kit/index.ts';
import { openGcpPlatform, TABLES } from '../../src/platform/gcp/index.ts';
import { guardPlatform, type Platform } from '../../src/platform/index.ts';
import { openLibrary, openMover, openTrail, removeLeftEvents } from '../../src/roles/index.ts';
import { KmsServer } from '../services/kms-server.ts';
import { type ObjectServer, startObjectServer } from '../services/object-server.ts';
import { startWarehouseServer, type WarehouseServer } from '../services/warehouse-server.ts';
import { callsTo, newBucket } from './gcs-bucket.ts';
import { warehouseAt } from './warehouse.ts';

// Events of a tenant that moved, in the dataset that it left: where nothing can be removed for half an hour after it was streamed.

process.env.METADATA_SERVER_DETECTION = 'none';
const MINUTE = 60_000;
const config = readConfig(
  { REDLINE_TENANTS: 'acme@eu=acme.test; gamma@eu=gamma.test; beta@us=beta.test' },
  {},
);
const log = createLog('silent');
const KMS = await KmsServer.start();
const keys = new KeyManagementServiceClient({
  ...{ apiEndpoint: '127.0.0.1', port: KMS.port },
  sslCreds: credentials.createInsecure(),
});
let folder: string;
let objects: ObjectServer;
let warehouse: WarehouseServer;
let open: () => Promise<Platform>;
/** What ran on since the test began, for processes and for the warehouse. */
let ahead = 0;
const clock = () => systemClock() + ahead;
const opened: Platform[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-left-'));
  objects = await startObjectServer();
});
afterAll(async () => {
  await objects.stop();
  await keys.close();
  KMS.stop();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  KMS.reset();
  ahead = 0;
  warehouse = await startWarehouseServer();
  const placeIn = async (residency: 'us' | 'eu') => {
    const location = residency.toUpperCase();
    warehouse.warehouse.add(residency, { location });
    const [heads = '', contents = '', spool = '', secrets = ''] = await Promise.all(
      [true, true, false, false].map((enabled) =>
        newBucket(objects.url, { location, versioning: { enabled } }),
      ),
    );
    const dataset = { project: null, dataset: residency };
    const keyRing = residency === 'us' ? KMS.usKeyRing : KMS.keyRing;
    return { residency, heads, contents, spool, secrets, keyRing, dataset, checkpoints: null };
  };
  const places = [await placeIn('us'), await placeIn('eu')];
  open = async () => {
    const machine = await mkdtemp(join(folder, 'machine-'));
    const clients = { storage: callsTo(objects.url), keys, warehouse: warehouseAt(warehouse.url) };
    const platform = await openGcpPlatform(machine, { places, project: 'test' }, config, clients);
    opened.push(platform);
    return guardPlatform(platform, {});
  };
});
afterEach(async () => {
  for (const platform of opened.splice(0)) await platform.close();
  await warehouse.stop();
});

interface Machine {
  readonly platform: Platform;
  readonly library: Library;
  readonly trail: Trail;
  /** What a sweep does, every few minutes. */
  sweep(): Promise<number>;
}

/** Another process, with nothing on its disk. */
async function machine(): Promise<Machine> {
  const platform = await open();
  const installed = { config, platform, log, clock };
  const library = await openLibrary(installed);
  const trail = await openTrail(installed, library);
  return {
    ...{ platform, library, trail },
    sweep: async () => {
      const count = await removeLeftEvents(installed, trail);
      await trail.advance();
      return count;
    },
  };
}

function wait(ms: number): void {
  ahead += ms;
  warehouse.warehouse.now += ms;
}

const pause = async (ms: number) => wait(ms);
const moverOf = ({ platform, library, trail }: Machine, onStep: (step: string) => void = () => {}) =>
  openMover({ config, platform, clock }, library, trail, { pause, onStep });

const actorOf = (tenant: string): Actor => ({ ...localOperator('r', null), tenant });

async function keep({ platform, library, trail }: Machine, tenant: string): Promise<void> {
  await platform.regions.get('eu')?.keys.create(tenant);
  const body = (async function* () {
    yield new TextEncoder().encode('The rent is 100.');
  })();
  const change = { actor: actorOf(tenant), operation: newOperation(systemRandom) };
  const describe = async () => ({ name: 'Lease', labels: [] });
  await library.documents.create(change, describe, { type: 'text/plain', body });
  await trail.advance();
}

async function rowsIn({ platform }: Machine, residency: string, tenant = 'acme'): Promise<number> {
  return (await platform.audit.get(residency)?.rows(tenant)) ?? -1;
}

async function typesIn({ platform }: Machine, residency: string): Promise<string[]> {
  const sink = platform.audit.get(residency);
  const { events = [] } = (await sink?.list({ tenant: 'acme', descending: false, size: 1000 })) ?? {};
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, at) => at + 1));
  return events.map(({ type }) => type);
}

const stateOf = async (at: Machine) => {
  const { events, region, moves } = await moverOf(at).status('acme');
  return { events, region, moves: moves.map((move) => [move.from, move.events?.reason, move.events?.tries]) };
};

describe('events in a dataset whose tenant moved', { timeout: 120_000 }, () => {
  test('are removed by whichever process comes when they can be, and the trail says so', async () => {
    const first = await machine();
    await keep(first, 'acme');
    await keep(first, 'gamma');
    const report = await moverOf(first).move('acme', 'us');
    expect(report).toMatchObject({ from: 'eu', to: 'us', left: 0, events: 'left' });
    const rows = await rowsIn(first, 'eu');
    expect(rows).toBeGreaterThan(1);
    expect(await typesIn(first, 'us')).toContain('tenant.moved');
    expect(await stateOf(first)).toEqual({ events: 'left', region: 'us', moves: [['eu', 'too-new', 1]] });

    const second = await machine();
    wait(5 * MINUTE);
    expect(await second.sweep()).toBe(0);
    expect(await stateOf(second)).toMatchObject({ moves: [['eu', 'too-new', 1]] });
    wait(10 * MINUTE);
    expect([await second.sweep(), await rowsIn(second, 'eu')]).toEqual([0, rows]);
    expect(await stateOf(second)).toMatchObject({ moves: [['eu', 'too-new', 2]] });
    wait(20 * MINUTE);
    expect([await second.sweep(), await rowsIn(second, 'eu')]).toEqual([1, 0]);
    expect(await stateOf(second)).toEqual({ events: 'removed', region: 'us', moves: [['eu', null, 3]] });
    expect(await rowsIn(second, 'eu', 'gamma')).toBeGreaterThan(0);

    wait(60 * MINUTE);
    expect(await (await machine()).sweep()).toBe(0);
    const types = await typesIn(second, 'us');
    expect(types.filter((type) => type === 'tenant.events-removed')).toHaveLength(1);
    expect(types.at(-1)).toBe('tenant.events-removed');
  });

  test('are waited for by whoever moves it, and by whoever says so again', async () => {
    const one = await machine();
    await keep(one, 'acme');
    const mover = moverOf(one);
    await mover.move('acme', 'us');
    expect(await mover.move('acme', 'us')).toMatchObject({ objects: 0, events: 'left' });
    await mover.settled('acme');
    expect(await rowsIn(one, 'eu')).toBe(0);
    expect(await typesIn(one, 'us')).toContain('tenant.events-removed');
    await expect(mover.move('acme', 'us')).rejects.toMatchObject({ code: 'tenants/not-movable' });
  });

  test('stay when it is back, or on its way back', async () => {
    const one = await machine();
    await keep(one, 'acme');
    await moverOf(one).move('acme', 'us');
    wait(60 * MINUTE);
    const cut = moverOf(one, (step) => {
      if (step === 'verify') throw new Error('It ends here.');
    });
    await expect(cut.move('acme', 'eu')).rejects.toThrow('It ends here.');
    expect(await one.sweep()).toBe(0);
    expect(await stateOf(one)).toMatchObject({
      moves: [
        ['eu', 'too-new', 1],
        ['us', undefined, undefined],
      ],
    });
    await moverOf(one).move('acme', 'eu');
    wait(60 * MINUTE);
    expect(await one.sweep()).toBe(1);
    expect(await rowsIn(one, 'us')).toBe(0);
    expect(await typesIn(one, 'eu')).toContain('tenant.moved');
    expect(await stateOf(one)).toMatchObject({ events: 'removed', region: 'eu' });
  });

  test('stay when the statement comes late', async () => {
    const one = await machine();
    await keep(one, 'acme');
    await moverOf(one).move('acme', 'us');
    wait(60 * MINUTE);
    const rows = await rowsIn(one, 'eu');
    // By the clock of the warehouse it is begun when somebody may be bringing the tenant back.
    warehouse.warehouse.clock = () => clock() + 20_000;
    expect([await one.sweep(), await rowsIn(one, 'eu')]).toEqual([0, rows]);
    expect(await stateOf(one)).toMatchObject({ moves: [['eu', 'some-left', 2]] });
  });

  test('stay as long as the dataset of its region lacks one of them', async () => {
    const one = await machine();
    await keep(one, 'acme');
    await moverOf(one).move('acme', 'us');
    wait(60 * MINUTE);
    warehouse.warehouse.tamper(`DELETE FROM "us.${TABLES.rows}" WHERE tenant = 'acme' AND sequence = 2`);
    const rows = await rowsIn(one, 'eu');
    expect([await one.sweep(), await rowsIn(one, 'eu')]).toEqual([0, rows]);
    expect(await stateOf(one)).toMatchObject({ moves: [['eu', 'incomplete', 2]] });
    expect(await one.trail.fill()).toBe(1);
    wait(10 * MINUTE);
    expect([await one.sweep(), await rowsIn(one, 'eu')]).toEqual([1, 0]);
  });

  test('are told of once, wherever a process ends', async () => {
    const one = await machine();
    await keep(one, 'acme');
    await moverOf(one).move('acme', 'us');
    wait(60 * MINUTE);
    const ends: Trail['record'][] = [
      async () => {
        throw new Error('It ends before.');
      },
      async (...said) => {
        await one.trail.record(...said);
        throw new Error('It ends behind.');
      },
    ];
    for (const record of ends) {
      const ended = removeLeftEvents({ ...one, config, clock }, { record });
      await expect(ended).rejects.toThrow('It ends');
      expect(await stateOf(one)).toMatchObject({ events: 'left' });
      wait(10 * MINUTE);
    }
    const other = await machine();
    expect(await other.sweep()).toBe(1);
    const types = await typesIn(other, 'us');
    expect(types.filter((type) => type === 'tenant.events-removed')).toHaveLength(1);
  });

  test('are left, and looked after later, while the warehouse is away', async () => {
    const one = await machine();
    await keep(one, 'acme');
    await moverOf(one).move('acme', 'us');
    wait(60 * MINUTE);
    warehouse.down = true;
    await expect(removeLeftEvents({ ...one, config, clock }, one.trail)).rejects.toMatchObject({
      failure: 'unavailable',
    });
    expect(await stateOf(one)).toMatchObject({ moves: [['eu', 'failed', 2]] });
    warehouse.down = false;
    wait(10 * MINUTE);
    expect([await one.sweep(), await rowsIn(one, 'eu')]).toEqual([1, 0]);
  });
});
