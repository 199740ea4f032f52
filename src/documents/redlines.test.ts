import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Actor, localOperator } from '../access/index.ts';
import { OutsideError, systemRandom } from '../kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../platform/embedded/index.ts';
import type { VersionedBlobStore, WriteOptions } from './blob-store.ts';
import { ContentStore } from './content-store.ts';
import { DataKeys } from './data-keys.ts';
import type { Derived } from './derived.ts';
import { Documents } from './documents.ts';
import { DocumentsError } from './errors.ts';
import { HeadStore, type StoredHead } from './head-store.ts';
import { sweepContents } from './leftovers.ts';
import { type NewRedline, Redlines } from './redlines.ts';

const DAY_MS = 24 * 3_600_000;
const actor = localOperator('r', null);

let folder: string;
let disk: DirectoryBlobStore;
let heads: HeadStore;
let documents: Documents;
let redlines: Redlines;
let now: number;
/** Which write of contents fails, counted from now on; 0 for none. */
let failing: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-redlines-'));
  now = Date.UTC(2026, 10, 22);
  failing = 0;
  disk = await DirectoryBlobStore.open(join(folder, 'contents'), true);
  const ring = await KeyRing.open(join(folder, 'keys'));
  await ring.create(actor.tenant);
  await ring.create('other');
  const ambient = { clock: () => now, random: systemRandom, pause: async () => {} };
  const keys = new DataKeys(ring, ambient);
  heads = new HeadStore(await DirectoryBlobStore.open(join(folder, 'heads'), true), keys, ambient);
  const contents = new ContentStore(breaking(disk), keys, ambient);
  const stores = { heads, contents, ambient, committed: async () => {} };
  documents = new Documents(stores);
  redlines = new Redlines(stores, documents);
});
afterEach(() => rm(folder, { recursive: true }));

/** The same store, in which one write fails. */
function breaking(store: VersionedBlobStore): VersionedBlobStore {
  const broken = Object.create(store) as VersionedBlobStore;
  broken.write = async (name, body, options: WriteOptions) => {
    failing -= 1;
    if (failing === 0) throw new OutsideError('BlobStore', 'full', 'for the test');
    return await store.write(name, body, options);
  };
  for (const name of ['stat', 'read', 'delete', 'list', 'generations', 'purge', 'prune', 'probe'] as const) {
    broken[name] = store[name].bind(store) as never;
  }
  return broken;
}

async function* once(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

const keep = (text: string, operation = 'o_1'): Promise<StoredHead> =>
  documents.create({ actor, operation }, async () => ({ name: 'Lease.docx', labels: [] }), {
    type: 'text/plain',
    body: once(text),
  });

const made = (text: string, said = text): Derived => ({
  document: Buffer.from(text),
  examine: async () => ({ type: 'text/plain', scanned: 'structure' }),
  result: { said },
  counts: { accepted: 1 },
});

const redline = (text: string): NewRedline => ({
  ...made(text),
  name: 'Lease (redline).docx',
  facts: {
    kind: 'compared',
    original: { document: 'd_1', version: 1, name: 'Lease.docx', sha256: 'aa' },
    modified: [{ document: null, version: null, name: 'Theirs.docx', sha256: 'bb' }],
    options: {},
    summary: {},
  },
});

const changeOf = ({ head, generation }: StoredHead, operation: string) => ({
  ...{ actor, operation, document: head.id, ifMatch: generation },
});

async function stored(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of disk.list('contents/')) names.push(name);
  return names;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.catch((thrown: unknown) => thrown);
  return error instanceof DocumentsError ? error.code : String(error);
}

async function textOf(kept: Documents, id: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await kept.open(actor, id)).body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('a version that is made of the one before it', () => {
  test('is committed with its result, which is what a repeated request gets', async () => {
    const base = await keep('one');
    const change = changeOf(base, 'o_2');
    const read: string[] = [];
    const first = await documents.derive(change, 'decided', async (current, open) => {
      for await (const chunk of await open()) read.push(`${current.number} ${Buffer.from(chunk)}`);
      return made('two', 'first');
    });
    expect(read).toEqual(['1 one']);
    expect(first.version).toMatchObject({ number: 2, origin: { kind: 'decided', counts: { accepted: 1 } } });
    expect(first.stored.head.commit.records).toMatchObject([
      { action: 'version.decided', version: 2, document: base.head.id },
    ]);
    await documents.derive(changeOf(first.stored, 'o_3'), 'edited', async () => made('three', 'second'));
    const never = () => Promise.reject(new Error('asked again'));
    expect(await documents.derive(change, 'decided', never)).toEqual(first);
    expect(first.result).toEqual({ said: 'first' });
    expect(await textOf(documents, base.head.id)).toBe('three');
  });

  test('is none where nothing would change', async () => {
    const base = await keep('one');
    const before = await stored();
    const answer = await documents.derive(changeOf(base, 'o_2'), 'decided', async () => made('one', 'same'));
    expect(answer).toMatchObject({
      version: null,
      result: { said: 'same' },
      stored: { generation: base.generation },
    });
    expect(await stored()).toEqual(before);
    expect((await documents.get(actor, base.head.id)).generation).toBe(base.generation);
  });

  test('leaves nothing when the work or the store fails', async () => {
    const base = await keep('one');
    const before = await stored();
    const work = (make: () => Promise<Derived>) => documents.derive(changeOf(base, 'o_2'), 'decided', make);
    await expect(work(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    for (const place of [1, 2]) {
      failing = place;
      await expect(work(async () => made('two'))).rejects.toThrow('for the test');
      expect(await stored(), `write ${place}`).toEqual(before);
    }
    const refused = { ...made('two'), examine: () => Promise.reject(new Error('examined')) };
    await expect(work(async () => refused)).rejects.toThrow('examined');
    expect(await stored()).toEqual(before);
    expect(await work(async () => made('two'))).toMatchObject({ version: { number: 2 } });
  });

  test('leaves nothing when another commit came first', async () => {
    const base = await keep('one');
    const slow = documents.derive(changeOf(base, 'o_2'), 'decided', async () => {
      await documents.derive(changeOf(base, 'o_3'), 'decided', async () => made('theirs'));
      return made('ours');
    });
    expect(await codeOf(slow)).toBe('documents/stale');
    expect(await stored()).toHaveLength(3);
    expect(await textOf(documents, base.head.id)).toBe('theirs');
  });

  test('keeps its contents and its result through a sweep, and nothing else', async () => {
    const base = await keep('one');
    const derived = await documents.derive(changeOf(base, 'o_2'), 'decided', async () => made('two'));
    const before = await stored();
    await disk.write(`contents/${actor.tenant}/${base.head.id}/c_0`, Buffer.from('x'), {
      ifGeneration: '0',
      attributes: { written: String(now) },
    });
    now += 2 * DAY_MS;
    const ambient = { clock: () => now, random: systemRandom, pause: async () => {} };
    await sweepContents(heads, disk, ambient, actor);
    expect(await stored()).toEqual(before);
    expect(derived.version?.result).toBeDefined();
  });
});

describe('a redline', () => {
  test('is made once, found below its document alone, and audited', async () => {
    const { head } = await keep('one');
    const other = await keep('two', 'o_9');
    const first = await redlines.create({ actor, operation: 'o_2' }, head.id, async () => redline('r'));
    expect(first.stored.head).toMatchObject({
      id: 'r_2',
      redline: { document: head.id, kind: 'compared' },
      commit: { records: [{ action: 'redline.created', document: 'r_2', version: 1 }] },
    });
    const never = () => Promise.reject(new Error('asked again'));
    expect(await redlines.create({ actor, operation: 'o_2' }, head.id, never)).toEqual(first);
    const below = await redlines.of(actor, head.id);
    expect(await textOf(below, 'r_2')).toBe('r');
    expect(await codeOf(below.get(actor, head.id))).toBe('redlines/not-found');
    expect(await codeOf(documents.get(actor, 'r_2'))).toBe('documents/not-found');
    expect(await codeOf((await redlines.of(actor, other.head.id)).get(actor, 'r_2'))).toBe(
      'redlines/not-found',
    );
    const stranger: Actor = { ...actor, tenant: 'other' };
    expect(await codeOf(redlines.of(stranger, head.id))).toBe('documents/not-found');
    expect(await codeOf(below.get(stranger, 'r_2'))).toBe('redlines/not-found');
  });

  test('goes and comes back with its document, and by itself', async () => {
    const base = await keep('one');
    const { stored: one } = await redlines.create({ actor, operation: 'o_2' }, base.head.id, async () =>
      redline('r'),
    );
    const below = await redlines.of(actor, base.head.id);
    const gone = await below.remove(changeOf(one, 'o_3'));
    expect(gone.head.commit.records).toMatchObject([{ action: 'redline.deleted' }]);
    expect(await codeOf(below.get(actor, one.head.id))).toBe('redlines/deleted');
    const back = await below.undelete(changeOf(gone, 'o_4'));
    expect(back.head.state).toBe('active');
    const deleted = await documents.remove(changeOf(base, 'o_5'));
    expect(await codeOf(redlines.of(actor, base.head.id))).toBe('documents/deleted');
    expect(
      await codeOf(redlines.create({ actor, operation: 'o_6' }, base.head.id, async () => redline('x'))),
    ).toBe('documents/deleted');
    await documents.undelete(changeOf(deleted, 'o_7'));
    expect(await textOf(await redlines.of(actor, base.head.id), one.head.id)).toBe('r');
  });

  test('that cannot be kept leaves nothing', async () => {
    const { head } = await keep('one');
    const before = await stored();
    const create = (make: () => Promise<NewRedline>) =>
      redlines.create({ actor, operation: 'o_2' }, head.id, make);
    await expect(create(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await codeOf(create(async () => ({ ...redline('r'), name: '' })))).toBe('documents/invalid');
    failing = 2;
    await expect(create(async () => redline('r'))).rejects.toThrow('for the test');
    expect(await stored()).toEqual(before);
    expect(await create(async () => redline('r'))).toMatchObject({ version: { number: 1 } });
  });
});
