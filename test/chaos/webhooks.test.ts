import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { asking, json, keep } from '../acceptance/kept.ts';
import { Receiver } from '../acceptance/receiver.ts';
import type { Service } from '../acceptance/service.ts';
import { MortalServer } from './server.ts';

const WAIT = { timeout: 240_000, interval: 100 };

let folder: string;
let receiver: Receiver;
let server: MortalServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'redline-hooks-'));
  receiver = await Receiver.listen();
  server = MortalServer.start(folder, { REDLINE_WEBHOOK_NETWORKS: '127.0.0.0/8' });
});
afterEach(async () => {
  await server.stop();
  receiver.stop();
  rmSync(folder, { recursive: true });
});

test('what a killed sender had not delivered comes under the same id, in order, and nothing is lost', async () => {
  let url = await server.url();
  const ask = asking(() => ({ url }) as Service);
  const made = await ask('/v1/webhooks', json('POST', { url: receiver.url, events: ['document.*'] }));
  receiver.secrets.push(made.body.secret);
  // It takes nothing, and the sender dies in the middle of an attempt.
  receiver.answer = () => {};
  const kept: string[] = [];
  for (let n = 0; n < 5; n += 1) kept.push((await keep(ask)).body.id);
  await expect.poll(() => receiver.arrived.length, WAIT).toBeGreaterThan(0);
  // What a process has not brought into the trail when it dies a sweep finds minutes later; here it is to be there.
  const told = async () => (await ask('/v1/audit?type=document.created')).body.events.length;
  await expect.poll(told, WAIT).toBe(kept.length);
  const lost = new Set(receiver.arrived.map(({ id }) => id));
  await server.kill();
  url = await server.url();
  // It fails, and the sender dies between two attempts.
  receiver.answer = (_, response) => response.writeHead(500).end();
  const seen = receiver.arrived.length;
  await expect.poll(() => receiver.arrived.length, WAIT).toBeGreaterThan(seen);
  await server.kill();
  url = await server.url();
  receiver.answer = (_, response) => response.writeHead(204).end();
  const taken = (): Set<string> => {
    const from = receiver.arrived.slice(seen);
    return new Set(
      from.filter(({ type }) => type === 'document.created').map(({ data }) => String(data.document)),
    );
  };
  const waiting = async () => (await ask(`/v1/webhooks/${made.body.id}`)).body.waiting;
  await expect.poll(async () => [taken().size, await waiting()], WAIT).toEqual([kept.length, 0]);
  expect([...taken()].toSorted()).toEqual(kept.toSorted());
  const ids = new Set(receiver.arrived.map(({ id }) => id));
  expect(ids.size).toBe(kept.length);
  expect([...lost].every((id) => ids.has(id))).toBe(true);
  expect(receiver.refused).toBe(0);
});
