import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AuditEvent, type EventProof, type LockedPlace, proveEvent } from '../../src/audit/index.ts';
import {
  type Checkpoint,
  publishKey,
  type SigningKey,
  signCheckpoint,
} from '../../src/audit/proof/checkpoint.ts';
import { checkpointName } from '../../src/audit/proof/checkpointer.ts';
import { verifyProof } from '../../src/client/index.ts';
import { chainOf, occurrence } from '../support/audit.ts';

const AT = '2026-11-22T10:00:00.000Z';
const SEED = 20261122;

function newKey(by: SigningKey | null): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { published: publishKey(publicKey, AT, by), privateKey };
}

const first = newKey(null);
const second = newKey(first);
const third = newKey(second);
const root = first.published.id;

/** A chain with checkpoints of so many events each, and what proves its events. */
function signedChain(sizes: readonly number[], key: SigningKey) {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const chain = chainOf('t', total, (at) =>
    occurrence(
      't',
      at,
      at % 3 === 0 ? { object: null, document: null, details: '{"via":"p_ä\u{1f600}"}' } : {},
    ),
  );
  const texts = new Map<string, string>();
  let before: Checkpoint | null = null;
  for (const size of sizes) {
    const from: number = before?.last ?? 0;
    before = signCheckpoint(before, chain.slice(from, from + size), AT, key);
    texts.set(checkpointName('t', before.first), JSON.stringify(before));
  }
  for (const { published } of [first, second, third])
    texts.set(`keys/${published.id}`, JSON.stringify(published));
  return {
    chain,
    place: placeOf(texts),
    prove: (sequence: number) => prove(chain, placeOf(texts), sequence),
  };
}

function placeOf(texts: ReadonlyMap<string, string>): LockedPlace {
  return {
    add: async () => false,
    read: async (name) => texts.get(name) ?? null,
    list: async (prefix, { from = '', before = '~', most } = {}) =>
      [...texts.keys()]
        .filter((name) => name.startsWith(prefix) && name >= from && name < before)
        .sort()
        .slice(0, most),
  };
}

async function prove(chain: readonly AuditEvent[], place: LockedPlace, sequence: number) {
  const event = async (_: string, at: number) => chain[at - 1] ?? null;
  return await proveEvent({ event }, place, 't', sequence);
}

async function proven(sizes: readonly number[], sequence: number, key = third): Promise<EventProof> {
  const proof = await signedChain(sizes, key).prove(sequence);
  if (typeof proof === 'string') throw new Error(proof);
  return proof;
}

test('every event of checkpoints of every size is proven, in a few kilobytes', async () => {
  const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 17, 31, 33];
  const { chain, prove } = signedChain(sizes, third);
  for (const { sequence } of chain) {
    const proof = JSON.parse(JSON.stringify(await prove(sequence)));
    expect(await verifyProof(proof, root)).toEqual({
      ...{ fault: null, proven: { event: chain[sequence - 1], signedAt: AT, root } },
    });
  }
  const large = await proven([10_000], 7777, first);
  expect((await verifyProof(large)).fault).toBeNull();
  expect(JSON.stringify(large).length).toBeLessThan(4000);
});

test('what is not there, or not signed yet, has no proof', async () => {
  const { chain, place } = signedChain([5], first);
  const longer = chainOf('t', 7);
  expect(await prove(chain, place, 6)).toBe('missing');
  expect(await prove(longer, place, 6)).toBe('unsigned');
});

/** Every value in a proof, by the way to it. */
function placesOf(value: unknown, way: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [way];
  return [way, ...Object.entries(value).flatMap(([name, one]) => placesOf(one, [...way, name]))].filter(
    (one) => one.length > 0,
  );
}

/** The same with the value at a place replaced; `undefined` takes it out. */
function withValue(
  proof: unknown,
  way: readonly (string | number)[],
  change: (old: unknown) => unknown,
): unknown {
  const copy = structuredClone(proof) as Record<string, unknown>;
  let at: Record<string, unknown> = copy;
  for (const name of way.slice(0, -1)) at = at[name] as Record<string, unknown>;
  const name = String(way.at(-1));
  const next = change(at[name]);
  if (next !== undefined) at[name] = next;
  else if (Array.isArray(at)) at.splice(Number(name), 1);
  else delete at[name];
  return copy;
}

describe('a proof that somebody tampered with', async () => {
  const proof = await proven([3, 21, 4], 14);
  const places = placesOf(proof);
  const text = JSON.stringify(proof);

  test.each(places.map((way) => [way.join('.'), way] as const))(
    '%s: any other value is found',
    async (_, way) => {
      const values = fc.oneof(
        fc.constantFrom<unknown>(undefined, null, '', 0, 1, -1, [], {}, true, '0'.repeat(64)),
        fc.anything(),
        fc.string().map((added) => (old: unknown) => `${String(old)}${added}`),
        fc.integer({ min: 1, max: 3 }).map((added) => (old: unknown) => Number(old) + added),
      );
      await fc.assert(
        fc.asyncProperty(values, async (value) => {
          const change = typeof value === 'function' ? (value as (old: unknown) => unknown) : () => value;
          const changed = withValue(proof, way, change);
          const isSame = JSON.stringify(changed) === text;
          expect((await verifyProof(changed, root)).fault === null).toBe(isSame);
        }),
        { numRuns: 30, seed: SEED },
      );
    },
  );

  test('any one sign of the file: found, or it says the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.integer({ min: 32, max: 126 }), async (at, code) => {
        const changed = `${text.slice(0, at)}${String.fromCharCode(code)}${text.slice(at + 1)}`;
        const said = parsed(changed);
        const isSame = JSON.stringify(said) === text;
        expect((await verifyProof(said)).fault === null).toBe(isSame);
      }),
      { numRuns: 1500, seed: SEED },
    );
  });

  test('members added, hashes and keys swapped, repeated or left out', async () => {
    const { path, keys } = proof;
    const wrong: readonly unknown[] = [
      { ...proof, more: 1 },
      ...['event', 'checkpoint'].map((name) => withValue(proof, [name, 'more'], () => null)),
      { ...proof, path: path.toReversed() },
      { ...proof, path: [...path, path[0]] },
      { ...proof, path: path.slice(1) },
      { ...proof, keys: keys.toReversed() },
      { ...proof, keys: keys.slice(1) },
      { ...proof, keys: [...keys, keys[0]] },
      ...[null, 1, 'proof', [], [proof], {}],
    ];
    for (const one of wrong) expect((await verifyProof(one)).fault).not.toBeNull();
  });

  test('another event, the checkpoint of others, keys of a thief', async () => {
    const other = await proven([3, 21, 4], 15);
    expect((await verifyProof({ ...proof, event: other.event })).fault).toBe('place');
    expect((await verifyProof({ ...proof, path: other.path })).fault).toBe('place');
    const elsewhere = await proven([28], 14);
    expect((await verifyProof({ ...proof, checkpoint: elsewhere.checkpoint })).fault).toBe('place');
    const thief = await proven([3, 21, 4], 14, newKey(null));
    expect(thief.keys).toEqual([]);
    const stolen = await proven([3, 21, 4], 14, first);
    expect((await verifyProof(stolen, 'f'.repeat(32))).fault).toBe('root');
    expect((await verifyProof({ ...proof, keys: stolen.keys })).fault).toBe('checkpoint');
  });
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
