import { beforeEach, expect, test } from 'vitest';
import { memoryRecords } from '../../test/support/records.ts';
import { localOperator } from '../access/index.ts';
import { OutsideError, systemRandom } from '../kit/index.ts';
import { type Begun, ErasureRunner } from './erasure-runner.ts';
import { DocumentsError } from './errors.ts';

const DAY = 24 * 3_600_000;
const START = Date.UTC(2026, 10, 23);
const actor = { ...localOperator('r', null), tenant: 't' };
const ID = 'd_one';

type One = Begun & { readonly steps: readonly string[] };

let now: number;
let records: ReturnType<typeof memoryRecords>;
let stops: Error | null;
let tidied: string[];
beforeEach(() => {
  now = START;
  records = memoryRecords();
  stops = null;
  tidied = [];
});

/** One that takes two steps: what it did stands in it. */
function runner(before: (one: One) => Promise<void> = async () => {}): ErasureRunner<One> {
  const ambient = { clock: () => now, random: systemRandom, pause: async () => {} };
  const trail = { end: async () => null };
  return new ErasureRunner<One>(
    { records, trail, ambient },
    {
      isOfKind: (id) => id.startsWith('d_'),
      advance: async (one) => {
        await before(one);
        if (stops !== null) throw stops;
        const steps = [...one.steps, one.state];
        if (one.state === 'begun') return { ...one, state: 'closed', steps };
        return { ...one, state: 'done', steps, doneAt: new Date(now).toISOString() };
      },
      tidy: async ({ steps }) => void tidied.push(steps.join()),
    },
  );
}

const begin = (from: ErasureRunner<One>) =>
  from.begin(actor, ID, 'request 42', (begun) => ({ ...begun, steps: [] }));
const WHOLE = { state: 'done', steps: ['begun', 'closed'], reason: 'request 42' };

test('one is begun once and done wholly; asked again it is as it was', async () => {
  const one = runner();
  expect(await one.goOn('t', ID)).toBeNull();
  expect(await begin(one)).toMatchObject(WHOLE);
  expect(await begin(runner())).toMatchObject(WHOLE);
  expect(await one.goOn('t', ID)).toMatchObject(WHOLE);
  expect(await one.find('t', ID)).toMatchObject(WHOLE);
  for (const id of ['d_other', 'p_one'])
    await expect(one.find('t', id)).rejects.toMatchObject({ code: 'erasures/not-found' });
});

test.each<[string, Error, object | null]>([
  ['a hold', new DocumentsError('documents/held', 'x'), null],
  ['a store that is away', new OutsideError('BlobStore', 'unavailable', 'x'), { failure: 'unavailable' }],
])('what %s stops was begun, and goes on with the next sweep', async (_, stopping, swept) => {
  const one = runner();
  stops = stopping;
  await expect(begin(one)).rejects.toMatchObject({ code: 'documents/unclear' });
  expect(await one.find('t', ID)).toMatchObject({ state: 'begun', steps: [] });
  if (swept === null) expect(await one.resume(['t'])).toBe(0);
  else await expect(one.resume(['t'])).rejects.toMatchObject(swept);
  stops = null;
  expect(await runner().resume(['t'])).toBe(1);
  expect(await one.find('t', ID)).toMatchObject(WHOLE);
});

test('what another process came to counts', async () => {
  const other = runner();
  const one = runner(async ({ state }) => {
    if (state === 'begun') await other.goOn('t', ID);
  });
  expect(await begin(one)).toMatchObject(WHOLE);
});

test('what came too late is removed, for a week', async () => {
  const one = runner();
  await begin(one);
  await records.write({ tenant: 't', kind: 'erasures', id: 'p_one' }, null, { state: 'begun' });
  for (const days of [0, 7, 2, 1, 1]) {
    now += days * DAY;
    expect(await one.resume(['t'])).toBe(0);
  }
  expect(tidied).toHaveLength(3);
  expect(await records.read('t', 'erasures', 'p_one')).toMatchObject({ value: { state: 'begun' } });
});
