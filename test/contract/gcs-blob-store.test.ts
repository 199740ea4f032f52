import { afterAll, beforeAll, describe } from 'vitest';
import { GcsBlobStore } from '../../src/platform/gcp/index.ts';
import { type Service, startFakeGcs } from '../services/fake-gcs.ts';
import { type ObjectServer, startObjectServer } from '../services/object-server.ts';
import { describeVersionedBlobStore } from './blob-store.ts';
import { callsTo, newBucket } from './gcs-bucket.ts';

async function open(endpoint: string) {
  const bucket = await newBucket(endpoint);
  const store = () => new GcsBlobStore(callsTo(endpoint), bucket);
  return { store: store(), reopen: async () => store(), dispose: async () => {} };
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
  describeVersionedBlobStore('fake-gcs-server', () => open(service.url), ['conditions of removals']);
});

describe('with a server that honours conditions', () => {
  let server: ObjectServer;
  beforeAll(async () => {
    server = await startObjectServer();
  });
  afterAll(() => server.stop());
  describeVersionedBlobStore('the API as it is described', () => open(server.url));
});
