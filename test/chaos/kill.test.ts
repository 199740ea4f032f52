import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { textPdf } from '../support/files.ts';
import { MortalServer } from './server.ts';

const OPERATIONS = 500;
const CLIENTS = 6;
/** Acknowledged operations between two deaths. */
const PER_LIFE = 45;

const folder = mkdtempSync(join(tmpdir(), 'redline-chaos-'));
let server: MortalServer;
beforeAll(() => {
  server = MortalServer.start(folder);
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** What one document was acknowledged to be. */
interface Known {
  readonly id: string;
  name: string;
  etag: string;
  readonly contents: string[];
}

interface Answer {
  readonly status: number;
  readonly etag: string;
  readonly text: string;
}

let acknowledged = 0;
let repeated = 0;

/** Sends a request until it is answered, under one idempotency key. */
async function insist(path: string, init: () => RequestInit): Promise<Answer> {
  const key = `k${Math.random().toString(36).slice(2)}`;
  for (;;) {
    const { headers, ...rest } = init();
    try {
      const url = `${await server.url()}${path}`;
      const response = await fetch(url, { ...rest, headers: { ...headers, 'idempotency-key': key } });
      const text = await response.text();
      // Whoever worked on it may be dead; the service cannot know before its lease is over.
      if (response.status === 409) {
        await new Promise((go) => setTimeout(go, 1000 * Number(response.headers.get('retry-after'))));
        continue;
      }
      return { status: response.status, etag: response.headers.get('etag') ?? '', text };
    } catch {
      repeated += 1;
    }
  }
}

function file(text: string): FormData {
  const form = new FormData();
  form.set('file', new Blob([text]), 'a.docx');
  return form;
}

async function make(content: string): Promise<Known> {
  const { status, etag, text } = await insist('/v1/documents', () => ({
    method: 'POST',
    body: file(content),
  }));
  expect(status).toBe(201);
  return { id: JSON.parse(text).id, name: 'a.docx', etag, contents: [content] };
}

async function rename(known: Known, name: string): Promise<void> {
  const headers = { 'content-type': 'application/json', 'if-match': known.etag };
  const body = JSON.stringify({ name });
  const { status, etag } = await insist(`/v1/documents/${known.id}`, () => ({
    method: 'PATCH',
    headers,
    body,
  }));
  expect(status).toBe(200);
  Object.assign(known, { name, etag });
}

async function add(known: Known, content: string): Promise<void> {
  const headers = { 'if-match': known.etag };
  const path = `/v1/documents/${known.id}/versions`;
  const { status, etag } = await insist(path, () => ({ method: 'POST', headers, body: file(content) }));
  expect(status).toBe(201);
  known.contents.push(content);
  known.etag = etag;
}

async function client(number: number, documents: Known[]): Promise<void> {
  let known: Known | null = null;
  for (let turn = 0; acknowledged < OPERATIONS; turn += 1) {
    const content = textPdf(`${number}-${turn}-`.repeat(20_000));
    if (known === null || turn % 7 === 0) {
      known = await make(content);
      documents.push(known);
    } else if (turn % 2 === 0) await rename(known, `name ${number} ${turn}`);
    else await add(known, content);
    acknowledged += 1;
  }
}

async function reaper(): Promise<void> {
  for (let next = PER_LIFE; next < OPERATIONS; next += PER_LIFE) {
    await expect.poll(() => acknowledged, { timeout: 120_000, interval: 5 }).toBeGreaterThanOrEqual(next);
    await server.kill();
  }
}

test('what was acknowledged is there however often the service is killed, and nothing half', async () => {
  const documents: Known[] = [];
  await Promise.all([reaper(), ...Array.from({ length: CLIENTS }, (_, n) => client(n, documents))]);
  await server.kill();
  const url = await server.url();
  for (const { id, name, etag, contents } of documents) {
    const response = await fetch(`${url}/v1/documents/${id}`);
    expect(response.headers.get('etag')).toBe(etag);
    expect(await response.json()).toMatchObject({ name, versions: contents.length });
    for (const [at, content] of contents.entries()) {
      const read = await fetch(`${url}/v1/documents/${id}/versions/${at + 1}/content`);
      expect((await read.text()) === content).toBe(true);
    }
  }
  const listed = (await (await fetch(`${url}/v1/documents?pageSize=200`)).json()) as {
    documents: { id: string }[];
  };
  expect(listed.documents.map(({ id }) => id).sort()).toEqual(documents.map(({ id }) => id).sort());
  expect(server.deaths).toBeGreaterThanOrEqual(10);
  expect(repeated).toBeGreaterThan(0);
});
