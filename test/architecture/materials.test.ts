import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { repository } from './cruise.ts';

// `npm run --silent bom` writes what the product is made of (CycloneDX). It is made when a release is, and not kept here.

interface Component {
  readonly name: string;
  readonly version: string;
  readonly hashes?: readonly { readonly alg: string }[];
  readonly licenses?: readonly {
    readonly license?: { readonly id?: string };
    readonly expression?: string;
  }[];
}

/** Such that oblige whoever passes the product on to no more than naming them. */
const LICENSES = [
  ...['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0'],
  ...['(MIT OR WTFPL)', '(BSD-2-Clause OR MIT OR Apache-2.0)', '(MIT AND Zlib)', '(MIT OR GPL-3.0-or-later)'],
];

const made = spawnSync('npm', ['run', '--silent', 'bom'], {
  cwd: repository,
  encoding: 'utf8',
  maxBuffer: 2 ** 26,
});
const bill = JSON.parse(made.stdout) as { bomFormat: string; components: readonly Component[] };

describe('the bill of materials', () => {
  test('has every package that the product names, with the hash of what was installed', () => {
    const { dependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
      dependencies: object;
    };
    expect(bill.components.map(({ name }) => name)).not.toContain('vitest');
    expect(bill.bomFormat).toBe('CycloneDX');
    const names = bill.components.map(({ name }) => name);
    expect(Object.keys(dependencies).filter((name) => !names.includes(name))).toEqual([]);
    const bare = bill.components.filter(({ hashes = [] }) => hashes.every(({ alg }) => alg !== 'SHA-512'));
    expect(bare.map(({ name }) => name)).toEqual([]);
  });

  test('has licences that a product may be passed on with', () => {
    const odd = bill.components.flatMap(({ name, licenses = [] }) => {
      const found = licenses.map(({ license, expression }) => license?.id ?? expression ?? 'none');
      return found.length > 0 && found.every((one) => LICENSES.includes(one)) ? [] : [`${name}: ${found}`];
    });
    expect(odd).toEqual([]);
  });
});
