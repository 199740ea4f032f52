import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyManagementServiceClient } from '@google-cloud/kms';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { createLog, systemClock } from '../../src/kit/index.ts';
import { type CloudOptions, openGcpPlatform } from '../../src/platform/gcp/index.ts';
import { connect } from '../../src/platform/redis/index.ts';
import { ROLES, type RunningRole, type ServingRole, shutDown } from '../../src/roles/index.ts';
import { file, word } from '../acceptance/kept.ts';
import { ACCESS, oidcSettings } from '../acceptance/sign-in-stage.ts';
import { KmsServer } from '../services/kms-server.ts';
import { type ObjectServer, startObjectServer } from '../services/object-server.ts';
import { type Account, ADA, type OpenIdServer, startOpenIdProvider } from '../services/openid-provider.ts';
import { freePort } from '../services/processes.ts';
import { type RedisServer, startRedis } from '../services/redis.ts';
import { startWarehouseServer, type WarehouseServer } from '../services/warehouse-server.ts';
import { Visitor } from '../support/visitor.ts';
import { callsTo, newBucket } from './gcs-bucket.ts';
import { warehouseAt } from './warehouse.ts';

// Two regions in the cloud, one Redis, and machines that serve one region each. What every part of the cloud was asked for is looked through.

process.env.METADATA_SERVER_DETECTION = 'none';
const EVA: Account = { ...ADA, sub: '4001', email: 'eva@union.test', name: 'Eva', hd: 'union.test' };
const SAM: Account = { ...ADA, sub: '4002', email: 'sam@states.test', name: 'Sam', hd: 'states.test' };
type Region = 'us' | 'eu';

const log = createLog('silent');
const KMS = await KmsServer.start();
const keys = new KeyManagementServiceClient({
  ...{ apiEndpoint: '127.0.0.1', port: KMS.port },
  sslCreds: credentials.createInsecure(),
});
let folder: string;
let objects: ObjectServer;
let warehouse: WarehouseServer;
let redis: RedisServer;
let client: ReturnType<typeof connect>;
let provider: OpenIdServer;
let ports: Readonly<Record<Region, number>>;
let places: CloudOptions['places'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-serves-'));
  [objects, warehouse, redis] = await Promise.all([
    startObjectServer(),
    startWarehouseServer(),
    startRedis(),
  ]);
  client = connect(redis.addresses);
  await once(client, 'ready');
  ports = { us: await freePort(), eu: await freePort() };
  const callbacks = Object.values(ports).map((port) => `http://127.0.0.1:${port}/auth/callback`);
  provider = await startOpenIdProvider(callbacks);
  places = await Promise.all((['us', 'eu'] as const).map(placeIn));
});
afterAll(async () => {
  await provider.stop();
  client.disconnect();
  await Promise.all([objects.stop(), warehouse.stop(), redis.stop(), keys.close()]);
  KMS.stop();
  await rm(folder, { recursive: true });
});

async function placeIn(residency: Region): Promise<CloudOptions['places'][number]> {
  const location = residency.toUpperCase();
  warehouse.warehouse.add(`events_${residency}`, { location });
  const [heads = '', contents = '', spool = '', secrets = ''] = await Promise.all(
    [true, true, false, false].map((enabled) =>
      newBucket(objects.url, { location, versioning: { enabled } }),
    ),
  );
  return {
    ...{ residency, heads, contents, spool, secrets, checkpoints: null },
    keyRing: residency === 'us' ? KMS.usKeyRing : KMS.keyRing,
    dataset: { project: null, dataset: `events_${residency}` },
  };
}

interface Machine<Role> {
  readonly role: Role;
  stop(): Promise<void>;
}

/** A machine with nothing on its disk. */
async function start<Role extends RunningRole>(
  region: Region,
  begin: (context: Parameters<Awaited<ReturnType<typeof ROLES.api>>>[0]) => Promise<Role>,
): Promise<Machine<Role>> {
  const data = await mkdtemp(join(folder, 'machine-'));
  const settings = {
    ...oidcSettings(provider),
    ...{ PORT: String(ports[region]), REDLINE_DATA: data, REDLINE_WORKERS: '1', REDLINE_SERVES: region },
    REDLINE_TENANTS: 'union@eu=union.test; states@us=states.test',
    REDLINE_ADMINS: 'eva@union.test,sam@states.test',
    REDLINE_REDIS: redis.addresses.join(','),
  };
  const config = readConfig(settings, {});
  const { residencies, serves } = config;
  const clients = { storage: callsTo(objects.url), keys, warehouse: warehouseAt(warehouse.url) };
  const options = { places, project: 'test', residencies, serves };
  const platform = await openGcpPlatform(data, options, config, clients);
  const role = await begin({ config, platform, log, clock: systemClock });
  return {
    role,
    stop: async () => {
      await shutDown(role.shutdown, log);
      await platform.close();
    },
  };
}

const startApi = async (region: Region) => await start<ServingRole>(region, await ROLES.api());
const startWorker = async (region: Region) => await start(region, await ROLES.worker());

async function signIn(url: string, account: Account): Promise<{ visitor: Visitor; status: number }> {
  provider.account = account;
  const visitor = new Visitor(url);
  return { visitor, status: (await visitor.signIn()).status };
}

/** A document, and a comparison that waits for a worker. */
async function leaveWork(url: string, visitor: Visitor): Promise<{ document: string; operation: string }> {
  const authorization = `Bearer ${visitor.cookies.get(ACCESS)}`;
  const body = file(word('The rent is 100.'), 'lease.docx');
  const kept = await fetch(`${url}/v1/documents`, { method: 'POST', headers: { authorization }, body });
  expect(kept.status).toBe(201);
  const { id } = (await kept.json()) as { id: string };
  const form = new FormData();
  for (const [side, rent] of Object.entries({ original: '1', modified: '2' }))
    form.set(side, new Blob([Uint8Array.from(word(`A rent of ${rent}.`))]), 'lease.docx');
  const headers = { authorization, prefer: 'respond-async' };
  const begun = await fetch(`${url}/v1/comparisons`, { method: 'POST', body: form, headers });
  expect(begun.status).toBe(202);
  return { document: id, operation: new URL(begun.headers.get('location') ?? '', url).pathname };
}

const keyOf = async (visitor: Visitor) => {
  const json = { name: 'k', scopes: ['documents:read', 'documents:write'] };
  const made = await visitor.fetch('/v1/api-keys', { method: 'POST', json });
  return ((await made.json()) as { key: string }).key;
};

const isDone = (visitor: Visitor, operation: string) =>
  vi.waitFor(
    async () => expect(await (await visitor.fetch(operation)).json()).toMatchObject({ state: 'succeeded' }),
    { timeout: 60_000 },
  );

/** Its buckets, its key ring and its dataset. */
function namesOf(region: Region): readonly string[] {
  const place = places.find(({ residency }) => residency === region);
  if (place === undefined) throw new Error('There is no such region.');
  const { heads, contents, spool, secrets, keyRing } = place;
  return [heads, contents, spool, secrets, keyRing, `events_${region}`];
}

/** Whether each of these was asked for something. */
const isWhole = (asked: readonly string[], region: Region) =>
  namesOf(region).every((name) => asked.some((one) => one.includes(name)));

/** What the buckets, key rings and datasets of a region were asked for since. */
function since(): (region: Region) => string[] {
  const logs = [objects.asked, KMS.named, warehouse.asked];
  const before = logs.map(({ length }) => length);
  return (region) => {
    const names = namesOf(region);
    const asked = logs.flatMap((one, at) => one.slice(before[at]));
    return asked.filter((one) => names.some((name) => one.includes(name)));
  };
}

const operationsIn = async (region: Region, operation: string) =>
  (await client.keys(`{redline-${region}}*`)).filter((name) =>
    name.endsWith(operation.split('/').at(-1) ?? '?'),
  );

test('machines of one region ask nothing of another one, and take only its work', {
  timeout: 180_000,
}, async () => {
  const inUnion = await startApi('eu');
  const { visitor: eva, status } = await signIn(inUnion.role.url, EVA);
  expect(status).toBe(303);
  const key = await keyOf(eva);
  const left = await leaveWork(inUnion.role.url, eva);
  await inUnion.stop();
  expect(await operationsIn('eu', left.operation)).toHaveLength(1);
  expect(await operationsIn('us', left.operation)).toEqual([]);

  const asked = since();
  const inStates = await startApi('us');
  const works = await startWorker('us');
  const { url } = inStates.role;
  const headers = { authorization: `Bearer ${key}` };
  const refused: [path: string, init: RequestInit][] = [
    ...['/v1/documents', `/v1/documents/${left.document}`, `/v1/documents/${left.document}/content`].map(
      (path): [string, RequestInit] => [path, { headers }],
    ),
    [left.operation, { headers }],
    ['/v1/documents', { method: 'POST', headers, body: file(word('The rent is 100.'), 'lease.docx') }],
  ];
  for (const [path, init] of refused) {
    const answer = await fetch(`${url}${path}`, init);
    expect([path, answer.status]).toEqual([path, 421]);
    expect(await answer.json()).toMatchObject({ code: 'tenants/elsewhere', details: { region: 'eu' } });
  }
  expect((await signIn(url, EVA)).status).toBe(421);
  const { visitor: sam } = await signIn(url, SAM);
  const done = await leaveWork(url, sam);
  await isDone(sam, done.operation);
  for (const machine of [works, inStates]) await machine.stop();
  expect(asked('eu')).toEqual([]);
  expect(isWhole(asked('us'), 'us')).toBe(true);
  // What waits for the other region was left alone.
  expect(await operationsIn('eu', left.operation)).toHaveLength(1);

  const askedThen = since();
  const again = await startApi('eu');
  const worksThere = await startWorker('eu');
  const { visitor: back } = await signIn(again.role.url, EVA);
  await isDone(back, left.operation);
  for (const machine of [worksThere, again]) await machine.stop();
  expect(await operationsIn('eu', left.operation)).toEqual([]);
  expect(isWhole(askedThen('eu'), 'eu')).toBe(true);
  // In the default region is what is nobody's, and nothing was asked of others there.
  expect(askedThen('us').filter((one) => one.includes('states') || one.includes(done.document))).toEqual([]);
});
