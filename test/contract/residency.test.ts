import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyManagementServiceClient } from '@google-cloud/kms';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localOperator } from '../../src/access/index.ts';
import { readConfig } from '../../src/config.ts';
import { newOperation, type StoredHead } from '../../src/documents/index.ts';
import { createLog, systemClock, systemRandom } from '../../src/kit/index.ts';
import { openEmbeddedPlatform } from '../../src/platform/embedded/index.ts';
import { openGcpPlatform, type StorageCalls } from '../../src/platform/gcp/index.ts';
import type { Platform } from '../../src/platform/index.ts';
import { openLibrary } from '../../src/roles/index.ts';
import { startFakeGcs } from '../services/fake-gcs.ts';
import { KmsServer } from '../services/kms-server.ts';
import { startObjectServer } from '../services/object-server.ts';
import { callsTo, newBucket } from './gcs-bucket.ts';

// Documents of each tenant in its own region, on every platform, and nothing of them anywhere else.

process.env.METADATA_SERVER_DETECTION = 'none';
const KMS = await KmsServer.start();
const keyClient = new KeyManagementServiceClient({
  ...{ apiEndpoint: '127.0.0.1', port: KMS.port },
  sslCreds: credentials.createInsecure(),
});
const log = createLog('silent');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-residency-'));
});
afterAll(async () => {
  await keyClient.close();
  KMS.stop();
  await rm(folder, { recursive: true });
});

/** Opens the same data again, under the tenants of a configuration. */
interface Installation {
  open(tenants: string): Promise<Platform>;
  stop(): Promise<void>;
}

const configOf = (tenants: string) => readConfig({ REDLINE_TENANTS: tenants }, {});

async function inFolder(): Promise<Installation> {
  const data = await mkdtemp(join(folder, 'data-'));
  return { open: (tenants) => openEmbeddedPlatform(data, configOf(tenants)), stop: async () => {} };
}

/** Its events stay on the machine. */
const NO_TRAIL = { dataset: null, checkpoints: null };

async function inCloud(start: () => Promise<{ url: string; stop(): Promise<void> }>): Promise<Installation> {
  KMS.reset();
  const server = await start();
  const buckets = async (location: string) => ({
    heads: await newBucket(server.url, { location }),
    contents: await newBucket(server.url, { location }),
    spool: await newBucket(server.url, { location, versioning: { enabled: false } }),
    secrets: await newBucket(server.url, { location, versioning: { enabled: false } }),
  });
  const places = [
    { residency: 'us', ...(await buckets('US')), keyRing: KMS.usKeyRing, ...NO_TRAIL },
    { residency: 'eu', ...(await buckets('EU')), keyRing: KMS.keyRing, ...NO_TRAIL },
  ] as const;
  const { heads, contents, spool, secrets } = places[1];
  const eu = new Set([heads, contents, spool, secrets]);
  const clients = { storage: located(callsTo(server.url), (name) => eu.has(name)), keys: keyClient };
  return {
    open: async (tenants) => {
      const machine = await mkdtemp(join(folder, 'machine-'));
      return await openGcpPlatform(machine, { places, project: 'test' }, configOf(tenants), clients);
    },
    stop: () => server.stop(),
  };
}

/** fake-gcs-server says of every bucket that it lies in the United States. */
function located(calls: StorageCalls, isEuropean: (bucket: string) => boolean): StorageCalls {
  const { client } = calls;
  const bucketOf = client.bucket.bind(client);
  client.bucket = (name, options) => {
    const bucket = bucketOf(name, options);
    const ask = bucket.getMetadata.bind(bucket) as () => Promise<[object, unknown]>;
    const said = async () => {
      const [facts, answer] = await ask();
      return [{ ...facts, ...(isEuropean(name) ? { location: 'EU' } : {}) }, answer];
    };
    return Object.assign(bucket, { getMetadata: said });
  };
  return calls;
}

const program = process.env.FAKE_GCS_PATH;
const PLATFORMS: [name: string, install: () => Promise<Installation>, byDefault: string, skipped: boolean][] =
  [
    ['a folder', inFolder, 'local', false],
    ['fake-gcs-server', () => inCloud(() => startFakeGcs(program ?? '')), 'us', program === undefined],
    ['a server that honours conditions', () => inCloud(startObjectServer), 'us', false],
  ];

describe.each(PLATFORMS)('tenants of several regions, in %s', (_, install, byDefault, skipped) => {
  // `npm test` builds fake-gcs-server; who runs this suite alone may have none.
  if (skipped) return void test.skip('its program is not here', () => {});
  let installation: Installation;
  beforeAll(async () => {
    installation = await install();
  });
  afterAll(() => installation.stop());

  const actor = (tenant: string) => ({ ...localOperator('r', null), tenant });
  const libraryOf = async (platform: Platform, tenants: string) =>
    await openLibrary({ config: configOf(tenants), platform, log, clock: systemClock });
  const incoming = (text: string) => ({
    type: 'text/plain',
    body: (async function* () {
      yield new TextEncoder().encode(text);
    })(),
  });

  test('have all that is theirs there, and stay there', { timeout: 120_000 }, async () => {
    const tenants = 'acme@eu=acme.test; beta=beta.test';
    const platform = await installation.open(tenants);
    const library = await libraryOf(platform, tenants);
    const made = new Map<string, StoredHead>();
    for (const tenant of ['acme', 'beta']) {
      await platform.regions.get(tenant === 'acme' ? 'eu' : byDefault)?.keys.create(tenant);
      const change = { actor: actor(tenant), operation: newOperation(systemRandom) };
      const describe = async () => ({ name: `of ${tenant}`, labels: [] });
      const stored = await library.documents.create(change, describe, incoming(tenant));
      made.set(tenant, stored);
      await library.uploads.start(actor(tenant), 10);
      await library.requests.begin(actor(tenant), 'key', 'asked');
      await library.results(1e6).save({ tenant, kind: 'results' }, Buffer.from(tenant), {});
      const grant = {
        document: stored.head.id,
        redline: null,
        version: null,
        inline: false,
        lifetimeMs: 60_000,
      };
      const operation = newOperation(systemRandom);
      await library.links.create({ actor: actor(tenant), operation }, grant);
    }
    const found: Record<string, string[]> = {};
    for (const [residency, { heads, contents, spool, secrets }] of platform.regions) {
      for (const store of [heads, contents, spool, secrets])
        for await (const { name } of store.list(''))
          for (const tenant of ['acme', 'beta'])
            if (name.split('/').includes(tenant)) {
              const kind = `${name.split('/')[0]} of ${tenant}`;
              found[residency] = [...new Set([...(found[residency] ?? []), kind])];
            }
    }
    const kinds = ['heads', 'journal', 'links', 'contents', 'idempotency', 'uploads', 'results', 'secrets'];
    const of = (tenant: string) => kinds.map((kind) => `${kind} of ${tenant}`).sort();
    expect(Object.fromEntries(Object.entries(found).map(([at, list]) => [at, list.sort()]))).toEqual({
      eu: of('acme'),
      [byDefault]: of('beta'),
    });
    library.close();
    await platform.close();

    // Another process finds both, and lists them; one that would look elsewhere does not start.
    const again = await installation.open(tenants);
    const other = await libraryOf(again, tenants);
    for (const [tenant, { head }] of made) {
      const { body } = await other.documents.open(actor(tenant), head.id);
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk);
      expect(Buffer.concat(chunks).toString()).toBe(tenant);
      const query = { parent: null, state: 'active', sort: 'name', descending: false, size: 10 } as const;
      expect((await other.list(actor(tenant), query)).entries.map(({ name }) => name)).toEqual([
        `of ${tenant}`,
      ]);
    }
    expect(await other.sweep()).toMatchObject({ seen: 2, purged: 0 });
    other.close();
    await again.close();
    const moved = 'acme=acme.test; beta=beta.test';
    const elsewhere = await installation.open(moved);
    await expect(libraryOf(elsewhere, moved)).rejects.toThrow(`acme is kept in eu, not in ${byDefault}`);
    await elsewhere.close();
  });
});
