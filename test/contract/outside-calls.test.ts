import { describe, expect, test } from 'vitest';
import { DataKeys } from '../../src/documents/data-keys.ts';
import type { BlobInfo, StoredBlob } from '../../src/documents/index.ts';
import { OutsideError } from '../../src/kit/index.ts';
import {
  guardedBlobStore,
  guardedVersionedBlobStore,
  HEADS_LIMITS,
  SHARED_LIMITS,
} from '../../src/platform/index.ts';
import { settled, type VirtualTime } from '../support/time.ts';
import { ROWS } from './outside-call-rows.ts';
import { blob, bytes, CALLS, inPieces, NEVER, type SetUp, setUp } from './outside-setup.ts';
import { all, CHECKS } from './shared-answers.ts';

/** What a call ends with, however long it takes. */
async function ended(time: VirtualTime, call: Promise<unknown>): Promise<unknown> {
  const end = call.catch((error: unknown) => error);
  await time.pass(300_000);
  return end;
}

/** A call that is not tried again. */
function probeOf(guarded: SetUp['guarded'], port: keyof SetUp['guarded']): Promise<unknown> {
  if (port === 'IdentityProvider') return guarded[port].finish(new URL('https://a.test'), CHECKS, 0);
  if (port === 'IssuerKeys') return guarded[port].fetch();
  if (port === 'LockedPlace') return guarded[port].add('t/1', '');
  if (port === 'Web') return guarded[port].get(new URL('https://a.test'), '192.0.2.1', NEVER);
  return guarded[port].probe();
}

async function openBreaker({ guarded, part, outside }: SetUp, port: string): Promise<void> {
  part.mood = 'unavailable';
  const named = port as keyof SetUp['guarded'];
  for (let n = 0; n < 20; n += 1) {
    await probeOf(guarded, named).catch(() => {});
  }
  expect(outside[named].state).toBe('open');
  part.mood = 'well';
}

test('the table names every call that there is', () => {
  const { guarded } = setUp();
  const methods = Object.entries(guarded).flatMap(([port, one]) =>
    Object.keys(one).flatMap((name) => (name === 'issuer' ? [] : `${port} ${name}`)),
  );
  const rows = ROWS.map(({ port, call }) => `${port} ${call}`);
  expect(rows.toSorted()).toEqual([...methods, 'BlobStore write of a stream'].toSorted());
  expect(rows.toSorted()).toEqual(Object.keys(CALLS).toSorted());
});

/** How often a call is made at most, and how long a breaker stays open. */
const of = (port: string) => {
  const limits = ['Sessions', 'RateLimits', 'Cache', 'Channel', 'JobQueue', 'Leases'].includes(port)
    ? SHARED_LIMITS
    : HEADS_LIMITS;
  return { most: 1 + limits.retries.most, openMs: limits.breaker.openMs };
};

describe.each(ROWS)('$port $call', ({ port, call, unanswered, again, open }) => {
  const { most, openMs } = of(port);
  const make = (use: SetUp) =>
    CALLS[`${port} ${call}`]?.(use.guarded, use.wrapped) ?? Promise.reject(new Error());

  test('is answered as the part answers', async () => {
    const use = setUp();
    const result = await ended(use.time, make(use));
    expect(result).not.toBeInstanceOf(Error);
    expect(use.asked).toHaveLength(1);
    expect(use.time.pending).toBe(0);
  });

  test(`is ${unanswered} without an answer`, async () => {
    const use = setUp();
    use.part.mood = 'silent';
    expect(await ended(use.time, make(use))).toMatchObject({
      name: 'OutsideError',
      port,
      failure: unanswered,
    });
    expect(use.asked).toHaveLength(unanswered === 'unclear' || again === 'no' ? 1 : most);
  });

  test(`tried again when unavailable: ${again}`, async () => {
    const use = setUp();
    use.part.mood = 'unavailable';
    expect(await ended(use.time, make(use))).toMatchObject({ failure: 'unavailable' });
    expect(use.asked).toHaveLength(again === 'yes' ? most : 1);
  });

  test(`is ${open}, and not asked for, while the breaker is open`, async () => {
    const use = setUp();
    await openBreaker(use, port);
    use.asked.length = 0;
    const error = await make(use).catch((one: unknown) => one);
    expect(error).toMatchObject({ name: 'OutsideError', port, failure: open, retryAfterMs: openMs });
    expect(use.asked).toEqual([]);
    await use.time.pass(openMs);
    expect(await ended(use.time, make(use))).not.toBeInstanceOf(Error);
  });
});

describe('while the breaker of KeyService is open', () => {
  const context = new TextEncoder().encode('context');
  const unavailable = expect.objectContaining({ failure: 'unavailable', retryAfterMs: 5000 });

  test('keys that are in memory open, others do not, and there are no new ones', async () => {
    const use = setUp();
    const dataKeys = new DataKeys(use.guarded.KeyService, { clock: use.time.clock, timer: use.time.timer });
    const key = await dataKeys.open('acme', use.wrapped, context);
    await openBreaker(use, 'KeyService');
    expect(await dataKeys.open('acme', use.wrapped, context)).toEqual(key);
    await expect(dataKeys.open('acme', { ...use.wrapped, version: '2' }, context)).rejects.toEqual(
      unavailable,
    );
    await expect(dataKeys.create('acme', context)).rejects.toEqual(unavailable);
    dataKeys.close();
  });

  test('keys that were in memory do not open once their five minutes are over', async () => {
    const use = setUp();
    const dataKeys = new DataKeys(use.guarded.KeyService, { clock: use.time.clock, timer: use.time.timer });
    await dataKeys.open('acme', use.wrapped, context);
    await use.time.pass(300_000);
    await openBreaker(use, 'KeyService');
    await expect(dataKeys.open('acme', use.wrapped, context)).rejects.toEqual(unavailable);
    dataKeys.close();
  });
});

describe('bodies', () => {
  test('may come as slowly as they like, and the store may not', async () => {
    const use = setUp();
    async function* slowly(): AsyncGenerator<Uint8Array> {
      for (let n = 0; n < 3; n += 1) {
        await new Promise<void>((next) => use.time.timer(60_000, next));
        yield bytes;
      }
    }
    const written = use.guarded.BlobStore.write('a', slowly(), { ifGeneration: '0' });
    await use.time.pass(180_000);
    expect(await written).toEqual(blob('a'));
    use.part.mood = 'silent';
    const late = use.guarded.BlobStore.write('a', slowly(), { ifGeneration: '0' });
    const end = late.catch((error: unknown) => error);
    await use.time.pass(200_000);
    expect(await end).toMatchObject({ failure: 'unclear' });
  });

  test('that the store was given up on get it no more pieces', async () => {
    const use = setUp();
    let [taken, after]: [number, unknown] = [0, null];
    use.store.write = async (_, body) => {
      try {
        for await (const _chunk of body as AsyncIterable<Uint8Array>) {
          taken += 1;
          await new Promise<void>((next) => use.time.timer(60_000, next));
        }
      } catch (error) {
        after = error;
        throw error;
      }
      return blob('a');
    };
    const guarded = guardedVersionedBlobStore(use.store, use.outside.BlobStore);
    const late = guarded.write('a', inPieces(), { ifGeneration: '0' }).catch((error: unknown) => error);
    await use.time.pass(200_000);
    expect(await late).toMatchObject({ failure: 'unclear' });
    expect([taken, after]).toEqual([1, expect.any(Error)]);
  });

  test('whose next piece does not come are given up, and the store is told', async () => {
    const use = setUp();
    let cancelled = false;
    use.store.read = async () => ({
      ...blob('a'),
      body: new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(bytes),
        cancel: () => {
          cancelled = true;
        },
      }),
    });
    const guarded = guardedVersionedBlobStore(use.store, use.outside.BlobStore);
    const reader = (await guarded.read('a'))?.body.getReader();
    expect(await reader?.read()).toEqual({ done: false, value: bytes });
    await use.time.pass(60_000);
    const next = reader?.read().catch((error: unknown) => error);
    await use.time.pass(60_000);
    expect(await next).toMatchObject({ name: 'OutsideError', failure: 'unavailable' });
    expect(cancelled).toBe(true);
    expect(use.events.at(-1)).toMatchObject({ kind: 'attempt', call: 'read', outcome: 'late' });
  });

  test('that come too late are let go of', async () => {
    const use = setUp();
    let [give, cancelled]: [(blob: StoredBlob) => void, boolean] = [() => {}, false];
    use.store.read = () =>
      new Promise((resolve) => {
        give = resolve;
      });
    const guarded = guardedVersionedBlobStore(use.store, use.outside.BlobStore);
    const reading = guarded.read('a').catch((error: unknown) => error);
    await use.time.pass(120_000);
    expect(await reading).toMatchObject({ failure: 'unavailable' });
    const cancel = () => {
      cancelled = true;
    };
    give({ ...blob('a'), body: new ReadableStream({ cancel }) });
    await settled();
    expect(cancelled).toBe(true);
  });
});

describe('lists', () => {
  test('go on behind the last page when one fails', async () => {
    const use = setUp();
    const names = Array.from({ length: 250 }, (_, n) => `n${String(n).padStart(3, '0')}`);
    const begun: (string | undefined)[] = [];
    let failures = 2;
    use.store.list = async function* (_, after) {
      begun.push(after);
      for (const name of names.filter((one) => after === undefined || one > after)) {
        if (name === 'n150' && failures > 0) {
          failures -= 1;
          throw new OutsideError('BlobStore', 'unavailable', 'down');
        }
        yield blob(name);
      }
    };
    const guarded = guardedBlobStore(use.store, use.outside.BlobStore);
    const found = await ended(use.time, all(guarded.list('')));
    expect((found as BlobInfo[]).map(({ name }) => name)).toEqual(names);
    expect(begun).toEqual([undefined, 'n099', 'n099']);
  });

  test('that nobody reads on are closed', async () => {
    const use = setUp();
    let closed = false;
    use.store.list = async function* () {
      try {
        for (let n = 0; ; n += 1) yield blob(`n${n}`);
      } finally {
        closed = true;
      }
    };
    const guarded = guardedBlobStore(use.store, use.outside.BlobStore);
    for await (const _ of guarded.list('')) break;
    expect(closed).toBe(true);
  });
});
