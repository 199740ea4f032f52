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
import { type ChainFault, verifyChain } from './verify.ts';

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
  every = EVERY,
): Checkpoint[] {
  const made: Checkpoint[] = [];
  for (let at = 0; at + every <= events.length; at += every) {
    const signer = key ?? (at < events.length / 2 ? old : current);
    made.push(signCheckpoint(made.at(-1) ?? before, events.slice(at, at + every), AT, signer));
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

/** What was done to rows, the first event that is not as it was signed, and what may be said of it. */
type Tampered = { readonly rows: readonly AuditEvent[]; readonly first: number };
const KINDS: Record<string, readonly ChainFault['kind'][]> = {
  'one field of one row': ['changed'],
  'rows dropped': ['dropped', 'cut off'],
  'rows dropped and all behind them made good': ['re-signed', 'cut off'],
  'a row twice': ['inserted'],
  'rows inserted and all behind them made good': ['re-signed'],
  'two rows swapped': ['reordered'],
  'a row replaced and all behind it made good': ['re-signed'],
  'the end cut off': ['cut off'],
  'the table as it was earlier': ['cut off'],
};
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
        expect(fault?.sequence).toBe(first);
        expect(KINDS[name]).toContain(fault?.kind);
      }),
      { numRuns: 200 },
    );
  });

  /** Checkpoints that a thief signs of rows, from an event on, so many events in each. */
  function forged(rows: readonly AuditEvent[], from: number, every: number, key = current): Checkpoint[] {
    const before = checkpoints.findLast(({ last }) => last < from) ?? null;
    return checkpointsOf(rows.slice(from - 1, SIGNED), before, key, every);
  }

  test.each<[string, () => SigningKey]>([
    ['the stolen current key', () => current],
    ['a key that the stolen one vouches for', () => newKey(current)],
  ])(
    'and signed again with %s, beside what was signed before: the first event is named',
    async (_, steal) => {
      await fc.assert(
        fc.asyncProperty(
          place,
          fc.nat(SIGNED),
          fc.integer({ min: 1, max: EVENTS }),
          async (at, ago, every) => {
            const rows = rewritten(at, 1, [at + 1]);
            const from = Math.max(1, at + 1 - ago);
            const key = steal();
            const beside = forged(rows, from, every, key);
            // What is signed of may be too short for one.
            fc.pre(beside.some(({ first, last }) => first <= at + 1 && last > at));
            const all = [...keys, key.published];
            for (const shown of [rows, chain])
              expect((await check(shown, beside, all)).fault).toEqual({
                kind: 'checkpoint',
                sequence: at + 1,
              });
            // A row before that was changed as well comes first.
            const before = at % every;
            const also = rows.with(before, { ...(rows[before] as AuditEvent), actor: 'p_thief2' });
            expect((await check(also, beside, all)).fault).toEqual(
              before < at
                ? { kind: 'changed', sequence: before + 1 }
                : { kind: 'checkpoint', sequence: at + 1 },
            );
          },
        ),
        { numRuns: 100 },
      );
    },
  );

  test('and signed again in the place of what was signed, up to one that was: nothing holds from there on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(checkpoints.length - 2), fc.nat(EVERY - 1), async (n, within) => {
        const at = n * EVERY + within;
        const rows = rewritten(at, 1, [at + 1]);
        const [instead] = forged(rows, n * EVERY + 1, EVERY);
        const replaced = checkpoints.with(n, instead as Checkpoint);
        const { fault } = await verifyChain('t', rows, { checkpoints: replaced, keys });
        expect(fault).toEqual({ kind: 'checkpoint', sequence: n * EVERY + 1 });
      }),
      { numRuns: 100 },
    );
  });

  test('and signed under a key of the thief’s own', async () => {
    const stranger = newKey(null);
    await fc.assert(
      fc.asyncProperty(place, fc.integer({ min: 1, max: EVERY }), async (at, every) => {
        const others = forged(rewritten(at, 1, [at + 1]), at + 1, every, stranger);
        fc.pre(others.length > 0);
        const all = [...keys, stranger.published];
        // Nobody knows which of two first keys is the right one, unless it was noted.
        expect((await check(chain, others, all)).fault).toEqual({ kind: 'checkpoint', sequence: 1 });
        const proof = { checkpoints: [...checkpoints, ...others], keys: all };
        const { fault } = await verifyChain('t', chain, proof, old.published.id);
        expect(fault).toEqual({ kind: 'checkpoint', sequence: at + 1 });
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
      'a checkpoint of another tenant',
      () =>
        verifyChain('t', chain, {
          checkpoints: checkpoints.with(-1, {
            ...signCheckpoint(checkpoints.at(-2) ?? null, chainOf('u', SIGNED).slice(-EVERY), AT, current),
          }),
          keys,
        }),
      'checkpoint',
      SIGNED - EVERY + 1,
    ],
    [
      'what comes next, signed by somebody else',
      () => {
        const stranger = newKey(null);
        const next = signCheckpoint(checkpoints.at(-1) ?? null, chain.slice(SIGNED), AT, stranger);
        const proof = { checkpoints: [...checkpoints, next], keys: [...keys, stranger.published] };
        return verifyChain('t', chain, proof, old.published.id);
      },
      'checkpoint',
      SIGNED + 1,
    ],
    [
      'the same events signed once more',
      () => check(chain, [signCheckpoint(checkpoints[1] ?? null, chain.slice(16, 20), AT, current)]),
      'checkpoint',
      17,
    ],
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
  // A key that was published and signs nothing, whoever put it there, makes no difference where the first one is known.
  const strange = [...keys, newKey(null).published, newKey(newKey(null)).published];
  const trusting = await verifyChain('t', chain, { checkpoints, keys: strange }, old.published.id);
  expect(trusting).toMatchObject({ fault: null, signedTo: SIGNED });
  const none = { checkpoints: [], keys };
  expect(await verifyChain('t', [], none)).toMatchObject({ fault: null, events: 0, signedAt: null });
});
