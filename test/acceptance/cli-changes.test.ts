import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { ChangeList } from '../../src/redline/index.ts';
import { json, redline } from '../support/cli.ts';
import { del, docx, ins, p, r } from '../support/redlines.ts';

const folder = mkdtempSync(join(tmpdir(), 'redline-changes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CONTENT =
  p(`${r('4.2 The fee is ')}${del('ten')}${ins(r('=twelve'))}${r('.')}`) + p(ins(r('More\u001bwords')));
writeFileSync(join(folder, 'r.docx'), docx(CONTENT.replaceAll('\u001b', '')));
const run = (...args: readonly string[]) => redline(args, { cwd: folder });
const list = async (...args: readonly string[]): Promise<ChangeList> =>
  json<ChangeList>(await run('changes', 'r.docx', '--json', ...args));
const textOf = async (name: string): Promise<string[]> => {
  const result = json<ChangeList>(await run('changes', name, '--json'));
  return result.changes.map((c) => `${c.before}>${c.after}`);
};

describe('redline changes', () => {
  test('lists for people', async () => {
    const { exitCode, stdout } = await run('changes', 'r.docx');
    expect(exitCode).toBe(0);
    expect(stdout.toString()).toMatch(
      /^id +where +kind +author +date +change\nc\S+ +4\.2 +replacement +A +2024-05-01 +−ten \+=twelve\nc\S+ +4\.2 +insertion .*\+Morewords\n\n2 of 2 changes\n$/,
    );
  });

  test('lists as JSON, filtered', async () => {
    expect(await list('--kind', 'insertion', '--author', 'A', '--clause', '4')).toMatchObject({
      changes: [{ after: 'Morewords' }],
      total: 2,
    });
    expect((await list('--text', 'TWELVE', '--from', '2024-05-01')).changes).toMatchObject([
      { before: 'ten' },
    ]);
  });

  test('lists as CSV that no spreadsheet takes for formulas', async () => {
    const csv = (await run('changes', 'r.docx', '--csv')).stdout.toString();
    expect(csv).toContain('"ten","\'=twelve"');
    expect(csv.split('\r\n')).toHaveLength(4);
  });
});

describe('redline accept and reject', () => {
  test('decide all', async () => {
    const result = await run('accept', 'r.docx', '-o', 'all.docx', '--all', '--json');
    expect(json<object>(result)).toMatchObject({ rejected: [], gone: [], left: 0 });
    expect(await textOf('all.docx')).toEqual([]);
    expect(readFileSync(join(folder, 'all.docx'), 'latin1').startsWith('PK')).toBe(true);
  });

  test('decide by id', async () => {
    const [first, second] = (await list()).changes;
    const result = await run('reject', 'r.docx', '-o', 'one.docx', '--id', first?.id ?? '');
    expect(result.stdout.toString()).toMatch(/rejected +1\n.*left +1/s);
    const left = json<ChangeList>(await run('changes', 'one.docx', '--json')).changes;
    expect(left.map((c) => c.id)).toEqual([second?.id]);
  });

  test.each([
    ['no choice', ['accept', 'r.docx', '-o', 'x.docx'], /say which changes to accept, or --all/],
    ['two choices', ['accept', 'r.docx', '-o', 'x.docx', '--all', '--id', 'c1'], /--all goes with no other/],
    ['an id that is none', ['reject', 'r.docx', '-o', 'x.docx', '--id', 'c1'], /changes\/unknown-id/],
    ['a kind that is none', ['changes', 'r.docx', '--kind', 'odd'], /replacement/],
    ['a date that is none', ['changes', 'r.docx', '--from', 'May'], /--from is not a date/],
    ['two forms', ['changes', 'r.docx', '--json', '--csv'], /cannot be used with/],
    [
      'the input in the place of the output',
      ['accept', 'r.docx', '-o', 'r.docx', '--all'],
      /one of the inputs/,
    ],
  ] as const)('refuse %s', async (_, args, message) => {
    const result = await run(...args);
    expect(result.exitCode).toBe(2);
    expect(result.stderr + result.stdout.toString()).toMatch(message);
  });
});
