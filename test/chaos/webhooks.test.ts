import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Ask, asking, json, keep } from '../acceptance/kept.ts';
import { Receiver } from '../acceptance/receiver.ts';
import type { Service } from '../acceptance/service.ts';
import { MortalServer } from './server.ts';

/** Less than the five minutes between two sweeps: what comes within that was found without one. */
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
  // All is in the trail, and nothing is delivered.
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

/** Changes documents one after the other, as often as is asked for. @returns what was acknowledged: the last commit of each. */
async function change(ask: Ask, documents: Map<string, { etag: string; commit: number }>, times: number) {
  for (let n = 0; n < times; n += 1) {
    for (const [id, { etag, commit }] of documents) {
      const headers = { 'if-match': etag };
      const { status, etag: next } = await ask(
        `/v1/documents/${id}`,
        json('PATCH', { name: `n${n}-${commit}.docx` }, headers),
      );
      expect(status).toBe(200);
      documents.set(id, { etag: next, commit: commit + 1 });
    }
  }
}

/** By document: its commits as they came first. */
function commitsIn({ arrived }: Receiver): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const { data } of arrived) {
    const [id, commit] = [String(data.document), Number(data.commit)];
    const earlier = found.get(id) ?? [];
    if (!earlier.includes(commit)) found.set(id, [...earlier, commit]);
  }
  return found;
}

function expected(documents: ReadonlyMap<string, { readonly commit: number }>): Map<string, number[]> {
  return new Map(
    [...documents].map(([id, { commit }]) => [id, Array.from({ length: commit }, (_, at) => at + 1)]),
  );
}

async function begin(ask: Ask): Promise<Map<string, { etag: string; commit: number }>> {
  const made = await ask('/v1/webhooks', json('POST', { url: receiver.url, events: ['document.*'] }));
  receiver.secrets.push(made.body.secret);
  const documents = new Map<string, { etag: string; commit: number }>();
  for (let n = 0; n < 3; n += 1) {
    const { body, etag } = await keep(ask);
    documents.set(body.id, { etag, commit: 1 });
  }
  return documents;
}

test('what was answered right before a server is killed comes long before a sweep, in the order of each document', async () => {
  let url = await server.url();
  const ask = asking(() => ({ url }) as Service);
  const documents = await begin(ask);
  for (let deaths = 0; deaths < 3; deaths += 1) {
    await change(ask, documents, 3);
    // The last answers are younger than what was brought into the trail.
    await server.kill();
    url = await server.url();
  }
  await expect.poll(() => commitsIn(receiver), WAIT).toEqual(expected(documents));
  expect(receiver.refused).toBe(0);
});

test('what a server had answered that is killed comes from another one soon', async () => {
  const other = MortalServer.start(folder, { REDLINE_WEBHOOK_NETWORKS: '127.0.0.0/8' });
  try {
    const url = await server.url();
    await other.url();
    const documents = await begin(asking(() => ({ url }) as Service));
    await change(
      asking(() => ({ url }) as Service),
      documents,
      3,
    );
    await server.stop();
    await expect.poll(() => commitsIn(receiver), WAIT).toEqual(expected(documents));
    expect(receiver.refused).toBe(0);
  } finally {
    await other.stop();
  }
});
