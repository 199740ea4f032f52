import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { localOperator } from '../../access/index.ts';
import { OutsideError, systemRandom } from '../../kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../../platform/embedded/index.ts';
import { DataKeys } from '../data-keys.ts';
import { rekeyed } from '../moving/rekeying.ts';
import { OperationStore } from './operation-store.ts';
import { changed, type Operation } from './record.ts';

const actor = localOperator('r', null);
const { tenant } = actor;
const SENT = { file: Uint8Array.of(1, 2, 3) };

let folder: string;
let heads: DirectoryBlobStore;
let spool: DirectoryBlobStore;
let ring: KeyRing;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-operations-'));
  heads = await DirectoryBlobStore.open(join(folder, 'heads'), true);
  spool = await DirectoryBlobStore.open(join(folder, 'blobs'), false);
  ring = await KeyRing.open(join(folder, 'keys'));
  await ring.create(tenant);
});
afterEach(() => rm(folder, { recursive: true, maxRetries: 3 }));

/** As a new process would open it. */
function open(service = ring, at = heads, clock = () => Date.now()): OperationStore {
  const ambient = { clock, random: systemRandom, pause: async () => {} };
  const keys = new DataKeys(service, { clock });
  return new OperationStore({ heads: at, spool, keys, ambient, prunesItself: false });
}

const begin = (documents: readonly string[] = []) =>
  open().create({ kind: 'work', priority: 'normal', actor, request: { asked: 1 }, documents }, SENT);

test('the last who read one writes it, and nobody before', async () => {
  const first = await begin();
  const store = open();
  const next = await store.write(first, changed(first.operation, { percent: 1 }, 0));
  expect(next).not.toBeNull();
  expect(await store.write(first, changed(first.operation, { percent: 2 }, 0))).toBeNull();
  expect(await store.isCurrent(first)).toBe(false);
  expect((await store.read(first.operation))?.operation.percent).toBe(1);
});

test('a part that two begin at once is one, as it is by then', async () => {
  const store = open();
  const whole = await begin();
  const id = store.partId(whole.operation.id, 0);
  const asked = { kind: 'work', priority: 'normal', actor, request: {}, parent: whole.operation.id } as const;
  const first = await store.create(asked, {}, id);
  await store.write(first, changed(first.operation, { state: 'running', percent: 5 }, 0));
  expect((await open().create(asked, {}, id)).operation).toMatchObject({ state: 'running', percent: 5 });
});

test('there is none without what was sent with it', async () => {
  const failing = new Proxy(heads, {
    get: (store, name) => {
      if (name !== 'write') return Reflect.get(store, name, store).bind(store);
      return async (...asked: Parameters<typeof store.write>) => {
        if (asked[0].startsWith('inputs/')) throw new OutsideError('BlobStore', 'unavailable', 'No.');
        return await store.write(...asked);
      };
    },
  });
  const asked = { kind: 'work', priority: 'normal', actor, request: {} } as const;
  await expect(open(ring, failing).create(asked, SENT)).rejects.toMatchObject({ failure: 'unavailable' });
  for await (const { name } of heads.list('operations/')) throw new Error(`${name} is there.`);
});

test('events have numbers without gaps, and the earliest are forgotten', async () => {
  let { operation } = await begin();
  for (let percent = 0; percent < 150; percent += 1) operation = changed(operation, { percent }, 0);
  expect(operation.events.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 100 }, (_, n) => n + 52),
  );
});

test('a key that is wrapped anew takes the operation from nobody', async () => {
  const stored = await begin();
  const { id } = stored.operation;
  const last = await ring.primary(tenant);
  const primary = await ring.rotate(tenant);
  expect(await open().rewrap(tenant, primary)).toEqual({ keys: 2, left: 0 });
  await ring.destroy(tenant, last);
  const store = open();
  expect(await store.input({ tenant, id }, 'file')).toEqual(SENT.file);
  expect(await store.isCurrent(stored)).toBe(true);
  expect(await store.write(stored, changed(stored.operation, { percent: 5 }, 0))).not.toBeNull();
});

test('what is moved to another region opens there', async () => {
  const { operation } = await begin();
  const there = await KeyRing.open(join(folder, 'other-keys'));
  await there.create(tenant);
  const other = await DirectoryBlobStore.open(join(folder, 'other-heads'), true);
  for await (const { name } of heads.list('')) {
    const blob = await heads.read(name);
    if (blob === null) throw new Error('It is gone.');
    const bytes = new Uint8Array(await new Response(blob.body).arrayBuffer());
    const moved = await rekeyed(name, bytes, { tenant, from: ring, to: there });
    if (moved !== null) await other.write(name, moved, { ifGeneration: '0', attributes: blob.attributes });
  }
  const store = open(there, other);
  expect((await store.read(operation))?.operation).toEqual(operation);
  expect(await store.input(operation, 'file')).toEqual(SENT.file);
});

test('one that names a document goes with it, and what came of it too', async () => {
  const [gone, kept] = [await begin(['d_1', 'd_2']), await begin(['d_3'])];
  const results: string[] = [];
  const store = open();
  const isMeant = ({ documents }: Operation): boolean => documents.includes('d_2');
  expect(await store.forget(tenant, isMeant, async ({ id }) => void results.push(id))).toBe(1);
  expect(results).toEqual([gone.operation.id]);
  expect(await store.read(gone.operation)).toBeNull();
  expect(await store.read(kept.operation)).not.toBeNull();
  const left: string[] = [];
  for (const one of [heads, spool]) for await (const { name } of one.list('')) left.push(name);
  expect(left.filter((name) => name.includes(gone.operation.id))).toEqual([]);
});

test('of those that were begun within a time the others stay', async () => {
  const ids: string[] = [];
  for (const at of [1000, 2000, 3000, 4000]) {
    const asked = { kind: 'work', priority: 'normal', actor, request: {}, documents: ['d_1'] } as const;
    ids.push((await open(ring, heads, () => at).create(asked)).operation.id);
  }
  const went: string[] = [];
  const removed = async ({ id }: Operation): Promise<void> => void went.push(id);
  expect(await open().forget(tenant, () => true, removed, { since: 2000, until: 3000 })).toBe(2);
  expect(went).toEqual([ids[2], ids[1]]);
});

async function* pieces(count: number, end: Error | null = null): AsyncIterable<Uint8Array> {
  for (let n = 0; n < count; n += 1) yield Buffer.alloc(50_000, n);
  if (end !== null) throw end;
}

async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function inputs(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of heads.list('inputs/')) names.push(name);
  return names;
}

test('what is sent beforehand, little or much, belongs to the operation that is begun', async () => {
  const sent = open().expect(tenant);
  for (const count of [0, 1, 40]) await sent.keep(pieces(count));
  const { operation } = await open().create({ kind: 'work', priority: 'normal', actor, request: {} }, sent);
  expect(operation.id).toBe(sent.place.id);
  expect(operation.inputs).toEqual(['f0', 'f1', 'f2']);
  for (const [n, count] of [0, 1, 40].entries()) {
    const bytes = await bytesOf(pieces(count));
    expect(Buffer.compare((await open().input(operation, `f${n}`)) ?? Buffer.of(1), bytes)).toBe(0);
    expect(Buffer.compare(await bytesOf(sent.read(`f${n}`)), bytes)).toBe(0);
  }
});

test('what breaks off while it is sent leaves nothing behind', async () => {
  const sent = open().expect(tenant);
  await sent.keep(pieces(40));
  const cut = new Error('cut');
  for (const count of [1, 40]) await expect(sent.keep(pieces(count, cut))).rejects.toBe(cut);
  expect(await inputs()).toHaveLength(1);
  await sent.drop();
  expect(await inputs()).toEqual([]);
});
