import { describe, expect, test } from 'vitest';
import type { Cache, Channel } from '../../src/access/index.ts';
import { hex } from './sessions.ts';

/** What every `Cache` promises. */
export function describeCache(adapter: string, use: () => { one: Cache; other: Cache }): void {
  describe(`Cache on ${adapter}`, () => {
    const key = () => `key-${hex(8)}`;

    test('what was put in is there for everybody, the latest of it, until it is taken out', async () => {
      const at = key();
      expect(await use().one.get(at)).toBeNull();
      await use().one.set(at, 'one', 60_000);
      await use().other.set(at, 'two “é”', 60_000);
      expect(await use().one.get(at)).toBe('two “é”');
      expect(await use().one.get(`${at}-`)).toBeNull();
      await use().one.delete(at);
      expect(await use().other.get(at)).toBeNull();
    });

    test('of many who take the same, one gets it', async () => {
      const at = key();
      await use().one.set(at, 'once', 60_000);
      const all = Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? use().one : use().other).take(at));
      const got = (await Promise.all(all)).filter((value) => value !== null);
      expect(got).toEqual(['once']);
      expect(await use().one.get(at)).toBeNull();
    });

    test('it is gone after its time', async () => {
      const at = key();
      await use().one.set(at, 'short', 40);
      await expect.poll(() => use().one.get(at), { interval: 10 }).toBeNull();
      expect(await use().one.take(at)).toBeNull();
    });

    test('is ready', async () => {
      await expect(use().one.probe()).resolves.toBeUndefined();
    });
  });
}

/** What every `Channel` promises. */
export function describeChannel(adapter: string, use: () => { one: Channel; other: Channel }): void {
  describe(`Channel on ${adapter}`, () => {
    test('a message reaches all who listen to its topic, in every process', async () => {
      const topic = `topic-${hex(8)}`;
      const heard: [string[], string[], string[]] = [[], [], []];
      const ends = [
        await use().one.subscribe(topic, (message) => heard[0].push(message)),
        await use().other.subscribe(topic, (message) => heard[1].push(message)),
        await use().other.subscribe(`${topic}-`, (message) => heard[2].push(message)),
      ];
      for (const message of ['a', 'b', '“c”']) await use().one.publish(topic, message);
      await expect.poll(() => heard[0].toSorted()).toEqual(['a', 'b', '“c”']);
      await expect.poll(() => heard[1].toSorted()).toEqual(['a', 'b', '“c”']);
      for (const end of ends) end();
      await use().one.publish(topic, 'd');
      const last: string[] = [];
      const end = await use().one.subscribe(`${topic}+`, (message) => last.push(message));
      await use().one.publish(`${topic}+`, 'e');
      await expect.poll(() => last).toEqual(['e']);
      expect(heard.map((one) => one.toSorted())).toEqual([['a', 'b', '“c”'], ['a', 'b', '“c”'], []]);
      end();
    });

    test('is ready', async () => {
      await expect(use().one.probe()).resolves.toBeUndefined();
    });
  });
}
