import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { chainOf } from '../../test/support/audit.ts';
import type { AuditEvent } from './event.ts';
import { PortableTrail } from './portable-trail.ts';
import { type Checkpoint, publishKey, signCheckpoint } from './proof/checkpoint.ts';
import { checkpointName } from './proof/checkpointer.ts';
import { verifyChain } from './proof/verify.ts';

// What proves a trail, in files that are read one by one.

const AT = '2026-11-22T10:00:00.000Z';
const pair = generateKeyPairSync('ed25519');
const key = { published: publishKey(pair.publicKey, AT, null), privateKey: pair.privateKey };

/** A chain of so many events with a checkpoint for each, all of it in one page. */
function portable(count: number, most?: { checkpoints: number; text: number }) {
  const chain = chainOf('t', count);
  const texts = new Map([[`keys/${key.published.id}`, JSON.stringify(key.published)]]);
  let before: Checkpoint | null = null;
  for (const event of chain) {
    before = signCheckpoint(before, [event], AT, key);
    texts.set(checkpointName('t', before.first), JSON.stringify(before));
  }
  const place = {
    add: async () => false,
    read: async (name: string) => texts.get(name) ?? null,
    list: async (prefix: string, { from = '' } = {}) =>
      [...texts.keys()].filter((name) => name.startsWith(prefix) && name >= from).sort(),
  };
  const trail = {
    advance: async () => {},
    pages: async function* () {
      yield 1;
    },
    page: async () => chain,
  };
  const checkpointer = { sign: () => Promise.reject(new Error('unused')), publish: async () => {} };
  return { chain, trail: new PortableTrail(trail, { place, checkpointer }, most) };
}

async function* rows(events: readonly AuditEvent[]): AsyncIterable<AuditEvent> {
  yield* events;
}

async function filesOf(trail: PortableTrail, after = '', lastPage = 1) {
  const files: { name: string; text: string; place: string }[] = [];
  for await (const file of trail.proof('t', lastPage, null, after)) files.push(file);
  return files;
}

const checkpointsIn = (files: readonly { name: string; text: string }[]): Checkpoint[] =>
  files
    .filter(({ name }) => name.startsWith('checkpoints-'))
    .flatMap(({ text }) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Checkpoint),
    );

test.each<[string, number, { checkpoints: number; text: number } | undefined, number]>([
  ['more than fit into one file by their number', 1203, undefined, 3],
  ['exactly two files', 20, { checkpoints: 10, text: 1e9 }, 2],
  ['one by one', 7, { checkpoints: 1, text: 1e9 }, 7],
  ['more than fit by their length', 40, { checkpoints: 1e9, text: 1 }, 40],
])('%s: all of them, each once, and they prove the whole chain', async (_, count, most, expected) => {
  const { chain, trail } = portable(count, most);
  const files = await filesOf(trail);
  expect(files.slice(0, -1).map(({ name }) => name)).toEqual(
    Array.from({ length: expected }, (_none, at) => `checkpoints-${String(at + 1).padStart(6, '0')}.jsonl`),
  );
  expect(files.at(-1)?.name).toBe('keys.jsonl');
  const checkpoints = checkpointsIn(files);
  expect(checkpoints.map(({ last }) => last)).toEqual(chain.map(({ sequence }) => sequence));
  const found = await verifyChain('t', rows(chain), { checkpoints, keys: [key.published] }, key.published.id);
  expect(found).toMatchObject({ fault: null, signedTo: count });
});

test('whoever goes on behind any file gets the rest, the same', async () => {
  const { trail } = portable(25, { checkpoints: 4, text: 1e9 });
  const files = await filesOf(trail);
  for (const [at, { place }] of files.entries())
    expect(await filesOf(trail, place)).toEqual(files.slice(at + 1));
});

test('of what one person did, and of a chain without a page, there are only keys', async () => {
  const { trail } = portable(5);
  expect((await filesOf(trail, '', 0)).map(({ name }) => name)).toEqual(['keys.jsonl']);
  const own: string[] = [];
  for await (const { name } of trail.proof('t', 1, 'p_ann', '')) own.push(name);
  expect(own).toEqual(['keys.jsonl']);
});
