import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openTap, pour } from './pieces.ts';

/** A text of many pieces that counts how many were made. */
function counted(length: number): { text: Iterable<string>; made: () => number } {
  let made = 0;
  const pieces = function* () {
    while (made < length) {
      made += 1;
      yield `${made} `.padEnd(70_000, '·');
    }
  };
  return { text: pieces(), made: () => made };
}

describe('a text that is poured', () => {
  test('arrives whole', async () => {
    const tap = openTap(() => {});
    const poured = pour(['ä', 'b'.repeat(70_000), 'c', 'd'], tap.port);
    await tap.begun;
    expect(await new Response(tap.text).text()).toBe(`ä${'b'.repeat(70_000)}cd`);
    await poured;
  });

  test('is empty where nothing is made', async () => {
    const tap = openTap(() => {});
    void pour([], tap.port);
    await tap.begun;
    expect(await new Response(tap.text).text()).toBe('');
  });

  test('is made no faster than it is read', async () => {
    const { text, made } = counted(1000);
    const tap = openTap(() => {});
    void pour(text, tap.port);
    await tap.begun;
    const reader = tap.text.getReader();
    for (const read of [0, 100]) {
      for (let n = 0; n < read; n += 1) await reader.read();
      for (let turn = 0; turn < 500; turn += 1) await setImmediate();
      expect(made()).toBeGreaterThan(read);
      expect(made()).toBeLessThan(read + 20);
    }
    await reader.cancel();
  });

  test('tells the other side when nobody reads any more', async () => {
    let abandoned = false;
    const tap = openTap(() => {
      abandoned = true;
    });
    void pour(counted(1000).text, tap.port);
    await tap.text.cancel();
    expect(abandoned).toBe(true);
  });

  test('ends in the error that became of it', async () => {
    const tap = openTap(() => {});
    void pour(counted(1000).text, tap.port);
    await tap.begun;
    tap.fail(new Error('gone'));
    await expect(new Response(tap.text).text()).rejects.toThrow('gone');
  });
});
