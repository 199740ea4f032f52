import { createHash } from 'node:crypto';
import type { Actor } from '../access/index.ts';
import { canonicalJson, type Json } from './canonical.ts';
import type { EventType } from './event-types.ts';

/**
 * The format of events that this program writes. A field is only ever added, with the next number. 2: addresses of people are
 * sealed (decision 0172).
 */
export const EVENT_FORMAT = 2;

export type Outcome = 'done' | 'refused' | 'failed';

/** What happened, before it has its place in the chain. Names ids, never the text of a document, a name or a secret. */
export interface Occurrence {
  /** The same whenever the same is reported; printable ASCII, at most 300 characters. */
  readonly id: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  readonly tenant: string;
  readonly type: EventType;
  readonly outcome: Outcome;
  /** Why it was allowed, refused or failed: words of the policy, or the code of a problem. */
  readonly reason: string | null;
  readonly actorKind: Actor['kind'] | 'nobody';
  readonly actor: string;
  /** What proved it: the id of a session or key, never a secret. */
  readonly credential: string;
  /** IP address that it came from, of people `sealed:…` (decision 0172); `null` for the service's own work, and where nobody knows. */
  readonly address: string | null;
  readonly requestId: string;
  /** What it was done to: `d_…`, `r_…`, or the id of a key, a session, a person. */
  readonly object: string | null;
  /** The document that it is about: of a redline the one that it is kept with. */
  readonly document: string | null;
  /** Of the object. */
  readonly version: number | null;
  /** The number of the commit to the object, where it was one. */
  readonly commit: number | null;
  /** Facts of this type of event, as canonical JSON: whose part in a document was changed, by whom something was allowed. */
  readonly details: string | null;
}

/** An event in the chain of its tenant. */
export interface AuditEvent extends Occurrence {
  readonly format: number;
  /** From 1 on, without a gap in each tenant. */
  readonly sequence: number;
  /** The hash of the event before; of the first one `GENESIS`. */
  readonly previous: string;
  /** SHA-256 of the canonical JSON of all other fields, lower-case hexadecimal. */
  readonly hash: string;
}

export const GENESIS = '0'.repeat(64);

/** The fields of an event by format, in the order in which people read them. */
export const EVENT_FIELDS: readonly (keyof AuditEvent)[] = [
  ...(['tenant', 'sequence', 'id', 'at', 'type', 'outcome', 'reason'] as const),
  ...(['actorKind', 'actor', 'credential', 'address', 'requestId'] as const),
  ...(['object', 'document', 'version', 'commit', 'details', 'format', 'previous', 'hash'] as const),
];

/** The last event of a chain, as far as the next one needs it. */
export interface ChainEnd {
  readonly sequence: number;
  readonly hash: string;
}

export const EMPTY_CHAIN: ChainEnd = { sequence: 0, hash: GENESIS };

/** Gives occurrences their places behind the end of a chain. */
export function linkEvents(end: ChainEnd, occurrences: readonly Occurrence[]): AuditEvent[] {
  let { sequence, hash: previous } = end;
  return occurrences.map((occurrence) => {
    sequence += 1;
    const unhashed = { ...occurrence, format: EVENT_FORMAT, sequence, previous };
    const hash = hashOf(unhashed);
    previous = hash;
    return { ...unhashed, hash };
  });
}

/** What the hash of an event must be. Members beside the fields of the format do not count: a table may have grown. */
export function hashOf(event: Omit<AuditEvent, 'hash'>): string {
  const counted: Record<string, Json> = {};
  for (const field of EVENT_FIELDS) if (field !== 'hash') counted[field] = event[field] ?? null;
  return createHash('sha256').update(canonicalJson(counted)).digest('hex');
}
