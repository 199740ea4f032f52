import { afterEach, describe, expect, test } from 'vitest';
import { type Comparison, compareOptions } from '../redline/index.ts';
import { EnginePool, type EnginePoolOptions } from './engine-pool.ts';

const script = new URL('../../test/fixtures/engine-worker.ts', import.meta.url);
const never = new AbortController().signal;
const pools: EnginePool[] = [];

function open(options: Partial<EnginePoolOptions> = {}): EnginePool {
  const pool = new EnginePool({
    threads: 1,
    queueLength: 2,
    deadlineMs: 20_000,
    memoryMb: 64,
    script,
    ...options,
  });
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

/** One request from its place to its answer, behaving as `author` says. */
async function request(pool: EnginePool, author: string, signal = never): Promise<Comparison> {
  const place = pool.reserve();
  const original = Uint8Array.of(1, 2, 3);
  const modified = Uint8Array.of(4, 5, 6);
  const options = compareOptions({ author });
  try {
    return await place.run('compare', { original, modified }, options, signal);
  } finally {
    place.release();
  }
}

const idle = { running: 0, waiting: 0, places: 0 };

describe('the pool', () => {
  test('hands bytes over and takes them back', async () => {
    const pool = open();
    const inputs = {
      original: Buffer.from('a small buffer of the shared pool'),
      modified: Uint8Array.of(7, 8, 9),
    };
    const options = compareOptions({ author: 'echo' });
    const place = pool.reserve();
    const { redline, report } = await place.run('compare', inputs, options, never);
    place.release();
    expect([...redline]).toEqual([7, 8, 9]);
    expect(report.options.author).toBe('echo');
    expect(inputs.modified.byteLength).toBe(0);
    expect(pool.state).toMatchObject(idle);
  });

  test.each([
    ['what the engine refuses', 'refuse', { name: 'RedlineError', code: 'document/encrypted' }],
    ['a bug', 'bug', { message: 'an error that was not turned into a value' }],
    ['a thread that runs out of memory', 'hoard', { name: 'JobError', code: 'work/out-of-memory' }],
    ['a thread that dies', 'exit', { message: 'worker exited with code: 3' }],
  ])('says what became of %s, and works on', async (_, author, expected) => {
    const pool = open();
    await expect(request(pool, author)).rejects.toMatchObject(expected);
    expect((await request(pool, 'echo')).redline).toHaveLength(3);
    expect(pool.state).toMatchObject({ ...idle, threads: 1 });
    expect(pool.ready).toBe(true);
  });

  describe('renders a page', () => {
    const page = async (pool: EnginePool, document: string): Promise<ReadableStream<Uint8Array>> => {
      const place = pool.reserve();
      const options = { limits: compareOptions().limits, view: 'inline' } as const;
      const text = await place.run('page', { document: Buffer.from(document) }, options, never);
      place.release();
      return text;
    };

    test('as a stream, which keeps its place until it was read', async () => {
      const pool = open();
      const text = await page(pool, '!');
      expect(pool.state).toMatchObject({ running: 1, places: 1 });
      await text.cancel();
      await expect.poll(() => pool.state).toMatchObject(idle);
      expect(await new Response(await page(pool, '.')).text()).toContain('stand-in');
      await expect.poll(() => pool.state).toMatchObject(idle);
    });

    test.each([
      ['a fault on the way', '?', {}, 'broken'],
      ['a reader that takes nothing until the deadline', '!', { deadlineMs: 3000 }, 'not done after 3000 ms'],
    ])('that ends in an error: %s', async (_, document, options, message) => {
      const pool = open(options);
      const text = await page(pool, document);
      if (document === '!') await expect.poll(() => pool.state, { timeout: 10_000 }).toMatchObject(idle);
      await expect(new Response(text).text()).rejects.toThrow(message);
      expect(pool.state).toMatchObject(idle);
    });
  });

  test('keeps the details of a refusal', async () => {
    await expect(request(open(), 'refuse')).rejects.toMatchObject({
      details: { input: 'modified', part: 'word/document.xml' },
    });
  });

  test('stops work at its deadline', async () => {
    const pool = open({ deadlineMs: 300 });
    await expect(request(pool, 'spin')).rejects.toMatchObject({ code: 'work/deadline-exceeded' });
    expect(pool.state).toMatchObject(idle);
  });

  test('stops work that nobody waits for', async () => {
    const pool = open();
    const client = new AbortController();
    const spinning = request(pool, 'spin', client.signal);
    await expect.poll(() => pool.state.running).toBe(1);
    client.abort();
    await expect(spinning).rejects.toMatchObject({ code: 'request/abandoned' });
    expect(pool.state).toMatchObject(idle);
    expect((await request(pool, 'echo')).redline).toHaveLength(3);
  });

  test('refuses what comes when every place is taken, and says when to return', async () => {
    const pool = open({ queueLength: 1 });
    const client = new AbortController();
    const spinning = request(pool, 'spin', client.signal);
    const waiting = request(pool, 'echo');
    expect(pool.state).toMatchObject({ places: 2, capacity: 2, running: 1, waiting: 1 });
    await expect(request(pool, 'echo')).rejects.toMatchObject({
      code: 'service/busy',
      retryAfterSeconds: expect.toSatisfy((seconds: number) => seconds >= 1 && seconds <= 60),
    });
    client.abort();
    await expect(spinning).rejects.toMatchObject({ code: 'request/abandoned' });
    expect((await waiting).redline).toHaveLength(3);
  });

  test('lets nobody wait for ever', async () => {
    const pool = open({ deadlineMs: 300 });
    const spinning = request(pool, 'spin');
    await expect(request(pool, 'echo')).rejects.toMatchObject({ code: 'service/busy' });
    await expect(spinning).rejects.toMatchObject({ code: 'work/deadline-exceeded' });
    expect(pool.state).toMatchObject(idle);
  });

  test('gives up the place of a client that goes away while it waits', async () => {
    const pool = open();
    const first = new AbortController();
    const second = new AbortController();
    const spinning = request(pool, 'spin', first.signal);
    const waiting = request(pool, 'echo', second.signal);
    second.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'request/abandoned' });
    expect(pool.state).toMatchObject({ running: 1, waiting: 0, places: 1 });
    first.abort();
    await expect(spinning).rejects.toMatchObject({ code: 'request/abandoned' });
  });

  test('serves those who wait in the order they came', async () => {
    const pool = open({ queueLength: 10 });
    const order: number[] = [];
    const numbers = Array.from({ length: 8 }, (_, n) => n);
    await Promise.all(numbers.map((n) => request(pool, 'echo').then(() => order.push(n))));
    expect(order).toEqual(numbers);
  });

  test('takes nothing more once it stops', async () => {
    const pool = open();
    pool.stop();
    expect(pool.ready).toBe(false);
    await expect(request(pool, 'echo')).rejects.toMatchObject({ code: 'service/stopping' });
  });
});
