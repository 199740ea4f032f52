import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/redline/index.ts';
import { json, redline } from '../support/cli.ts';
import { buildDocx, documentXml } from '../support/package.ts';

const corpus = process.env.REDLINE_CORPUS ?? resolve(import.meta.dirname, '../../../shared/corpus');
const hostile = join(corpus, 'hostile');
const isThere = existsSync(join(hostile, 'HOSTILE.tsv'));

const DAMAGED: readonly ErrorCode[] = ['document/damaged-package', 'document/damaged-part'];
const ANY: readonly ErrorCode[] = [
  ...DAMAGED,
  'document/empty',
  'document/not-a-package',
  'document/not-word',
  'document/legacy-format',
  'document/encrypted',
  'document/dtd-forbidden',
  'limits/exceeded',
];

/** The codes that say what the table's words ask for; the first row whose words are there decides. */
const CODES: readonly (readonly [words: RegExp, codes: readonly ErrorCode[]])[] = [
  [/file is empty/, ['document/empty']],
  [/not a Word document/, ['document/not-a-package', 'document/not-word']],
  [/not a valid (?:Word )?package/, ['document/not-word', 'document/damaged-package']],
  [/old \.doc/, ['document/legacy-format']],
  [/encrypted|password-protected/, ['document/encrypted']],
  [/DTD/, ['document/dtd-forbidden']],
  [/expands too far|too many parts/, ['limits/exceeded']],
  [/unsupported compression/, ['document/damaged-package']],
  [/damaged document part/, ['document/damaged-part']],
  [/damaged file/, [...DAMAGED, 'document/not-a-package']],
  [/no body/, ['document/not-word', 'document/damaged-part']],
  [/ignore these entries/, ['document/damaged-package']],
  [/reject clearly/, ANY],
];

interface Expected {
  readonly codes: readonly ErrorCode[];
  /** Whether it may also be compared: then 0, or 1 for an honest "not exact". */
  readonly mayBeAccepted: boolean;
}

function expectedOf(goodAnswer: string): Expected {
  const mayBeAccepted = /\baccept\b|ignore these entries/.test(goodAnswer);
  const codes = CODES.find(([words]) => words.test(goodAnswer))?.[1] ?? [];
  return { codes, mayBeAccepted };
}

const table = (isThere ? readFileSync(join(hostile, 'HOSTILE.tsv'), 'utf8') : '')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t'))
  .map(([file = '', , , answer = '']): [string, string] => [file, answer]);

const folder = mkdtempSync(join(tmpdir(), 'redline-hostile-'));
const good = join(folder, 'good.docx');
const paragraph = '<w:p><w:r><w:t>The Supplier shall deliver within 30 days.</w:t></w:r></w:p>';

beforeAll(() => {
  const parts = { 'word/document.xml': documentXml(`${paragraph}<w:sectPr/>`) };
  writeFileSync(good, buildDocx(parts));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!isThere && process.env.CI !== 'true')('a hostile document through the command line', () => {
  test('has a row for every file', () => {
    const files = readdirSync(hostile).filter((name) => name.endsWith('.docx'));
    expect(table.map(([file]) => file).sort()).toEqual(files.sort());
    expect(files.length).toBeGreaterThan(0);
  });

  describe.each(table)('%s: %s', (file, answer) => {
    test.each(['original', 'modified'])('as the %s', async (role) => {
      const path = join(hostile, file);
      const out = join(folder, `${role}.docx`);
      rmSync(out, { force: true });
      const inputs = role === 'original' ? [path, good] : [good, path];
      const result = await redline(['compare', ...inputs, '-o', out, '--json'], { timeoutMs: 10_000 });
      const expected = expectedOf(answer);
      expect(result.ms).toBeLessThan(10_000);
      expect(result.peakMb).toBeLessThan(512);
      if (result.exitCode === 0 || result.exitCode === 1) {
        expect(expected.mayBeAccepted, `exit code ${result.exitCode}`).toBe(true);
        expect(existsSync(out)).toBe(result.exitCode === 0);
        return;
      }
      const problem = json<{ code: ErrorCode; details?: { input?: string } }>(result);
      expect(expected.codes).toContain(problem.code);
      expect(problem.details?.input).toBe(role);
      expect(result.exitCode).toBe(problem.code === 'limits/exceeded' ? 4 : 3);
      expect(existsSync(out)).toBe(false);
      expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    });
  });
});
