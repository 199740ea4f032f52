import { afterAll, beforeAll, expect, test } from 'vitest';
import { OutsideError } from '../../src/kit/index.ts';
import { type BucketNeeds, checkBucket } from '../../src/platform/gcp/index.ts';
import { type ObjectServer, startObjectServer } from '../services/object-server.ts';
import { callsTo, newBucket } from './gcs-bucket.ts';

let server: ObjectServer;
beforeAll(async () => {
  server = await startObjectServer();
});
afterAll(() => server.stop());

/** What a bucket says of itself that is set up as docs/cloud-storage.md asks. */
const GOOD = {
  versioning: { enabled: true },
  softDeletePolicy: { retentionDurationSeconds: '0' },
  iamConfiguration: { publicAccessPrevention: 'enforced', uniformBucketLevelAccess: { enabled: true } },
  lifecycle: {
    rule: [
      { action: { type: 'SetStorageClass', storageClass: 'NEARLINE' }, condition: { age: 90 } },
      { action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: 30, numNewerVersions: 3 } },
      { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 7 } },
    ],
  },
};
const US_HEADS: BucketNeeds = { residency: 'us', use: 'heads' };

async function check(facts: object, needs: BucketNeeds = US_HEADS): Promise<string> {
  const bucket = await newBucket(server.url, { location: 'US', ...GOOD, ...facts });
  return checkBucket(callsTo(server.url), bucket, needs).then(
    () => 'good',
    (error: unknown) => {
      if (!(error instanceof OutsideError) || error.failure !== 'refused') throw error;
      return error.message;
    },
  );
}

test.each<[string, BucketNeeds['residency'], boolean]>([
  ['US', 'us', true],
  ['NAM4', 'us', true],
  ['US-EAST4', 'us', true],
  ['EU', 'us', false],
  ['EUROPE-WEST3', 'us', false],
  ['EU', 'eu', true],
  ['EUR4', 'eu', true],
  ['EUROPE-WEST3', 'eu', true],
  ['EUROPE-WEST12', 'eu', true],
  ['EUROPE-WEST2', 'eu', false],
  ['EUROPE-WEST6', 'eu', false],
  ['EUR5', 'eu', false],
  ['EUR8', 'eu', false],
  ['ASIA', 'eu', false],
  ['US', 'eu', false],
])('%s lies in "%s": %s', async (location, residency, isGood) => {
  const answer = await check({ location }, { residency, use: 'contents' });
  if (isGood) expect(answer).toBe('good');
  else expect(answer).toContain(`lies in ${location}, outside of "${residency}"`);
});

test.each<[string, object, string]>([
  ['no versions', { versioning: { enabled: false } }, 'keeps no versions'],
  ['nothing said of versions', { versioning: undefined }, 'keeps no versions'],
  ['soft delete', { softDeletePolicy: { retentionDurationSeconds: '604800' } }, '(soft delete)'],
  ['a retention policy', { retentionPolicy: { retentionPeriod: '1' } }, '(retention policy)'],
  ['a default hold', { defaultEventBasedHold: true }, 'holds every new object'],
  [
    'no guard against the public',
    { iamConfiguration: { publicAccessPrevention: 'inherited' } },
    'opened to the public',
  ],
  [
    'rights of objects',
    { iamConfiguration: { uniformBucketLevelAccess: { enabled: false } } },
    'rights of their own',
  ],
  [
    'a pair of regions apart',
    { customPlacementConfig: { dataLocations: ['US-EAST1', 'EUROPE-WEST1'] } },
    'outside of "us"',
  ],
  [
    'removal by age',
    { lifecycle: { rule: [{ action: { type: 'Delete' }, condition: { age: 1 } }] } },
    'removes current objects',
  ],
])('a bucket with %s is refused', async (_, facts, message) => {
  expect(await check(facts)).toContain(message);
});

test('everything that is wrong is named at once', async () => {
  const message = await check({ location: 'ASIA', versioning: { enabled: false } });
  expect(message).toMatch(/it lies in ASIA, outside of "us"; it keeps no versions\.$/);
});

test('contents may be kept for a while after they were removed: without their keys nobody reads them', async () => {
  const facts = {
    softDeletePolicy: { retentionDurationSeconds: '604800' },
    retentionPolicy: { retentionPeriod: '1' },
  };
  expect(await check(facts, { residency: 'us', use: 'contents' })).toBe('good');
});

test('a bucket that is not there is refused', async () => {
  await expect(checkBucket(callsTo(server.url), 'no-such-bucket', US_HEADS)).rejects.toMatchObject({
    failure: 'refused',
  });
});
