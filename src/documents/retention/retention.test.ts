import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { localOperator } from '../../access/index.ts';
import { systemRandom } from '../../kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../../platform/embedded/index.ts';
import { ContentStore } from '../content-store.ts';
import { DataKeys } from '../data-keys.ts';
import { Documents, newOperation } from '../documents.ts';
import { DocumentsError } from '../errors.ts';
import { HeadStore } from '../head-store.ts';
import { Records } from '../records.ts';
import { Redlines } from '../redlines.ts';
import { watchClock } from './clock-watch.ts';
import { Holds } from './holds.ts';
import { RuleBook } from './rule-book.ts';
import type { RuleSet } from './rules.ts';
import { RetentionSweep, type SweepReport } from './sweep.ts';

// Random rules, holds and clocks over the real code and the embedded store.

const DAY = 24 * 3_600_000;
const START = Date.UTC(2026, 0, 1);
const LABELS = ['a', 'b'] as const;
const actor = { ...localOperator('r', null), tenant: 't' };

const days = fc.option(fc.integer({ min: 1, max: 60 }), { nil: null });
const periods = fc.tuple(days, days).map(([keepDays, extra]) => ({
  keepDays,
  deleteAfterDays: extra === null ? null : Math.max(extra, keepDays ?? 0),
  since: 'created' as const,
}));
const ruleSets: fc.Arbitrary<RuleSet> = fc.record({
  default: periods,
  rules: fc
    .tuple(periods, periods)
    .map((both) => both.map((one, at) => ({ ...one, id: `r${at}`, type: null, label: LABELS[at] ?? 'a' }))),
});
const steps = fc.oneof(
  fc.record({ do: fc.constant('create' as const), labels: fc.subarray([...LABELS]) }),
  fc.record({ do: fc.constant('rules' as const), rules: ruleSets }),
  fc.record({ do: fc.constantFrom('hold' as const, 'release' as const, 'remove' as const), at: fc.nat(5) }),
  fc.record({ do: fc.constant('days' as const), count: fc.integer({ min: 1, max: 20 }) }),
  // Set wrongly, and noticed before a week is over.
  fc.record({
    do: fc.constant('wrong clock' as const),
    by: fc.integer({ min: -4000, max: 4000 }),
    count: fc.integer({ min: 1, max: 6 }),
  }),
);

interface Kept {
  readonly id: string;
  readonly at: number;
  readonly labels: readonly string[];
  held: boolean;
  gone: boolean;
}

/** The naive reading of the rules, by hand: when they keep a document until, and when they have it deleted. */
function readBy({ default: fallback, rules }: RuleSet, { at, labels }: Kept): readonly [number, number] {
  const own = rules.filter(({ label }) => labels.includes(label ?? ''));
  const longest = (of: 'keepDays' | 'deleteAfterDays', none: number): number => {
    const said = own.flatMap((rule) => rule[of] ?? []);
    const all = said.length > 0 ? said : [fallback[of] ?? none];
    return at + Math.max(...all) * DAY;
  };
  const keep = longest('keepDays', 0);
  return [keep, Math.max(keep, longest('deleteAfterDays', Number.POSITIVE_INFINITY))];
}

async function openWorld(folder: string) {
  const time = { now: START, wrong: 0 };
  const ring = await KeyRing.open(join(folder, 'keys'));
  await ring.create(actor.tenant);
  const ambient = { clock: () => time.now + time.wrong, random: systemRandom, pause: async () => {} };
  const keys = new DataKeys(ring, ambient);
  const blobs = {
    heads: await DirectoryBlobStore.open(join(folder, 'heads'), true),
    contents: await DirectoryBlobStore.open(join(folder, 'contents'), true),
  };
  const heads = new HeadStore(blobs.heads, keys, ambient);
  const contents = new ContentStore(blobs.contents, keys, ambient);
  const records = new Records({ heads: blobs.heads, secrets: blobs.heads }, keys, ambient);
  const book = new RuleBook(records, ambient.clock);
  const rules = async (tenant: string) => (await book.read(tenant)).rules;
  const stores = { heads, contents, ambient, rules, committed: async () => {} };
  const sweep = new RetentionSweep({ stores, ...blobs, actor, book, records });
  const documents = new Documents(stores);
  const redlines = new Redlines(stores, documents);
  return { time, blobs, heads, book, sweep, documents, redlines, holds: new Holds(stores) };
}

type World = Awaited<ReturnType<typeof openWorld>>;

class Run {
  readonly #world: World;
  readonly #kept: Kept[] = [];
  /** Every rule set with when another one took its place. */
  readonly #rules: { readonly set: RuleSet; until: number }[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  async step(step: typeof steps extends fc.Arbitrary<infer Step> ? Step : never): Promise<void> {
    const { time, documents, book, holds } = this.#world;
    const change = { actor, operation: newOperation(systemRandom), ifMatch: null };
    if (step.do === 'create') {
      const describe = async () => ({ name: 'x', labels: step.labels });
      const body = (async function* () {
        yield new Uint8Array([1]);
      })();
      const { head } = await documents.create(change, describe, { type: 'text/plain', body });
      this.#kept.push({ id: head.id, at: time.now, labels: step.labels, held: false, gone: false });
    } else if (step.do === 'rules') {
      const { generation } = await book.read(actor.tenant);
      await book.replace(actor.tenant, generation, step.rules);
      const last = this.#rules.at(-1);
      if (last !== undefined) last.until = time.now;
      this.#rules.push({ set: step.rules, until: Number.POSITIVE_INFINITY });
    } else if (step.do === 'days') await this.pass(step.count);
    else if (step.do === 'wrong clock') {
      time.wrong = step.by * DAY;
      await this.pass(step.count);
      time.wrong = 0;
    } else {
      const one = this.#kept.filter(({ gone }) => !gone)[step.at];
      if (one === undefined) return;
      const of = { ...change, document: one.id };
      if (step.do === 'hold') await holds.set(of, 'Case 7');
      if (step.do === 'release' && one.held) await holds.release(of);
      if (step.do !== 'remove') one.held = step.do === 'hold';
      else await this.#remove(one, () => documents.remove(of));
    }
  }

  /** So many days, with a sweep in each. */
  async pass(count: number): Promise<void> {
    const { time, sweep } = this.#world;
    for (let day = 0; day < count; day += 1) {
      time.now += DAY;
      await sweep.run(actor.tenant, false);
      await this.#look();
    }
  }

  /** What is long over is gone by now, with all that belonged to it. */
  async assertSettled(): Promise<void> {
    const { time, blobs, sweep } = this.#world;
    const before = await sweep.run(actor.tenant, true);
    expect(before.counts).toMatchObject({ deleted: 0, 'clock doubted': 0 });
    for (const one of this.#kept) {
      const [, due] = this.#rules.at(-1) === undefined ? [0, Number.POSITIVE_INFINITY] : this.#now(one);
      if (!one.held && due <= time.now - 9 * DAY) expect(one).toMatchObject({ gone: true });
      let contents = 0;
      for await (const _ of blobs.contents.list(`contents/t/${one.id}/`)) contents += 1;
      expect(contents).toBe(one.gone ? 0 : 1);
    }
  }

  /** People cannot delete what is held, or inside of what it is or was promised. */
  async #remove(one: Kept, remove: () => Promise<unknown>): Promise<void> {
    const { time } = this.#world;
    const code = await remove().then(
      () => 'done',
      (error: unknown) => (error instanceof DocumentsError ? error.code : String(error)),
    );
    const isKept = this.#inForce().some(({ set }) => readBy(set, one)[0] > time.now);
    if (one.held) expect(['documents/held', 'documents/deleted']).toContain(code);
    else if (isKept) expect(['documents/retained', 'documents/deleted']).toContain(code);
    else expect(['done', 'documents/deleted']).toContain(code);
  }

  async #look(): Promise<void> {
    for (const one of this.#kept.filter(({ gone }) => !gone)) {
      const stored = await this.#world.heads.read(actor.tenant, one.id);
      if (stored?.head.state !== 'taken') continue;
      one.gone = true;
      expect(one.held).toBe(false);
      for (const { set } of this.#inForce())
        expect(readBy(set, one)[1]).toBeLessThanOrEqual(this.#world.time.now);
    }
  }

  #now(one: Kept): readonly [number, number] {
    const last = this.#rules.at(-1);
    return last === undefined ? [0, Number.POSITIVE_INFINITY] : readBy(last.set, one);
  }

  /** The rules, and those whose notice is not over. */
  #inForce() {
    const { now } = this.#world.time;
    return this.#rules.filter(({ until }) => until + 30 * DAY > now);
  }
}

test('nothing held or inside of its time is deleted; what is past it goes with the first sweep a week after its mark', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 4, maxLength: 14 }), async (all) => {
      const folder = await mkdtemp(join(tmpdir(), 'redline-retention-'));
      try {
        const run = new Run(await openWorld(folder));
        await run.step({ do: 'create', labels: ['a'] });
        for (const step of all) await run.step(step);
        // A notice, the doubt about the clock, and the week after the mark.
        await run.pass(30 + 8 + 9);
        await run.assertSettled();
      } finally {
        await rm(folder, { recursive: true });
      }
    }),
    { numRuns: 12 },
  );
}, 120_000);

const BRIEF: RuleSet = { default: { keepDays: null, deleteAfterDays: 2, since: 'created' }, rules: [] };

/** A world in which everything is past its time after two days, and the notice of that rule is over after thirty. */
async function withBrief(work: (world: World) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'redline-retention-'));
  try {
    const world = await openWorld(folder);
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
async function keep({ documents, redlines }: World): Promise<readonly [document: string, redline: string]> {
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
async function sweepDaily({ time, sweep }: World, days: number): Promise<SweepReport> {
  let report = await sweep.run(actor.tenant, false);
  for (let day = 0; day < days; day += 1) {
    time.now += DAY;
    report = await sweep.run(actor.tenant, false);
  }
  return report;
}

/** The state of each, how much of its content there is, and of a document how many redlines are listed below it. */
async function rest({ heads, blobs }: World, ids: readonly string[]): Promise<unknown[]> {
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
