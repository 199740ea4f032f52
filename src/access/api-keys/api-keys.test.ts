import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryRecords } from '../../../test/support/records.ts';
import { systemRandom } from '../../kit/index.ts';
import { People } from '../people/people.ts';
import { ServiceAccounts } from '../services/service-accounts.ts';
import { type ApiKey, ApiKeys, MOST_KEYS, type NewKey } from './api-keys.ts';
import { newKeyId, newKeySecret, readKey, writeKey } from './format.ts';

const DAY = 24 * 3_600_000;
const ASKED: NewKey = {
  name: 'Build',
  mode: 'live',
  person: null,
  service: null,
  scopes: ['compare'],
  documents: null,
  labels: null,
  perMinute: 100,
  addresses: null,
  lifeMs: 90 * DAY,
};

describe('a key', () => {
  const parts = () =>
    ({ mode: 'live', id: newKeyId(systemRandom), secret: newKeySecret(systemRandom) }) as const;

  test('is read as it was written', () => {
    const key = parts();
    expect(writeKey(key)).toMatch(/^rl_live_[0-9a-z]{16}[0-9A-Za-z]{44}$/);
    expect(readKey(writeKey(key))).toEqual(key);
    expect(readKey(writeKey({ ...key, mode: 'test' }))).toEqual({ ...key, mode: 'test' });
    expect(38 * Math.log2(62)).toBeGreaterThan(160);
  });

  test('with any letter changed, added or missing is none', () => {
    const key = writeKey(parts());
    const spoilt = fc
      .tuple(fc.nat(key.length - 1), fc.constantFrom(...'aZ09_é '), fc.constantFrom(0, 1, 2))
      .map(
        ([at, letter, how]) =>
          key.slice(0, at) + (how === 1 ? '' : letter) + key.slice(how === 2 ? at : at + 1),
      );
    fc.assert(fc.property(spoilt, (text) => text === key || readKey(text) === null));
  });

  test('has letters that are all as likely', () => {
    const counts = new Map<string, number>();
    for (let n = 0; n < 2000; n += 1)
      for (const letter of newKeySecret(systemRandom)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    expect(counts.size).toBe(62);
    const mean = (2000 * 38) / 62;
    for (const count of counts.values()) expect(Math.abs(count - mean)).toBeLessThan(6 * Math.sqrt(mean));
  });
});

/** Two processes over the same records that hear nothing of each other. */
function setUp() {
  const records = memoryRecords();
  const time = { now: 1_800_000_000_000 };
  const clock = () => time.now;
  const people = new People(records, clock, systemRandom);
  const events: string[] = [];
  const quiet = {
    publish: async () => {},
    subscribe: async () => () => {},
    probe: async () => {},
  };
  const parts = {
    ...{ records, people, clock, channel: quiet, random: systemRandom },
    events: ({ kind }: { readonly kind: string }) => events.push(kind),
  };
  const services = new ServiceAccounts(parts);
  const open = () => new ApiKeys({ ...parts, services: new ServiceAccounts(parts) });
  return { one: open(), other: open(), records, people, services, time, events };
}

const idOf = async (keys: ApiKeys, text: string) => (await keys.verify(text))?.id ?? null;

describe('keys', () => {
  test('are found by what was shown once, and kept as hashes', async () => {
    const { one, other, records } = setUp();
    const { key, shown } = await one.create('acme', ASKED);
    expect(await other.verify(shown)).toEqual(key);
    const kept = JSON.stringify(await records.read('acme', 'api-keys', key.id));
    expect(kept).not.toContain(readKey(shown)?.secret);
    const foreign = writeKey({ mode: 'live', id: key.id, secret: newKeySecret(systemRandom) });
    expect(await other.verify(foreign)).toBeNull();
    const other_mode = writeKey({ mode: 'test', id: key.id, secret: readKey(shown)?.secret ?? '' });
    expect(await other.verify(other_mode)).toBeNull();
    expect(await other.verify('rl_live_x')).toBeNull();
  });

  test('are over at their end', async () => {
    const { one, time } = setUp();
    const { key, shown } = await one.create('acme', { ...ASKED, lifeMs: 60_000 });
    time.now += 59_999;
    expect(await idOf(one, shown)).toBe(key.id);
    time.now += 1;
    expect(await idOf(one, shown)).toBeNull();
  });

  test('are good for nothing five seconds after they were revoked, also where nobody heard of it', async () => {
    const { one, other, time } = setUp();
    const { key, shown } = await one.create('acme', ASKED);
    expect(await idOf(other, shown)).toBe(key.id);
    await one.revoke('acme', key.id);
    expect(await idOf(one, shown)).toBeNull();
    time.now += 5000;
    expect(await idOf(other, shown)).toBeNull();
    await expect(one.rotate('acme', key.id, DAY)).rejects.toMatchObject({ code: 'access/invalid' });
  });

  test('overlap when they are rotated, for as long as was asked', async () => {
    const { one, time } = setUp();
    const { key, shown: first } = await one.create('acme', ASKED);
    const { shown: second } = await one.rotate('acme', key.id, DAY);
    const { shown: third } = await one.rotate('acme', key.id, 60_000);
    const good = async () => Promise.all([first, second, third].map((text) => idOf(one, text)));
    expect(await good()).toEqual([key.id, key.id, key.id]);
    time.now += 60_000;
    expect(await good()).toEqual([null, null, key.id]);
  });

  test('are good while their maker may act', async () => {
    const { one, people, time } = setUp();
    const identity = {
      tenant: 'acme',
      issuer: 'i',
      subject: '1',
      email: null,
      name: null,
      administrator: false,
    };
    const { id: person } = await people.signIn(identity);
    const { key, shown } = await one.create('acme', { ...ASKED, person });
    expect(await idOf(one, shown)).toBe(key.id);
    await people.signOut('acme', person);
    time.now += 5000;
    expect(await idOf(one, shown), 'a key is no session').toBe(key.id);
    await people.change('acme', person, { disabled: true });
    time.now += 5000;
    expect(await idOf(one, shown)).toBeNull();
  });

  test('of a service account are good while it may act, and are nobody’s', async () => {
    const { one, other, services, time } = setUp();
    const { name: _, mode: __, person, service: ___, lifeMs, ...reach } = ASKED;
    const account = await services.create('acme', {
      ...reach,
      name: 'CI',
      email: null,
      createdBy: person,
    });
    const made = await one.create('acme', { ...ASKED, service: account.id, lifeMs });
    expect(await one.list('acme', null), 'not the operator’s').toEqual([]);
    for (const keys of [one, other]) expect(await idOf(keys, made.shown)).toBe(made.key.id);
    await services.disable('acme', account.id, true);
    time.now += 5000;
    for (const keys of [one, other]) expect(await idOf(keys, made.shown)).toBeNull();
    await services.disable('acme', account.id, false);
    time.now += 5000;
    expect(await idOf(one, made.shown)).toBe(made.key.id);
  });

  test('of earlier releases say nothing of labels and service accounts', async () => {
    const { one, other, records } = setUp();
    const { key, shown } = await one.create('acme', ASKED);
    const stored = await records.read('acme', 'api-keys', key.id);
    const { labels: _, service: __, ...former } = key;
    await records.write({ tenant: 'acme', kind: 'api-keys', id: key.id }, stored, former);
    expect(await other.verify(shown)).toEqual(key);
  });

  test('tell when they were last used, and are listed by whose they are', async () => {
    const { one, time } = setUp();
    const { key, shown } = await one.create('acme', ASKED);
    await one.create('acme', { ...ASKED, person: 'p_1' });
    await one.create('other', ASKED);
    expect(await one.list('acme')).toHaveLength(2);
    expect(await one.list('acme', null)).toMatchObject([{ id: key.id, usedAt: null }]);
    await one.verify(shown);
    await expect.poll(async () => (await one.find('acme', key.id)).usedAt).toBe(time.now);
    for (const asking of [
      () => one.find('acme', key.id, 'p_1'),
      () => one.find('other', key.id),
      () => one.find('acme', '../x'),
    ])
      await expect(asking()).rejects.toMatchObject({ code: 'access/not-found' });
  });

  test('are not made without end', async () => {
    const { one, events } = setUp();
    const made: ApiKey[] = [];
    for (let n = 0; n < MOST_KEYS; n += 1) made.push((await one.create('acme', ASKED)).key);
    await expect(one.create('acme', ASKED)).rejects.toMatchObject({ code: 'access/invalid' });
    await one.revoke('acme', made[0]?.id ?? '');
    await one.create('acme', ASKED);
    expect(events.at(-2)).toBe('key-revoked');
  });
});
