import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from './cruise.ts';

const text = readFileSync(join(repository, 'docs/security/requirements.md'), 'utf8');
/** What rows name: a file, and in it a part of a test's title. */
const named = [...text.matchAll(/`((?:src|test|docs)\/[^`]+)`(?: › ([^;|]+))?/g)].map(
  ([, path = '', title]) => ({
    path,
    title: title?.trim(),
  }),
);

test('the table names tests', () => {
  expect(named.filter(({ title }) => title !== undefined).length).toBeGreaterThan(80);
});

test('what is named is a test or a page that is there', () => {
  for (const { path, title } of named)
    if (title !== undefined) expect(path).toMatch(/\.test\.tsx?$|^test\/contract\//);
});

test.each(named)('$path › $title', ({ path, title }) => {
  const file = join(repository, path);
  expect(existsSync(file)).toBe(true);
  if (title === undefined) return;
  // In quotes, as titles of tests are; a comment that says the same tests nothing.
  const quoted = readFileSync(file, 'utf8')
    .split('\n')
    .some((line) => line.includes(title) && /['"`]/.test(line.slice(0, line.indexOf(title))));
  expect(quoted).toBe(true);
});
