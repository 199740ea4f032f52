import type { Json } from '../canonical.ts';
import { type CheckpointKey, holds, isVouched, type SigningKey, signed } from './checkpoint.ts';

/** Something that the installation says, signed with the key that checkpoints are signed with. */
export type Signed<Said> = Said & {
  /** Which key signed it. */
  readonly key: string;
  /** Ed25519 over the canonical JSON of all else; base64. */
  readonly signature: string;
};

export function signStatement<Said extends object>(
  said: Said,
  { published, privateKey }: SigningKey,
): Signed<Said> {
  const whole = { ...said, key: published.id };
  return { ...whole, signature: signed(jsonOf(whole), privateKey) };
}

/**
 * Whether a statement is what was signed, by a key that the first one vouches for.
 *
 * @param trust the id of the first key, as it was noted; any by default.
 */
export function isStatement(
  given: Readonly<Record<string, unknown>>,
  keys: readonly CheckpointKey[],
  trust?: string,
): boolean {
  const { signature, ...said } = given;
  const all = new Map(keys.map((key) => [key.id, key]));
  const first = keys.filter(({ by }) => by === null);
  const areGood = first.length === 1 && keys.every((key) => isVouched(key, all));
  const isTrusted = trust === undefined || first[0]?.id === trust;
  const key = typeof said.key === 'string' ? all.get(said.key) : undefined;
  if (!areGood || !isTrusted || key === undefined || typeof signature !== 'string') return false;
  return holds(jsonOf(said), signature, key.publicKey);
}

/** What JSON makes of it: members that are missing are no members. */
function jsonOf(said: object): Json {
  return JSON.parse(JSON.stringify(said)) as Json;
}
