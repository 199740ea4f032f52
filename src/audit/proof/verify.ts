import { type AuditEvent, GENESIS, hashOf } from '../event.ts';
import {
  type Checkpoint,
  type CheckpointKey,
  hashOfCheckpoint,
  isSigned,
  isVouched,
  LEAF_BYTES,
  leafOf,
} from './checkpoint.ts';

/** What is wrong with a chain, at the first event where something is. */
export interface ChainFault {
  /**
   * `changed`: it is not what its own hash says. `re-signed`: it is, but not what was signed. `dropped`, `reordered`, `inserted`: the
   * row that should stand there does not. `cut off`: rows end before what was signed. `checkpoint`: what was signed is not whole.
   */
  readonly kind: 'changed' | 're-signed' | 'dropped' | 'reordered' | 'inserted' | 'cut off' | 'checkpoint';
  /** The event, by its sequence. */
  readonly sequence: number;
}

export interface Verification {
  readonly fault: ChainFault | null;
  /** Events that were looked at. */
  readonly events: number;
  /** Up to which event checkpoints vouch; what is behind it only hangs together. */
  readonly signedTo: number;
  readonly signedAt: string | null;
}

/**
 * Whether rows are the chain of a tenant that checkpoints speak of: with nothing but these. Rows are taken in the order given.
 *
 * @param trusted the id of the first key, where somebody noted it; otherwise the one that nobody vouches for.
 */
export async function verifyChain(
  tenant: string,
  rows: AsyncIterable<AuditEvent> | Iterable<AuditEvent>,
  proof: { readonly checkpoints: readonly Checkpoint[]; readonly keys: readonly CheckpointKey[] },
  trusted?: string,
): Promise<Verification> {
  const checkpoints = proof.checkpoints.toSorted((one, other) => one.first - other.first);
  const signed = signedLeaves(tenant, checkpoints, vouchedKeys(proof.keys, trusted));
  const signedTo = signed.leaves.length / LEAF_BYTES;
  const { fault: found, events } = await checkRows(tenant, rows, signed.leaves);
  const isSignedWrongly =
    signed.fault !== null && signed.fault.sequence <= (found?.sequence ?? Number.POSITIVE_INFINITY);
  const fault = isSignedWrongly ? signed.fault : found;
  return { fault, events, signedTo, signedAt: checkpoints.at(-1)?.at || null };
}

async function checkRows(
  tenant: string,
  rows: AsyncIterable<AuditEvent> | Iterable<AuditEvent>,
  leaves: Buffer,
): Promise<Pick<Verification, 'fault' | 'events'>> {
  let end = { sequence: 0, hash: GENESIS };
  let missing: number | null = null;
  for await (const row of rows) {
    const expected = end.sequence + 1;
    if (missing !== null) {
      // Whether the one that is missing comes later tells how it went.
      if (row.sequence === missing)
        return { fault: { kind: 'reordered', sequence: missing }, events: end.sequence };
      continue;
    }
    if (row.sequence > expected) missing = expected;
    else {
      const kind = row.sequence < expected ? 'inserted' : faultOf(tenant, row, end.hash, leaves);
      if (kind !== null) return { fault: { kind, sequence: expected }, events: end.sequence };
      end = row;
    }
  }
  const events = end.sequence;
  if (missing !== null) return { fault: { kind: 'dropped', sequence: missing }, events };
  const isCutOff = events < leaves.length / LEAF_BYTES;
  return { fault: isCutOff ? { kind: 'cut off', sequence: events + 1 } : null, events };
}

function faultOf(
  tenant: string,
  row: AuditEvent,
  previous: string,
  leaves: Buffer,
): ChainFault['kind'] | null {
  const at = (row.sequence - 1) * LEAF_BYTES;
  if (hashOf(row) !== row.hash) return 'changed';
  const isSignedSo = at >= leaves.length || leafOf(row.hash).equals(leaves.subarray(at, at + LEAF_BYTES));
  if (!isSignedSo) return 're-signed';
  return row.tenant !== tenant || row.previous !== previous ? 'changed' : null;
}

/**
 * The first key, and those that it vouches for, one after the other: others count for nothing. None where nobody knows which the
 * first one is: several are vouched for by nobody, and none of them is trusted.
 */
export function vouchedKeys(
  keys: readonly CheckpointKey[],
  trusted: string | undefined,
): ReadonlyMap<string, CheckpointKey> {
  const firsts = keys.filter(({ by, id }) => by === null && (trusted === undefined || id === trusted));
  const vouched = new Map<string, CheckpointKey>();
  const [first] = firsts;
  if (first === undefined || firsts.length > 1 || !isVouched(first, vouched)) return vouched;
  vouched.set(first.id, first);
  // Those that are added meanwhile come too.
  for (const id of vouched.keys())
    for (const key of keys) if (key.by?.key === id && isVouched(key, vouched)) vouched.set(key.id, key);
  return vouched;
}

/**
 * What checkpoints say of each event, one after the other, as far as it is sure; and the first event of which it is not. Of what was
 * signed twice that is the first one of which they say something else: whose key signed it does not tell who is right.
 */
function signedLeaves(
  tenant: string,
  checkpoints: readonly Checkpoint[],
  keys: ReadonlyMap<string, CheckpointKey>,
): { readonly leaves: Buffer; readonly fault: ChainFault | null } {
  const pieces: Buffer[] = [];
  let before: Checkpoint | null = null;
  let end = 0;
  let again: number | null = null;
  let differing: number | null = null;
  let broken: number | null = null;
  for (const one of checkpoints) {
    const key = keys.get(one.key);
    const leaves = Buffer.from(one.leaves, 'base64');
    const isWhole =
      one.tenant === tenant &&
      leaves.length === (one.last - one.first + 1) * LEAF_BYTES &&
      leafOf(one.hash).equals(leaves.subarray(-LEAF_BYTES));
    if (key === undefined || !isWhole || !isSigned(one, key) || one.first > end + 1)
      broken = Math.min(one.first, end + 1);
    // One of the two is not what stood there.
    else if (one.first > end && again === null && one.previous !== hashBefore(before))
      broken = before?.first ?? 1;
    if (broken !== null) break;
    if (one.first <= end) {
      again ??= one.first;
      const other = firstOther(Buffer.concat(pieces).subarray((one.first - 1) * LEAF_BYTES), leaves);
      if (other !== null) differing = Math.min(differing ?? Number.POSITIVE_INFINITY, one.first + other);
    }
    pieces.push(leaves.subarray(Math.max(0, end - one.first + 1) * LEAF_BYTES));
    end = Math.max(end, one.last);
    before = one;
  }
  const sequence = differing ?? again ?? broken;
  const leaves = Buffer.concat(pieces);
  if (sequence === null) return { leaves, fault: null };
  return { leaves: leaves.subarray(0, (sequence - 1) * LEAF_BYTES), fault: { kind: 'checkpoint', sequence } };
}

function hashBefore(before: Checkpoint | null): string | null {
  return before === null ? null : hashOfCheckpoint(before);
}

/** The first leaf that is another one, counted from the first of both; `null` as far as both go. */
function firstOther(some: Buffer, others: Buffer): number | null {
  const count = Math.min(some.length, others.length) / LEAF_BYTES;
  for (let at = 0; at < count; at += 1) {
    const range = [at * LEAF_BYTES, (at + 1) * LEAF_BYTES] as const;
    if (!some.subarray(...range).equals(others.subarray(...range))) return at;
  }
  return null;
}
