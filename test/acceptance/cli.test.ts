import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { compareOptions, type Report } from '../../src/redline/index.ts';
import { json, redline } from '../support/cli.ts';
import { buildDocx, documentXml } from '../support/package.ts';

const root = mkdtempSync(join(tmpdir(), 'redline-cli-'));
let folder = root;
let count = 0;

const documentOf = (...paragraphs: string[]): Uint8Array =>
  buildDocx({
    'word/document.xml': documentXml(
      `${paragraphs.map((text) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`).join('')}<w:sectPr/>`,
    ),
  });
const before = documentOf('The Supplier shall deliver within 30 days.', 'This Agreement is governed by law.');
const after = documentOf('The Supplier shall deliver within 45 days.', 'This Agreement is governed by law.');
const PIPED = ['--date', '2026-03-31T12:00:00Z'];

const at = (name: string): string => join(folder, name);
const run = (args: readonly string[], input?: Uint8Array) =>
  redline(args, { cwd: folder, ...(input === undefined ? {} : { input }) });

beforeEach(() => {
  folder = join(root, String(count++));
  mkdirSync(join(folder, 'empty-folder'), { recursive: true });
  writeFileSync(at('a.docx'), before);
  writeFileSync(at('b.docx'), after);
  writeFileSync(at('bad.docx'), 'This is no Word document.');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('redline', () => {
  test('says its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const result = await run(['--version']);
    expect([result.exitCode, result.stdout.toString().trim(), result.stderr]).toEqual([0, version, '']);
  });

  test.each([[['--help']], [['compare', '--help']], [['verify', '--help']]])(
    '%j shows examples',
    async (args) => {
      const result = await run(args);
      expect([result.exitCode, result.stderr]).toEqual([0, '']);
      expect(result.stdout.toString()).toMatch(/Examples?:\n {2}redline /);
    },
  );
});

test('redline without a command shows the help', async () => {
  const result = await run([]);
  expect([result.exitCode, result.stdout.toString()]).toEqual([2, '']);
  expect(result.stderr).toMatch(/^Usage: redline/);
});

describe('redline compare', () => {
  test('writes the redline and a summary, and nothing to standard error', async () => {
    const result = await run(['compare', 'a.docx', 'b.docx', '-o', 'out.docx']);
    expect([result.exitCode, result.stderr]).toEqual([0, '']);
    expect(result.stdout.toString()).toMatch(/out\.docx .*insertions +1\n.*deletions +1\n.*verified/s);
    expect((await run(['verify', 'a.docx', 'b.docx', 'out.docx'])).exitCode).toBe(0);
  });

  test('prints the whole report as JSON', async () => {
    const args = ['compare', 'a.docx', 'b.docx', '-o', 'out.docx', '--json', '--author', 'Zoë', ...PIPED];
    const result = await run(args);
    expect([result.exitCode, result.stderr]).toEqual([0, '']);
    const report = json<Report>(result);
    expect(report).toMatchObject({
      identical: false,
      counts: { insertions: 1, deletions: 1, moves: 0 },
      words: { inserted: 1, deleted: 1, moved: 0 },
      verification: { exact: true, differences: [], faults: [] },
      options: { author: 'Zoë', date: '2026-03-31T12:00:00Z' },
    });
    expect(report.stories[0]).toMatchObject({ story: 'body', part: 'word/document.xml', rung: 'words' });
    expect(report.stages.map((stage) => stage.name)).toEqual(
      expect.arrayContaining(['read', 'write', 'verify']),
    );
    const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
    expect(report.sha256).toEqual({
      original: sha256(before),
      modified: sha256(after),
      redline: sha256(readFileSync(at('out.docx'))),
    });
  });

  test('gives the same bytes through files and through pipes', async () => {
    expect((await run(['compare', 'a.docx', 'b.docx', '-o', 'out.docx', ...PIPED])).exitCode).toBe(0);
    const written = readFileSync(at('out.docx'));
    const first = await run(['compare', '-', 'b.docx', '-o', '-', ...PIPED], before);
    const second = await run(['compare', 'a.docx', '-', '-o', '-', ...PIPED], after);
    expect(first.stdout.equals(written)).toBe(true);
    expect(second.stdout.equals(written)).toBe(true);
    expect(second.stderr).toMatch(/standard output .*verified/s);
  });

  test('returns the original of two equal documents', async () => {
    const result = await run(['compare', 'a.docx', 'a.docx', '-o', 'out.docx']);
    expect([result.exitCode, result.stderr]).toEqual([0, '']);
    expect(readFileSync(at('out.docx')).equals(before)).toBe(true);
  });

  test.each([
    ['none', null],
    ['2026-03-31', '2026-03-31T00:00:00Z'],
    ['2026-03-31T12:00:00.9+02:00', '2026-03-31T10:00:00Z'],
  ])('dates the changes %s', async (date, expected) => {
    const result = await run(['compare', 'a.docx', 'b.docx', '-o', 'out.docx', '--json', '--date', date]);
    expect(json<Report>(result).options).toEqual(compareOptions({ date: expected }));
  });

  test('dates the changes now when nothing else is said', async () => {
    const start = Math.floor(Date.now() / 1000) * 1000;
    const result = await run(['compare', 'a.docx', 'b.docx', '-o', 'out.docx', '--json']);
    const date = Date.parse(json<Report>(result).options.date ?? '');
    expect(date).toBeGreaterThanOrEqual(start);
    expect(date).toBeLessThanOrEqual(Date.now());
  });

  test('replaces a file whole, keeps its mode, and leaves nothing else behind', async () => {
    writeFileSync(at('out.docx'), 'old');
    chmodSync(at('out.docx'), 0o640);
    const names = readdirSync(folder);
    expect((await run(['compare', 'a.docx', 'b.docx', '-o', 'out.docx'])).exitCode).toBe(0);
    expect(readFileSync(at('out.docx')).subarray(0, 2).toString()).toBe('PK');
    expect(statSync(at('out.docx')).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(names);
  });

  test('writes through a link, and into a device', async () => {
    writeFileSync(at('target.docx'), 'old');
    symlinkSync('target.docx', at('out.docx'));
    expect((await run(['compare', 'a.docx', 'b.docx', '-o', 'out.docx'])).exitCode).toBe(0);
    expect(readlinkSync(at('out.docx'))).toBe('target.docx');
    expect(readFileSync(at('target.docx')).subarray(0, 2).toString()).toBe('PK');
    expect((await run(['compare', 'a.docx', 'b.docx', '-o', '/dev/null'])).exitCode).toBe(0);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  test('leaves an existing file alone when the comparison fails', async () => {
    writeFileSync(at('out.docx'), 'old');
    const names = readdirSync(folder);
    expect((await run(['compare', 'a.docx', 'bad.docx', '-o', 'out.docx'])).exitCode).toBe(3);
    expect(readFileSync(at('out.docx'), 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(names);
  });

  test('replaces an input only by force', async () => {
    linkSync(at('a.docx'), at('linked.docx'));
    for (const out of ['a.docx', './b.docx', 'linked.docx']) {
      const result = await run(['compare', 'a.docx', 'b.docx', '-o', out]);
      expect([result.exitCode, result.stderr]).toEqual([2, expect.stringContaining('is one of the inputs')]);
    }
    expect(readFileSync(at('a.docx')).equals(before)).toBe(true);
    expect((await run(['compare', 'a.docx', 'b.docx', '-o', 'b.docx', '--force'])).exitCode).toBe(0);
    expect(readFileSync(at('b.docx')).equals(after)).toBe(false);
  });
});

const COMPARE = ['compare', 'a.docx', 'b.docx', '-o', 'out.docx'];

describe('wrong use ends with 2 and one line that says why:', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['an unknown command', ['diff'], /'diff'.*\(usage\)/],
    ['an unknown option', [...COMPARE, '--colour'], /--colour.*\(usage\)/],
    ['too few documents', ['compare', 'a.docx', '-o', 'x'], /modified.*\(usage\)/],
    ['too many documents', ['compare', 'a.docx', 'b.docx', 'bad.docx', '-o', 'x'], /too many.*\(usage\)/],
    ['no output', ['compare', 'a.docx', 'b.docx'], /--output.*\(usage\)/],
    ['two standard inputs', ['compare', '-', '-', '-o', 'x'], /only one document.*\(usage\)/],
    ['two standard outputs', ['compare', 'a.docx', 'b.docx', '-o', '-', '--json'], /^\{/],
    ['a word for a date', [...COMPARE, '--date', 'yesterday'], /--date.*\(usage\)/],
    ['a day that is not', [...COMPARE, '--date', '2026-02-31'], /--date.*\(usage\)/],
    ['a time without a zone', [...COMPARE, '--date', '2026-03-31T12:00:00'], /--date.*\(usage\)/],
    ['an empty author', [...COMPARE, '--author', ' '], /--author.*\(usage\)/],
    ['an author with a control character', [...COMPARE, '--author', 'A\u0001'], /--author.*\(usage\)/],
    [
      'an output that is a folder',
      ['compare', 'a.docx', 'b.docx', '-o', 'empty-folder'],
      /is a folder.*\(usage\)/,
    ],
    [
      'an output in no folder',
      ['compare', 'a.docx', 'b.docx', '-o', 'no/x'],
      /no such folder.*\(file\/not-writable\)/,
    ],
    [
      'no such original',
      ['compare', 'no', 'b.docx', '-o', 'x'],
      /no file no \(the original\) \(file\/not-found\)/,
    ],
    ['no such modified', ['compare', 'a.docx', 'a.docx/b', '-o', 'x'], /the modified\) \(file\/not-found\)/],
    [
      'a folder as input',
      ['compare', 'empty-folder', 'b.docx', '-o', 'x'],
      /is a folder \(file\/not-readable\)/,
    ],
    ['no such redline', ['verify', 'a.docx', 'b.docx', 'no'], /the redline\) \(file\/not-found\)/],
    ['a port that is none', ['serve', '--port', '70000'], /--port.*\(usage\)/],
  ])('%s', async (_, args, expected) => {
    const result = await run(args);
    expect(result.exitCode).toBe(2);
    const text = args.includes('--json') ? result.stdout.toString() : result.stderr;
    expect(text).toMatch(expected);
    if (!args.includes('--json')) expect(text).toMatch(/^redline: [^\n]+\n$/);
    expect(readdirSync(folder).sort()).toEqual(['a.docx', 'b.docx', 'bad.docx', 'empty-folder']);
  });
});

describe('a document that cannot be used', () => {
  test('ends with 3 and one line', async () => {
    const result = await run(['compare', 'a.docx', 'bad.docx', '-o', 'out.docx']);
    expect([result.exitCode, result.stdout.toString()]).toEqual([3, '']);
    expect(result.stderr).toMatch(/^redline: [^\n]*modified[^\n]* \(document\/not-a-package\)\n$/);
  });

  test('is a JSON problem where JSON was asked for', async () => {
    const result = await run(['compare', 'bad.docx', 'b.docx', '-o', 'out.docx', '--json']);
    expect([result.exitCode, result.stderr]).toEqual([3, '']);
    expect(json(result)).toEqual({
      type: '/problems/document-not-a-package',
      code: 'document/not-a-package',
      detail: expect.any(String),
      exitCode: 3,
      details: { input: 'original' },
    });
  });

  test('ends with 4 when it is too large, as a file and as a pipe', async () => {
    const bytes = 50 * 1024 * 1024 + 1;
    closeSync(openSync(at('large.docx'), 'w'));
    truncateSync(at('large.docx'), bytes);
    const asFile = await run(['compare', 'a.docx', 'large.docx', '-o', 'out.docx', '--json']);
    const asPipe = await run(['compare', '-', 'b.docx', '-o', 'out.docx', '--json'], Buffer.alloc(bytes));
    expect([asFile.exitCode, asPipe.exitCode]).toEqual([4, 4]);
    const limit = { name: 'compressedBytes', allowed: bytes - 1 };
    expect(json(asFile)).toMatchObject({ details: { input: 'modified', limit: { ...limit, found: bytes } } });
    expect(json(asPipe)).toMatchObject({ code: 'limits/exceeded', details: { input: 'original', limit } });
  });
});

describe('redline verify', () => {
  beforeEach(async () => {
    const result = await run(['compare', 'a.docx', 'b.docx', '-o', 'out.docx']);
    expect(result.exitCode).toBe(0);
  });

  test('proves an exact redline', async () => {
    const result = await run(['verify', 'a.docx', 'b.docx', '-'], readFileSync(at('out.docx')));
    expect([result.exitCode, result.stderr]).toEqual([0, '']);
    expect(result.stdout.toString()).toMatch(/^exact: /);
  });

  test.each([
    ['one that lost a side', ['a.docx', 'b.docx', 'b.docx'], 'reject'],
    ['one of other documents', ['b.docx', 'a.docx', 'out.docx'], 'accept'],
  ])('ends with 1 for %s', async (_, files, direction) => {
    const asText = await run(['verify', ...files]);
    expect([asText.exitCode, asText.stderr]).toEqual([1, '']);
    expect(asText.stdout.toString()).toMatch(
      new RegExp(`^not exact:\n(?:.*\n)* {2}${direction}ing does not give`),
    );
    const asJson = await run(['verify', ...files, '--json']);
    expect(asJson.exitCode).toBe(1);
    expect(json(asJson)).toMatchObject({ exact: false });
  });

  test('checks the three against a certificate', async () => {
    const compared = await run(['compare', 'a.docx', 'b.docx', '-o', 'out.docx', '--json']);
    writeFileSync(at('report.json'), compared.stdout);
    const files = ['a.docx', 'b.docx', 'out.docx'];
    const good = await run(['verify', ...files, '--certificate', 'report.json']);
    expect([good.exitCode, good.stderr]).toEqual([0, '']);
    expect(good.stdout.toString()).toMatch(/^certificate holds\nexact: /);
    const swapped = ['verify', 'a.docx', 'a.docx', 'out.docx', '--certificate', 'report.json'];
    const bad = await run(swapped);
    expect(bad.exitCode).toBe(1);
    expect(bad.stdout.toString()).toMatch(/^certificate does not hold:\n {2}modified: .*\n {2}outcome: /);
    expect(json(await run([...swapped, '--json']))).toMatchObject({ valid: false });
  });

  test.each([
    ['is not there', ['--certificate', 'no.json'], /certificate no\.json cannot be read/],
    ['is not JSON', ['--certificate', 'a.docx'], /a\.docx is not JSON/],
    ['stands beside --ignore', ['--certificate', 'a.docx', '--ignore', 'case'], /--ignore has no place/],
  ])('ends with 2 when the certificate %s', async (_, more, message) => {
    const result = await run(['verify', 'a.docx', 'b.docx', 'out.docx', ...more]);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toMatch(message);
  });

  test('calls a redline that cannot be read not exact, and says what is wrong with it', async () => {
    const result = await run(['verify', 'a.docx', 'b.docx', 'bad.docx']);
    expect([result.exitCode, result.stderr]).toEqual([1, '']);
    expect(result.stdout.toString()).toMatch(
      /^not exact:\n {2}package: .*document\/not-a-package.*\(unreadable\)/,
    );
  });

  test.each([
    ['original', ['bad.docx', 'b.docx', 'out.docx']],
    ['modified', ['a.docx', 'bad.docx', 'out.docx']],
  ])('ends with 3 when the %s cannot be read', async (role, files) => {
    const result = await run(['verify', ...files]);
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toMatch(new RegExp(`^redline: .*${role}.* \\(document/not-a-package\\)\\n$`));
  });
});
