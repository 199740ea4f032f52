import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LOCAL_TENANT } from '../../src/access/index.ts';
import { KeyRing } from '../../src/platform/embedded/index.ts';
import type { Told } from './quotas-process.ts';

// Two processes with catalogues of their own over the same stores. Their clock is told to them.

const MOST = 10;
const MOST_BYTES = 1_000_000;
const BEGIN = Date.UTC(2026, 10, 22);

let folder: string;
let processes: ChildProcess[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-quotas-'));
  await (await KeyRing.open(join(folder, 'keys'))).create(LOCAL_TENANT);
  processes = [];
  for (const name of ['one', 'other']) {
    const child = fork(new URL('quotas-process.ts', import.meta.url), [
      folder,
      name,
      String(MOST),
      String(MOST_BYTES),
    ]);
    await once(child, 'message');
    processes.push(child);
  }
});
afterEach(async () => {
  for (const child of processes) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  await rm(folder, { recursive: true });
});

/** What came of it: the id of a document that was made, `done`, or a problem. */
async function tell(at: 0 | 1, seconds: number, told: Omit<Told, 'at'> = {}): Promise<string> {
  const child = processes[at] as ChildProcess;
  child.send({ at: BEGIN + seconds * 1000, ...told });
  const [outcome] = (await once(child, 'message')) as [string];
  return outcome;
}

const FULL = 'documents/quota-exceeded';

/** How many of so many tries of one process are taken in, so long after the beginning. */
async function make(at: 0 | 1, count: number, seconds: number): Promise<number> {
  let made = 0;
  for (let n = 0; n < count; n += 1) {
    const outcome = await tell(at, seconds);
    if (/^d_/.test(outcome)) made += 1;
    else expect(outcome).toBe(FULL);
  }
  return made;
}

test('five seconds apart, two processes hold a quota together to the document', async () => {
  expect([await make(0, 1, 0), await make(1, 1, 0)]).toEqual([1, 1]);
  expect(await make(0, 6, 1)).toBe(6);
  expect(await make(1, 6, 6)).toBe(2);
  expect([await make(0, 3, 12), await make(1, 3, 12)]).toEqual([0, 0]);
});

test('within five seconds they pass it by what the other took in meanwhile, and then no more', async () => {
  expect([await make(0, 1, 0), await make(1, 1, 0)]).toEqual([1, 1]);
  const [one, other] = [await make(0, 20, 1), await make(1, 20, 1)];
  expect(one).toBeLessThanOrEqual(MOST - 1);
  expect(other).toBeLessThanOrEqual(MOST - 1);
  expect([await make(0, 3, 7), await make(1, 3, 7)]).toEqual([0, 0]);
});

test('what one process erases, documents and bytes, the other may keep anew', async () => {
  const large = { bytes: 0.6 * MOST_BYTES };
  const first = await tell(0, 0, large);
  expect(first).toMatch(/^d_/);
  expect([await tell(0, 1, large), await tell(1, 6, large)]).toEqual([FULL, FULL]);
  expect(await tell(0, 12, { erase: first })).toBe('done');
  const second = await tell(1, 18, large);
  expect(second, 'its bytes').toMatch(/^d_/);
  // The other nine documents, then one more in the place of one that is erased where it was not made.
  expect([await make(0, 20, 24), await make(1, 1, 30)]).toEqual([9, 0]);
  expect(await tell(0, 36, { erase: second })).toBe('done');
  expect(await make(1, 3, 42), 'its place').toBe(1);
});
