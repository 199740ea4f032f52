import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LOCAL_TENANT } from '../../src/access/index.ts';
import { KeyRing } from '../../src/platform/embedded/index.ts';

// Two processes with catalogues of their own over the same stores. Their clock is told to them.

const MOST = 10;
const BEGIN = Date.UTC(2026, 10, 22);

let folder: string;
let processes: ChildProcess[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-quotas-'));
  await (await KeyRing.open(join(folder, 'keys'))).create(LOCAL_TENANT);
  processes = [];
  for (const name of ['one', 'other']) {
    const child = fork(new URL('quotas-process.ts', import.meta.url), [folder, name, String(MOST)]);
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

/** How many of so many tries of one process are taken in, so long after the beginning. */
async function make(at: 0 | 1, count: number, seconds: number): Promise<number> {
  const child = processes[at];
  let made = 0;
  for (let n = 0; n < count; n += 1) {
    child?.send(BEGIN + seconds * 1000);
    const [outcome] = (await once(child as ChildProcess, 'message')) as [string];
    if (outcome === 'made') made += 1;
    else expect(outcome).toBe('documents/quota-exceeded');
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
