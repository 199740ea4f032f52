import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Precedence } from './precedence.ts';

const turn = (): Promise<void> => new Promise((go) => setImmediate(go));

/** A sender of so many pieces, which are there when they are asked for. */
async function* sender(pieces: number): AsyncIterable<Uint8Array> {
  for (let n = 0; n < pieces; n += 1) yield Uint8Array.of(n);
}

/** Works on every piece for one turn of the event loop. @returns the requests in the order in which their pieces were taken. */
async function orderOf(places: number, requests: readonly { pieces: number; isLate?: boolean }[]) {
  const precedence = new Precedence(places);
  const taken: number[] = [];
  let at = 0;
  let most = 0;
  await Promise.all(
    requests.map(async ({ pieces, isLate }, request) => {
      const own = precedence.turn(isLate);
      for await (const _ of own.pieces(sender(pieces))) {
        at += 1;
        most = Math.max(most, at);
        taken.push(request);
        await turn();
        at -= 1;
      }
      own.end();
    }),
  );
  return { taken, most };
}

describe('pieces of requests', () => {
  test('are taken from the oldest request first', async () => {
    const { taken } = await orderOf(1, [{ pieces: 3 }, { pieces: 2 }, { pieces: 2 }]);
    expect(taken).toEqual([0, 0, 0, 1, 1, 2, 2]);
  });

  test('of what is nearly done come before all that wait', async () => {
    const { taken } = await orderOf(1, [{ pieces: 2 }, { pieces: 2 }, { pieces: 2, isLate: true }]);
    expect(taken).toEqual([0, 0, 2, 2, 1, 1]);
  });

  test('that have not arrived keep nobody waiting', async () => {
    const precedence = new Precedence(1);
    let arrive = (): void => {};
    async function* slow(): AsyncIterable<Uint8Array> {
      await new Promise<void>((go) => {
        arrive = go;
      });
      yield Uint8Array.of(1);
    }
    const taken: string[] = [];
    const oldest = (async () => {
      for await (const _ of precedence.turn().pieces(slow())) taken.push('slow');
    })();
    const second = precedence.turn();
    for await (const _ of second.pieces(sender(2))) taken.push('fast');
    second.end();
    arrive();
    await oldest;
    expect(taken).toEqual(['fast', 'fast', 'slow']);
  });

  test('give their place back when their request fails or is left', async () => {
    const precedence = new Precedence(1);
    async function* broken(): AsyncIterable<Uint8Array> {
      yield Uint8Array.of(1);
      throw new Error('broken');
    }
    const failing = async () => {
      for await (const _ of precedence.turn().pieces(broken()));
    };
    await expect(failing()).rejects.toThrow('broken');
    for await (const _ of precedence.turn().pieces(sender(9))) break;
    const taken: number[] = [];
    for await (const [piece = -1] of precedence.turn().pieces(sender(2))) taken.push(piece);
    expect(taken).toEqual([0, 1]);
  });

  test('come after the end of the requests before, not only after their last pieces', async () => {
    const precedence = new Precedence(1);
    const first = precedence.turn();
    const done: string[] = [];
    for await (const _ of first.pieces(sender(1)));
    const second = precedence.turn();
    const waiting = (async () => {
      for await (const _ of second.pieces(sender(1))) done.push('second');
    })();
    for (let n = 0; n < 10; n += 1) await turn();
    done.push('first');
    first.end();
    first.end();
    await waiting;
    expect(done).toEqual(['first', 'second']);
  });

  test('of a request that was given up while it waited take no place', async () => {
    const precedence = new Precedence(1);
    const first = precedence.turn();
    for await (const _ of first.pieces(sender(1)));
    const given = precedence.turn();
    const waiting = (async () => {
      for await (const _ of given.pieces(sender(1)));
    })();
    given.end();
    first.end();
    await waiting;
    const third = precedence.turn();
    const taken: number[] = [];
    for await (const [piece = -1] of third.pieces(sender(2))) taken.push(piece);
    expect(taken).toEqual([0, 1]);
  });

  test('are of fewer requests at once while small ones come, and of all again when none did', async () => {
    let now = 0;
    const precedence = new Precedence(3, 1, () => now);
    const turns = Array.from({ length: 6 }, () => precedence.turn());
    const begun: number[] = [];
    const begin = async (n: number): Promise<void> => {
      for await (const _ of turns[n]?.pieces(sender(1)) ?? []) begun.push(n);
    };
    const settle = async (): Promise<void> => {
      for (let n = 0; n < 10; n += 1) await turn();
    };
    precedence.noteSmall();
    const all = turns.map((_, n) => begin(n));
    await settle();
    expect(begun).toEqual([0]);
    now = 249;
    turns[0]?.end();
    await settle();
    expect(begun).toEqual([0, 1]);
    now = 250;
    turns[1]?.end();
    await settle();
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    precedence.noteSmall();
    for (const n of [2, 3]) turns[n]?.end();
    await settle();
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    turns[4]?.end();
    await Promise.all(all);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('are taken in turns of the loop, so that others come in between', async () => {
    const precedence = new Precedence(2);
    let bytes = 0;
    let most = 0;
    async function* large(): AsyncIterable<Uint8Array> {
      for (let n = 0; n < 64; n += 1) yield new Uint8Array(64 * 1024);
    }
    let isOver = false;
    const others = (async () => {
      for (let before = 0; !isOver; before = bytes) {
        await turn();
        most = Math.max(most, bytes - before);
      }
    })();
    const read = async () => {
      for await (const { byteLength } of precedence.turn().pieces(large())) bytes += byteLength;
    };
    await Promise.all([read(), read()]);
    isOver = true;
    await others;
    expect(bytes).toBe(2 * 64 * 64 * 1024);
    expect(most).toBeLessThanOrEqual(2 * 256 * 1024);
  });

  test('are all taken, never more at once than there are places', async () => {
    const request = fc.record({ pieces: fc.nat({ max: 6 }), isLate: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(request, { maxLength: 12 }),
        async (places, all) => {
          const { taken, most } = await orderOf(places, all);
          expect(most).toBeLessThanOrEqual(places);
          for (const [n, { pieces }] of all.entries()) {
            expect(taken.filter((one) => one === n)).toHaveLength(pieces);
          }
        },
      ),
    );
  });
});
