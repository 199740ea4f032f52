import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openEmbeddedPlatform } from '../platform/embedded/index.ts';
import type { Platform } from '../platform/index.ts';
import { ABSENT, type BlobInfo } from './blob-store.ts';
import type { Place } from './regions.ts';
import { assertResidencies } from './residency.ts';
import { type Places, routed } from './routing.ts';

const residencies = new Map([
  ['acme', 'eu'],
  ['beta', 'us'],
]);
const TENANTS = ['local', 'acme', 'beta'];
let folder: string;
let platform: Platform;
let places: Places;
let place: Place;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-routing-'));
  platform = await openEmbeddedPlatform(folder, { residencies });
  places = { regions: platform.regions, residencies };
  place = routed(places);
});
afterEach(async () => {
  await platform.close();
  await rm(folder, { recursive: true });
});

async function names(list: AsyncIterable<BlobInfo>): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of list) found.push(name);
  return found;
}

const write = (name: string) => place.heads.write(name, Uint8Array.of(1), { ifGeneration: ABSENT });

describe('what is stored of a tenant', () => {
  test.each([
    ['heads/acme/d_1', 'eu'],
    ['heads/beta/d_1', 'us'],
    ['heads/local/d_1', 'local'],
    ['heads/somebody/d_1', 'local'],
    ['links/acme', 'eu'],
    ['journal/202611221200/acme/d_1/o_1', 'eu'],
    ['journal/202611221200/local/d_1/o_1', 'local'],
  ])('as %s lies in %s and nowhere else', async (name, residency) => {
    await write(name);
    const where: string[] = [];
    for (const [one, { heads }] of platform.regions) if ((await heads.stat(name)) !== null) where.push(one);
    expect(where).toEqual([residency]);
    expect(await place.heads.stat(name)).toMatchObject({ name });
    expect(await place.heads.purge(name)).toBe(1);
  });

  test('is listed across all regions in the order of names, and from any of them on', async () => {
    const all = TENANTS.flatMap((tenant) => ['a', 'b'].map((id) => `heads/${tenant}/${id}`)).sort();
    for (const name of all) await write(name);
    expect(await names(place.heads.list('heads/'))).toEqual(all);
    for (const [at, name] of all.entries())
      expect(await names(place.heads.list('heads/', name))).toEqual(all.slice(at + 1));
    expect(await names(place.heads.list('heads/acme/'))).toEqual(['heads/acme/a', 'heads/acme/b']);
  });

  test('whose name says no tenant is not stored', async () => {
    await expect(async () => await write('heads')).rejects.toThrow(TypeError);
  });

  test('is wrapped by a ring of its region', async () => {
    for (const tenant of TENANTS) await place.keys.create(tenant);
    for (const [tenant, own] of [
      ['acme', 'eu'],
      ['beta', 'us'],
      ['local', 'local'],
    ] as const) {
      const context = new TextEncoder().encode('x');
      const wrapped = await place.keys.wrap(tenant, new Uint8Array(32).fill(7), context);
      for (const [residency, { keys }] of platform.regions) {
        const opened = keys.unwrap(tenant, wrapped, context);
        if (residency === own) expect(await opened).toHaveLength(32);
        else await expect(opened).rejects.toMatchObject({ failure: 'refused' });
      }
    }
    expect(await readdir(join(folder, 'eu'))).toEqual(expect.arrayContaining(['heads', 'contents', 'keys']));
  });
});

describe('a tenant stays where its documents are', () => {
  test('and may be anywhere before it has any', async () => {
    await write('heads/acme/d_1');
    await assertResidencies(places, TENANTS);
    const moved = (given: [string, string][]) =>
      assertResidencies({ ...places, residencies: new Map(given) }, TENANTS);
    await moved([
      ['acme', 'eu'],
      ['beta', 'eu'],
    ]);
    await expect(moved([['acme', 'us']])).rejects.toThrow('acme is kept in eu, not in us');
    await expect(moved([])).rejects.toMatchObject({ failure: 'refused' });
  });

  test('also when a folder of a region that nobody is in any more is there', async () => {
    await write('records/acme/people/ann');
    const again = await openEmbeddedPlatform(folder);
    const now = { regions: again.regions, residencies: new Map() };
    await expect(assertResidencies(now, TENANTS)).rejects.toThrow('acme is kept in eu, not in local');
    await again.close();
  });
});
