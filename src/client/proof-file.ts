/** The proof of one event, as `GET /v1/audit/events/{sequence}/proof` answers. */
export interface ProofFile {
  readonly format: 1;
  readonly event: EventFields;
  /** Hashes beside the way from the event up to the root of the checkpoint; hexadecimal. */
  readonly path: readonly string[];
  readonly checkpoint: CheckpointFields;
  readonly keys: readonly ProofKey[];
}

/** An event of the audit trail; docs/audit-events.md says what its fields are. */
export type EventFields = Readonly<
  Record<
    'tenant' | 'id' | 'at' | 'type' | 'outcome' | 'actorKind' | 'actor' | 'credential' | 'requestId',
    string
  > &
    Record<'reason' | 'address' | 'object' | 'document' | 'details', string | null> &
    Record<'version' | 'commit', number | null> &
    Record<'sequence' | 'format', number> &
    Record<'previous' | 'hash', string>
>;

export type CheckpointFields = Readonly<
  Record<'tenant' | 'hash' | 'root' | 'at' | 'key' | 'signature', string> &
    Record<'format' | 'first' | 'last', number> & { previous: string | null }
>;

export interface ProofKey {
  readonly publicKey: string;
  readonly vouched: { readonly at: string; readonly signature: string } | null;
}

/** Bytes of an event's hash that a checkpoint keeps. */
export const LEAF_BYTES = 16;
/** Many more than a checkpoint of any size has. */
const MOST_PATH = 64;

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && !/\p{Surrogate}/u.test(value);
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) > 0;
const isHash: Check = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const isListOf =
  (check: Check, least: number): Check =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.length <= MOST_PATH && value.every(check);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

/** Written in the one way: another text must not stand for the same bytes. */
const isBase64: Check = (value) => {
  try {
    return typeof value === 'string' && value !== '' && btoa(atob(value)) === value;
  } catch {
    return false;
  }
};

/** Exactly these members. */
function shaped(shape: Readonly<Record<string, Check>>): Check {
  const names = Object.keys(shape);
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const members = new Map<string, unknown>(Object.entries(value));
    return (
      members.size === names.length &&
      names.every((name) => members.has(name) && shape[name]?.(members.get(name)) === true)
    );
  };
}

const isEvent = shaped({
  ...{ tenant: isText, sequence: isCount, id: isText, at: isText, type: isText, outcome: isText },
  ...{ reason: orNull(isText), actorKind: isText, actor: isText, credential: isText },
  ...{ address: orNull(isText), requestId: isText, object: orNull(isText), document: orNull(isText) },
  ...{ version: orNull(isCount), commit: orNull(isCount), details: orNull(isText) },
  ...{ format: isCount, previous: isHash, hash: isHash },
});

const isCheckpoint = shaped({
  ...{ format: (value) => value === 2, tenant: isText, first: isCount, last: isCount, hash: isHash },
  ...{ root: isHash, previous: orNull(isHash), at: isText, key: isText, signature: isBase64 },
});

const isKey = shaped({
  publicKey: isBase64,
  vouched: orNull(shaped({ at: isText, signature: isBase64 })),
});

const isProof = shaped({
  format: (value) => value === 1,
  event: isEvent,
  path: isListOf(isHash, 0),
  checkpoint: isCheckpoint,
  keys: isListOf(isKey, 1),
});

export function isProofFile(value: unknown): value is ProofFile {
  return isProof(value);
}
