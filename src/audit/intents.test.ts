import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CommitHistory, VersionedBlobStore } from '../documents/index.ts';
import { OutsideError, systemRandom } from '../kit/index.ts';
import { DirectoryBlobStore, SqliteAuditSink } from '../platform/embedded/index.ts';
import type { Happening } from './happening.ts';
import { INTERRUPTED } from './intents.ts';
import { Trail } from './trail.ts';

const MINUTE = 60_000;
const actor = {
  tenant: 't',
  kind: 'person',
  id: 'p_ann',
  credential: 's_1',
  address: null,
  requestId: 'r',
} as const;
const rotated: Happening = {
  type: 'tenant-key.rotated',
  outcome: 'done',
  reason: 'role',
  actor,
  object: 't',
};
const commits = {
  announced: async () => ({ commits: [], position: 'x' }),
} as unknown as CommitHistory;

/** What a process sees of the store, which dies at its call of this number: before it is done, or right behind it. */
function mortal(store: VersionedBlobStore, last: number, isDone: boolean) {
  const seen = { calls: 0, store };
  const call = async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    seen.calls += 1;
    if (seen.calls > last || (seen.calls === last && !isDone)) throw dead();
    const answer = await work();
    if (seen.calls === last) throw dead();
    return answer;
  };
  seen.store = new Proxy(store, {
    get: (target, name) => {
      if (name === 'write')
        return (...given: Parameters<typeof store.write>) => call(() => target.write(...given));
      if (name === 'purge') return (given: string) => call(() => target.purge(given));
      const found = Reflect.get(target, name) as unknown;
      return typeof found === 'function' ? found.bind(target) : found;
    },
  });
  return { ...seen, call };
}
const dead = () => new OutsideError('BlobStore', 'refused', 'The process is dead.');

/** One that lives, and one for each call at which it may die. */
const LIVES: [last: number, isDone: boolean][] = [
  ...[1, 2, 3, 4, 5].flatMap((last): [number, boolean][] => [
    [last, false],
    [last, true],
  ]),
  [Number.POSITIVE_INFINITY, true],
];

test.each(LIVES)(
  'of a process that dies at call %d (done: %s) no change is without its event',
  async (last, isDone) => {
    const folder = await mkdtemp(join(tmpdir(), 'redline-intents-'));
    const store = await DirectoryBlobStore.open(folder, true);
    const sink = SqliteAuditSink.open(':memory:');
    let now = Date.UTC(2026, 10, 22);
    const process = (seen: VersionedBlobStore) => {
      const ambient = { clock: () => now, random: systemRandom, pause: async () => {} };
      return new Trail({ store: seen, sink, ambient, commits });
    };
    const body = mortal(store, last, isDone);
    const trail = process(body.store);
    let isChanged = false;
    const live = async () => {
      const intent = await trail.intend(rotated);
      await body.call(async () => {
        isChanged = true;
      });
      await intent.settle(rotated);
      await trail.advance();
    };
    await live().catch(() => {});
    now += 11 * MINUTE;
    const next = process(store);
    await next.sweep();
    await next.sweep();
    const { events } = await sink.list({ tenant: 't', descending: false, size: 9 });
    if (isChanged) expect(events).toHaveLength(1);
    for (const { outcome, reason } of events) {
      if (outcome === 'done') expect(isChanged).toBe(true);
      else expect({ outcome, reason }).toEqual({ outcome: 'failed', reason: INTERRUPTED });
    }
    const left: string[] = [];
    for (const kind of ['intents/', 'outbox/'])
      for await (const { name } of store.list(kind)) left.push(name);
    expect(left).toEqual([]);
    sink.close();
    await rm(folder, { recursive: true });
  },
);

test('what is under way is left alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'redline-intents-'));
  const store = await DirectoryBlobStore.open(folder, true);
  const sink = SqliteAuditSink.open(':memory:');
  let now = Date.UTC(2026, 10, 22);
  const ambient = { clock: () => now, random: systemRandom, pause: async () => {} };
  const trail = new Trail({ store, sink, ambient, commits });
  const intent = await trail.intend(rotated);
  now += 5 * MINUTE;
  expect(await new Trail({ store, sink, ambient, commits }).sweep()).toBe(0);
  await intent.settle({ ...rotated, outcome: 'refused', reason: 'access/refused' });
  await trail.advance();
  const { events } = await sink.list({ tenant: 't', descending: false, size: 9 });
  expect(events.map(({ outcome }) => outcome)).toEqual(['refused']);
  sink.close();
  await rm(folder, { recursive: true });
});
