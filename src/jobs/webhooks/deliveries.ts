import { pauseAfter } from './schedule.ts';

/** Deliveries of an endpoint that wait at most; more stay in the trail until there is room. */
export const MOST_WAITING = 1000;
/** Failed ones that are remembered, the latest. */
const MOST_FAILED = 1000;
/**
 * How long a delivery that fails holds up later ones of the same document, counted from its first attempt. Its third attempt
 * is made in that time.
 */
export const HOLD_MS = 10 * 60_000;
/** Where there is no room, what failed so often gives way, if the receiver has taken others since. */
const GIVING_WAY = 5;
/** After which time one is tried again that was not asked, as too many calls to the host failed or are under way. */
const NOT_ASKED_MS = 5000;

/** What is known of the deliveries to one endpoint; the messages themselves are in the trail. */
export interface Deliveries {
  /** The last event of the tenant's trail that was looked at. */
  readonly cursor: number;
  /** In the order of events. */
  readonly waiting: readonly Waiting[];
  /** Those that were given up, the latest last. */
  readonly failed: readonly Failed[];
  /** Who delivers, and until when nobody else does; milliseconds since 1970. */
  readonly claim: { readonly by: string; readonly until: number } | null;
  readonly lastSuccessAt: number | null;
  /** Since when nothing was delivered but attempts were made. */
  readonly failingSince: number | null;
}

/** One delivery that is to be made. */
export interface Waiting {
  /** Of the event in the trail. */
  readonly sequence: number;
  /** What keeps its order: `null` for what has none. */
  readonly document: string | null;
  readonly attempts: number;
  /** Milliseconds since 1970. */
  readonly firstAt: number | null;
  readonly dueAt: number;
  /** Asked for again: it holds up nothing. */
  readonly replay: boolean;
}

export interface Failed {
  readonly sequence: number;
  readonly document: string | null;
  readonly at: number;
}

/** How an attempt ended. */
export interface Attempted {
  readonly sequence: number;
  readonly at: number;
  /** `unasked`: nobody was asked, so it is no attempt. */
  readonly outcome: 'delivered' | 'failed' | 'unasked';
  /** Milliseconds that the receiver wants to be left alone. */
  readonly retryAfterMs: number | null;
}

export const nothingWaits = (cursor: number): Deliveries => ({
  ...{ cursor, waiting: [], failed: [], claim: null, lastSuccessAt: null, failingSince: null },
});

/** What is due now: in each lane one after the other, the next only when the one before is settled; lanes side by side. */
export interface Lane {
  readonly waiting: readonly Waiting[];
  /** Whether one that fails holds up those behind it. */
  readonly holds: boolean;
}

/**
 * The lanes of what is due: one for each document, in the order of events. Where the first one waits for its next attempt
 * the others of that document wait too, until it has held them up for `HOLD_MS`; from then on they go past.
 *
 * @param most deliveries in all lanes together; those that wait the longest come first.
 */
export function lanesDue({ waiting }: Deliveries, now: number, most: number): Lane[] {
  const groups = new Map<string, Waiting[]>();
  for (const one of waiting) {
    const key = one.replay || one.document === null ? `${one.sequence}` : one.document;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const lanes = [...groups.values()].map((group) => laneOf(group, now));
  const byDue = lanes
    .filter((lane) => lane.waiting.length > 0)
    .sort((one, other) => (one.waiting[0]?.dueAt ?? 0) - (other.waiting[0]?.dueAt ?? 0));
  let room = most;
  return byDue.flatMap((lane) => {
    const taken = lane.waiting.slice(0, room);
    room -= taken.length;
    return taken.length === 0 ? [] : [{ ...lane, waiting: taken }];
  });
}

function laneOf(group: readonly Waiting[], now: number): Lane {
  const heldLong = group.some(({ firstAt }) => firstAt !== null && now - firstAt >= HOLD_MS);
  const due: Waiting[] = [];
  for (const one of group) {
    if (one.dueAt <= now) due.push(one);
    else if (!heldLong) break;
  }
  return { waiting: due, holds: !heldLong };
}

/** When the first one is due; `null` where none waits. */
export function nextDue({ waiting }: Deliveries): number | null {
  return waiting.length === 0 ? null : Math.min(...waiting.map(({ dueAt }) => dueAt));
}

/**
 * Takes in events up to `cursor`.
 *
 * @param found those that the endpoint wants, in order.
 * @returns `null` when there is no room for them.
 */
export function takeIn(
  deliveries: Deliveries,
  cursor: number,
  found: readonly Pick<Waiting, 'sequence' | 'document'>[],
  now: number,
): Deliveries | null {
  const { waiting, failed } = withRoom(deliveries, found.length, now);
  if (found.length > 0 && waiting.length + found.length > MOST_WAITING) return null;
  const fresh = found.map((one) => ({ ...one, attempts: 0, firstAt: null, dueAt: now, replay: false }));
  return { ...deliveries, cursor, waiting: ordered([...waiting, ...fresh]), failed };
}

/** Where there is none, those give way whose failing is their own: the receiver took others meanwhile. */
function withRoom(
  { waiting, failed, lastSuccessAt }: Deliveries,
  size: number,
  now: number,
): Pick<Deliveries, 'waiting' | 'failed'> {
  const over = waiting.length + size - MOST_WAITING;
  if (over <= 0) return { waiting, failed };
  const going = waiting
    .filter(({ attempts, firstAt }) => attempts >= GIVING_WAY && (lastSuccessAt ?? 0) > (firstAt ?? 0))
    .sort((one, other) => other.attempts - one.attempts)
    .slice(0, over);
  return {
    waiting: waiting.filter((one) => !going.includes(one)),
    failed: remembered(failed, going, now),
  };
}

/** Has deliveries made again: at once, with all their attempts. @returns `null` when there is no room for them. */
export function again(
  deliveries: Deliveries,
  wanted: readonly Pick<Waiting, 'sequence' | 'document'>[],
  now: number,
): Deliveries | null {
  const sequences = new Set(wanted.map(({ sequence }) => sequence));
  const others = deliveries.waiting.filter(({ sequence }) => !sequences.has(sequence));
  if (others.length + sequences.size > MOST_WAITING) return null;
  const fresh = wanted.map((one) => ({ ...one, attempts: 0, firstAt: null, dueAt: now, replay: true }));
  const failed = deliveries.failed.filter(({ sequence }) => !sequences.has(sequence));
  return { ...deliveries, waiting: ordered([...others, ...fresh]), failed };
}

/** What attempts made of deliveries. */
export interface Settled {
  readonly deliveries: Deliveries;
  /** When the next attempt is made of those that failed; `null` for those that were given up. */
  readonly next: ReadonlyMap<number, number | null>;
  /** Given up, and nothing was delivered since their first attempt. */
  readonly hopeless: boolean;
}

/** @param random from 0 up to, but not including, 1. */
export function settle(
  deliveries: Deliveries,
  attempted: readonly Attempted[],
  random: () => number,
): Settled {
  const ended = new Map(attempted.map((one) => [one.sequence, one]));
  const next = new Map<number, number | null>();
  const waiting: Waiting[] = [];
  const givenUp: Waiting[] = [];
  const times = (outcome: Attempted['outcome']): number[] =>
    attempted.filter((one) => one.outcome === outcome).map(({ at }) => at);
  const successes = [...times('delivered'), deliveries.lastSuccessAt ?? -1];
  const lastSuccess = Math.max(...successes);
  for (const one of deliveries.waiting) {
    const end = ended.get(one.sequence);
    if (end === undefined) waiting.push(one);
    if (end === undefined || end.outcome === 'delivered') continue;
    const after = afterFailure(one, end, random());
    if (after === null) givenUp.push({ ...one, firstAt: one.firstAt ?? end.at });
    else waiting.push(after);
    next.set(one.sequence, after?.dueAt ?? null);
  }
  const failures = times('failed').filter((at) => at > lastSuccess);
  const failingSince =
    times('delivered').length > 0 || deliveries.failingSince === null
      ? (failures.sort((one, other) => one - other)[0] ?? null)
      : deliveries.failingSince;
  const now = Math.max(0, ...attempted.map(({ at }) => at));
  return {
    deliveries: {
      ...deliveries,
      waiting,
      failed: remembered(deliveries.failed, givenUp, now),
      lastSuccessAt: lastSuccess < 0 ? null : lastSuccess,
      failingSince,
    },
    next,
    hopeless: givenUp.some(({ firstAt, replay }) => !replay && lastSuccess < (firstAt ?? 0)),
  };
}

/** @returns `null` when it is given up. */
function afterFailure(
  one: Waiting,
  { at, outcome, retryAfterMs }: Attempted,
  random: number,
): Waiting | null {
  if (outcome === 'unasked') return { ...one, dueAt: at + Math.max(NOT_ASKED_MS, retryAfterMs ?? 0) };
  const attempts = one.attempts + 1;
  const pause = pauseAfter(attempts, random, retryAfterMs);
  return pause === null ? null : { ...one, attempts, firstAt: one.firstAt ?? at, dueAt: at + pause };
}

function remembered(failed: readonly Failed[], more: readonly Waiting[], at: number): readonly Failed[] {
  return [...failed, ...more.map(({ sequence, document }) => ({ sequence, document, at }))].slice(
    -MOST_FAILED,
  );
}

function ordered(waiting: readonly Waiting[]): Waiting[] {
  return waiting.toSorted((one, other) => one.sequence - other.sequence);
}
