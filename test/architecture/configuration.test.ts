import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

// Whoever sets the service up has one page with every variable that is read, and none that is not.

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

const named = (text: string): string[] =>
  [...new Set([...text.matchAll(/\b(?:HOST|PORT|REDLINE_[A-Z_]*[A-Z])\b/g)].map(([name]) => name))].sort();

/** Only cells of the tables: what else the page says of variables is prose. */
const documented = named(
  [...read('docs/configuration.md').matchAll(/^\| (`[^|]*)\|/gm)].map(([, cell]) => cell).join('\n'),
);

describe('docs/configuration.md', () => {
  test('has a row for every variable that is read', () => {
    const sources = ['src/config.ts', 'src/gcp-config.ts', 'src/sign-in-config.ts'].map(read).join('\n');
    const fields = [...sources.matchAll(/^\s+((?:HOST|PORT|REDLINE_[A-Z_]+)): /gm)].map(([, name]) => name);
    expect(documented).toEqual(expect.arrayContaining([...new Set(fields), 'REDLINE_SERVER']));
    expect(fields.length).toBeGreaterThan(30);
  });

  test('has no variable that nobody reads', () => {
    const sources = named(
      ['src/config.ts', 'src/gcp-config.ts', 'src/sign-in-config.ts'].map(read).join('\n'),
    );
    expect(documented.filter((name) => !sources.includes(name))).toEqual([]);
  });
});
