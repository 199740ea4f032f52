import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chainOf, occurrence } from '../../../test/support/audit.ts';
import { type AuditEvent, EMPTY_CHAIN, linkEvents } from '../event.ts';
import {
  type Checkpoint,
  type CheckpointKey,
  publishKey,
  type SigningKey,
  signCheckpoint,
} from './checkpoint.ts';
import { verifyChain } from './verify.ts';

const AT = '2026-11-22T10:00:00.000Z';
const EVENTS = 60;
const EVERY = 7;

function newKey(by: SigningKey | null): SigningKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { published: publishKey(publicKey, AT, by), privateKey };
}

const [old, current] = ((first) => [first, newKey(first)])(newKey(null));
const keys = [old.published, current.published];

/** Checkpoints of every seventh event; the later half by the current key. */
function checkpointsOf(
  events: readonly AuditEvent[],
  before: Checkpoint | null = null,
  key?: SigningKey,
): Checkpoint[] {
  const made: Checkpoint[] = [];
  for (let at = 0; at + EVERY <= events.length; at += EVERY) {
    const signer = key ?? (at < events.length / 2 ? old : current);
    made.push(signCheckpoint(made.at(-1) ?? before, events.slice(at, at + EVERY), AT, signer));
  }
  return made;
}

const chain = chainOf('t', EVENTS);
const checkpoints = checkpointsOf(chain);
const SIGNED = checkpoints.length * EVERY;
const check = (
  rows: readonly AuditEvent[],
  also: readonly Checkpoint[] = [],
  all: readonly CheckpointKey[] = keys,
) => verifyChain('t', rows, { checkpoints: [...checkpoints, ...also], keys: all });

/** The rows with one piece replaced and everything behind it given new numbers and hashes, as the thief of the database would. */
function rewritten(at: number, removed: number, added: readonly number[]): AuditEvent[] {
  const kept = chain.slice(0, at);
  const rest = [...added.map((n) => occurrence('t', n, { actor: 'p_thief' })), ...chain.slice(at + removed)];
  const plain = rest.map(({ ...row }) => {
    const { format: _, sequence: __, previous: ___, hash: ____, ...said } = row as AuditEvent;
    return said;
  });
  return [...kept, ...linkEvents(kept.at(-1) ?? EMPTY_CHAIN, plain)];
}

const place = fc.integer({ min: 0, max: SIGNED - 1 });
const TEXTS = [
  'actor',
  'type',
  'at',
  'credential',
  'requestId',
  'id',
  'hash',
  'previous',
  'tenant',
  'outcome',
] as const;

/** What was done to rows, and the first event that is not as it was signed. */
type Tampered = { readonly rows: readonly AuditEvent[]; readonly first: number };
const TAMPERINGS: Record<string, fc.Arbitrary<Tampered>> = {
  'one field of one row': fc
    .tuple(place, fc.constantFrom(...TEXTS), fc.string({ minLength: 1 }))
    .map(([at, field, text]) => ({
      rows: chain.with(at, {
        ...(chain[at] as AuditEvent),
        [field]: `x${text.replace(/\p{Surrogate}/gu, '')}`,
      }),
      first: at + 1,
    })),
  'rows dropped': fc
    .tuple(place, fc.integer({ min: 1, max: 5 }))
    .map(([at, count]) => ({ rows: chain.toSpliced(at, count), first: at + 1 })),
  'rows dropped and all behind them made good': fc
    .tuple(place, fc.integer({ min: 1, max: 5 }))
    .map(([at, count]) => ({ rows: rewritten(at, count, []), first: at + 1 })),
  'a row twice': place.map((at) => ({
    rows: chain.toSpliced(at, 0, chain[at] as AuditEvent),
    first: at + 2,
  })),
  'rows inserted and all behind them made good': place.map((at) => ({
    rows: rewritten(at, 0, [900, 901]),
    first: at + 1,
  })),
  'two rows swapped': fc
    .tuple(place, place)
    .filter(([one, other]) => one < other)
    .map(([one, other]) => ({
      rows: chain.with(one, chain[other] as AuditEvent).with(other, chain[one] as AuditEvent),
      first: one + 1,
    })),
  'a row replaced and all behind it made good': place.map((at) => ({
    rows: rewritten(at, 1, [at + 1]),
    first: at + 1,
  })),
  'the end cut off': place.map((at) => ({ rows: chain.slice(0, at), first: at + 1 })),
  'the table as it was earlier': fc
    .integer({ min: 0, max: checkpoints.length - 1 })
    .map((n) => ({ rows: chain.slice(0, n * EVERY), first: n * EVERY + 1 })),
};

describe('a chain that somebody tampered with', () => {
  test.each(Object.keys(TAMPERINGS))('%s: the first event is named', async (name) => {
    const tampering = TAMPERINGS[name];
    if (tampering === undefined) throw new Error('There is no such tampering.');
    await fc.assert(
      fc.asyncProperty(tampering, async ({ rows, first }) => {
        const { fault } = await check(rows);
        expect(fault?.sequence).toBe(Math.min(first, chain.length + 1));
      }),
      { numRuns: 200 },
    );
  });

  test('and signed again with the stolen current key, beside what was signed before', async () => {
    await fc.assert(
      fc.asyncProperty(place, async (at) => {
        const rows = rewritten(at, 1, [at + 1]);
        const from = Math.floor(at / EVERY);
        const before = checkpoints[from - 1] ?? null;
        const forged = checkpointsOf(rows.slice(from * EVERY), before, current);
        const beside = await check(rows, forged);
        expect(beside.fault?.kind).toBe('checkpoint');
        // Under a key of the thief's own, and with rows as they were.
        const stranger = newKey(null);
        const others = checkpointsOf(rows.slice(from * EVERY), before, stranger);
        expect((await check(chain, others, [...keys, stranger.published])).fault?.kind).toBe('checkpoint');
      }),
      { numRuns: 100 },
    );
  });

  test.each<[string, () => Promise<{ fault: { kind: string; sequence: number } | null }>, string, number]>([
    [
      'a checkpoint that is changed',
      () =>
        verifyChain('t', chain, {
          checkpoints: checkpoints.with(1, { ...(checkpoints[1] as Checkpoint), last: 99 }),
          keys,
        }),
      'checkpoint',
      EVERY + 1,
    ],
    [
      'a checkpoint that is missing',
      () => verifyChain('t', chain, { checkpoints: checkpoints.toSpliced(1, 1), keys }),
      'checkpoint',
      EVERY + 1,
    ],
    [
      'another first key than was noted',
      () => verifyChain('t', chain, { checkpoints, keys }, 'other'),
      'checkpoint',
      1,
    ],
    [
      'a key that nobody vouches for',
      () => verifyChain('t', chain, { checkpoints, keys: [current.published] }),
      'checkpoint',
      1,
    ],
    ['rows of another tenant', () => check(chainOf('u', EVENTS)), 're-signed', 1],
    [
      'a change behind the last checkpoint',
      () => check(chain.with(SIGNED, { ...(chain[SIGNED] as AuditEvent), actor: 'x' })),
      'changed',
      SIGNED + 1,
    ],
  ])('%s', async (_, verified, kind, sequence) => {
    expect((await verified()).fault).toEqual({ kind, sequence });
  });
});

test('an untouched chain is good, as far as it is signed, and further', async () => {
  for (let count = SIGNED; count <= EVENTS; count += 1) {
    expect(await check(chain.slice(0, count))).toEqual({
      fault: null,
      events: count,
      signedTo: SIGNED,
      signedAt: AT,
    });
  }
  expect(await verifyChain('t', chain, { checkpoints, keys }, old.published.id)).toMatchObject({
    fault: null,
  });
  expect(await verifyChain('none', [], { checkpoints, keys })).toMatchObject({ fault: null, events: 0 });
});
