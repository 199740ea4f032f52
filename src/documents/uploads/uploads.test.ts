import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Actor, localOperator } from '../../access/index.ts';
import { OutsideError, systemRandom } from '../../kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../../platform/embedded/index.ts';
import type { BlobStore } from '../blob-store.ts';
import { DataKeys } from '../data-keys.ts';
import { UploadStore } from './upload-store.ts';
import { MOST_UPLOAD_BYTES, Uploads } from './uploads.ts';

const actor = localOperator('r', null);
const DAY_MS = 24 * 3_600_000;
const MB = 1024 * 1024;

let folder: string;
let disk: BlobStore;
let ring: KeyRing;
let now: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-uploads-'));
  disk = await DirectoryBlobStore.open(join(folder, 'blobs'), false);
  ring = await KeyRing.open(join(folder, 'keys'));
  await ring.create(actor.tenant);
  now = Date.UTC(2026, 10, 22);
});
afterEach(() => rm(folder, { recursive: true }));

/** The room as a new process would open it. @param store may disturb what reaches the disk. */
function open(store: BlobStore = disk, most = 10): Uploads {
  const clock = () => now;
  const ambient = { clock, random: systemRandom, pause: async () => {} };
  return new Uploads(new UploadStore(store, new DataKeys(ring, { clock }), ambient), ambient, most);
}

const bytes = (size: number, seed = 7): Uint8Array =>
  Uint8Array.from({ length: size }, (_, at) => (at * 31 + seed + (at >> 8)) & 255);

async function* arriving(content: Uint8Array, chunk = 10_000, breaksAt = Number.POSITIVE_INFINITY) {
  for (let at = 0; at < content.length; at += chunk) {
    const end = Math.min(at + chunk, content.length, breaksAt);
    if (end > at) yield content.subarray(at, end);
    if (end >= breaksAt) throw new Error('broken');
  }
}

async function whole(uploads: Uploads, id: string, by: Actor = actor): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await uploads.open(by, id)).body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function names(): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of disk.list('')) found.push(name);
  return found;
}

const parts = async (): Promise<number> => (await names()).filter((name) => name.startsWith('parts/')).length;
const sha256 = (content: Uint8Array) => ({
  algorithm: 'sha256' as const,
  digest: createHash('sha256').update(content).digest(),
});

describe('an upload', () => {
  test('arrives at once', async () => {
    const content = bytes(9 * MB);
    const { id, offset, expiresAt } = await open().start(actor, content.length, 'filename eA==');
    expect([offset, expiresAt]).toEqual([0, now + DAY_MS]);
    const done = await open().append(actor, id, { offset: 0, body: arriving(content) });
    expect(done).toMatchObject({ offset: content.length, size: content.length, metadata: 'filename eA==' });
    expect((await whole(open(), id)).equals(content)).toBe(true);
  });

  test('gives what came in several requests and parts as one', async () => {
    const content = bytes(5 * MB + 17);
    const { id } = await open().start(actor, content.length);
    await open().append(actor, id, { offset: 0, body: arriving(content.subarray(0, 100)) });
    await open().append(actor, id, { offset: 100, body: arriving(content.subarray(100)) });
    expect((await open().open(actor, id)).size).toBe(content.length);
    expect((await whole(open(), id)).equals(content)).toBe(true);
  });

  test('keeps what arrived before the connection broke', async () => {
    const content = bytes(50_000);
    const { id } = await open().start(actor, content.length);
    const breaking = arriving(content, 10_000, 25_000);
    await expect(open().append(actor, id, { offset: 0, body: breaking })).rejects.toThrow('broken');
    expect(await open().find(actor, id)).toMatchObject({ offset: 25_000 });
    await open().append(actor, id, { offset: 25_000, body: arriving(content.subarray(25_000)) });
    expect((await whole(open(), id)).equals(content)).toBe(true);
  });

  test('acknowledges while it arrives, so that a process that dies loses little', async () => {
    const content = bytes(9 * MB);
    const uploads = open();
    const { id } = await uploads.start(actor, content.length);
    const seen: number[] = [];
    async function* slowly() {
      for await (const chunk of arriving(content, MB)) {
        now += 300;
        yield chunk;
        seen.push((await open().find(actor, id)).offset);
      }
    }
    await uploads.append(actor, id, { offset: 0, body: slowly() });
    expect([...new Set(seen)]).toEqual([0, 4 * MB, 8 * MB]);
  });

  test('of no byte is complete', async () => {
    const { id } = await open().start(actor, 0);
    expect((await open().open(actor, id)).size).toBe(0);
  });

  test.each([
    ['sha1', createHash('sha1').update(bytes(30_000)).digest()],
    ['sha256', createHash('sha256').update(bytes(30_000)).digest()],
  ] as const)('is checked by %s', async (algorithm, digest) => {
    const content = bytes(30_000);
    const { id } = await open().start(actor, content.length);
    const wrong = { algorithm, digest: digest.map((byte) => byte ^ 1) };
    const sending = open().append(actor, id, { offset: 0, body: arriving(content), checksum: wrong });
    await expect(sending).rejects.toMatchObject({ code: 'uploads/checksum' });
    expect([(await open().find(actor, id)).offset, await parts()]).toEqual([0, 0]);
    await open().append(actor, id, { offset: 0, body: arriving(content), checksum: { algorithm, digest } });
    expect((await whole(open(), id)).equals(content)).toBe(true);
  });

  test('with a checksum keeps nothing of what broke off', async () => {
    const content = bytes(30_000);
    const { id } = await open().start(actor, content.length);
    const body = arriving(content, 10_000, 20_000);
    const sending = open().append(actor, id, { offset: 0, body, checksum: sha256(content) });
    await expect(sending).rejects.toThrow('broken');
    expect([(await open().find(actor, id)).offset, await parts()]).toEqual([0, 0]);
  });

  test('of two that send at once one wins, and the other leaves nothing', async () => {
    const content = bytes(60_000);
    const { id } = await open().start(actor, content.length);
    const send = () => open().append(actor, id, { offset: 0, body: arriving(content) });
    const ended = await Promise.allSettled(Array.from({ length: 8 }, send));
    const lost = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason.code] : []));
    expect(lost).toEqual(Array(7).fill('uploads/offset'));
    expect(await parts()).toBe(1);
    expect((await whole(open(), id)).equals(content)).toBe(true);
  });
});

describe('what is refused', () => {
  const send = (id: string, offset: number, size: number) =>
    open().append(actor, id, { offset, body: arriving(bytes(size)) });

  test.each([
    ['more bytes than it was to have', 0, 1001, 'documents/too-large', 0],
    ['what comes before its time', 10, 10, 'uploads/offset', 0],
    ['an offset that is none', Number.NaN, 10, 'uploads/offset', 0],
  ])('%s', async (_, offset, size, code, after) => {
    const { id } = await open().start(actor, 1000);
    await expect(send(id, offset, size)).rejects.toMatchObject({ code });
    expect([(await open().find(actor, id)).offset, await parts()]).toEqual([after, 0]);
  });

  test('what is too large from the start', async () => {
    await expect(open().start(actor, MOST_UPLOAD_BYTES + 1)).rejects.toMatchObject({
      code: 'documents/too-large',
    });
    await expect(open().start(actor, 1, 'x'.repeat(5000))).rejects.toMatchObject({
      code: 'documents/invalid',
    });
  });

  test('to be read before it is complete', async () => {
    const { id } = await open().start(actor, 1000);
    await send(id, 0, 999);
    await expect(open().open(actor, id)).rejects.toMatchObject({ code: 'uploads/incomplete' });
  });

  test.each([
    ['nobody', 'u_00000000000000000000000000000000', actor],
    ['what is no id', '../../heads', actor],
  ])('the upload of %s', async (_, id, by) => {
    await expect(open().find(by, id)).rejects.toMatchObject({ code: 'uploads/not-found' });
  });

  test('somebody else', async () => {
    const { id } = await open().start(actor, 1000);
    const other = { ...actor, id: 'other' };
    await expect(open().find(other, id)).rejects.toMatchObject({ code: 'uploads/not-found' });
    await expect(open().remove(other, id)).rejects.toMatchObject({ code: 'uploads/not-found' });
  });

  test('too many at once', async () => {
    const uploads = open(disk, 3);
    for (let n = 0; n < 3; n += 1) await uploads.start(actor, 1);
    await expect(uploads.start(actor, 1)).rejects.toMatchObject({ code: 'uploads/too-many' });
    now += DAY_MS;
    await expect(uploads.start(actor, 1)).resolves.toMatchObject({ offset: 0 });
  });

  test('what was changed on the disk', async () => {
    const { id } = await open().start(actor, 1000);
    await send(id, 0, 1000);
    const name = (await names()).find((one) => one.startsWith('parts/')) ?? '';
    const blob = await disk.read(name);
    const stored = new Uint8Array(await new Response(blob?.body).arrayBuffer());
    stored[100] = (stored[100] ?? 0) ^ 1;
    await disk.write(name, stored, { ifGeneration: blob?.generation ?? '' });
    await expect(whole(open(), id)).rejects.toMatchObject({ failure: 'damaged' });
  });
});

describe('its end', () => {
  test('takes everything with it', async () => {
    const { id } = await open().start(actor, 1000);
    await open().append(actor, id, { offset: 0, body: arriving(bytes(500)) });
    await open().remove(actor, id);
    expect(await names()).toEqual([]);
    await expect(open().find(actor, id)).rejects.toMatchObject({ code: 'uploads/not-found' });
  });

  test('comes a day after something last arrived', async () => {
    const { id } = await open().start(actor, 1000);
    now += DAY_MS - 1;
    await open().append(actor, id, { offset: 0, body: arriving(bytes(500)) });
    now += DAY_MS - 1;
    expect(await open().sweep()).toBe(0);
    expect(await open().find(actor, id)).toMatchObject({ offset: 500 });
    now += 1;
    await expect(open().find(actor, id)).rejects.toMatchObject({ code: 'uploads/not-found' });
    now += 1;
    expect(await open().sweep()).toBe(2);
    expect(await names()).toEqual([]);
  });

  test('does not come when something arrives at the last moment', async () => {
    const { id } = await open().start(actor, 1000);
    await open().append(actor, id, { offset: 0, body: arriving(bytes(500)) });
    now += DAY_MS - 1;
    // While the sweep looks, a day is over and the rest comes.
    const slow = new Proxy(disk, {
      get: (target, key) => {
        if (key !== 'delete') return Reflect.get(target, key).bind(target);
        return async (...given: Parameters<BlobStore['delete']>) => {
          now -= 2;
          await open().append(actor, id, { offset: 500, body: arriving(bytes(500, 500)) });
          now += 2;
          return await target.delete(...given);
        };
      },
    });
    now += 2;
    expect(await open(slow).sweep()).toBe(0);
    expect((await whole(open(), id)).length).toBe(1000);
  });

  test('ends what still arrives, without a trace', async () => {
    const { id } = await open().start(actor, 1000);
    async function* ended() {
      yield bytes(500);
      await open().remove(actor, id);
    }
    const sending = open().append(actor, id, { offset: 0, body: ended() });
    await expect(sending).rejects.toMatchObject({ code: 'uploads/not-found' });
    expect(await names()).toEqual([]);
  });
});

describe('a disk that does not do as it should', () => {
  /** Disturbs the nth write: it is done or not, and the answer is lost. */
  function disturbed(nth: number, isDone: boolean, failure: 'unclear' | 'unavailable'): BlobStore {
    let writes = 0;
    return new Proxy(disk, {
      get: (target, key) => {
        if (key !== 'write') return Reflect.get(target, key).bind(target);
        return async (...given: Parameters<BlobStore['write']>) => {
          writes += 1;
          if (writes !== nth) return await target.write(...given);
          if (isDone) await target.write(...given);
          throw new OutsideError('BlobStore', failure, 'disturbed');
        };
      },
    });
  }

  test.each([
    ['a part that is written, and nobody knows', 1, true, 'unclear'],
    ['a state that is written, and nobody knows', 2, true, 'unclear'],
    ['a state that is not written, and nobody knows', 2, false, 'unclear'],
  ] as const)('%s', async (_, nth, isDone, failure) => {
    const content = bytes(30_000);
    const { id } = await open().start(actor, content.length);
    await open(disturbed(nth, isDone, failure)).append(actor, id, { offset: 0, body: arriving(content) });
    expect((await whole(open(), id)).equals(content)).toBe(true);
    expect(await parts()).toBe(1);
  });

  test.each([
    ['a part that is not written, and nobody knows', 1, 'unclear'],
    ['a part that is not written', 1, 'unavailable'],
    ['a state that is not written', 2, 'unavailable'],
  ] as const)('%s: nothing is acknowledged', async (_, nth, failure) => {
    const content = bytes(30_000);
    const { id } = await open().start(actor, content.length);
    const sending = open(disturbed(nth, false, failure)).append(actor, id, {
      offset: 0,
      body: arriving(content),
    });
    await expect(sending).rejects.toMatchObject({ failure });
    expect(await open().find(actor, id)).toMatchObject({ offset: 0 });
    await open().append(actor, id, { offset: 0, body: arriving(content) });
    expect((await whole(open(), id)).equals(content)).toBe(true);
  });
});

test('whatever is sent in whatever pieces, what arrived is the start of the content', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          size: fc.integer({ min: 0, max: 40_000 }),
          chunk: fc.integer({ min: 1, max: 9000 }),
          breaks: fc.option(fc.integer({ min: 0, max: 40_000 }), { freq: 3 }),
          checked: fc.boolean(),
        }),
        { maxLength: 8 },
      ),
      async (sendings) => {
        const content = bytes(100_000, sendings.length);
        const { id } = await open().start(actor, content.length);
        let offset = 0;
        for (const { size, chunk, breaks, checked } of sendings) {
          const piece = content.subarray(offset, offset + size);
          const body = arriving(piece, chunk, breaks ?? undefined);
          const given = checked ? { offset, body, checksum: sha256(piece) } : { offset, body };
          await open()
            .append(actor, id, given)
            .catch(() => {});
          const arrived = (await open().find(actor, id)).offset;
          // Also right behind the last byte: then nobody knows that it was the last one.
          const broke = breaks !== null && piece.length > 0 && breaks <= piece.length;
          const expected = broke ? (checked ? 0 : breaks) : piece.length;
          expect(arrived - offset).toBe(expected);
          offset = arrived;
        }
        await open().append(actor, id, { offset, body: arriving(content.subarray(offset)) });
        expect((await whole(open(), id)).equals(content)).toBe(true);
        await open().remove(actor, id);
        expect(await names()).toEqual([]);
      },
    ),
    { numRuns: 15 },
  );
});
