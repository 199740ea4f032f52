import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ACTOR, openWorkshop, type Workshop } from '../../../test/support/workshop.ts';
import type { Operation, OperationStore } from '../../documents/index.ts';
import { RedlineError } from '../../redline/index.ts';
import type { Handler, Handlers } from '../work/handlers.ts';
import { Batches } from './batches.ts';
import { BatchHandler } from './handler.ts';
import { type BatchRequest, canRetry } from './request.ts';

let shop: Workshop;
let batches: Batches;
beforeEach(async () => {
  shop = await openWorkshop({ retains: canRetry });
  batches = new Batches(shop.operations, shop.store);
});
afterEach(() => shop.close());

/** What comparing does with a pair, by its name. */
type Compare = (name: string, input: () => Promise<Uint8Array>) => Promise<void>;

function handlers(compare: Compare): Handlers {
  const pair: Handler = {
    ...{ softMs: 600_000, hardMs: 600_000, needs: () => [] },
    run: async ({ operation, input }) => {
      const { original } = operation.request as { original: { name: string } };
      await compare(original.name, () => input('f0'));
      return { kind: 'comparisons', id: '0', exact: true, identical: false };
    },
  };
  const { operations, store } = shop;
  return new Map<string, Handler>([
    ['batch', new BatchHandler({ operations, store })],
    ['comparison', pair],
  ]);
}

const request = (...names: readonly string[]): BatchRequest => ({
  ...{ name: null, priority: 'batch' },
  pairs: names.map((name) => {
    const side = { input: 'f0', name };
    return { name, original: side, modified: side, options: {}, keep: null };
  }),
});
const begin = (...names: readonly string[]) =>
  batches.accept(ACTOR, request(...names), { f0: Buffer.from('sent') });
async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const one of items) list.push(one);
  return list;
}
const isOver = ({ state }: Operation): boolean => !['queued', 'running'].includes(state);
const statesOf = async (id: string) =>
  (await batches.find(ACTOR, id, false)).items.map(({ operation }) => operation?.state);

test('what was taken is said to be taken, also where nothing can be read', async () => {
  const unreadable = {} as OperationStore;
  const { operation, items } = await new Batches(shop.operations, unreadable).accept(ACTOR, request('a'), {});
  expect(items).toMatchObject([{ index: 0, pair: { name: 'a' }, operation: null }]);
  expect(await shop.read(operation.id)).toMatchObject({ state: 'queued' });
});

test('how a pair ended is told before it is begun again', async () => {
  const { id, tenant } = (await begin('a')).operation;
  const part = shop.store.partId(id, 0);
  const asked = { kind: 'comparison', priority: 'batch', actor: ACTOR, request: {}, parent: id } as const;
  await shop.operations.beginPart(asked, part);
  // By processes that ended before they could tell.
  for (const one of [part, id]) {
    const stored = await shop.store.read({ tenant, id: one });
    if (stored === null) throw new Error('It is gone.');
    await shop.store.write(stored, shop.operations.ended(stored.operation, { state: 'failed' }));
  }
  await batches.retry(ACTOR, id, false);
  const ends = shop.told.filter(({ type, object }) => type === 'operation.finished' && object === part);
  expect(ends).toHaveLength(1);
});

test('each pair is an operation, begun once however often the batch is looked at', async () => {
  const compared: string[] = [];
  const { id, tenant } = (await begin('a', 'b', 'c')).operation;
  const look = () => shop.operations.nudge({ id, tenant, priority: 'normal' }, 0);
  shop.worker(
    handlers(async (name, input) => {
      compared.push(`${name} ${Buffer.from(await input())}`);
      await look();
    }),
  );
  await shop.until(id, isOver);
  expect(compared.sort()).toEqual(['a sent', 'b sent', 'c sent']);
  expect(shop.told.filter(({ type }) => type === 'operation.created')).toHaveLength(4);
  expect((await shop.read(id)).result).toMatchObject({ counts: { succeeded: 3 } });
  await expect.poll(() => shop.store.input({ tenant, id }, 'f0')).toBeNull();
});

test('what fails fails alone, keeps what was sent, and is begun again', async () => {
  let isMended = false;
  const { id, tenant } = (await begin('a', 'bad', 'c')).operation;
  let times = 0;
  shop.worker(
    handlers(async (name) => {
      times += 1;
      if (name === 'bad' && !isMended) throw new RedlineError('document/damaged-part', 'It is damaged.');
    }),
  );
  await shop.until(id, isOver);
  expect(await statesOf(id)).toEqual(['succeeded', 'failed', 'succeeded']);
  expect(await shop.store.input({ tenant, id }, 'f0')).not.toBeNull();
  isMended = true;
  await batches.retry(ACTOR, id, false);
  await expect.poll(() => statesOf(id)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  await shop.until(id, isOver);
  expect(times).toBe(4);
});

test('the pairs of a cancelled batch end, also where one of them goes with its document meanwhile', async () => {
  const { id, tenant } = (await begin('a', 'b')).operation;
  const asked = { kind: 'comparison', priority: 'batch', actor: ACTOR, request: {}, parent: id } as const;
  for (const index of [0, 1]) await shop.operations.beginPart(asked, shop.store.partId(id, index));
  const parts = shop.store.parts.bind(shop.store);
  vi.spyOn(shop.store, 'parts').mockImplementation(async function* (place) {
    const all = await listOf(parts(place));
    const [gone] = all.toSorted((one, other) => (one.id < other.id ? -1 : 1));
    if (all.length === 2 && gone !== undefined) await shop.store.remove(gone);
    yield* all;
  });
  await shop.operations.cancel(ACTOR, id, false);
  const left = await listOf(parts({ tenant, id }));
  expect(left.map(({ state }) => state)).toEqual(['cancelled']);
});

test('of a batch that was cancelled nothing more begins', async () => {
  const { id } = (await begin('a', 'b')).operation;
  await batches.cancel(ACTOR, id, false);
  const compared: string[] = [];
  shop.worker(handlers(async (name) => void compared.push(name)));
  const other = (await begin('other')).operation;
  await shop.until(other.id, isOver);
  expect(compared).toEqual(['other']);
  expect(await statesOf(id)).toEqual([undefined, undefined]);
});

test('a batch that the queue forgot is found', async () => {
  const { id } = (await begin('a')).operation;
  await shop.queue.remove(id);
  shop.worker(handlers(async () => {}));
  await shop.operations.sweep();
  await shop.until(id, isOver);
  expect(await statesOf(id)).toEqual(['succeeded']);
});
