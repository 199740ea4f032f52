import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Head } from '../../src/documents/index.ts';
import { DocumentsError, newOperation } from '../../src/documents/index.ts';
import { watchClock } from '../../src/documents/retention/clock-watch.ts';
import {
  NO_RULES,
  type Periods,
  type RuleSet,
  replaceRules,
  retained,
  type TenantRules,
} from '../../src/documents/retention/rules.ts';
import { systemRandom } from '../../src/kit/index.ts';
import { KeyRing, SqliteBlobStore } from '../../src/platform/embedded/index.ts';
import { ObjectRows, TABLES } from '../../src/platform/embedded/object-rows.ts';
import { actor, DAY, type RetentionWorld, retentionWorld, START, type Time } from '../support/retention.ts';

// Random rules, holds and clocks over the real code and the store of rows, in memory: in a folder most of the time goes into flushing.

const LABELS = ['a', 'b'] as const;
let folder: string;
let ring: KeyRing;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-retention-'));
  ring = await KeyRing.open(folder);
  await ring.create(actor.tenant);
});
afterAll(() => rm(folder, { recursive: true }));

function openWorld(): RetentionWorld {
  const time: Time = { now: START, wrong: 0 };
  const database = new Database(':memory:');
  database.exec(TABLES);
  const rows = new ObjectRows(database);
  const objects = {
    prepare: <Parameters extends unknown[], Row>(sql: string) => database.prepare<Parameters, Row>(sql),
    read: <Result>(work: () => Result) => work(),
    change: async (change: Parameters<ObjectRows['apply']>[0]) => rows.apply(change, time.now),
    begin: () => {},
  };
  const store = (name: string) => new SqliteBlobStore(objects, name, true);
  return retentionWorld(time, ring, { heads: store('heads'), contents: store('contents') });
}

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

class Run {
  readonly #world: RetentionWorld;
  readonly #kept: Kept[] = [];
  /** Every rule set with when another one took its place. */
  readonly #rules: { readonly set: RuleSet; until: number }[] = [];

  constructor(world: RetentionWorld) {
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
      const run = new Run(openWorld());
      await run.step({ do: 'create', labels: ['a'] });
      for (const step of all) await run.step(step);
      // A notice, the doubt about the clock, and the week after the mark.
      await run.pass(30 + 8 + 9);
      await run.assertSettled();
    }),
    { numRuns: 200 },
  );
});

// The decisions alone, over many more.

const NOTICE = 30 * DAY;
const longer = fc
  .tuple(fc.option(fc.nat(90), { nil: null }), fc.option(fc.nat(90), { nil: null }))
  .chain(([keepDays, extra]) =>
    fc.constantFrom<Periods['since']>('created', 'changed').map((since) => ({
      ...{ keepDays, since },
      deleteAfterDays: extra === null ? null : Math.max(1, extra, keepDays ?? 0),
    })),
  );
const about = fc.constantFrom(
  ...[null, 'text/plain', 'text/*', 'image/*'].flatMap((type) =>
    [null, ...LABELS].map((label) => ({ type, label })),
  ),
);
const anyRules: fc.Arbitrary<RuleSet> = fc.record({
  default: longer,
  rules: fc
    .array(fc.tuple(about, longer), { maxLength: 4 })
    .map((all) => all.map(([one, periods], at) => ({ ...one, ...periods, id: `r${at}` }))),
});
/** Sets of rules with the hour in which each began, the latest last; a document; and when somebody asks, behind all of it. */
const histories = fc.record({
  sets: fc.array(fc.tuple(anyRules, fc.nat(24 * 40)), { minLength: 1, maxLength: 4 }),
  type: fc.constantFrom('text/plain', 'text/html', 'image/png'),
  labels: fc.subarray([...LABELS]),
  createdAt: fc.nat(24 * 100),
  changedLater: fc.nat(24 * 50),
  askedLater: fc.nat(24 * 120),
});
const HOUR = DAY / 24;

interface Asked {
  readonly head: Head;
  readonly rules: TenantRules;
  readonly now: number;
  /** Until when and from when on, by the rules of now and by those whose notice is not over. */
  readonly current: readonly [number, number];
  readonly promised: readonly (readonly [number, number])[];
}

function asked(one: typeof histories extends fc.Arbitrary<infer History> ? History : never): Asked {
  const created = START + one.createdAt * HOUR;
  const changed = created + one.changedLater * HOUR;
  const iso = (ms: number) => new Date(ms).toISOString();
  const version = { createdAt: iso(changed), facts: { type: one.type } };
  const head = { createdAt: iso(created), labels: one.labels, versions: [version] } as unknown as Head;
  let rules = NO_RULES;
  let at = START;
  const sets: (readonly [RuleSet, number])[] = [[NO_RULES.current, START]];
  for (const [set, later] of one.sets) {
    at += later * HOUR;
    rules = replaceRules(rules, set, iso(at));
    sets.push([set, at]);
  }
  const now = at + one.askedLater * HOUR;
  const by = ({ default: fallback, rules: some }: RuleSet): readonly [number, number] => {
    const own = some.filter(
      ({ type, label }) =>
        (label === null || one.labels.some((its) => its === label)) &&
        (type === null || type === one.type || type === one.type.replace(/\/.*/, '/*')),
    );
    const longest = (of: 'keepDays' | 'deleteAfterDays', none: number): number => {
      const said = own.filter((rule) => rule[of] !== null);
      const times = (said.length > 0 ? said : [fallback]).map((rule) =>
        rule[of] === null ? none : (rule.since === 'created' ? created : changed) + rule[of] * DAY,
      );
      return Math.max(...times);
    };
    const keep = longest('keepDays', 0);
    return [keep, Math.max(keep, longest('deleteAfterDays', Number.POSITIVE_INFINITY))];
  };
  const promised = sets.flatMap(([set], index) => {
    const replacedAt = sets[index + 1]?.[1];
    return replacedAt !== undefined && replacedAt + NOTICE > now ? [by(set)] : [];
  });
  return { head, rules, now, current: by(one.sets.at(-1)?.[0] ?? NO_RULES.current), promised };
}

test('what rules say now, or promised within the notice, is kept; what is past all of them is deleted', () => {
  const seen = { kept: 0, promised: 0, due: 0 };
  fc.assert(
    fc.property(histories, (one) => {
      const { head, rules, now, current, promised } = asked(one);
      const { keepUntil, deleteAfter, keepRule, deleteRule } = retained(head, rules, now);
      const all = [current, ...promised];
      const isKept = all.some(([keep]) => keep > now);
      const isDue = all.every(([, due]) => due <= now);
      expect((keepUntil ?? 0) > now).toBe(isKept);
      expect(deleteAfter !== null && deleteAfter <= now).toBe(isDue);
      // Nobody is told that it goes before it may.
      if (deleteAfter !== null)
        expect(deleteAfter).toBeGreaterThanOrEqual(Math.max(current[1], keepUntil ?? 0));
      expect([keepRule === null, deleteRule === null]).toEqual([keepUntil === null, deleteAfter === null]);
      if (isKept) seen.kept += 1;
      if (isKept && current[0] <= now) seen.promised += 1;
      if (isDue) seen.due += 1;
    }),
    { numRuns: 20_000 },
  );
  // Every kind comes often enough to count.
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(200);
});

test('a clock is believed when its last seven days were even', () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 48 * 60 }) },
    { weight: 1, arbitrary: fc.integer({ min: -15, max: -1 }) },
    {
      weight: 1,
      arbitrary: fc.oneof(fc.integer({ min: 48 * 60 + 1, max: 1e7 }), fc.integer({ min: -1e6, max: -16 })),
    },
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (minutes) => {
      let now = START;
      let seen = watchClock(null, now);
      let jumped: number | null = null;
      for (const one of minutes) {
        // As far as it came before: a clock that is a little back goes on from there.
        const last = Date.parse(seen.last);
        now = last + one * 60_000;
        seen = watchClock(seen, now);
        if (one > 48 * 60 || one < -15) jumped = now;
        else if (jumped !== null && now - jumped >= 7 * DAY) jumped = null;
        expect(seen.doubtedSince).toBe(jumped === null ? null : new Date(jumped).toISOString());
      }
    }),
    { numRuns: 5000 },
  );
});
