import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Actor, localOperator } from '../access/index.ts';
import { OutsideError, type OutsideFailure, systemRandom } from '../kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../platform/embedded/index.ts';
import type { VersionedBlobStore } from './blob-store.ts';
import type { ChangeOf } from './commits.ts';
import { ContentStore } from './content-store.ts';
import { DataKeys } from './data-keys.ts';
import { Documents } from './documents.ts';
import { DocumentsError } from './errors.ts';
import { HeadStore, type StoredHead } from './head-store.ts';
import { Members } from './members.ts';
import { Redlines } from './redlines.ts';
import { Holds } from './retention/holds.ts';

// What was under way when a role was taken away, held at the last moment: between its decision and its write.

const owner: Actor = { ...localOperator('r', null), kind: 'person', id: 'p_1', subjects: ['person:p_1'] };
const guest: Actor = { ...owner, id: 'p_2', subjects: ['person:p_2'] };

let folder: string;
let documents: Documents;
let redlines: Redlines;
let members: Members;
let holds: Holds;
/** What a write of a head waits for, by what its name ends with. */
const held = new Map<string, { reached: () => void; release: Promise<void> }>();
/** How the next write of a head fails, by what its name ends with. */
const failing = new Map<string, OutsideFailure>();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-fences-'));
  const ring = await KeyRing.open(join(folder, 'keys'));
  await ring.create(owner.tenant);
  const ambient = { clock: Date.now, random: systemRandom, pause: async () => {} };
  const keys = new DataKeys(ring, ambient);
  const disk = holding(await DirectoryBlobStore.open(join(folder, 'heads'), true));
  const heads = new HeadStore(disk, keys, ambient);
  const contents = new ContentStore(
    await DirectoryBlobStore.open(join(folder, 'contents'), true),
    keys,
    ambient,
  );
  const stores = { heads, contents, ambient, committed: async () => {} };
  documents = new Documents(stores);
  redlines = new Redlines(stores, documents);
  members = new Members(stores);
  holds = new Holds(stores);
});
afterEach(async () => {
  held.clear();
  failing.clear();
  await rm(folder, { recursive: true });
});

function holding(store: VersionedBlobStore): VersionedBlobStore {
  const slow = Object.create(store) as VersionedBlobStore;
  slow.write = async (name, body, options) => {
    const id = name.startsWith('heads/') ? (name.split('/')[2] ?? '') : '';
    const failure = failing.get(id);
    failing.delete(id);
    if (failure !== undefined) throw new OutsideError('BlobStore', failure, 'Of this test.');
    const hold = held.get(id);
    held.delete(id);
    hold?.reached();
    await hold?.release;
    return await store.write(name, body, options);
  };
  for (const name of ['stat', 'read', 'delete', 'list', 'generations', 'purge', 'prune', 'probe'] as const) {
    slow[name] = store[name].bind(store) as never;
  }
  return slow;
}

/** Holds the next write of a head. @returns when it is reached, and how it goes on. */
function hold(id: string): { reached: Promise<void>; release: () => void } {
  let release = (): void => {};
  const going = new Promise<void>((go) => {
    release = go;
  });
  const reached = new Promise<void>((go) => held.set(id, { reached: go, release: going }));
  return { reached, release };
}

async function* once(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

const content = () => ({ type: 'text/plain', body: once('x') });
const SIDE = { document: null, version: null, name: 'x', sha256: '' };
const made = async () => ({
  ...{ name: 'x', document: Buffer.from('x'), examine: async () => ({ type: 'text/plain' }) },
  ...{ result: {}, counts: {} },
  facts: { kind: 'compared', original: SIDE, modified: [SIDE], options: {}, summary: {} } as const,
});
const changeOf = (actor: Actor, { head, generation }: StoredHead, operation: string) => ({
  ...{ actor, operation, document: head.id, ifMatch: generation },
});

/** A document that the guest may edit. */
async function shared(): Promise<StoredHead> {
  const describing = async () => ({ name: 'x', labels: [] });
  const kept = await documents.create({ actor: owner, operation: 'o_1' }, describing, content());
  const member = { subject: 'person:p_2', role: 'editor', expiresAt: null } as const;
  return await members.add(changeOf(owner, kept, 'o_2'), async () => member);
}

async function outcomeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'done',
    (error: unknown) => (error instanceof DocumentsError ? error.code : String(error)),
  );
}

describe('once it is acknowledged that somebody is out', () => {
  test('a version that they were adding does not land', async () => {
    const document = await shared();
    const { reached, release } = hold(document.head.id);
    const adding = outcomeOf(documents.addVersion(changeOf(guest, document, 'o_3'), content()));
    await reached;
    await members.remove(changeOf(owner, document, 'o_4'), 'person:p_2');
    release();
    expect(await adding).toBe('documents/stale');
    expect((await documents.versions(owner, document.head.id, 9)).length).toBe(1);
  });

  test('a redline that they were making does not land', async () => {
    const document = await shared();
    const { reached, release } = hold('r_3');
    const making = outcomeOf(redlines.create({ actor: guest, operation: 'o_3' }, document.head.id, made));
    await reached;
    await members.remove(changeOf(owner, document, 'o_4'), 'person:p_2');
    release();
    expect(await making).toBe('documents/stale');
    const kept = await redlines.of(owner, document.head.id);
    expect(await outcomeOf(kept.get(owner, 'r_3'))).toBe('redlines/not-found');
  });

  test('a change of a redline does not land, nor one of the owner that was under way, which is told so', async () => {
    const document = await shared();
    const { stored } = await redlines.create({ actor: owner, operation: 'o_3' }, document.head.id, made);
    const before = await redlines.of(guest, document.head.id);
    const { reached, release } = hold('r_3');
    const renaming = outcomeOf(before.describe(changeOf(guest, stored, 'o_4'), { name: 'theirs' }));
    await reached;
    await members.change(changeOf(owner, document, 'o_5'), 'person:p_2', { role: 'viewer' });
    release();
    expect(await renaming).toBe('documents/stale');
    const kept = await redlines.of(owner, document.head.id);
    expect((await kept.get(owner, 'r_3')).head.name).toBe('x');
    expect(await outcomeOf(kept.describe(changeOf(owner, stored, 'o_6'), { name: 'y' }))).toBe(
      'documents/stale',
    );
    const again = await kept.get(owner, 'r_3');
    expect(await outcomeOf(kept.describe(changeOf(owner, again, 'o_7'), { name: 'y' }))).toBe('done');
  });

  test('nothing is decided on what was, however long an engine works', async () => {
    const document = await shared();
    const make = async () => {
      await members.remove(changeOf(owner, document, 'o_4'), 'person:p_2');
      return await made();
    };
    const change = { actor: guest, operation: 'o_3' };
    expect(await outcomeOf(redlines.create(change, document.head.id, make))).toBe('documents/not-found');
  });
});

describe('a change of a document whose redlines cannot be fenced is never said not to have happened', () => {
  const ways: readonly [string, (change: ChangeOf) => Promise<StoredHead>][] = [
    ['a removed member', (change) => members.remove(change, 'person:p_2')],
    ['a lower role', (change) => members.change(change, 'person:p_2', { role: 'viewer' })],
    ['a hold', (change) => holds.set({ ...change, actor: localOperator('r', null) }, 'Case 7')],
  ];
  const failures: readonly [OutsideFailure, string][] = [
    ['unavailable', 'documents/unclear'],
    ['full', 'documents/unclear'],
    ['damaged', 'OutsideError: Of this test.'],
  ];
  const table = ways.flatMap(([name, ask]) =>
    failures.map(([failure, told]) => [name, failure, told, ask] as const),
  );

  test.each(table)('%s, and the store is %s: %s', async (_, failure, told, ask) => {
    const document = await shared();
    await redlines.create({ actor: owner, operation: 'o_3' }, document.head.id, made);
    const change = changeOf(owner, document, 'o_4');
    failing.set('r_3', failure);
    expect(await outcomeOf(ask(change))).toBe(told);
    const { head } = await documents.get(owner, document.head.id);
    expect(head.commit.operation).toBe('o_4');
    // Asked for again it is not done twice, and what is left of it is.
    const { generation } = await (await redlines.of(owner, head.id)).get(owner, 'r_3');
    expect(await outcomeOf(ask(change))).toBe('done');
    expect((await documents.get(owner, head.id)).head.sequence).toBe(head.sequence);
    expect((await (await redlines.of(owner, head.id)).get(owner, 'r_3')).generation).not.toBe(generation);
  });
});
