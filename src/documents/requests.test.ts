import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localOperator } from '../access/index.ts';
import { OutsideError, systemRandom } from '../kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../platform/embedded/index.ts';
import type { BlobStore } from './blob-store.ts';
import { DataKeys } from './data-keys.ts';
import { type Begun, type Claim, Requests } from './requests.ts';

const actor = localOperator('r', null);
const DAY_MS = 24 * 3_600_000;
const BODY = { sha256: 'ab', size: 2 };
const ANSWER = { status: 201, headers: [['etag', '"1"']], body: '{}' } as const;

let folder: string;
let disk: BlobStore;
let ring: KeyRing;
let now: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-requests-'));
  disk = await DirectoryBlobStore.open(join(folder, 'blobs'), false);
  ring = await KeyRing.open(join(folder, 'keys'));
  await ring.create(actor.tenant);
  now = Date.UTC(2026, 10, 22);
});
afterEach(() => rm(folder, { recursive: true }));

/** The room as a new process would open it. */
function open(store: BlobStore = disk): Requests {
  const clock = () => now;
  const ambient = { clock, random: systemRandom, pause: async () => {} };
  return new Requests(store, new DataKeys(ring, { clock }), ambient);
}

function claimed(begun: Begun): Claim {
  if (begun.kind !== 'claimed') throw new Error(`It is ${begun.kind}.`);
  return begun.claim;
}

/** The store, but for how it writes. */
function writing(write: BlobStore['write']): BlobStore {
  return {
    write,
    stat: (name) => disk.stat(name),
    read: (name, options) => disk.read(name, options),
    delete: (name, generation) => disk.delete(name, generation),
    list: (prefix, after) => disk.list(prefix, after),
    probe: () => disk.probe(),
  };
}

async function names(): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of disk.list('')) found.push(name);
  return found;
}

describe('a request under a key', () => {
  test('gets the first answer for seven days, from any process', async () => {
    await claimed(await open().begin(actor, 'k', 'POST /a')).finish(BODY, ANSWER);
    now += 7 * DAY_MS - 1;
    expect(await open().begin(actor, 'k', 'POST /a')).toEqual({ kind: 'done', body: BODY, answer: ANSWER });
    now += 1;
    expect(await open().begin(actor, 'k', 'POST /b')).toMatchObject({ kind: 'claimed' });
  });

  test.each([
    ['another key', actor, 'k2', 'claimed'],
    ['another actor', { ...actor, id: 'other' }, 'k', 'claimed'],
    ['the same', actor, 'k', 'running'],
  ] as const)('is one of its own: %s', async (_, who, key, kind) => {
    claimed(await open().begin(actor, 'k', 'POST /a'));
    expect(await open().begin(who, key, 'POST /a')).toMatchObject({ kind });
  });

  test.each(['running', 'done'])(
    'that asks for something else is told so while the first is %s',
    async (state) => {
      const claim = claimed(await open().begin(actor, 'k', 'POST /a'));
      if (state === 'done') await claim.finish(BODY, ANSWER);
      expect(await open().begin(actor, 'k', 'POST /b')).toEqual({ kind: 'other' });
    },
  );

  test('is worked on by one of many that begin at once', async () => {
    const begun = await Promise.all(Array.from({ length: 8 }, () => open().begin(actor, 'k', 'POST /a')));
    expect(begun.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
    expect(begun.filter(({ kind }) => kind === 'running')).toHaveLength(7);
  });

  test('is taken over from a process that says nothing more, which then keeps nothing', async () => {
    const dead = claimed(await open().begin(actor, 'k', 'POST /a'));
    now += 5000;
    await dead.renew();
    now += 5999;
    expect(await open().begin(actor, 'k', 'POST /a')).toEqual({ kind: 'running', retryAfterMs: 1 });
    now += 1;
    const heir = claimed(await open().begin(actor, 'k', 'POST /a'));
    await dead.finish(BODY, { ...ANSWER, body: 'late' });
    await dead.release();
    expect(await open().begin(actor, 'k', 'POST /a')).toMatchObject({ kind: 'running' });
    await heir.finish(BODY, ANSWER);
    expect(await open().begin(actor, 'k', 'POST /a')).toMatchObject({ kind: 'done', answer: ANSWER });
  });

  test('gets its answer also from a store that is full', async () => {
    await claimed(await open().begin(actor, 'k', 'POST /a')).finish(BODY, ANSWER);
    const full = writing(() => Promise.reject(new OutsideError('BlobStore', 'full', 'x')));
    expect(await open(full).begin(actor, 'k', 'POST /a')).toMatchObject({ kind: 'done', answer: ANSWER });
    await expect(open(full).begin(actor, 'k2', 'POST /a')).rejects.toMatchObject({ failure: 'full' });
  });

  test('that is over gives its key to nothing new, and needs it no more', async () => {
    await claimed(await open().begin(actor, 'k', 'POST /a')).finish(BODY, ANSWER);
    const first = await ring.primary(actor.tenant);
    const second = await ring.rotate(actor.tenant);
    now += 7 * DAY_MS;
    claimed(await open().begin(actor, 'k', 'POST /b'));
    await ring.destroy(actor.tenant, first);
    expect(await open().begin(actor, 'k', 'POST /b')).toMatchObject({ kind: 'running' });
    await ring.rotate(actor.tenant);
    await ring.destroy(actor.tenant, second);
    await expect(open().begin(actor, 'k', 'POST /c')).rejects.toMatchObject({ failure: 'refused' });
    now += 7 * DAY_MS;
    expect(await open().begin(actor, 'k', 'POST /c')).toMatchObject({ kind: 'claimed' });
  });

  test('that came to nothing leaves nothing', async () => {
    await claimed(await open().begin(actor, 'k', 'POST /a')).release();
    expect(await names()).toEqual([]);
    expect(await open().begin(actor, 'k', 'POST /b')).toMatchObject({ kind: 'claimed' });
  });

  test('whose answer was too long is done again, for the same body', async () => {
    await claimed(await open().begin(actor, 'k', 'POST /a')).finish(BODY, null);
    expect(claimed(await open().begin(actor, 'k', 'POST /a')).expected).toEqual(BODY);
  });

  test('is kept once where answers of the store are lost', async () => {
    let lost = 0;
    const write: BlobStore['write'] = async (...given) => {
      await disk.write(...given);
      lost += 1;
      throw new OutsideError('BlobStore', 'unclear', 'The answer was lost.');
    };
    const deaf = writing(write);
    await claimed(await open(deaf).begin(actor, 'k', 'POST /a')).finish(BODY, ANSWER);
    expect(lost).toBe(2);
    expect(await open().begin(actor, 'k', 'POST /a')).toMatchObject({ kind: 'done', answer: ANSWER });
  });

  test('is swept when its days are over, and says nothing of the key by its name', async () => {
    await claimed(await open().begin(actor, 'secret-key', 'POST /a')).finish(BODY, ANSWER);
    expect((await names()).join()).toMatch(/^idempotency\/local\/[0-9a-f]{64}$/);
    expect(await open().sweep()).toBe(0);
    now += 7 * DAY_MS;
    expect(await open().sweep()).toBe(1);
    expect(await names()).toEqual([]);
  });
});
