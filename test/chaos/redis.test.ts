import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCESS, me, oidcSettings } from '../acceptance/sign-in-stage.ts';
import { ADA, BEN, type OpenIdServer, startOpenIdProvider } from '../services/openid-provider.ts';
import { freePort } from '../services/processes.ts';
import { type RedisServer, startRedis } from '../services/redis.ts';
import { Visitor } from '../support/visitor.ts';
import { MortalServer } from './server.ts';

// Two processes over one folder and one Redis, as behind a load balancer.

const folder = mkdtempSync(join(tmpdir(), 'redline-two-'));
let redis: RedisServer;
let provider: OpenIdServer;
let servers: readonly MortalServer[];
/** Where each process listens; the first is the address that people know. */
let urls: readonly [string, string];

beforeAll(async () => {
  redis = await startRedis();
  const ports = [await freePort(), await freePort()];
  const [known = 0, other = 0] = ports;
  urls = [`http://127.0.0.1:${known}`, `http://127.0.0.1:${other}`];
  provider = await startOpenIdProvider([`${urls[0]}/auth/callback`]);
  const settings = {
    ...oidcSettings(provider),
    REDLINE_URL: urls[0],
    REDLINE_REDIS: redis.addresses.join(','),
  };
  servers = ports.map((port) => MortalServer.start(folder, { ...settings, PORT: String(port) }));
  await Promise.all(servers.map((server) => server.url()));
});
afterAll(async () => {
  for (const server of servers) await server.stop();
  await provider.stop();
  await redis.stop();
  rmSync(folder, { recursive: true });
});

/** A busy machine may keep Redis from answering in time: whoever signs in tries again then, as people do. */
async function signedIn(account = BEN): Promise<Visitor> {
  provider.account = account;
  const one = new Visitor(urls[0]);
  await expect.poll(async () => (await one.signIn()).status, PATIENT).toBe(303);
  return one;
}

/** Waits for what is sure to come, however busy the machine is. The pause keeps it below everybody's limits. */
const PATIENT = { timeout: 60_000, interval: 100 };

const [FIRST, SECOND] = [0, 1] as const;

/** The status of asking a process who one is. */
async function status(at: 0 | 1, authorization: string): Promise<number> {
  return (await fetch(`${urls[at]}/v1/me`, { headers: { authorization } })).status;
}

const bearer = (one: Visitor): string => `Bearer ${one.cookies.get(ACCESS)}`;

/** Makes something, however busy the machine is. */
async function made<Made>(maker: Visitor, path: string, json: object): Promise<Made> {
  let answer = await maker.fetch(path, { method: 'POST', json });
  const again = async () => {
    if (answer.status !== 201) answer = await maker.fetch(path, { method: 'POST', json });
    return answer.status;
  };
  await expect.poll(again, PATIENT).toBe(201);
  return (await answer.json()) as Made;
}

async function newKey(maker: Visitor, perMinute = 6000): Promise<{ id: string; authorization: string }> {
  const json = { name: 'k', scopes: ['compare'], perMinute };
  const { id, key } = await made<{ id: string; key: string }>(maker, '/v1/api-keys', json);
  return { id, authorization: `Bearer ${key}` };
}

/**
 * Ends what is good at both processes, and waits until it is good at neither.
 *
 * @returns when the last request began that was let through all the same, in milliseconds after the end was confirmed.
 *   A busy machine makes answers late, and this no later: a process that is asked after its time must not believe what it knew.
 */
async function timeToEnd(
  credentials: readonly string[],
  end: () => Promise<{ readonly status: number }>,
): Promise<number> {
  const places = credentials.flatMap((authorization) => [FIRST, SECOND].map((at) => ({ at, authorization })));
  for (const { at, authorization } of places)
    await expect.poll(() => status(at, authorization), PATIENT).toBe(200);
  await expect.poll(async () => (await end()).status, PATIENT).toBeLessThan(300);
  const ended = performance.now();
  let last = 0;
  await Promise.all(
    places.map(({ at, authorization }) => {
      const ask = async () => {
        const begun = performance.now();
        const answered = await status(at, authorization);
        if (answered === 200) last = Math.max(last, begun - ended);
        return answered;
      };
      return expect.poll(ask, PATIENT).toBe(401);
    }),
  );
  return last;
}

describe('what one process ends, the other knows within five seconds', () => {
  test('signing out', async () => {
    const one = await signedIn();
    const end = () => one.fetch('/auth/sign-out', { method: 'POST' });
    expect(await timeToEnd([bearer(one)], end)).toBeLessThan(5000);
  });

  test('disabling somebody, with their keys', async () => {
    const [admin, ben] = [await signedIn(ADA), await signedIn({ ...BEN, sub: '4001' })];
    const { id } = await me(ben);
    const { authorization } = await newKey(ben);
    const disable = () => admin.fetch(`/v1/people/${id}`, { method: 'PATCH', json: { disabled: true } });
    expect(await timeToEnd([bearer(ben), authorization], disable)).toBeLessThan(5000);
  });

  test('revoking a key', async () => {
    const one = await signedIn();
    const { id, authorization } = await newKey(one);
    const revoke = () => one.fetch(`/v1/api-keys/${id}`, { method: 'DELETE' });
    expect(await timeToEnd([authorization], revoke)).toBeLessThan(5000);
  });

  test('disabling a service account, with its keys', async () => {
    const admin = await signedIn(ADA);
    const account = { name: 'CI', scopes: ['compare'] };
    const { id } = await made<{ id: string }>(admin, '/v1/service-accounts', account);
    const keys = `/v1/service-accounts/${id}/keys`;
    const { key } = await made<{ key: string }>(admin, keys, { name: 'k' });
    const change = { method: 'PATCH', json: { disabled: true } };
    const disable = () => admin.fetch(`/v1/service-accounts/${id}`, change);
    expect(await timeToEnd([`Bearer ${key}`], disable)).toBeLessThan(5000);
  });

  test('a refresh token that was used at one, and is used again at the other', async () => {
    const one = await signedIn();
    const thief = one.copy();
    expect((await one.fetch('/auth/refresh', { method: 'POST' })).status).toBe(204);
    const headers = { origin: urls[0] };
    const reuse = async () => {
      const answer = await thief.fetch(`${urls[SECOND]}/auth/refresh`, { method: 'POST', headers });
      expect(answer.status).toBe(401);
      return { status: 200 };
    };
    expect(await timeToEnd([bearer(one)], reuse)).toBeLessThan(5000);
  });
});

test('tries to sign in are counted over both', async () => {
  const one = new Visitor(urls[0]);
  const begun = performance.now();
  const tries = Array.from({ length: 60 }, (_, n) => one.fetch(`${urls[n % 2 === 0 ? 0 : 1]}/auth/sign-in`));
  const statuses = (await Promise.all(tries)).map(({ status }) => status);
  const minutes = (performance.now() - begun) / 60_000;
  // Twenty at once and thirty a minute; five for each process that had to count alone because Redis was late. Counted apart it is forty.
  expect(statuses.filter((status) => status === 302).length).toBeLessThanOrEqual(20 + 10 + 30 * minutes);
  expect(statuses).toContain(429);
});

test('what was taken at one is not to be had at the other', async () => {
  const admin = await signedIn(ADA);
  const { authorization } = await newKey(admin, 1);
  const asked = await Promise.all(
    Array.from({ length: 40 }, (_, n) => status(n % 2 === 0 ? 0 : 1, authorization)),
  );
  const good = asked.filter((answered) => answered === 200).length;
  // Five at once; one more a minute, and what each may count alone.
  expect(good).toBeGreaterThan(0);
  expect(good).toBeLessThanOrEqual(9);
  expect(asked).toContain(429);
});

test('while Redis is away and when it comes back not one request is let through that should not be, and it is as fast as before', async () => {
  const [ada, leaver] = [await signedIn(ADA), await signedIn({ ...BEN, sub: '4002' })];
  const { authorization: key } = await newKey(ada);
  const revoked = await newKey(ada);
  const slow = await newKey(ada, 1);
  const ending = async () => [
    (await ada.fetch(`/v1/api-keys/${revoked.id}`, { method: 'DELETE' })).status,
    (await leaver.fetch('/auth/sign-out', { method: 'POST' })).status,
  ];
  await expect.poll(ending, PATIENT).toEqual([204, 204]);
  const askers = {
    key,
    session: bearer(ada),
    revoked: revoked.authorization,
    slow: slow.authorization,
    left: bearer(leaver),
    garbage: 'Bearer x',
    nobody: '',
  };
  for (const at of [FIRST, SECOND] as const)
    for (const name of ['revoked', 'left'] as const)
      await expect.poll(() => status(at, askers[name]), PATIENT).toBe(401);

  type Name = keyof typeof askers | 'health';
  const seen: { name: Name; status: number; at: number; ms: number }[] = [];
  let over = false;
  const ask = async (name: Name, at: 0 | 1): Promise<number> =>
    name === 'health' ? (await fetch(`${urls[at]}/health/live`)).status : await status(at, askers[name]);
  const client = async (name: Name, at: 0 | 1): Promise<void> => {
    while (!over) {
      const begun = performance.now();
      const answered = await ask(name, at);
      seen.push({ name, status: answered, at: begun, ms: performance.now() - begun });
      await new Promise((next) => setTimeout(next, 20));
    }
  };
  const names: Name[] = [...(Object.keys(askers) as (keyof typeof askers)[]), 'health'];
  const clients = names.flatMap((name) => ([FIRST, SECOND] as const).map((at) => client(name, at)));
  /** Goes on for so long, and until so many answers of each that were asked for since then have come. */
  const lasting = async (ms: number, answers: number): Promise<void> => {
    const from = performance.now() + ms;
    await new Promise((next) => setTimeout(next, ms));
    const least = () =>
      Math.min(...names.map((name) => seen.filter((one) => one.name === name && one.at >= from).length));
    await expect.poll(least, { timeout: 120_000, interval: 50 }).toBeGreaterThanOrEqual(answers);
  };
  await lasting(0, 150);
  const begun = Math.min(...seen.map(({ at }) => at));
  const before = performance.now();
  await redis.kill();
  const killed = performance.now();
  await lasting(6000, 20);
  const restarting = performance.now();
  await redis.restart();
  const back = performance.now();
  await lasting(5000, 200);
  over = true;
  await Promise.all(clients);

  const statuses = (name: Name) => [
    ...new Set(seen.filter((one) => one.name === name).map((one) => one.status)),
  ];
  const letThrough = (name: Name) => seen.filter((one) => one.name === name && one.status === 200).length;
  const strangers = ['revoked', 'left', 'garbage', 'nobody'] as const;
  expect(strangers.map(letThrough)).toEqual([0, 0, 0, 0]);
  for (const name of strangers) {
    for (const answered of statuses(name)) expect([401, 429, 503]).toContain(answered);
  }
  // Five at once, five more from a Redis that knows nothing any more, one of each process that counted alone; and one a minute.
  const minutes = (performance.now() - begun) / 60_000;
  expect(letThrough('slow')).toBeGreaterThan(0);
  expect(letThrough('slow')).toBeLessThanOrEqual(5 + 5 + 2 + Math.ceil(2 * minutes));
  for (const answered of statuses('slow')) expect([200, 429]).toContain(answered);
  for (const answered of statuses('key')) expect([200, 429]).toContain(answered);
  const meanwhile = seen.filter(({ name, at }) => name === 'key' && at > killed && at < restarting);
  expect(
    meanwhile.some(({ status: of }) => of === 200),
    'keys need no Redis',
  ).toBe(true);
  for (const answered of statuses('session')) expect([200, 401, 429, 503]).toContain(answered);
  // By when it was asked: an answer may take as long as the machine does, and what is believed no longer than five seconds.
  const late = seen.filter(
    ({ name, at, status: of }) => name === 'session' && at > killed + 5000 && of === 200,
  );
  expect(late, 'what Redis lost signs out').toEqual([]);
  const p99 = (of: readonly Name[], from: number, to = Number.POSITIVE_INFINITY) => {
    const asked = seen.filter(({ name, at }) => of.includes(name) && at >= from && at < to);
    return asked.map(({ ms }) => ms).sort((one, other) => one - other)[Math.floor(asked.length * 0.99)] ?? 0;
  };
  // Whoever asks for the state of the process never has Redis asked: so the load of the machine is in both. What waits for a Redis
  // that is away waits for half a second, and twice.
  const usual = Math.max(p99(['health'], back + 5000), p99(['session', 'key', 'left'], 0, before));
  expect(p99(['session', 'key', 'left'], back + 5000)).toBeLessThan(3 * usual + 250);
  const again = await signedIn(ADA);
  await expect.poll(async () => (await again.fetch('/v1/me')).status, PATIENT).toBe(200);
});
