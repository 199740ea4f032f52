import { decodeProtectedHeader, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { memoryRecords } from '../../../test/support/records.ts';
import { ACCESS_MS, AccessTokens } from './access-tokens.ts';
import { SigningKeys } from './signing-keys.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const ORIGIN = 'https://redline.test';
const ADA = { tenant: 'acme', person: 'p_1', session: 's_1' };

/** Two processes over the same records, each with a clock of its own. */
async function setUp() {
  const records = memoryRecords();
  const time = { now: 1_800_000_000_000, apart: 0 };
  const events: string[] = [];
  const process = (apart: () => number) => {
    const clock = () => time.now + apart();
    const keys = new SigningKeys(records, clock, ({ kind }) => events.push(kind));
    return { keys, tokens: new AccessTokens(keys, clock, () => ORIGIN), clock };
  };
  const one = process(() => 0);
  const other = process(() => time.apart);
  await one.keys.tend();
  return { time, events, one, other };
}

const kidOf = (token: string) => decodeProtectedHeader(token).kid;

describe('keys that sign', () => {
  test('one is made once, however many processes start', async () => {
    const { one, other, events } = await setUp();
    await Promise.all([other.keys.tend(), one.keys.tend()]);
    expect(events).toEqual(['signing-key-made']);
    expect(await other.tokens.verify(await one.tokens.issue(ADA))).toEqual(ADA);
  });

  test('the next one is published a day before it signs, and the last one stays until no token of it is left', async () => {
    const { one, other, time, events } = await setUp();
    const published = async () => (await other.keys.published()).keys.map(({ kid }) => kid);
    const first = await one.tokens.issue(ADA);
    time.now += 29 * DAY;
    expect(await one.keys.tend()).toBe(1);
    expect(await published()).toHaveLength(2);
    const second = await other.tokens.issue(ADA);
    expect(kidOf(second), 'not yet').toBe(kidOf(first));
    time.now += DAY - MINUTE;
    const last = await one.tokens.issue(ADA);
    expect(kidOf(last)).toBe(kidOf(first));
    time.now += MINUTE;
    const third = await other.tokens.issue(ADA);
    expect(kidOf(third)).not.toBe(kidOf(first));
    await one.keys.tend();
    expect(await one.tokens.verify(last), 'the overlap').toEqual(ADA);
    time.now += 60 * MINUTE;
    await one.keys.tend();
    expect(await published()).toEqual([kidOf(third)]);
    expect(await one.tokens.verify(third)).toBeNull();
    expect(events).toEqual(['signing-key-made', 'signing-key-made']);
  });

  test('a process that never heard of a key looks it up, but not for everybody who invents one', async () => {
    const { one, other, time } = await setUp();
    await other.tokens.issue(ADA);
    time.now += 31 * DAY;
    await one.keys.tend();
    time.now += DAY;
    await other.keys.published();
    expect(await other.tokens.verify(await one.tokens.issue(ADA))).toEqual(ADA);
    expect(await other.keys.find('invented')).toBeNull();
  });
});

describe('access tokens', () => {
  test.each<[string, number, boolean]>([
    ['at once', 0, true],
    ['for a process whose clock is 4 s behind', -4000, true],
    ['for one whose clock is 10 s behind', -10_000, false],
    ['up to their end', ACCESS_MS - 1000, true],
    ['a moment longer, as clocks differ', ACCESS_MS + 4000, true],
    ['and no longer', ACCESS_MS + 6000, false],
  ])('are good %s', async (_, later, good) => {
    const { one, other, time } = await setUp();
    const token = await one.tokens.issue(ADA);
    await other.keys.published();
    time.apart = later;
    expect(await other.tokens.verify(token)).toEqual(good ? ADA : null);
  });

  test.each<[string, object, object]>([
    ['of another type', { typ: 'JWT' }, {}],
    ['of no type', { typ: undefined }, {}],
    ['for somebody else', {}, { aud: 'https://other.test' }],
    ['for several', {}, { aud: [ORIGIN, 'https://other.test'] }],
    ['of somebody else', {}, { iss: 'https://other.test' }],
    ['without an end', {}, { exp: undefined }],
    ['that were made at no time', {}, { iat: undefined }],
    ['of nobody', {}, { sub: undefined }],
    ['of no session', {}, { sid: undefined }],
    ['that live too long', {}, { iat: 1_800_000_000 - 3600, exp: 1_800_000_000 + 3600 }],
  ])('%s are refused, whoever signed them', async (_, header, claims) => {
    const { one } = await setUp();
    const key = await one.keys.current();
    const good = { iss: ORIGIN, aud: ORIGIN, sub: 'p_1', tenant: 'acme', sid: 's_1' };
    const times = { iat: 1_800_000_000, exp: 1_800_000_000 + 900 };
    const sign = async (more: object, payload: object) =>
      await new SignJWT(JSON.parse(JSON.stringify({ ...good, ...times, ...payload })))
        .setProtectedHeader({ alg: 'ES256', kid: key.id, typ: 'at+jwt', ...more })
        .sign(key.secret);
    expect(await one.tokens.verify(await sign({}, {}))).toEqual(ADA);
    expect(await one.tokens.verify(await sign(header, claims))).toBeNull();
  });
});
