import { afterAll, beforeAll, expect, test } from 'vitest';
import { LockedBucket, routedPlace } from '../../src/platform/gcp/index.ts';
import { type ObjectServer, startObjectServer } from '../services/object-server.ts';
import { callsTo, newBucket } from './gcs-bucket.ts';
import { describeLockedPlace } from './locked-place.ts';

let server: ObjectServer;
beforeAll(async () => {
  server = await startObjectServer();
});
afterAll(() => server.stop());
const newPlace = async () => new LockedBucket(callsTo(server.url), await newBucket(server.url));

describeLockedPlace('a locked bucket', async () => ({ place: await newPlace(), dispose: async () => {} }));

describeLockedPlace('locked buckets of two regions', async () => {
  const places = new Map([
    ['us', await newPlace()],
    ['eu', await newPlace()],
  ]);
  return { place: routedPlace(places, new Map([['t', 'eu']])), dispose: async () => {} };
});

test('what was not answered may be there, and is there once', async () => {
  const place = await newPlace();
  server.fail('insert', { at: 'after', drop: true });
  await expect(place.add('t/1', 'first')).rejects.toMatchObject({ port: 'LockedPlace', failure: 'unclear' });
  expect(await place.add('t/1', 'second')).toBe(false);
  expect(await place.read('t/1')).toBe('first');
});

test('checkpoints of a tenant are in its region alone, keys in all', async () => {
  const [us, eu] = [await newPlace(), await newPlace()];
  const place = routedPlace(
    new Map([
      ['us', us],
      ['eu', eu],
    ]),
    new Map([['acme', 'eu']]),
  );
  await place.add('acme/1', 'a');
  await place.add('local/1', 'b');
  await place.add('keys/k', 'c');
  const there = async (one: LockedBucket) => [
    await one.read('acme/1'),
    await one.read('local/1'),
    await one.read('keys/k'),
  ];
  expect([await there(us), await there(eu)]).toEqual([
    [null, 'b', 'c'],
    ['a', null, 'c'],
  ]);
});
