import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { docx, p, r } from '../../../test/support/redlines.ts';
import { DataKeys, Examiner, type Library, type Operation, Results } from '../../documents/index.ts';
import { systemClock, systemRandom } from '../../kit/index.ts';
import { DirectoryBlobStore, KeyRing, structureScanner } from '../../platform/embedded/index.ts';
import { EnginePool } from '../engine-pool.ts';
import { CombinationHandler, type CombinationRequest } from './combination.ts';

const SENT = {
  base: docx(p(r('The fee is ten.'))),
  ann: docx(p(r('The fee is six.'))),
  bo: docx(p(r('The fee is ten.')) + p(r('The term is one year.'))),
};
type Name = keyof typeof SENT;

let folder: string;
let pool: EnginePool;
let handler: CombinationHandler;
/** Combinations that the engine was asked for. */
let asked = 0;
/** Of the next operation. */
let createdAt = '2026-11-23T00:00:00.000Z';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-combinations-'));
  const ring = await KeyRing.open(join(folder, 'keys'));
  for (const tenant of ['acme', 'globex']) await ring.create(tenant);
  const blobs = await DirectoryBlobStore.open(join(folder, 'blobs'), false);
  const ambient = { clock: systemClock, random: systemRandom, pause: async () => {} };
  pool = new EnginePool({ threads: 1, queueLength: 10, deadlineMs: 60_000, memoryMb: 256 });
  const counting: Pick<EnginePool, 'reserve'> = {
    reserve: (options) => {
      asked += 1;
      return pool.reserve(options);
    },
  };
  handler = new CombinationHandler({
    // Everything is sent: nothing is asked of what is kept.
    library: {} as Library,
    results: new Results(blobs, new DataKeys(ring, ambient), ambient, 10_000_000),
    examiner: new Examiner(structureScanner),
    pool: counting as EnginePool,
    ...{ clock: systemClock, keepMs: 3_600_000, deadlineMs: 60_000 },
  });
});
beforeEach(() => {
  asked = 0;
});
afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true });
});

async function combine(tenant: string, copies: readonly Name[], options = {}) {
  const side = (input: Name) => ({ input, name: `${input}.docx` });
  const request: CombinationRequest = {
    ...{ base: side('base'), copies: copies.map(side), keep: null },
    options: { reviewers: copies, policy: 'keep', ...options },
  };
  return await handler.run({
    operation: { tenant, createdAt, request } as unknown as Operation,
    signal: new AbortController().signal,
    progress: () => {},
    input: async (name) => Uint8Array.from(SENT[name as Name]),
  });
}

test('what was combined before is used again, as a result of its own, for the same tenant', async () => {
  const first = await combine('acme', ['ann', 'bo']);
  createdAt = '2026-11-23T01:00:00.000Z';
  const second = await combine('acme', ['ann', 'bo']);
  expect(asked).toBe(1);
  expect(second).toEqual({ ...first, id: second.id });
  expect(second.id).not.toBe(first.id);
  await combine('globex', ['ann', 'bo']);
  expect(asked).toBe(2);
});

test.each<[string, readonly Name[], object]>([
  ['in another order', ['bo', 'ann'], {}],
  ['of fewer', ['ann'], {}],
  ['with a date', ['ann', 'bo'], { date: '2026-01-01T00:00:00Z' }],
  ['under other names', ['ann', 'bo'], { reviewers: ['Cy', 'Di'] }],
  ['by another policy', ['ann', 'bo'], { policy: 'prefer', prefer: ['ann'] }],
])('a combination %s is another one', async (_, copies, options) => {
  await combine('acme', ['ann', 'bo']);
  const before = asked;
  await combine('acme', copies, options);
  expect(asked).toBe(before + 1);
});

test('it needs what the routes need', () => {
  const sides = { base: { document: 'd1', version: 1 }, copies: [{ input: 'copy-0', name: 'x' }] };
  const needs = (keep: object | null) =>
    handler.needs({ request: { ...sides, keep } } as unknown as Operation);
  const read = { action: 'documents.read', document: 'd1' };
  expect(needs(null)).toEqual([{ action: 'compare', document: null }, read]);
  expect(needs({ document: 'd2' })).toEqual([{ action: 'documents.write', document: 'd2' }, read]);
});
