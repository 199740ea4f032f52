import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/redline/index.ts';
import { json, redline } from '../support/cli.ts';
import { expectedOf, hostile, hostileIsThere, hostileTable } from '../support/hostile.ts';
import { buildDocx, documentXml } from '../support/package.ts';

const folder = mkdtempSync(join(tmpdir(), 'redline-hostile-'));
const good = join(folder, 'good.docx');
const paragraph = '<w:p><w:r><w:t>The Supplier shall deliver within 30 days.</w:t></w:r></w:p>';

beforeAll(() => {
  const parts = { 'word/document.xml': documentXml(`${paragraph}<w:sectPr/>`) };
  writeFileSync(good, buildDocx(parts));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// The corpus stands beside the checkout and is not part of it; where it should be (CI), its absence fails.
describe.skipIf(!hostileIsThere && process.env.CI !== 'true')(
  'a hostile document through the command line',
  () => {
    test('has a row for every file', () => {
      const files = readdirSync(hostile).filter((name) => name.endsWith('.docx'));
      expect(hostileTable.map(([file]) => file).sort()).toEqual(files.sort());
      expect(files.length).toBeGreaterThan(0);
    });

    describe.each(hostileTable)('%s: %s', (file, answer) => {
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
  },
);
