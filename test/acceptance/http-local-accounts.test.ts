import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../src/cli/program.ts';
import { Visitor } from '../support/visitor.ts';
import { rawRequest, type Service, startService } from './service.ts';
import { codeOf, me } from './sign-in-stage.ts';

// Accounts whose passwords the service keeps: made on its machine, and by nobody else.

const PASSWORD = 'a redline is not a road';
const ADA = 'ada@example.com';

let service: Service;
/** It stands still, so that nothing is earned back while a test is slow. */
const time = { now: Date.now(), ahead: 0 };
beforeAll(async () => {
  service = await startService({
    settings: { REDLINE_SIGN_IN: 'local', REDLINE_PROXIES: '1' },
    clock: () => time.now + time.ahead,
    ratesClock: () => time.now,
  });
});
afterAll(() => service.stop());

async function people(...args: string[]): Promise<{ code: number; rows: readonly Record<string, string>[] }> {
  const out: string[] = [];
  const sink = (data: string | Uint8Array, done: () => void): void => {
    out.push(String(data));
    done();
  };
  const io = {
    stdin: process.stdin,
    stdout: { write: sink },
    stderr: { write: (_: unknown, done: () => void): void => done() },
    today: () => new Date(),
  };
  const code = await run(['admin', 'people', ...args, '--data', service.dataDirectory, '--json'], io);
  return { code, rows: JSON.parse(out.join('')) };
}

async function invite(email: string, ...more: string[]): Promise<string> {
  const { rows } = await people('add', email, ...more);
  return /#password=([\w.-]+)$/.exec(rows[0]?.link ?? '')?.[1] ?? '';
}

let from = 0;

/** From another address each time, unless it is said. */
function send(one: Visitor, path: string, json: object, address?: string): Promise<Response> {
  from += 1;
  const headers = { 'x-forwarded-for': address ?? `198.51.${from >> 8}.${from & 255}` };
  return one.fetch(path, { method: 'POST', json, headers });
}

const signIn = (one: Visitor, email: string, password: string, address?: string) =>
  send(one, '/auth/local', { email, password }, address);

async function member(email: string): Promise<Visitor> {
  const one = new Visitor(service.url);
  const link = await invite(email);
  expect((await send(one, '/auth/password', { link, password: PASSWORD })).status).toBe(204);
  return one;
}

describe('an account', () => {
  test('is made on the machine of the service, and its password set by a link that works once', async () => {
    const link = await invite(ADA, '--name', 'Ada Lovelace', '--administrator');
    const one = new Visitor(service.url);
    const set = (password: string) => send(one, '/auth/password', { link, password });
    expect(await codeOf(await set('too short'))).toBe('access/invalid');
    expect((await set(PASSWORD)).status).toBe(204);
    expect(await me(one)).toMatchObject({ email: ADA, name: 'Ada Lovelace', role: 'administrator' });
    expect((await set('another password of mine')).status).toBe(400);
    const other = new Visitor(service.url);
    expect((await signIn(other, 'ADA@example.com', PASSWORD)).status).toBe(204);
    expect(await me(other)).toMatchObject({ email: ADA });
    const { rows } = await people('list');
    expect(rows).toContainEqual(
      expect.objectContaining({ email: ADA, role: 'administrator', state: 'active' }),
    );
    const written = JSON.stringify(service.lines);
    for (const secret of [PASSWORD, link, link.slice(65)]) expect(written).not.toContain(secret);
  });

  test('gets a new link, which ends its sessions and the old password', async () => {
    const one = await member('ben@example.com');
    const link = await invite('ben@example.com');
    expect((await one.fetch('/v1/me')).status, 'until it is used').toBe(200);
    const other = new Visitor(service.url);
    const password = 'quite another password';
    expect((await send(other, '/auth/password', { link, password })).status).toBe(204);
    expect((await one.fetch('/v1/me')).status).toBe(401);
    expect((await signIn(one, 'ben@example.com', PASSWORD)).status).toBe(400);
    expect((await signIn(one, 'ben@example.com', password)).status).toBe(204);
  });

  test('changes its password by the one of now, and goes on signed in where it did', async () => {
    const [one, other] = [await member('fay@example.com'), new Visitor(service.url)];
    expect((await signIn(other, 'fay@example.com', PASSWORD)).status).toBe(204);
    const link = await invite('fay@example.com');
    const next = 'seven herons at the ferry';
    const change = (current: string, password: string, as = one) =>
      as.fetch('/auth/password', { method: 'PUT', json: { current, password } });
    expect(await codeOf(await change('not the password at all', next))).toBe('access/invalid');
    expect(await codeOf(await change(PASSWORD, 'password1234'))).toBe('access/invalid');
    expect((await change(PASSWORD, next, new Visitor(service.url))).status, 'nobody').toBe(401);
    expect((await one.fetch('/v1/me')).status).toBe(200);
    expect((await change(PASSWORD, next)).status).toBe(204);
    expect(await me(one)).toMatchObject({ email: 'fay@example.com' });
    expect((await other.fetch('/v1/me')).status).toBe(401);
    expect((await signIn(other, 'fay@example.com', PASSWORD)).status).toBe(400);
    expect((await signIn(other, 'fay@example.com', next)).status).toBe(204);
    const set = await send(new Visitor(service.url), '/auth/password', { link, password: PASSWORD });
    expect(set.status, 'by a link of before').toBe(400);
    for (const secret of [PASSWORD, next]) expect(JSON.stringify(service.lines)).not.toContain(secret);
  });

  test.each([
    ['that many have', 'iloveyou1234'],
    ['of its own name', 'GraceHopper12'],
    ['of its own address', 'grace.hopper'],
    ['that is short', 'kq7vhz2mxw4'],
  ])('is given no password %s', async (_, password) => {
    const link = await invite('grace.hopper@example.com', '--name', 'Grace Hopper');
    const answer = await send(new Visitor(service.url), '/auth/password', { link, password });
    expect([answer.status, await codeOf(answer)]).toEqual([400, 'access/invalid']);
  });

  test('loses its link after a day', async () => {
    const link = await invite('late@example.com');
    time.ahead = 25 * 3_600_000;
    const answer = await send(new Visitor(service.url), '/auth/password', { link, password: PASSWORD });
    time.ahead = 0;
    expect([answer.status, await codeOf(answer)]).toEqual([400, 'access/sign-in-failed']);
  });

  test('is disabled and signed out on the machine, and a running service knows within five seconds', async () => {
    const one = await member('cara@example.com');
    const { id } = (await me(one)) as { id: string };
    expect((await people('disable', id)).rows).toEqual([{ id, state: 'disabled' }]);
    time.ahead = 5000;
    expect((await one.fetch('/v1/me')).status).toBe(401);
    time.ahead = 0;
    expect((await signIn(one, 'cara@example.com', PASSWORD)).status).toBe(400);
    expect((await people('enable', id)).rows).toEqual([{ id, state: 'active' }]);
    expect((await signIn(one, 'cara@example.com', PASSWORD)).status).toBe(204);
    await people('sign-out', id);
    time.ahead = 10_000;
    expect((await one.fetch('/v1/me')).status).toBe(401);
    time.ahead = 0;
  });
});

describe('guessing', () => {
  test('at the password of whoever left their screen open is slow as well', async () => {
    const one = await member('hal@example.com');
    const statuses: number[] = [];
    for (let n = 0; n < 11; n += 1) {
      const json = { current: `guess number ${n}`, password: 'seven herons at the ferry' };
      statuses.push((await one.fetch('/auth/password', { method: 'PUT', json })).status);
    }
    expect(statuses).toEqual([...Array(10).fill(400), 429]);
  });

  test('tells nobody whether there is such an account', async () => {
    await member('dan@example.com');
    await invite('invited@example.com');
    const answers = [];
    for (const [email, password] of [
      ['dan@example.com', 'not the password at all'],
      ['nobody@example.com', PASSWORD],
      ['invited@example.com', PASSWORD],
      ['', ''],
    ] as const) {
      const answer = await signIn(new Visitor(service.url), email, password);
      const { requestId: _, ...problem } = (await answer.json()) as { requestId: string };
      answers.push({ status: answer.status, problem });
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]?.status).toBe(400);
  });

  test('at one account is slow, from wherever; at others it is not', async () => {
    await member('eve@example.com');
    const statuses: number[] = [];
    for (let n = 0; n < 11; n += 1)
      statuses.push((await signIn(new Visitor(service.url), 'eve@example.com', `guess number ${n}`)).status);
    expect(statuses).toEqual([...Array(10).fill(400), 429]);
    const right = await signIn(new Visitor(service.url), 'eve@example.com', PASSWORD);
    expect([right.status, await codeOf(right)]).toEqual([429, 'access/rate-limited']);
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await signIn(new Visitor(service.url), 'dan@example.com', PASSWORD)).status).toBe(204);
  });

  test('from one address is slow, at whichever account', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 21; n += 1) {
      const one = new Visitor(service.url);
      statuses.push((await signIn(one, `guess${n}@example.com`, PASSWORD, '203.0.113.9')).status);
    }
    expect(statuses).toEqual([...Array(20).fill(400), 429]);
  });

  test.each([
    ['another site', { origin: 'https://evil.example' }],
    ['nowhere', {}],
  ])('from a page of %s is refused', async (_, headers) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
    const body = JSON.stringify({ email: ADA, password: PASSWORD });
    expect((await fetch(`${service.url}/auth/local`, { ...init, body })).status).toBe(403);
  });
});

test('there are none where they were not asked for', async () => {
  const other = await startService({ settings: { REDLINE_SIGN_IN: 'link' } });
  const one = new Visitor(other.url);
  for (const path of ['/auth/local', '/auth/password'])
    expect((await one.fetch(path, { method: 'POST', json: { email: ADA, password: PASSWORD } })).status).toBe(
      404,
    );
  expect(await (await one.fetch('/auth/ways')).json()).toMatchObject({ link: true, local: false });
  await other.stop();
});

test('behind a proxy the service listens where others reach it, and answers to its own name only', async () => {
  const settings = {
    HOST: '0.0.0.0',
    REDLINE_SIGN_IN: 'local',
    REDLINE_URL: 'https://redline.example.com',
    REDLINE_PROXIES: '1',
  };
  const other = await startService({ settings });
  const at = async (host: string) => (await rawRequest(other, 'GET', '/auth/ways', { host })).status;
  expect([await at('redline.example.com'), await at('evil.test')]).toEqual([200, 421]);
  const outside = Object.values(networkInterfaces()).flat();
  const address = outside.find((one) => one?.family === 'IPv4' && !one.internal)?.address;
  if (address !== undefined)
    expect((await fetch(`http://${address}:${other.port}/v1/me`)).status, 'not by its number').toBe(421);
  await other.stop();
});
