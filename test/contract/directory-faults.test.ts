import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ABSENT } from '../../src/documents/index.ts';
import { OutsideError } from '../../src/kit/index.ts';
import { DirectoryBlobStore } from '../../src/platform/embedded/index.ts';
import { bytes, create, textOf } from './blob-store-kit.ts';

/** The one call to the operating system that fails: its number, counted from when it is planned, and how. */
interface Fault {
  left: number;
  readonly code: string;
  /** Whether the call has done its work all the same. */
  readonly isDone: boolean;
}

const planned = vi.hoisted(() => ({
  fault: null as Fault | null,
  /** What a call fails with; null while it is not its turn. */
  next(syscall: string): Error | null {
    const { fault } = planned;
    if (fault === null) return null;
    fault.left -= 1;
    if (fault.left !== 0) return null;
    return Object.assign(new Error(`${fault.code}, ${syscall}`), { code: fault.code, syscall });
  },
}));

// The disk is the real one, but for a call that fails where no disk can be made to.
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  type Call = (...args: never[]) => Promise<unknown>;
  const failing =
    (syscall: string, call: Call): Call =>
    async (...args) => {
      const failure = planned.next(syscall);
      if (failure === null) return call(...args);
      // What stays open would be missed by nobody but the test.
      if (syscall === 'close' || (planned.fault?.isDone && syscall !== 'open')) await call(...args);
      throw failure;
    };
  const names = ['rename', 'rm', 'rmdir', 'unlink', 'writeFile'] as const;
  const wrapped = names.map((name) => [name, failing(name, real[name] as Call)]);
  return { ...real, ...Object.fromEntries(wrapped) };
});

// Also where no thread makes the call.
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  type Call = (...args: unknown[]) => unknown;
  const failing =
    (syscall: string, call: Call): Call =>
    (...args) => {
      const failure = planned.next(syscall);
      if (failure === null) return call(...args);
      if (syscall === 'close' || (planned.fault?.isDone && syscall !== 'open')) call(...args);
      throw failure;
    };
  const names = [
    ...(['closeSync', 'fstatSync', 'linkSync', 'lstatSync', 'mkdirSync', 'openSync', 'readdirSync'] as const),
    ...(['readSync', 'renameSync', 'rmdirSync', 'unlinkSync', 'writeSync'] as const),
  ];
  const wrapped = names.map((name) => [name, failing(name.replace('Sync', ''), real[name] as Call)]);
  const fsync = (descriptor: number, done: (error: Error | null) => void): void => {
    const failure = planned.next('fsync');
    if (failure === null || planned.fault?.isDone) real.fsync(descriptor, (error) => done(failure ?? error));
    else done(failure);
  };
  return { ...real, ...Object.fromEntries(wrapped), fsync };
});

const NAME = 'a/b';
let folder: string;

afterEach(async () => {
  planned.fault = null;
  await rm(folder, { recursive: true, force: true });
});

interface Case {
  readonly keepsGenerations: boolean;
  /** What the object holds beforehand; null when there is none. */
  readonly before: string | null;
  readonly after: string | null;
  /** What is done, on a store that was opened anew. */
  run(store: DirectoryBlobStore, generation: string): Promise<unknown>;
}

const replace: Case['run'] = (store, ifGeneration) => store.write(NAME, bytes('new'), { ifGeneration });
const remove: Case['run'] = (store, generation) => store.delete(NAME, generation);
const CASES: readonly [string, Case][] = [
  ['a write where nothing is', { keepsGenerations: true, before: null, after: 'new', run: replace }],
  ['a write over another', { keepsGenerations: true, before: 'old', after: 'new', run: replace }],
  [
    'a write over another that is not kept',
    { keepsGenerations: false, before: 'old', after: 'new', run: replace },
  ],
  ['a removal', { keepsGenerations: true, before: 'old', after: null, run: remove }],
  ['a removal for good', { keepsGenerations: false, before: 'old', after: null, run: remove }],
];

/** One run with one fault. @returns whether the fault came about. */
async function runWith({ keepsGenerations, before, after, run }: Case, fault: Fault): Promise<boolean> {
  folder = await mkdtemp(join(tmpdir(), 'redline-faults-'));
  const open = () => DirectoryBlobStore.open(folder, keepsGenerations);
  const store = await open();
  const generation = before === null ? ABSENT : (await create(store, NAME, bytes(before))).generation;
  const where = `${fault.code} at call ${fault.left}, done: ${fault.isDone}`;
  planned.fault = fault;
  const failure: unknown = await run(store, generation).then(
    () => null,
    (error: unknown) => error,
  );
  planned.fault = null;
  const held = await textOf(store, NAME);
  if (failure === null) expect(held, where).toBe(after);
  else {
    expect(failure, where).toBeInstanceOf(OutsideError);
    const { failure: kind } = failure as OutsideError;
    expect(kind === 'unclear' ? [before, after] : [before], `${where}: ${kind}`).toContain(held);
    if (kind !== 'unclear') expect(kind, where).toBe(fault.code === 'ENOSPC' ? 'full' : 'unavailable');
    expect(await readdir(join(folder, 'unfinished')), where).toEqual([]);
  }
  await expectToWork(await open(), where);
  await rm(folder, { recursive: true });
  return fault.left <= 0;
}

/** Whatever happened before, the object can be written, removed and purged. */
async function expectToWork(store: DirectoryBlobStore, where: string): Promise<void> {
  const ifGeneration = (await store.stat(NAME))?.generation ?? ABSENT;
  expect(await store.write(NAME, bytes('next'), { ifGeneration }), where).not.toBeNull();
  expect(await textOf(store, NAME), where).toBe('next');
  await store.purge(NAME);
  for (const name of ['kept', 'purged']) expect(await readdir(join(folder, name)), where).toEqual([]);
}

describe.each([
  ['EIO', false],
  ['EIO', true],
  ['ENOSPC', false],
])('a call to the operating system that fails with %s, done: %s', (code, isDone) => {
  test.each(CASES)('in %s tells what became of it, and spoils nothing', async (_, kind) => {
    let calls = 0;
    do calls += 1;
    while (await runWith(kind, { left: calls, code, isDone }));
    // As many as it makes; fewer would mean that faults no longer reach it.
    expect(calls).toBeGreaterThan(10);
  });
});

test('a purge that was cut short anywhere is ended by the next', async () => {
  for (let left = 1, reached = true; reached; left += 1) {
    folder = await mkdtemp(join(tmpdir(), 'redline-faults-'));
    const store = await DirectoryBlobStore.open(folder, true);
    await create(store, NAME, bytes('secret'));
    const fault = { left, code: 'EIO', isDone: false };
    planned.fault = fault;
    const ended = await store.purge(NAME).then(
      () => true,
      (error: unknown) => error instanceof OutsideError && error.failure,
    );
    planned.fault = null;
    reached = fault.left <= 0;
    expect([true, 'unavailable']).toContain(ended);
    await store.purge(NAME);
    for (const name of ['kept', 'purged'])
      expect(await readdir(join(folder, name), { recursive: true })).toEqual([]);
    await rm(folder, { recursive: true });
  }
});
