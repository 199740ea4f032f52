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
  expect(named.filter(({ title }) => title !== undefined).length).toBeGreaterThan(30);
});

test.each(named)('$path › $title', ({ path, title = '' }) => {
  const file = join(repository, path);
  expect(existsSync(file)).toBe(true);
  expect(readFileSync(file, 'utf8')).toContain(title);
});
