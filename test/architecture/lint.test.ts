import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { repository, withTree } from './cruise.ts';

/** Names of the lint rules that complain about a file of this text at this place. */
function complaints(file: string, text: string): string[] {
  const configuration = JSON.parse(readFileSync(join(repository, 'biome.json'), 'utf8'));
  const { $schema: _, vcs: __, ...rest } = configuration;
  return withTree({ 'biome.json': JSON.stringify(rest), [file]: text }, (directory) => {
    const command = [
      join(repository, 'node_modules/@biomejs/biome/bin/biome'),
      'lint',
      '--reporter=json',
      '.',
    ];
    const { stdout } = spawnSync(process.execPath, command, { cwd: directory, encoding: 'utf8' });
    const report = JSON.parse(stdout) as { diagnostics: { category: string; severity: string }[] };
    return report.diagnostics.filter((one) => one.severity === 'error').map((one) => one.category);
  });
}

const floating = 'async function work(): Promise<void> {}\nexport function f(): void {\n  work();\n}\n';
const environment = 'export const port = process.env.PORT;\n';
const long = `export function f(): void {\n${'  Math.random();\n'.repeat(61)}}\n`;

describe('the linter', () => {
  test.each([
    ['a floating promise', 'src/audit/a.ts', floating, 'lint/nursery/noFloatingPromises'],
    ['any', 'src/audit/a.ts', 'export const a: any = 1;\n', 'lint/suspicious/noExplicitAny'],
    [
      'a non-null assertion',
      'src/audit/a.ts',
      'export const f = (a?: string) => a!.length;\n',
      'lint/style/noNonNullAssertion',
    ],
    ['a default export', 'src/audit/a.ts', 'export default 1;\n', 'lint/style/noDefaultExport'],
    ['the environment', 'src/audit/a.ts', environment, 'lint/style/noProcessEnv'],
    ['a function of 61 lines', 'src/audit/a.ts', long, 'lint/complexity/noExcessiveLinesPerFunction'],
    [
      'a file of 401 lines',
      'src/audit/a.ts',
      'Math.random();\n'.repeat(401),
      'lint/style/noExcessiveLinesPerFile',
    ],
  ])('refuses %s', (_, file, text, rule) => {
    expect(complaints(file, text)).toContain(rule);
  });

  test('lets the configuration read the environment', () => {
    expect(complaints('src/config.ts', environment)).toEqual([]);
  });
});
