import type { Actor } from '../../access/index.ts';

/** How soon an operation is wanted. */
export type OperationPriority = 'express' | 'normal' | 'batch';

/** `queued` also while it waits to be tried again. The last three are for good. */
export const OPERATION_STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type OperationState = (typeof OPERATION_STATES)[number];

/** Who asked for it, as far as it is done in their name later. */
export type OperationActor = Pick<
  Actor,
  'tenant' | 'kind' | 'id' | 'credential' | 'address' | 'requestId' | 'subjects'
> & { readonly administrator?: boolean };

/** Why it failed: what a problem says (RFC 9457), without its status. */
export interface OperationFailure {
  readonly code: string;
  readonly detail: string;
  readonly details?: object;
}

/** Something that became of it. */
export interface OperationEvent {
  /** From 1 on, without a gap; the earliest are forgotten when there are many. */
  readonly sequence: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly state: OperationState;
  readonly stage: string | null;
  /** From 0 to 100. */
  readonly percent: number;
  readonly attempt: number;
  /** What happened beside that: `slow`, `handed-back`, `retried`, `replayed`. */
  readonly note: string | null;
}

/** What somebody asks for that may take longer than a request. */
export interface NewOperation {
  /** Names what does it. */
  readonly kind: string;
  readonly priority: OperationPriority;
  readonly actor: OperationActor;
  /** What is asked, as its kind reads it: references and options, never the bytes of a document. */
  readonly request: object;
  /** Ids of kept documents that it names: with one of them it is erased. */
  readonly documents?: readonly string[];
  /** The operation that it is a part of. */
  readonly parent?: string | null;
}

/** All that is known of an operation; the queue only says which one to look at. */
export interface Operation extends NewOperation {
  readonly format: 1;
  /** `o_` and 32 hexadecimal digits: of two the later one comes first by name. */
  readonly id: string;
  readonly tenant: string;
  readonly documents: readonly string[];
  readonly parent: string | null;
  /** Names of what was sent with it and is kept beside it until it ends. */
  readonly inputs: readonly string[];
  readonly state: OperationState;
  /** What is being done, as its kind names it. */
  readonly stage: string | null;
  readonly percent: number;
  /** How often it was begun. */
  readonly attempt: number;
  /** Who is at it. */
  readonly worker: string | null;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly expectedEndAt: string | null;
  readonly error: OperationFailure | null;
  /** It was given up and lies with the dead letters: it can be replayed. */
  readonly dead: boolean;
  /** What came of it, as its kind says. */
  readonly result: object | null;
  /** Milliseconds since 1970; `null` until it ends. */
  readonly expiresAt: number | null;
  readonly events: readonly OperationEvent[];
}

/** What a write changes. */
export type OperationChange = Partial<
  Pick<
    Operation,
    | 'state'
    | 'stage'
    | 'percent'
    | 'attempt'
    | 'worker'
    | 'startedAt'
    | 'endedAt'
    | 'expectedEndAt'
    | 'error'
    | 'dead'
    | 'result'
    | 'expiresAt'
  >
>;

/** Events that are remembered. */
const MOST_EVENTS = 100;

export function isOpen({ state }: Pick<Operation, 'state'>): boolean {
  return state === 'queued' || state === 'running';
}

/** With a change and the event of it. @param note what happened beside that. */
export function changed(
  base: Operation,
  change: OperationChange,
  now: number,
  note: string | null = null,
): Operation {
  const next = { ...base, ...change };
  const { state, stage, percent, attempt } = next;
  const event = {
    sequence: lastOf(base) + 1,
    at: new Date(now).toISOString(),
    state,
    stage,
    percent,
    attempt,
  };
  return { ...next, events: [...base.events, { ...event, note }].slice(-MOST_EVENTS) };
}

/** The sequence of the last event. */
function lastOf({ events }: Pick<Operation, 'events'>): number {
  return events.at(-1)?.sequence ?? 0;
}
