import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BatchSummary } from '../../src/reports/index.ts';
import { json, redline } from '../support/cli.ts';
import { textOf } from '../support/engine.ts';
import { docx, p, r } from '../support/redlines.ts';
import { type Service, startService } from './service.ts';

const folder = mkdtempSync(join(tmpdir(), 'redline-batch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fee = (words: string): Uint8Array => docx(p(r(`The fee is ${words}.`)));

function put(files: Readonly<Record<string, Uint8Array | string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

const batch = (...args: readonly string[]) =>
  redline(['batch', ...args], { cwd: folder, timeoutMs: 120_000 });
const outcomes = ({ items }: BatchSummary) => items.map(({ name, outcome }) => [name, outcome]);
const read = (name: string): Buffer => readFileSync(join(folder, name));

describe('redline batch of a folder', () => {
  put({
    'all/acme/original.docx': fee('ten'),
    'all/acme/modified.docx': fee('twelve'),
    'all/globex.original.docx': fee('one'),
    'all/globex.modified.docx': fee('one'),
    'all/notes.docx': 'no part of a pair',
  });

  test('makes a redline of each pair, and keeps it when it is asked again', async () => {
    const first = await batch('all', '-o', 'out', '--json', '--summary', 'summary.csv');
    expect([first.exitCode, first.stderr]).toEqual([0, '']);
    const summary = json<BatchSummary>(first);
    expect(outcomes(summary)).toEqual([
      ['acme', 'redlined'],
      ['globex', 'identical'],
    ]);
    expect(textOf(new Uint8Array(read('out/acme.docx')), 'word/document.xml')).toMatch(/<w:ins .*twelve/s);
    expect(read('summary.csv').toString()).toContain('"acme","acme/original.docx"');

    const made = statSync(join(folder, 'out/acme.docx')).mtimeMs;
    appendFileSync(join(folder, 'out/batch.jsonl'), '{"name":"acme","sha2');
    const again = await batch('all', '-o', 'out');
    expect(again.stdout.toString()).toMatch(/2 of 2 pairs proven exact\n {2}2 of them by an earlier run/);
    expect(statSync(join(folder, 'out/acme.docx')).mtimeMs).toBe(made);
  });

  test('does again what was changed, asked otherwise or lost', async () => {
    const kept = async (...args: readonly string[]): Promise<number> => {
      const { exitCode, stdout } = await batch('all', '-o', 'again', ...args);
      expect(exitCode).toBe(0);
      return Number(/(\d+) of them by an earlier run/.exec(stdout.toString())?.[1] ?? 0);
    };
    expect(await kept()).toBe(0);
    expect(await kept('--granularity', 'character')).toBe(0);
    rmSync(join(folder, 'again/acme.docx'));
    expect(await kept('--granularity', 'character')).toBe(1);
    put({ 'all/globex.modified.docx': fee('two') });
    expect(await kept('--granularity', 'character')).toBe(1);
    expect(await kept('--granularity', 'character', '--force')).toBe(0);
  });

  test.each([
    ['no pair', { 'none/readme.docx': 'x' }, 'none', /holds no pair/],
    ['half a pair', { 'half/a.original.docx': 'x' }, 'half', /half a pair only: a/],
    [
      'a half twice',
      { 'twice/original.docx': 'x', 'twice/Original.docm': 'x' },
      'twice',
      /original .* twice/,
    ],
  ])('is refused with %s', async (_, files, source, message) => {
    put(files);
    const { exitCode, stderr } = await batch(source, '-o', 'never');
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(() => statSync(join(folder, 'never'))).toThrow();
  });
});

describe('redline batch of a manifest', () => {
  put({
    'm/base.docx': fee('ten'),
    'm/one.docx': fee('eleven'),
    'm/two.docx': fee('TEN'),
    'm/bad.docx': 'no document',
  });
  const write = (name: string, content: unknown): void => put({ [`m/${name}`]: JSON.stringify(content) });

  test('compares one base with many, each by its options; one that fails holds up no other', async () => {
    const items = [
      { modified: 'one.docx' },
      { modified: 'bad.docx' },
      { modified: 'gone.docx' },
      { name: 'deep/two', modified: 'two.docx', options: { ignore: { case: true } } },
    ];
    write('list.json', { base: 'base.docx', options: { author: 'Ada' }, items });
    const result = await batch('m/list.json', '-o', 'many', '--json', '--summary', 'many.docx');
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toMatch(/failed bad: .*\(document\//);
    const summary = json<BatchSummary>(result);
    expect(outcomes(summary).map(([, outcome]) => outcome)).toEqual([
      'redlined',
      'failed',
      'failed',
      expect.stringMatching(/redlined|identical/),
    ]);
    expect(summary.items[2]?.problem?.code).toBe('file/not-found');
    expect(textOf(new Uint8Array(read('many/one.docx')), 'word/document.xml')).toContain('w:author="Ada"');
    expect(statSync(join(folder, 'many/deep/two.docx')).size).toBeGreaterThan(0);
    expect(textOf(new Uint8Array(read('many.docx')), 'word/document.xml')).toMatch(
      /Failed.*gone.*Redlines.*one/s,
    );

    put({ 'm/bad.docx': fee('nine'), 'm/gone.docx': fee('eight') });
    const retried = await batch('m/list.json', '-o', 'many');
    expect(retried.exitCode).toBe(0);
    expect(retried.stdout.toString()).toMatch(/4 of 4 pairs proven exact\n {2}2 of them by an earlier run/);
  });

  test.each([
    ['no list', { base: 'base.docx' }, /no list of "items"/],
    ['an unknown member', { items: [{ original: 'a', modified: 'b', colour: 1 }] }, /item 1 holds "colour"/],
    ['no original', { items: [{ modified: 'b.docx' }] }, /"original" of item 1/],
    ['a way out', { base: 'a', items: [{ name: '../x', modified: 'b' }] }, /no name for a file/],
    [
      'a name twice',
      { base: 'a', items: [{ modified: 'b' }, { name: 'B', modified: 'c' }] },
      /two pairs are called b/,
    ],
    [
      'an option that is none',
      { base: 'a', options: { moved: 1 }, items: [{ modified: 'b' }] },
      /b: The options .* moved is no option/,
    ],
    ['no pair', { base: 'a', items: [] }, /no list of "items"/],
  ])('is refused with %s', async (_, content, message) => {
    write('refused.json', content);
    const { exitCode, stderr } = await batch('m/refused.json', '-o', 'never');
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(() => statSync(join(folder, 'never'))).toThrow();
  });
});

describe('redline batch on a service', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.stop());
  const remote = (...args: readonly string[]) => batch(...args, '--server', service.url);
  const batchesThere = async (): Promise<number> => {
    const answer = await (await fetch(`${service.url}/v1/batches`)).json();
    return (answer as { batches: unknown[] }).batches.length;
  };
  put({
    'far/acme.original.docx': fee('ten'),
    'far/acme.modified.docx': fee('twelve'),
    'far/bad.original.docx': fee('one'),
    'far/bad.modified.docx': 'no document',
  });

  test('makes the same files, says what failed, and goes on with the same batch', async () => {
    const first = await remote('far', '-o', 'far-out', '--json');
    expect(first.exitCode).toBe(3);
    expect(first.stderr).toContain('failed bad: ');
    expect(outcomes(json<BatchSummary>(first))).toEqual([
      ['acme', 'redlined'],
      ['bad', 'failed'],
    ]);
    expect(textOf(new Uint8Array(read('far-out/acme.docx')), 'word/document.xml')).toMatch(
      /<w:ins .*twelve/s,
    );
    expect(await batchesThere()).toBe(1);

    // Nothing is written anew, and what failed is tried again in the batch that is there.
    const made = statSync(join(folder, 'far-out/acme.docx')).mtimeMs;
    const again = await remote('far', '-o', 'far-out');
    expect([again.exitCode, await batchesThere()]).toEqual([3, 1]);
    expect(again.stdout.toString()).toContain('1 of them by an earlier run');
    expect(statSync(join(folder, 'far-out/acme.docx')).mtimeMs).toBe(made);

    put({ 'far/bad.modified.docx': fee('two') });
    const mended = await remote('far', '-o', 'far-out', '--summary', 'far.csv');
    expect([mended.exitCode, mended.stderr]).toEqual([0, '']);
    expect(read('far.csv').toString()).toContain('"bad","bad.original.docx"');
  });

  test('what is not there fails its own pair alone, as it does here', async () => {
    const items = [{ modified: 'acme.modified.docx' }, { modified: 'gone.docx' }];
    put({ 'far/some.json': JSON.stringify({ base: 'acme.original.docx', items }) });
    const there = await remote('far/some.json', '-o', 'some-there', '--json');
    const here = await batch('far/some.json', '-o', 'some-here', '--json');
    expect([there.exitCode, outcomes(json<BatchSummary>(there))]).toEqual([
      here.exitCode,
      [
        ['acme.modified', 'redlined'],
        ['gone', 'failed'],
      ],
    ]);
    const [, gone] = json<BatchSummary>(there).items;
    expect(gone).toEqual(json<BatchSummary>(here).items[1]);
    expect(gone?.problem?.code).toBe('file/not-found');
  });

  test('a service that is not there ends with 5', async () => {
    const away = await batch('far', '-o', 'away', '--server', 'http://127.0.0.1:9');
    expect(away.exitCode).toBe(5);
  });
});
