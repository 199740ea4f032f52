import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyManagementServiceClient } from '@google-cloud/kms';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { createLog, systemClock } from '../../src/kit/index.ts';
import { type CloudOptions, openGcpPlatform } from '../../src/platform/gcp/index.ts';
import { ROLES, type RunningRole, shutDown } from '../../src/roles/index.ts';
import { me, oidcSettings } from '../acceptance/sign-in-stage.ts';
import { startFakeGcs } from '../services/fake-gcs.ts';
import { KmsServer } from '../services/kms-server.ts';
import { startObjectServer } from '../services/object-server.ts';
import { ADA, startOpenIdProvider } from '../services/openid-provider.ts';
import { freePort } from '../services/processes.ts';
import { startWarehouseServer } from '../services/warehouse-server.ts';
import { docx, p, r } from '../support/redlines.ts';
import { Visitor } from '../support/visitor.ts';
import { callsTo, newBucket } from './gcs-bucket.ts';
import { warehouseAt } from './warehouse.ts';

process.env.METADATA_SERVER_DETECTION = 'none';
const KMS = await KmsServer.start();
const keyClient = new KeyManagementServiceClient({
  ...{ apiEndpoint: '127.0.0.1', port: KMS.port },
  sslCreds: credentials.createInsecure(),
});
afterAll(async () => {
  await keyClient.close();
  KMS.stop();
});

interface Cloud {
  readonly url: string;
  stop(): Promise<void>;
}

async function placesAt(url: string, location = 'US'): Promise<CloudOptions['places'][number]> {
  const versioned = { location };
  const [heads, contents, spool, secrets] = [
    await newBucket(url, versioned),
    await newBucket(url, versioned),
    await newBucket(url, { location, versioning: { enabled: false } }),
    await newBucket(url, { location, versioning: { enabled: false } }),
  ];
  const keyRing = KMS.keyRing;
  return { residency: 'us', heads, contents, spool, secrets, keyRing, dataset: null, checkpoints: null };
}

// `npm test` builds it; who runs this suite alone may have none.
const program = process.env.FAKE_GCS_PATH;
const CLOUDS: [name: string, start: () => Promise<Cloud>, skipped: boolean][] = [
  ['fake-gcs-server', () => startFakeGcs(program ?? ''), program === undefined],
  ['a server that honours conditions', startObjectServer, false],
];

describe.each(CLOUDS)('the service in the cloud, with %s and a key service', (_, start, skipped) => {
  // `npm test` builds fake-gcs-server; who runs this suite alone may have none.
  if (skipped) return void test.skip('its program is not here', () => {});
  let cloud: Cloud;
  let folder: string;
  let places: CloudOptions['places'][number];
  const running: { role: RunningRole; close: () => Promise<void> }[] = [];
  const log = createLog('silent');
  beforeAll(async () => {
    KMS.reset();
    cloud = await start();
    folder = await mkdtemp(join(tmpdir(), 'redline-cloud-'));
    places = await placesAt(cloud.url);
  });
  const stop = async () => {
    for (const { role, close } of running.splice(0)) {
      await shutDown(role.shutdown, log);
      await close();
    }
  };
  afterAll(async () => {
    await stop();
    await cloud.stop();
    await rm(folder, { recursive: true });
  });

  /** The real role, as another machine would start it: with nothing on its disk. */
  async function serve(settings: Record<string, string> = {}): Promise<string> {
    const data = await mkdtemp(join(folder, 'machine-'));
    const config = readConfig({ PORT: '0', REDLINE_DATA: data, REDLINE_WORKERS: '1', ...settings }, {});
    const clients = { storage: callsTo(cloud.url), keys: keyClient };
    const platform = await openGcpPlatform(data, { places: [places], project: 'test' }, config, clients);
    const role = await (await ROLES.all())({ config, platform, log, clock: systemClock });
    running.push({ role, close: () => platform.close() });
    return role.url;
  }

  const form = (text: string): FormData => {
    const data = new FormData();
    const bytes = docx(p(r(text)));
    data.set('file', new Blob([Uint8Array.from(bytes)]), 'lease.docx');
    return data;
  };

  test('creates, reads and compares documents, and another machine finds them', {
    timeout: 120_000,
  }, async () => {
    const url = await serve();
    const key = { 'idempotency-key': 'cloud' };
    const post = () =>
      fetch(`${url}/v1/documents`, { method: 'POST', body: form('The rent is 100 a month.'), headers: key });
    const first = await post();
    expect(first.status).toBe(201);
    const made = (await first.json()) as {
      id: string;
      etag: string;
      links: { self: string; content: string };
    };
    const again = await post();
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const versions = `${url}${made.links.self}/versions`;
    const second = await fetch(versions, {
      ...{ method: 'POST', body: form('The rent is 120 a month.') },
      headers: { 'if-match': made.etag },
    });
    expect(second.status).toBe(201);
    const stale = await fetch(versions, {
      method: 'POST',
      body: form('x'),
      headers: { 'if-match': made.etag },
    });
    expect(stale.status).toBe(412);
    const redline = await fetch(`${url}${made.links.self}/redlines`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ original: { version: 1 }, modified: { version: 2 } }),
    });
    expect(redline.status, await redline.clone().text()).toBe(201);
    await stop();
    const other = await serve();
    const content = await fetch(`${other}${made.links.content}`, { headers: { range: 'bytes=0-1' } });
    expect({ status: content.status, text: await content.text() }).toEqual({ status: 206, text: 'PK' });
    const listed = (await (await fetch(`${other}/v1/documents`)).json()) as { documents: { id: string }[] };
    expect(listed.documents.map(({ id }) => id)).toEqual([made.id]);
    expect(KMS.calls).toEqual(expect.arrayContaining(['CreateCryptoKey', 'Encrypt', 'Decrypt']));
  });

  test('signs people in through a provider, keeps who they are there, and their keys', async () => {
    const port = await freePort();
    const provider = await startOpenIdProvider([`http://127.0.0.1:${port}/auth/callback`]);
    const settings = { ...oidcSettings(provider), PORT: String(port) };
    try {
      const ada = new Visitor(await serve(settings));
      expect((await ada.fetch('/v1/documents')).status).toBe(401);
      expect((await ada.signIn()).status).toBe(303);
      expect(await me(ada)).toMatchObject({ tenant: 'acme', email: ADA.email, role: 'administrator' });
      const json = { name: 'k', scopes: ['documents:read'] };
      const made = await ada.fetch('/v1/api-keys', { method: 'POST', json });
      const { key } = (await made.json()) as { key: string };
      await stop();
      const other = await serve(settings);
      const ask = (authorization: string) =>
        fetch(`${other}/v1/documents`, { headers: { authorization } }).then(({ status }) => status);
      expect([await ask(`Bearer ${key}`), await ask('Bearer x')]).toEqual([200, 401]);
    } finally {
      await provider.stop();
    }
  });
});

describe('the audit trail in the cloud', () => {
  test('comes into the dataset and the locked bucket of its region', async () => {
    KMS.reset();
    const cloud = await startObjectServer();
    const warehouse = await startWarehouseServer();
    warehouse.warehouse.add('audit');
    const data = await mkdtemp(join(tmpdir(), 'redline-cloud-'));
    const retentionPolicy = { isLocked: true, retentionPeriod: String(366 * 86_400) };
    const checkpoints = await newBucket(cloud.url, { versioning: { enabled: false }, retentionPolicy });
    const place = {
      ...(await placesAt(cloud.url)),
      dataset: { project: null, dataset: 'audit' },
      checkpoints,
    };
    const config = readConfig({ PORT: '0', REDLINE_DATA: data, REDLINE_WORKERS: '1' }, {});
    const clients = {
      storage: callsTo(cloud.url),
      keys: keyClient,
      warehouse: warehouseAt(warehouse.url),
    };
    const platform = await openGcpPlatform(data, { places: [place], project: 'test' }, config, clients);
    const role = await (await ROLES.all())({
      config,
      platform,
      log: createLog('silent'),
      clock: systemClock,
    });
    await (await fetch(`${role.url}/v1/documents`)).text();
    await shutDown(role.shutdown, createLog('silent'));
    const [sink] = platform.audit.values();
    const events = await sink?.list({ tenant: 'local', descending: false, size: 100 });
    expect(events?.events.map(({ type }) => type)).toContain('document.listed');
    expect(await platform.checkpoints?.list('local/')).toEqual(['local/000000000001']);
    expect(existsSync(join(data, 'audit.sqlite'))).toBe(false);
    await platform.close();
    await cloud.stop();
    await warehouse.stop();
    await rm(data, { recursive: true });
  });

  test('does not keep the service from starting while the warehouse is down, but a wrong dataset does', async () => {
    const cloud = await startObjectServer();
    const warehouse = await startWarehouseServer();
    warehouse.warehouse.add('elsewhere', { location: 'EU' });
    const data = await mkdtemp(join(tmpdir(), 'redline-cloud-'));
    const place = await placesAt(cloud.url);
    const open = (dataset: string, warn: (message: string) => void = () => {}) =>
      openGcpPlatform(
        data,
        { places: [{ ...place, dataset: { project: null, dataset } }], project: 'test', warn },
        {},
        { storage: callsTo(cloud.url), keys: keyClient, warehouse: warehouseAt(warehouse.url) },
      );
    await expect(open('elsewhere')).rejects.toThrow('lies in EU, outside of "us"');
    await expect(open('missing')).rejects.toThrow('no such dataset');
    warehouse.down = true;
    const said: string[] = [];
    await (await open('audit', (message) => said.push(message))).close();
    expect(said.join()).toContain('us, events: BigQuery did not answer');
    await cloud.stop();
    await warehouse.stop();
    await rm(data, { recursive: true });
  });
});

describe('the cloud is looked at before anything is served', () => {
  test('with everything that is wrong in one message', async () => {
    const cloud = await startObjectServer();
    const folder = await mkdtemp(join(tmpdir(), 'redline-cloud-'));
    const good = await placesAt(cloud.url);
    const wrong = {
      ...good,
      heads: await newBucket(cloud.url, { location: 'EU', versioning: { enabled: false } }),
      contents: 'missing-bucket',
      keyRing: `${KMS.keyRing}-missing`,
    };
    const clients = { storage: callsTo(cloud.url), keys: keyClient };
    const opened = openGcpPlatform(folder, { places: [wrong], project: 'test' }, {}, clients);
    const message = await opened.then(
      () => '',
      (error: Error) => error.message,
    );
    expect(message).toContain(`us, heads: The bucket ${wrong.heads} cannot be used`);
    expect(message).toContain('lies in EU, outside of "us"; it keeps no versions');
    expect(message).toContain('us, contents: ');
    expect(message).not.toContain(good.spool);
    await rm(folder, { recursive: true });
    await cloud.stop();
  });
});

describe('the configuration of the cloud', () => {
  const RING = 'projects/p/locations/europe/keyRings/r';
  const read = (given: Record<string, string>) => readConfig({ REDLINE_PLATFORM: 'gcp', ...given }, {}).gcp;

  test('names the buckets and the key ring of each residency', () => {
    const eu = { REDLINE_GCS_EU: 'r-heads, r-contents,r-spool,r-secrets', REDLINE_KMS_EU: RING };
    const place = {
      residency: 'eu',
      heads: 'r-heads',
      contents: 'r-contents',
      spool: 'r-spool',
      secrets: 'r-secrets',
      keyRing: RING,
      dataset: null,
      checkpoints: null,
    };
    const tiers = { nearlineDays: 90, coldlineDays: 365 };
    expect(read(eu)).toEqual({ places: [place], project: null, tiers });
    const never = { REDLINE_NEARLINE_DAYS: '30', REDLINE_COLDLINE_DAYS: '0' };
    expect(read({ ...eu, ...never })?.tiers).toEqual({ nearlineDays: 30, coldlineDays: 0 });
    const us = {
      REDLINE_GCS_US: 'u-heads,u-contents,u-spool,u-secrets',
      REDLINE_KMS_US: RING.replace('europe', 'us'),
    };
    expect(read({ ...eu, ...us, REDLINE_RESIDENCY: 'eu' })?.places.map(({ residency }) => residency)).toEqual(
      ['eu', 'us'],
    );
    expect(readConfig({}, {}).gcp).toBeNull();
    const trail = { REDLINE_BIGQUERY_EU: 'acme-prod.audit', REDLINE_CHECKPOINTS_EU: 'r-checkpoints' };
    expect(read({ ...eu, ...trail })?.places).toEqual([
      { ...place, dataset: { project: 'acme-prod', dataset: 'audit' }, checkpoints: 'r-checkpoints' },
    ]);
    expect(read({ ...eu, REDLINE_BIGQUERY_EU: 'audit' })?.places[0]?.dataset).toEqual({
      project: null,
      dataset: 'audit',
    });
  });

  test.each<[string, Record<string, string>, string]>([
    ['nothing', {}, 'REDLINE_GCS_US or REDLINE_GCS_EU must name the buckets'],
    ['two buckets', { REDLINE_GCS_EU: 'a-1,b-1', REDLINE_KMS_EU: RING }, 'names of four buckets'],
    [
      'one bucket thrice',
      { REDLINE_GCS_EU: 'a-1,b-1,a-1,a-1', REDLINE_KMS_EU: RING },
      'names of four buckets',
    ],
    ['no key ring', { REDLINE_GCS_EU: 'a-1,b-1,c-1,d-1' }, 'REDLINE_KMS_EU must be'],
    [
      'no dataset',
      { REDLINE_GCS_EU: 'a-1,b-1,c-1,d-1', REDLINE_KMS_EU: RING, REDLINE_BIGQUERY_EU: 'a.b.c' },
      'REDLINE_BIGQUERY_EU must be',
    ],
    [
      'a bucket of checkpoints that has another use',
      { REDLINE_GCS_EU: 'a-1,b-1,c-1,d-1', REDLINE_KMS_EU: RING, REDLINE_CHECKPOINTS_EU: 'a-1' },
      'a bucket of its own',
    ],
    [
      'checkpoints of one of two places',
      {
        ...{ REDLINE_GCS_EU: 'a-1,b-1,c-1,d-1', REDLINE_KMS_EU: RING, REDLINE_CHECKPOINTS_EU: 'z-1' },
        ...{ REDLINE_GCS_US: 'd-1,e-1,f-1,g-1', REDLINE_KMS_US: RING, REDLINE_RESIDENCY: 'eu' },
      },
      'must both be given',
    ],
    [
      'contents that go to the coldest class first',
      {
        ...{ REDLINE_GCS_EU: 'a-1,b-1,c-1,d-1', REDLINE_KMS_EU: RING },
        ...{ REDLINE_NEARLINE_DAYS: '90', REDLINE_COLDLINE_DAYS: '90' },
      },
      'REDLINE_COLDLINE_DAYS must be more than REDLINE_NEARLINE_DAYS',
    ],
    [
      'another residency',
      { REDLINE_GCS_EU: 'a-1,b-1,c-1,d-1', REDLINE_KMS_EU: RING, REDLINE_RESIDENCY: 'us' },
      'has no buckets',
    ],
    [
      'a tenant where nothing is',
      { REDLINE_GCS_EU: 'a-1,b-1,c-1,d-1', REDLINE_KMS_EU: RING, REDLINE_TENANTS: 'acme@us=acme.com' },
      'REDLINE_TENANTS puts acme in us, which has no buckets',
    ],
    [
      'both and no choice',
      {
        REDLINE_GCS_EU: 'a-1,b-1,c-1,d-1',
        REDLINE_KMS_EU: RING,
        REDLINE_GCS_US: 'e-1,f-1,g-1,h-1',
        REDLINE_KMS_US: RING,
      },
      'REDLINE_RESIDENCY must be',
    ],
  ])('that says %s is refused', (_, given, message) => {
    expect(() => read(given)).toThrow(message);
  });
});
