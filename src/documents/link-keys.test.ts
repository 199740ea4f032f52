import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemRandom } from '../kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../platform/embedded/index.ts';
import { DataKeys } from './data-keys.ts';
import { LinkKeys } from './link-keys.ts';

const DAY_MS = 24 * 3_600_000;
let folder: string;
let disk: DirectoryBlobStore;
let ring: KeyRing;
let now: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-links-'));
  disk = await DirectoryBlobStore.open(join(folder, 'blobs'), false);
  ring = await KeyRing.open(join(folder, 'keys'));
  for (const tenant of ['acme', 'other']) await ring.create(tenant);
  now = Date.UTC(2026, 10, 22);
});
afterEach(() => rm(folder, { recursive: true }));

/** As a new process would open them. */
function open(): LinkKeys {
  const clock = () => now;
  const ambient = { clock, random: systemRandom, pause: async () => {} };
  return new LinkKeys(disk, new DataKeys(ring, { clock }), ambient, 7 * DAY_MS);
}

describe('the keys of links', () => {
  test('are one for all processes, and another for each tenant', async () => {
    const [one, same] = await Promise.all([open().current('acme'), open().current('acme')]);
    expect(same).toEqual(one);
    expect((await open().current('other')).key).not.toEqual(one.key);
    expect(await open().find('other', one.id)).toBeNull();
  });

  test('give way to a new one after 30 days, and open what they signed for a week more', async () => {
    const long = open();
    const first = await long.current('acme');
    now += 30 * DAY_MS - 1;
    expect(await long.current('acme')).toEqual(first);
    now += 1;
    const second = await open().current('acme');
    expect(second.id).not.toBe(first.id);
    now += 1000;
    expect(await long.find('acme', second.id)).toEqual(second);
    now += 6 * DAY_MS;
    expect(await open().find('acme', first.id)).toEqual(first);
    now += 24 * DAY_MS;
    await open().current('acme');
    expect(await open().find('acme', first.id)).toBeNull();
    expect(await open().find('acme', second.id)).toEqual(second);
  });

  test('are not readable where they lie', async () => {
    const { key } = await open().current('acme');
    const blob = await disk.read('links/acme');
    const text = Buffer.from(await new Response(blob?.body).arrayBuffer()).toString('latin1');
    expect(text).not.toContain(Buffer.from(key).toString('base64'));
  });
});
