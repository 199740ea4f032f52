import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { canonicalJson } from '../canonical.ts';
import type { AuditEvent } from '../event.ts';
import { rootOf } from './tree.ts';

/** Bytes of an event's hash that a checkpoint keeps: enough that nobody finds another event with them. */
export const LEAF_BYTES = 16;

/** What is signed: which events a chain had. Of a proof of one event it is all that is needed. */
export interface CheckpointHead {
  readonly format: 2;
  readonly tenant: string;
  /** The events since the checkpoint before: from `first` to `last`, inclusive. */
  readonly first: number;
  readonly last: number;
  /** Of the last one, whole. */
  readonly hash: string;
  /** The root of the tree of hashes over all of them; hexadecimal. */
  readonly root: string;
  /** SHA-256 of the checkpoint before; `null` for the first of a chain. */
  readonly previous: string | null;
  readonly at: string;
  /** Which key signed it. */
  readonly key: string;
  /** Ed25519 over the canonical JSON of all else; base64. */
  readonly signature: string;
}

/** A signed checkpoint with the events one by one, as `root` vouches for them. */
export interface Checkpoint extends CheckpointHead {
  /** The first `LEAF_BYTES` of the hash of each, in order; base64. */
  readonly leaves: string;
}

/** Of no events, and of no key. */
export const UNSIGNED: Checkpoint = {
  ...({ format: 2, tenant: '', first: 1, last: 1, hash: '', root: '', previous: null } as const),
  ...{ at: '', key: '', signature: '', leaves: '' },
};

/** Whether a value has the form of a checkpoint: what it says is another matter. */
export function isCheckpoint(value: unknown): value is Checkpoint {
  if (typeof value !== 'object' || value === null) return false;
  const { format, first, last, previous, ...texts }: Partial<Record<keyof Checkpoint, unknown>> = value;
  const { tenant, hash, root, at, key, signature, leaves } = texts;
  return (
    format === 2 &&
    [first, last].every((one) => Number.isSafeInteger(one) && Number(one) >= 1) &&
    (previous === null || typeof previous === 'string') &&
    [tenant, hash, root, at, key, signature, leaves].every((one) => typeof one === 'string')
  );
}

/** The same of a key. */
export function isKey(value: unknown): value is CheckpointKey {
  if (typeof value !== 'object' || value === null) return false;
  const { id, publicKey, at, by }: Partial<Record<keyof CheckpointKey, unknown>> = value;
  const isBy = by === null || (typeof by === 'object' && by !== null && 'key' in by && 'signature' in by);
  return isBy && [id, publicKey, at].every((one) => typeof one === 'string');
}

/** A key that signs checkpoints, as it is published. */
export interface CheckpointKey {
  /** The first 32 hexadecimal digits of the SHA-256 of the key. */
  readonly id: string;
  /** SubjectPublicKeyInfo, DER in base64. */
  readonly publicKey: string;
  readonly at: string;
  /** The key that was used before, and its signature of all else; `null` for the first one. */
  readonly by: { readonly key: string; readonly signature: string } | null;
}

/** A key that this installation signs with. */
export interface SigningKey {
  readonly published: CheckpointKey;
  readonly privateKey: KeyObject;
}

function keyId(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex').slice(0, 32);
}

/** @param by the key that was used before, which vouches for the new one. */
export function publishKey(publicKey: KeyObject, at: string, by: SigningKey | null): CheckpointKey {
  const text = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const said = { id: keyId(text), publicKey: text, at };
  if (by === null) return { ...said, by: null };
  return { ...said, by: { key: by.published.id, signature: signed(said, by.privateKey) } };
}

/** A checkpoint of the events that follow the one before; they must be those. */
export function signCheckpoint(
  before: Checkpoint | null,
  events: readonly AuditEvent[],
  at: string,
  { published, privateKey }: SigningKey,
): Checkpoint {
  const [first] = events;
  const last = events.at(-1);
  if (first === undefined || last === undefined) throw new TypeError('A checkpoint is about some events.');
  const leaves = events.map(({ hash }) => leafOf(hash));
  const said = {
    ...({
      format: 2,
      tenant: first.tenant,
      first: first.sequence,
      last: last.sequence,
      hash: last.hash,
    } as const),
    root: rootOf(leaves).toString('hex'),
    previous: before === null ? null : hashOfCheckpoint(before),
    ...{ at, key: published.id },
  };
  const signature = signed(said, privateKey);
  return { ...said, signature, leaves: Buffer.concat(leaves).toString('base64') };
}

export function leafOf(hash: string): Buffer {
  return Buffer.from(hash, 'hex').subarray(0, LEAF_BYTES);
}

/** The leaves of a checkpoint, one by one. */
export function leavesOf({ leaves }: Checkpoint): Buffer[] {
  const all = Buffer.from(leaves, 'base64');
  const count = Math.ceil(all.length / LEAF_BYTES);
  return Array.from({ length: count }, (_, at) => all.subarray(at * LEAF_BYTES, (at + 1) * LEAF_BYTES));
}

export function headOf({ leaves: _, ...head }: Checkpoint): CheckpointHead {
  return head;
}

/** Of what is signed, with the signature. */
export function hashOfCheckpoint(checkpoint: Checkpoint): string {
  return createHash('sha256')
    .update(canonicalJson({ ...headOf(checkpoint) }))
    .digest('hex');
}

/** Whether a key signed a checkpoint, and these leaves with it. */
export function isSigned(checkpoint: Checkpoint, { publicKey }: CheckpointKey): boolean {
  const { signature, ...said } = headOf(checkpoint);
  const leaves = leavesOf(checkpoint);
  return (
    holds(said, signature, publicKey) &&
    leaves.length > 0 &&
    rootOf(leaves).toString('hex') === checkpoint.root
  );
}

/** Whether a key is what it says, and the one before vouches for it. */
export function isVouched({ by, ...said }: CheckpointKey, keys: ReadonlyMap<string, CheckpointKey>): boolean {
  if (keyId(said.publicKey) !== said.id) return false;
  if (by === null) return true;
  const before = keys.get(by.key);
  return before !== undefined && holds(said, by.signature, before.publicKey);
}

type Said = Parameters<typeof canonicalJson>[0];

export function signed(said: Said, privateKey: KeyObject): string {
  return sign(null, Buffer.from(canonicalJson(said)), privateKey).toString('base64');
}

export function holds(said: Said, signature: string, publicKey: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), type: 'spki', format: 'der' });
    return verify(null, Buffer.from(canonicalJson(said)), key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}
