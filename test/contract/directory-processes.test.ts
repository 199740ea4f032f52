import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DirectoryBlobStore } from '../../src/platform/embedded/index.ts';
import { create, namesOf, textOf } from './blob-store-kit.ts';

const script = fileURLToPath(new URL('directory-process.ts', import.meta.url));
const NAME = 'shared/one';
/** More than any process gets done before it is killed. */
const ENDLESS = 1_000_000;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-blobs-'));
});
afterEach(() => rm(folder, { recursive: true }));

type Fact = Readonly<Record<string, unknown>>;

interface Worker {
  readonly child: ChildProcess;
  /** What it has acknowledged. */
  facts(): Fact[];
  /** Resolves when it has acknowledged so many things. */
  reached(count: number): Promise<void>;
  readonly ended: Promise<unknown>;
}

function start(command: string, args: readonly string[]): Worker {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  // Behind the last line end there may be a line that was cut short when the process was killed.
  const facts = () =>
    output
      .split('\n')
      .slice(0, -1)
      .map((line): Fact => JSON.parse(line));
  const reached = async (count: number) => {
    while (facts().length < count) await once(child.stdout, 'data');
  };
  return { child, facts, reached, ended: once(child, 'close') };
}

const work = (kind: string, who: number, rounds: number): Worker =>
  start(process.execPath, [script, kind, folder, String(who), String(rounds)]);

/** Four times three processes, all killed when one of them has done a random number of things. */
async function workAndKill(kind: string): Promise<{ facts: Fact[]; killed: number }> {
  const facts: Fact[] = [];
  let killed = 0;
  for (let round = 0; round < 4; round += 1) {
    const workers = [0, 1, 2].map((who) => work(kind, round * 3 + who, ENDLESS));
    await Promise.race(workers.map((worker) => worker.reached(randomInt(5, 25))));
    for (const { child } of workers) child.kill('SIGKILL');
    await Promise.all(workers.map((worker) => worker.ended));
    killed += workers.filter(({ child }) => child.signalCode === 'SIGKILL').length;
    facts.push(...workers.flatMap((worker) => worker.facts()));
  }
  return { facts, killed };
}

async function linesOf(): Promise<string[]> {
  const store = await DirectoryBlobStore.open(folder, true);
  return ((await textOf(store, NAME)) ?? '').split(/(?<=\n)/);
}

/** No generation is written twice, and none has two successors: what was acknowledged is one history. */
function expectOneHistory(facts: readonly Fact[]): void {
  const written = facts.flatMap(({ after }) => (after === null ? [] : [after]));
  expect(new Set(written).size).toBe(written.length);
  const replaced = facts.flatMap(({ before }) => (before === '0' ? [] : [before]));
  expect(new Set(replaced).size).toBe(replaced.length);
}

test('four processes that add to one object lose nothing', async () => {
  const workers = [0, 1, 2, 3].map((who) => work('append', who, 25));
  await Promise.all(workers.map(({ ended }) => ended));
  const acknowledged = workers.flatMap((worker) => worker.facts()).map(({ line }) => line);
  expect(acknowledged).toHaveLength(100);
  expect((await linesOf()).sort()).toEqual(acknowledged.sort());
});

test('processes killed at any moment lose nothing they acknowledged, and stop nobody', async () => {
  const { facts, killed } = await workAndKill('append');
  const lines = await linesOf();
  expect(killed).toBe(12);
  expect(new Set(lines).size).toBe(lines.length);
  expect(lines).toEqual(expect.arrayContaining(facts.map(({ line }) => line)));
  // Each of them may have written a line that it could not tell of any more.
  expect(lines.length - facts.length).toBeLessThanOrEqual(killed);
});

test.each(['churn', 'churn-current'])(
  'writes, removals and purges of many make one history: %s',
  async (kind) => {
    const workers = [0, 1, 2, 3].map((who) => work(kind, who, 60));
    await Promise.all(workers.map(({ ended }) => ended));
    expect(workers.map(({ child }) => child.exitCode)).toEqual([0, 0, 0, 0]);
    expectOneHistory(workers.flatMap((worker) => worker.facts()));
  },
);

test.each(['churn', 'churn-current'])('and do so when they are killed: %s', async (kind) => {
  const { facts, killed } = await workAndKill(kind);
  expect(killed).toBe(12);
  expectOneHistory(facts);
  const store = await DirectoryBlobStore.open(folder, kind === 'churn');
  expect(await readdir(join(folder, 'purged'))).toEqual([]);
  const names = await namesOf(store, '');
  expect(names.length).toBeLessThanOrEqual(1);
  await store.purge(NAME);
  await create(store, NAME);
  expect(await namesOf(store, '')).toEqual([NAME]);
});

test('no room: nothing of the write is left, and what fits goes through', async () => {
  // The limit is the kernel's, on the size of a file: 2048 blocks of 512 bytes.
  const limited = `ulimit -f 2048; exec "$0" "$@"`;
  const { ended, facts } = start('/bin/sh', ['-c', limited, process.execPath, script, 'overflow', folder]);
  await ended;
  expect(facts()).toEqual([
    { failure: 'full' },
    { small: expect.objectContaining({ name: 'small', size: 1 }) },
  ]);
  expect(await readdir(join(folder, 'unfinished'))).toEqual([]);
  expect(await readdir(join(folder, 'kept'))).toEqual(['small.blob']);
});
