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
  const checkpoints = proof.checkpoints
    .filter((one) => one.tenant === tenant)
    .toSorted((one, other) => one.first - other.first);
  const signed = signedLeaves(checkpoints, proof.keys, trusted);
  const signedTo = signed.leaves.length / LEAF_BYTES;
  const said = { signedTo, signedAt: checkpoints.at(-1)?.at ?? null };
  if (signed.fault !== null) return { ...said, fault: signed.fault, events: 0 };
  let end = { sequence: 0, hash: GENESIS };
  let missing: number | null = null;
  for await (const row of rows) {
    const expected = end.sequence + 1;
    if (missing !== null) {
      // Whether the one that is missing comes later tells how it went.
      if (row.sequence === missing)
        return { ...said, fault: { kind: 'reordered', sequence: missing }, events: end.sequence };
      continue;
    }
    if (row.sequence > expected) missing = expected;
    else {
      const kind = row.sequence < expected ? 'inserted' : faultOf(tenant, row, end.hash, signed.leaves);
      if (kind !== null) return { ...said, fault: { kind, sequence: expected }, events: end.sequence };
      end = row;
    }
  }
  const events = end.sequence;
  if (missing !== null) return { ...said, fault: { kind: 'dropped', sequence: missing }, events };
  if (events < signedTo) return { ...said, fault: { kind: 'cut off', sequence: events + 1 }, events };
  return { ...said, fault: null, events };
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

/** The id of the first key; `null` unless there is one, the trusted one where one is, and every key is vouched for. */
export function rootOfKeys(keys: readonly CheckpointKey[], trusted: string | undefined): string | null {
  const known = new Map(keys.map((key) => [key.id, key]));
  const [root, ...more] = keys.filter(({ by }) => by === null);
  const isRooted = root !== undefined && more.length === 0 && (trusted === undefined || root.id === trusted);
  return isRooted && keys.every((key) => isVouched(key, known)) ? root.id : null;
}

/** What checkpoints say of each event, one after the other; or the first event of which they do not say it properly. */
function signedLeaves(
  checkpoints: readonly Checkpoint[],
  keys: readonly CheckpointKey[],
  trusted: string | undefined,
): { readonly leaves: Buffer; readonly fault: ChainFault | null } {
  const known = new Map(keys.map((key) => [key.id, key]));
  const areKeysGood = rootOfKeys(keys, trusted) !== null;
  const pieces: Buffer[] = [];
  let before: Checkpoint | null = null;
  for (const one of checkpoints) {
    const key = known.get(one.key);
    const leaves = Buffer.from(one.leaves, 'base64');
    const isNext =
      one.first === (before?.last ?? 0) + 1 &&
      one.previous === (before === null ? null : hashOfCheckpoint(before)) &&
      leaves.length === (one.last - one.first + 1) * LEAF_BYTES &&
      leafOf(one.hash).equals(leaves.subarray(-LEAF_BYTES));
    if (!areKeysGood || key === undefined || !isSigned(one, key) || !isNext) {
      const sequence = Math.min(one.first, (before?.last ?? 0) + 1);
      return { leaves: Buffer.concat(pieces), fault: { kind: 'checkpoint', sequence } };
    }
    pieces.push(leaves);
    before = one;
  }
  return { leaves: Buffer.concat(pieces), fault: null };
}
