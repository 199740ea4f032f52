import type { AuditEvent } from '../event.ts';
import type { LockedPlace } from '../ports/locked-place.ts';
import type { Trail } from '../trail.ts';
import { type Checkpoint, type CheckpointHead, type CheckpointKey, headOf, leavesOf } from './checkpoint.ts';
import { checkpointName, MOST_IN_ONE, readKeys } from './checkpointer.ts';
import { pathOf } from './tree.ts';

/**
 * That one event stood in its place when a checkpoint was signed: all that is needed to see that without asking anybody, in about two
 * kilobytes. `src/client/verify-proof.ts` is the reader.
 */
export interface EventProof {
  readonly format: 1;
  readonly event: AuditEvent;
  /** The hashes beside the way from the event up to the checkpoint's root, from below; hexadecimal. */
  readonly path: readonly string[];
  readonly checkpoint: CheckpointHead;
  /** From the first key on, each vouched for by the one before; the last one signed the checkpoint. */
  readonly keys: readonly ProofKey[];
}

export interface ProofKey {
  /** SubjectPublicKeyInfo, DER in base64. */
  readonly publicKey: string;
  /** When it was made, and the signature of the key before; `null` for the first one. */
  readonly vouched: { readonly at: string; readonly signature: string } | null;
}

/** @returns `missing` when the chain has no such event, `unsigned` when no checkpoint holds it yet. @throws {OutsideError} */
export async function proveEvent(
  trail: Pick<Trail, 'event'>,
  place: LockedPlace | null,
  tenant: string,
  sequence: number,
): Promise<EventProof | 'missing' | 'unsigned'> {
  const event = await trail.event(tenant, sequence);
  if (event === null) return 'missing';
  const checkpoint = place === null ? null : await checkpointOf(place, tenant, sequence);
  if (place === null || checkpoint === null) return 'unsigned';
  const path = pathOf(leavesOf(checkpoint), sequence - checkpoint.first);
  return {
    ...{ format: 1, event, path: path.map((hash) => hash.toString('hex')), checkpoint: headOf(checkpoint) },
    keys: keysTo(checkpoint.key, await readKeys(place)),
  };
}

/** The one that holds an event; `null` when none does yet. */
async function checkpointOf(
  place: LockedPlace,
  tenant: string,
  sequence: number,
): Promise<Checkpoint | null> {
  const from = checkpointName(tenant, Math.max(1, sequence - MOST_IN_ONE + 1));
  const names = await place.list(`${tenant}/`, { from, before: checkpointName(tenant, sequence + 1) });
  const name = names.at(-1);
  const text = name === undefined ? null : await place.read(name);
  if (text === null) return null;
  const checkpoint = JSON.parse(text) as Checkpoint;
  return checkpoint.last < sequence ? null : checkpoint;
}

/** The key of an id behind those that vouch for it. */
function keysTo(id: string, keys: readonly CheckpointKey[]): ProofKey[] {
  const known = new Map(keys.map((key) => [key.id, key]));
  const found: ProofKey[] = [];
  for (let key = known.get(id); key !== undefined && found.length < known.size; ) {
    const { publicKey, at, by } = key;
    found.unshift({ publicKey, vouched: by === null ? null : { at, signature: by.signature } });
    key = by === null ? undefined : known.get(by.key);
  }
  return found;
}
