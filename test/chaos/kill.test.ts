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

/** Kills one after the other while the clients work, each in the middle of an upload. */
async function reap(clients: Clients, operations: number): Promise<void> {
  for (let next = PER_LIFE; next < operations; next += PER_LIFE) {
    const reached = expect.poll(() => clients.acknowledged, { timeout: 120_000, interval: 5 });
    await reached.toBeGreaterThanOrEqual(next);
    await expect.poll(() => clients.uploading, { timeout: 60_000, interval: 1 }).toBeGreaterThan(0);
    await servers[(next / PER_LIFE) % servers.length]?.kill();
  }
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
  await Promise.all([reap(clients, operations), ...working]);
  for (const server of servers) await server.kill();
  for (let one = 0; one < count; one += 1) await clients.verify();
  expect(servers.reduce((sum, { deaths }) => sum + deaths, 0)).toBeGreaterThan(operations / PER_LIFE - 1);
  expect(clients.repeated).toBeGreaterThan(0);
  expect(clients.resumed).toBeGreaterThan(0);
  expect(clients.documents.some(({ redline }) => (redline?.versions.length ?? 0) > 1)).toBe(true);
});
