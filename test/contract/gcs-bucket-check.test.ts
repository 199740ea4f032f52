import { afterAll, beforeAll, expect, test } from 'vitest';
import { OutsideError } from '../../src/kit/index.ts';
import { type BucketNeeds, checkBucket, tendLifecycles } from '../../src/platform/gcp/index.ts';
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
      { action: { type: 'SetStorageClass', storageClass: 'COLDLINE' }, condition: { age: 365 } },
      { action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: 30, numNewerVersions: 100 } },
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

const removal = (condition: object) => ({ lifecycle: { rule: [{ action: { type: 'Delete' }, condition }] } });
test.each<[BucketNeeds['use'], string, object, string]>([
  ['heads', 'too few newer ones', { daysSinceNoncurrentTime: 30, numNewerVersions: 99 }, '100 newer ones'],
  ['heads', 'too few days', { daysSinceNoncurrentTime: 29, numNewerVersions: 100 }, '30 days'],
  ['heads', 'a count alone', { numNewerVersions: 100 }, '30 days'],
  ['heads', 'days alone', { daysSinceNoncurrentTime: 90 }, '100 newer ones'],
  ['contents', 'too few days', { daysSinceNoncurrentTime: 7 }, 'within 30 days'],
  ['spool', 'too few days', { age: 7 }, 'within 8 days'],
  ['spool', 'no age at all', { isLive: true }, 'within 8 days'],
  ['heads', 'as is asked', { daysSinceNoncurrentTime: 30, numNewerVersions: 100 }, 'good'],
  ['contents', 'as is asked', { daysSinceNoncurrentTime: 30 }, 'good'],
  ['spool', 'as is asked', { age: 8 }, 'good'],
])('removal from %s after %s: %s', async (use, _, condition, message) => {
  expect(await check(removal(condition), { residency: 'us', use })).toContain(message);
});

test.each<[BucketNeeds['use'], object, string[]]>([
  ['contents', GOOD, []],
  ['contents', { ...GOOD, lifecycle: undefined }, ['only grows', 'class of new ones', 'never finished']],
  ['heads', GOOD, ['moves heads']],
  ['spool', { ...GOOD, lifecycle: undefined }, ['never finished']],
  ['secrets', { ...GOOD, versioning: { enabled: false }, lifecycle: undefined }, ['never finished']],
])('what works in %s and costs more than it needs to is said', async (use, facts, expected) => {
  const bucket = await newBucket(server.url, { location: 'US', ...facts });
  const said = await checkBucket(callsTo(server.url), bucket, { residency: 'us', use });
  expect(said).toHaveLength(expected.length);
  for (const [at, words] of expected.entries()) expect(said[at]).toContain(words);
});

const LOCKED = { isLocked: true, retentionPeriod: String(365 * 86_400) };
test.each<[string, object, string]>([
  ['a locked policy', { retentionPolicy: LOCKED }, 'good'],
  ['a locked policy and versions', { retentionPolicy: LOCKED, versioning: { enabled: true } }, 'good'],
  ['no policy', {}, 'has no retention policy that is locked'],
  ['a policy that is not locked', { retentionPolicy: { ...LOCKED, isLocked: false } }, 'that is locked'],
  ['a short one', { retentionPolicy: { ...LOCKED, retentionPeriod: '86400' } }, 'less than 365 days'],
  [
    'a rule that removes',
    {
      retentionPolicy: LOCKED,
      lifecycle: { rule: [{ action: { type: 'Delete' }, condition: { age: 400 } }] },
    },
    'removes objects',
  ],
  ['a place elsewhere', { retentionPolicy: LOCKED, location: 'EU' }, 'outside of "us"'],
])('checkpoints in a bucket with %s: %s', async (_, facts, expected) => {
  const needs: BucketNeeds = { residency: 'us', use: 'checkpoints' };
  const said = await check({ lifecycle: undefined, versioning: undefined, ...facts }, needs);
  expect(said).toContain(expected);
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

const TIERS = { nearlineDays: 30, coldlineDays: 0 };
const storageClass = (name: string, condition: object) => ({
  action: { type: 'SetStorageClass', storageClass: name },
  condition,
});
test.each<[string, object[], boolean]>([
  ['as the settings say', [storageClass('NEARLINE', { age: 30 })], true],
  ['at another age', [storageClass('NEARLINE', { age: 31 })], false],
  ['of another class', [storageClass('ARCHIVE', { age: 30 })], false],
  ['and one more', [storageClass('NEARLINE', { age: 30 }), storageClass('COLDLINE', { age: 90 })], false],
  ['of some names only', [storageClass('NEARLINE', { age: 30, matchesPrefix: ['a'] })], false],
  ['by none at all', [], false],
])('contents that go to a cheaper class %s are told of: %j', async (_, rules, isGood) => {
  const removal = { action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: 30 } };
  const abort = { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 7 } };
  const lifecycle = { rule: [...rules, removal, abort] };
  const bucket = await newBucket(server.url, { location: 'US', ...GOOD, lifecycle });
  const needs = { residency: 'us', use: 'contents' } as const;
  const said = await checkBucket(callsTo(server.url), bucket, needs, TIERS);
  expect(said).toHaveLength(isGood ? 0 : 1);
  if (rules.length > 0 && !isGood) expect(said[0]).toContain('(Nearline after 30 days, Coldline never)');
});

test('the lifecycle of all buckets is compared with the settings, and set, and then it is as is wanted', async () => {
  const calls = callsTo(server.url);
  const own = { action: { type: 'Delete' }, condition: { age: 20 } };
  const old = { rule: [storageClass('ARCHIVE', { age: 7 })] };
  const facts = { ...GOOD, location: 'US', lifecycle: old };
  const plain = { ...GOOD, location: 'US', versioning: { enabled: false }, lifecycle: undefined };
  const places = [
    {
      residency: 'us',
      heads: await newBucket(server.url, facts),
      contents: await newBucket(server.url, facts),
      spool: await newBucket(server.url, { ...plain, lifecycle: { rule: [own] } }),
      secrets: await newBucket(server.url, plain),
      ...{ keyRing: '', dataset: null, checkpoints: null },
    },
  ] as const;
  const [{ contents, spool, heads }] = places;
  const options = { places, project: 'test', tiers: TIERS };
  const states = async (apply: boolean) =>
    (await tendLifecycles(options, apply, calls)).map(({ state }) => state);
  expect(await states(false)).toEqual(['differs', 'differs', 'differs', 'differs']);
  expect(await states(true)).toEqual(['changed', 'changed', 'changed', 'changed']);
  expect(await states(false)).toEqual(['as wanted', 'as wanted', 'as wanted', 'as wanted']);
  const rulesOf = async (name: string) => (await calls.client.bucket(name).getMetadata())[0].lifecycle?.rule;
  expect(await rulesOf(contents)).toEqual([
    storageClass('NEARLINE', { age: 30 }),
    { action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: 30 } },
    { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 7 } },
  ]);
  expect(await rulesOf(spool)).toContainEqual(own);
  for (const [use, name] of [
    ['heads', heads],
    ['contents', contents],
  ] as const)
    expect(await checkBucket(calls, name, { residency: 'us', use }, TIERS)).toEqual([]);
});
