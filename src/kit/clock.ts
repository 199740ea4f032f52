/** Milliseconds since 1970 in UTC. Passed in wherever time decides something, so that tests can move it. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

/** Calls back once, after so many milliseconds. @returns what calls it off. Passed in as the clock is. */
export type Timer = (ms: number, run: () => void) => () => void;

/** The process does not end before the callback. */
export const systemTimer: Timer = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/** For housekeeping: the process may end before the callback. */
export const idleTimer: Timer = (ms, run) => {
  const timer = setTimeout(run, ms).unref();
  return () => clearTimeout(timer);
};
