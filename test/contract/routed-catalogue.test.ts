import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RoutedCatalogue } from '../../src/documents/index.ts';
import { SqliteCatalogue } from '../../src/platform/embedded/index.ts';
import { ALL, describeCatalogue, entry } from './catalogue.ts';

// One catalogue made of those of several regions.

const REGIONS = ['local', 'us', 'eu'] as const;
let folder: string;
let files: Map<string, SqliteCatalogue>;
/** Where the tenant is. */
let residency: string;
const processOf = () => new RoutedCatalogue(files, async (tenant) => (tenant === 't' ? residency : 'local'));

function openAll(): void {
  folder = mkdtempSync(join(tmpdir(), 'redline-catalogues-'));
  files = new Map(REGIONS.map((name) => [name, SqliteCatalogue.open(join(folder, `${name}.sqlite`))]));
  residency = 'eu';
}

function closeAll(): void {
  for (const file of files.values()) file.close();
  rmSync(folder, { recursive: true });
}

describeCatalogue('several regions', async () => {
  openAll();
  return { catalogue: processOf(), reopen: async () => processOf(), dispose: async () => closeAll() };
});

describe('catalogues of several regions', () => {
  beforeEach(openAll);
  afterEach(closeAll);
  const at = (name: string) => files.get(name) as SqliteCatalogue;
  const namesIn = async (catalogue: Pick<SqliteCatalogue, 'list'>, tenant = 't') =>
    (await catalogue.list({ ...ALL, tenant, size: 200 })).entries.map(({ name }) => name);
  /** Files of a region in which a word stands. */
  const filesWith = (name: string, word: string) =>
    readdirSync(folder).filter(
      (file) => file.startsWith(name) && readFileSync(join(folder, file)).includes(word),
    );

  test('keep what is a tenant’s in its own', async () => {
    const routed = processOf();
    await routed.put(entry('a', { name: 'Zanzibar' }));
    await routed.put(entry('b', { name: 'Zanzibar', tenant: 'other' }));
    await routed.setPosition('rewrap local t', '1', 't');
    expect(await at('eu').tenants()).toEqual(['t']);
    expect(await at('local').tenants()).toEqual(['other']);
    expect(await at('us').tenants()).toEqual([]);
    expect(await at('eu').position('rewrap local t')).toBe('1');
    expect(filesWith('us', 'Zanzibar')).toEqual([]);
  });

  test('bring over what an earlier release had in another one, all of it, and leave none of its bytes', async () => {
    for (let number = 0; number < 450; number += 1) {
      const readers = [{ subject: 'person:ann', role: 'viewer', expiresAt: null }] as const;
      await at('local').put(entry(`d${number}`, { name: `Zanzibar ${number}`, readers, sequence: 2 }));
    }
    await at('local').put(entry('other', { name: 'Of others', tenant: 'other' }));
    await at('local').erase({ tenant: 't', id: 'd7', sequence: 3 });
    await at('local').setPosition('rewrap local t', '{}');
    await at('local').setPosition('local', '202601010000');
    // One is there already, as later.
    await at('eu').put(entry('d8', { name: 'Newer', sequence: 9 }));
    const routed = processOf();
    expect((await routed.usage('t')).documents).toBe(449);
    expect(await namesIn(routed)).toContain('Newer');
    expect(filesWith('local', 'Zanzibar')).toEqual([]);
    expect([await at('local').tenants(), await namesIn(at('local'), 'other')]).toEqual([
      ['other'],
      ['Of others'],
    ]);
    expect(await at('local').position('rewrap local t')).toBeNull();
    // What was erased does not come back.
    await routed.put(entry('d7', { name: 'Late', sequence: 2 }));
    expect((await routed.usage('t')).documents).toBe(449);
  });

  test('settle tenants that nobody asks about', async () => {
    await processOf().put(entry('a', { name: 'Zanzibar' }));
    residency = 'us';
    expect(await processOf().settle()).toBe(1);
    expect(await processOf().settle()).toBe(0);
    expect(await namesIn(at('us'))).toEqual(['Zanzibar']);
    expect(filesWith('eu', 'Zanzibar')).toEqual([]);
  });

  test('are followed from where the one is that is least far', async () => {
    const routed = processOf();
    for (const [name, position] of [
      ['local', '3'],
      ['us', '1'],
    ] as const)
      await at(name).setPosition('local', position);
    expect(await routed.position('local')).toBeNull();
    await at('eu').setPosition('local', '2');
    expect(await routed.position('local')).toBe('1');
    await routed.setPosition('local', '4');
    expect(await Promise.all([...files.values()].map((one) => one.position('local')))).toEqual([
      '4',
      '4',
      '4',
    ]);
  });
});
