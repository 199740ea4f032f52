import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DirectoryBlobStore } from '../../src/platform/embedded/index.ts';
import { bytes, create } from './blob-store-kit.ts';

// What a loss of power must not undo is flushed before it is acknowledged, and what others see before they see it.

const log = vi.hoisted(() => ({ events: [] as string[], folder: '' }));

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  const named = (path: string): string =>
    path
      .slice(log.folder.length + 1)
      .replace(/\b[0-9a-f]{32}\b/g, 'DRAFT')
      .replace(/\b[0-9a-f]{16}\b/g, 'LIFE')
      .replace(/\b[0-9]{19}\b/g, 'GENERATION');
  const paths = new Map<number, string>();
  return {
    ...real,
    openSync: (path: string, flags: string, mode?: number) => {
      const descriptor = real.openSync(path, flags, mode);
      paths.set(descriptor, path);
      return descriptor;
    },
    fsync: (descriptor: number, done: (error: Error | null) => void) =>
      real.fsync(descriptor, (error) => {
        log.events.push(`flush ${named(paths.get(descriptor) ?? '')}`);
        done(error);
      }),
    linkSync: (from: string, to: string) => {
      log.events.push(`link ${named(to)}`);
      real.linkSync(from, to);
    },
    renameSync: (from: string, to: string) => {
      log.events.push(`rename ${named(to)}`);
      real.renameSync(from, to);
    },
  };
});

let store: DirectoryBlobStore;
beforeEach(async () => {
  log.folder = await mkdtemp(join(tmpdir(), 'redline-flushes-'));
  store = await DirectoryBlobStore.open(log.folder, true);
  log.events = [];
});
afterEach(() => rm(log.folder, { recursive: true }));

/** The events of some work; those between two names may come in any order. */
async function eventsOf(work: () => Promise<unknown>): Promise<string[][]> {
  log.events = [];
  await work();
  const steps: string[][] = [[]];
  for (const event of log.events) {
    if (event.startsWith('flush ')) steps.at(-1)?.push(event.slice('flush '.length));
    else steps.push([event], []);
  }
  return steps.filter(({ length }) => length > 0).map((step) => step.sort());
}

test('a new object is flushed with its folders before it has a name, and the way to it afterwards', async () => {
  expect(await eventsOf(() => create(store, 'a/b'))).toEqual([
    ['link unfinished/DRAFT/LIFE/GENERATION'],
    ['unfinished/DRAFT', 'unfinished/DRAFT', 'unfinished/DRAFT/LIFE'],
    ['rename kept/a/b.blob'],
    ['kept', 'kept/a'],
  ]);
});

test('a change is flushed before it has a name, and its folder afterwards', async () => {
  const { generation } = await create(store, 'a/b');
  const change = (ifGeneration: string) => store.write('a/b', bytes('next'), { ifGeneration });
  const file = ['unfinished/DRAFT'];
  const linked = ['link kept/a/b.blob/LIFE/GENERATION'];
  const first = await eventsOf(() => change(generation));
  // How its folder came to its name is not known yet, though others may know.
  expect(first.slice(0, 2)).toEqual([file, linked]);
  expect(first[2]).toEqual(expect.arrayContaining(['kept/a/b.blob/LIFE']));
  const second = await eventsOf(() => change(String(BigInt(generation) + 1n)));
  // Where the disk does not tell when a folder came to be, none is known again.
  const isTold = (await stat(log.folder, { bigint: true })).birthtimeNs !== 0n;
  expect(second).toEqual([file, linked, isTold ? ['kept/a/b.blob/LIFE'] : first[2]]);
});

test('a change by a process that has just begun flushes the whole way', async () => {
  const { generation } = await create(store, 'a/b');
  const other = await DirectoryBlobStore.open(log.folder, true);
  const [, , last] = await eventsOf(() => other.write('a/b', bytes('x'), { ifGeneration: generation }));
  expect(last).toEqual(['kept', 'kept/a', 'kept/a/b.blob', 'kept/a/b.blob/LIFE']);
});
