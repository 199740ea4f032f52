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

async function signedIn(account = BEN): Promise<Visitor> {
  provider.account = account;
  const one = new Visitor(urls[0]);
  expect((await one.signIn()).status).toBe(303);
  return one;
}

const [FIRST, SECOND] = [0, 1] as const;

/** The status of asking a process who one is. */
async function status(at: 0 | 1, authorization: string): Promise<number> {
  return (await fetch(`${urls[at]}/v1/me`, { headers: { authorization } })).status;
}

const bearer = (one: Visitor): string => `Bearer ${one.cookies.get(ACCESS)}`;

async function newKey(maker: Visitor): Promise<{ id: string; authorization: string }> {
  const answer = await maker.fetch('/v1/api-keys', {
    method: 'POST',
    json: { name: 'k', scopes: ['compare'] },
  });
  const { id, key } = (await answer.json()) as { id: string; key: string };
  return { id, authorization: `Bearer ${key}` };
}

/** Milliseconds until what was good at both is good at neither. */
async function timeToEnd(authorization: string, end: () => Promise<Response>): Promise<number> {
  expect([await status(FIRST, authorization), await status(SECOND, authorization)]).toEqual([200, 200]);
  const ended = await end();
  expect(ended.status).toBeLessThan(300);
  const begun = performance.now();
  for (const at of [FIRST, SECOND] as const)
    await expect.poll(() => status(at, authorization), { interval: 20 }).toBe(401);
  return performance.now() - begun;
}

describe('what one process ends, the other knows within five seconds', () => {
  test('signing out', async () => {
    const one = await signedIn();
    const took = await timeToEnd(bearer(one), () => one.fetch('/auth/sign-out', { method: 'POST' }));
    expect(took).toBeLessThan(5000);
  });

  test('disabling somebody, with their keys', async () => {
    const [admin, ben] = [await signedIn(ADA), await signedIn({ ...BEN, sub: '4001' })];
    const { id } = await me(ben);
    const { authorization } = await newKey(ben);
    expect([await status(FIRST, authorization), await status(SECOND, authorization)]).toEqual([200, 200]);
    const disable = () => admin.fetch(`/v1/people/${id}`, { method: 'PATCH', json: { disabled: true } });
    expect(await timeToEnd(bearer(ben), disable)).toBeLessThan(5000);
    for (const at of [FIRST, SECOND] as const)
      await expect.poll(() => status(at, authorization), { timeout: 5000, interval: 20 }).toBe(401);
  });

  test('revoking a key', async () => {
    const one = await signedIn();
    const { id, authorization } = await newKey(one);
    const revoke = () => one.fetch(`/v1/api-keys/${id}`, { method: 'DELETE' });
    expect(await timeToEnd(authorization, revoke)).toBeLessThan(5000);
  });

  test('a refresh token that was used at one, and is used again at the other', async () => {
    const one = await signedIn();
    const thief = one.copy();
    expect((await one.fetch('/auth/refresh', { method: 'POST' })).status).toBe(204);
    const reuse = await thief.fetch(`${urls[SECOND]}/auth/refresh`, {
      method: 'POST',
      headers: { origin: urls[0] },
    });
    expect(reuse.status).toBe(401);
    for (const at of [FIRST, SECOND] as const)
      await expect.poll(() => status(at, bearer(one)), { timeout: 5000, interval: 20 }).toBe(401);
  });
});

test('tries to sign in are counted over both', async () => {
  const one = new Visitor(urls[0]);
  const statuses: number[] = [];
  for (let n = 0; n < 26; n += 1)
    statuses.push((await one.fetch(`${urls[n % 2 === 0 ? 0 : 1]}/auth/sign-in`)).status);
  expect(statuses.filter((status) => status === 302).length).toBeLessThanOrEqual(22);
  expect(statuses.slice(-2)).toEqual([429, 429]);
});

test('while Redis is away and when it comes back nobody gets in who should not, and it is as fast as before', async () => {
  const [ada, leaver] = [await signedIn(ADA), await signedIn({ ...BEN, sub: '4002' })];
  const { authorization: key } = await newKey(ada);
  const revoked = await newKey(ada);
  expect((await ada.fetch(`/v1/api-keys/${revoked.id}`, { method: 'DELETE' })).status).toBe(204);
  expect((await leaver.fetch('/auth/sign-out', { method: 'POST' })).status).toBe(204);
  const askers = {
    key,
    session: bearer(ada),
    revoked: revoked.authorization,
    left: bearer(leaver),
    garbage: 'Bearer x',
    nobody: '',
  };
  for (const at of [FIRST, SECOND] as const)
    for (const name of ['revoked', 'left'] as const)
      await expect.poll(() => status(at, askers[name]), { interval: 20 }).toBe(401);

  const seen: { name: keyof typeof askers; status: number; at: number; ms: number }[] = [];
  let over = false;
  const client = async (name: keyof typeof askers, at: 0 | 1): Promise<void> => {
    while (!over) {
      const begun = performance.now();
      const answered = await status(at, askers[name]);
      seen.push({ name, status: answered, at: begun, ms: performance.now() - begun });
      await new Promise((next) => setTimeout(next, 20));
    }
  };
  const names = Object.keys(askers) as (keyof typeof askers)[];
  const clients = names.flatMap((name) => ([FIRST, SECOND] as const).map((at) => client(name, at)));
  const lasting = (ms: number) => new Promise((next) => setTimeout(next, ms));
  await lasting(3000);
  const killed = performance.now();
  await redis.kill();
  await lasting(6000);
  await redis.restart();
  const back = performance.now();
  await lasting(8000);
  over = true;
  await Promise.all(clients);

  const statuses = (name: string) => [
    ...new Set(seen.filter((one) => one.name === name).map((one) => one.status)),
  ];
  for (const name of ['revoked', 'left', 'garbage', 'nobody']) {
    for (const answered of statuses(name)) expect([401, 429, 503]).toContain(answered);
  }
  for (const answered of statuses('key')) expect([200, 429]).toContain(answered);
  const meanwhile = seen.filter(({ name, at }) => name === 'key' && at > killed + 1000 && at < back);
  expect(
    meanwhile.some(({ status: of }) => of === 200),
    'keys need no Redis',
  ).toBe(true);
  for (const answered of statuses('session')) expect([200, 401, 429, 503]).toContain(answered);
  const late = seen.filter(
    ({ name, at, status: of }) => name === 'session' && at > killed + 5000 && of === 200,
  );
  expect(late, 'what Redis lost signs out').toEqual([]);
  // Whoever has no credential never has Redis asked: so the load of the machine is in both.
  const p99 = (...of: string[]) => {
    const times = seen.filter(({ name, at }) => of.includes(name) && at >= back + 5000).map(({ ms }) => ms);
    expect(times.length).toBeGreaterThan(100);
    return times.sort((one, other) => one - other)[Math.floor(times.length * 0.99)] ?? 0;
  };
  expect(p99('session', 'key', 'left')).toBeLessThan(3 * p99('nobody') + 50);
  expect(await (await signedIn(ADA)).fetch('/v1/me')).toMatchObject({ status: 200 });
});
