import { randomUUID } from 'node:crypto';
import { OAuth2Client } from 'google-auth-library';
import { afterAll, beforeAll, describe } from 'vitest';
import { GcsBlobStore, StorageCalls } from '../../src/platform/gcp/index.ts';
import { type Service, startFakeGcs } from '../services/fake-gcs.ts';
import { type ObjectServer, startObjectServer } from '../services/object-server.ts';
import { describeVersionedBlobStore } from './blob-store.ts';

/** The real client, with a token that nobody asks for. */
function callsTo(endpoint: string): StorageCalls {
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: 'none', expiry_date: Date.now() + 86_400_000 });
  return new StorageCalls({ endpoint, authClient, projectId: 'test', deadlineMs: 5000 });
}

async function newBucket(endpoint: string) {
  const calls = callsTo(endpoint);
  const bucket = `b-${randomUUID()}`;
  await calls.client.createBucket(bucket, { versioning: { enabled: true } });
  return {
    store: new GcsBlobStore(calls, bucket),
    reopen: async () => new GcsBlobStore(callsTo(endpoint), bucket),
    dispose: async () => {},
  };
}

const program = process.env.FAKE_GCS_PATH;

// `npm test` builds it; who runs this suite alone may have none.
describe.skipIf(program === undefined)('with fake-gcs-server', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startFakeGcs(program ?? '');
  });
  afterAll(() => service.stop());
  // It ignores them, and says that the removal went through.
  describeVersionedBlobStore('fake-gcs-server', () => newBucket(service.url), ['conditions of removals']);
});

describe('with a server that honours conditions', () => {
  let server: ObjectServer;
  beforeAll(async () => {
    server = await startObjectServer();
  });
  afterAll(() => server.stop());
  describeVersionedBlobStore('the API as it is described', () => newBucket(server.url));
});
