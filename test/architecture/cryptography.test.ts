import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from './cruise.ts';

const page = readFileSync(join(repository, 'docs/security/cryptography.md'), 'utf8');
const sources = readdirSync(join(repository, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
  .map((name) => ({ name: `src/${name}`, text: readFileSync(join(repository, 'src', name), 'utf8') }));
const users = sources.filter(({ text }) => /from '(?:node:crypto|jose)'/.test(text));

/** What tells bytes apart and draws numbers; who does no more stands in the inventory by what for. */
const HARMLESS = ['createHash', 'hash', 'type Hash', 'Hash', 'randomBytes', 'randomInt', 'randomUUID'];
const keyed = users.filter(({ text }) =>
  [...text.matchAll(/import \{([^}]+)\} from '(?:node:crypto|jose)'/g)].some(([, names = '']) =>
    names.split(',').some((name) => name.trim() !== '' && !HARMLESS.includes(name.trim())),
  ),
);

test('the inventory names every place that uses cryptography', () => {
  expect(keyed.length).toBeGreaterThan(12);
  expect(keyed.filter(({ name }) => !page.includes(`\`${name}\``)).map(({ name }) => name)).toEqual([]);
});

test('the inventory names no place that is not there', () => {
  const named = [...page.matchAll(/`((?:src|docs|test)\/[^`]+)`/g)].map(([, name = '']) => name);
  expect(named.filter((name) => !existsSync(join(repository, name)))).toEqual([]);
});

test('every algorithm that is asked for by name stands in the inventory', () => {
  const said = page.toLowerCase().replace(/[^a-z0-9]/g, '');
  const asked = users.flatMap(({ name, text }) =>
    [...text.matchAll(/'((?:sha|md|aes|rc|chacha|ed|ES|RS|HS|PS|EdDSA)-?[0-9]+(?:-[a-z0-9]+)*)'/g)].map(
      ([, algorithm = '']) => ({ name, algorithm }),
    ),
  );
  expect(asked.length).toBeGreaterThan(20);
  const missing = asked.filter(
    ({ algorithm }) =>
      !said.includes(
        algorithm
          .toLowerCase()
          .replace(/[^a-z0-9]/g, '')
          .replace(/^(aes)\d+(cbc|ecb)$/, '$1$2'),
      ),
  );
  expect(missing).toEqual([]);
});
