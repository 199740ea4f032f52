// `npm run bench:operations`: what a list of one's own operations costs beside many old ones. See README.md.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Actor, localOperator } from '../src/access/index.ts';
import {
  callerOf,
  changed,
  DataKeys,
  type NewOperation,
  OperationStore,
  shelved,
} from '../src/documents/index.ts';
import { pageOf } from '../src/jobs/index.ts';
import { systemRandom } from '../src/kit/index.ts';
import { DirectoryBlobStore, KeyRing } from '../src/platform/embedded/index.ts';

/** How many are made at a time; how often each question is asked. */
const AT_ONCE = 16;
const ROUNDS = 7;
/** As many of the others as a page may open. */
const LATEST = 50;

const { values } = parseArgs({
  options: { count: { type: 'string', default: '100000' }, mine: { type: 'string', default: '20' } },
});
const [count, mine] = [Number(values.count), Number(values.mine)];

const operator = localOperator('bench', null);
const me: Actor = { ...operator, id: 'me' };

/** One that ended, with its marks where they are in the end. */
async function make(store: OperationStore, actor: Actor, end: 'succeeded' | 'failed' | null): Promise<void> {
  const asked: NewOperation = { kind: 'comparison', priority: 'normal', actor, request: {}, documents: [] };
  const begun = await store.create(asked);
  if (end === null) return;
  const over = { state: end, percent: 100, endedAt: new Date().toISOString() } as const;
  const expiresAt = Date.now() + 86_400_000;
  const ended = await store.write(begun, changed(begun.operation, { ...over, expiresAt }, Date.now()));
  if (ended !== null) await store.unmark(shelved(ended.operation));
}

/** What is left of an old one, as far as lists look at it: none of these is opened, as later ones come first. */
async function leave(store: OperationStore, heads: DirectoryBlobStore, caller: string): Promise<void> {
  const old = { tenant: me.tenant, id: store.newId(), kind: 'comparison', caller, parent: null } as const;
  const attributes = { kind: old.kind, state: 'succeeded', caller, expires: String(Date.now() + 86_400_000) };
  await heads.write(`operations/${me.tenant}/${old.id}`, new Uint8Array(3000), {
    ifGeneration: '0',
    attributes,
  });
  await store.shelf.put({ ...old, state: 'succeeded' });
}

async function many(total: number, one: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const run = async (): Promise<void> => {
    while (next < total) await one(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
}

/** Milliseconds of the process's own work, the least of all rounds. */
async function cost(question: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = process.cpuUsage();
    await question();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

const folder = await mkdtemp(join(tmpdir(), 'redline-bench-'));
try {
  const heads = await DirectoryBlobStore.open(join(folder, 'heads'), true);
  const spool = await DirectoryBlobStore.open(join(folder, 'blobs'), false);
  const ring = await KeyRing.open(join(folder, 'keys'));
  await ring.create(me.tenant);
  const clock = (): number => Date.now();
  const ambient = { clock, random: systemRandom, pause: async () => {} };
  const keys = new DataKeys(ring, { clock });
  const store = new OperationStore({ heads, spool, keys, ambient, prunesItself: false });
  // One's own are the oldest: whoever looks among all passes every other one.
  await many(mine, (n) => make(store, me, n % 2 === 0 ? 'succeeded' : 'failed'));
  await many(2, () => make(store, me, null));
  const others = { ...operator, id: 'others' };
  await many(count - LATEST, () => leave(store, heads, callerOf(others)));
  await many(LATEST, () => make(store, others, 'succeeded'));
  const own = async (actor: Actor, more: Partial<Parameters<typeof pageOf>[2]>, everyones = false) => {
    const page = await pageOf(store, actor, { size: 20, ...more }, { everyones, now: clock() });
    return page.operations.length;
  };
  const questions: Readonly<Record<string, () => Promise<number>>> = {
    'one’s own, of few': () => own(me, {}),
    'one’s own that go on, of few': () => own(me, { states: ['queued', 'running'] }),
    'one’s own that failed, of few': () => own(me, { states: ['failed'] }),
    'one’s own, of all the others': () => own(others, {}),
    'one’s own that go on, of all the others': () => own(others, { states: ['queued', 'running'] }),
    'one’s own that failed, of all the others': () => own(others, { states: ['failed'] }),
    'everybody’s': () => own(me, {}, true),
    'everybody’s that failed, one request of many': () => own(me, { states: ['failed'] }, true),
  };
  console.log(`${count} operations of others, ${mine} + 2 of one’s own`);
  for (const [name, ask] of Object.entries(questions)) {
    const found = await ask();
    console.log(`${name.padEnd(50)}${(await cost(ask)).toFixed(1).padStart(8)} ms  ${found} listed`);
  }
} finally {
  await rm(folder, { recursive: true });
}
