import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DirectoryBlobStore } from '../../src/platform/embedded/index.ts';
import { bytes, create, textOf } from './blob-store-kit.ts';

// A writer that has looked at an object, and sleeps right before it gives its file a name, while others go on.

const asleep = vi.hoisted(() => ({ meanwhile: null as (() => Promise<void>) | null }));

vi.mock('../../src/platform/embedded/prompt-calls.ts', async (original) => {
  const real = await original<typeof import('../../src/platform/embedded/prompt-calls.ts')>();
  const sleeping =
    <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      const { meanwhile } = asleep;
      asleep.meanwhile = null;
      await meanwhile?.();
      return await call(...args);
    };
  return { ...real, link: sleeping(real.link), mkdir: sleeping(real.mkdir) };
});

let folder: string;
let store: DirectoryBlobStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-sleepers-'));
  store = await DirectoryBlobStore.open(folder, true);
});
afterEach(() => rm(folder, { recursive: true }));

const later = (): number => Date.now() + 3_600_000;

/** Others write twice, and the generation that the sleeper wanted to be is pruned. */
async function goOn(generation: string): Promise<void> {
  const next = await store.write('a', bytes('others'), { ifGeneration: generation });
  await store.write('a', bytes('others again'), { ifGeneration: next?.generation ?? '' });
  expect(await store.prune('a', { newest: 0, before: later() })).toBe(2);
}

test('a write that slept over a pruning comes too late, and leaves no generation', async () => {
  const { generation } = await create(store, 'a');
  asleep.meanwhile = () => goOn(generation);
  expect(await store.write('a', bytes('sleeper'), { ifGeneration: generation })).toBeNull();
  expect(await textOf(store, 'a')).toBe('others again');
  expect(await store.prune('a', { newest: 0, before: later() })).toBe(0);
});

test('a write that slept over a pruning that left its base goes through, and lasts', async () => {
  const first = await create(store, 'a');
  const second = await store.write('a', bytes('two'), { ifGeneration: first.generation });
  asleep.meanwhile = async () => {
    expect(await store.prune('a', { newest: 0, before: later() })).toBe(1);
  };
  const third = await store.write('a', bytes('three'), { ifGeneration: second?.generation ?? '' });
  expect(third).not.toBeNull();
  const again = await DirectoryBlobStore.open(folder, true);
  expect(await textOf(again, 'a')).toBe('three');
});

test('a removal that slept over a pruning comes too late', async () => {
  const { generation } = await create(store, 'a');
  asleep.meanwhile = () => goOn(generation);
  expect(await store.delete('a', generation)).toBe(false);
  expect(await textOf(store, 'a')).toBe('others again');
});

test('a purge finds what was given another name', async () => {
  const { generation } = await create(store, 'a');
  await goOn(generation);
  expect(await store.purge('a')).toBe(1);
  expect(await store.stat('a')).toBeNull();
});
