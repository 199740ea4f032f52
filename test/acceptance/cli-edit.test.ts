import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CHANGE_KINDS, SCRUB_KINDS } from '../../src/redline/index.ts';
import { json, redline } from '../support/cli.ts';
import { docx, ins, p, r } from '../support/redlines.ts';

const EDIT_OPS = [
  ...['replace', 'insert', 'delete', 'insertParagraph', 'deleteParagraph', 'moveParagraph', 'splitParagraph'],
  ...['mergeParagraph', 'formatText', 'formatParagraph', 'insertRow', 'deleteRow', 'footnote', 'comment'],
  ...['reply', 'resolve', 'reopen', 'deleteComment'],
];

const folder = mkdtempSync(join(tmpdir(), 'redline-edit-'));
writeFileSync(join(folder, 'd.docx'), docx(p(r('The fee is ten.')) + p(ins(r('The fee is due.')))));
const edits = (name: string, list: unknown): string => {
  writeFileSync(join(folder, name), typeof list === 'string' ? list : JSON.stringify(list));
  return name;
};
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]) => redline(args, { cwd: folder });

describe('redline edit', () => {
  test('applies a list and says what it did', async () => {
    const list = edits('e.json', [{ op: 'replace', at: { quote: 'ten' }, with: 'twelve' }]);
    const result = await run('edit', 'd.docx', '--edits', list, '-o', 'e.docx', '--json');
    expect(json<object>(result)).toMatchObject({ revisions: 2, edits: [{ edit: 0, op: 'replace' }] });
  });

  test.each<[string, unknown, number, object]>([
    ['no JSON', '{', 2, { code: 'usage' }],
    ['no list', {}, 2, { code: 'edit/invalid' }],
    [
      'an ambiguous quote, with the places it may mean',
      [{ op: 'delete', at: { quote: 'The fee' } }],
      2,
      {
        code: 'edit/quote-ambiguous',
        details: { edit: 0, candidates: [{ after: ' is ten.' }, { after: ' is due.' }] },
      },
    ],
  ])('refuses %s', async (_, list, exitCode, problem) => {
    const result = await run('edit', 'd.docx', '--edits', edits('bad.json', list), '-o', 'x.docx', '--json');
    expect([result.exitCode, json<object>(result)]).toMatchObject([exitCode, problem]);
  });
});

test('places that a quote may mean are shown to people, too', async () => {
  const first = { op: 'delete', at: { quote: 'ten' } };
  const list = edits('many.json', [first, { op: 'delete', at: { quote: 'The fee' } }]);
  const { exitCode, stderr } = await run('edit', 'd.docx', '--edits', list, '-o', 'x.docx');
  expect(exitCode).toBe(2);
  expect(stderr.toString()).toMatch(
    /^redline: edit 2 of the list: .*\n {2}body, paragraph \S+: …\[The fee\] is ten\.…\n/,
  );
});

describe('redline comment', () => {
  test('adds, answers, resolves, lists and deletes', async () => {
    const me = ['--author', 'Ann Lee'];
    const steps = [
      ['comment', 'd.docx', '-o', 'c1.docx', '--quote', 'ten', '--text', 'Why?', ...me],
      ['comment', 'c1.docx', '-o', 'c2.docx', '--reply', '2', '--text', 'Agreed.', ...me],
      ['comment', 'c2.docx', '-o', 'c3.docx', '--resolve', '2'],
      ['comment', 'c3.docx', '-o', 'c4.docx', '--delete', '2'],
    ];
    for (const step of steps) expect((await run(...step)).exitCode, step.join(' ')).toBe(0);
    expect(json<object[]>(await run('comments', 'c3.docx', '--json'))).toMatchObject([
      { id: '2', initials: 'AL', resolved: true, quote: 'ten' },
      { parent: '2', text: 'Agreed.' },
    ]);
    expect(json<object[]>(await run('comments', 'c4.docx', '--json'))).toEqual([]);
  });

  test('comments on a range of paragraphs, and says where there is none', async () => {
    const place = ['--quote', 'is ten', '--until', 'The  FEE is due', '--fuzzy', '--story', 'body'];
    const made = await run('comment', 'd.docx', '-o', 'r.docx', '--text', 'Both.', ...place);
    expect(made.exitCode, made.stderr).toBe(0);
    expect(json<object[]>(await run('comments', 'r.docx', '--json'))).toMatchObject([
      { quote: 'is ten.\nThe fee is due' },
    ]);
    expect((await run('comments', 'd.docx')).stdout.toString()).toBe('no comments\n');
  });

  test('needs to know what it is about', async () => {
    const result = await run('comment', 'd.docx', '-o', 'x.docx', '--text', 'x');
    expect([result.exitCode, result.stderr]).toMatchObject([2, expect.stringContaining('name the words')]);
  });
});

test.each<[string, readonly string[]]>([
  ['scrub', SCRUB_KINDS.map((kind) => kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`))],
  ['edit', EDIT_OPS],
  ['changes', CHANGE_KINDS],
  ['reject', CHANGE_KINDS],
])('the help of %s names all that it takes', async (verb, names) => {
  const help = (await run(verb, '--help')).stdout.toString();
  for (const name of names) expect(help).toMatch(new RegExp(`[\\s(]${name}\\b`));
});

describe('redline scrub', () => {
  test('takes out what is asked for and lists it', async () => {
    const args = ['--kinds', 'authors,dates', '--role', 'A=Supplier', '--json'];
    const result = await run('scrub', 'd.docx', '-o', 's.docx', ...args);
    expect(json<object>(result)).toMatchObject({
      removed: [
        { kind: 'dates', count: 1 },
        { kind: 'authors', count: 1 },
      ],
      roles: ['Supplier'],
    });
  });

  test('knows its kinds', async () => {
    const result = await run('scrub', 'd.docx', '-o', 's.docx', '--kinds', 'names');
    expect([result.exitCode, result.stderr]).toMatchObject([2, expect.stringContaining('hidden-text')]);
  });
});

describe('redline combine', () => {
  writeFileSync(join(folder, 'base.docx'), docx(p(r('The fee is ten.'))));
  writeFileSync(join(folder, 'ann.docx'), docx(p(r('The fee is six.'))));
  writeFileSync(join(folder, 'bo.docx'), docx(p(r('A fee is ten.'))));
  writeFileSync(join(folder, 'cy.docx'), docx(p(r('The fee is two.'))));

  test('makes one redline and says whose changes stand alone', async () => {
    const result = await run('combine', 'base.docx', 'ann.docx', 'bo.docx', '-o', 'all.docx', '--json');
    expect(json<object>(result)).toMatchObject({
      reviewers: [
        { reviewer: 'ann', exact: true },
        { reviewer: 'bo', exact: true },
      ],
      conflicts: [],
    });
  });

  test('refuses conflicts where that is asked for, with the places', async () => {
    const args = [
      'combine',
      'base.docx',
      'ann.docx',
      'cy.docx',
      '-o',
      'x.docx',
      '--policy',
      'refuse',
      '--json',
    ];
    const result = await run(...args);
    expect([result.exitCode, json<object>(result)]).toMatchObject([
      1,
      { code: 'combine/conflict', details: { conflicts: [{ block: 0, authors: ['ann', 'cy'] }, {}] } },
    ]);
  });
});
