import type { AuditEvent, Outcome } from '../event.ts';
import type { EventType } from '../event-types.ts';

/**
 * Where events are looked up: a projection of the chains, which may be behind and can be filled again. Throws `OutsideError`:
 * `unavailable` and `unclear` for what is to be asked again later, `refused` for rows that it does not take, `damaged`
 * where another event stands in the place of one.
 */
export interface AuditSink {
  /** Makes what is missing: tables, columns that a newer release added, views. As often as one likes. */
  prepare(): Promise<void>;
  /** Adds events of one tenant, in order. Those that are there already stand there once, however often they are added. */
  append(events: readonly AuditEvent[]): Promise<void>;
  /** The greatest sequence of a tenant that is there; 0 for none. Of the last call to `append` some may be missing before it. */
  last(tenant: string): Promise<number>;
  /** Which of these ids of events are there. */
  known(tenant: string, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Which sequences from 1 up to `last` are not there, in order; the first hundred ranges of them. */
  gaps(tenant: string, last: number): Promise<readonly SequenceRange[]>;
  list(query: AuditQuery): Promise<AuditPage>;
  probe(): Promise<void>;
}

/** The sink of one region, where rows may be left of a tenant that moved to another one. */
export interface RegionalSink extends AuditSink {
  /** How many rows a tenant has; an event may stand there more than once. */
  rows(tenant: string): Promise<number>;
  /**
   * Removes them. What begins after `until` (milliseconds) removes nothing, however late it is: the tenant may be on its way back then.
   *
   * @returns whether they could be; `false` as long as some are too new for that.
   */
  remove(tenant: string, until: number): Promise<boolean>;
}

/** Both inclusive. */
export interface SequenceRange {
  readonly first: number;
  readonly last: number;
}

/** What is asked for; every condition must hold. */
export interface AuditQuery {
  readonly tenant: string;
  readonly types?: readonly EventType[];
  readonly outcome?: Outcome;
  readonly actor?: string;
  readonly credential?: string;
  readonly object?: string;
  readonly document?: string;
  /** One of these, as events name them. */
  readonly addresses?: readonly string[];
  readonly requestId?: string;
  /** ISO 8601, UTC; from inclusive, before exclusive. */
  readonly from?: string;
  readonly before?: string;
  /** The latest first. */
  readonly descending: boolean;
  /** 1 to 1000. */
  readonly size: number;
  /** The sequence where the page before ended. */
  readonly after?: number;
}

export interface AuditPage {
  readonly events: readonly AuditEvent[];
  /** `null` when nothing follows. */
  readonly next: number | null;
}
