import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Catalogue, CatalogueEntry, CatalogueQuery } from '../../src/documents/index.ts';

export interface CatalogueFixture {
  readonly catalogue: Catalogue;
  /** The same catalogue, as a new process would open it. */
  reopen(): Promise<Catalogue>;
  dispose(): Promise<void>;
}

export const ALL: CatalogueQuery = {
  tenant: 't',
  parent: null,
  readers: null,
  state: 'active',
  sort: 'name',
  descending: false,
  size: 50,
};

export function entry(id: string, facts: Partial<CatalogueEntry> = {}): CatalogueEntry {
  return {
    tenant: 't',
    id,
    redline: null,
    name: `${id}.docx`,
    labels: [],
    owner: 'ann',
    readers: [],
    state: 'active',
    held: false,
    type: 'application/pdf',
    size: 1,
    bytes: 1,
    versions: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    generation: '1',
    sequence: 1,
    ...facts,
  };
}

function redlineOf(document: string): CatalogueEntry['redline'] {
  const side = { document, version: 1, name: 'a.docx', sha256: 'ab' };
  return { document, kind: 'compared', original: side, modified: [{ ...side, version: 2 }], summary: {} };
}

/** What every `Catalogue` promises. */
export function describeCatalogue(adapter: string, open: () => Promise<CatalogueFixture>): void {
  describe(`Catalogue on ${adapter}`, () => {
    let fixture: CatalogueFixture;
    beforeEach(async () => {
      fixture = await open();
    });
    afterEach(() => fixture.dispose());
    const use = () => fixture;

    describe('entries', () => testEntries(use));
    describe('queries', () => testQueries(use));
    describe('pages', () => testPages(use));
    describe('usage', () => testUsage(use));
    describe('readers', () => testReaders(use));
    describe('erasure', () => testErasure(use));
  });
}

type Use = () => CatalogueFixture;

async function put(use: Use, ...entries: readonly CatalogueEntry[]): Promise<void> {
  for (const one of entries) await use().catalogue.put(one);
}

async function idsOf(use: Use, query: Partial<CatalogueQuery> = {}): Promise<string[]> {
  return (await use().catalogue.list({ ...ALL, ...query })).entries.map(({ id }) => id);
}

function testEntries(use: Use): void {
  test('gives back what was put in, also after a restart', async () => {
    const one = entry('a', { labels: ['x', 'y'], name: 'Ärger “1”.docx' });
    const two = entry('b', { redline: redlineOf('a') });
    await put(use, one, two);
    expect((await use().catalogue.list(ALL)).entries).toEqual([one]);
    const reopened = await use().reopen();
    expect((await reopened.list(ALL)).entries).toEqual([one]);
    expect((await reopened.list({ ...ALL, parent: 'a' })).entries).toEqual([two]);
  });

  test('keeps the later commit, in whatever order they come', async () => {
    await put(
      use,
      entry('a', { name: 'new', sequence: 3 }),
      entry('a', { name: 'old', sequence: 2, labels: ['gone'] }),
    );
    expect((await use().catalogue.list(ALL)).entries).toEqual([entry('a', { name: 'new', sequence: 3 })]);
    expect(await idsOf(use, { label: 'gone' })).toEqual([]);
  });
}

function testQueries(use: Use): void {
  test.each<[string, Partial<CatalogueQuery>, string[]]>([
    ['nothing asked for', {}, ['a', 'b']],
    ['what is deleted', { state: 'deleted' }, ['c']],
    ['another tenant', { tenant: 'u' }, ['d']],
    ['a label', { label: 'nda' }, ['a']],
    ['a label that only another tenant has', { label: 'secret' }, []],
    ['an owner', { owner: 'bob' }, ['b']],
    ['a type', { type: 'image/png' }, ['b']],
    ['a part of the name, whatever the case', { name: 'LEASE' }, ['a']],
    ['letters that are composed otherwise', { name: 'cafe\u0301' }, ['b']],
    ['a sign that is special elsewhere', { name: '100%' }, []],
    ['created from', { createdFrom: '2026-02-01T00:00:00.000Z' }, ['b']],
    ['created before', { createdBefore: '2026-02-01T00:00:00.000Z' }, ['a']],
    ['updated between', { updatedFrom: '2026-03-01', updatedBefore: '2026-03-02' }, ['a']],
    ['redlines of a document', { parent: 'a' }, ['e']],
    ['two conditions', { owner: 'bob', label: 'nda' }, []],
  ])('finds %s', async (_, query, expected) => {
    await put(
      use,
      entry('a', { labels: ['nda', 'x'], name: 'Lease.docx', updatedAt: '2026-03-01T10:00:00.000Z' }),
      entry('b', { owner: 'bob', type: 'image/png', name: 'Café', createdAt: '2026-02-01T00:00:00.000Z' }),
      entry('c', { state: 'deleted' }),
      entry('d', { tenant: 'u', labels: ['secret'] }),
      entry('e', { redline: redlineOf('a') }),
    );
    expect((await idsOf(use, { ...query })).sort()).toEqual(expected);
  });
}

function testPages(use: Use): void {
  test.each(['name', 'createdAt', 'updatedAt'] as const)(
    'pages through the order of %s, both ways',
    async (sort) => {
      const entries = Array.from({ length: 23 }, (_, n) =>
        entry(`d${String(n).padStart(2, '0')}`, {
          name: ['b', 'A', 'c'][n % 3] ?? '',
          createdAt: `2026-01-0${1 + (n % 5)}T00:00:00.000Z`,
          updatedAt: `2026-02-0${1 + (n % 4)}T00:00:00.000Z`,
        }),
      );
      await put(use, ...entries);
      const walk = async (descending: boolean): Promise<string[]> => {
        const found: string[] = [];
        let query: CatalogueQuery = { ...ALL, sort, descending, size: 5 };
        for (;;) {
          const page = await use().catalogue.list(query);
          found.push(...page.entries.map(({ id }) => id));
          if (page.next === null) return found;
          query = { ...query, after: page.next };
        }
      };
      const forth = await walk(false);
      expect(new Set(forth).size).toBe(23);
      expect(await walk(true)).toEqual([...forth].reverse());
      const values = forth.map((id) => entries.find((one) => one.id === id)?.[sort].toLowerCase() ?? '');
      expect(values).toEqual([...values].sort());
    },
  );

  test('remembers positions by region', async () => {
    expect(await use().catalogue.position('us')).toBeNull();
    await use().catalogue.setPosition('us', '202601010000');
    await use().catalogue.setPosition('us', '202601010001');
    expect(await (await use().reopen()).position('us')).toBe('202601010001');
    expect(await use().catalogue.position('eu')).toBeNull();
  });

  test('is ready', async () => {
    await expect(use().catalogue.probe()).resolves.toBeUndefined();
  });
}

function testUsage(use: Use): void {
  const usage = async (tenant = 't') => await use().catalogue.usage(tenant);

  test('is nothing where nothing is kept', async () => {
    expect(await usage()).toEqual({ documents: 0, bytes: 0 });
  });

  test('is the documents, deleted ones too, and the bytes of all that is kept', async () => {
    await put(use, entry('d_1', { bytes: 100 }), entry('d_2', { bytes: 20, state: 'deleted' }));
    await put(use, entry('r_1', { bytes: 3, redline: redlineOf('d_1') }));
    await put(use, entry('d_1', { tenant: 'u', bytes: 7 }));
    expect([await usage(), await usage('u')]).toEqual([
      { documents: 2, bytes: 123 },
      { documents: 1, bytes: 7 },
    ]);
  });

  test('follows what becomes of them, in whatever order it is told, also for a new process', async () => {
    const versions = [1, 2, 3].map((sequence) => entry('d_1', { sequence, bytes: sequence * 100 }));
    const [first, second, third] = versions;
    for (const one of [first, third, second, third]) if (one !== undefined) await put(use, one);
    const gone = entry('d_1', { sequence: 4, bytes: 300, state: 'deleted' });
    await put(use, gone);
    expect(await usage()).toEqual({ documents: 1, bytes: 300 });
    expect(await (await use().reopen()).usage('t')).toEqual({ documents: 1, bytes: 300 });
  });
}

function testErasure(use: Use): void {
  const everywhere = async (catalogue: Catalogue) => {
    const readers = { subjects: ['person:ann' as const], at: NOW };
    const queries = [{}, { state: 'deleted' as const }, { readers }, { parent: 'a' }, { label: 'x' }];
    const pages = await Promise.all(queries.map((query) => catalogue.list({ ...ALL, ...query })));
    return pages.map(({ entries }) => entries.map(({ id, tenant }) => `${tenant} ${id}`));
  };
  const full = (facts: Partial<CatalogueEntry> = {}) =>
    entry('a', { labels: ['x'], readers: [may('person:ann')], bytes: 100, sequence: 3, ...facts });

  test.each<[string, Partial<CatalogueEntry>]>([
    ['a document', {}],
    ['a deleted document', { state: 'deleted' }],
    ['a redline', { redline: redlineOf('a') }],
  ])('forgets %s everywhere, and nothing else', async (_, facts) => {
    await put(use, full(facts), entry('b', { bytes: 7 }), full({ tenant: 'u', bytes: 5 }));
    await use().catalogue.erase({ tenant: 't', id: 'a', sequence: 4 });
    for (const catalogue of [use().catalogue, await use().reopen()]) {
      expect(await everywhere(catalogue)).toEqual([['t b'], [], [], [], []]);
      expect(await catalogue.usage('t')).toEqual({ documents: 1, bytes: 7 });
      expect(await catalogue.usage('u')).toEqual({ documents: 1, bytes: 5 });
    }
  });

  test('puts in no commit any more that came before it, told once or twice, before or after', async () => {
    const erased = { tenant: 't', id: 'a', sequence: 4 };
    await use().catalogue.erase(erased);
    await put(use, full(), full({ sequence: 4 }));
    await use().catalogue.erase(erased);
    await put(use, full({ sequence: 1 }));
    expect(await everywhere(await use().reopen())).toEqual([[], [], [], [], []]);
    expect(await use().catalogue.usage('t')).toEqual({ documents: 0, bytes: 0 });
  });
}

const NOW = '2026-06-01T00:00:00.000Z';
const SOON = '2026-06-01T00:00:00.001Z';
type Reader = CatalogueEntry['readers'][number];
const may = (subject: Reader['subject'], expiresAt: string | null = null): Reader => ({
  subject,
  role: 'viewer',
  expiresAt,
});

function testReaders(use: Use): void {
  const as = (...subjects: Reader['subject'][]) => ({ readers: { subjects, at: NOW } });

  test.each<[string, Reader['subject'][], string[]]>([
    ['somebody who was given it', ['person:ann'], ['a', 'b']],
    ['a group, each once', ['person:ann', 'group:g'], ['a', 'b', 'c']],
    ['nobody', [], []],
    ['somebody whose time is over', ['person:bob'], []],
    ['somebody whose time is not over yet', ['person:cid'], ['b']],
    ['the same name in another tenant', ['person:dan'], []],
    ['somebody whom a later commit took it from', ['person:eve'], []],
  ])('shows what may be read to %s', async (_, subjects, expected) => {
    await put(
      use,
      entry('a', { readers: [may('person:ann'), may('group:g'), may('person:bob', NOW)] }),
      entry('b', { readers: [may('person:ann'), may('person:cid', SOON), may('person:eve')] }),
      entry('b', { readers: [may('person:ann'), may('person:cid', SOON)], sequence: 2 }),
      entry('b', { readers: [may('person:eve')] }),
      entry('c', { readers: [may('group:g')] }),
      entry('d', { tenant: 'u', readers: [may('person:dan')] }),
    );
    expect(await idsOf(use, as(...subjects))).toEqual(expected);
  });

  test('pages through few and through many alike', async () => {
    const name = (n: number) => `d${String(n).padStart(5, '0')}`;
    for (let n = 0; n < 30_050; n += 1) {
      await put(
        use,
        entry(name(n), { readers: [may('domain:x'), ...(n % 3000 === 7 ? [may('person:ann')] : [])] }),
      );
    }
    const query = { sort: 'name', size: 6 } as const;
    const few = await use().catalogue.list({ ...ALL, ...query, ...as('person:ann') });
    expect(few.entries.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5].map((n) => name(n * 3000 + 7)));
    const next = few.next === null ? {} : { after: few.next };
    const rest = await idsOf(use, { ...query, ...as('person:ann'), ...next });
    expect(rest).toEqual([6, 7, 8, 9, 10].map((n) => name(n * 3000 + 7)));
    const many = await use().catalogue.list({
      ...ALL,
      ...query,
      descending: true,
      ...as('domain:x', 'person:ann'),
    });
    expect(many.entries.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5].map((n) => name(30_049 - n)));
    expect(await idsOf(use, { ...query, name: '30049', ...as('domain:x') })).toEqual([name(30_049)]);
  });
}
