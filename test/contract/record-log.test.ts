import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RecordLog } from '../../src/audit/index.ts';
import { ObjectLog } from '../../src/audit/object-log.ts';
import { systemRandom } from '../../src/kit/index.ts';
import { DirectoryBlobStore, FileLog, LogFolder } from '../../src/platform/embedded/index.ts';
import { describeRecordLog, type LogUnderTest } from './record-log.ts';

const newFolder = () => mkdtemp(join(tmpdir(), 'redline-log-'));

async function underTest(
  open: (folder: string, clock: () => number) => Promise<RecordLog>,
): Promise<LogUnderTest> {
  const folder = await newFolder();
  let now = 1_000_000;
  const clock = (): number => now;
  return {
    log: await open(folder, clock),
    other: () => open(folder, clock),
    pass: (ms) => {
      now += ms;
    },
    now: clock,
    dispose: () => rm(folder, { recursive: true }),
  };
}

const openFiles = async (folder: string, clock: () => number, fileBytes?: number): Promise<FileLog> =>
  new FileLog(await LogFolder.open(folder), {
    ...{ clock, random: systemRandom },
    ...(fileBytes === undefined ? {} : { fileBytes }),
  });

describeRecordLog('files', () => underTest(openFiles));
describeRecordLog('short files', () => underTest((folder, clock) => openFiles(folder, clock, 300)));
describeRecordLog('objects', () =>
  underTest(
    async (folder, clock) =>
      new ObjectLog(await DirectoryBlobStore.open(folder, true), { clock, random: systemRandom }),
  ),
);

describe('files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await newFolder();
  });
  afterEach(() => rm(folder, { recursive: true }));

  const openAt = (now: number, fileBytes?: number) => openFiles(folder, () => now, fileBytes);

  async function textsAt(now: number): Promise<{ texts: string[]; failure: unknown }> {
    const texts: string[] = [];
    try {
      for await (const { text } of (await openAt(now)).left(now)) texts.push(text);
      return { texts, failure: null };
    } catch (failure) {
      return { texts, failure };
    }
  }

  async function change(edit: (bytes: Buffer) => Buffer): Promise<void> {
    const [name = ''] = await readdir(folder);
    await writeFile(join(folder, name), edit(await readFile(join(folder, name))));
  }

  test('write records that come together as one frame', async () => {
    const log = await openAt(0);
    await Promise.all(Array.from({ length: 100 }, (_, n) => log.append('t', `${n}`)));
    const [name = ''] = await readdir(folder);
    const lines = (await readFile(join(folder, name), 'latin1')).split('\n').slice(0, -1);
    expect(lines).toHaveLength(1);
  });

  test('of a process that says nothing, but is there, are not taken over', async () => {
    let now = 0;
    const clock = (): number => now;
    const [log, other] = [await openFiles(folder, clock), await openFiles(folder, clock)];
    await log.append('t', '1');
    const left: string[] = [];
    for (let n = 0; n < 20; n += 1) {
      now += 5000;
      for await (const { text } of log.left(now - 10_000)) left.push(text);
      for await (const { text } of other.left(now - 10_000)) expect.unreachable(text);
    }
    expect(new Set(left)).toEqual(new Set(['1']));
    // Its own records stand behind frames without any.
    await log.append('t', '2');
    now += 11_000;
    const found: string[] = [];
    for await (const { text } of other.left(now - 10_000)) found.push(text);
    expect(found).toEqual(['1', '2']);
    // It only slept: what it adds now is kept elsewhere.
    for await (const _ of log.left(now - 10_000)) expect.unreachable();
    await log.append('t', '3');
    now += 11_000;
    expect((await textsAt(now)).texts).toEqual(['1', '2', '3']);
  });

  test('go when all that was in them is removed', async () => {
    const log = await openAt(0, 300);
    const names: string[] = [];
    for (let n = 0; n < 50; n += 1) names.push(await log.append('t', 'x'.repeat(50)));
    expect((await readdir(folder)).length).toBeGreaterThan(10);
    for (const name of names) await log.remove(name);
    await log.close();
    expect(await readdir(folder)).toEqual([]);
  });

  test('stay when they are closed before all is removed', async () => {
    const log = await openAt(0);
    await log.append('t', '1');
    await log.close();
    expect(await textsAt(10)).toEqual({ texts: ['1'], failure: null });
  });

  test.each([
    ['cut off within the last frame', (bytes: Buffer) => bytes.subarray(0, bytes.indexOf(0) - 3), ['1']],
    ['cut off before its line end', (bytes: Buffer) => bytes.subarray(0, bytes.indexOf(0) - 1), ['1']],
    [
      'with a hole in the last frame',
      (bytes: Buffer) => bytes.fill(0, bytes.indexOf(0) - 9, bytes.indexOf(0) - 5),
      ['1'],
    ],
    [
      'with a hole where the last frame begins',
      (bytes: Buffer) => bytes.fill(0, bytes.indexOf('\n') + 1, bytes.indexOf('\n') + 12),
      ['1'],
    ],
    ['without anything but zeros', (bytes: Buffer) => bytes.fill(0), []],
    ['empty', () => Buffer.alloc(0), []],
  ])('%s: what was not acknowledged is left out', async (_, edit, left) => {
    const log = await openAt(0);
    await log.append('t', '1');
    await log.append('t', '2');
    await change(edit);
    expect(await textsAt(10)).toEqual({ texts: left, failure: null });
  });

  test.each([
    [
      'in the last frame',
      (bytes: Buffer) => bytes.fill('7', bytes.indexOf(0) - 6, bytes.indexOf(0) - 5),
      ['1'],
    ],
    ['in the first one', (bytes: Buffer) => bytes.fill('7', 12, 13), ['2']],
    ['that joins two', (bytes: Buffer) => bytes.fill(' ', bytes.indexOf('\n'), bytes.indexOf('\n') + 1), []],
  ])('another sign %s is damage, and the others are told', async (_, edit, left) => {
    const log = await openAt(0);
    await log.append('t', '1');
    await log.append('t', '2');
    await change(edit);
    const { texts, failure } = await textsAt(10);
    expect(texts).toEqual(left);
    expect(failure).toMatchObject({ port: 'BlobStore', failure: 'damaged' });
    // It stays, for whoever looks into it.
    expect((await textsAt(20)).failure).toMatchObject({ failure: 'damaged' });
  });

  test('what cannot be written is refused, and what follows is kept', async () => {
    const log = await openAt(0);
    await rm(folder, { recursive: true });
    await expect(log.append('t', '1')).rejects.toMatchObject({ port: 'BlobStore', failure: 'unavailable' });
    await LogFolder.open(folder);
    await log.append('t', '2');
    expect((await textsAt(10)).texts).toEqual(['2']);
  });
});
