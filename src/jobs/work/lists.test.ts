import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ACTOR, openWorkshop, type Workshop } from '../../../test/support/workshop.ts';
import type { Operation } from '../../documents/index.ts';

let shop: Workshop;

beforeEach(async () => {
  shop = await openWorkshop();
});
afterEach(() => shop.close());

async function shelved(): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of shop.spool.list('shelves/')) found.push(name);
  return found;
}

describe('the list of operations', () => {
  test('has one’s own, the latest first, in pages', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      ids.unshift((await shop.begin({ actor: { ...ACTOR, id: n === 2 ? 'other' : ACTOR.id } })).id);
      shop.pass(10);
    }
    const mine = ids.filter((_, at) => at !== 2);
    const list = async (after?: string, managing = false) => {
      const { operations, next } = await shop.operations.list(ACTOR, { size: 2, after }, managing);
      return { ids: operations.map(({ id }) => id), next };
    };
    const first = await list();
    expect(first.ids).toEqual(mine.slice(0, 2));
    const second = await list(first.next ?? '');
    expect(second.ids).toEqual(mine.slice(2));
    expect((await list(undefined, true)).ids).toEqual(ids.slice(0, 2));
    await shop.operations.cancel(ACTOR, ids[0] ?? '', false);
    const { operations } = await shop.operations.list(ACTOR, { size: 10, states: ['cancelled'] }, true);
    expect(operations.map(({ id }) => id)).toEqual([ids[0]]);
  });

  test('by state costs what it shows, holds no parts, and is right at every moment', async () => {
    const one = await shop.begin();
    const work = { kind: 'work', priority: 'normal', actor: ACTOR, request: {}, parent: one.id } as const;
    const part = await shop.operations.beginPart(work, shop.store.partId(one.id, 0));
    const other = await shop.begin();
    const ids = async (...states: Operation['state'][]) =>
      (await shop.operations.list(ACTOR, { size: 10, states }, false)).operations.map(({ id }) => id);
    expect(await ids('queued', 'running')).toHaveLength(2);
    await shop.operations.cancel(ACTOR, one.id, false);
    expect([await ids('cancelled'), await ids('queued'), await ids('failed')]).toEqual([
      [one.id],
      [other.id],
      [],
    ]);
    const { operations } = await shop.operations.list(ACTOR, { size: 10, parent: one.id }, false);
    expect(operations.map(({ id }) => id)).toEqual([part.id]);
    expect((await shelved()).map((name) => name.split('/').at(3)).sort()).toEqual(['cancelled', 'open']);
  });

  test('is put right where a crash left it behind', async () => {
    const { id } = await shop.begin();
    const before = await shelved();
    for (const name of before) await shop.spool.delete(name);
    const [name = ''] = before;
    await shop.spool.write(name.replace('/open/', '/failed/'), new Uint8Array(), { ifGeneration: '0' });
    await shop.operations.tend();
    expect(await shelved()).toEqual(before);
    const { operations } = await shop.operations.list(ACTOR, { size: 10 }, false);
    expect(operations.map((one) => one.id)).toEqual([id]);
  });
});

describe('watching one’s own', () => {
  test('tells what has not ended, what is begun, and each change until the end', async () => {
    const { id } = await shop.begin();
    await shop.begin({ actor: { ...ACTOR, id: 'other' } });
    const controller = new AbortController();
    const watching = shop.operations.watch(ACTOR, controller.signal);
    const seen: [string, Operation['state']][] = [];
    let anew = 0;
    const until = async (isEnough: () => boolean) => {
      while (!isEnough()) {
        const { value } = await watching.next();
        anew += value?.isAnew ? 1 : 0;
        for (const one of value?.operations ?? []) seen.push([one.id, one.state]);
        if (!isEnough()) shop.pass(1000);
      }
    };
    await until(() => seen.length === 1);
    expect([anew, seen]).toEqual([1, [[id, 'queued']]]);
    const { id: next } = await shop.operations.accept({
      ...{ kind: 'work', priority: 'normal', actor: ACTOR, request: {} },
    });
    await until(() => seen.length === 2);
    expect([anew, seen.at(-1)]).toEqual([2, [next, 'queued']]);
    await shop.operations.cancel(ACTOR, id, false);
    await until(() => seen.length === 3);
    expect(seen.at(-1)).toEqual([id, 'cancelled']);
    controller.abort();
    await watching.return();
  });
});
