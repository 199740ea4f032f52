import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DataKeys, Examiner, type Library, type Operation, Results } from '../../documents/index.ts';
import { systemClock, systemRandom } from '../../kit/index.ts';
import { DirectoryBlobStore, KeyRing, structureScanner } from '../../platform/embedded/index.ts';
import type { GivenOptions } from '../../redline/index.ts';
import { EnginePool } from '../engine-pool.ts';
import { ComparisonHandler } from './comparison.ts';

const HOUR_MS = 3_600_000;
const DOCUMENTS = { a: Uint8Array.of(1), b: Uint8Array.of(2), c: Uint8Array.of(3) };

let folder: string;
let results: Results;
let pool: EnginePool;
let handler: ComparisonHandler;
/** Comparisons that the engine was asked for. */
let asked = 0;
/** Of the next operation. */
let createdAt = '2026-11-23T00:00:00.000Z';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-comparisons-'));
  const ring = await KeyRing.open(join(folder, 'keys'));
  for (const tenant of ['acme', 'globex']) await ring.create(tenant);
  const blobs = await DirectoryBlobStore.open(join(folder, 'blobs'), false);
  const ambient = { clock: systemClock, random: systemRandom, pause: async () => {} };
  results = new Results(blobs, new DataKeys(ring, ambient), ambient, 10_000_000);
  const script = new URL('../../../test/fixtures/engine-worker.ts', import.meta.url);
  pool = new EnginePool({ threads: 1, queueLength: 10, deadlineMs: 60_000, memoryMb: 64, script });
  const counting: Pick<EnginePool, 'reserve'> = {
    reserve: (options) => {
      asked += 1;
      return pool.reserve(options);
    },
  };
  handler = new ComparisonHandler({
    // Everything is sent: nothing is asked of what is kept.
    library: { redlines: { create: keep } } as unknown as Library,
    results,
    examiner: new Examiner(structureScanner),
    pool: counting as EnginePool,
    ...{ clock: systemClock, keepMs: HOUR_MS, deadlineMs: 60_000 },
  });
});
beforeEach(() => {
  asked = 0;
});
afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true });
});

/** Redlines that were made to be kept. */
let kept = 0;
async function keep(_change: object, _document: string, make: () => Promise<object>): Promise<object> {
  await make();
  kept += 1;
  return { stored: { head: { id: 'r_1' } } };
}

type Name = keyof typeof DOCUMENTS;

test.each([
  ['that is wanted', null, 1],
  ['that nobody wants any more', new Error('Cancelled.'), 0],
])('a redline %s is kept', async (_, reason, times) => {
  await compare('globex', 'a', 'b');
  const side = (input: Name) => ({ input, name: `${input}.docx` });
  const request = {
    ...{ original: side('a'), modified: side('b'), options: { author: 'echo' } },
    keep: { document: 'd_1', name: null, operation: 'o_1' },
  };
  kept = 0;
  const run = handler.run({
    operation: { tenant: 'globex', createdAt, request } as unknown as Operation,
    signal: reason === null ? new AbortController().signal : AbortSignal.abort(reason),
    progress: () => {},
    input: async (name) => Uint8Array.from(DOCUMENTS[name as Name]),
  });
  await (reason === null ? run : expect(run).rejects.toBe(reason));
  expect(kept).toBe(times);
});

async function compare(tenant: string, original: Name, modified: Name, options: GivenOptions = {}) {
  const side = (input: Name) => ({ input, name: `${input}.docx` });
  const request = {
    ...{ original: side(original), modified: side(modified), keep: null },
    options: { author: 'echo', ...options },
  };
  const operation = { tenant, createdAt, request } as Operation;
  return await handler.run({
    operation,
    signal: new AbortController().signal,
    progress: () => {},
    input: async (name) => Uint8Array.from(DOCUMENTS[name as Name]),
  });
}

const PAIRS = [
  ['a', 'b'],
  ['a', 'c'],
  ['b', 'a'],
] as const;

test('a second batch over the same pairs compares nothing, and has results of its own', async () => {
  const batch = () => Promise.all(PAIRS.map(([one, other]) => compare('acme', one, other)));
  const first = await batch();
  expect(asked).toBe(3);
  createdAt = '2026-11-23T01:00:00.000Z';
  const second = await batch();
  expect(asked).toBe(3);
  expect(new Set([...first, ...second].map(({ id }) => id)).size).toBe(6);
  expect(second.map(({ sha256 }) => sha256)).toEqual(first.map(({ sha256 }) => sha256));
});

test('one tenant never gets what was made for another', async () => {
  await compare('acme', 'b', 'c');
  const { id } = await compare('globex', 'b', 'c');
  expect(asked).toBe(2);
  expect(typeof (await results.open({ tenant: 'acme', kind: 'comparisons', id }, 'document'))).toBe('string');
  await compare('globex', 'b', 'c');
  expect(asked).toBe(2);
});

test.each<[string, Name, Name, GivenOptions]>([
  ['the other way round', 'c', 'a', {}],
  ['with a date', 'a', 'c', { date: '2026-01-01T00:00:00Z' }],
  ['of another document', 'c', 'b', {}],
])('a comparison %s is another one', async (_, original, modified, options) => {
  await compare('acme', 'a', 'c');
  const before = asked;
  await compare('acme', original, modified, options);
  expect(asked).toBe(before + 1);
});
