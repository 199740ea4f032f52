import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROBLEMS } from '../../src/http/errors.ts';
import { repository } from './cruise.ts';

/** Codes of the engine and of the pool: what working with changes can answer. */
const OURS = /^(?:document|limits|redline|options|changes|edit|combine|work|pdf|service)\//;
/** Here every code stands in a table of all. */
const TABLES = new Set(['src/http/errors.test.ts', 'test/architecture/codes.test.ts']);

const tests = ['src/**/*.test.ts', 'test/**/*.ts']
  .flatMap((pattern) => globSync(pattern, { cwd: repository }))
  .filter((path) => !TABLES.has(path))
  .map((path) => readFileSync(join(repository, path), 'utf8'));

/** Quoted, as an expectation names it. */
const isTested = (code: string): boolean =>
  tests.some((text) => text.includes(`'${code}'`) || text.includes(`"${code}"`));

test.each(Object.keys(PROBLEMS).filter((code) => OURS.test(code)))('a test expects %s', (code) => {
  expect(isTested(code)).toBe(true);
});

test('a code that no test expects is found', () => {
  expect(isTested(['document', 'unheard-of'].join('/'))).toBe(false);
});
