/** What the sweeps before saw of the time. ISO 8601. */
export interface SeenClock {
  readonly last: string;
  /** Since when the clock is not believed; `null`: it is. */
  readonly doubtedSince: string | null;
}

const DAY_MS = 24 * 3_600_000;
/** Sweeps come once a day: more between two of them is a clock that was set, or a service that did not run. */
const MOST_STEP_MS = 2 * DAY_MS;
/** How far clocks of processes may be apart. */
const SKEW_MS = 15 * 60_000;
/** A clock that runs on evenly for so long is believed again. */
const DOUBT_MS = 7 * DAY_MS;

/** What a sweep makes of the clock that it has. @param now milliseconds since 1970. */
export function watchClock(seen: SeenClock | null, now: number): SeenClock {
  const last = new Date(now).toISOString();
  if (seen === null) return { last, doubtedSince: null };
  const step = now - Date.parse(seen.last);
  if (step > MOST_STEP_MS || step < -SKEW_MS) return { last, doubtedSince: last };
  const { doubtedSince } = seen;
  const isOver = doubtedSince !== null && now - Date.parse(doubtedSince) >= DOUBT_MS;
  return { last: step < 0 ? seen.last : last, doubtedSince: isOver ? null : doubtedSince };
}
