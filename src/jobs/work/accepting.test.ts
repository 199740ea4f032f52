import { afterEach, expect, test } from 'vitest';
import { ACTOR, openWorkshop, type Workshop, working } from '../../../test/support/workshop.ts';
import { changed, type Operation } from '../../documents/index.ts';
import { OutsideError } from '../../kit/index.ts';
import type { OperationsParts } from './operations.ts';

// What the simulation found (docs/decisions/0228-operations-disturbed.md).

let shop: Workshop;
afterEach(() => shop.close());

async function stored(): Promise<string[]> {
  const found: string[] = [];
  for (const store of [shop.heads, shop.spool]) for await (const { name } of store.list('')) found.push(name);
  return found;
}

/** A trail that takes nothing. @param meanwhile happens before it says so. */
function deafTrail(meanwhile: (id: string) => Promise<void> = async () => {}): OperationsParts['trail'] {
  return {
    record: async (...all) => {
      for (const { object } of all) await meanwhile(object ?? '');
      throw new OutsideError('BlobStore', 'unavailable', 'No.');
    },
  };
}

test('what cannot be told to the trail is taken back, and leaves nothing', async () => {
  shop = await openWorkshop({ trail: deafTrail() });
  await expect(shop.begin({}, { file: Uint8Array.of(1) })).rejects.toMatchObject({ failure: 'unavailable' });
  expect(await stored()).toEqual([]);
});

test('what took so long to be kept that a sweep may have removed it is refused, and leaves nothing', async () => {
  shop = await openWorkshop();
  const sent = shop.store.expect(ACTOR.tenant);
  const file = async function* () {
    yield Uint8Array.of(1);
  };
  await sent.keep(file());
  shop.pass(25 * 3_600_000);
  await shop.store.sweepInputs();
  const asked = { kind: 'work', priority: 'normal', actor: ACTOR, request: {} } as const;
  await expect(shop.operations.accept(asked, sent)).rejects.toMatchObject({ failure: 'unavailable' });
  expect(await stored()).toEqual([]);
});

test('of what somebody began meanwhile nobody is told that it was refused', async () => {
  const begin = async (id: string): Promise<void> => {
    const found = await shop.store.read({ tenant: ACTOR.tenant, id });
    if (found === null) throw new Error('It is gone.');
    await shop.store.write(found, changed(found.operation, { state: 'running' }, 0));
  };
  shop = await openWorkshop({ trail: deafTrail(begin) });
  await expect(shop.begin()).rejects.toMatchObject({ code: 'documents/unclear' });
});

test('a part is begun when the trail knows of it', async () => {
  shop = await openWorkshop({ trail: deafTrail() });
  const id = shop.store.partId(shop.store.newId(), 0);
  const asked = { kind: 'work', priority: 'normal', actor: ACTOR, request: {} } as const;
  await expect(shop.operations.beginPart(asked, id)).rejects.toMatchObject({ failure: 'unavailable' });
  expect(await stored()).toEqual([]);
});

test.each<[string, (id: string) => Promise<unknown>]>([
  [
    'its time is over',
    async () => {
      shop.pass(3_600_001);
      return await shop.operations.tend();
    },
  ],
  ['it is begun again', async (id) => await shop.operations.replay(ACTOR, id, false)],
])('an end is told also when %s before anybody could', async (_, overtake) => {
  shop = await openWorkshop();
  const { id } = await shop.begin();
  const found = await shop.store.read({ tenant: ACTOR.tenant, id });
  if (found === null) throw new Error('It is gone.');
  await shop.store.write(found, shop.operations.ended(found.operation, { state: 'failed', dead: true }));
  await overtake(id);
  expect(shop.told.map(({ type }) => type)).toEqual(['operation.created', 'operation.finished']);
});

test('work that was left behind says no more how far it is', async () => {
  shop = await openWorkshop();
  let stopped: unknown = null;
  const run = async ({ signal, progress }: Parameters<Parameters<typeof working>[0]>[0]): Promise<object> => {
    await new Promise<void>((go) => signal.addEventListener('abort', () => go()));
    try {
      progress('keeping', 90);
    } catch (error) {
      stopped = error;
    }
    return {};
  };
  shop.worker(working(run, { softMs: 10, hardMs: 50 }));
  const { id } = await shop.begin();
  const isOver = ({ state }: Operation): boolean => state === 'failed';
  expect(await shop.until(id, isOver)).toMatchObject({
    stage: null,
    error: { code: 'work/deadline-exceeded' },
  });
  expect(stopped).toMatchObject({ code: 'work/deadline-exceeded' });
});

test('a sweep takes no mark away from what is being begun', async () => {
  shop = await openWorkshop();
  const id = shop.store.newId();
  await shop.spool.write(`pending/${ACTOR.tenant}/${id}`, new Uint8Array(), { ifGeneration: '0' });
  await shop.operations.tend();
  expect(await stored()).toEqual([`pending/${ACTOR.tenant}/${id}`]);
  shop.pass(25 * 3_600_000);
  await shop.operations.tend();
  expect(await stored()).toEqual([]);
});

test('what was given up lies with the dead, also when another worker comes to its job first', async () => {
  shop = await openWorkshop();
  const { id } = await shop.begin();
  const found = await shop.store.read({ tenant: ACTOR.tenant, id });
  if (found === null) throw new Error('It is gone.');
  const error = { code: 'work/attempts-exceeded', detail: 'It was given up.' };
  await shop.store.write(
    found,
    shop.operations.ended(found.operation, { state: 'failed', dead: true, error }),
  );
  shop.worker(working(async () => ({})));
  const dead = async () => await shop.queue.dead({ after: null, limit: 10 });
  await expect.poll(dead, { timeout: 30_000 }).toMatchObject([{ id, reason: error.code }]);
});
