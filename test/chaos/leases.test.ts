import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LOCAL_TENANT } from '../../src/access/index.ts';
import { DataKeys, DocumentKeys, type Head, HeadStore } from '../../src/documents/index.ts';
import { systemRandom } from '../../src/kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../../src/platform/embedded/index.ts';
import { file, word } from '../acceptance/kept.ts';
import { freePort } from '../services/processes.ts';
import { type RedisServer, startRedis } from '../services/redis.ts';
import { leaseFaults } from '../simulation/laws.ts';
import { MortalServer } from './server.ts';

// Two processes over one folder and one Redis, frozen past the leases that they write under; and a Redis that forgets all of them.

/** As short as a lease can be: whoever is frozen for longer has lost it. */
const SECONDS = 5;
const PATIENT = { timeout: 120_000, interval: 100 };

let folder: string;
let redis: RedisServer;
let servers: readonly MortalServer[];
let urls: readonly [string, string];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redline-leased-'));
  redis = await startRedis();
  const ports = [await freePort(), await freePort()];
  const [one = 0, other = 0] = ports;
  urls = [`http://127.0.0.1:${one}`, `http://127.0.0.1:${other}`];
  const settings = { REDLINE_REDIS: redis.addresses.join(',') };
  servers = ports.map((port) => MortalServer.start(folder, { ...settings, PORT: String(port) }));
  await Promise.all(servers.map((server) => server.url()));
});
afterEach(async () => {
  for (const server of servers) await server.stop();
  await redis.stop();
  rmSync(folder, { recursive: true });
});

/** @returns its path. */
async function keep(): Promise<string> {
  const init = () => ({ method: 'POST', body: file(word('x')) });
  let answer = await fetch(`${urls[0]}/v1/documents`, init());
  const again = async () => {
    if (answer.status !== 201) answer = await fetch(`${urls[0]}/v1/documents`, init());
    return answer.status;
  };
  await expect.poll(again, PATIENT).toBe(201);
  return ((await answer.json()) as { links: { self: string } }).links.self;
}

/** @returns the id of a lease, or the status of what was answered instead. */
async function tryToTake(at: 0 | 1, self: string): Promise<string | number> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ seconds: SECONDS });
  const answer = await fetch(`${urls[at]}${self}/leases`, { method: 'POST', headers, body });
  const said = (await answer.json()) as { id: string };
  return answer.status === 201 ? said.id : answer.status;
}

async function take(at: 0 | 1, self: string): Promise<string> {
  let taken = await tryToTake(at, self);
  const again = async () => {
    if (typeof taken === 'number') taken = await tryToTake(at, self);
    return taken;
  };
  await expect.poll(again, PATIENT).toMatch(/^l_/);
  return String(taken);
}

async function write(at: 0 | 1, self: string, lease: string): Promise<number> {
  const init = { method: 'POST', body: file(word('y')), headers: { 'if-match': '*', 'lease-id': lease } };
  const answer = await fetch(`${urls[at]}${self}/versions`, init);
  await answer.arrayBuffer();
  return answer.status;
}

async function isThere(at: 0 | 1, self: string, lease: string): Promise<boolean | number> {
  const answer = await fetch(`${urls[at]}${self}/leases`);
  if (!answer.ok) return answer.status;
  return ((await answer.json()) as { leases: { id: string }[] }).leases.some(({ id }) => id === lease);
}

/** Every head that there ever was of documents, as the folder holds them. */
async function committed(documents: readonly string[]): Promise<Map<string, { heads: Head[] }>> {
  const ambient = { clock: Date.now, random: systemRandom, pause: async () => {} };
  const service = await KeyRing.open(join(folder, 'keys'));
  const dataKeys = new DataKeys(service, ambient);
  const secrets = await DirectoryBlobStore.open(join(folder, 'secrets'), false);
  const keys = new DocumentKeys({ secrets, service, dataKeys, ambient });
  const heads = new HeadStore(await DirectoryBlobStore.open(join(folder, 'heads'), true), keys, ambient);
  const found = new Map<string, { heads: Head[] }>();
  for (const self of documents) {
    const id = self.split('/').at(-1) ?? '';
    const all: Head[] = [];
    for await (const { head } of heads.history(LOCAL_TENANT, id)) all.push(head);
    found.set(id, { heads: all });
  }
  return found;
}

/** A version under a lease, of which half has arrived. */
function beginWriting(self: string, lease: string) {
  const bytes = Buffer.from(word('late'));
  const head = Buffer.from(
    '--b\r\nContent-Disposition: form-data; name="file"; filename="x.docx"\r\nContent-Type: application/octet-stream\r\n\r\n',
  );
  const end = Buffer.from('\r\n--b--\r\n');
  const sending = request(`${urls[0]}${self}/versions`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'multipart/form-data; boundary=b', 'if-match': '*', 'lease-id': lease },
      'content-length': head.length + bytes.length + end.length,
    },
  });
  const half = bytes.length >> 1;
  sending.write(Buffer.concat([head, bytes.subarray(0, half)]));
  return async (): Promise<number> => {
    sending.end(Buffer.concat([bytes.subarray(half), end]));
    const [answer] = (await once(sending, 'response')) as [{ statusCode: number; resume(): void }];
    answer.resume();
    return answer.statusCode;
  };
}

test.each([
  ['and somebody else has written', true],
  ['and nobody has written since', false],
])(
  'a process that is frozen past a lease in the middle of a write commits nothing, %s',
  async (_, writes) => {
    const self = await keep();
    const lease = await take(0, self);
    const finish = beginWriting(self, lease);
    const thaw = servers[0]?.freeze();
    const next = await take(1, self);
    expect(next).not.toBe(lease);
    if (writes) expect(await write(1, self, next)).toBe(201);
    thaw?.();
    expect(await finish()).toBe(412);
    // A busy machine may have taken longer than the second lease, too.
    const again = await take(1, self);
    expect([201, 412]).toContain(await write(1, self, again));
    expect(leaseFaults(await committed([self]))).toEqual([]);
  },
);

test('of many who write under leases, frozen and flushed, no two hold one at one time with effect', async () => {
  const documents = [await keep(), await keep()];
  const seen = { written: 0, late: 0, refusedLate: 0 };
  const work = async (n: number): Promise<void> => {
    const at = n % 2 === 0 ? 0 : 1;
    for (let round = 0; round < 4; round += 1) {
      const self = documents[(n + round) % documents.length] ?? '';
      const lease = await take(at, self);
      const isLate = (n + round) % 3 === 0;
      if (isLate) await expect.poll(() => isThere(at, self, lease), PATIENT).toBe(false);
      let status = 0;
      // While Redis is away nobody can say whether the lease is there; and a busy service may ask to come back.
      const again = async () => {
        if (status !== 201 && status !== 412) status = await write(at, self, lease);
        return status === 201 || status === 412;
      };
      await expect.poll(again, PATIENT).toBe(true);
      if (isLate) seen.late += 1;
      if (isLate && status === 412) seen.refusedLate += 1;
      if (status === 201) seen.written += 1;
    }
  };
  let working = true;
  const workers = Promise.all(Array.from({ length: 4 }, (_, n) => work(n))).finally(() => {
    working = false;
  });
  const client = new Redis(redis.addresses[0] ?? '', { retryStrategy: () => 100 });
  client.on('error', () => {});
  const disturb = async (): Promise<void> => {
    for (let n = 0; working; n += 1) {
      await new Promise((next) => setTimeout(next, 700));
      if (n % 3 === 0) await client.flushall().catch(() => {});
      if (n % 3 === 1) {
        const thaw = servers[(n >> 1) % 2]?.freeze();
        await new Promise((next) => setTimeout(next, (SECONDS + 1) * 1000));
        thaw?.();
      }
      if (n % 3 === 2) {
        await redis.kill();
        await redis.restart();
      }
    }
  };
  await Promise.all([disturb(), workers]);
  client.disconnect();
  const heads = await committed(documents);
  expect(leaseFaults(heads)).toEqual([]);
  const under = [...heads.values()].flatMap((one) => one.heads).filter(({ commit }) => commit.lease);
  expect(under.length).toBeGreaterThanOrEqual(seen.written);
  expect(seen.written).toBeGreaterThan(0);
  expect(seen.late).toBeGreaterThan(0);
  expect(seen.refusedLate, 'whoever saw that the lease was over').toBe(seen.late);
});
