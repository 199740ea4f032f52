import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { json, redline } from '../support/cli.ts';
import { del, docx, ins, p, r } from '../support/redlines.ts';

const folder = mkdtempSync(join(tmpdir(), 'redline-show-'));
writeFileSync(
  join(folder, 'r.docx'),
  docx(p(`${r('The fee is ')}${del('ten')}${ins(r('twelve'))}${r('.')}`)),
);
writeFileSync(join(folder, 'bad.docx'), 'no document');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]) => redline(args, { cwd: folder });
const text = (name: string): string => readFileSync(join(folder, name), 'latin1');

describe('redline html', () => {
  test('writes a page and says what it holds', async () => {
    const result = await run('html', 'r.docx', '-o', 'r.html');
    expect([result.exitCode, result.stderr]).toEqual([0, '']);
    expect(result.stdout.toString()).toMatch(
      /r\.html .*words +1 inserted, 1 deleted.*clauses +1 of 1 changed/s,
    );
    expect(text('r.html')).toMatch(/^<!doctype html>.*<del [^>]*>ten<\/del><ins [^>]*>twelve<\/ins>/s);
  });

  test('goes to standard output piece by piece', async () => {
    const result = await run('html', 'r.docx', '-o', '-');
    expect(result.stdout.toString()).toMatch(/^<!doctype html>.*<\/html>\n$/s);
    expect(result.stderr).toMatch(/standard output .*1 inserted/s);
  });

  test('writes two columns', async () => {
    await run('html', 'r.docx', '-o', 'columns.html', '--view', 'side-by-side');
    expect(text('columns.html')).toContain('<article class="redline columns">');
  });
});

describe('redline compare', () => {
  writeFileSync(join(folder, 'a.docx'), docx(p(r('The fee is ten.'))));
  writeFileSync(join(folder, 'b.docx'), docx(p(r('The fee is twelve.'))));
  test.each([
    ['c.docx', [], /^PK/],
    ['c.html', [], /^<!doctype html>.*ten<\/del>/s],
    ['c.json', [], /^\{\n.*"certificate"/s],
    ['c.report.docx', ['--format', 'report'], /^PK/],
    ['c.report.html', ['--format', 'report'], /<b>a.docx<\/b> compared with <b>b.docx<\/b>/],
    ['c.csv', ['--format', 'report'], /"ten","twelve"/],
    ['c.anything', ['--format', 'html'], /^<!doctype html>/],
  ])('writes %s', async (out, more, content) => {
    const result = await run('compare', 'a.docx', 'b.docx', '-o', out, '--date', 'none', ...more);
    expect([result.exitCode, result.stderr]).toEqual([0, '']);
    expect(result.stdout.toString()).toMatch(/verified/);
    expect(text(out)).toMatch(content);
  });

  test('writes JSON to standard output when no file is named', async () => {
    const result = await run('compare', 'a.docx', 'b.docx', '--format', 'json');
    expect(json<object>(result)).toMatchObject({ verification: { exact: true } });
  });

  test.each([
    ['a form that is none', ['-o', 'x', '--format', 'odd'], /docx, html, report, json, pdf/],
    ['a page without a file', ['--format', 'html'], /--output/],
  ])('refuses %s', async (_, args, message) => {
    const result = await run('compare', 'a.docx', 'b.docx', ...args);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toMatch(message);
  });

  test('prints nothing where nothing can print, before anything is compared', async () => {
    const env = { ...process.env, REDLINE_OFFICE: 'none', REDLINE_BROWSER: 'none' };
    const result = await redline(['compare', 'gone.docx', 'b.docx', '-o', 'x.pdf'], { cwd: folder, env });
    expect([result.exitCode, result.stderr]).toEqual([5, expect.stringMatching(/pdf\/not-available/)]);
  });
});

describe('redline blackline', () => {
  test('writes a document and prints its figures', async () => {
    const result = await run(
      'blackline',
      'r.docx',
      '-o',
      'b.docx',
      '--json',
      '--insertion',
      'underline:00AA00',
      '--formatting',
      'none',
    );
    expect(json<object>(result)).toMatchObject({ words: { inserted: 1, deleted: 1 } });
    expect(text('b.docx').startsWith('PK')).toBe(true);
  });
});

describe('redline report', () => {
  test.each([
    ['r.report.docx', [], /^PK/],
    ['r.report.html', [], /<b>a.docx<\/b> compared with/],
    ['r.report.csv', [], /"ten","twelve"/],
    ['r.report', ['--format', 'json'], /"before": "ten"/],
  ])('writes %s', async (out, more, content) => {
    const names = ['--original', 'a.docx', '--modified', 'b.docx', '--date', 'none'];
    const result = await run('report', 'r.docx', '-o', out, ...names, ...more);
    expect([result.exitCode, result.stderr]).toEqual([0, '']);
    expect(result.stdout.toString()).toMatch(/1 changes: 1 of substance, 0 of formatting/);
    expect(text(out)).toMatch(content);
  });
});

describe('redline pdf', () => {
  const { office, browser } = readConfig({}, process.env).printer;
  // `npm test` installs the program; who runs this suite alone may not have it.
  test.skipIf(office === null)('prints a static comparison', async () => {
    const result = await run('pdf', 'r.docx', '-o', 'b.pdf', '--subject', 'blackline', '--json');
    expect(json<object>(result)).toMatchObject({ subject: 'blackline', kind: 'docx' });
    expect(text('b.pdf').startsWith('%PDF-')).toBe(true);
  });

  // `npm test` installs the program; who runs this suite alone may not have it.
  test.skipIf(browser === null)('prints a redline through the browser where it is all there is', async () => {
    const args = ['pdf', 'r.docx', '-o', 'r.pdf', '--json'];
    const result = await redline(args, { cwd: folder, env: { ...process.env, REDLINE_OFFICE: 'none' } });
    expect(json<object>(result)).toMatchObject({ subject: 'redline', kind: 'html' });
  });

  test('says so where nothing can print', async () => {
    const env = { ...process.env, REDLINE_OFFICE: 'none', REDLINE_BROWSER: 'none' };
    const result = await redline(['pdf', 'r.docx', '-o', 'x.pdf', '--json'], { cwd: folder, env });
    expect(result.exitCode).toBe(5);
    expect(json<object>(result)).toMatchObject({ code: 'pdf/not-available' });
  });
});

describe('what cannot be shown is refused', () => {
  test.each([
    ['a view that is none', ['html', 'r.docx', '-o', 'x.html', '--view', 'odd'], 2, /inline, side-by-side/],
    [
      'a look that is none',
      ['blackline', 'r.docx', '-o', 'x.docx', '--deletion', 'blink'],
      2,
      /double-strike/,
    ],
    [
      'a colour that is none',
      ['blackline', 'r.docx', '-o', 'x.docx', '--deletion', 'strike:red'],
      2,
      /0000C8/,
    ],
    ['a subject that is none', ['pdf', 'r.docx', '-o', 'x.pdf', '--subject', 'odd'], 2, /redline, blackline/],
    [
      'a form of report that is none',
      ['report', 'r.docx', '-o', 'x', '--format', 'odd'],
      2,
      /docx, html, json, csv/,
    ],
    ['a date that is none', ['report', 'r.docx', '-o', 'x', '--date', 'soon'], 2, /--date/],
    ['a page in the place of its document', ['html', 'r.docx', '-o', 'r.docx'], 2, /one of the inputs/],
    ['what is no document', ['html', 'bad.docx', '-o', 'x.html'], 3, /not-a-package/],
    ['no document at all', ['blackline', 'gone.docx', '-o', 'x.docx'], 2, /no file gone\.docx/],
  ] as const)('%s', async (_, args, exitCode, message) => {
    const result = await run(...args);
    expect(result.exitCode).toBe(exitCode);
    expect(result.stderr).toMatch(message);
  });
});
