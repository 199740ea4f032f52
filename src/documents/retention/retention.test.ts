import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { actor, DAY, type RetentionWorld, retentionWorld, START } from '../../../test/support/retention.ts';
import { systemRandom } from '../../kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../../platform/embedded/index.ts';
import { newOperation } from '../documents.ts';
import { watchClock } from './clock-watch.ts';
import type { RuleSet } from './rules.ts';
import type { SweepReport } from './sweep.ts';

// Over the real code and the embedded store; random rules, holds and clocks are in test/property/retention.test.ts.

const BRIEF: RuleSet = { default: { keepDays: null, deleteAfterDays: 2, since: 'created' }, rules: [] };

/** A world in which everything is past its time after two days, and the notice of that rule is over after thirty. */
async function withBrief(work: (world: RetentionWorld) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'redline-retention-'));
  try {
    const ring = await KeyRing.open(join(folder, 'keys'));
    await ring.create(actor.tenant);
    const world = retentionWorld({ now: START, wrong: 0 }, ring, {
      heads: await DirectoryBlobStore.open(join(folder, 'heads'), true),
      contents: await DirectoryBlobStore.open(join(folder, 'contents'), true),
    });
    await world.book.replace(actor.tenant, null, BRIEF);
    await work(world);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function* oneByte(): AsyncIterable<Uint8Array> {
  yield new Uint8Array([1]);
}

const change = () => ({ actor, operation: newOperation(systemRandom), ifMatch: null });

/** A document with a redline. */
async function keep({
  documents,
  redlines,
}: RetentionWorld): Promise<readonly [document: string, redline: string]> {
  const describe = async () => ({ name: 'x', labels: [] });
  const { head } = await documents.create(change(), describe, { type: 'text/plain', body: oneByte() });
  const side = { document: head.id, version: 1, name: 'x', sha256: 'aa' };
  const { stored } = await redlines.create(change(), head.id, async () => ({
    ...{ name: 'y', document: new Uint8Array([2]), result: {}, counts: {} },
    examine: async () => ({ type: 'text/plain', scanned: 'structure' }),
    facts: { kind: 'compared', original: side, modified: [side], options: {}, summary: {} },
  }));
  return [head.id, stored.head.id];
}

/** @returns the report of the last day. */
async function sweepDaily({ time, sweep }: RetentionWorld, days: number): Promise<SweepReport> {
  let report = await sweep.run(actor.tenant, false);
  for (let day = 0; day < days; day += 1) {
    time.now += DAY;
    report = await sweep.run(actor.tenant, false);
  }
  return report;
}

/** The state of each, how much of its content there is, and of a document how many redlines are listed below it. */
async function rest({ heads, blobs }: RetentionWorld, ids: readonly string[]): Promise<unknown[]> {
  const count = async (all: AsyncIterable<unknown>): Promise<number> => {
    let found = 0;
    for await (const _ of all) found += 1;
    return found;
  };
  return await Promise.all(
    ids.map(async (id) => [
      (await heads.read(actor.tenant, id))?.head.state,
      await count(blobs.contents.list(`contents/${actor.tenant}/${id}/`)),
      await count(heads.below(actor.tenant, id)),
    ]),
  );
}

const WHOLE = [
  ['active', 1, 1],
  ['active', 2, 0],
];
const GONE = [
  ['taken', 0, 0],
  ['taken', 0, 0],
];

test('a sweep takes a document with its redlines, and nothing of one that is held', async () => {
  await withBrief(async (world) => {
    const [free, held] = [await keep(world), await keep(world)];
    await world.holds.set({ ...change(), document: held[0] }, 'Case 7');
    expect([await rest(world, free), await rest(world, held)]).toEqual([WHOLE, WHOLE]);
    const { counts, documents } = await sweepDaily(world, 39);
    expect([await rest(world, free), await rest(world, held)]).toEqual([GONE, WHOLE]);
    expect([counts.held, documents]).toEqual([1, [expect.objectContaining({ document: held[0] })]]);
    await world.holds.release({ ...change(), document: held[0] });
    await sweepDaily(world, 8);
    expect(await rest(world, held)).toEqual(GONE);
  });
}, 120_000);

test('a hold within the week of a mark stops the deletion, and the week begins anew when it is released', async () => {
  await withBrief(async (world) => {
    const [id, redline] = await keep(world);
    expect((await sweepDaily(world, 33)).counts).toMatchObject({ waiting: 1 });
    await world.holds.set({ ...change(), document: id }, 'Case 7');
    expect((await sweepDaily(world, 20)).counts).toMatchObject({ held: 1 });
    await world.holds.release({ ...change(), document: id });
    expect((await sweepDaily(world, 6)).counts).toMatchObject({ waiting: 1, deleted: 0 });
    expect(await rest(world, [id, redline])).toEqual(WHOLE);
    expect((await sweepDaily(world, 1)).counts).toMatchObject({ deleted: 1 });
    expect(await rest(world, [id, redline])).toEqual(GONE);
  });
}, 120_000);

test('a clock that jumped is not believed: nothing is marked or deleted by it for a week', async () => {
  await withBrief(async (world) => {
    const ids = await keep(world);
    await sweepDaily(world, 1);
    world.time.wrong = 400 * DAY;
    const doubted = await sweepDaily(world, 6);
    expect(doubted.counts).toMatchObject({ 'clock doubted': 1, marked: 0, deleted: 0 });
    world.time.wrong = 0;
    await sweepDaily(world, 10);
    expect(await rest(world, ids)).toEqual(WHOLE);
    expect((await world.heads.read(actor.tenant, ids[0]))?.head.mark ?? null).toBeNull();
  });
}, 120_000);

test.each([
  ['first', null, 0, null],
  ['a day later', 0, 1, null],
  ['two days and more later', 0, 2.1, 2.1],
  ['back by an hour', 0, -1 / 24, -1 / 24],
  ['back by a minute', 0, -1 / 1440, null],
])('the clock of a sweep, %s', (_, last, now, doubted) => {
  const iso = (day: number) => new Date(START + day * DAY).toISOString();
  const seen = last === null ? null : { last: iso(last), doubtedSince: null };
  const { doubtedSince } = watchClock(seen, START + now * DAY);
  expect(doubtedSince).toBe(doubted === null ? null : iso(doubted));
});
