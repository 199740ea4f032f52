import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemRandom } from '../kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../platform/embedded/index.ts';
import { ABSENT, type BlobStore } from './blob-store.ts';
import { DataKeys } from './data-keys.ts';
import { type ResultKind, Results, ResultsFullError, type SavedResult } from './results.ts';

const HOUR_MS = 3_600_000;
let folder: string;
let blobs: BlobStore;
let ring: KeyRing;
let now = 0;
const clock = () => now;
const ambient = { clock, random: systemRandom, pause: async () => {} };
const place = (id: string, kind: ResultKind = 'comparisons') => ({ tenant: 'acme', kind, id });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-results-'));
  blobs = await DirectoryBlobStore.open(join(folder, 'blobs'), false);
  ring = await KeyRing.open(join(folder, 'keys'));
  await ring.create('acme');
});
afterEach(() => rm(folder, { recursive: true }));

/** Keeps a document of `size` bytes. */
function save(results: Results, size: number): Promise<SavedResult> {
  return results.save({ tenant: 'acme', kind: 'comparisons' }, new Uint8Array(size), { engine: 'x' });
}

const open = (ceiling = 10_000) => new Results(blobs, new DataKeys(ring, ambient), ambient, ceiling);

async function names(): Promise<string[]> {
  const found: string[] = [];
  for await (const blob of blobs.list('')) found.push(blob.name);
  return found;
}

describe('results', () => {
  test('have ids that nobody guesses', async () => {
    const results = open();
    const ids = await Promise.all(Array.from({ length: 20 }, async () => (await save(results, 1)).id));
    expect(new Set(ids).size).toBe(20);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{48}$/);
  });

  test('expire to the millisecond', async () => {
    const results = open();
    now = 1000;
    const { id, expiresAt } = await save(results, 5);
    expect(expiresAt).toBe(1000 + HOUR_MS);
    now = expiresAt - 1;
    expect(await results.find(place(id), 'document')).toMatchObject({ size: 5, expiresAt });
    now = expiresAt;
    expect(await results.find(place(id), 'document')).toBe('expired');
    expect(await results.open(place(id), 'document')).toBe('expired');
    expect(await results.report(place(id))).toBe('expired');
  });

  test('are swept when they expire, and only then', async () => {
    const results = open();
    now = 0;
    await save(results, 1);
    now = 1;
    const { id } = await save(results, 1);
    now = HOUR_MS;
    expect(await results.sweep()).toBe(2);
    expect((await names()).sort()).toEqual([
      `comparisons/acme/${id}/document`,
      `comparisons/acme/${id}/report`,
    ]);
  });

  test('that have no expiry are swept', async () => {
    await blobs.write('comparisons/broken/document', Uint8Array.of(1), { ifGeneration: ABSENT });
    await blobs.write('elsewhere/kept', Uint8Array.of(1), { ifGeneration: ABSENT });
    expect(await open().sweep()).toBe(1);
    expect(await names()).toEqual(['elsewhere/kept']);
  });

  test('are refused beyond their ceiling, until others expire', async () => {
    const results = open(1000);
    now = 0;
    await save(results, 600);
    await expect(save(results, 600)).rejects.toThrow(ResultsFullError);
    now = HOUR_MS;
    await save(results, 600);
    expect(await names()).toHaveLength(2);
  });

  test('of an earlier process count too, once they were swept', async () => {
    now = 0;
    await save(open(1000), 600);
    const second = open(1000);
    await second.sweep();
    await expect(save(second, 600)).rejects.toThrow(ResultsFullError);
  });

  test('are sealed where they lie, and opened by the key of their tenant alone', async () => {
    const bytes = Buffer.from('The tenant shall pay the rent. '.repeat(5000));
    const saved = await open(1e6).save({ tenant: 'acme', kind: 'results' }, bytes, { quote: 'pay the rent' });
    for (const name of await names()) {
      const stored = Buffer.from(await new Response((await blobs.read(name))?.body).arrayBuffer());
      expect(stored.length).toBeGreaterThan(20);
      expect(stored.includes('the rent')).toBe(false);
    }
    const found = await open().open(saved, 'document');
    if (typeof found === 'string') throw new Error(found);
    expect(found.size).toBe(bytes.length);
    expect(Buffer.from(await new Response(found.body).arrayBuffer()).equals(bytes)).toBe(true);
    await ring.create('other');
    expect(await open().open({ ...saved, tenant: 'other' }, 'document')).toBe('not-found');
    await ring.destroy('acme', await ring.primary('acme'));
    await expect(open().open(saved, 'document')).rejects.toMatchObject({ failure: 'refused' });
  });

  test('are found under their own kind only', async () => {
    const results = open();
    const { id } = await results.save({ tenant: 'acme', kind: 'results' }, Uint8Array.of(1), {
      kind: 'edit',
    });
    expect(await results.report(place(id))).toBe('not-found');
    expect(await results.report(place(id, 'results'))).toMatchObject({ report: { kind: 'edit' } });
  });

  test('keep the first page that is rendered', async () => {
    const results = open();
    const saved = await save(results, 1);
    await results.saveHtml(saved, 'first');
    await results.saveHtml(saved, 'second');
    const page = await results.open(saved, 'html');
    expect(typeof page === 'string' ? page : await new Response(page.body).text()).toBe('first');
  });
});
