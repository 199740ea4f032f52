import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AnnouncedCommit, CommitHistory, CommitRecords } from '../documents/index.ts';
import { OutsideError, systemRandom } from '../kit/index.ts';
import { DirectoryBlobStore, SqliteAuditSink } from '../platform/embedded/index.ts';
import type { AuditEvent } from './event.ts';
import type { Happening } from './happening.ts';
import type { AuditSink } from './ports/audit-sink.ts';
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
const read = (object: string): Happening => ({
  type: 'document.read',
  outcome: 'done',
  reason: 'role',
  actor,
  object,
});

let folder: string;
let store: DirectoryBlobStore;
let sink: SqliteAuditSink;
let now: number;
/** What heads say, and what was announced of it. */
let commits: CommitRecords[];
let announced: AnnouncedCommit[];
let isDown: boolean;
/** Is told for which operation a head is read. */
let onRecords: (operation: string) => unknown;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redline-trail-'));
  store = await DirectoryBlobStore.open(join(folder, 'heads'), true);
  sink = SqliteAuditSink.open(':memory:');
  now = Date.UTC(2026, 10, 22);
  commits = [];
  announced = [];
  isDown = false;
  onRecords = () => {};
});
afterEach(async () => {
  sink.close();
  await rm(folder, { recursive: true });
});

/** Another process on the same stores. */
function trail(): Trail {
  const down = <Part extends object>(part: Part): Part =>
    new Proxy(part, {
      get: (target, name) => {
        if (isDown) throw new OutsideError('AuditSink', 'unavailable', 'down');
        const found = Reflect.get(target, name) as unknown;
        return typeof found === 'function' ? found.bind(target) : found;
      },
    });
  const history = {
    announced: async () => ({ commits: announced, position: 'x' }),
    announcedLately: async (since) =>
      announced.filter(({ announcedAt }) => announcedAt >= since - (since % MINUTE)),
    announcedRecords: async ({ operation }) => {
      onRecords(operation);
      return commits.find((one) => one.operation === operation) ?? null;
    },
    numbered: async (_, object, number) =>
      commits.find((one) => one.object === object && one.number === number) ?? null,
    forget: async (one) => {
      announced = announced.filter((other) => other !== one);
    },
  } satisfies Pick<
    CommitHistory,
    'announced' | 'announcedLately' | 'announcedRecords' | 'numbered' | 'forget'
  >;
  const ambient = { clock: () => now, random: systemRandom, pause: async () => {} };
  return new Trail({
    store,
    sink: down<AuditSink>(sink),
    ambient,
    commits: history as unknown as CommitHistory,
  });
}

/** A commit of a head, whoever made it. */
function commit(object: string, number: number): CommitRecords {
  const operation = `o_${object}_${number}`;
  const record = {
    ...{
      id: `${operation}-0`,
      at: new Date(now).toISOString(),
      tenant: 't',
      actor,
      credential: 's_1',
      address: null,
    },
    ...({
      requestId: 'r',
      action: 'document.updated',
      document: object,
      version: null,
      outcome: 'done',
    } as const),
  };
  const made = {
    ...{ tenant: 't', object, document: object, operation, number, records: [record] },
    before: number === 1 ? null : `o_${object}_${number - 1}`,
  };
  commits.push(made);
  announced.push({ name: `journal/${operation}`, announcedAt: now, tenant: 't', object, operation });
  return made;
}

async function told(): Promise<string[]> {
  const { events } = await sink.list({ tenant: 't', descending: false, size: 1000 });
  const broken = events.find(
    ({ previous, sequence }, at) => sequence !== at + 1 || (at > 0 && previous !== events[at - 1]?.hash),
  );
  expect(broken).toBeUndefined();
  return events.map(({ object, commit }: AuditEvent) =>
    commit === null ? String(object) : `${object}#${commit}`,
  );
}

describe('a trail', () => {
  test('brings what was recorded and committed to the sink, in order, once', async () => {
    const one = trail();
    await one.record(read('a'), read('b'));
    now += 1;
    one.committed(commit('d', 1));
    now += 1;
    await one.record(read('c'));
    await one.advance();
    await one.advance();
    expect(await told()).toEqual(['a', 'b', 'd#1', 'c']);
    expect(one.state).toMatchObject({ waiting: 0, undelivered: 0, lagMs: 0, lost: 0 });
    const left: string[] = [];
    for await (const { name } of store.list('outbox/')) left.push(name);
    expect(left).toEqual([]);
  });

  test('goes on where another process ended, and finds what that one left', async () => {
    const dead = trail();
    await dead.record(read('a'));
    await dead.advance();
    await dead.record(read('b'));
    commit('d', 1);
    const other = trail();
    await other.sweep();
    expect(await told()).toEqual(['a']);
    now += 3 * MINUTE;
    await other.sweep();
    await other.sweep();
    expect(await told()).toEqual(['a', 'b', 'd#1']);
    await dead.advance();
    expect(await told()).toEqual(['a', 'b', 'd#1']);
  });

  test('finds within seconds what another process left that died, and looks for it once', async () => {
    const dead = trail();
    await dead.record(read('a'));
    await dead.advance();
    await dead.record(read('b'));
    const other = trail();
    const asked: string[] = [];
    onRecords = (operation) => asked.push(operation);
    now += 61_000;
    commit('d', 1);
    commit('d', 2);
    announced.push({ name: 'journal/none', announcedAt: now, tenant: 't', object: 'd', operation: 'o_none' });
    // What lives brings its own soon.
    expect(await other.catchUp()).toBe(1);
    expect(await told()).toEqual(['a', 'b']);
    now += 9000;
    expect(await other.catchUp()).toBe(0);
    now += 1000;
    expect(await other.catchUp()).toBe(2);
    expect(await told()).toEqual(['a', 'b', 'd#1', 'd#2']);
    for (let n = 0; n < 5; n += 1) {
      now += 10_000;
      expect(await other.catchUp()).toBe(0);
    }
    expect(asked).toEqual(['o_d_1', 'o_d_2', 'o_none']);
    // It only slept.
    await dead.advance();
    expect(await told()).toEqual(['a', 'b', 'd#1', 'd#2']);
  });

  test('reads no head for what another process brought into the chain itself', async () => {
    const [one, other] = [trail(), trail()];
    await other.catchUp();
    one.committed(commit('d', 1));
    await other.catchUp();
    await one.advance();
    onRecords = () => expect.unreachable();
    now += 10_000;
    expect(await other.catchUp()).toBe(0);
    expect(other.end('t')).toMatchObject({ sequence: 1 });
  });

  test('adds to a chain that cannot be written now what stands in the outbox once', async () => {
    const one = trail();
    isDown = true;
    await one.record(read('a'));
    for (let n = 0; n < 3; n += 1) {
      now += 11_000;
      await expect(one.catchUp()).rejects.toThrow('down');
      expect(one.state.waiting).toBe(1);
    }
    isDown = false;
    await one.catchUp();
    expect(await told()).toEqual(['a']);
  });

  test('two processes at once make one chain', async () => {
    const both = [trail(), trail()];
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(both.map((one, at) => one.record(read(`${at}-${round}`))));
      await Promise.all(both.map((one) => one.advance()));
    }
    expect((await told()).sort()).toEqual(
      both.flatMap((_, at) => [0, 1, 2, 3, 4].map((round) => `${at}-${round}`)),
    );
  });

  test('commits of an object come in their order, also those that only the head knows', async () => {
    const [first, second, third] = [commit('d', 1), commit('d', 2), commit('d', 3)];
    const one = trail();
    one.committed(third);
    one.committed(first);
    await one.advance();
    expect(await told()).toEqual(['d#1', 'd#2', 'd#3']);
    one.committed(second);
    const other = trail();
    other.committed(commit('d', 5));
    commit('d', 4);
    await Promise.all([one.advance(), other.advance()]);
    await other.advance();
    expect(await told()).toEqual(['d#1', 'd#2', 'd#3', 'd#4', 'd#5']);
  });

  test('a sink that is down gets everything later', async () => {
    const one = trail();
    await one.record(read('a'));
    await one.advance();
    isDown = true;
    await one.record(read('b'));
    one.committed(commit('d', 1));
    now += 60 * MINUTE;
    await expect(one.advance()).rejects.toThrow('down');
    expect(one.state).toMatchObject({ undelivered: 2, lagMs: 60 * MINUTE });
    const after = trail();
    await after.record(read('c'));
    await expect(after.advance()).rejects.toThrow('down');
    expect(after.state.waiting).toBe(1);
    isDown = false;
    await after.advance();
    await one.advance();
    expect(await told()).toEqual(['a', 'b', 'd#1', 'c']);
  });

  test('a sink that lost its events gets them again', async () => {
    const one = trail();
    for (const object of ['a', 'b', 'c']) {
      await one.record(read(object));
      await one.advance();
    }
    sink.close();
    sink = SqliteAuditSink.open(':memory:');
    await trail().open(['t']);
    expect(await told()).toEqual(['a', 'b', 'c']);
  });

  test('old announcements go once their commits are in the chain', async () => {
    commit('d', 1);
    announced.push({ name: 'journal/none', announcedAt: now, tenant: 't', object: 'd', operation: 'o_none' });
    now += 8 * 24 * 60 * MINUTE;
    commit('d', 2);
    const one = trail();
    expect(await one.prune()).toBe(1);
    expect(await told()).toEqual(['d#1']);
    expect(announced.map(({ operation }) => operation)).toEqual(['o_none', 'o_d_2']);
  });
});
