import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Clients } from './clients.ts';
import { MortalServer } from './server.ts';

const OPERATIONS = 500;
const CLIENTS = 6;
/** Acknowledged operations between two deaths. */
const PER_LIFE = 45;

let folder: string;
let servers: MortalServer[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redline-chaos-'));
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(folder, { recursive: true });
});

/** The service that an upload is held by. */
async function held(clients: Clients): Promise<MortalServer> {
  const urls = await Promise.all(servers.map((server) => server.url()));
  const find = () => servers[urls.indexOf(clients.heldAt ?? '')];
  await expect.poll(find, { timeout: 60_000, interval: 5 }).toBeDefined();
  return find() as MortalServer;
}

/** Kills while the clients work, each time the service that is in the middle of an upload. */
async function reap(clients: Clients, operations: number): Promise<void> {
  for (let next = PER_LIFE; next < operations; next += PER_LIFE) {
    const reached = expect.poll(() => clients.acknowledged, { timeout: 120_000, interval: 5 });
    await reached.toBeGreaterThanOrEqual(next);
    const busy = await held(clients);
    clients.heldAt = null;
    await busy.kill();
  }
  clients.release();
}

test.each([
  ['the service is killed', 1, OPERATIONS],
  ['one of two services on the same data is', 2, OPERATIONS / 2],
])('what was acknowledged is there however often %s, and nothing half', async (_, count, operations) => {
  servers = Array.from({ length: count }, () => MortalServer.start(folder));
  let turn = 0;
  const clients = new Clients(async () => {
    turn += 1;
    return (await servers[turn % count]?.url()) ?? '';
  });
  const working = Array.from({ length: CLIENTS }, (_, n) => clients.work(n, operations));
  await Promise.all([reap(clients, operations), clients.hold(), ...working]);
  for (const server of servers) await server.kill();
  for (let one = 0; one < count; one += 1) await clients.verify();
  expect(servers.reduce((sum, { deaths }) => sum + deaths, 0)).toBeGreaterThan(operations / PER_LIFE - 1);
  expect(clients.repeated).toBeGreaterThan(0);
  expect(clients.resumed).toBeGreaterThan(0);
  expect(clients.documents.some(({ redline }) => (redline?.versions.length ?? 0) > 1)).toBe(true);
});
