import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/rules.md'), 'utf8');
/** Rows of the page: what is true, the title of the test, the file that it stands in. */
const rows = Array.from(page.matchAll(/^\| ([^|]+?) +\| `([^`]+)` +\| `([^`]+)` +\|$/gm), (m) => ({
  rule: m[1] ?? '',
  title: m[2] ?? '',
  file: m[3] ?? '',
}));

test('every rule of the page is read', () => {
  const lines = page.split('\n').filter((line) => /^\| (?!rule |-)/.test(line));
  expect(rows).toHaveLength(lines.length);
  expect(rows.length).toBeGreaterThan(50);
});

test.each(rows)('$rule', ({ title, file }) => {
  expect(existsSync(join(root, file)), file).toBe(true);
  expect(readFileSync(join(root, file), 'utf8')).toContain(title);
});
