import { afterEach, beforeEach, expect, test } from 'vitest';
import { ACTOR, openWorkshop, type Workshop, working } from '../../../test/support/workshop.ts';
import type { Operation } from '../../documents/index.ts';
import { ERASURE, EXPORT, RETENTION } from './kept-elsewhere.ts';

let shop: Workshop;
beforeEach(async () => {
  shop = await openWorkshop();
});
afterEach(() => shop.close());

const is = (state: Operation['state']) => (operation: Operation) => operation.state === state;

test.each([ERASURE, RETENTION])(
  '%s is cancelled until it is begun, and then goes to its end',
  async (kind) => {
    const { id: waiting } = await shop.begin({ kind });
    expect(await shop.operations.cancel(ACTOR, waiting, false)).toMatchObject({ state: 'cancelled' });

    let tell = (_: (result: object) => void): void => {};
    const begun = new Promise<(result: object) => void>((resolve) => (tell = resolve));
    const [[, handler] = []] = working(() => new Promise<object>((resolve) => tell(resolve)));
    if (handler === undefined) throw new Error('There is no handler.');
    shop.worker(new Map([[kind, handler]]));
    const { id } = await shop.begin({ kind });
    await shop.until(id, is('running'));
    const refused = { code: 'operations/not-cancellable' };
    await expect(shop.operations.cancel(ACTOR, id, false)).rejects.toMatchObject(refused);
    (await begun)({});
    expect(await shop.until(id, is('succeeded'))).toMatchObject({ attempt: 1 });
    // What has ended stays as it is.
    expect(await shop.operations.cancel(ACTOR, id, false)).toMatchObject({ state: 'succeeded' });
  },
);

test('an export is cancelled whenever that is wanted', async () => {
  const [[, handler] = []] = working(async () => await new Promise<object>(() => {}));
  if (handler === undefined) throw new Error('There is no handler.');
  shop.worker(new Map([[EXPORT, handler]]));
  const { id } = await shop.begin({ kind: EXPORT, request: { export: 'x_1', scope: 'own' } });
  await shop.until(id, is('running'));
  expect(await shop.operations.cancel(ACTOR, id, false)).toMatchObject({ state: 'cancelled' });
});
